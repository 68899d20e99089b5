use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Shared disks of Windows 2000 have drive letters, and are not mounted in a folder of another disk.
    ///
    /// Mount points as cluster resources came with Windows Server 2003. One node with Windows 2000 is enough for a
    /// finding, because every node must be able to take over the disk.
    ///
    /// # Why it matters
    ///
    /// The cluster disk driver of Windows 2000 does not restore a mount point on the next node. After the first
    /// failover the folder is empty, and the databases in it do not mount.
    ///
    /// # How to fix it
    ///
    /// Give a disk that is still empty a letter of its own in Disk Management, the same on every node. Where data
    /// is on it already, make a backup, present a new disk with a letter, bring it into the group with the System
    /// Attendant dependent on it, and move databases and logs there in System Manager; a database is dismounted
    /// while its files move. Where the letters do not suffice, upgrade the nodes to Windows Server 2003 (Exchange
    /// to 2003 first, because Exchange 2000 does not run on it).
    pub static NO_MOUNT_POINTS_ON_WINDOWS_2000 = {
        check,
        set: &CLUSTER,
        name: "no-mount-points-on-windows-2000",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("What's New in Exchange Server 2003, mount points"),
            Source::ThirdParty("Dell PowerEdge Cluster guide, mount points"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes_on(|windows| windows <= WindowsVersion::V2000);
    if nodes.is_complete() && nodes.peek().is_empty() {
        return findings.not_applicable("no node has Windows 2000");
    }
    for disk in findings.each(cluster.mount_points()) {
        if findings.need(disk.is_shared()).is_none() {
            continue;
        }
        if let [node, ..] = findings.each(nodes.clone())[..] {
            let host = disk.mounted_on();
            let message =
                format!("`{}` is mounted on `{host}`, and `{}` has Windows 2000", disk.name(), node.name());
            findings.report(host.path(), message).related(node.windows().path(), "the node");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("drive letters", TWO_NODES_2000),
    passes("a mount point that is local to a node", TWO_NODES_2000)
        .with(r#"disks = [{ name = "Local", mounted_on = "C:", shared = false }]"#),
    fails("a mount point", TWO_NODES_2000, &["disks[Disk Logs].mounted_on"])
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]"#),
    fails("one node is still on Windows 2000", TWO_NODES_2003, &["disks[Disk Logs].mounted_on"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[nodes]]
        name = "NODE2"
        windows = { version = "2000" }
        "#,
    ),
    not_applicable("Windows 2003", TWO_NODES_2003)
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]"#),
    not_applicable("Windows 2008", SCC_2007),
    unknown("a disk of which neither letter nor host is known", TWO_NODES_2000, &["disks[Disk T:].letter"])
        .without(&["disks[Disk T:].letter"]),
    unknown("the Windows of a node is not known", TWO_NODES_2003, &["nodes[NODE2].windows.version"])
        .without(&["nodes[NODE2].windows.version"])
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]"#),
];
