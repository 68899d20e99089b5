use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeState},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every node has joined the cluster.
    ///
    /// The Cluster service is configured on each computer that is meant to be a node, and the node shows in
    /// Cluster Administrator. A node that is down or paused is still a member, and one that is just joining is
    /// about to be: neither is a finding.
    ///
    /// # Why it matters
    ///
    /// A computer that is not a member cannot take over a group, so the cluster survives fewer failures than was
    /// planned. Exchange Setup asks whether the computer is a node: run on one that has not joined, it installs an
    /// ordinary server whose files the cluster cannot use.
    ///
    /// # How to fix it
    ///
    /// Join the node before anything of Exchange is installed on it: *Add Nodes* in Cluster Administrator (Windows
    /// 2003), *Configure Cluster service* in Add/Remove Windows Components (Windows 2000), *Add Node* in Failover
    /// Cluster Management (Windows 2008). A computer that is not meant to be a node any more does not belong in
    /// the definition.
    pub static EVERY_NODE_JOINED = {
        check,
        set: &CLUSTER,
        name: "every-node-joined",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Article("step 2")],
        basis: Basis::Article,
        covers: &["SET-025"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes());
    if nodes.is_empty() {
        return findings.not_applicable("there is no node");
    }
    for node in nodes {
        let Some(state) = findings.need(node.state()) else { continue };
        if state == NodeState::NotJoined {
            findings.report(state.path(), format!("`{}` has not joined the cluster", node.name()));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("both nodes run", TWO_NODES_2003),
    passes("a member that is down, and one that is paused", FOUR_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE2", state = "down" }, { name = "NODE4", state = "paused" }]
        "#,
    ),
    passes("a member of which no more is known", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE2", state = "member" }]
        "#,
    ),
    fails("a node that was evicted and never came back", FOUR_NODES_2003, &["nodes[NODE3].state"]).with(
        r#"
        nodes = [{ name = "NODE3", state = "not-joined" }]
        "#,
    ),
    not_applicable("a definition without nodes", TWO_NODES_2003).with("nodes = []"),
    unknown("the state of a node is not known", TWO_NODES_2003, &["nodes[NODE2].state"])
        .without(&["nodes[NODE2].state"]),
    unknown("there may be more nodes", TWO_NODES_2003, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
