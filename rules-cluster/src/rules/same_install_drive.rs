use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeRef, Set},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The Exchange binaries are on the same drive letter on each node.
    ///
    /// Every node with Exchange is compared with the path that most of them have. Another drive is an error; another
    /// folder on the same drive is a warning. Nodes without Exchange do not count.
    ///
    /// # Why it matters
    ///
    /// A virtual server takes its settings along when it moves, including paths. On a node that has its binaries
    /// elsewhere these paths lead nowhere, and resources may not come online after a failover. Microsoft requires
    /// one drive for all nodes.
    ///
    /// # How to fix it
    ///
    /// Exchange cannot be moved to another drive: it has to be removed and installed again, one node at a time.
    /// Move all groups off the node, make a backup of it, remove Exchange there with Setup, give the drive the
    /// letter that the other nodes use, and run Setup again with the path of the other nodes and up to the same
    /// service pack. Then move a group back and check that it comes online. The data of the virtual servers is on
    /// the shared disks and stays untouched.
    pub static SAME_INSTALL_DRIVE = {
        check,
        set: &CLUSTER,
        name: "same-install-drive",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("step 3"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, requirements for running Setup on a cluster server"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.exchange_nodes());
    if nodes.len() < 2 {
        return findings.not_applicable("fewer than two nodes have Exchange");
    }
    let (elsewhere, on_a_drive): (Vec<_>, Vec<_>) = nodes.into_iter().partition(names_no_drive);
    for node in elsewhere {
        findings.unknown(node.exchange().install_path().path());
    }
    let on_a_drive = Set::new(on_a_drive, []);
    for [(node, path), (other, usual)] in
        findings.differing(on_a_drive, |node| node.exchange().install_path())
    {
        let (node, other) = (node.name(), other.name());
        let message = format!("`{node}` has Exchange in `{path}`, `{other}` in `{usual}`");
        let report = findings.report(path.path(), message).related(usual.path(), "the usual path");
        if path.drive() == usual.drive() {
            report.at_most(Severity::Warning);
        }
    }
}

/// Whether the path of a node's binaries is known, but not the drive: it begins with a variable, say.
fn names_no_drive(node: &NodeRef<'_>) -> bool {
    node.exchange().install_path().peek().is_some_and(|path| path.drive().is_none())
}

const EXAMPLES: &[Example] = &[
    passes("two nodes", TWO_NODES_2003),
    passes("two nodes of a CCR", CCR_2007),
    passes("written differently", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { install_path = 'd:\EXCHSRVR\' } }]
        "#,
    ),
    passes("a node without Exchange", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "VOTER", exchange = { installed = false } }]
        "#,
    ),
    fails(
        "a node that was built with another drive",
        FOUR_NODES_2003,
        &["nodes[NODE3].exchange.install_path"],
    )
    .with(
        r#"
        nodes = [{ name = "NODE3", exchange = { install_path = 'E:\Exchsrvr' } }]
        "#,
    ),
    fails("the first of four is the odd one", FOUR_NODES_2003, &["nodes[NODE1].exchange.install_path"]).with(
        r#"
        nodes = [{ name = "NODE1", exchange = { install_path = 'E:\Exchsrvr' } }]
        "#,
    ),
    fails("the same drive, another folder", TWO_NODES_2003, &["nodes[NODE2].exchange.install_path"]).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { install_path = 'D:\Program Files\Exchsrvr' } }]
        "#,
    ),
    not_applicable("only one node has Exchange", TWO_NODES_2003).without(&["nodes[NODE2].exchange"]).with(
        r#"
            nodes = [{ name = "NODE2", exchange = { installed = false } }]
            "#,
    ),
    unknown("a path is not known", TWO_NODES_2003, &["nodes[NODE2].exchange.install_path"])
        .without(&["nodes[NODE2].exchange.install_path"]),
    unknown("a path that names no drive", TWO_NODES_2003, &["nodes[NODE1].exchange.install_path"]).with(
        r#"
        nodes = [{ name = "NODE1", exchange = { install_path = '%ProgramFiles%\Exchsrvr' } }]
        "#,
    ),
];
