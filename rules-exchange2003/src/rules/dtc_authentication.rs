use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, DtcAuthentication,
        ExchangeVersion::{V2000, V2003},
        ResourceType, WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// On Windows 2003, MSDTC on a cluster node does not ask for mutual authentication.
    ///
    /// Service Pack 1 of Windows 2003 brought the choice, with *Mutual Authentication Required* as the default of a
    /// computer outside a cluster. In a cluster it has to be *Incoming Caller Authentication Required*. Where network
    /// DTC access is off, as it should be for Exchange alone (`exchange2003/network-dtc-access-off`), nobody calls over
    /// the network, and mutual authentication is information; otherwise it is an error. Nodes without a service pack
    /// have no such setting, and a cluster without an MSDTC resource is not judged.
    ///
    /// # Why it matters
    ///
    /// With mutual authentication both sides prove who they are with their computer accounts. The clustered coordinator
    /// answers under the network name of its group, not under that of the node, so that the proof fails, and with it every
    /// transaction from another computer.
    ///
    /// # How to fix it
    ///
    /// On each node choose *Incoming Caller Authentication Required* in *Component Services*, *My Computer*, *MSDTC*,
    /// *Security Configuration*. Then take the MSDTC resource offline and bring it online again. Nothing of a running
    /// Exchange depends on it.
    pub static DTC_AUTHENTICATION = {
        check,
        set: &EXCHANGE_2003,
        name: "dtc-authentication",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[Source::TechNet("cc778140", "Checklist: Installing a Distributed Transaction Coordinator resource")],
        basis: Basis::Microsoft,
        covers: &["DTC-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes_on(WindowsVersion::is_2003));
    if nodes.is_empty() {
        return findings.not_applicable("no node has Windows 2003");
    }
    let msdtcs = cluster.resources_of(&ResourceType::Msdtc);
    if msdtcs.is_complete() && msdtcs.peek().is_empty() {
        return findings.not_applicable("there is no MSDTC resource");
    }
    for node in nodes {
        if node.windows().service_pack().peek() == Some(&0) {
            continue;
        }
        let authentication = findings.need(node.dtc().authentication());
        let Some(mutual) = authentication.filter(|it| **it == DtcAuthentication::Mutual) else { continue };
        let report = findings
            .report(mutual.path(), format!("MSDTC on `{}` asks for mutual authentication", node.name()));
        if node.dtc().network_access().peek() == Some(&false) {
            report.at_most(Severity::Information);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the caller is authenticated", TWO_NODES_2003),
    passes("nobody is authenticated", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        dtc = { authentication = "none" }
        "#,
    ),
    passes("no service pack, and no such setting", TWO_NODES_2003)
        .without(&["nodes[NODE1].dtc.authentication"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        windows = { service_pack = 0 }
        "#,
        ),
    fails("mutual authentication over the network", TWO_NODES_2003, &["nodes[NODE2].dtc.authentication"])
        .with(
            r#"
        [[nodes]]
        name = "NODE2"
        dtc = { network_access = true, authentication = "mutual" }
        "#,
        ),
    fails(
        "the default, with network access off: information",
        FOUR_NODES_2003,
        &["nodes[NODE4].dtc.authentication"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE4"
        dtc = { authentication = "mutual" }
        "#,
    ),
    not_applicable("Windows 2000", TWO_NODES_2000),
    not_applicable("no MSDTC resource", TWO_NODES_2003)
        .without(&["groups[Cluster Group].resources[MSDTC]", "nodes[NODE1].dtc.authentication"]),
    unknown("the setting of a node is not known", TWO_NODES_2003, &["nodes[NODE1].dtc.authentication"])
        .without(&["nodes[NODE1].dtc.authentication"]),
];
