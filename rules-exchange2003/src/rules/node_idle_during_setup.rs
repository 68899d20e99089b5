use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// A node owns no group while Exchange Setup runs on it.
    ///
    /// Before Exchange or a service pack of it is installed on a node, every group is moved to another one. The rule
    /// goes by the setup log, which says what the node owned when Setup began. A node that was alone in its cluster at
    /// the time, or is still, has none to give its groups to: that is no finding.
    ///
    /// # Why it matters
    ///
    /// Setup stops and registers services, replaces the resource libraries that the Cluster service has loaded for the
    /// resources of the node, and wants a restart at the end. Whatever the node owns fails over in the middle of that,
    /// or keeps a library in use so that Setup cannot replace it. In an upgrade from Exchange 2000 to 2003 Microsoft
    /// demands that no cluster resource runs on the node.
    ///
    /// # How to fix it
    ///
    /// What is done is done: check that the node has the same build of Exchange as the others, and that each virtual
    /// server comes online on it. Next time, *Move Group* in Cluster Administrator (`cluster group "EVS1 Group"
    /// /moveto:NODE1`) for every group of the node, the default group included, then pause the node if groups might
    /// come back, and run Setup.
    pub static NODE_IDLE_DURING_SETUP = {
        check,
        set: &EXCHANGE_2003,
        name: "node-idle-during-setup",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("best practice 7"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, table 5, on upgrading cluster nodes"),
            Source::Kb(887_722),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes().members();
    if nodes.is_complete() && nodes.peek().len() == 1 {
        return findings.not_applicable("a cluster of one node has no other to move groups to");
    }
    for run in findings.each(cluster.setup_runs()) {
        let owned = findings.each(run.node_owned_groups().members());
        if owned.is_empty() {
            continue;
        }
        let Some(name) = findings.need(run.node()) else { continue };
        let others = nodes
            .clone()
            .whose(|node| node.name(), |other| other != name.value())
            .whose(|node| node.was_member_at(run), |was_member| *was_member);
        if others.peek().is_empty() {
            findings.each(others);
            continue;
        }
        let owned: Vec<String> = owned.iter().map(|group| format!("`{group}`")).collect();
        let message = format!("`{name}` owned {} when Setup began", owned.join(", "));
        findings.report(run.node_owned_groups().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("the groups were on the other node", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("the first node was alone when it was installed", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "install-exchange", node = "NODE1", node_owned_groups = ["Cluster Group"] },
            { step = "join-node", node = "NODE2" },
            { step = "install-exchange", node = "NODE2", node_owned_groups = [] },
        ]
        "#,
    ),
    fails("the default group stayed where it was", TWO_NODES_2003, &["setup[#3].node_owned_groups"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
            { step = "install-exchange", node = "NODE1", node_owned_groups = ["Cluster Group"] },
            { step = "install-exchange", node = "NODE2", node_owned_groups = [] },
        ]
        "#,
    ),
    fails("a service pack under a running virtual server", FOUR_NODES_2003, &["setup[#1].node_owned_groups"])
        .with(r#"setup = [{ step = "service-pack", node = "NODE2", node_owned_groups = ["EVS2 Group", "SQL Group"] }]"#),
    not_applicable("a cluster of one node", TWO_NODES_2003)
        .without(&["nodes[NODE2]"])
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1", node_owned_groups = ["Cluster Group"] }]"#),
    unknown("no setup log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a log that does not say what the node owned", TWO_NODES_2003, &["setup[#1].node_owned_groups"])
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1" }]"#),
];
