//! The steps as a graph: which waits for which. A picture for <https://mermaid.js.org>.

use std::fmt::Write as _;

use super::{document::Plan, text::steps_in_words};
use crate::escape::escape;

/// The runbook as a flowchart.
pub(super) fn render(plan: &Plan) -> String {
    let mut chart = Chart(String::new());
    chart.line(format_args!("%% {}", comment(&plan.title())));
    chart.line(format_args!("%% {}", comment(&plan.proof.in_words())));
    for part in &plan.phases {
        chart.line(format_args!("%% {}: {}", part.phase, part.steps));
    }
    for blank in &plan.blanks {
        let (what, steps) = (comment(&blank.what), steps_in_words(&blank.steps));
        chart.line(format_args!("%% fill in {}: {what} ({steps})", blank.name));
    }
    chart.line(format_args!("flowchart TD"));
    for part in &plan.phases {
        chart.line(format_args!("  subgraph {} [\"{}\"]", part.phase, label(part.title)));
        for step in plan.steps_of(part) {
            let node = step.node.as_ref().map_or_else(String::new, |node| format!(" ({node})"));
            let text = label(&format!("{}. {}{node}", step.number, step.title));
            chart.line(format_args!("    s{}[\"{text}\"]", step.number));
        }
        chart.line(format_args!("  end"));
    }
    for step in &plan.steps {
        for before in &step.after {
            chart.line(format_args!("  s{before} --> s{}", step.number));
        }
    }
    chart.0
}

struct Chart(String);

impl Chart {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes any text");
    }
}

/// A text between quotes: what is neither a letter nor a digit nor plain punctuation stands as the number of its
/// character.
fn label(text: &str) -> String {
    let mut out = String::new();
    for character in escape(text).chars() {
        if character.is_alphanumeric() || " .,:-_/()".contains(character) {
            out.push(character);
        } else {
            write!(out, "#{};", u32::from(character)).expect("a string takes any text");
        }
    }
    out
}

/// A text in a comment, where braces would begin a directive.
fn comment(text: &str) -> String {
    escape(text).replace(['{', '}'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_does_not_end_before_its_end() {
        assert_eq!(label("group `A\"]; x`"), "group #96;A#34;#93;#59; x#96;");
        assert_eq!(label("1. Büro (N1)"), "1. Büro (N1)");
    }
}
