use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeRef, NodeState, SetupAction, StepsByNode},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Each node was a member of the cluster before Exchange was installed on it.
    ///
    /// For a node with Exchange the rule looks at two things. The setup log has to show that the node formed or
    /// joined the cluster, and that Exchange was installed on it after that. A node that joined years after the
    /// others is no finding, and neither is one on which Exchange was installed too early, removed, and installed
    /// again. And the Exchange of the node has to have the cluster-aware components: a node whose binaries lack
    /// them was installed too early, whatever the log says.
    ///
    /// On a node that is still to get Exchange the Cluster service has to run. A node that has not joined yet is
    /// left to `cluster/every-node-joined`, and a node that only has a vote and gets no Exchange is not judged.
    ///
    /// # Why it matters
    ///
    /// Setup looks for the Cluster service. Only where it is configured and runs are the Exchange resource types
    /// and their DLLs installed. A node that got Exchange first has an ordinary Exchange server which no cluster
    /// can run, and joining the cluster later does not change that.
    ///
    /// # How to fix it
    ///
    /// Remove Exchange, configure the Cluster service and install Exchange again, in this order. If the node holds
    /// mailboxes, move them to another server before anything is removed, and make a backup. Then remove Exchange
    /// with Setup, form the cluster or join the node, and check in Cluster Administrator that it is up. Run Setup
    /// again: that of Exchange 2000 and 2003 says that it will install the cluster-aware version, and that of
    /// Exchange 2007 offers the clustered mailbox roles.
    ///
    /// Where the Cluster service does not run on a node that is still to get Exchange, start it, and see that the
    /// node comes up in Cluster Administrator, before you run Setup.
    pub static CLUSTER_BEFORE_EXCHANGE = {
        check,
        set: &CLUSTER,
        name: "cluster-before-exchange",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("fact 4 and limitation 7"),
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, requirements for running Setup on a cluster server"),
            Source::ThirdParty("a book on Exchange 2000 Server at flylib.com (2.554.1.149), installing it in a cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-001", "SET-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes());
    if nodes.is_empty() {
        return findings.not_applicable("there is no node yet");
    }
    let joins = StepsByNode::of(cluster.joins());
    let installs = StepsByNode::of(cluster.steps(SetupAction::InstallExchange));
    for node in nodes {
        match findings.need(node.has_exchange()) {
            Some(has) if has == false => ready_for_setup(node, findings),
            Some(_) => cluster_aware(node, &joins, &installs, findings),
            None => {}
        }
    }
}

fn ready_for_setup(node: NodeRef<'_>, findings: &mut Findings) {
    let Some(state) = findings.need(node.state()) else { return };
    if state == NodeState::NotJoined || node.is_voter() {
        return;
    }
    let Some(runs) = findings.need(node.runs_cluster_service()) else { return };
    if runs == false {
        let message =
            format!("the Cluster service does not run on `{}`, which has no Exchange yet", node.name());
        findings.report(runs.path(), message);
    }
}

fn cluster_aware<'a>(
    node: NodeRef<'a>,
    joins: &StepsByNode<'a>,
    installs: &StepsByNode<'a>,
    findings: &mut Findings,
) {
    match findings.need(node.exchange().cluster_aware()) {
        Some(aware) if aware == false => {
            let message = format!("the Exchange of `{}` lacks the cluster-aware components", node.name());
            findings.report(aware.path(), message);
        }
        _ => installed_as_member(node, joins, installs, findings),
    }
}

fn installed_as_member<'a>(
    node: NodeRef<'a>,
    joins: &StepsByNode<'a>,
    installs: &StepsByNode<'a>,
    findings: &mut Findings,
) {
    let Some(name) = findings.need(node.name()) else { return };
    let (joins, installs) = (joins.on(name.value()), installs.on(name.value()));
    let joins_in_time = installs.clone().flat_map(|install| install.earlier(joins.clone()));
    if !joins_in_time.peek().is_empty() || findings.need_all(joins_in_time).is_none() {
        return;
    }
    match (installs.peek(), joins.peek()) {
        // A log without this installation does not say what came first.
        ([], _) => findings.unknown(node.cluster().setup().path()),
        ([.., last], []) => {
            let message = format!("`{name}` got Exchange, but never joined the cluster");
            findings.report(last.path(), message);
        }
        ([.., last], [join, ..]) => {
            let message = format!("`{name}` got Exchange before it joined the cluster");
            findings.report(last.path(), message).related(join.path(), "when it joined");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes joined, then Exchange", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("Exchange 2007", CCR_2007),
    passes("a node that was added years later", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1", started = "2004-02-02" },
            { step = "install-exchange", node = "NODE1", started = "2004-02-03" },
            { step = "join-node", node = "NODE2", started = "2006-09-11" },
            { step = "install-exchange", node = "NODE2", started = "2006-09-12" },
        ]
        "#,
    ),
    passes("removed and installed again in the right order, a log without times", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "remove-exchange", node = "NODE1" },
            { step = "form-cluster", node = "NODE1" },
            { step = "install-exchange", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
            { step = "install-exchange", node = "NODE2" },
        ]
        "#,
    ),
    fails("Exchange first, then the cluster", TWO_NODES_2003, &["setup[#1]", "setup[#2]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", started = "2007-05-08T09:00:00" },
            { step = "install-exchange", node = "NODE2", started = "2007-05-08T10:00:00" },
            { step = "form-cluster", node = "NODE1", started = "2007-05-08T13:00:00" },
            { step = "join-node", node = "NODE2", started = "2007-05-08T14:00:00" },
        ]
        "#,
    ),
    fails("a complete log in which a node never joins", FOUR_NODES_2003, &["setup[#10]"])
        .without(&["setup[#6]"]),
    fails("binaries that are not cluster-aware", TWO_NODES_2003, &["nodes[NODE2].exchange.cluster_aware"])
        .with(
            r#"
        nodes = [{ name = "NODE2", exchange = { cluster_aware = false } }]
        "#,
        ),
    passes("nothing is installed yet, and every node is up", TWO_NODES_2003)
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(BEFORE_SETUP),
    passes("a voter that is down", CCR_2007).with(
        r#"
        nodes = [{ name = "NODE3", state = "down", exchange = { installed = false } }]
        "#,
    ),
    fails("the Cluster service of one node is stopped before Setup", TWO_NODES_2003, &["nodes[NODE2].state"])
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange", "nodes[NODE2].services.clussvc"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", exchange = { installed = false } },
                { name = "NODE2", state = "down", exchange = { installed = false } },
            ]
            "#,
        ),
    not_applicable("no node yet", TWO_NODES_2003).with("nodes = []"),
    unknown("no log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a log that lacks an installation", TWO_NODES_2003, &["setup"]).without(&["setup[#7]"]),
    unknown("a step of which the node is not known", TWO_NODES_2003, &["setup[#4].node"])
        .without(&["setup[#4].node"]),
    unknown(
        "whether the binaries are cluster-aware is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].exchange.cluster_aware"],
    )
    .without(&["nodes[NODE1].exchange.cluster_aware"]),
];

/// Two nodes without Exchange.
const BEFORE_SETUP: &str = r#"
nodes = [
    { name = "NODE1", exchange = { installed = false } },
    { name = "NODE2", exchange = { installed = false } },
]
"#;
