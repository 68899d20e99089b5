use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A standby target uses no local continuous replication, and no recovery storage group is replicated to it.
    ///
    /// Every storage group of a target counts, even those that have nothing to do with the copies. The source may use
    /// local continuous replication where it is not clustered.
    ///
    /// # Why it matters
    ///
    /// Exchange does not enable standby continuous replication to such a server, nor for a recovery storage group: the copy
    /// that the disaster plan counts on is never made.
    ///
    /// # How to fix it
    ///
    /// On the target: `Disable-StorageGroupCopy` for each storage group with a local copy (the local copy is given up, the
    /// database stays), or choose another target. Leave the recovery storage group out: replicate the storage group that it
    /// was made from.
    pub static STANDBY_TARGET_WITHOUT_OTHER_COPIES = {
        check,
        set: &EXCHANGE_2007,
        name: "standby-target-without-other-copies",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676502", "Standby Continuous Replication")],
        basis: Basis::Microsoft,
        covers: &["SCR-002", "SGD-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let targets = findings.each(cluster.standby_targets());
    if targets.is_empty() {
        return findings.not_applicable("it has no standby target");
    }
    for target in targets {
        if let Some(used) = findings.need(target.local_replication())
            && *used
        {
            let message = format!("`{}` uses local continuous replication", target.name());
            findings.report(used.path(), message);
        }
        if let Some(enabled) = findings.need(target.recovery_storage_group())
            && *enabled
        {
            let message = format!("a recovery storage group is to be replicated to `{}`", target.name());
            findings.report(enabled.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a target with nothing else", CCR_2007).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", local_replication = false, recovery_storage_group = false }]"#,
    ),
    fails("local copies on the target", CCR_2007, &["standby_targets[SCR1].local_replication"]).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", local_replication = true, recovery_storage_group = false }]"#,
    ),
    fails("a recovery storage group", SCC_2007, &["standby_targets[SCR1].recovery_storage_group"]).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", local_replication = false, recovery_storage_group = true }]"#,
    ),
    not_applicable("no standby target", SCC_2007),
    unknown("nobody looked at the target", CCR_2007, &["standby_targets[SCR1].local_replication"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", recovery_storage_group = false }]"#),
];
