use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Adapters on public networks are not teamed, or are teamed on purpose.
    ///
    /// Teaming is supported on networks that clients use. Each team is reported as information and no more,
    /// because the sources disagree: Microsoft's Best Practices Analyzer warns of teaming on any Exchange server,
    /// while Knowledge Base article 254101 calls it acceptable on the public networks of a cluster. Where the
    /// teams are meant to be, nothing has to be done.
    ///
    /// # Why it matters
    ///
    /// A team puts its maker's driver between Windows and the network, and a fault of it looks like a fault of the
    /// network: lost connections, slow clients. Microsoft's support asks you to dissolve the team before it looks
    /// further, and sends you to the maker if that helps.
    ///
    /// # How to fix it
    ///
    /// Nothing has to be done while the network works. Keep drivers and firmware of the adapters current and the
    /// same on all nodes. When connections are lost, dissolve the team on one node at a time, after its groups
    /// were moved away, and see whether the fault stays.
    pub static PUBLIC_NETWORK_NOT_TEAMED = {
        check,
        set: &CLUSTER,
        name: "public-network-not-teamed",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("bb219040", "Network interface card (NIC) teaming is enabled"),
            Source::Kb(254_101),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.public_interfaces()) {
            if let Some(teamed) = findings.need(adapter.teamed()).filter(|teamed| **teamed) {
                let message =
                    format!("the adapter of `{}` on `{}` is a team", node.name(), adapter.network());
                findings.report(teamed.path(), message);
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("single adapters", TWO_NODES_2003),
    passes("a team on a private network is another rule's", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", teamed = true }]
        "#,
    ),
    passes("a team on a network that the cluster does not use", SCC_2007).with(
        r#"
        networks = [{ name = "iSCSI", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "iSCSI", teamed = true }]
        "#,
    ),
    fails("a team on the public network", SCC_2007, &["nodes[NODE1].interfaces[Public].teamed"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", teamed = true }]
        "#,
    ),
    unknown("teaming is not known", TWO_NODES_2003, &["nodes[NODE1].interfaces[Public].teamed"])
        .without(&["nodes[NODE1].interfaces[Public].teamed"]),
];
