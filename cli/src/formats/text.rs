//! For people: each finding with its place in the definition, as compilers show theirs.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
};

use rules_core::{Counts, Outcome, Severity, model::FactPath};

use super::{
    Format, Run, Verbosity,
    block::{Block, place, spot_text},
    drift,
    report::Verdict,
};
use crate::{
    escape::{escape, shown},
    examined::{Audited, Examined, Refused, Skipped},
    excerpt::Excerpt,
    held::Compared,
    palette::Palette,
    part::{EarlierResult, Kind},
    summary::{self, number},
    tally::Tally,
};

/// How many kinds of missing facts of a cluster are shown.
const FACTS: usize = 8;

/// How many places that are related to a finding are shown.
const PLACES: usize = 4;

/// How many places of a finding between clusters are shown.
const HOLDERS: usize = 20;

pub(crate) struct Text<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) palette: Palette,
}

/// A finding, of this run or an earlier one.
struct Sighting<'s> {
    severity: Severity,
    message: &'s str,
    place: String,
    /// By names.
    path: String,
}

impl Format for Text<'_> {
    fn render(&self, examined: &Examined<'_>, out: &mut String) {
        if self.run.verbosity == Verbosity::Quiet {
            return;
        }
        match examined {
            Examined::Cluster(audited) => self.cluster(audited, out),
            Examined::Refused(refused) => self.refused(refused, out),
            Examined::Skipped(skipped) => self.skipped(skipped, out),
            Examined::Earlier(earlier) => self.earlier(&earlier.result, out),
        }
    }

    fn end(&self, tally: &Tally, compared: Option<&Compared>) -> String {
        let mut out = String::new();
        if let Some(compared) = compared.filter(|_| self.run.verbosity != Verbosity::Quiet) {
            self.compared(compared, &mut out);
        }
        out + &summary::text(tally, compared, self.run, &self.palette)
    }
}

impl Text<'_> {
    fn cluster(&self, audited: &Audited<'_>, out: &mut String) {
        let place = place(audited.file, audited.line(), None);
        let counts = audited.report.counts();
        let findings = summary::findings(&counts, &self.palette);
        if self.run.verbosity == Verbosity::Verbose {
            let outcomes = summary::outcomes(&counts, &self.palette);
            self.heading(&place, &audited.title(), &format!("{findings}; {outcomes}"), out);
        } else if counts.failed > 0 {
            self.heading(&place, &audited.title(), &findings, out);
        }
        for (rule, found) in by_rule(audited.worst_first(), |(rule, _)| rule.full_name()) {
            let sightings = found.iter().map(|(_, finding)| Sighting {
                severity: finding.severity,
                message: &finding.message,
                place: spot_text(audited.file, audited.spot(finding.path).as_ref()),
                path: audited.names(finding.path),
            });
            let (_, first) = found[0];
            let spot = audited.spot(first.path);
            let excerpt = spot.and_then(|spot| Some((spot.line, audited.excerpt(&spot)?)));
            let related = first
                .related
                .iter()
                .map(|(path, label)| (spot_text(audited.file, audited.spot(*path).as_ref()), label.as_ref()));
            self.found(&rule, sightings, excerpt, related, out);
        }
        let broken = audited.report.outcomes.iter().filter_map(|(rule, outcome)| match outcome {
            Outcome::Broken(message) => Some((rule.full_name(), message.as_ref())),
            _ => None,
        });
        self.broken(broken, &place, &audited.title(), out);
        if self.run.verbosity == Verbosity::Verbose {
            drift::table(audited, self.run, &self.palette, out);
        }
        self.unknown(audited, out);
        if !audited.notes().is_empty() {
            self.notes(audited, out);
        }
    }

    /// A result of an earlier run, of whose definition there is no text.
    fn earlier(&self, result: &EarlierResult, out: &mut String) {
        let title = match &result.name {
            Some(name) => format!("`{}`", shown(name)),
            None => "a cluster without a name".to_owned(),
        };
        let place_of_cluster = place(&result.file, result.line, None);
        if !result.findings.is_empty() {
            let mut counts = Counts::default();
            result.findings.iter().for_each(|finding| counts.add_finding(finding.severity));
            let findings = summary::findings(&counts, &self.palette);
            self.heading(&place_of_cluster, &title, &findings, out);
        }
        for (rule, found) in by_rule(result.findings.iter().collect(), |finding| finding.rule.clone()) {
            let sightings = found.iter().map(|finding| Sighting {
                severity: finding.severity,
                message: &finding.message,
                place: finding.at.of(&result.file),
                path: finding.at.path.clone(),
            });
            let related =
                found[0].related.iter().map(|related| (related.at.of(&result.file), related.label.as_str()));
            self.found(&rule, sightings, None, related, out);
        }
        let broken = result.broken().map(|(rule, message)| (rule.to_owned(), message));
        self.broken(broken, &place_of_cluster, &title, out);
        let unknown = result.outcomes.iter().filter(|it| matches!(it.outcome, Verdict::Unknown));
        let mut missing: Vec<String> = Vec::new();
        let rules = unknown
            .inspect(|outcome| {
                for fact in &outcome.missing {
                    if !missing.contains(fact) && missing.len() <= FACTS {
                        missing.push(fact.clone());
                    }
                }
            })
            .count();
        if rules > 0 {
            if missing.len() > FACTS {
                missing.truncate(FACTS);
                missing.push("and more".to_owned());
            }
            let mut block = self.block();
            let rules = number(rules as u64, "rule", "rules");
            block.title(self.palette.note, "note", &format!("{rules} could not judge {title}"));
            block.arrow(&place_of_cluster);
            block.list("missing", &missing);
            block.finish(out);
        }
        for problem in &result.problems {
            let mut block = self.block();
            block.title(self.palette.error, "error", &shown(&problem.message));
            let at = problem.place.as_ref();
            let line = at.map(|at| at.line).or(result.line);
            block.arrow(&place(&result.file, line, at.and_then(|at| at.column)));
            block.note("help", &shown(&problem.help));
            block.finish(out);
        }
        if let Some(reason) = result.reason.as_deref().filter(|_| result.kind == Kind::Skipped) {
            self.skipped(&Skipped { file: &result.file, reason }, out);
        }
    }

    /// What stands above the findings of a cluster.
    fn heading(&self, place: &str, title: &str, counts: &str, out: &mut String) {
        let strong = self.palette.strong;
        writeln!(out, "{strong}{place}: {title}{strong:#}: {counts}\n").expect("a string takes any text");
    }

    /// What a rule found in a cluster: the first finding with its excerpt and what is related to it, of the others the
    /// place and message.
    fn found<'s>(
        &self,
        rule: &str,
        mut sightings: impl Iterator<Item = Sighting<'s>>,
        excerpt: Option<(u64, Excerpt)>,
        mut related: impl ExactSizeIterator<Item = (String, &'s str)>,
        out: &mut String,
    ) {
        let Some(first) = sightings.next() else { return };
        let style = self.palette.severity(first.severity);
        let mut block = self.block();
        block.title(style, &format!("{}[{rule}]", first.severity), &shown(first.message));
        let path = shown(&first.path);
        block.arrow(&if path.is_empty() { first.place } else { format!("{}: {path}", first.place) });
        if let Some((line, excerpt)) = excerpt {
            block.excerpt(line, excerpt, style);
        }
        let listed = if self.run.verbosity == Verbosity::Verbose { related.len() } else { PLACES };
        for (place, label) in related.by_ref().take(listed) {
            block.note("note", &format!("{place}: {}", shown(label)));
        }
        if related.len() > 0 {
            block.note("note", &format!("and {} more (`--verbose` lists them)", related.len()));
        }
        for other in sightings {
            let message = shown(other.message);
            block.note(
                "also",
                &if other.severity == first.severity {
                    format!("{}: {message}", other.place)
                } else {
                    format!("{}: {}: {message}", other.place, other.severity)
                },
            );
        }
        block.finish(out);
    }

    fn broken<'s>(
        &self,
        rules: impl Iterator<Item = (String, &'s str)>,
        place: &str,
        title: &str,
        out: &mut String,
    ) {
        for (rule, message) in rules {
            let mut block = self.block();
            block.title(self.palette.error, &format!("error[{rule}]"), "the rule broke");
            block.arrow(place);
            block.note("because", &shown(message));
            block.note("at", title);
            block.note("help", "the other rules are not affected; report this to the rule's author");
            block.finish(out);
        }
    }

    /// What was found between clusters.
    fn compared(&self, compared: &Compared, out: &mut String) {
        for (rule, finding) in compared.findings() {
            let name = &self.run.fleet_rules[rule];
            let style = self.palette.severity(finding.severity);
            let mut block = self.block();
            block.title(style, &format!("{}[{name}]", finding.severity), &shown(&finding.message));
            for holder in finding.holders.iter().take(HOLDERS) {
                block.arrow(&format!("{}: {}", holder.place(), shown(&holder.title())));
            }
            if finding.holders.len() > HOLDERS {
                let more = finding.holders.len() - HOLDERS;
                block.note("also", &format!("{more} more places (`--format json` lists them)"));
            }
            block.finish(out);
        }
        for (participation, name) in compared.participations().zip(&self.run.fleet_rules) {
            if let Some(message) = &participation.broken {
                let mut block = self.block();
                block.title(self.palette.error, &format!("error[{name}]"), "the rule broke");
                block.note("because", &shown(message));
                block.note("help", "the other rules are not affected; report this to the rule's author");
                block.finish(out);
            }
        }
    }

    /// How many rules could not judge the cluster, and the facts that most of them lack.
    fn unknown(&self, audited: &Audited<'_>, out: &mut String) {
        let mut rules = Vec::new();
        // By kind, so that what every node lacks is said once: the rules that want it, and the places that lack it.
        let mut wanted: BTreeMap<FactPath, (u64, BTreeSet<FactPath>)> = BTreeMap::new();
        for (rule, outcome) in &audited.report.outcomes {
            if let Outcome::Unknown(facts) = outcome {
                rules.push(rule.full_name());
                for kind in facts.chunk_by(|a, b| a.kind() == b.kind()) {
                    let (wanting, places) = wanted.entry(kind[0].kind()).or_default();
                    *wanting += 1;
                    places.extend(kind);
                }
            }
        }
        if rules.is_empty() {
            return;
        }
        let mut missing: Vec<_> = wanted.into_iter().collect();
        missing.sort_by_key(|(kind, (rules, _))| (Reverse(*rules), *kind));
        let title =
            format!("{} could not judge {}", number(rules.len() as u64, "rule", "rules"), audited.title());
        let mut block = self.block();
        block.title(self.palette.note, "note", &title);
        block.arrow(&place(audited.file, audited.line(), None));
        let mut facts: Vec<String> = missing
            .iter()
            .take(FACTS)
            .map(|(kind, (_, places))| fact_or_kind(audited, *kind, places))
            .collect();
        if missing.len() > FACTS {
            facts.push(format!("and {} more", missing.len() - FACTS));
        }
        block.list("missing", &facts);
        if self.run.verbosity == Verbosity::Verbose {
            block.list("rules", &rules);
        }
        block.finish(out);
    }

    /// What an importer did not understand.
    fn notes(&self, audited: &Audited<'_>, out: &mut String) {
        let notes = audited.notes();
        let count = number(notes.len() as u64, "thing was", "things were");
        let mut block = self.block();
        block.title(self.palette.note, "note", &format!("{count} not understood in {}", audited.title()));
        block.arrow(&place(audited.file, None, None));
        let listed = if self.run.verbosity == Verbosity::Verbose { notes.len() } else { PLACES };
        for note in notes.iter().take(listed) {
            let line = note.line.map_or_else(String::new, |line| format!("line {line}: "));
            block.note("import", &format!("{line}{}", shown(&note.message)));
        }
        if notes.len() > listed {
            block.note("import", &format!("and {} more (`--verbose` lists them)", notes.len() - listed));
        }
        block.finish(out);
    }

    fn refused(&self, refused: &Refused<'_>, out: &mut String) {
        for problem in refused.problems {
            let mut block = self.block();
            block.title(self.palette.error, "error", &shown(&problem.message));
            match &problem.place {
                None => block.arrow(&place(refused.file, refused.line, None)),
                Some(at) => {
                    block.arrow(&place(refused.file, Some(at.line), Some(at.column)));
                    if let Some(excerpt) = Excerpt::of(refused.text, &at.span) {
                        block.excerpt(at.line, excerpt, self.palette.error);
                    }
                }
            }
            block.note("help", &shown(&problem.hint));
            block.finish(out);
        }
    }

    fn skipped(&self, skipped: &Skipped<'_>, out: &mut String) {
        if self.run.verbosity == Verbosity::Verbose {
            writeln!(out, "{}: skipped: {}\n", escape(skipped.file), shown(skipped.reason))
                .expect("a string takes any text");
        }
    }

    fn block(&self) -> Block<'_> {
        Block::new(&self.palette)
    }
}

/// A missing fact by names, or what several of its kind have in common: `nodes[*].hardware.hba`.
fn fact_or_kind(audited: &Audited<'_>, kind: FactPath, places: &BTreeSet<FactPath>) -> String {
    match places.iter().next() {
        Some(only) if places.len() == 1 => audited.names(*only),
        _ => kind.pattern(),
    }
}

/// Findings of one rule together, in the order of the first of each.
fn by_rule<T>(findings: Vec<T>, rule: impl Fn(&T) -> String) -> Vec<(String, Vec<T>)> {
    let mut rules: Vec<(String, Vec<T>)> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let rule = rule(&finding);
        let number = *known.entry(rule.clone()).or_insert_with(|| {
            rules.push((rule, Vec::new()));
            rules.len() - 1
        });
        rules[number].1.push(finding);
    }
    rules
}
