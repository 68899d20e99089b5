//! For people: each finding with its place in the definition, as compilers show theirs.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use rules_core::{Finding, Outcome, RuleMeta, model::FactPath};

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

/// How many kinds of missing facts of a cluster, and how many other places of a finding, are shown.
const FACTS: usize = 8;
const PLACES: usize = 4;

/// How many places of a finding between clusters are shown.
const HOLDERS: usize = 20;

/// From how many findings of one rule and severity on they are shown together.
const GROUP: usize = 3;

pub(crate) struct Text<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) palette: Palette,
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
        let findings = audited.worst_first();
        let mut explained: Option<&RuleMeta> = None;
        for related in findings.chunk_by(are_related) {
            let together = if related.len() < GROUP { 1 } else { related.len() };
            for group in related.chunks(together) {
                let (rule, _) = group[0];
                let explain = !explained.is_some_and(|earlier| std::ptr::eq(earlier, rule));
                explained = Some(rule);
                self.finding(audited, group, explain, out);
            }
        }
        for (rule, outcome) in &audited.report.outcomes {
            if let Outcome::Broken(message) = outcome {
                let mut block = self.block();
                block.title(self.palette.error, &format!("error[{}]", rule.full_name()), "the rule broke");
                block.arrow(&place(audited.file, audited.line(), None));
                block.note("because", &shown(message));
                block.note("at", &audited.title());
                block.note("help", "the other rules are not affected; report this to the rule's author");
                block.finish(out);
            }
        }
        if self.run.verbosity == Verbosity::Verbose {
            drift::table(audited, self.run, &self.palette, out);
        }
        self.unknown(audited, out);
        if !audited.notes().is_empty() {
            self.notes(audited, out);
        }
        if self.run.verbosity == Verbosity::Verbose {
            let place = place(audited.file, audited.line(), None);
            let outcomes = summary::outcomes(&audited.report.counts(), &self.palette);
            writeln!(out, "{place}: {}: {outcomes}\n", audited.title()).expect("a string takes any text");
        }
    }

    /// Findings of one rule and severity: the first with its excerpt, of the others the place and message.
    fn finding(
        &self,
        audited: &Audited<'_>,
        group: &[(&RuleMeta, &Finding)],
        explain: bool,
        out: &mut String,
    ) {
        let [(rule, finding), others @ ..] = group else { return };
        let style = self.palette.severity(finding.severity);
        let mut block = self.block();
        block.title(style, &format!("{}[{}]", finding.severity, rule.full_name()), &shown(&finding.message));
        block.spot(audited, finding.path, style);
        block.note("at", &at(audited, finding.path));
        for (_, other) in others {
            let spot = audited.spot(other.path);
            block.note(
                "also",
                &format!("{}: {}", spot_text(audited.file, spot.as_ref()), shown(&other.message)),
            );
        }
        if explain {
            block.note("help", &format!("excluster explain {}", rule.full_name()));
        }
        for (path, label) in finding.related.iter().take(PLACES) {
            block.title(self.palette.note, "note", &shown(label));
            block.spot(audited, *path, self.palette.note);
        }
        for (path, label) in finding.related.iter().skip(PLACES) {
            let spot = audited.spot(*path);
            block.note("also", &format!("{}: {}", spot_text(audited.file, spot.as_ref()), shown(label)));
        }
        block.finish(out);
    }

    /// A result of an earlier run, of whose definition there is no text.
    fn earlier(&self, result: &EarlierResult, out: &mut String) {
        let title = match &result.name {
            Some(name) => format!("`{}`", shown(name)),
            None => "a cluster without a name".to_owned(),
        };
        let mut explained = None;
        for finding in &result.findings {
            let mut block = self.block();
            let kind = format!("{}[{}]", finding.severity, finding.rule);
            block.title(self.palette.severity(finding.severity), &kind, &shown(&finding.message));
            block.arrow(&finding.at.of(&result.file));
            let path = shown(&finding.at.path);
            block.note("at", &if path.is_empty() { title.clone() } else { format!("{path} of {title}") });
            if explained != Some(&finding.rule) {
                block.note("help", &format!("excluster explain {}", finding.rule));
            }
            explained = Some(&finding.rule);
            for related in &finding.related {
                block.note("also", &format!("{}: {}", related.at.of(&result.file), shown(&related.label)));
            }
            block.finish(out);
        }
        for (rule, message) in result.broken() {
            let mut block = self.block();
            block.title(self.palette.error, &format!("error[{rule}]"), "the rule broke");
            block.arrow(&place(&result.file, result.line, None));
            block.note("because", &shown(message));
            block.note("at", &title);
            block.finish(out);
        }
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
            block.arrow(&place(&result.file, result.line, None));
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

    /// What was found between clusters.
    fn compared(&self, compared: &Compared, out: &mut String) {
        let mut explained = None;
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
            if explained != Some(rule) {
                block.note("help", &format!("excluster explain {name}"));
            }
            explained = Some(rule);
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
        let mut rules = 0;
        // By kind, so that what every node lacks is said once: the rules that want it, and the places that lack it.
        let mut wanted: BTreeMap<FactPath, (u64, BTreeSet<FactPath>)> = BTreeMap::new();
        for (_, outcome) in &audited.report.outcomes {
            if let Outcome::Unknown(facts) = outcome {
                rules += 1;
                for kind in facts.chunk_by(|a, b| a.kind() == b.kind()) {
                    let (rules, places) = wanted.entry(kind[0].kind()).or_default();
                    *rules += 1;
                    places.extend(kind);
                }
            }
        }
        if rules == 0 {
            return;
        }
        let mut missing: Vec<_> = wanted.into_iter().collect();
        missing.sort_by_key(|(kind, (rules, _))| (Reverse(*rules), *kind));
        let title = format!("{} could not judge {}", number(rules, "rule", "rules"), audited.title());
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

/// Whether two findings belong together: those of one rule and severity.
fn are_related(a: &(&RuleMeta, &Finding), b: &(&RuleMeta, &Finding)) -> bool {
    std::ptr::eq(a.0, b.0) && a.1.severity == b.1.severity
}

/// A missing fact by names, or what several of its kind have in common: `nodes[*].hardware.hba`.
fn fact_or_kind(audited: &Audited<'_>, kind: FactPath, places: &BTreeSet<FactPath>) -> String {
    match places.iter().next() {
        Some(only) if places.len() == 1 => audited.names(*only),
        _ => kind.pattern(),
    }
}

fn at(audited: &Audited<'_>, path: FactPath) -> String {
    let (path, title) = (audited.names(path), audited.title());
    if path.is_empty() { title } else { format!("{} of {title}", shown(&path)) }
}
