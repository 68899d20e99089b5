use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, NodeRef, WindowsEdition, WindowsVersion},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::can_cluster};

rule! {
    /// All nodes with Windows Server 2003 run the same edition of it.
    ///
    /// Enterprise and Datacenter Edition can both be clustered, but not with each other. "Advanced Server", as
    /// some call the Enterprise Edition of Windows 2003, is Enterprise here. An edition that cannot be clustered
    /// at all is left to `cluster/edition-can-cluster`, and other versions of Windows are not judged.
    ///
    /// # Why it matters
    ///
    /// A cluster of both editions is not supported. Datacenter comes with its own hardware, drivers and support
    /// from the maker of the computer; for a fault that appears after a failover to the other edition nobody is
    /// responsible.
    ///
    /// # How to fix it
    ///
    /// Decide on one edition, most often the one that the majority has. Then take the nodes with the other edition
    /// one after another: move the groups away in Cluster Administrator, remove Exchange from the node with Setup,
    /// evict it, install the right edition, join it again and install Exchange. Enterprise Edition may also run on
    /// hardware that is qualified for Datacenter.
    pub static SAME_WINDOWS_EDITION = {
        check,
        set: &CLUSTER,
        name: "same-windows-edition",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::TechNet("cc783714", "Server Clusters")],
        basis: Basis::Microsoft,
        covers: &["PLT-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster
        .nodes_on(WindowsVersion::is_2003)
        .whose(|node| can_cluster(node.windows()), |can_cluster| *can_cluster);
    for [(node, odd), (other, usual)] in findings.differing(nodes, edition) {
        let message = format!("`{}` runs the `{odd}` edition, `{}` `{usual}`", node.name(), other.name());
        findings.report(odd.path(), message).related(usual.path(), "the usual one");
    }
}

/// The edition by the one name that Windows 2003 has for it.
fn edition(node: NodeRef<'_>) -> At<'_, WindowsEdition> {
    node.windows().edition().map(|edition| match edition {
        WindowsEdition::Advanced => Some(&WindowsEdition::Enterprise),
        other => Some(other),
    })
}

const EXAMPLES: &[Example] = &[
    passes("Enterprise Edition on all", FOUR_NODES_2003),
    passes("Windows 2008 is not judged", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { edition = "datacenter" }
        "#,
    ),
    passes("two names of one edition", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { edition = "advanced" }
        "#,
    ),
    passes("an edition that cannot be clustered is another matter", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { edition = "standard" }
        "#,
    ),
    fails("Datacenter beside Enterprise", FOUR_NODES_2003, &["nodes[NODE3].windows.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE3"
        windows = { edition = "datacenter" }
        "#,
    ),
    unknown("the edition of a node is not known", TWO_NODES_2003, &["nodes[NODE2].windows.edition"])
        .without(&["nodes[NODE2].windows.edition"]),
    unknown("a node may run Windows 2003", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version"]),
];
