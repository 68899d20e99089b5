//! One line a step, as RFC 4180 has it; before the steps, lines with what the head of other formats says.

use super::{
    document::{Fact, How, Plan, Step},
    text::steps_in_words,
};
use crate::escape::escape;

/// The columns. New ones are added at the end.
const COLUMNS: [&str; 15] = [
    "kind", "number", "phase", "node", "title", "how", "check", "undo", "offline", "after", "needs", "why",
    "source", "rules", "id",
];

/// The runbook as CSV.
pub(super) fn render(plan: &Plan) -> String {
    let mut out = String::new();
    row(&mut out, &COLUMNS.map(str::to_owned));
    let named = |kind: &str, id: &str, title: &str| {
        let mut fields = COLUMNS.map(|_| String::new());
        fields[0] = kind.to_owned();
        fields[4] = title.to_owned();
        fields[14] = id.to_owned();
        fields
    };
    row(&mut out, &named("cluster", "", &plan.title()));
    for part in &plan.phases {
        let mut fields = named("phase", part.phase, part.title);
        fields[1] = part.steps.to_string();
        fields[2] = part.phase.to_owned();
        row(&mut out, &fields);
    }
    row(&mut out, &named("proof", "", &plan.proof.in_words()));
    for finding in &plan.proof.findings {
        let title = format!("{}: {}", finding.severity, finding.in_words());
        row(&mut out, &named("finding", &finding.rule, &title));
    }
    for blank in &plan.blanks {
        let mut fields = named("blank", &blank.name, &blank.what);
        fields[9] = steps_in_words(&blank.steps);
        row(&mut out, &fields);
    }
    for fact in &plan.ground {
        row(&mut out, &named("before", &fact.path, &fact.shown()));
    }
    for step in &plan.steps {
        row(&mut out, &step_row(step));
    }
    out
}

fn step_row(step: &Step) -> [String; COLUMNS.len()] {
    let how: Vec<String> = step.how.iter().map(in_lines).collect();
    let needs: Vec<String> = step.needs.iter().map(Fact::in_words).collect();
    let after: Vec<String> = step.after.iter().map(usize::to_string).collect();
    [
        "step".to_owned(),
        step.number.to_string(),
        step.phase.to_owned(),
        step.node.clone().unwrap_or_default(),
        step.title.clone(),
        how.join("; "),
        step.check.clone(),
        step.undo.clone(),
        step.offline.join(", "),
        after.join(" "),
        needs.join("; "),
        step.why.to_owned(),
        step.sources(),
        step.proven_by.join(" "),
        step.id.clone(),
    ]
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

fn row(out: &mut String, fields: &[String; COLUMNS.len()]) {
    let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
    out.push_str(&fields.join(","));
    out.push_str("\r\n");
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
