use std::collections::HashMap;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// No two nodes wait equally long in their boot menu.
    ///
    /// A common choice is 5 seconds on an active node and 20 on a passive one. A cluster of one node is not judged.
    ///
    /// # Why it matters
    ///
    /// After a power failure all nodes start at the same moment, and with the same delay they come to the shared disks
    /// and to the quorum at the same moment. With different delays the first node has formed the cluster when the next
    /// one joins it, and groups come up on the node where they belong.
    ///
    /// # How to fix it
    ///
    /// Set another time on each node in *System Properties*, *Startup and Recovery*, *Time to display list of operating
    /// systems* (`bootcfg /timeout 20` on Windows 2003). Windows shows the menu, and waits, only where `boot.ini` lists
    /// more than one entry: a second one may be a copy of the first. It takes effect at the next restart.
    pub static BOOT_DELAYS_STAGGERED = {
        check,
        set: &EXCHANGE_2003,
        name: "boot-delays-staggered",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[Source::ThirdParty("Windows IT Pro, \"8 Ways to Improve Your Exchange Cluster, Part 2\"")],
        basis: Basis::ThirdParty,
        covers: &["OPS-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes());
    if nodes.len() < 2 {
        return;
    }
    let mut first_with = HashMap::new();
    for node in nodes {
        let Some(delay) = findings.need(node.boot().delay_s()) else { continue };
        let (first, other) = *first_with.entry(*delay).or_insert((delay, node));
        if other.path() != node.path() {
            let message = format!(
                "`{}` waits for {delay} seconds in its boot menu, and so does `{}`",
                node.name(),
                other.name()
            );
            findings.report(delay.path(), message).related(first.path(), "the other node");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("5 and 20 seconds", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("four nodes, four delays", FOUR_NODES_2003),
    passes("a node alone", TWO_NODES_2003).without(&["nodes[NODE2]", "nodes[NODE1].boot"]),
    fails("the default on both", TWO_NODES_2003, &["nodes[NODE2].boot.delay_s"]).with(
        r#"
        nodes = [{ name = "NODE1", boot = { delay_s = 30 } }, { name = "NODE2", boot = { delay_s = 30 } }]
        "#,
    ),
    fails("two alike among four", FOUR_NODES_2003, &["nodes[NODE4].boot.delay_s"])
        .with(r#"nodes = [{ name = "NODE4", boot = { delay_s = 10 } }]"#),
    unknown("the delay of a node is not known", TWO_NODES_2003, &["nodes[NODE1].boot.delay_s"])
        .without(&["nodes[NODE1].boot.delay_s"]),
];
