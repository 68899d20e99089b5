//! To follow at a console: what is needed before, then step by step.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::{
    document::{How, Plan, Proof, Step},
    ground,
};
use crate::{escape::escape, palette::Palette, summary::number};

/// Where lines are broken, in columns. Commands are not: they are to be copied.
const WIDTH: usize = 100;

/// How far the labels of a step stand in, and what is said behind them.
const LABEL: usize = 5;
const SAID: usize = LABEL + 9;

/// The width of a topic before the first step.
const TOPIC: usize = 17;

/// The runbook as text.
pub(super) fn render(plan: &Plan, palette: Palette) -> String {
    let mut text = Text { out: String::new(), palette };
    text.head(plan);
    for part in &plan.phases {
        text.heading(&format!("{} ({})", part.title, number(part.steps as u64, "step", "steps")));
        for step in plan.steps_of(part) {
            text.step(step, plan);
        }
    }
    text.out
}

struct Text {
    out: String,
    palette: Palette,
}

impl Text {
    fn head(&mut self, plan: &Plan) {
        let strong = self.palette.strong;
        let steps = number(plan.steps.len() as u64, "step", "steps");
        self.line(format_args!("{strong}{}{strong:#}: {steps}", escape(&plan.title())));
        let phases: Vec<String> =
            plan.phases.iter().map(|part| format!("{} {}", part.steps, part.phase)).collect();
        self.labelled(2, 12, "phases", &phases.join(", "));
        self.proof(&plan.proof);
        if !plan.blanks.is_empty() {
            self.heading("Fill in first");
            let widest = plan.blanks.iter().map(|blank| blank.name.width()).max().unwrap_or_default();
            for blank in &plan.blanks {
                let what = format!("{} ({})", blank.what, steps_in_words(&blank.steps));
                self.labelled(2, widest + 2, &blank.name, &what);
            }
        }
        let topics = ground::topics(plan);
        if !topics.is_empty() {
            self.heading("Before you begin: no step makes these");
        }
        for topic in topics {
            let mut label = topic.title.as_str();
            for subject in &topic.subjects {
                match subject.lines.as_slice() {
                    [line] if subject.name.is_empty() => self.labelled(2, TOPIC, label, line),
                    [line] => self.labelled(2, TOPIC, label, &format!("{}: {line}", subject.name)),
                    lines if subject.name.is_empty() => self.below(2, TOPIC, label, lines),
                    lines => {
                        self.labelled(2, TOPIC, label, &subject.name);
                        self.below(4, TOPIC, "", lines);
                    }
                }
                label = "";
            }
        }
    }

    fn proof(&mut self, proof: &Proof) {
        let verdict = if proof.proven {
            let Palette { note, .. } = self.palette;
            format!("{note}by simulation{note:#}: {}", proof.success())
        } else {
            let Palette { error, .. } = self.palette;
            format!("{error}NOT PROVEN{error:#}: {}", proof.failure())
        };
        self.line(format_args!("  {:<12}{verdict}", "proven"));
        self.labelled(2, 12, "rules", &proof.counts());
        for finding in &proof.findings {
            self.labelled(2, 12, finding.severity.as_str(), &finding.in_words());
        }
        if !proof.missing.is_empty() {
            self.labelled(2, 12, "missing", &proof.missing.join(", "));
        }
    }

    fn step(&mut self, step: &Step, plan: &Plan) {
        let strong = self.palette.strong;
        self.write(format_args!("{strong}"));
        self.labelled(0, LABEL, &format!("{:>3}", step.number), &step.title);
        self.write(format_args!("{strong:#}"));
        self.said("on", &step.place());
        self.said("needs", &step.waits_for(plan));
        self.said("why", step.why);
        for how in &step.how {
            match how {
                How::Run { command } => self.line(format_args!("     run      {}", escape(command))),
                How::Screen { path, fields } => {
                    self.said("do", path);
                    let widest = fields.iter().map(|field| field.label.width()).max().unwrap_or_default();
                    for field in fields {
                        self.labelled(SAID + 2, widest + 2, field.label, &field.shown());
                    }
                }
            }
        }
        self.said("check", &step.check);
        self.said("undo", &step.undo);
        self.said("offline", &step.offline.join(", "));
        self.said("source", &step.sources());
        self.said("rules", &step.proven_by.join(", "));
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let strong = self.palette.strong;
        let gap = if self.out.ends_with("\n\n") { "" } else { "\n" };
        self.line(format_args!("{gap}{strong}{text}{strong:#}\n"));
    }

    /// Something about a step, unless there is nothing to say.
    fn said(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.labelled(LABEL, SAID - LABEL, label, text);
        }
    }

    /// A label and some texts, one below the other.
    fn below(&mut self, indent: usize, width: usize, label: &str, texts: &[String]) {
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        for (label, text) in labels.zip(texts) {
            self.labelled(indent, width, label, text);
        }
    }

    /// A label and a text, which goes on below itself.
    fn labelled(&mut self, indent: usize, width: usize, label: &str, text: &str) {
        let text = escape(text);
        let from = indent + width;
        let mut line = format!("{:indent$}{label}{:gap$}", "", "", gap = width.saturating_sub(label.width()));
        let mut column = from;
        for word in text.split(' ') {
            if column > from && column + 1 + word.width() > WIDTH {
                self.line(format_args!("{}", line.trim_end()));
                line = " ".repeat(from);
                column = from;
            }
            if column > from {
                line.push(' ');
                column += 1;
            }
            line.push_str(word);
            column += word.width();
        }
        self.line(format_args!("{}", line.trim_end()));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.write(line);
        self.out.push('\n');
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        self.out.write_fmt(text).expect("a string takes any text");
    }
}

/// `step 3`, `steps 3, 5 and 7`.
pub(super) fn steps_in_words(steps: &[usize]) -> String {
    let numbers: Vec<String> = steps.iter().map(usize::to_string).collect();
    match numbers.as_slice() {
        [] => String::new(),
        [only] => format!("step {only}"),
        [first @ .., last] => format!("steps {} and {last}", first.join(", ")),
    }
}
