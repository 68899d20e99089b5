//! A command script: a part for each node, and one for the steps that any computer with the tools will do.

use std::fmt::Write as _;

use rules_core::runbook::can_be_quoted;

use super::{
    document::{Field, How, Plan, Step},
    ground,
    text::steps_in_words,
};
use crate::{escape::escape, summary::number};

/// What the part is called that is no node's.
const ANY: &str = "any";

/// The runbook as a script for cmd.exe.
pub(super) fn render(plan: &Plan) -> String {
    let parts = Part::all(plan);
    let mut script = Script(String::new());
    script.line(format_args!("@echo off"));
    script.head(plan);
    script.choice(&parts);
    for (index, part) in parts.iter().enumerate() {
        script.part(index, part, plan);
    }
    script.line(format_args!(""));
    script.line(format_args!(":failed"));
    script.line(format_args!("echo Step %1 failed. Ctrl+C ends here; any other key goes on."));
    script.line(format_args!("pause"));
    script.line(format_args!("exit /b 0"));
    script.0
}

/// The steps that are done in one place.
struct Part<'p> {
    /// What it is asked for by.
    key: String,
    place: String,
    steps: Vec<&'p Step>,
}

impl<'p> Part<'p> {
    /// In the order of their first steps.
    fn all(plan: &'p Plan) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for step in &plan.steps {
            if let Some(part) = parts.iter_mut().find(|part| is_same_place(part.steps[0], step)) {
                part.steps.push(step);
                continue;
            }
            let key = match step.node.as_deref() {
                None => ANY.to_owned(),
                Some(node) if is_plain(node) && !node.eq_ignore_ascii_case(ANY) => node.to_owned(),
                Some(_) => format!("node-{}", parts.len() + 1),
            };
            parts.push(Self { key, place: step.place(), steps: vec![step] });
        }
        parts
    }
}

fn is_same_place(one: &Step, other: &Step) -> bool {
    let folded = |step: &Step| step.node.as_deref().map(str::to_lowercase);
    folded(one) == folded(other)
}

/// Whether a name can stand in a comparison, and somebody can type it.
fn is_plain(name: &str) -> bool {
    can_be_quoted(name) && escape(name) == name
}

struct Script(String);

impl Script {
    fn head(&mut self, plan: &Plan) {
        let steps = number(plan.steps.len() as u64, "step", "steps");
        self.remark("Runbook:", &format!("{}: {steps}", plan.title()));
        self.remark("Proof:", &plan.proof.in_words());
        for finding in &plan.proof.findings {
            self.remark("Finding:", &format!("{}: {}", finding.severity, finding.in_words()));
        }
        for part in &plan.phases {
            self.remark("Phase:", &format!("{}: {}", part.phase, part.steps));
        }
        if !self.0.is_ascii() || !plan.steps.iter().all(is_ascii) {
            self.remark("Note:", "not all is ASCII: save this file in the code page that `chcp` shows");
        }
        if !plan.blanks.is_empty() {
            self.line(format_args!(""));
            self.remark("Fill in:", "what stands behind each equals sign");
        }
        for blank in &plan.blanks {
            self.remark(
                &format!("{}:", blank.name),
                &format!("{} ({})", blank.what, steps_in_words(&blank.steps)),
            );
            self.line(format_args!("set {}=", blank.name));
        }
        self.line(format_args!(""));
        for topic in ground::topics(plan) {
            for subject in &topic.subjects {
                self.remark("Before you begin:", format!("{} {}", topic.title, subject.name).trim_end());
                for line in &subject.lines {
                    self.remark("   -", line);
                }
            }
        }
        if !plan.blanks.is_empty() {
            self.line(format_args!(""));
            self.line(format_args!("set _UNFILLED_="));
        }
        for blank in &plan.blanks {
            let name = &blank.name;
            self.line(format_args!("if not defined {name} echo {name} is not filled in.& set _UNFILLED_=1"));
        }
        if !plan.blanks.is_empty() {
            self.line(format_args!("if defined _UNFILLED_ exit /b 2"));
        }
    }

    /// Goes to the part that was asked for.
    fn choice(&mut self, parts: &[Part<'_>]) {
        self.line(format_args!(""));
        for (index, part) in parts.iter().enumerate() {
            self.line(format_args!("if /i \"%~1\"==\"{}\" goto part_{index}", part.key));
        }
        self.line(format_args!("echo Say which part to run:"));
        for part in parts {
            let steps: Vec<usize> = part.steps.iter().map(|step| step.number).collect();
            let on = format!("{}: {} on {}", part.key, steps_in_words(&steps), part.place);
            self.line(format_args!("echo   {}", echoed(&on)));
        }
        self.line(format_args!("exit /b 2"));
    }

    fn part(&mut self, index: usize, part: &Part<'_>, plan: &Plan) {
        self.line(format_args!(""));
        self.line(format_args!("rem {}", "=".repeat(70)));
        self.remark("Script:", &format!("on {}", part.place));
        self.line(format_args!("rem {}", "=".repeat(70)));
        self.line(format_args!(":part_{index}"));
        for step in &part.steps {
            self.step(step, plan);
        }
        self.line(format_args!("echo."));
        self.line(format_args!("echo Done: no more steps on {}.", echoed(&part.place)));
        self.line(format_args!("exit /b 0"));
    }

    fn step(&mut self, step: &Step, plan: &Plan) {
        self.line(format_args!(""));
        self.remark("Why:", step.why);
        self.remark("Source:", &step.sources());
        self.remark("Rules:", &step.proven_by.join(", "));
        self.line(format_args!("echo."));
        let title = echoed(&step.title);
        self.line(format_args!("echo Step {} of {}: {title}", step.number, plan.steps.len()));
        self.told("Needs", &step.waits_for(plan));
        self.told("Offline meanwhile", &step.offline.join(", "));
        // What is proven is the order of all steps, wherever they are done.
        let before = step.number.checked_sub(2).and_then(|index| plan.steps.get(index));
        if let Some(before) = before.filter(|before| !is_same_place(before, step)) {
            self.told("Wait", &format!("until step {} is done on {}", before.number, before.place()));
            self.line(format_args!("pause"));
        }
        for how in &step.how {
            match how {
                How::Run { command } => {
                    self.line(format_args!("{command}"));
                    self.line(format_args!("if errorlevel 1 call :failed {}", step.number));
                }
                How::Screen { path, fields } => {
                    self.told("By hand", path);
                    for field in fields {
                        self.field(field);
                    }
                    self.line(format_args!("pause"));
                }
            }
        }
        self.told("Check", &step.check);
        self.told("Undo", &step.undo);
        if !step.check.is_empty() {
            self.line(format_args!("pause"));
        }
    }

    fn field(&mut self, field: &Field) {
        let label = echoed(field.label);
        match &field.blank {
            // The variable is shown as what was filled in.
            Some(name) => self.line(format_args!("echo     {label}: \"%{name}%\"")),
            None => self.line(format_args!("echo     {label}: {}", echoed(&field.shown()))),
        }
    }

    /// Tells something about a step, unless there is nothing to say.
    fn told(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(format_args!("echo   {label}: {}", echoed(text)));
        }
    }

    /// A remark, unless there is nothing to say. It has two words, so that a caret at its end does not take in the next line.
    fn remark(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(format_args!("rem {label} {}", escape(text).replace('%', "%%")));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        write!(self.0, "{line}\r\n").expect("a string takes any text");
    }
}

/// A text behind `echo`: no variable, no redirection, no second command.
fn echoed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in escape(text).chars() {
        match character {
            '%' => out.push('%'),
            '^' | '&' | '|' | '<' | '>' | '(' | ')' | '"' => out.push('^'),
            _ => {}
        }
        out.push(character);
    }
    out
}

/// Whether cmd.exe reads a step the same in every code page.
fn is_ascii(step: &Step) -> bool {
    let how_is_ascii = |how: &How| match how {
        How::Run { command } => command.is_ascii(),
        How::Screen { path, fields } => path.is_ascii() && fields.iter().all(|it| it.shown().is_ascii()),
    };
    step.title.is_ascii()
        && step.node.as_deref().is_none_or(str::is_ascii)
        && step.how.iter().all(how_is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_echoed_does_nothing() {
        assert_eq!(echoed("a & del *.* > x"), "a ^& del *.* ^> x");
        assert_eq!(echoed("\"%PATH%\"\r\nformat c:"), "^\"%%PATH%%^\"\\r\\nformat c:");
    }
}
