use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Evs, ExchangeVersion::V2007, Known, Layout, StandbyTarget},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A storage group that is replicated holds one database.
    ///
    /// In cluster continuous replication every storage group is replicated; in a single copy cluster, each that is
    /// copied to a standby target. A definition says which clustered mailbox server a target copies, but not which of
    /// its storage groups: so a second database is an error in the first case, and a warning in the second. A recovery
    /// storage group is not replicated.
    ///
    /// # Why it matters
    ///
    /// Replication ships the logs of a storage group and replays them into one database. Exchange refuses a second database
    /// in such a storage group, and refuses to replicate a storage group that has two.
    ///
    /// # How to fix it
    ///
    /// Make a storage group of its own for each further database (`New-StorageGroup`, `New-MailboxDatabase`) and move the
    /// mailboxes there with `Move-Mailbox`. Remove the second database when it is empty. Then seed the copy with
    /// `Update-StorageGroupCopy`.
    pub static ONE_DATABASE_PER_STORAGE_GROUP = {
        check,
        set: &EXCHANGE_2007,
        name: "one-database-per-storage-group",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
            Source::TechNet("bb676502", "Standby Continuous Replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    for cms in servers {
        for group in findings.each(cms.listed().storage_groups()) {
            let Some(databases) = findings.need(group.databases()) else { continue };
            if *databases > 1 && findings.need(group.recovery()).is_some_and(|recovery| !*recovery) {
                is_replicated(cms, databases, findings);
            }
        }
    }
}

/// Reports a storage group with several databases, if it is replicated.
fn is_replicated(cms: Evs<'_>, databases: Known<'_, u32>, findings: &mut Findings) {
    let cluster = cms.listed().cluster();
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout == Layout::ContinuousReplication {
        let message = format!("{databases} databases in one storage group, where replication takes one");
        findings.report(databases.path(), message);
        return;
    }
    let targets = findings.each(cluster.standby_targets());
    if targets.is_empty() {
        return;
    }
    let Some(name) = findings.need(cms.name()) else { return };
    let copies_it = |target: &At<'_, StandbyTarget>| findings.need(target.of()).is_some_and(|of| of == name);
    if let Some(target) = targets.into_iter().find(copies_it) {
        let message = format!(
            "{databases} databases in one storage group, which cannot be copied to `{}`",
            target.name()
        );
        findings
            .report(databases.path(), message)
            .at_most(Severity::Warning)
            .related(target.path(), "the standby target");
    }
}

const EXAMPLES: &[Example] = &[
    passes("one database in each storage group", CCR_2007),
    passes("several in a single copy cluster without a standby target", SCC_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", databases = 5 }]
        "#,
    ),
    passes("several in a recovery storage group", CCR_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Recovery Storage Group", databases = 2, recovery = true }]
        "#,
    ),
    passes("the standby target copies another clustered mailbox server", SCC_2007).with(
        r#"
        standby_targets = [{ name = "SCR1", of = "CMS2" }]

        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", databases = 2 }]
        "#,
    ),
    fails(
        "two databases in a storage group of a CCR",
        CCR_2007,
        &["virtual_servers[CMS1].storage_groups[Second Storage Group].databases"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Second Storage Group", databases = 2 }]
        "#,
    ),
    fails(
        "two databases where a standby target copies the server",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[First Storage Group].databases"],
    )
    .with(
        r#"
        standby_targets = [{ name = "SCR1", of = "CMS1" }]

        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", databases = 2 }]
        "#,
    ),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown(
        "nobody counted the databases",
        CCR_2007,
        &["virtual_servers[CMS1].storage_groups[First Storage Group].databases"],
    )
    .without(&["virtual_servers[CMS1].storage_groups[First Storage Group].databases"]),
    unknown(
        "two databases, and whether there are standby targets is not known",
        SCC_2007,
        &["standby_targets"],
    )
    .without(&["standby_targets"])
    .with(
        r#"
            [[virtual_servers]]
            name = "CMS1"
            storage_groups = [{ name = "First Storage Group", databases = 2 }]
            "#,
    ),
];
