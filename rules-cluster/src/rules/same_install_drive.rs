use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The Exchange binaries are on the same drive letter on each node.
    ///
    /// Every node with Exchange is compared with the first one. Another drive is an error; another folder on the same
    /// drive is a warning. Nodes without Exchange do not count.
    ///
    /// # Why it matters
    ///
    /// A virtual server takes its settings along when it moves, paths among them. On a node that has its binaries elsewhere
    /// these paths lead nowhere, and resources may not come online after a failover. Microsoft requires one drive for all
    /// nodes.
    ///
    /// # How to fix it
    ///
    /// Exchange cannot be moved to another drive: it has to be removed and installed again, one node at a time. Move all
    /// groups off the node, make a backup of it, remove Exchange there with Setup, give the drive the letter that the other
    /// nodes use, and run Setup again with the path of the other nodes and up to the same service pack. Then move a group
    /// back and see that it comes online. The data of the virtual servers is on the shared disks and stays untouched.
    pub static SAME_INSTALL_DRIVE = {
        check,
        set: &CLUSTER,
        name: "same-install-drive",
        severity: Severity::Error,
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
    let mut first = None;
    for node in nodes {
        let Some(path) = findings.need(node.exchange().install_path()) else { continue };
        // A path that begins with a variable, say, does not tell which drive it is on.
        let Some(drive) = path.drive() else {
            findings.unknown(path.path());
            continue;
        };
        let (first_path, first_drive) = *first.get_or_insert((path, drive));
        if drive != first_drive {
            let message =
                format!("`{}` has Exchange on drive `{drive}`, not on `{first_drive}`", node.name());
            findings.report(path.path(), message).related(first_path.path(), "the first node");
        } else if path != first_path {
            let message = format!("`{}` has Exchange in `{path}`, not in `{first_path}`", node.name());
            findings
                .report(path.path(), message)
                .at_most(Severity::Warning)
                .related(first_path.path(), "the first node");
        }
    }
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
