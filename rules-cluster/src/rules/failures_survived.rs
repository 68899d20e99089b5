use std::collections::HashSet;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion, Known, Name, NodeRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The cluster survives as many failures of nodes as are wanted, with every virtual server still running.
    ///
    /// Two things are counted. With more than two nodes, and in Exchange 2007, each virtual server needs a node of its
    /// own, so that nodes minus virtual servers may fail; two nodes of Exchange 2000 or 2003 can run everything on one.
    /// And each virtual server needs more possible owners than failures: a node counts if every resource of the group
    /// may run on it and it has Exchange. Before Exchange is on any node, all nodes count.
    ///
    /// What is wanted is `failures_to_survive`. To leave a virtual server to its own node and one that stands by is
    /// legitimate, and enough for one failure.
    ///
    /// # Why it matters
    ///
    /// The first failure uses up the free node, and until it is repaired the next one is an outage for a virtual server:
    /// it stays offline although nodes are running. The same happens at once where the owners of one of its resources
    /// leave it no node; the group then fails on each node that it tries.
    ///
    /// # How to fix it
    ///
    /// Join another node, install Exchange on it, and make it a possible owner of the resources of every virtual server.
    /// Where nodes are enough and owners too few, add the nodes that have Exchange to the *Possible Owners* of the
    /// resources (`cluster res "EVS1 Name" /addowner:NODE4`); of a resource type that a node does not know, Cluster
    /// Administrator does not offer it. Or settle for fewer failures, and write down that this is so.
    pub static FAILURES_SURVIVED = {
        check,
        set: &CLUSTER,
        name: "failures-survived",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
            Source::Practice("a virtual server runs on a node that may own its resources and has Exchange, or not at all"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = cluster.clustered_mailbox_servers();
    if all.peek().is_empty() {
        if findings.need_all(all).is_some() {
            findings.not_applicable("there is no virtual server yet");
        }
        return;
    }
    let Some(wanted) = findings.need(cluster.failures_to_survive()) else { return };
    let Some(nodes) = findings.need_all(cluster.nodes_for_exchange()) else { return };
    let Some(version) = findings.need(cluster.exchange()) else { return };
    let all = findings.each(all);
    let needed = if nodes.len() <= 2 && *version < ExchangeVersion::V2007 { 1 } else { all.len() };
    let survived = nodes.len().saturating_sub(needed);
    if survived < as_count(wanted) {
        let message = format!(
            "nodes that may fail: {survived} (nodes: {}, virtual servers: {}), wanted: {wanted}",
            nodes.len(),
            all.len()
        );
        findings.report(wanted.path(), message);
    }
    owners_are_enough(&all, &nodes, wanted, findings);
}

fn owners_are_enough(
    all: &[Evs<'_>],
    nodes: &[NodeRef<'_>],
    wanted: Known<'_, u32>,
    findings: &mut Findings,
) {
    let names: HashSet<&Name> =
        nodes.iter().filter_map(|node| findings.need(node.name())).map(Known::value).collect();
    for evs in all {
        let resources = evs.resources();
        if resources.is_complete() && resources.peek().is_empty() {
            continue;
        }
        let Some(mut hosts) = findings.need_all(evs.hosts()) else { continue };
        hosts.retain(|host| names.contains(host));
        // Where all nodes are owners, it is nodes that are too few.
        if hosts.len() > as_count(wanted) || hosts.len() >= nodes.len() {
            continue;
        }
        let owners: Vec<_> = hosts.iter().map(|host| format!("`{host}`")).collect();
        let only =
            if owners.is_empty() { "no node".to_owned() } else { format!("{} only", owners.join(", ")) };
        let message = format!("`{}` can run on {only}, failures to survive: {wanted}", evs.name());
        findings.report(evs.path(), message);
    }
}

fn as_count(wanted: Known<'_, u32>) -> usize {
    usize::try_from(*wanted).unwrap_or(usize::MAX)
}

const EXAMPLES: &[Example] = &[
    passes("four nodes, three virtual servers, one failure", FOUR_NODES_2003),
    passes("two nodes of Exchange 2000", TWO_NODES_2000),
    passes("continuous replication", CCR_2007),
    passes("two nodes, active/active: one of them can run both", TWO_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS2 Group" }]"#),
    passes("its own node and the one that stands by", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [
            { name = "Disk U:", possible_owners = ["NODE2", "NODE4"] },
            { name = "Exchange System Attendant (EVS2)", possible_owners = ["NODE2", "NODE4"] },
        ]
        "#,
    ),
    passes("no node has Exchange yet", SCC_2007)
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        exchange = { installed = false }
        [[nodes]]
        name = "NODE2"
        exchange = { installed = false }
        "#,
        ),
    passes("nothing is wanted", TWO_NODES_2003).without(&["nodes[NODE2]"]).with("failures_to_survive = 0"),
    fails("two failures, and one node is free", FOUR_NODES_2003, &["failures_to_survive"])
        .with("failures_to_survive = 2"),
    fails("two clustered mailbox servers on two nodes", SCC_2007, &["failures_to_survive"])
        .with(r#"virtual_servers = [{ name = "CMS2", group = "CMS2" }]"#),
    fails("the node that stands by has no Exchange", TWO_NODES_2003, &["failures_to_survive"])
        .without(&["nodes[NODE2].exchange"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    fails("a disk that one node alone may own", FOUR_NODES_2003, &["virtual_servers[EVS2]"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "Disk V:", possible_owners = ["NODE2"] }]
        "#,
    ),
    fails("owners that have no node in common", TWO_NODES_2003, &["virtual_servers[EVS1]"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk S:", possible_owners = ["NODE1"] },
            { name = "Disk T:", possible_owners = ["NODE2"] },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("nobody says what is wanted", TWO_NODES_2003, &["failures_to_survive"])
        .without(&["failures_to_survive"]),
    unknown(
        "the owners of a resource are not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk T:].possible_owners"],
    )
    .without(&["groups[EVS1 Group].resources[Disk T:].possible_owners"]),
    unknown("whether a node has Exchange is not known", TWO_NODES_2003, &["nodes[NODE2].exchange.installed"])
        .without(&["nodes[NODE2].exchange"]),
];
