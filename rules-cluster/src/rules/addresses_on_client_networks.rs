use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ResourceType},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Address resources are on networks that clients may use.
    ///
    /// The network of an IP Address resource has the role *client* or *mixed*. That goes for every address in the
    /// cluster: the cluster's own, those of virtual servers, and those of the replication host names of cluster
    /// continuous replication. An IPv6 tunnel address has no network of its own and is not judged.
    ///
    /// # Why it matters
    ///
    /// Clients cannot reach an address on a network that is closed to them. The Cluster service brings no address
    /// online there, and the network name and the whole virtual server stay offline with it. It also refuses to
    /// close a network while an address resource is on it, so a definition like this describes something that
    /// cannot be built, or that is not what runs.
    ///
    /// # How to fix it
    ///
    /// Where the role of the network is wrong, set it to *All communications (mixed network)* in its properties,
    /// or on Windows Server 2008 select *Allow clients to connect through this network*. Where the resource is on
    /// the wrong network, take the virtual server offline in a maintenance window, choose the public network and
    /// an address of its subnet in the properties of the resource, and bring the group online again. Clients that
    /// know the name find the new address as soon as DNS does.
    pub static ADDRESSES_ON_CLIENT_NETWORKS = {
        check,
        set: &CLUSTER,
        name: "addresses-on-client-networks",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Microsoft("Failover Cluster API reference, \"Role\" of a network")],
        basis: Basis::Microsoft,
        covers: &["NET-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for resource in findings.each(cluster.address_resources()) {
        if resource.r#type().peek() == Some(&ResourceType::Ipv6TunnelAddress) {
            continue;
        }
        let network = resource.parameters().network();
        let Some(role) = findings.need(resource.network_role()) else { continue };
        if !role.serves_clients() {
            let message =
                format!("`{}` is on `{network}`, a network that clients may not use", resource.name());
            findings.report(network.path(), message).related(role.path(), "its role");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("addresses on a mixed network", TWO_NODES_2003),
    passes("addresses on a network for clients only", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Public", role = "client" }]"#),
    passes("a replication host name on a mixed network", CCR_2007).with(
        r#"
        networks = [{ name = "Heartbeat", role = "mixed" }]
        [[groups]]
        name = "CCR-A Group"
        resources = [{ name = "CCR-A IP", type = "IP Address", parameters = { address = "10.0.0.11/24", network = "Heartbeat" } }]
        "#,
    ),
    passes("a tunnel address has no network of its own", SCC_2007).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Cluster Tunnel", type = "IPv6 Tunnel Address" }]
        "#,
    ),
    fails(
        "a virtual server on the heartbeat network",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.network"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", parameters = { network = "Heartbeat" } }]
        "#,
    ),
    fails(
        "the public network is disabled",
        SCC_2007,
        &[
            "groups[Cluster Group].resources[Cluster IP].parameters.network",
            "groups[CMS1].resources[CMS1 IP].parameters.network",
        ],
    )
    .with(r#"networks = [{ name = "Public", role = "disabled" }]"#),
    unknown("the role of the network is not known", TWO_NODES_2003, &["networks[Public].role"])
        .without(&["networks[Public].role"]),
    unknown(
        "the network of an address is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.network"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 IP].parameters.network"]),
];
