use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 and 2003 heartbeat adapters are not teamed.
    ///
    /// This is about adapters on private networks. Teaming on public networks is left to
    /// `cluster/public-network-not-teamed`, and Windows Server 2008 has no restriction.
    ///
    /// # Why it matters
    ///
    /// A team holds packets back while it decides which adapter to use, and heartbeats come late. Microsoft does not
    /// support teaming on the private network of a server cluster for that reason.
    ///
    /// # How to fix it
    ///
    /// Dissolve the team with its maker's tool, one node at a time, after its groups were moved away. Use the
    /// ports for two private networks, each in a subnet of its own and with the role *Internal cluster
    /// communications only*. The Cluster service uses both, so the heartbeat survives the loss of one port just as
    /// it would in a team.
    pub static HEARTBEAT_NOT_TEAMED = {
        check,
        set: &CLUSTER,
        name: "heartbeat-not-teamed",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Kb(254_101)],
        basis: Basis::Microsoft,
        covers: &["NET-010"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&true) {
        return findings.not_applicable("Windows 2008 does not restrict teaming");
    }
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.private_interfaces()) {
            let Some(teamed) = findings.need(adapter.teamed()).filter(|teamed| **teamed) else { continue };
            if findings.need(on_2008).is_some() {
                let (node, network) = (node.name(), adapter.network());
                let message = format!("the adapter of `{node}` on the private network `{network}` is a team");
                findings.report(teamed.path(), message);
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("single adapters", FOUR_NODES_2003),
    passes("a team on the public network", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", teamed = true }]
        "#,
    ),
    passes("a team, or nothing known, on a network that the cluster does not use", CCR_2007).with(
        r#"
        networks = [{ name = "iSCSI", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "iSCSI", teamed = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "iSCSI" }]
        "#,
    ),
    not_applicable("Windows 2008", CCR_2007_WINDOWS_2008).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", teamed = true }]
        "#,
    ),
    fails("a team for the heartbeat", TWO_NODES_2003, &["nodes[NODE2].interfaces[Heartbeat].teamed"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", teamed = true }]
        "#,
    ),
    unknown("teaming is not known", TWO_NODES_2003, &["nodes[NODE1].interfaces[Heartbeat].teamed"])
        .without(&["nodes[NODE1].interfaces[Heartbeat].teamed"]),
    unknown(
        "a team, and which network is private is not known",
        TWO_NODES_2003,
        &["networks[Heartbeat].role"],
    )
    .without(&["networks[Heartbeat].role"])
    .with(
        r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Heartbeat", teamed = true }]
            "#,
    ),
];
