use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, FileSystem},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every disk of the cluster is formatted with NTFS.
    ///
    /// This is about the shared disks, including the quorum disk, and about the data disks of the nodes in a
    /// cluster with continuous replication. A local disk in a cluster that shares its storage is not judged.
    ///
    /// # Why it matters
    ///
    /// Disk resources are made for NTFS alone: without its journal a volume has to be checked after a failover,
    /// and permissions cannot be set on it. Exchange refuses to put databases and logs on anything else. A disk
    /// that is not formatted at all does not come online.
    ///
    /// # How to fix it
    ///
    /// A FAT volume with data can be converted without losing it: make a backup, take offline what uses the disk
    /// but not the disk itself, and run `convert S: /fs:ntfs` on the node that owns it. It is better to do so
    /// before anything is on the disk. A disk that holds nothing is formatted in Disk Management: before the
    /// cluster is formed, while only one node runs; later, on the node where the disk is online.
    pub static NTFS_ONLY = {
        check,
        set: &CLUSTER,
        name: "ntfs-only",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Windows Server 2003 help, \"Server cluster rules\" and \"Best practices\""),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, \"Server-Specific Requirements\""),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let shares_storage = cluster.shares_storage().peek() == Some(&true);
    for disk in findings.each(cluster.disks()) {
        if shares_storage && disk.is_shared().peek() == Some(&false) {
            continue;
        }
        let Some(file_system) = findings.need(disk.file_system()) else { continue };
        let message = match *file_system {
            FileSystem::Ntfs => continue,
            FileSystem::Fat => format!("`{}` is formatted with FAT", disk.name()),
            FileSystem::Raw => format!("`{}` is not formatted", disk.name()),
        };
        findings.report(file_system.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("every disk", TWO_NODES_2003),
    passes("a local disk of which nothing more is known", TWO_NODES_2003)
        .with(r#"disks = [{ name = "Disk D:", shared = false }]"#),
    fails("a quorum disk with FAT", TWO_NODES_2000, &["disks[Disk Q:].file_system"])
        .with(r#"disks = [{ name = "Disk Q:", file_system = "FAT" }]"#),
    fails("a data disk that nobody formatted", SCC_2007, &["disks[Disk S:].file_system"])
        .with(r#"disks = [{ name = "Disk S:", file_system = "raw" }]"#),
    fails("a data disk of the nodes in a CCR", CCR_2007, &["disks[Disk S:].file_system"])
        .with(r#"disks = [{ name = "Disk S:", file_system = "fat" }]"#),
    unknown("a file system is not known", TWO_NODES_2003, &["disks[Disk S:].file_system"])
        .without(&["disks[Disk S:].file_system"]),
    unknown("there may be more disks", TWO_NODES_2003, &["disks"]).with(r#"partial = ["disks"]"#),
];
