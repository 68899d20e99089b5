//! The evaluator: one cluster, or a fleet in parallel.

use std::{any::Any, cell::Cell, panic::AssertUnwindSafe, sync::Once};

use rayon::prelude::*;

use crate::{
    BaseProfile, ClusterReport, Finding, Findings, Outcome, Plan, Rule, RuleMeta,
    model::{Cluster, ClusterRef, ExchangeVersion, FactPath, Index, Key},
};

/// Looks at a fleet with every rule of a plan, in parallel; the reports are in the order of the clusters, and the same
/// for any number of threads.
///
/// ```
/// # use rules_core::{Profile, RuleBook, audit, model::Cluster};
/// # fn with(book: &RuleBook) -> Result<(), Box<dyn std::error::Error>> {
/// let plan = book.plan(&Profile::recommended())?;
/// let fleet = [Cluster::new("MAILCLU1"), Cluster::new("MAILCLU2")];
/// for (cluster, report) in fleet.iter().zip(audit(&plan, &fleet)) {
///     for (rule, finding) in report.findings() {
///         println!("{} {}: {}", rule.full_name(), finding.path.names(cluster), finding.message);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn audit<'p>(plan: &'p Plan, clusters: &[Cluster]) -> Vec<ClusterReport<'p>> {
    clusters.par_iter().map_init(|| Auditor::new(plan), Auditor::audit).collect()
}

/// Looks at one cluster with every rule of a plan. For many clusters one after the other, an [`Auditor`] is quicker.
///
/// A rule that panics is an outcome, not a message on the standard error: the first audit of a process wraps the panic
/// hook that it finds, which goes on to see every other panic.
pub fn audit_cluster<'p>(plan: &'p Plan, cluster: &Cluster) -> ClusterReport<'p> {
    Auditor::new(plan).audit(cluster)
}

/// Looks at one cluster after the other with every rule of a plan. What it finds out about one for several rules goes into
/// the storage that it had for the last.
pub struct Auditor<'p> {
    plan: &'p Plan,
    index: Index,
    findings: Findings,
}

impl<'p> Auditor<'p> {
    /// An auditor that has not seen a cluster yet.
    pub fn new(plan: &'p Plan) -> Self {
        Self { plan, index: Index::default(), findings: Findings::default() }
    }

    /// Looks at a cluster: see [`audit_cluster`].
    pub fn audit(&mut self, cluster: &Cluster) -> ClusterReport<'p> {
        let (base, cluster) = (self.plan.base(), self.index.view(cluster));
        let judged =
            self.plan.rules().map(|rule| (rule.meta(), judge(rule, base, cluster, &mut self.findings)));
        ClusterReport { outcomes: judged.collect() }
    }
}

/// What one rule comes to for one cluster.
pub(crate) fn judge(
    rule: &dyn Rule,
    base: BaseProfile,
    cluster: ClusterRef<'_>,
    findings: &mut Findings,
) -> Outcome {
    let meta = rule.meta();
    match concern(meta, cluster) {
        Concern::Concerned => {}
        Concern::NotConcerned => {
            return Outcome::NotApplicable("it does not concern this version of Exchange".into());
        }
        Concern::Unknown(exchange) => return Outcome::Unknown(vec![exchange]),
    }
    if let Err(message) = catch(|| rule.check(cluster, findings)) {
        *findings = Findings::default();
        return Outcome::Broken(message);
    }
    if findings.is_empty() {
        return Outcome::Passed;
    }
    let said = findings.take();
    let found = said.reports.into_iter().filter_map(|report| Finding::new(report, meta.severity, base));
    let found: Vec<Finding> = found.collect();
    if !found.is_empty() {
        return Outcome::Failed(found);
    }
    if !said.missing.is_empty() {
        return Outcome::Unknown(said.missing);
    }
    said.not_applicable.map_or(Outcome::Passed, Outcome::NotApplicable)
}

/// Whether a rule concerns a cluster of this version of Exchange.
pub(crate) enum Concern {
    Concerned,
    NotConcerned,
    /// The version is not known.
    Unknown(FactPath),
}

/// Whether a rule concerns a cluster, by its versions.
pub(crate) fn concern(meta: &RuleMeta, cluster: ClusterRef<'_>) -> Concern {
    match cluster.exchange().peek() {
        Some(version) if !meta.versions.contains(version) => Concern::NotConcerned,
        None if !ExchangeVersion::ALL.iter().all(|version| meta.versions.contains(version)) => {
            Concern::Unknown(FactPath::ROOT.key(Key::exchange))
        }
        _ => Concern::Concerned,
    }
}

thread_local! {
    /// Set while a rule runs: its panic is an outcome, not a message on the standard error.
    static IN_RULE: Cell<bool> = const { Cell::new(false) };
    /// Where the last rule that broke on this thread did.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs a rule's check; a panic in it becomes its message and place.
pub(crate) fn catch(check: impl FnOnce()) -> Result<(), String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IN_RULE.get() {
                PLACE.set(info.location().map(|place| format!("{}:{}", place.file(), place.line())));
            } else {
                usual(info);
            }
        }));
    });
    IN_RULE.set(true);
    let result = std::panic::catch_unwind(AssertUnwindSafe(check));
    IN_RULE.set(false);
    result.map_err(|panic| {
        let message = message_of(&*panic);
        PLACE.take().map_or(message.clone(), |place| format!("{message} ({place})"))
    })
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked without a message".to_owned())
}
