//! The report of an audit: plain data, in a fixed order.

use std::borrow::Cow;

use crate::{
    BaseProfile, RuleMeta, Severity,
    findings::{ByArticle, Report as Said},
    model::FactPath,
};

/// What a rule came to for one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every fact that the rule needs is there, and nothing is wrong.
    Passed,
    /// Something is wrong.
    Failed(Vec<Finding>),
    /// Nothing is seen to be wrong, but these absent facts could show otherwise.
    Unknown(Vec<FactPath>),
    /// The rule does not concern this cluster, for this reason.
    NotApplicable(Cow<'static, str>),
    /// The rule itself broke; its message. Other rules are not affected.
    Broken(String),
}

impl Outcome {
    /// The outcome as one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable(_) => "not-applicable",
            Self::Broken(_) => "broken",
        }
    }

    /// What was found, by path, then message; empty unless failed.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Failed(findings) => findings,
            _ => &[],
        }
    }
}

/// Something wrong in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is under the profile.
    pub severity: Severity,
    /// Where it is; it resolves in the definition, or its parent does where something is absent.
    pub path: FactPath,
    /// What is wrong.
    pub message: String,
    /// Other places that belong to it, with a few words on each.
    pub related: Vec<(FactPath, String)>,
}

impl Finding {
    /// What a profile makes of what a rule of this severity said, if anything.
    pub(crate) fn new(said: Said, severity: Severity, base: BaseProfile) -> Option<Self> {
        let by_documents = said.at_most.map_or(severity, |most| severity.min(most));
        let severity = match said.by_article {
            ByArticle::Severity(severity) if base == BaseProfile::Article => severity,
            ByArticle::Nothing if base == BaseProfile::Article => return None,
            _ => by_documents,
        };
        Some(Self { severity, path: said.path, message: said.message, related: said.related })
    }
}

/// The outcomes of all rules of a plan for one cluster, in the plan's order.
#[derive(Clone, Debug)]
pub struct ClusterReport<'p> {
    /// Each rule with its outcome.
    pub outcomes: Vec<(&'p RuleMeta, Outcome)>,
}

impl ClusterReport<'_> {
    /// Every finding with its rule: by rule, then path, then message.
    pub fn findings(&self) -> impl Iterator<Item = (&RuleMeta, &Finding)> {
        self.outcomes
            .iter()
            .flat_map(|(rule, outcome)| outcome.findings().iter().map(move |finding| (*rule, finding)))
    }

    /// The outcome of a rule by its full name.
    pub fn outcome(&self, full_name: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|(rule, _)| rule.full_name() == full_name).map(|(_, outcome)| outcome)
    }

    /// The counts of this cluster.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        counts.add(self);
        counts
    }
}

/// How many outcomes and findings of each kind there were.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Clusters audited.
    pub clusters: u64,
    /// Clusters of which no rule could judge anything: no outcome passed or failed.
    pub clusters_not_judged: u64,
    /// Outcomes: passed.
    pub passed: u64,
    /// Outcomes: failed.
    pub failed: u64,
    /// Outcomes: unknown.
    pub unknown: u64,
    /// Outcomes: not applicable.
    pub not_applicable: u64,
    /// Outcomes: broken.
    pub broken: u64,
    /// Findings of severity error.
    pub errors: u64,
    /// Findings of severity warning.
    pub warnings: u64,
    /// Findings of severity information.
    pub informations: u64,
}

impl Counts {
    /// Counts one more cluster.
    pub fn add(&mut self, report: &ClusterReport<'_>) {
        let judged = self.passed + self.failed;
        self.clusters += 1;
        for (_, outcome) in &report.outcomes {
            match outcome {
                Outcome::Passed => self.passed += 1,
                Outcome::Failed(_) => self.failed += 1,
                Outcome::Unknown(_) => self.unknown += 1,
                Outcome::NotApplicable(_) => self.not_applicable += 1,
                Outcome::Broken(_) => self.broken += 1,
            }
            for finding in outcome.findings() {
                self.add_finding(finding.severity);
            }
        }
        self.clusters_not_judged += u64::from(self.passed + self.failed == judged);
    }

    /// Counts one more finding, of a fleet rule.
    pub fn add_finding(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Information => self.informations += 1,
        }
    }

    /// Adds the counts of another part of the fleet.
    pub fn merge(&mut self, other: &Self) {
        self.clusters += other.clusters;
        self.clusters_not_judged += other.clusters_not_judged;
        self.passed += other.passed;
        self.failed += other.failed;
        self.unknown += other.unknown;
        self.not_applicable += other.not_applicable;
        self.broken += other.broken;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.informations += other.informations;
    }
}
