//! The summary, for people: every outcome counted, and what would help most.

use std::{cmp::Reverse, fmt::Write as _};

use anstyle::Style;
use rules_core::Counts;

use crate::{
    formats::{Run, Verbosity},
    held::{self, Compared},
    palette::Palette,
    tally::Tally,
};

/// How many rules, and how many facts, are listed.
const LISTED: usize = 5;

/// The summary as text.
pub(crate) fn text(tally: &Tally, compared: Option<&Compared>, run: &Run<'_>, palette: &Palette) -> String {
    let counts = &tally.counts;
    let mut rows = Rows::default();

    rows.add("findings", findings(counts, palette));
    rows.add("outcomes", outcomes(counts, palette));
    if counts.clusters > 0 && counts.clusters_not_judged == counts.clusters {
        rows.add("not judged", "nothing was judged: no rule passed or failed".to_owned());
    } else if counts.clusters_not_judged > 0 {
        let clusters = number(counts.clusters_not_judged, "cluster", "clusters");
        rows.add("not judged", format!("{clusters}, on which no rule passed or failed"));
    }
    if tally.refused > 0 {
        let inputs = painted(palette.error, tally.refused, "input", "inputs");
        rows.add("refused", format!("{inputs} that could not be read"));
    }
    if tally.skipped > 0 {
        let files = number(tally.skipped, "file", "files");
        rows.add("skipped", format!("{files} without a definition (`--verbose` lists them)"));
    }
    if counts.clusters > 1 {
        let mut found: Vec<_> = tally.found(run).collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        for (findings, rule) in found.into_iter().take(LISTED) {
            rows.add("most found", format!("{rule}: {findings}"));
        }
    }
    // Of a single cluster it stands above, unless nothing does.
    let listed = if counts.clusters == 1 && run.verbosity != Verbosity::Quiet { 0 } else { LISTED };
    for (kind, missing) in tally.most_missing().into_iter().take(listed) {
        let fact = kind.pattern();
        let outcomes = |count| number(count, "unknown outcome", "unknown outcomes");
        let help = match (missing.alone, missing.among_others) {
            (alone, 0) => format!("would settle {}", outcomes(alone)),
            (0, others) => format!("would help with {}", outcomes(others)),
            (alone, others) => format!("would settle {} and help with {others} more", outcomes(alone)),
        };
        rows.add("most missed", format!("`{fact}` {help}"));
    }
    if let Some(compared) = compared.filter(|_| counts.clusters > 1) {
        let mut lacking: Vec<_> = compared.participations().zip(&run.fleet_rules).collect();
        lacking.retain(|(participation, _)| participation.incomplete > 0);
        lacking.sort_by_key(|(participation, _)| Reverse(participation.incomplete));
        for (participation, rule) in lacking.into_iter().take(LISTED) {
            let clusters = number(participation.incomplete, "cluster", "clusters");
            let missing = held::most_missing(participation);
            let most = missing.first().map_or_else(String::new, |(kind, _)| kind.pattern());
            rows.add("not compared", format!("{rule}: {clusters}, most for want of `{most}`"));
        }
    }

    if counts.errors + counts.warnings + counts.informations > 0 {
        rows.add(
            "explained",
            "`excluster explain RULE` says why a rule matters, and how to fix what it found".to_owned(),
        );
    }

    let clusters = number(counts.clusters, "cluster", "clusters");
    let files = match tally.files {
        0 => String::new(),
        files => format!(" in {}", number(files, "file", "files")),
    };
    let mut rules = number(run.rules.len() as u64, "rule", "rules");
    if !run.fleet_rules.is_empty() {
        write!(rules, " and {} between clusters", run.fleet_rules.len()).expect("a string takes any text");
    }
    let strong = palette.strong;
    format!("{strong}{clusters}{files}, {rules}{strong:#}\n{}", rows.text)
}

/// How many findings there are of each severity.
pub(crate) fn findings(counts: &Counts, palette: &Palette) -> String {
    let errors = painted(palette.error, counts.errors, "error", "errors");
    let warnings = painted(palette.warning, counts.warnings, "warning", "warnings");
    let information = painted(palette.information, counts.informations, "information", "information");
    format!("{errors}, {warnings}, {information}")
}

/// How many outcomes there are of each kind.
pub(crate) fn outcomes(counts: &Counts, palette: &Palette) -> String {
    let Counts { passed, failed, unknown, not_applicable, .. } = counts;
    let broken = painted(palette.error, counts.broken, "broken", "broken");
    format!("{passed} passed, {failed} failed, {unknown} unknown, {not_applicable} not applicable, {broken}")
}

/// Lines with a label, which is given once for those that follow each other.
#[derive(Default)]
struct Rows {
    text: String,
    label: &'static str,
}

impl Rows {
    fn add(&mut self, label: &'static str, text: String) {
        let shown = if self.label == label { "" } else { label };
        self.label = label;
        writeln!(self.text, "  {shown:<12} {text}").expect("a string takes any text");
    }
}

/// `1 file`, `2 files`.
pub(crate) fn number(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// A number that is coloured unless it is zero.
fn painted(style: Style, count: u64, one: &str, several: &str) -> String {
    let text = number(count, one, several);
    if count == 0 { text } else { format!("{style}{text}{style:#}") }
}
