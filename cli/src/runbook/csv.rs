//! One line a step, as RFC 4180 has it; before the steps, lines with what the head of other formats says.

use super::document::{Fact, How, Plan, Step};
use crate::escape::escape;

/// A line. New columns are added at the end.
#[derive(Default)]
struct Row<'p> {
    kind: &'p str,
    number: String,
    phase: &'p str,
    node: &'p str,
    title: String,
    how: String,
    check: &'p str,
    undo: &'p str,
    offline: String,
    after: String,
    needs: String,
    why: &'p str,
    source: String,
    rules: String,
    id: &'p str,
}

const COLUMNS: &str =
    "kind,number,phase,node,title,how,check,undo,offline,after,needs,why,source,rules,id\r\n";

/// The runbook as CSV.
pub(super) fn render(plan: &Plan) -> String {
    let mut out = COLUMNS.to_owned();
    let mut add = |row: Row<'_>| row.write(&mut out);
    add(Row { kind: "cluster", title: plan.title(), ..Row::default() });
    for part in &plan.phases {
        let (number, title) = (part.steps.to_string(), part.title.to_owned());
        add(Row { kind: "phase", number, phase: part.phase, title, ..Row::default() });
    }
    add(Row { kind: "proof", title: plan.proof.in_words(), ..Row::default() });
    for finding in &plan.proof.findings {
        let title = format!("{}: {}", finding.severity, finding.in_words());
        add(Row { kind: "finding", title, id: &finding.rule, ..Row::default() });
    }
    for blank in &plan.blanks {
        let (title, number) = (blank.what.clone(), numbers(&blank.steps));
        add(Row { kind: "blank", number, title, id: &blank.name, ..Row::default() });
    }
    for fact in &plan.ground {
        add(Row { kind: "before", title: fact.shown(), id: &fact.path, ..Row::default() });
    }
    plan.steps.iter().for_each(|step| add(Row::of(step)));
    out
}

impl<'p> Row<'p> {
    fn of(step: &'p Step) -> Self {
        Self {
            kind: "step",
            number: step.number.to_string(),
            phase: step.phase,
            node: step.node.as_deref().unwrap_or_default(),
            title: step.title.clone(),
            how: joined(step.how.iter().map(in_lines)),
            check: &step.check,
            undo: &step.undo,
            offline: step.offline.join(", "),
            after: numbers(&step.after),
            needs: joined(step.needs.iter().map(Fact::in_words)),
            why: step.why,
            source: step.sources(),
            rules: step.proven_by.join(" "),
            id: &step.id,
        }
    }

    fn write(&self, out: &mut String) {
        let Self { kind, number, phase, node, title, how, check, undo, offline, .. } = self;
        let Self { after, needs, why, source, rules, id, .. } = self;
        let fields: [&str; 15] = [
            kind, number, phase, node, title, how, check, undo, offline, after, needs, why, source, rules, id,
        ];
        out.push_str(&fields.map(field).join(","));
        out.push_str("\r\n");
    }
}

fn numbers(steps: &[usize]) -> String {
    steps.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

fn in_lines(how: &How) -> String {
    match how {
        How::Run { command } => command.clone(),
        How::Screen { path, fields } => {
            let fields = fields.iter().map(|field| format!(", {}: {}", field.label, field.shown()));
            path.clone() + &fields.collect::<String>()
        }
    }
}

/// A field in which a spreadsheet sees no formula.
fn field(text: &str) -> String {
    let text = escape(text);
    let guard = if text.trim_start().starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if text.contains(['"', ',', ';', '\'']) || !guard.is_empty() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_no_formula_and_one_field() {
        for (text, expected) in [
            ("EVS1", "EVS1"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
            ("  @x", "\"'  @x\""),
            ("a\r\n=b", "a\\r\\n=b"),
        ] {
            assert_eq!(field(text), expected);
        }
    }
}
