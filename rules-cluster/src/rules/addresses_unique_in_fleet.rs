use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes, member,
    },
    fleet_rule,
    model::{Address, At, ClusterRef},
    testing::reference::{SECOND_2003, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// No two clusters of a domain use the same address on networks that serve clients.
    ///
    /// The rule compares the addresses of resources and of the nodes' adapters on networks that clients use.
    /// Heartbeat networks are private, and every cluster may number its own as it likes. Addresses that come from
    /// DHCP are not compared.
    ///
    /// Clusters in different domains are not compared either: behind two firewalls the same private addresses may
    /// be used twice. Where the domain of a cluster is not known, an equal address is reported, and the message
    /// says so.
    ///
    /// # Why it matters
    ///
    /// An IP Address resource that finds its address in use does not come online, and neither does the virtual
    /// server that depends on it. Often this shows only at a failover, or after a power cut, when the other holder
    /// is up first.
    ///
    /// # How to fix it
    ///
    /// First check that both clusters still exist, and that their networks are connected. Then give one of them a
    /// free address: a resource in Cluster Administrator or Failover Cluster Management, in a maintenance window,
    /// because its group has to go offline and online again; a node in the TCP/IP properties of its adapter, after
    /// its groups were moved away. The host record in DNS follows by itself where DNS accepts dynamic updates;
    /// elsewhere change it by hand.
    pub static ADDRESSES_UNIQUE_IN_FLEET = {
        collect,
        judge,
        set: &CLUSTER,
        name: "addresses-unique-in-fleet",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("an address has one holder on a network")],
        basis: Basis::Practice,
        covers: &["NET-019"],
        fleets: EXAMPLES,
    }
}

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    let domain = triples.domain(cluster);
    let mut addresses: Vec<At<'_, Address>> = Vec::new();
    for resource in triples.each(cluster.address_resources()) {
        let parameters = resource.parameters();
        if parameters.dhcp().peek() != Some(&true)
            && triples.need(parameters.network_role()).is_some_and(|role| role.serves_clients())
        {
            addresses.push(parameters.address());
        }
    }
    for node in triples.each(cluster.nodes().members()) {
        for interface in triples.each(node.public_interfaces()) {
            if interface.dhcp().peek() != Some(&true) {
                addresses.push(interface.address());
            }
        }
    }
    for address in addresses {
        let Some(address) = triples.need(address) else { continue };
        if is_of_one_computer(*address) {
            triples.hold(address.ip.to_string(), domain.as_str(), address.path());
        }
    }
}

/// Whether an address is one that a computer holds alone: not one that stands for none, for itself, or for its own link.
fn is_of_one_computer(address: Address) -> bool {
    match address.ip {
        std::net::IpAddr::V4(ip) => !(ip.is_unspecified() || ip.is_loopback() || ip.is_link_local()),
        std::net::IpAddr::V6(ip) => !(ip.is_unspecified() || ip.is_loopback() || ip.is_unicast_link_local()),
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|domain| domain) {
        let clusters = group.clusters();
        if clusters > 1 {
            let message = format!("`{}` is an address of {clusters} clusters{}", holders.key, group.doubt());
            findings.report(&group.list, message);
        }
    }
}

const EXAMPLES: &[FleetExample] = &[
    fleet_passes(
        "two clusters that share nothing but the numbers of their heartbeat networks",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "")],
    ),
    fleet_passes(
        "two definitions of one cluster",
        &[member(TWO_NODES_2003, ""), member(TWO_NODES_2003, "solution = { listed = false }")],
    ),
    fleet_passes(
        "the same private address in two domains",
        &[
            member(TWO_NODES_2003, ""),
            member(
                SECOND_2003,
                r#"
                [[nodes]]
                name = "NODE5"
                domain = "other.example.com"
                interfaces = [{ network = "Public", address = "192.0.2.11/24" }]
                "#,
            ),
        ],
    ),
    fleet_passes(
        "an address that DHCP gave to another computer later",
        &[
            member(TWO_NODES_2003, ""),
            member(
                SECOND_2003,
                r#"
                [[nodes]]
                name = "NODE5"
                interfaces = [{ network = "Public", address = "192.0.2.11/24", dhcp = true }]
                "#,
            ),
        ],
    ),
    fleet_fails(
        "a virtual server with the address of another",
        &[
            member(TWO_NODES_2003, ""),
            member(
                SECOND_2003,
                r#"
                [[groups]]
                name = "EVS2 Group"
                resources = [{ name = "EVS2 IP", parameters = { address = "192.0.2.21" } }]
                "#,
            ),
        ],
        &[&[
            "1: groups[EVS1 Group].resources[EVS1 IP].parameters.address",
            "2: groups[EVS2 Group].resources[EVS2 IP].parameters.address",
        ]],
    ),
    fleet_fails(
        "a node with the address of another cluster",
        &[
            member(TWO_NODES_2003, ""),
            member(
                SECOND_2003,
                r#"
                [[nodes]]
                name = "NODE6"
                interfaces = [{ network = "Public", address = "192.0.2.10/24" }]
                "#,
            ),
        ],
        &[&[
            "1: groups[Cluster Group].resources[Cluster IP].parameters.address",
            "2: nodes[NODE6].interfaces[Public].address",
        ]],
    ),
    fleet_incomplete(
        "an address that is not known",
        &[
            member(TWO_NODES_2003, "").without(&["groups[EVS1 Group].resources[EVS1 IP].parameters.address"]),
            member(SECOND_2003, ""),
        ],
        &["1: groups[EVS1 Group].resources[EVS1 IP].parameters.address"],
    ),
    fleet_incomplete(
        "a network that is used for something unknown",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "").without(&["networks[Public].role"])],
        &["2: networks[Public].role"],
    ),
];
