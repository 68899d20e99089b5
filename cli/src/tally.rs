//! [`Tally`]: what the summary needs of everything that was looked at. It does not grow with the fleet.

use std::collections::BTreeMap;

use rules_core::{Counts, Outcome, model::FactPath};

use crate::{examined::Examined, formats::Run, held::Compared};

/// Counts of a fleet, or of a part of it; in which order parts are merged makes no difference.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    /// Files that held clusters.
    pub(crate) files: u64,
    /// Inputs, or lines of inputs, that could not be read.
    pub(crate) refused: u64,
    /// Files that are no definitions.
    pub(crate) skipped: u64,
    /// How many findings each rule of the plan has, in its order; empty if there are none.
    pub(crate) findings: Vec<u64>,
    /// The same of its fleet rules.
    pub(crate) fleet_findings: Vec<u64>,
    /// The kinds of facts that unknown outcomes lack.
    pub(crate) missing: BTreeMap<FactPath, Missing>,
}

/// How many unknown outcomes lack a kind of fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// It is all that they lack.
    pub(crate) alone: u64,
    /// They lack others, too.
    pub(crate) among_others: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, examined: &Examined<'_>) {
        let report = match examined {
            Examined::Cluster(audited) => &audited.report,
            Examined::Refused(_) => {
                self.refused += 1;
                return;
            }
            Examined::Skipped(_) => {
                self.skipped += 1;
                return;
            }
            // These count themselves.
            Examined::Earlier(_) => return,
        };
        self.counts.add(report);
        for (index, (_, outcome)) in report.outcomes.iter().enumerate() {
            match outcome {
                Outcome::Failed(findings) => {
                    self.findings.resize(report.outcomes.len(), 0);
                    self.findings[index] += findings.len() as u64;
                }
                Outcome::Unknown(missing) => {
                    self.add_missing(missing.iter().map(|path| path.kind()).collect());
                }
                _ => {}
            }
        }
    }

    /// Counts the kinds of facts that an unknown outcome lacks.
    pub(crate) fn add_missing(&mut self, mut kinds: Vec<FactPath>) {
        kinds.sort_unstable();
        kinds.dedup();
        let alone = kinds.len() == 1;
        for kind in kinds {
            let missing = self.missing.entry(kind).or_default();
            *(if alone { &mut missing.alone } else { &mut missing.among_others }) += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.files += other.files;
        self.refused += other.refused;
        self.skipped += other.skipped;
        if self.findings.len() < other.findings.len() {
            self.findings.resize(other.findings.len(), 0);
        }
        for (sum, more) in self.findings.iter_mut().zip(&other.findings) {
            *sum += more;
        }
        for (kind, more) in &other.missing {
            let missing = self.missing.entry(*kind).or_default();
            missing.alone += more.alone;
            missing.among_others += more.among_others;
        }
    }

    /// Adds what was found between clusters.
    pub(crate) fn add_compared(&mut self, compared: &Compared) {
        self.fleet_findings = vec![0; compared.participations().len()];
        for (rule, finding) in compared.findings() {
            self.fleet_findings[rule] += 1;
            self.counts.add_finding(finding.severity);
        }
        let broken = compared.participations().filter(|participation| participation.broken.is_some());
        self.counts.broken += broken.count() as u64;
    }

    /// The rules that found something, and how much.
    pub(crate) fn found<'r>(&self, run: &'r Run<'_>) -> impl Iterator<Item = (u64, &'r str)> {
        let found = self.findings.iter().zip(&run.rules);
        let found = found.chain(self.fleet_findings.iter().zip(&run.fleet_rules));
        found.filter(|(findings, _)| **findings > 0).map(|(findings, rule)| (*findings, rule.as_str()))
    }

    /// The kinds of facts that would settle most unknown outcomes, the most useful first.
    pub(crate) fn most_missing(&self) -> Vec<(FactPath, Missing)> {
        let mut kinds: Vec<_> = self.missing.iter().map(|(kind, missing)| (*kind, *missing)).collect();
        kinds
            .sort_by_key(|(kind, missing)| (std::cmp::Reverse((missing.alone, missing.among_others)), *kind));
        kinds
    }
}
