use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2000},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000},
    unknown,
};

use crate::{EXCHANGE_2003, facts::MOST_NODES_WITHOUT_SERVICE_PACK};

rule! {
    /// Exchange 2000 in a cluster of more than two nodes has Service Pack 1 or later.
    ///
    /// The released version of Exchange 2000 supports two nodes. Clusters of up to four, on Windows 2000 Datacenter Server,
    /// came with its Service Pack 1. Each node with Exchange is looked at; all nodes are counted, those that have not
    /// joined yet, too.
    ///
    /// # Why it matters
    ///
    /// The released version was made for a node and its partner. On a third node it is not supported, and Microsoft
    /// mends no fault that shows only there.
    ///
    /// # How to fix it
    ///
    /// Install the newest service pack of Exchange 2000, Service Pack 3, on one node after the other: move the groups
    /// away, run `update.exe`, restart, and go on with the next. Back up the databases before a virtual server comes
    /// online on the first node with the service pack; there is no way back.
    pub static SERVICE_PACK_FOR_MORE_THAN_TWO_NODES = {
        check,
        set: &EXCHANGE_2003,
        name: "service-pack-for-more-than-two-nodes",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000],
        sources: &[Source::ThirdParty("Windows IT Pro, on memory fragmentation in Exchange clusters (November 2001)")],
        basis: Basis::ThirdParty,
        covers: &["PLT-024"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let count = findings.each(cluster.nodes()).len();
    if count <= MOST_NODES_WITHOUT_SERVICE_PACK {
        return;
    }
    for node in findings.each(cluster.exchange_nodes()) {
        if let Some(pack) = findings.need(node.exchange().service_pack())
            && *pack == 0
        {
            let message = format!(
                "`{}` has Exchange 2000 without a service pack, in a cluster of {count} nodes",
                node.name()
            );
            findings.report(pack.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes", TWO_NODES_2000),
    passes("two nodes, whatever the service pack", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE2"
        exchange = { service_pack = 0 }
        "#,
    ),
    passes("a third node with a service pack", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = true, version = "2000", service_pack = 1 }
        "#,
    ),
    passes("a third node without Exchange", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = false }
        "#,
    ),
    fails("a third node without a service pack", TWO_NODES_2000, &["nodes[NODE3].exchange.service_pack"])
        .with(
            r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = true, version = "2000", service_pack = 0 }
        "#,
        ),
    not_applicable("Exchange 2003", FOUR_NODES_2003),
    unknown(
        "the service pack on one of three nodes is not known",
        TWO_NODES_2000,
        &["nodes[NODE1].exchange.service_pack"],
    )
    .without(&["nodes[NODE1].exchange.service_pack"])
    .with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = false }
        "#,
    ),
    unknown("there may be a third node", TWO_NODES_2000, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
