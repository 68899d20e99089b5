use std::net::IpAddr;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Interface, Name, NetworkRef, NodeRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2008 all adapters on one network get their addresses in the same way and have the same versions
    /// of IP.
    ///
    /// On one network either all addresses are static or all come from DHCP, and the adapters of all nodes have
    /// IPv4, or IPv6, or both. In a definition an adapter with both has one entry for each address. How an adapter
    /// gets its IPv6 address is not compared, and link-local addresses (`fe80::`) do not count. Networks that the
    /// cluster does not use are not judged. Whether there should be DHCP at all is judged by
    /// `cluster/enough-static-addresses`.
    ///
    /// # Why it matters
    ///
    /// The Cluster service expects one kind of address from a network, and makes the addresses of its resources in
    /// the same way. On a network where the nodes differ, an address may come online on one node and not on the
    /// other. The validation of Windows Server 2008 tests this, and a cluster that fails the test is not
    /// supported.
    ///
    /// # How to fix it
    ///
    /// Move the groups away from the node with the adapter that differs, and make the adapter like the others in
    /// its TCP/IP properties, with a static address if possible. Then run the network tests of *Validate a
    /// Configuration* in Failover Cluster Management.
    pub static UNIFORM_ADDRESSING = {
        check,
        set: &CLUSTER,
        name: "uniform-addressing",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::Microsoft("Windows Server 2008 help, \"Understanding Cluster Validation Tests: Network\""),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-023"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if cluster.is_on_2008().peek() == Some(&false) {
        return findings.not_applicable("the requirement is that of Windows 2008");
    }
    for network in findings.each(cluster.used_networks()) {
        let v4 = network.interfaces().filter(|adapter| !is_v6(*adapter));
        for [(odd, dhcp), (_, usual)] in findings.differing(v4, At::<Interface>::dhcp) {
            if findings.need(cluster.is_on_2008()).is_some() {
                let (this, others) = if *dhcp { ("from DHCP", "static") } else { ("static", "from DHCP") };
                let message =
                    format!("the address here is {this}, the others on `{}` are {others}", odd.network());
                findings.report(dhcp.path(), message).related(usual.path(), "the usual way");
            }
        }
        same_versions_of_ip(cluster, network, findings);
    }
}

fn is_v6(adapter: At<'_, Interface>) -> bool {
    adapter.address().peek().is_some_and(|address| address.ip.is_ipv6())
}

fn same_versions_of_ip(cluster: ClusterRef<'_>, network: NetworkRef<'_>, findings: &mut Findings) {
    let Some(name) = findings.need(network.name()) else { return };
    let mut first = None;
    for node in findings.each(cluster.nodes()) {
        let Some((adapter, versions)) = versions_of_ip(node, &name, findings) else { continue };
        let (usual, other) = *first.get_or_insert((versions, adapter));
        if versions != usual && findings.need(cluster.is_on_2008()).is_some() {
            let message =
                format!("`{}` has {versions} on `{}`, where another node has {usual}", node.name(), *name);
            findings
                .report(adapter.address().path(), message)
                .related(other.address().path(), "the other node");
        }
    }
}

/// An adapter of a node on a network, and what versions of IP its adapters there have; `None` if there is none but for
/// addresses of the link alone, or one whose address is not known.
fn versions_of_ip<'a>(
    node: NodeRef<'a>,
    network: &Name,
    findings: &mut Findings,
) -> Option<(At<'a, Interface>, &'static str)> {
    let adapters = findings.each(node.interfaces_on(network));
    let (mut v4, mut v6) = (None, None);
    for adapter in adapters {
        match findings.need(adapter.address())?.ip {
            IpAddr::V4(_) => v4 = v4.or(Some(adapter)),
            IpAddr::V6(ip) if ip.is_unicast_link_local() => {}
            IpAddr::V6(_) => v6 = v6.or(Some(adapter)),
        }
    }
    match (v4, v6) {
        (Some(adapter), Some(_)) => Some((adapter, "IPv4 and IPv6")),
        (Some(adapter), None) => Some((adapter, "IPv4")),
        (None, Some(adapter)) => Some((adapter, "IPv6")),
        (None, None) => None,
    }
}

const EXAMPLES: &[Example] = &[
    passes("static IPv4 addresses", SCC_2007),
    passes("a network for DHCP, another for static addresses", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", dhcp = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", dhcp = true }]
        "#,
    ),
    passes("a network that the cluster does not use", SCC_2007).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup", dhcp = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Backup", dhcp = false }]
        "#,
    ),
    passes("a fixed IPv4 address, and one of IPv6 that a router gives, on every node", SCC_2007).with(
        r#"
        networks = [{ name = "Third", role = "mixed", subnet = "198.51.100.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [
            { network = "Third", address = "198.51.100.11/24", dhcp = false },
            { network = "THIRD", address = "2001:db8::11/64", dhcp = true },
        ]
        [[nodes]]
        name = "NODE2"
        interfaces = [
            { network = "Third", address = "198.51.100.12/24", dhcp = false },
            { network = "THIRD", address = "2001:db8::12/64" },
        ]
        "#,
    ),
    passes("an address of the link alone, listed on one node", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "PUBLIC", address = "fe80::1" }]
        "#,
    ),
    not_applicable("Windows 2003", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", dhcp = true }]
        "#,
    ),
    fails("DHCP on one node", SCC_2007, &["nodes[NODE2].interfaces[Public].dhcp"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public", dhcp = true }]
        "#,
    ),
    fails("a static address where the others are not", SCC_2007, &["nodes[NODE2].interfaces[Public].dhcp"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            interfaces = [{ network = "Public", dhcp = true }]
            "#,
        ),
    fails("IPv6 on one node", SCC_2007, &["nodes[NODE2].interfaces[Heartbeat].address"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", address = "2001:db8::2/64" }]
        "#,
    ),
    unknown(
        "how one node gets its address is not known",
        SCC_2007,
        &["nodes[NODE2].interfaces[Public].dhcp"],
    )
    .without(&["nodes[NODE2].interfaces[Public].dhcp"]),
    unknown("an address is not known", SCC_2007, &["nodes[NODE2].interfaces[Heartbeat].address"])
        .without(&["nodes[NODE2].interfaces[Heartbeat].address"]),
    unknown("the version of Windows is not known", SCC_2007, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Public", dhcp = true }]
            "#,
        ),
];
