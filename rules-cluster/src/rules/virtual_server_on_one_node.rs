use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{Address, At, ClusterRef, Evs, Few},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Each virtual server exists once, and runs on one node at a time.
    ///
    /// Where the definition does not say on which nodes a virtual server runs, the owner of its group counts. A
    /// virtual server that runs nowhere at the moment is no finding. Two virtual servers with the same name, or
    /// with the same address, count as one that exists twice.
    ///
    /// # Why it matters
    ///
    /// A virtual server is a group, and a group has one owner: that is what keeps two nodes from writing to the
    /// same databases. A record in which one runs in two places is wrong, or shows a cluster that has fallen apart
    /// into two. A second one with the same name or address cannot come online beside the first.
    ///
    /// # How to fix it
    ///
    /// First see what is true: `cluster group` on each node shows the owner of every group. If it differs from
    /// node to node, the nodes have lost contact: keep one side, usually the one where the databases are mounted,
    /// stop the Cluster service on the others, repair the networks and the quorum, and then start the others again
    /// one by one. If only the record is wrong, correct it.
    ///
    /// Give a second virtual server a name and an address of its own before it comes online for the first time.
    /// Nothing has to be removed for this.
    pub static VIRTUAL_SERVER_ON_ONE_NODE = {
        check,
        set: &CLUSTER,
        name: "virtual-server-on-one-node",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("limitation 3"),
            Source::Practice("a cluster group has one owner at a time"),
        ],
        basis: Basis::Article,
        covers: &["EVS-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in &all {
        let nodes = findings.each(evs.running_on());
        let Some((first, others)) = nodes.split_first() else { continue };
        if let Some(second) = others.iter().find(|node| node.peek() != first.peek()) {
            let message = format!("`{}` runs on `{first}` and on `{second}`", evs.name());
            findings.report(second.path(), message).related(first.path(), "the first node");
        }
    }
    if all.len() > 1 {
        no_second_instance(&all, findings);
    }
}

fn no_second_instance(all: &[Evs<'_>], findings: &mut Findings) {
    let mut earlier: Vec<(Evs<'_>, Few<At<'_, Address>>)> = Vec::new();
    for &evs in all {
        findings.need(evs.name());
        let addresses = findings.each(evs.addresses());
        let second_of = earlier.iter().find_map(|(first, first_addresses)| {
            if evs.name().peek().is_some() && evs.name().peek() == first.name().peek() {
                return Some((first, format!("`{}` is there a second time", evs.name())));
            }
            let address = shared_address(&addresses, first_addresses)?;
            Some((first, format!("`{}` has the address of `{}`, `{address}`", evs.name(), first.name())))
        });
        if let Some((first, message)) = second_of {
            findings.report(evs.path(), message).related(first.path(), "the first one");
        }
        earlier.push((evs, addresses));
    }
}

/// An address that two virtual servers have; not one that both have from the same resource, in one group.
fn shared_address<'a>(one: &[At<'a, Address>], other: &[At<'a, Address>]) -> Option<At<'a, Address>> {
    let is_shared = |address: &&At<'a, Address>| {
        let ip = address.peek().map(|address| address.ip);
        other.iter().any(|other| other.path() != address.path() && other.peek().map(|other| other.ip) == ip)
    };
    one.iter().find(is_shared).copied()
}

const EXAMPLES: &[Example] = &[
    passes("one of two nodes runs it", TWO_NODES_2003),
    passes("three virtual servers on three nodes", FOUR_NODES_2003),
    passes("a single copy cluster", SCC_2007),
    passes("the owner of the group shows where it runs", TWO_NODES_2003)
        .without(&["virtual_servers[EVS1].running_on"]),
    passes("it runs nowhere at the moment", CCR_2007).with(
        r#"
        virtual_servers = [{ name = "CMS1", running_on = [] }]
        "#,
    ),
    passes("one node, written twice", TWO_NODES_2003).with(
        r#"
        virtual_servers = [{ name = "EVS1", running_on = ["NODE1", "node1"] }]
        "#,
    ),
    passes("two virtual servers in one group are another matter", FOUR_NODES_2003).with(
        r#"
        virtual_servers = [{ name = "EVS2", group = "EVS1 Group" }]
        "#,
    ),
    fails(
        "a record in which it runs on both nodes",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].running_on[NODE2]"],
    )
    .without(&["groups[EVS1 Group].owner"])
    .with(
        r#"
            virtual_servers = [{ name = "EVS1", running_on = ["NODE1", "NODE2"] }]
            "#,
    ),
    fails("a second one of the same address", FOUR_NODES_2003, &["virtual_servers[EVS2]"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "EVS2 IP", parameters = { address = "192.0.2.21/24" } }]
        "#,
    ),
    fails("a second one of the same name", TWO_ALIKE, &["virtual_servers[evs1#2]"]),
    not_applicable("no virtual server yet", TWO_NODES_2003)
        .with("virtual_servers = []")
        .without(&["groups[EVS1 Group]"]),
    unknown("neither nodes nor owner are known", TWO_NODES_2003, &["virtual_servers[EVS1].running_on"])
        .without(&["virtual_servers[EVS1].running_on", "groups[EVS1 Group].owner"]),
    unknown(
        "an address is not known",
        FOUR_NODES_2003,
        &["groups[EVS2 Group].resources[EVS2 IP].parameters.address"],
    )
    .without(&["groups[EVS2 Group].resources[EVS2 IP].parameters.address"]),
];

const TWO_ALIKE: &str = r#"
format = "cluster/1"
name = "MAILCLU1"
exchange = "2003"
virtual_servers = [
    { name = "EVS1", group = "EVS1 Group", running_on = ["NODE1"] },
    { name = "evs1", group = "EVS1 Group (new)", running_on = ["NODE2"] },
]
groups = [
    { name = "EVS1 Group", resources = [{ name = "EVS1 IP", type = "IP Address", parameters = { address = "192.0.2.21" } }] },
    { name = "EVS1 Group (new)", resources = [{ name = "EVS1 IP (new)", type = "IP Address", parameters = { address = "192.0.2.21" } }] },
]
"#;
