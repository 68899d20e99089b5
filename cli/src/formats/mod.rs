//! Formats: one finding model, written in several ways. None drops a finding.

mod block;
mod concise;
mod drift;
pub(crate) mod json;
pub(crate) mod report;
mod text;

pub(crate) use self::block::place;
use rules_cluster::facts::JUDGED_BY;
use rules_core::Plan;

use crate::{args::FormatName, digest, examined::Examined, held::Compared, palette::Palette, tally::Tally};

/// How what was looked at is written. Rendering is done in parallel, so a format keeps no state.
pub(crate) trait Format: Sync {
    /// What stands before everything else.
    fn begin(&self) -> String {
        String::new()
    }

    /// Adds one thing that was looked at.
    fn render(&self, examined: &Examined<'_>, out: &mut String);

    /// What stands between two things.
    fn separator(&self) -> &'static str {
        ""
    }

    /// What stands after everything else: what was found between clusters, unless this is a part of a fleet, and the
    /// summary.
    fn end(&self, _tally: &Tally, _compared: Option<&Compared>) -> String {
        String::new()
    }
}

/// What formats say about the run itself.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    /// The full names of the plan's rules, in its order.
    pub(crate) rules: Vec<String>,
    /// The full names of the plan's fleet rules, in its order.
    pub(crate) fleet_rules: Vec<String>,
    /// The selectors as given.
    pub(crate) select: Vec<&'a str>,
    pub(crate) ignore: Vec<&'a str>,
    /// Identifies the rules, their versions and severities.
    pub(crate) digest: String,
    /// What was named on the command line.
    pub(crate) inputs: Vec<String>,
    pub(crate) verbosity: Verbosity,
}

/// How much of it people want to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// The summary.
    Quiet,
    /// What is wrong or not known, and the summary.
    Usual,
    /// Everything.
    Verbose,
}

impl<'a> Run<'a> {
    pub(crate) fn new(plan: &'a Plan, verbosity: Verbosity) -> Self {
        let rules = plan.rules().map(|rule| rule.meta().full_name()).collect();
        let fleet_rules = plan.fleet_rules().map(|rule| rule.meta().full_name()).collect();
        let digest = digest::of_plan(plan);
        let (select, ignore, inputs) = (Vec::new(), Vec::new(), Vec::new());
        Self { plan, rules, fleet_rules, select, ignore, digest, inputs, verbosity }
    }
}

impl Run<'_> {
    /// The rule of the plan that judges a setting of the nodes, if one does.
    pub(crate) fn judge_of(&self, setting: &str) -> Option<&str> {
        let (_, rule) = JUDGED_BY.iter().find(|(judged, _)| *judged == setting)?;
        self.rules.iter().find(|name| name == rule).map(String::as_str)
    }
}

/// The format of a name.
pub(crate) fn of<'a>(name: FormatName, run: &'a Run<'a>, palette: Palette) -> Box<dyn Format + 'a> {
    match name {
        FormatName::Text => Box::new(text::Text { run, palette }),
        FormatName::Concise => Box::new(concise::Concise { run, palette }),
        FormatName::Json => Box::new(json::Json { run }),
        FormatName::Ndjson => Box::new(json::Ndjson { run }),
    }
}
