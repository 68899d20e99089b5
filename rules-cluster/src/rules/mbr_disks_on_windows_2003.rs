use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, PartitionStyle, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::GPT_UPDATE};

rule! {
    /// Shared disks of Windows 2003 have a master boot record, unless every node has the update for GPT disks.
    ///
    /// The cluster disk driver of Windows Server 2003 knows disks by the signature in their master boot record,
    /// also on 64-bit editions. The update of KB 919117 teaches it GUID partition tables. A shared disk with such
    /// a table is a finding while any node with Windows 2003 lacks the update. A service pack does not count as
    /// the update, because we know of no document that says which one contains it. Windows Server 2008 works with
    /// both kinds.
    ///
    /// # Why it matters
    ///
    /// A node without the update does not offer the disk as a resource, or cannot bring it online when the group
    /// moves to it: after the failover the databases stay dismounted.
    ///
    /// # How to fix it
    ///
    /// Install the update on one node after the other, each after its groups were moved away. Do not convert the
    /// disk: that **erases it**. Where the update cannot be had, make a backup, present a new disk with a master
    /// boot record, bring it into the group as a Physical Disk resource with the System Attendant (Exchange 2007:
    /// the databases) dependent on it, and move the data there in System Manager (Exchange 2007:
    /// `Move-StorageGroupPath`, `Move-DatabasePath`). A database is dismounted while its files move.
    pub static MBR_DISKS_ON_WINDOWS_2003 = {
        check,
        set: &CLUSTER,
        name: "mbr-disks-on-windows-2003",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Windows Server 2003 help, \"Server cluster rules\" and \"Best practices\""),
            Source::Kb(919_117),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes_on(WindowsVersion::is_2003);
    if nodes.is_complete() && nodes.peek().is_empty() {
        return findings.not_applicable("no node has Windows 2003");
    }
    let outdated = nodes.whose(|node| node.windows().has_update(GPT_UPDATE), |has| !has);
    if outdated.is_complete() && outdated.peek().is_empty() {
        return;
    }
    for disk in findings.each(cluster.disks()) {
        if disk.is_shared().peek() == Some(&false) {
            continue;
        }
        let Some(style) = findings.need(disk.partition_style()) else { continue };
        if *style == PartitionStyle::Mbr || findings.need(disk.is_shared()).is_none() {
            continue;
        }
        if let [node, others @ ..] = &findings.each(outdated.clone())[..] {
            let message = format!(
                "`{}` has a GUID partition table, and `{}` lacks the update KB{GPT_UPDATE}",
                disk.name(),
                node.name()
            );
            let report = findings.report(style.path(), message);
            report.related(node.windows().path(), "the node");
            for other in others {
                report.related(other.windows().path(), "another node without the update");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("master boot records", TWO_NODES_2003),
    passes("a GPT disk, and the update on both nodes", SCC_2007_WINDOWS_2003).with(
        r#"
        disks = [{ name = "Disk S:", partition_style = "gpt" }]
        nodes = [
            { name = "NODE1", windows = { updates = ["KB919117"] } },
            { name = "NODE2", windows = { updates = ["kb919117"] } },
        ]
        "#,
    ),
    passes("how a disk is partitioned does not matter with the update", TWO_NODES_2003)
        .without(&["disks[Disk S:].partition_style"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", windows = { updates = ["919117"] } },
                { name = "NODE2", windows = { updates = ["Q919117"] } },
            ]
            "#,
        ),
    fails(
        "a GPT disk, and both nodes without the update",
        TWO_NODES_2003,
        &["disks[Disk S:].partition_style"],
    )
    .with(r#"disks = [{ name = "Disk S:", partition_style = "gpt" }]"#),
    passes("local disks of a CCR", CCR_2007)
        .with(r#"disks = [{ name = "Disk S:", partition_style = "gpt" }]"#),
    fails(
        "a GPT disk, and the update on one node alone",
        SCC_2007_WINDOWS_2003,
        &["disks[Disk S:].partition_style"],
    )
    .with(
        r#"
        disks = [{ name = "Disk S:", partition_style = "gpt" }]
        nodes = [{ name = "NODE1", windows = { updates = ["KB919117"] } }]
        "#,
    ),
    not_applicable("Windows 2008", SCC_2007)
        .with(r#"disks = [{ name = "Disk S:", partition_style = "gpt" }]"#),
    not_applicable("Windows 2000", TWO_NODES_2000),
    unknown("how a disk is partitioned is not known", TWO_NODES_2003, &["disks[Disk S:].partition_style"])
        .without(&["disks[Disk S:].partition_style"]),
    unknown("the updates of a node are not known", TWO_NODES_2003, &["nodes[NODE2].windows.updates"])
        .without(&["nodes[NODE2].windows.updates"])
        .with(
            r#"
            disks = [{ name = "Disk S:", partition_style = "gpt" }]
            nodes = [{ name = "NODE1", windows = { updates = ["KB919117"] } }]
            "#,
        ),
];
