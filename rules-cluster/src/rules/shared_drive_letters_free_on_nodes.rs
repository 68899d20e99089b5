use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DiskRef, DriveLetter, ExchangeVersion, Name},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No node uses the drive letter of a shared disk for something of its own.
    ///
    /// Local disks, CD-ROM drives and mapped network drives of every node count, and in Exchange 2000 the drive of
    /// the Exchange file system, `M:` unless it was changed. The data disks of a cluster with continuous
    /// replication are local to each node and not judged.
    ///
    /// # Why it matters
    ///
    /// A shared disk needs its letter on every node. Where something else has it already, the disk comes online
    /// under another letter or not at all, and every path of Exchange on it leads nowhere. This shows at the first
    /// failover to that node.
    ///
    /// # How to fix it
    ///
    /// Change the local letter, not the shared one, while the node owns no groups. For a CD-ROM drive or a local
    /// disk without programs on it use *Change Drive Letter and Paths* in Disk Management; disconnect a mapped
    /// drive, and take it out of logon scripts. The letter of the Exchange file system is the value `DriveLetter`
    /// under `HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\EXIFS\Parameters`: set the same on every node,
    /// and restart the node.
    pub static SHARED_DRIVE_LETTERS_FREE_ON_NODES = {
        check,
        set: &CLUSTER,
        name: "shared-drive-letters-free-on-nodes",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(318_534),
            Source::ThirdParty("flylib.com 2.554.1.149 and 3.392.1.60, on installing Exchange 2000 in a cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-014"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let disks = findings.each(cluster.lettered_disks());
    if disks.is_empty() {
        return;
    }
    for node in findings.each(cluster.nodes()) {
        for local in findings.each(node.local_drives()) {
            clash(local, &disks, "a drive", node.name(), findings);
        }
    }
    let Some(version) = findings.need(cluster.exchange()) else { return };
    if *version == ExchangeVersion::V2000 {
        for node in findings.each(cluster.exchange_nodes()) {
            let view = node.exchange().exifs_drive();
            // The drive of the file system may be listed among the local ones.
            let is_listed =
                node.local_drives().members().peek().iter().any(|local| local.peek() == view.peek());
            if findings.need(view).is_some() && !is_listed {
                clash(view, &disks, "the Exchange file system", node.name(), findings);
            }
        }
    }
}

fn clash(
    local: At<'_, DriveLetter>,
    disks: &[DiskRef<'_>],
    what: &str,
    node: At<'_, Name>,
    findings: &mut Findings,
) {
    for disk in disks {
        if disk.letter().peek() == local.peek()
            && findings.need(disk.is_shared()).is_some_and(|shared| *shared)
        {
            let message = format!("`{node}` has {what} with the letter {local}:, that of `{}`", disk.name());
            findings.report(local.path(), message).related(disk.letter().path(), "the shared disk");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("letters of their own", TWO_NODES_2003),
    passes("Exchange 2000 with its file system", TWO_NODES_2000),
    passes("the data disks of a CCR are local", CCR_2007),
    passes("a mount point has no letter", SCC_2007)
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]"#),
    fails("a CD-ROM drive with the letter of the logs", TWO_NODES_2003, &["nodes[NODE2].local_drives[#3]"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            local_drives = ["C", "D", "T"]
            "#,
        ),
    fails("the Exchange file system", TWO_NODES_2000, &["nodes[NODE1].exchange.exifs_drive"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        exchange = { exifs_drive = "S" }
        "#,
    ),
    fails(
        "the Exchange file system, listed as a drive, too: one finding",
        TWO_NODES_2000,
        &["nodes[NODE1].local_drives[#1]", "nodes[NODE2].exchange.exifs_drive"],
    )
    .with(
        r#"
        nodes = [{ name = "NODE1", local_drives = ["M"] }]
        disks = [{ name = "Disk S:", letter = "M" }]
        "#,
    ),
    fails(
        "a CCR with a disk that is shared after all",
        CCR_2007,
        &["nodes[NODE1].local_drives[#4]", "nodes[NODE2].local_drives[#4]"],
    )
    .with(r#"disks = [{ name = "Disk S:", shared = true }]"#),
    unknown("the local drives of a node are not known", TWO_NODES_2003, &["nodes[NODE2].local_drives"])
        .without(&["nodes[NODE2].local_drives"]),
    unknown("the letter of a disk is not known", TWO_NODES_2003, &["disks[Disk S:].letter"])
        .without(&["disks[Disk S:].letter"]),
    unknown(
        "the letter of the Exchange file system is not known",
        TWO_NODES_2000,
        &["nodes[NODE2].exchange.exifs_drive"],
    )
    .without(&["nodes[NODE2].exchange.exifs_drive"]),
];
