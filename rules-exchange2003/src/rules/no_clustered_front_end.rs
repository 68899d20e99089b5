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
    /// No node of the cluster is a front-end server.
    ///
    /// Back-end servers may be clustered, front-end servers may not. Several front-end servers beside the cluster share the
    /// load of clients by Network Load Balancing, or by any other balancer.
    ///
    /// # Why it matters
    ///
    /// A front-end server hands requests of clients on to the back-end server that has the mailbox, and keeps nothing that
    /// would have to move to another node. In a server cluster the role is not supported, and a node that is one does not
    /// serve as the back-end server that its virtual server needs.
    ///
    /// # How to fix it
    ///
    /// Install the front-end role on servers outside of the cluster, point the clients' name there, and clear *This is
    /// a front-end server* in the properties of the server in System Manager; the Exchange services have to be
    /// restarted after that, so choose a maintenance window.
    pub static NO_CLUSTERED_FRONT_END = {
        check,
        set: &EXCHANGE_2003,
        name: "no-clustered-front-end",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::TechNet("aa997507", "Understanding Exchange Server 2003 Clustering")],
        basis: Basis::Microsoft,
        covers: &["RES-018"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.has_exchange().peek() == Some(&false) {
            continue;
        }
        if let Some(front_end) = findings.need(node.exchange().front_end())
            && *front_end
        {
            findings.report(front_end.path(), format!("`{}` is a front-end server", node.name()));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("back-end servers on Exchange 2000", TWO_NODES_2000),
    passes("back-end servers on Exchange 2003", FOUR_NODES_2003),
    passes("a node without Exchange", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE3", exchange = { installed = false } }]
        "#,
    ),
    fails("a front-end server", TWO_NODES_2003, &["nodes[NODE2].exchange.front_end"]).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { front_end = true } }]
        "#,
    ),
    unknown("nobody looked", TWO_NODES_2003, &["nodes[NODE1].exchange.front_end"])
        .without(&["nodes[NODE1].exchange.front_end"]),
];
