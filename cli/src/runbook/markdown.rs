//! A checklist in Markdown.

use std::fmt::Write as _;

use super::{
    document::{How, Plan, Step},
    ground,
    text::steps_in_words,
};
use crate::{escape::escape, summary::number};

/// The runbook as Markdown.
pub(super) fn render(plan: &Plan) -> String {
    let mut page = Page(String::new());
    page.head(plan);
    for part in &plan.phases {
        page.heading(part.title);
        for step in plan.steps_of(part) {
            page.step(step, plan);
        }
    }
    page.0
}

struct Page(String);

impl Page {
    fn head(&mut self, plan: &Plan) {
        self.line(format_args!("# {}\n", prose(&plan.title())));
        let phases: Vec<String> =
            plan.phases.iter().map(|part| format!("{} {}", part.steps, part.phase)).collect();
        let steps = number(plan.steps.len() as u64, "step", "steps");
        self.line(format_args!("{steps}: {}.\n", phases.join(", ")));
        if plan.proof.proven {
            self.line(format_args!(
                "**Proven by simulation**: {}. Rules: {}.",
                plan.proof.success(),
                plan.proof.counts()
            ));
        } else {
            self.line(format_args!(
                "**Not proven**: {}. Rules: {}.",
                prose(&plan.proof.failure()),
                plan.proof.counts()
            ));
        }
        if !plan.proof.findings.is_empty() {
            self.line(format_args!(""));
        }
        for finding in &plan.proof.findings {
            self.line(format_args!("- {}: {}", finding.severity, prose(&finding.in_words())));
        }
        if !plan.proof.missing.is_empty() {
            self.line(format_args!("\nThe rules lack {}.", prose(&plan.proof.missing.join(", "))));
        }
        if !plan.blanks.is_empty() {
            self.heading("Fill in first");
        }
        for blank in &plan.blanks {
            let (what, steps) = (prose(&blank.what), steps_in_words(&blank.steps));
            self.line(format_args!("- [ ] `{}` = ____________ {what} ({steps})", blank.name));
        }
        let topics = ground::topics(plan);
        if !topics.is_empty() {
            self.heading("Before you begin");
            self.line(format_args!("No step makes these.\n"));
        }
        for topic in topics {
            self.line(format_args!("- [ ] **{}**", topic.title));
            for subject in &topic.subjects {
                let indent = if subject.name.is_empty() { "  " } else { "    " };
                if !subject.name.is_empty() {
                    self.line(format_args!("  - {}", prose(&subject.name)));
                }
                for line in &subject.lines {
                    self.line(format_args!("{indent}- {}", prose(line)));
                }
            }
        }
    }

    fn step(&mut self, step: &Step, plan: &Plan) {
        self.line(format_args!("- [ ] **{}. {}**\n", step.number, prose(&step.title)));
        self.said("On", &step.place());
        self.said("Needs", &step.waits_for(plan));
        self.said("Why", step.why);
        for how in &step.how {
            match how {
                // A value with a line break, or with what cannot be seen, is no part of a command.
                How::Run { command } => {
                    self.line(format_args!("  ```bat\n  {}\n  ```\n", escape(command)));
                }
                How::Screen { path, fields } => {
                    self.line(format_args!("  {}\n", prose(path)));
                    for field in fields {
                        let (label, value) = (prose(field.label), prose(&field.shown()));
                        self.line(format_args!("  - {label}: {value}"));
                    }
                    if !fields.is_empty() {
                        self.line(format_args!(""));
                    }
                }
            }
        }
        self.said("Check", &step.check);
        self.said("Undo", &step.undo);
        self.said("Offline", &step.offline.join(", "));
        self.said("Source", &step.sources());
        self.said("Rules", &step.proven_by.join(", "));
    }

    fn heading(&mut self, text: &str) {
        let gap = if self.0.ends_with("\n\n") { "" } else { "\n" };
        self.line(format_args!("{gap}## {text}\n"));
    }

    /// Something about a step, unless there is nothing to say.
    fn said(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(format_args!("  *{label}*: {}\n", prose(text)));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes any text");
    }
}

/// A text in which nothing is markup but pairs of backticks.
fn prose(text: &str) -> String {
    let text = escape(text);
    let parts: Vec<&str> = text.split('`').collect();
    // Backticks that are no pairs, or stand side by side, mean something else.
    let inner = parts.get(1..parts.len() - 1).unwrap_or_default();
    if parts.len().is_multiple_of(2) || inner.iter().any(|part| part.trim().is_empty()) {
        return literal(&text);
    }
    let parts = parts.iter().enumerate();
    let parts = parts.map(|(index, part)| if index % 2 == 1 { (*part).to_owned() } else { literal(part) });
    parts.collect::<Vec<_>>().join("`")
}

/// A text in which nothing is markup.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if "\\`*_[]<>|~&#!$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_backticks_are_markup() {
        for (text, expected) in [
            ("the group `EVS1_Group` of *EVS1*", r"the group `EVS1_Group` of \*EVS1\*"),
            ("a ` b", r"a \` b"),
            ("``<b>``", r"\`\`\<b\>\`\`"),
            ("`a``<b>`", r"\`a\`\`\<b\>\`"),
            ("[x](y) <script> &amp;", r"\[x\](y) \<script\> \&amp;"),
            ("a\n# b", r"a\\n\# b"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }
}
