use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, DiskKind, ExchangeVersion},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every shared disk is a basic disk.
    ///
    /// This is about the shared disks, including the quorum disk. The local disks of a node, and the disks of a
    /// cluster with continuous replication, may be dynamic.
    ///
    /// From Exchange 2003 on, a dynamic disk is no finding where its cluster resource is of another maker's
    /// storage type, such as the disk groups of VERITAS Volume Manager: that type does what Physical Disk cannot.
    /// Where such a resource has a name of its own, and the definition does not say which disks belong to it, the
    /// outcome is unknown. Exchange 2000 works with Physical Disk resources only.
    ///
    /// # Why it matters
    ///
    /// The database of a dynamic disk describes all dynamic disks of one computer, and the Physical Disk resource
    /// cannot hand it over to the next node. Once a disk is dynamic, its resource stays offline, and with it
    /// everything that depends on it.
    ///
    /// # How to fix it
    ///
    /// Turning a dynamic disk back into a basic one in Disk Management **erases it**. So back up first and see
    /// that the backup can be restored, or better, present a new basic disk to the nodes, bring it in as a
    /// Physical Disk resource in the same group, and let the System Attendant (Exchange 2007: each database)
    /// depend on it. Whatever gets the dependency has to be offline while you add it. Then move databases and logs
    /// to the new disk in System Manager (Exchange 2007: `Move-StorageGroupPath` and `Move-DatabasePath`); a
    /// database is dismounted while its files move. Only then give the old disk up. For the quorum, choose another
    /// basic disk in the quorum settings of the cluster.
    pub static BASIC_DISKS_ONLY = {
        check,
        set: &CLUSTER,
        name: "basic-disks-only",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Article("limitation 10"), Source::Kb(237_853), Source::Kb(276_600)],
        basis: Basis::Microsoft,
        covers: &["DSK-001"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for disk in findings.each(cluster.disks()) {
        if disk.is_shared().peek() == Some(&false) {
            continue;
        }
        let Some(kind) = findings.need(disk.kind()) else { continue };
        if *kind == DiskKind::Basic || findings.need(disk.is_shared()).is_none() {
            continue;
        }
        let Some(version) = findings.need(cluster.exchange()) else { continue };
        let by_another_maker = disk.third_party_resources();
        let allowed = *version >= ExchangeVersion::V2003
            && (!by_another_maker.peek().is_empty() || findings.need_all(by_another_maker).is_none());
        if !allowed {
            findings.report(kind.path(), format!("`{}` is a dynamic disk", disk.name()));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("basic disks", TWO_NODES_2003),
    passes("the disk group of another maker's volume manager", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk S:", kind = "dynamic" }]
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk S:", type = "Volume Manager Disk Group" }]
        "#,
    ),
    passes("disks of the nodes' own with continuous replication", CCR_2007)
        .with(r#"disks = [{ name = "Disk S:", kind = "dynamic" }]"#),
    passes("a local disk of which no more is known", TWO_NODES_2003)
        .with(r#"disks = [{ name = "Disk D:", shared = false }]"#),
    fails("a dynamic data disk", TWO_NODES_2003, &["disks[Disk S:].kind"])
        .with(r#"disks = [{ name = "Disk S:", kind = "dynamic" }]"#),
    fails("a dynamic quorum disk", SCC_2007, &["disks[Disk Q:].kind"])
        .with(r#"disks = [{ name = "Disk Q:", kind = "dynamic" }]"#),
    fails("Exchange 2000 takes no other maker's type", TWO_NODES_2000, &["disks[Disk S:].kind"]).with(
        r#"
        disks = [{ name = "Disk S:", kind = "dynamic" }]
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk S:", type = "Volume Manager Disk Group" }]
        "#,
    ),
    unknown("the kind of a disk is not known", TWO_NODES_2003, &["disks[Disk S:].kind"])
        .without(&["disks[Disk S:].kind"]),
    unknown("whose type a dynamic disk's resource has is not known", TWO_NODES_2003, &["groups"])
        .with(r#"disks = [{ name = "Disk S:", kind = "dynamic" }]"#)
        .without(&["groups"]),
    unknown("a disk group with a name of its own, and its disks are not known", TWO_NODES_2003, &["disks"])
        .without(&["groups[EVS1 Group].resources[Disk S:]"])
        .with(
            r#"
            disks = [{ name = "Disk S:", kind = "dynamic" }]
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "EVS1 Disks", type = "Volume Manager Disk Group" }]
            "#,
        ),
    unknown("whether a dynamic disk is shared is not known", CCR_2007, &["disks[Disk S:].shared"])
        .with(r#"disks = [{ name = "Disk S:", kind = "dynamic" }]"#)
        .without(&["disks[Disk S:].shared"]),
];
