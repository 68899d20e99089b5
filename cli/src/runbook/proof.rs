//! The proof of a runbook: a simulator takes its steps, and the rules judge the cluster in which they end.

use rules_core::{
    ClusterReport, Outcome, Plan, Severity, audit_cluster,
    model::{FactPath, Names},
    runbook::{Procedure, Refusal, Runbook, Simulator, Statement},
};

use super::document::{Fact, Finding, Proof};
use crate::digest;

/// What came of a runbook in the simulator.
pub(crate) struct Proven {
    /// The step that could not be taken.
    pub(crate) refusal: Option<Refusal>,
    /// In what it does not end as it is wanted; nothing is said of a runbook that stopped before its end.
    pub(crate) unlike: Vec<Statement>,
    /// How many errors the rules find in the cluster in which it ends.
    pub(crate) errors: u64,
    /// How many rules broke.
    pub(crate) broken: u64,
    proof: Proof,
}

impl Proven {
    /// Takes the steps, and has the rules judge what they come to.
    pub(crate) fn of(runbook: &Runbook, procedure: &Procedure, rules: &Plan) -> Self {
        let mut simulator = Simulator::new(runbook, procedure);
        let refusal = simulator.run(&runbook.steps).err();
        let unlike = if refusal.is_none() { simulator.unlike(&runbook.target) } else { Vec::new() };
        let cluster = simulator.cluster();
        let report = audit_cluster(rules, cluster);
        let counts = report.counts();
        let proof = Proof {
            proven: refusal.is_none() && unlike.is_empty() && counts.errors == 0 && counts.broken == 0,
            refusal: refusal.as_ref().map(Refusal::to_string),
            unlike: unlike.iter().cloned().map(Fact::of).collect(),
            rules: digest::of_plan(rules),
            passed: counts.passed,
            failed: counts.failed,
            unknown: counts.unknown,
            not_applicable: counts.not_applicable,
            broken: counts.broken,
            findings: findings(&report, &Names::of(cluster)),
            missing: missing(&report),
        };
        Self { refusal, unlike, errors: counts.errors, broken: counts.broken, proof }
    }

    /// The proof as a document has it.
    pub(crate) fn into_proof(self) -> Proof {
        self.proof
    }
}

fn findings(report: &ClusterReport<'_>, names: &Names<'_>) -> Vec<Finding> {
    let findings = report.findings().map(|(rule, finding)| Finding {
        rule: rule.full_name(),
        severity: finding.severity,
        message: finding.message.clone(),
        path: names.of_path(finding.path),
    });
    let mut findings: Vec<Finding> = findings.collect();
    findings.sort_by_key(|finding| std::cmp::Reverse::<Severity>(finding.severity));
    findings
}

/// The kinds of facts that the unknown outcomes lack, each once.
fn missing(report: &ClusterReport<'_>) -> Vec<String> {
    let mut kinds: Vec<_> = report
        .outcomes
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Unknown(facts) => Some(facts),
            _ => None,
        })
        .flatten()
        .map(|path| path.kind())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(FactPath::pattern).collect()
}
