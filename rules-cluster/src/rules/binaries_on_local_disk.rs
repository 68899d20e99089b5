use std::collections::BTreeMap;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, DiskRef, DriveLetter},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The Exchange binaries are on a local drive of each node, not on a shared disk.
    ///
    /// The rule compares the drive of the installation with the letters of the shared disks. In a cluster with
    /// continuous replication the data disks are local, and binaries may be on them. Mount points have no letter
    /// of their own and are not compared.
    ///
    /// # Why it matters
    ///
    /// A shared disk belongs to one node at a time. A node that does not own it has no Exchange files: it can
    /// neither run an Exchange resource nor take a service pack. Where the binaries move with a group, the virtual
    /// servers cannot fail over.
    ///
    /// # How to fix it
    ///
    /// The binaries have to be installed again on a local drive, one node at a time. Back up the databases first.
    /// Move all groups to a node that has its binaries on a local drive, and remove the other node from the
    /// possible owners of the Exchange resources, so that nothing fails over to it. Remove Exchange from that node
    /// with Setup, install it again on a local drive that has the same letter on every node, and make the node a
    /// possible owner again. The virtual servers stay online on the first node meanwhile, without a second one.
    /// Leave the folders with databases and logs on the shared disk as they are.
    ///
    /// Where no node has its binaries on a local drive, add a node that has, or move the mailboxes to another
    /// server, before you remove anything.
    pub static BINARIES_ON_LOCAL_DISK = {
        check,
        set: &CLUSTER,
        name: "binaries-on-local-disk",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("step 3 and best practice 4"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, requirements for running Setup on a cluster server"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.exchange_nodes());
    if nodes.is_empty() {
        return findings.not_applicable("no node has Exchange yet");
    }
    let disks = disks_by_letter(cluster, findings);
    for node in nodes {
        let Some(path) = findings.need(node.exchange().install_path()) else { continue };
        let Some(drive) = path.drive() else {
            findings.unknown(path.path());
            continue;
        };
        let Some(disk) = disks.get(&drive) else { continue };
        if findings.need(disk.is_shared()).is_some_and(|shared| *shared) {
            let message = format!("`{}` has Exchange on `{}`, a shared disk", node.name(), disk.name());
            findings.report(path.path(), message).related(disk.path(), "the disk");
        }
    }
}

/// The disks that are or may be shared, by letter. One without a letter is noted, unless it is a mount point.
fn disks_by_letter<'a>(
    cluster: ClusterRef<'a>,
    findings: &mut Findings,
) -> BTreeMap<DriveLetter, DiskRef<'a>> {
    let disks = findings.each(cluster.disks());
    disks
        .filter(|disk| disk.is_shared().peek() != Some(&false) && disk.mounted_on().peek().is_none())
        .filter_map(|disk| Some((*findings.need(disk.letter())?, disk)))
        .collect()
}

const EXAMPLES: &[Example] = &[
    passes("a local drive on both nodes", TWO_NODES_2003),
    passes("a single copy cluster", SCC_2007),
    passes("beside the databases of a CCR, whose disks are local", CCR_2007).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { install_path = 'S:\Microsoft\Exchange Server' } }]
        "#,
    ),
    passes("a mount point, which has no letter", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:", shared = true }]
        "#,
    ),
    fails("installed where the databases are", TWO_NODES_2003, &["nodes[NODE1].exchange.install_path"]).with(
        r#"
        nodes = [{ name = "NODE1", exchange = { install_path = 'S:\Exchsrvr' } }]
        "#,
    ),
    fails("a CCR whose disk is a shared one after all", CCR_2007, &["nodes[NODE1].exchange.install_path"])
        .with(
            r#"
        nodes = [{ name = "NODE1", exchange = { install_path = 'S:\Microsoft\Exchange Server' } }]
        disks = [{ name = "Disk S:", shared = true }]
        "#,
        ),
    not_applicable("nothing is installed yet", TWO_NODES_2003)
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", exchange = { installed = false } },
                { name = "NODE2", exchange = { installed = false } },
            ]
            "#,
        ),
    unknown("a path is not known", TWO_NODES_2003, &["nodes[NODE2].exchange.install_path"])
        .without(&["nodes[NODE2].exchange.install_path"]),
    unknown("the shared disks are not known", TWO_NODES_2003, &["disks"]).without(&["disks"]),
    unknown("a disk of which the letter is not known", TWO_NODES_2003, &["disks[Disk S:].letter"])
        .without(&["disks[Disk S:].letter"]),
    unknown("whether the disk is shared is not known", CCR_2007, &["disks[Disk S:].shared"])
        .without(&["disks[Disk S:].shared"])
        .with(
            r#"
            nodes = [{ name = "NODE1", exchange = { install_path = 'S:\Microsoft\Exchange Server' } }]
            "#,
        ),
];
