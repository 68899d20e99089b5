use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, DiskRef, DriveLetter, NodeRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// There is a drive letter for every shared disk that is not mounted on another one.
    ///
    /// All shared disks of the cluster need different letters, whichever group they are in, because one node may
    /// come to own all of them; and the local drives of each node need letters, too. There are 26. A disk that is
    /// mounted in a folder of another one needs none. Which letters they are does not matter here.
    ///
    /// # Why it matters
    ///
    /// A disk that finds no free letter does not come online on that node, and neither does its virtual server.
    /// This happens in large clusters: several virtual servers, each with a disk for every storage group and
    /// another one for its logs.
    ///
    /// # How to fix it
    ///
    /// From Windows Server 2003 on, mount disks in folders of another disk of the same group, with a dependency on
    /// that one (`cluster/mount-points-follow-their-host`); Exchange needs to be 2003 or later. Do so with new
    /// disks, because the paths of data that is in place already begin with the letter. Windows 2000 has no mount
    /// points in a cluster: use fewer and larger disks there, or free the letters of local drives.
    pub static ENOUGH_DRIVE_LETTERS = {
        check,
        set: &CLUSTER,
        name: "enough-drive-letters",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Microsoft("What's New in Exchange Server 2003, mount points")],
        basis: Basis::Microsoft,
        covers: &["DSK-021"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let disks = findings.each(cluster.disks());
    // What may be in need of a letter: the others are mounted, or belong to one node.
    let disks: Vec<_> = disks
        .into_iter()
        .filter(|disk| disk.is_shared().peek() != Some(&false))
        .filter(|disk| disk.letter().peek().is_some() || disk.mounted_on().peek().is_none())
        .collect();
    if disks.is_empty() {
        return findings.not_applicable("there is no shared disk with a letter");
    }
    for node in findings.each(cluster.nodes()) {
        enough_on(node, &disks, findings);
    }
}

fn enough_on(node: NodeRef<'_>, disks: &[DiskRef<'_>], findings: &mut Findings) {
    let mut local: Vec<_> =
        findings.each(node.local_drives()).filter_map(|letter| letter.peek().copied()).collect();
    local.sort_unstable();
    local.dedup();
    if disks.len() + local.len() <= DriveLetter::COUNT {
        return;
    }
    let in_need = disks.iter().filter(|disk| {
        let has_letter = findings.need(disk.letter()).is_some();
        has_letter && findings.need(disk.is_shared()).is_some()
    });
    let in_need = in_need.count();
    if in_need + local.len() > DriveLetter::COUNT {
        let message = format!(
            "{in_need} shared disks need a letter, and of {} `{}` uses {} itself",
            DriveLetter::COUNT,
            node.name(),
            local.len()
        );
        findings.report(node.local_drives().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("a few", TWO_NODES_2003),
    passes("a few, of which one may be a mount point", SCC_2007).without(&["disks[Disk T:].letter"]),
    fails("twenty-five disks and three drives of its own", TWO_NODES_2003, &[
        "nodes[NODE1].local_drives",
        "nodes[NODE2].local_drives",
    ])
    .with(
        r#"
        disks = [
            { name = "Data 01", letter = "F" }, { name = "Data 02", letter = "G" }, { name = "Data 03", letter = "H" },
            { name = "Data 04", letter = "I" }, { name = "Data 05", letter = "J" }, { name = "Data 06", letter = "K" },
            { name = "Data 07", letter = "L" }, { name = "Data 08", letter = "M" }, { name = "Data 09", letter = "N" },
            { name = "Data 10", letter = "O" }, { name = "Data 11", letter = "P" }, { name = "Data 12", letter = "R" },
            { name = "Data 13", letter = "U" }, { name = "Data 14", letter = "V" }, { name = "Data 15", letter = "W" },
            { name = "Data 16", letter = "X" }, { name = "Data 17", letter = "Y" }, { name = "Data 18", letter = "Z" },
            { name = "Data 19", letter = "F" }, { name = "Data 20", letter = "G" }, { name = "Data 21", letter = "H" },
            { name = "Data 22", letter = "I" },
        ]
        "#,
    ),
    not_applicable("the disks of a CCR are local", CCR_2007),
    unknown("the local drives of a node are not known", TWO_NODES_2003, &["nodes[NODE1].local_drives"])
        .without(&["nodes[NODE1].local_drives"]),
    unknown("which of the disks have letters is not known", TWO_NODES_2003, &[
        "disks[Data 22].letter",
        "disks[Data 23].letter",
        "disks[Data 24].letter",
    ])
    .with(
        r#"
        disks = [
            { name = "Data 01", letter = "F" }, { name = "Data 02", letter = "G" }, { name = "Data 03", letter = "H" },
            { name = "Data 04", letter = "I" }, { name = "Data 05", letter = "J" }, { name = "Data 06", letter = "K" },
            { name = "Data 07", letter = "L" }, { name = "Data 08", letter = "M" }, { name = "Data 09", letter = "N" },
            { name = "Data 10", letter = "O" }, { name = "Data 11", letter = "P" }, { name = "Data 12", letter = "R" },
            { name = "Data 13", letter = "U" }, { name = "Data 14", letter = "V" }, { name = "Data 15", letter = "W" },
            { name = "Data 16", letter = "X" }, { name = "Data 17", letter = "Y" }, { name = "Data 18", letter = "Z" },
            { name = "Data 22" }, { name = "Data 23" }, { name = "Data 24" },
        ]
        "#,
    ),
];
