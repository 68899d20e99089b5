use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007, GroupRef, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The data disks of a CCR cluster belong to one node each, and are no disks of the cluster.
    ///
    /// A data disk that is shared between the nodes is a finding. So is a disk resource in the group of a clustered
    /// mailbox server, unless its disk is reported as shared already. LUNs of a storage network will do, as long as
    /// each is presented to one node. A disk of the quorum is left to `exchange2007/no-disk-quorum-in-ccr`.
    ///
    /// # Why it matters
    ///
    /// Each node writes its own copy of the databases at all times. A disk that the cluster hands from node to node is
    /// offline on the passive one: there the copy fails, and the disk is the single point of failure that continuous
    /// replication is to do away with.
    ///
    /// # How to fix it
    ///
    /// Present to each node disks of its own, with the same letters on both, and make a backup. Then, for one storage
    /// group after the other, suspend the copy (`Suspend-StorageGroupCopy`), dismount the databases
    /// (`Dismount-Database`; their users are cut off), copy the files of the active node by hand, give the new paths
    /// with `Move-StorageGroupPath` and `Move-DatabasePath`, both with `-ConfigurationOnly`, as CCR demands it, and
    /// mount the databases again. Seed the passive node with `Update-StorageGroupCopy`. Take a disk resource out of the
    /// group only when nothing of Exchange is on the disk any more.
    pub static CCR_STORAGE_NOT_SHARED = {
        check,
        set: &EXCHANGE_2007,
        name: "ccr-storage-not-shared",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
            Source::Microsoft("Scott Schnoll's blog, storage for cluster continuous replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-022"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("there is no continuous replication");
    }
    let quorum = cluster.quorum().resource().peek();
    for disk in findings.each(cluster.disks()) {
        if quorum.is_some() && disk.name().peek() == quorum {
            continue;
        }
        if findings.need(disk.shared()).is_some_and(|shared| *shared) {
            let message = format!("`{}` is shared between the nodes of a CCR cluster", disk.name());
            findings.report(disk.shared().path(), message);
        }
    }
    let groups = cluster.clustered_mailbox_servers().flat_map(Evs::group);
    for resource in findings.each(groups.flat_map(GroupRef::storage)) {
        if quorum.is_some() && resource.name().peek() == quorum {
            continue;
        }
        if resource.disk().peek().iter().any(|disk| disk.shared().peek() == Some(&true)) {
            continue;
        }
        let message = format!("`{}` is a disk of the cluster, in a CCR cluster", resource.name());
        findings.report(resource.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("disks of each node's own", CCR_2007),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    passes("a disk of the quorum is another matter", CCR_2007).with(
        r#"
        disks = [{ name = "Disk Q:", letter = "Q", shared = true }]
        quorum = { kind = "shared-disk", resource = "Disk Q:" }
        "#,
    ),
    fails("a shared disk", CCR_2007, &["disks[Disk S:].shared"])
        .with(r#"disks = [{ name = "Disk S:", shared = true }]"#),
    fails("a disk resource", CCR_2007_WINDOWS_2008, &["groups[CMS1].resources[Disk S:]"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Disk S:", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    fails("a shared disk with its resource: one finding", CCR_2007, &["disks[Disk S:].shared"]).with(
        r#"
        disks = [{ name = "Disk S:", shared = true }]

        [[groups]]
        name = "CMS1"
        resources = [{ name = "Disk S:", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    not_applicable("a single copy cluster", SCC_2007),
    unknown("whether a disk is shared is not known", CCR_2007, &["disks[Disk S:].shared"])
        .without(&["disks[Disk S:].shared"]),
    unknown("the layout is not known", CCR_2007, &["layout"]).without(&["layout"]),
];
