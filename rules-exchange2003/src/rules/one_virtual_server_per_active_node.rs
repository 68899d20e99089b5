use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        Known, NodeRef, NodeState, VirtualServerMode,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Each active node runs one virtual server, and one node at least stays free.
    ///
    /// With more than two nodes there is at most one virtual server fewer than nodes, and each runs on a node of its
    /// own: Setup stops, and a System Attendant refuses to come online, where this does not hold (error 5018).
    ///
    /// Two nodes may run two virtual servers, one each or both on one of them after a failover. Microsoft supports this
    /// active/active form within tight limits and advises against it, so it is a warning. More than two on two nodes
    /// are the same warning and nothing worse: KB 259197 allows several virtual servers on a node. Every node of the
    /// definition counts as one that may be free, even if it has yet to join; two virtual servers on one node are an
    /// error only where more than two nodes have joined. What counts is the number of nodes and virtual servers, not
    /// the mode that the definition declares.
    ///
    /// # Why it matters
    ///
    /// A virtual server can only fail over to a node that has none. Without a free node the loss of one node is an outage;
    /// on two nodes, both virtual servers then share one node's four storage groups and its fragmented memory, and the
    /// second one may not come online at all.
    ///
    /// # How to fix it
    ///
    /// Add a node, run Exchange Setup on it, and add it to the possible owners of the virtual servers' resources. Or
    /// move all mailboxes, public folders and connectors of one virtual server to the others, after a backup, and
    /// retire the empty one. The virtual server that has the MTA is the one to keep
    /// (`exchange2003/mta-owner-removed-last`).
    ///
    /// Two virtual servers on one node of several: move the group of one of them to a free node in Cluster Administrator
    /// (*Move Group*), and give each group a first preferred owner of its own.
    pub static ONE_VIRTUAL_SERVER_PER_ACTIVE_NODE = {
        check,
        set: &EXCHANGE_2003,
        name: "one-virtual-server-per-active-node",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 4"),
            Source::Kb(815_180),
            Source::Kb(329_208),
            Source::Kb(259_197),
            Source::TechNet("aa996872", "This is a 2-node Active/Active Cluster"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, requirements for running Setup on a cluster server"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-001", "EVS-002", "EVS-004", "EVS-007", "SET-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let evs = findings.each(cluster.evs());
    if evs.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    let has_joined = |node: &&NodeRef<'_>| node.state().peek() != Some(&NodeState::NotJoined);
    let joined = cluster.nodes().members().peek().iter().filter(has_joined).count();
    no_node_free(cluster, &evs, joined, findings);
    if joined > 2 {
        two_on_one_node(&evs, findings);
    }
}

fn no_node_free(cluster: ClusterRef<'_>, evs: &[Evs<'_>], joined: usize, findings: &mut Findings) {
    let Some(nodes) = findings.need_all(cluster.nodes()) else { return };
    if evs.len() < nodes.len().max(2) {
        return;
    }
    let although = match cluster.virtual_server_mode().peek() {
        Some(VirtualServerMode::ActivePassive) => ", although `active-passive` is declared",
        _ => "",
    };
    let list = cluster.virtual_servers().known().map_or(cluster.groups().path(), Known::path);
    let on_nodes = match nodes.len() {
        1 => "one node".to_owned(),
        several => format!("{several} nodes"),
    };
    let message = format!("{} virtual servers on {on_nodes} leave no node free{although}", evs.len());
    let report = findings.report(list, message);
    if joined <= 2 {
        report.at_most(Severity::Warning);
    }
}

fn two_on_one_node(all: &[Evs<'_>], findings: &mut Findings) {
    for (index, evs) in all.iter().enumerate() {
        for node in findings.each(evs.running_on()) {
            let is_there =
                |other: &&Evs<'_>| other.running_on().peek().iter().any(|at| at.peek() == node.peek());
            if let Some(other) = all[..index].iter().find(is_there) {
                let message = format!("`{}` is on `{node}`, and so is `{}`", evs.name(), other.name());
                findings.report(node.path(), message).related(other.path(), "the other virtual server");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes, active/passive", TWO_NODES_2003),
    passes("four nodes, three of them active", FOUR_NODES_2003),
    passes("a mode that is declared and contradicts the number", FOUR_NODES_2003)
        .with(r#"virtual_server_mode = "active-active""#),
    passes("one node, not joined by a second one yet", TWO_NODES_2003).without(&["nodes[NODE2]"]),
    passes("two nodes after a failover, and a third that has yet to join", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE3", state = "not-joined" }]
        virtual_servers = [{ name = "EVS2", group = "EVS2 Group", running_on = ["NODE1"] }]
        "#,
    ),
    fails("four virtual servers on four nodes", FOUR_NODES_2003, &["virtual_servers"]).with(
        r#"
        [[virtual_servers]]
        name = "EVS4"
        group = "EVS4 Group"
        running_on = ["NODE4"]
        "#,
    ),
    fails("virtual servers that only their groups show", FOUR_NODES_2003, &["groups"])
        .without(&["virtual_servers", "nodes[NODE4]"]),
    fails("two on one node of four", FOUR_NODES_2003, &["virtual_servers[EVS2].running_on[NODE1]"]).with(
        r#"
        groups = [{ name = "EVS2 Group", owner = "NODE1" }]
        virtual_servers = [{ name = "EVS2", running_on = ["NODE1"] }]
        "#,
    ),
    fails("two nodes, active/active: a warning, also after a failover", TWO_NODES_2003, &["virtual_servers"])
        .with(
            r#"
            virtual_server_mode = "active-active"

            [[virtual_servers]]
            name = "EVS2"
            group = "EVS2 Group"
            running_on = ["NODE1"]
            "#,
        ),
    fails("two nodes with three virtual servers: the same warning", TWO_NODES_2003, &["virtual_servers"])
        .with(
            r#"
        virtual_servers = [
            { name = "EVS2", group = "EVS2 Group", running_on = ["NODE2"] },
            { name = "EVS3", group = "EVS3 Group", running_on = ["NODE2"] },
        ]
        "#,
        ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("nobody knows how many nodes there are", FOUR_NODES_2003, &["nodes"]).without(&["nodes"]),
    unknown("a virtual server that may be anywhere", FOUR_NODES_2003, &["virtual_servers[EVS2].running_on"])
        .without(&["virtual_servers[EVS2].running_on", "groups[EVS2 Group].owner"]),
];
