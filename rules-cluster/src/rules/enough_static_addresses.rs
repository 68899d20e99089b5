use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, GroupRef, Interface, NetworkRole, NodeRef, ResourceType, Set, WindowsVersion},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Nodes and virtual servers have static addresses, and there are enough of them.
    ///
    /// An address from DHCP is an error on a network that clients use, where Windows is or may be older than 2008.
    /// It is a warning on a private network, and on Windows Server 2008, which supports DHCP for nodes and for
    /// resources, though Microsoft advises against it. Adapters on networks that the cluster does not use are not
    /// judged.
    ///
    /// The rule also counts: every node needs one address on a public network, every virtual server one, and the
    /// cluster itself one. Those that the definition does not assign yet are compared with the free addresses of
    /// the public networks. A shortage is reported as information, with the parts of the sum, because we know of
    /// no document that states the number. A cluster that has all its addresses needs no free ones.
    ///
    /// # Why it matters
    ///
    /// An address that changes takes a node out of its cluster network, or leaves clients with a name that leads
    /// nowhere. Before Windows Server 2008 an IP Address resource cannot get its address from DHCP at all, and
    /// without a free static address no further virtual server can be made.
    ///
    /// # How to fix it
    ///
    /// Set a fixed address in the properties of the adapter, outside the range that DHCP gives out, one node at a
    /// time, after its groups were moved away. On Windows Server 2008 enter a static address in the properties of
    /// the IP Address resource in Failover Cluster Management; it takes effect when the resource next comes
    /// online, so bring the group offline and online in a maintenance window. Have addresses reserved before
    /// virtual servers are added.
    pub static ENOUGH_STATIC_ADDRESSES = {
        check,
        set: &CLUSTER,
        name: "enough-static-addresses",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("fact 3"),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
            Source::Microsoft("Exchange Server 2007 help, \"Installing CCR on Windows Server 2003\""),
            Source::Microsoft("Windows Server 2003 help, \"Best practices\" for server clusters"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-017", "NET-020"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        for interface in findings.each(node.interfaces()) {
            adapter_is_static(node, interface, findings);
        }
    }
    resources_are_static(cluster, findings);
    enough_are_free(cluster, findings);
}

fn adapter_is_static(node: NodeRef<'_>, interface: At<'_, Interface>, findings: &mut Findings) {
    if interface.network_role().peek() == Some(&NetworkRole::Disabled) {
        return;
    }
    let Some(dhcp) = findings.need(interface.dhcp()).filter(|dhcp| **dhcp) else { return };
    let Some(role) = findings.need(interface.network_role()) else { return };
    let message =
        format!("the adapter of `{}` on `{}` has its address from DHCP", node.name(), interface.network());
    let report = findings.report(dhcp.path(), message);
    let refused =
        role.serves_clients() && node.windows().version().peek().is_none_or(|windows| !windows.is_2008());
    if !refused {
        report.at_most(Severity::Warning);
    }
}

fn resources_are_static(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let can_be_dynamic = cluster.nodes_on(WindowsVersion::is_2008);
    if can_be_dynamic.is_complete() && can_be_dynamic.peek().is_empty() {
        return;
    }
    for resource in findings.each(cluster.resources_of(&ResourceType::IpAddress)) {
        if let Some(dhcp) = findings.need(resource.parameters().dhcp()).filter(|dhcp| **dhcp) {
            let message = format!("`{}` has its address from DHCP", resource.name());
            findings.report(dhcp.path(), message).at_most(Severity::Warning);
        }
    }
}

fn enough_are_free(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes()).map(NodeRef::public_interfaces);
    let nodes = without_any(nodes, findings);
    let virtual_servers =
        findings.each(cluster.evs()).into_iter().map(|evs| evs.group().flat_map(GroupRef::address_resources));
    let virtual_servers = without_any(virtual_servers, findings);
    let own = without_any([cluster.default_group().flat_map(GroupRef::address_resources)], findings);
    let needed = nodes + virtual_servers + own;
    if needed == 0 {
        return;
    }
    let Some(public) = findings.need_all(cluster.public_networks()) else { return };
    let mut free = 0;
    for network in &public {
        let Some(more) = findings.need(network.free_static_addresses()) else { return };
        free += u64::from(*more);
    }
    if needed > free {
        let place = public
            .first()
            .map_or(cluster.networks().path(), |network| network.free_static_addresses().path());
        let message = format!(
            "static addresses still needed: {needed} (nodes {nodes}, virtual servers {virtual_servers}, \
             cluster {own}); free: {free}"
        );
        findings.report(place, message).at_most(Severity::Information);
    }
}

/// How many of some sets are known to be empty. Absent facts that leave it open are noted.
fn without_any<M>(sets: impl IntoIterator<Item = Set<M>>, findings: &mut Findings) -> u64 {
    let empty = sets.into_iter().filter(|set| set.peek().is_empty());
    empty.map(|set| u64::from(findings.need_all(set).is_some())).sum()
}

const EXAMPLES: &[Example] = &[
    passes("static addresses", TWO_NODES_2003),
    passes("a finished cluster needs no free addresses", FOUR_NODES_2003)
        .with(r#"networks = [{ name = "Public", free_static_addresses = 0 }]"#),
    passes("DHCP, or nothing known, on a network that the cluster does not use", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup", dhcp = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Backup" }]
        "#,
    ),
    fails("a node's public address from DHCP", TWO_NODES_2003, &["nodes[NODE2].interfaces[Public].dhcp"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Public", dhcp = true }]
            "#,
        ),
    fails("a heartbeat address from DHCP", TWO_NODES_2003, &["nodes[NODE2].interfaces[Heartbeat].dhcp"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Heartbeat", dhcp = true }]
            "#,
        ),
    fails(
        "Windows 2008, a node and a virtual server",
        SCC_2007,
        &["nodes[NODE1].interfaces[Public].dhcp", "groups[CMS1].resources[CMS1 IP].parameters.dhcp"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", dhcp = true }]
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IP", parameters = { dhcp = true } }]
        "#,
    ),
    fails(
        "a virtual server more than there are addresses",
        TWO_NODES_2003,
        &["networks[Public].free_static_addresses"],
    )
    .with(
        r#"
        networks = [{ name = "Public", free_static_addresses = 0 }]
        [[virtual_servers]]
        name = "EVS2"
        group = "EVS2 Group"
        "#,
    ),
    unknown("whether an address is static is not known", CCR_2007, &["nodes[NODE1].interfaces[Public].dhcp"])
        .without(&["nodes[NODE1].interfaces[Public].dhcp"]),
    unknown(
        "how many addresses are free for one more is not known",
        TWO_NODES_2003,
        &["networks[Public].free_static_addresses"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS2"
        group = "EVS2 Group"
        "#,
    )
    .without(&["networks[Public].free_static_addresses"]),
];
