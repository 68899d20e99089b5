//! One line a finding: `file:line:column: error[set/rule] message (path)`.

use std::fmt::Write as _;

use rules_core::Outcome;

use super::{Format, Run, Verbosity, block::place, report::Holder};
use crate::{
    escape::{escape, shown},
    examined::{Audited, Examined, Refused},
    held::Compared,
    palette::Palette,
    part::EarlierResult,
    tally::Tally,
};

/// How many other places of a finding between clusters are shown.
const OTHERS: usize = 20;

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
            Examined::Earlier(earlier) => self.earlier(&earlier.result, out),
            Examined::Skipped(_) => {}
        }
    }

    fn end(&self, _tally: &Tally, compared: Option<&Compared>) -> String {
        let mut out = String::new();
        if let Some(compared) = compared.filter(|_| self.run.verbosity != Verbosity::Quiet) {
            self.compared(compared, &mut out);
        }
        out
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

    fn earlier(&self, result: &EarlierResult, out: &mut String) {
        for finding in &result.findings {
            let (place, path) = (finding.at.of(&result.file), shown(&finding.at.path));
            let (message, name) = (shown(&finding.message), &finding.rule);
            let (severity, style) = (finding.severity, self.palette.severity(finding.severity));
            let at = if path.is_empty() { String::new() } else { format!(" ({path})") };
            line(out, format_args!("{place}: {style}{severity}[{name}]{style:#} {message}{at}"));
        }
        let style = self.palette.error;
        for (name, message) in result.broken() {
            let (place, message) = (place(&result.file, result.line, None), shown(message));
            line(out, format_args!("{place}: {style}error[{name}]{style:#} the rule broke: {message}"));
        }
        for problem in &result.problems {
            let at = problem.place.as_ref();
            let place = place(&result.file, at.map(|at| at.line), at.and_then(|at| at.column));
            let (message, hint) = (shown(&problem.message), shown(&problem.help));
            line(out, format_args!("{place}: {style}error{style:#} {message} ({hint})"));
        }
    }

    /// What was found between clusters: at the first place, with the others at the end.
    fn compared(&self, compared: &Compared, out: &mut String) {
        for (rule, finding) in compared.findings() {
            let [first, others @ ..] = &finding.holders[..] else { continue };
            let (severity, style) = (finding.severity, self.palette.severity(finding.severity));
            let (name, message) = (&self.run.fleet_rules[rule], shown(&finding.message));
            let mut also: Vec<String> = others.iter().take(OTHERS).map(Holder::place).collect();
            if others.len() > OTHERS {
                also.push(format!("{} more", others.len() - OTHERS));
            }
            let (place, title, also) = (first.place(), first.title(), also.join(", "));
            line(
                out,
                format_args!(
                    "{place}: {style}{severity}[{name}]{style:#} {message} ({}; also {also})",
                    shown(&title)
                ),
            );
        }
        for (participation, name) in compared.participations().zip(&self.run.fleet_rules) {
            if let Some(message) = &participation.broken {
                let (style, message) = (self.palette.error, shown(message));
                line(out, format_args!("{style}error[{name}]{style:#} the rule broke: {message}"));
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
