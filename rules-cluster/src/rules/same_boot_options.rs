use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        WindowsVersion,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All nodes with `/3GB` start with the same `/USERVA`.
    ///
    /// This is about Windows 2003; without `/USERVA` the value is that of `/3GB` alone, 3072. Whether a node ought
    /// to have `/3GB` is judged by `exchange2003/three-gb-switch`, node by node. The delay of the boot menu may
    /// differ between nodes. A node that only votes is not judged.
    ///
    /// # Why it matters
    ///
    /// A virtual server gets the address space of the node that it runs on. Where it gets less on one of them, it
    /// works until it fails over to that node, and then runs out of address space under a load that it could carry
    /// before.
    ///
    /// # How to fix it
    ///
    /// Compare `boot.ini` of the nodes (`bootcfg /query` on Windows 2003), and correct the line of the one that
    /// differs while it is passive. Keep a copy of the file: with an error in it the node does not start. Then
    /// restart the node, and try a failover to it.
    pub static SAME_BOOT_OPTIONS = {
        check,
        set: &CLUSTER,
        name: "same-boot-options",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[Source::Practice("a virtual server runs with the address space of the node that it fails over to")],
        basis: Basis::Practice,
        covers: &["OPS-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes().members().filter(|node| !node.is_voter());
    if nodes.is_complete() && nodes.peek().len() < 2 {
        return;
    }
    let with_userva = nodes
        .whose(|node| node.windows().version(), |version| WindowsVersion::is_2003(*version))
        .whose(|node| node.boot().three_gb(), |three_gb| *three_gb);
    for [(node, odd), (other, usual)] in findings.differing(with_userva, |node| node.boot().userva()) {
        let message = format!(
            "`{}` starts with `/USERVA={odd}`, `{}` with `/USERVA={usual}`",
            node.name(),
            other.name()
        );
        findings.report(odd.path(), message).related(usual.path(), "the other node");
    }
}

const EXAMPLES: &[Example] = &[
    passes("the same switches, other delays", FOUR_NODES_2003),
    passes("Windows 2000 has no such switch", TWO_NODES_2000).without(&["nodes[NODE2].boot"]),
    passes("no switches at all", TWO_NODES_2003).without(&["nodes[NODE1].boot", "nodes[NODE2].boot"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        boot = { three_gb = false }
        [[nodes]]
        name = "NODE2"
        boot = { three_gb = false }
        "#,
    ),
    passes("a node that only votes", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "VOTER"
        windows = { version = "2003" }
        exchange = { installed = false }
        boot = { three_gb = false }
        "#,
    ),
    passes("a node alone", TWO_NODES_2003).without(&["nodes[NODE2]", "nodes[NODE1].boot"]),
    passes("one node of four without /3GB, which is another rule's finding", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE3"
        boot = { three_gb = false }
        "#,
    ),
    fails("another /USERVA", TWO_NODES_2003, &["nodes[NODE2].boot.userva"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        boot = { userva = 2900 }
        "#,
    ),
    unknown("the switches of a node are not known", TWO_NODES_2003, &["nodes[NODE2].boot.three_gb"])
        .without(&["nodes[NODE2].boot"]),
    unknown("the /USERVA of a node is not known", FOUR_NODES_2003, &["nodes[NODE2].boot.userva"])
        .without(&["nodes[NODE2].boot.userva"]),
];
