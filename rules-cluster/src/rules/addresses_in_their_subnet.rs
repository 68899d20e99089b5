use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The address of every address resource is in the subnet of its network.
    ///
    /// Addresses that come from DHCP are not judged. A definition gives each network one subnet, so an IPv6
    /// address on a network with an IPv4 subnet, or the other way round, cannot be compared and is not judged
    /// either.
    ///
    /// # Why it matters
    ///
    /// An address outside the subnet may come online and still be reached by nobody but the nodes: routers look
    /// for it elsewhere. Often this is left over from a move of the nodes to another subnet, when the network was
    /// changed and the resource was not.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window open the properties of the resource (Cluster Administrator: tab *Parameters*;
    /// Failover Cluster Management: tab *General*). Enter an address of the network's subnet with the right mask,
    /// or choose the network that the address belongs to. The change takes effect when the resource next comes
    /// online: take its group offline and bring it online again, which interrupts every client of the virtual
    /// server. Afterwards check that DNS and WINS have the new address.
    pub static ADDRESSES_IN_THEIR_SUBNET = {
        check,
        set: &CLUSTER,
        name: "addresses-in-their-subnet",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("an address outside its network's subnet cannot be reached by way of a router")],
        basis: Basis::Practice,
        covers: &["NET-018"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for resource in findings.each(cluster.static_addresses()) {
        let Some(address) = findings.need(resource.parameters().address()) else { continue };
        let Some(subnet) = findings.need(resource.network_subnet()) else { continue };
        if subnet.is_same_version(address.ip) && subnet.holds(address.ip) == Some(false) {
            let network = resource.parameters().network();
            let message = format!("`{}` is not in `{}`, the subnet of `{network}`", address.ip, *subnet);
            findings.report(address.path(), message).related(subnet.path(), "the subnet");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("addresses in their subnet", TWO_NODES_2003),
    passes("an address from DHCP is not looked at", SCC_2007)
        .without(&["groups[CMS1].resources[CMS1 IP].parameters.address"])
        .with(
            r#"
            [[groups]]
            name = "CMS1"
            resources = [{ name = "CMS1 IP", parameters = { dhcp = true } }]
            "#,
        ),
    passes("an IPv6 address beside IPv4", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IPv6", type = "IPv6 Address", parameters = { address = "2001:db8::21/64", network = "Public" } }]
        "#,
    ),
    fails(
        "an address of another subnet",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", parameters = { address = "198.51.100.21/24" } }]
        "#,
    ),
    fails(
        "an IPv6 address of another subnet",
        SCC_2007,
        &["groups[CMS1].resources[CMS1 IPv6].parameters.address"],
    )
    .with(
        r#"
        networks = [{ name = "IPv6", role = "mixed", subnet = "2001:db8::/64" }]
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IPv6", type = "IPv6 Address", parameters = { address = "2001:db8:1::21/64", network = "IPv6" } }]
        "#,
    ),
    unknown("the subnet is not known", TWO_NODES_2003, &["networks[Public].subnet"])
        .without(&["networks[Public].subnet"]),
    unknown("where the subnet ends is not known", TWO_NODES_2003, &["networks[Public].subnet"])
        .with(r#"networks = [{ name = "Public", subnet = "192.0.2.0" }]"#),
    unknown(
        "an address is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.address"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 IP].parameters.address"]),
];
