use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes, folded,
        kept, member, parts,
    },
    fleet_rule,
    model::{ClusterRef, NodeState},
    testing::reference::{SECOND_2003, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// A computer is a node of only one cluster.
    ///
    /// The rule compares the computer names of nodes in one domain; case makes no difference. A node that has not
    /// joined, or was evicted, does not count. Two definitions with the same name and the same nodes are one
    /// cluster. Where the domain of a node is not known, an equal name is reported, and the message says so.
    ///
    /// # Why it matters
    ///
    /// The Cluster service keeps one cluster database: a computer can be a member of one cluster only. So one of
    /// the two definitions is wrong or out of date. The cluster that it describes really has a node less, and
    /// perhaps none left to fail over to, and what the audit says of it cannot be relied on.
    ///
    /// # How to fix it
    ///
    /// Ask the node itself: `cluster node` lists the members of its cluster. Then bring the definition of the
    /// other cluster up to date. If that cluster still lists the node as a member, check that its groups can run
    /// on the other nodes, and evict the node there.
    pub static NODE_IN_ONE_CLUSTER = {
        collect,
        judge,
        set: &CLUSTER,
        name: "node-in-one-cluster",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("the Cluster service of a computer keeps one cluster database")],
        basis: Basis::Practice,
        covers: &["FLT-001"],
        fleets: EXAMPLES,
    }
}

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    for node in triples.each(cluster.nodes().members()) {
        if node.state().peek() == Some(&NodeState::NotJoined) {
            continue;
        }
        let Some(name) = triples.need(node.name()) else { continue };
        let domain = match node.domain().peek().filter(|domain| **domain != *"workgroup") {
            Some(domain) => cluster.domain_key(domain),
            None => triples.domain(cluster),
        };
        triples.hold(folded(name.as_str()), format!("{domain} {}", kept(name.as_str())), name.path());
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|value| parts::<2>(value)[0]) {
        let clusters = group.clusters();
        if clusters > 1 {
            let [_, name] = parts(group.list[0].value);
            findings
                .report(&group.list, format!("`{name}` is a node of {clusters} clusters{}", group.doubt()));
        }
    }
}

const EXAMPLES: &[FleetExample] = &[
    fleet_passes("every node in one cluster", &[member(TWO_NODES_2003, ""), member(SECOND_2003, "")]),
    fleet_passes("two definitions of one cluster", &[member(TWO_NODES_2003, ""), member(TWO_NODES_2003, "")]),
    fleet_passes(
        "a node that was evicted and went to another cluster",
        &[
            member(TWO_NODES_2003, r#"nodes = [{ name = "NODE2", state = "not-joined" }]"#),
            member(SECOND_2003, r#"nodes = [{ name = "NODE2", domain = "corp.example.com" }]"#),
        ],
    ),
    fleet_passes(
        "one name in two domains",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r#"nodes = [{ name = "NODE2", domain = "other.example.com" }]"#),
        ],
    ),
    fleet_fails(
        "a node of two clusters",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r#"nodes = [{ name = "node2", domain = "CORP" }]"#),
        ],
        &[&["1: nodes[NODE2].name", "2: nodes[node2].name"]],
    ),
    fleet_fails(
        "a node of two clusters whose domain one of them does not know",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r#"nodes = [{ name = "NODE2" }]"#)
                .without(&["nodes[NODE5].domain", "nodes[NODE6].domain"]),
        ],
        &[&["1: nodes[NODE2].name", "2: nodes[NODE2].name"]],
    ),
    fleet_incomplete(
        "nodes that are not known",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "").without(&["nodes"])],
        &["2: nodes"],
    ),
];
