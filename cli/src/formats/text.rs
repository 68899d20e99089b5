//! For people: each finding with its place in the definition, as compilers show theirs.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _};

use anstyle::Style;
use rules_core::{Finding, Outcome, RuleMeta, model::FactPath};

use super::{Format, Run, Verbosity};
use crate::{
    escape::{escape, shown},
    examined::{Audited, Examined, Refused, Skipped, Spot},
    excerpt::Excerpt,
    palette::Palette,
    summary::{self, number},
    tally::Tally,
};

/// How many missing facts of a cluster, and how many other places of a finding, are shown.
const FACTS: usize = 8;
const PLACES: usize = 4;

/// Where a list of missing facts goes on on the next line, in bytes.
const LIST_WIDTH: usize = 90;

/// From how many findings of one kind on they are shown together.
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
        }
    }

    fn end(&self, tally: &Tally) -> String {
        summary::text(tally, &self.run.rules, &self.palette)
    }
}

impl Text<'_> {
    fn cluster(&self, audited: &Audited<'_>, out: &mut String) {
        let findings = audited.worst_first();
        let mut explained: Option<&RuleMeta> = None;
        for kind in findings.chunk_by(same_kind) {
            let together = if kind.len() < GROUP { 1 } else { kind.len() };
            for group in kind.chunks(together) {
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
                block.arrow(&place(audited.file, None, None));
                block.note("because", &shown(message));
                block.note("help", "the other rules are not affected; report this to the rule's author");
                block.finish(out);
            }
        }
        self.unknown(audited, out);
        if !audited.notes().is_empty() {
            self.notes(audited, out);
        }
        if self.run.verbosity == Verbosity::Verbose {
            let counts = audited.report.counts();
            let place = place(audited.file, audited.line(), None);
            let name = shown(audited.name());
            let outcomes =
                format!("{} passed, {} failed, {} unknown", counts.passed, counts.failed, counts.unknown);
            writeln!(out, "{place}: {name}: {outcomes}\n").expect("a string takes any text");
        }
    }

    /// Findings of one rule and kind: the first with its excerpt, of the others the place and message.
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
        block.note("at", &shown(&at(audited, finding.path)));
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

    /// How many rules could not judge the cluster, and the facts that most of them lack.
    fn unknown(&self, audited: &Audited<'_>, out: &mut String) {
        let mut rules = 0;
        let mut wanted: BTreeMap<FactPath, u64> = BTreeMap::new();
        for (_, outcome) in &audited.report.outcomes {
            if let Outcome::Unknown(facts) = outcome {
                rules += 1;
                for fact in facts {
                    *wanted.entry(*fact).or_default() += 1;
                }
            }
        }
        if rules == 0 {
            return;
        }
        let mut missing: Vec<(FactPath, u64)> = wanted.into_iter().collect();
        missing.sort_by_key(|(fact, rules)| (Reverse(*rules), *fact));
        let title = format!("{} could not judge `{}`", number(rules, "rule", "rules"), shown(audited.name()));
        let mut block = self.block();
        block.title(self.palette.note, "note", &title);
        block.arrow(&place(audited.file, audited.line(), None));
        let mut facts: Vec<String> =
            missing.iter().take(FACTS).map(|(fact, _)| fact.names(audited.cluster)).collect();
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
        block.title(
            self.palette.note,
            "note",
            &format!("{count} not understood in `{}`", shown(audited.name())),
        );
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
        Block { palette: &self.palette, lines: Vec::new() }
    }
}

/// Whether two findings say the same of two things: the same rule and severity, and messages that differ in names only.
fn same_kind(a: &(&RuleMeta, &Finding), b: &(&RuleMeta, &Finding)) -> bool {
    let words = |finding: &Finding| finding.message.split('`').step_by(2).collect::<Vec<_>>().join("`");
    std::ptr::eq(a.0, b.0)
        && a.1.severity == b.1.severity
        && a.1.related.is_empty()
        && b.1.related.is_empty()
        && words(a.1) == words(b.1)
}

fn at(audited: &Audited<'_>, path: FactPath) -> String {
    let (path, name) = (path.names(audited.cluster), audited.name());
    if path.is_empty() { format!("`{name}`") } else { format!("{path} of `{name}`") }
}

fn spot_text(file: &str, spot: Option<&Spot>) -> String {
    place(file, spot.map(|spot| spot.line), spot.and_then(|spot| spot.column))
}

fn place(file: &str, line: Option<u64>, column: Option<u64>) -> String {
    let mut place = escape(file).into_owned();
    for number in [line, column].into_iter().flatten() {
        write!(place, ":{number}").expect("a string takes any text");
    }
    place
}

/// Some lines that belong together. The column of their frames depends on the longest line number.
struct Block<'a> {
    palette: &'a Palette,
    lines: Vec<Line>,
}

enum Line {
    Title(String),
    Arrow(String),
    Source(u64, String),
    /// Under the source: spaces, carets, their style.
    Carets(usize, usize, Style),
    Empty,
    Note(&'static str, String),
}

impl Block<'_> {
    fn title(&mut self, style: Style, kind: &str, text: &str) {
        let strong = self.palette.strong;
        self.lines.push(Line::Title(format!("{style}{kind}{style:#}{strong}: {text}{strong:#}")));
    }

    fn arrow(&mut self, place: &str) {
        self.lines.push(Line::Arrow(place.to_owned()));
    }

    /// The place of a path, with its line.
    fn spot(&mut self, audited: &Audited<'_>, path: FactPath, style: Style) {
        let spot = audited.spot(path);
        self.arrow(&spot_text(audited.file, spot.as_ref()));
        if let Some((spot, excerpt)) = spot.and_then(|spot| audited.excerpt(&spot).map(|it| (spot, it))) {
            self.excerpt(spot.line, excerpt, style);
        }
    }

    fn excerpt(&mut self, line: u64, excerpt: Excerpt, style: Style) {
        let carets = Line::Carets(excerpt.indent, excerpt.width, style);
        self.lines.extend([Line::Empty, Line::Source(line, excerpt.line), carets]);
    }

    fn note(&mut self, label: &'static str, text: &str) {
        if matches!(self.lines.last(), Some(Line::Carets(..))) {
            self.lines.push(Line::Empty);
        }
        self.lines.push(Line::Note(label, text.to_owned()));
    }

    /// Words with commas between them, on as many lines as they need.
    fn list(&mut self, label: &'static str, words: &[String]) {
        let mut line = String::new();
        for (index, word) in words.iter().enumerate() {
            let word = shown(word);
            if !line.is_empty() && line.len() + word.len() > LIST_WIDTH {
                self.note(label, line.trim_end());
                line.clear();
            }
            line.push_str(&word);
            line.push_str(if index + 1 < words.len() { ", " } else { "" });
        }
        self.note(label, &line);
    }

    fn finish(self, out: &mut String) {
        let widest = self.lines.iter().filter_map(|line| match line {
            Line::Source(number, _) => Some(number.to_string().len()),
            _ => None,
        });
        let width = widest.max().unwrap_or(1);
        let (frame, strong) = (self.palette.frame, self.palette.strong);
        for line in &self.lines {
            match line {
                Line::Title(text) => writeln!(out, "{text}"),
                Line::Arrow(place) => writeln!(out, "{:width$}{frame}-->{frame:#} {place}", ""),
                Line::Empty => writeln!(out, "{:width$} {frame}|{frame:#}", ""),
                Line::Source(number, text) => writeln!(out, "{frame}{number:>width$} |{frame:#} {text}"),
                Line::Carets(indent, carets, style) => {
                    let (indent, carets) = (" ".repeat(*indent), "^".repeat(*carets));
                    writeln!(out, "{:width$} {frame}|{frame:#} {indent}{style}{carets}{style:#}", "")
                }
                Line::Note(label, text) => {
                    writeln!(out, "{:width$} {frame}={frame:#} {strong}{label}{strong:#}: {text}", "")
                }
            }
            .expect("a string takes any text");
        }
        out.push('\n');
    }
}
