use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, NodeRef, Set, WindowsVersion},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::cluster_release};

rule! {
    /// All nodes run the same version of Windows, with the same service pack.
    ///
    /// The version that most nodes have counts as the right one; each node of another version is an error. Windows
    /// Server 2003 and 2003 R2 are one version here: R2 has the Cluster service of 2003. Among the nodes of the
    /// right version, another service pack or build than on most of them is a warning: every rolling upgrade
    /// passes through that state, but must not stop there. Microsoft's Best Practices Analyzer calls any
    /// difference of builds an error.
    ///
    /// Two versions that follow each other can be in one cluster for the hours of a rolling upgrade. Versions
    /// further apart cannot be in one cluster at all, and the message says so.
    ///
    /// # Why it matters
    ///
    /// After a failover the virtual server runs on other code than before: drivers, resource DLLs and the Cluster
    /// service itself behave differently, and a fault shows on one node only. Nodes whose Cluster services are
    /// more than one release apart do not join each other. Microsoft supports mixed versions during an upgrade,
    /// not as a lasting state.
    ///
    /// # How to fix it
    ///
    /// Finish the upgrade, one node at a time: move the groups off the node in Cluster Administrator, install the
    /// service pack or the version that the others have, restart the node, check that it is up in the cluster, and
    /// move a group to it and back before you turn to the next. Windows 2000 can be upgraded to 2003 in this way
    /// (Exchange 2000 to 2003 first, because it does not run on Windows 2003). Windows 2003 cannot be upgraded to
    /// 2008, nor can releases be skipped: build a new cluster beside the old one and move the mailboxes.
    pub static SAME_WINDOWS_VERSION = {
        check,
        set: &CLUSTER,
        name: "same-windows-version",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, on cluster nodes with different builds of Windows"),
            Source::Kb(288_778),
            Source::Microsoft("Failover Cluster API, \"Version Compatibility\""),
            Source::TechNet("cc770399", "Understanding Cluster Validation Tests: System Configuration"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-014", "PLT-015", "PLT-018"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes().members();
    let odd_ones = findings.differing(nodes.clone(), release);
    let usual = odd_ones.first().map(|[_, (_, usual)]| *usual.value());
    for [(node, odd), (other, usual)] in odd_ones {
        let (version, usual_version) = (node.windows().version(), other.windows().version());
        let apart = if odd.abs_diff(*usual) > 1 { ", more than one release apart" } else { "" };
        let message = format!(
            "`{}` runs Windows {version}, `{}` Windows {usual_version}{apart}",
            node.name(),
            other.name()
        );
        findings.report(odd.path(), message).related(usual.path(), "the usual one");
    }
    let alike = nodes.filter(|node| {
        release(*node).peek().is_some_and(|release| usual.is_none_or(|usual| *release == usual))
    });
    same_level(&alike, findings);
}

/// Reports nodes of the right version whose service pack or build differs from that of most.
fn same_level(nodes: &Set<NodeRef<'_>>, findings: &mut Findings) {
    let mut told = Vec::new();
    for [(node, odd), (other, usual)] in
        findings.differing(nodes.clone(), |node| node.windows().service_pack())
    {
        told.push(node.path());
        let message =
            format!("`{}` has service pack {odd} of Windows, `{}` {usual}", node.name(), other.name());
        findings
            .report(odd.path(), message)
            .at_most(Severity::Warning)
            .related(usual.path(), "the usual one");
    }
    let nodes = nodes.clone().filter(|node| !told.contains(&node.path()));
    for [(node, odd), (other, usual)] in findings.differing(nodes, |node| node.windows().build()) {
        let message = format!("`{}` has build {odd} of Windows, `{}` {usual}", node.name(), other.name());
        findings
            .report(odd.path(), message)
            .at_most(Severity::Warning)
            .related(usual.path(), "the usual one");
    }
}

fn release(node: NodeRef<'_>) -> At<'_, u32> {
    node.windows().version().map(|version: &WindowsVersion| Some(cluster_release(*version)))
}

const EXAMPLES: &[Example] = &[
    passes("four of a kind", FOUR_NODES_2003),
    passes("one node has nothing to differ from", TWO_NODES_2003)
        .without(&["nodes[NODE1].windows", "nodes[NODE2]"]),
    passes("Windows 2003 R2 beside 2003", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE4"
        windows = { version = "2003-r2" }
        "#,
    ),
    fails("a node left on Windows 2000", TWO_NODES_2003, &["nodes[NODE2].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { version = "2000", service_pack = 4, build = 2195 }
        "#,
    ),
    fails("Windows 2008 beside Windows 2000", TWO_NODES_2000, &["nodes[NODE2].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { version = "2008", service_pack = 2, build = 6002 }
        "#,
    ),
    fails(
        "an older version is not asked for its service pack",
        FOUR_NODES_2003,
        &["nodes[NODE1].windows.version", "nodes[NODE3].windows.service_pack"],
    )
    .with(
        r#"
        nodes = [
            { name = "NODE1", windows = { version = "2000", service_pack = 4, build = 2195 } },
            { name = "NODE3", windows = { service_pack = 1 } },
        ]
        "#,
    ),
    fails("a service pack on one node only", TWO_NODES_2003, &["nodes[NODE2].windows.service_pack"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1 }
        "#,
    ),
    fails("another build", SCC_2007, &["nodes[NODE2].windows.build"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { build = 6001 }
        "#,
    ),
    unknown("the version of a node is not known", TWO_NODES_2003, &["nodes[NODE2].windows.version"])
        .without(&["nodes[NODE2].windows.version"]),
    unknown("the build of a node is not known", TWO_NODES_2003, &["nodes[NODE1].windows.build"])
        .without(&["nodes[NODE1].windows.build"]),
    unknown("there may be more nodes", TWO_NODES_2003, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
