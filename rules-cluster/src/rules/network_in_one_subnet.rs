use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 and 2003 the adapters of all nodes on one network are in its subnet.
    ///
    /// This goes for the private networks as well as for the public ones, and also for nodes in two sites, between
    /// which a VLAN has to be stretched. An IPv6 address on a network with an IPv4 subnet is not compared, because
    /// the Cluster service of Windows 2003 knows nothing of it. Only Windows Server 2008 with Exchange 2007 SP1 or
    /// later supports nodes in two subnets; each subnet is a cluster network of its own there.
    ///
    /// # Why it matters
    ///
    /// The address of a virtual server fits one subnet only. On a node in another subnet it may come online, but
    /// nobody can reach it. And where a heartbeat has to pass a router, the router decides whether a node counts
    /// as dead.
    ///
    /// # How to fix it
    ///
    /// Find the node whose address or mask is wrong and correct it, after its groups were moved away. Where the
    /// sites really are two subnets, have the network people stretch a VLAN over both, for the public and the
    /// private network, and move the nodes into it one after the other.
    pub static NETWORK_IN_ONE_SUBNET = {
        check,
        set: &CLUSTER,
        name: "network-in-one-subnet",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Exchange Server 2007 help, \"Installing CCR on Windows Server 2003\""),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-022"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&true) {
        return findings.not_applicable("Windows 2008 takes nodes in several subnets");
    }
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.used_interfaces()) {
            let Some(address) = findings.need(adapter.address()) else { continue };
            let Some(subnet) = findings.need(adapter.network_subnet()) else { continue };
            // An adapter without a link has the address 0.0.0.0.
            let is_outside = !address.ip.is_unspecified()
                && subnet.is_same_version(address.ip)
                && subnet.holds(address.ip) == Some(false);
            if is_outside && findings.need(on_2008).is_some() {
                let (node, network) = (node.name(), adapter.network());
                let message = format!(
                    "`{node}` has the address `{}` on `{network}`, whose subnet is `{}`",
                    address.ip, *subnet
                );
                findings.report(address.path(), message).related(subnet.path(), "the subnet");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("one subnet for each network", TWO_NODES_2003),
    passes("the adapter's own prefix is not known", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", address = "192.0.2.11" }]
        "#,
    ),
    passes("an adapter without a link", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", address = "0.0.0.0" }]
        "#,
    ),
    passes("IPv6 on a node", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Public 2", role = "mixed", subnet = "198.51.100.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public 2", address = "2001:db8::11/64" }]
        "#,
    ),
    passes("a network that the cluster does not use", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup" }]
        "#,
    ),
    not_applicable("Windows 2008", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public", address = "198.51.100.12/24" }]
        "#,
    ),
    fails("the second node is in another subnet", CCR_2007, &["nodes[NODE2].interfaces[Public].address"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Public", address = "198.51.100.12/24" }]
            "#,
        ),
    unknown("an address is not known", TWO_NODES_2003, &["nodes[NODE1].interfaces[Heartbeat].address"])
        .without(&["nodes[NODE1].interfaces[Heartbeat].address"]),
    unknown("the subnet is not known", TWO_NODES_2003, &["networks[Heartbeat].subnet"])
        .without(&["networks[Heartbeat].subnet"]),
    unknown("the version of Windows is not known", CCR_2007, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Public", address = "198.51.100.12/24" }]
            "#,
        ),
];
