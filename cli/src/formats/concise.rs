//! One line a finding: `file:line:column: error[set/rule] message (path)`.

use std::fmt::Write as _;

use rules_core::Outcome;

use super::{Format, Run, Verbosity};
use crate::{
    escape::{escape, shown},
    examined::{Audited, Examined, Refused},
    palette::Palette,
};

pub(crate) struct Concise<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) palette: Palette,
}

impl Format for Concise<'_> {
    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        if self.run.verbosity == Verbosity::Quiet {
            return;
        }
        match examined {
            Examined::Cluster(audited) => self.cluster(audited, out),
            Examined::Refused(refused) => self.refused(refused, out),
            Examined::Skipped(_) => {}
        }
    }
}

impl Concise<'_> {
    fn cluster(&self, audited: &Audited<'_>, out: &mut String) {
        let file = escape(audited.file);
        for (rule, finding) in audited.worst_first() {
            let place = audited.spot(finding.path).map_or_else(String::new, |spot| match spot.column {
                Some(column) => format!(":{}:{column}", spot.line),
                None => format!(":{}", spot.line),
            });
            let path = audited.names(finding.path);
            let (message, path) = (shown(&finding.message), shown(&path));
            let (severity, style) = (finding.severity, self.palette.severity(finding.severity));
            let at = if path.is_empty() { String::new() } else { format!(" ({path})") };
            let name = rule.full_name();
            line(out, format_args!("{file}{place}: {style}{severity}[{name}]{style:#} {message}{at}"));
        }
        for (rule, outcome) in &audited.report.outcomes {
            if let Outcome::Broken(message) = outcome {
                let (style, name) = (self.palette.error, rule.full_name());
                let message = shown(message);
                let at = audited.line().map_or_else(String::new, |line| format!(":{line}"));
                line(
                    out,
                    format_args!("{file}{at}: {style}error[{name}]{style:#} the rule broke: {message}"),
                );
            }
        }
    }

    fn refused(&self, refused: &Refused<'_>, out: &mut String) {
        let (file, style) = (escape(refused.file), self.palette.error);
        for problem in refused.problems {
            let place = problem
                .place
                .as_ref()
                .map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
            let (message, hint) = (shown(&problem.message), shown(&problem.hint));
            line(out, format_args!("{file}{place}: {style}error{style:#} {message} ({hint})"));
        }
    }
}

fn line(out: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(out, "{line}").expect("a string takes any text");
}
