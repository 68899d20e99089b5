use std::net::IpAddr;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{Address, ClusterRef, Known, NodeRef, ResourceRef},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No address is used twice, by adapters of nodes or by address resources.
    ///
    /// While a virtual server runs on a node, its address is one of the node's: an adapter of the node that owns
    /// the group may list it. Adapters on networks that the cluster does not use are not compared, nor are
    /// resources that get their address from DHCP.
    ///
    /// # Why it matters
    ///
    /// Windows does not bring up an address that already answers on the network: the resource fails, and its
    /// virtual server stays offline with it. Where both come up, clients reach one or the other by chance.
    ///
    /// # How to fix it
    ///
    /// Find out which of the two the address was meant for, and give the other one a free address: a node in the
    /// TCP/IP properties of its adapter, after its groups were moved to another node; a resource in its
    /// properties, in a maintenance window, because its group has to go offline and online again. Correct the host
    /// record in DNS afterwards.
    pub static ADDRESSES_UNIQUE = {
        check,
        set: &CLUSTER,
        name: "addresses-unique",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Windows Server 2008 help, \"Understanding Cluster Validation Tests: Network\""),
            Source::ThirdParty("SearchWindowsServer.com, B. Mackenzie-Low, on the Cluster Configuration Validation Wizard"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-019"],
        examples: EXAMPLES,
    }
}

/// An address, and whose it is.
#[derive(Clone, Copy)]
struct Use<'a> {
    address: Known<'a, Address>,
    by: User<'a>,
}

#[derive(Clone, Copy)]
enum User<'a> {
    Adapter(NodeRef<'a>),
    Resource(ResourceRef<'a>),
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let mut uses = uses(cluster, findings);
    uses.sort_by_key(|it| it.address.ip);
    for same in uses.chunk_by(|a, b| a.address.ip == b.address.ip).filter(|same| same.len() > 1) {
        let (mut adapter, mut resource) = (None, None);
        for it in same {
            let first = match it.by {
                User::Adapter(_) => adapter.get_or_insert(it),
                User::Resource(_) => resource.get_or_insert(it),
            };
            if !std::ptr::eq(*first, it) {
                report(first, it, findings);
            }
        }
        if let Some((adapter, resource)) = adapter.zip(resource)
            && !is_on_owner(adapter, resource, findings)
        {
            report(adapter, resource, findings);
        }
    }
}

fn report(first: &Use<'_>, other: &Use<'_>, findings: &mut Findings) {
    let message = format!("`{}` is the address of {first} and of {other}", first.address.ip);
    findings.report(other.address.path(), message).related(first.address.path(), "the same address");
}

/// Every address that is used, those of adapters first.
fn uses<'a>(cluster: ClusterRef<'a>, findings: &mut Findings) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.used_interfaces()) {
            let address = findings.need(adapter.address());
            uses.extend(address.map(|address| Use { address, by: User::Adapter(node) }));
        }
    }
    for resource in findings.each(cluster.static_addresses()) {
        let address = findings.need(resource.parameters().address());
        uses.extend(address.map(|address| Use { address, by: User::Resource(resource) }));
    }
    // An adapter without a link has the address 0.0.0.0.
    uses.retain(|it| !IpAddr::is_unspecified(&it.address.ip));
    uses
}

/// Whether an adapter is that of the node that owns a resource. Where that is not known, it is noted, and counts as such.
fn is_on_owner(adapter: &Use<'_>, resource: &Use<'_>, findings: &mut Findings) -> bool {
    let (User::Adapter(node), User::Resource(resource)) = (adapter.by, resource.by) else { return false };
    match (findings.need(resource.group().owner()), findings.need(node.name())) {
        (Some(owner), Some(name)) => owner == name,
        _ => true,
    }
}

impl std::fmt::Display for Use<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.by {
            User::Adapter(node) => write!(f, "an adapter of `{}`", node.name()),
            User::Resource(resource) => write!(f, "`{}`", resource.name()),
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("every address once", FOUR_NODES_2003),
    passes("an adapter of the owner lists the address of the virtual server", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Public 2", role = "client", subnet = "192.0.2.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public 2", address = "192.0.2.21/24" }]
        "#,
    ),
    passes("an address from DHCP", SCC_2007)
        .without(&["groups[CMS1].resources[CMS1 IP].parameters.address"])
        .with(
            r#"
            [[groups]]
            name = "CMS1"
            resources = [{ name = "CMS1 IP", parameters = { dhcp = true } }]
            "#,
        ),
    passes("a tunnel, adapters without a link, and a network that the cluster does not use", SCC_2007).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", address = "0.0.0.0" }, { network = "Backup", address = "192.0.2.12" }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", address = "0.0.0.0" }]
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Tunnel", type = "IPv6 Tunnel Address" }]
        "#,
    ),
    fails("two nodes with one address", TWO_NODES_2003, &["nodes[NODE2].interfaces[Heartbeat].address"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Heartbeat", address = "10.0.0.1/24" }]
            "#,
        ),
    fails(
        "two virtual servers with one address",
        FOUR_NODES_2003,
        &["groups[EVS2 Group].resources[EVS2 IP].parameters.address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "EVS2 IP", parameters = { address = "192.0.2.21/24" } }]
        "#,
    ),
    fails(
        "two resources of one node with an address that its adapter lists",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Print IP].parameters.address"],
    )
    .with(
        r#"
        networks = [{ name = "Public 2", role = "client", subnet = "192.0.2.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public 2", address = "192.0.2.21/24" }]
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Print IP", type = "IP Address", parameters = { address = "192.0.2.21/24" } }]
        "#,
    ),
    fails(
        "a virtual server with the address of a node that does not own it",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", parameters = { address = "192.0.2.12/24" } }]
        "#,
    ),
    unknown(
        "an address of a node, and the owner of the group is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].owner"],
    )
    .without(&["groups[EVS1 Group].owner"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", parameters = { address = "192.0.2.12/24" } }]
        "#,
    ),
    unknown("an address is not known", TWO_NODES_2003, &["nodes[NODE1].interfaces[Heartbeat].address"])
        .without(&["nodes[NODE1].interfaces[Heartbeat].address"]),
    unknown("further resources are not known", TWO_NODES_2003, &["groups[EVS1 Group].resources"])
        .with(r#"partial = ["groups[EVS1 Group].resources"]"#),
];
