use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        NodeState, ResourceType, SetupAction, StepsByNode, WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// On Windows 2000, `comclust.exe` has been run on every node, so that each uses the clustered MSDTC.
    ///
    /// The program makes the resource when it runs on the first node, and makes each further node use it when it runs
    /// there. The setup log of a definition shows this as a step `create-msdtc` for each node. A node that has yet to
    /// join is not expected to have it. On Windows 2003 a resource made once is enough, and where there is no MSDTC
    /// resource at all, `exchange2003/msdtc-resource-exists` says so.
    ///
    /// # Why it matters
    ///
    /// A node on which it did not run keeps a coordinator of its own, which Microsoft does not support: transactions may be
    /// orphaned in a failover. The clustered MSDTC does not come online on that node, and Exchange Setup there talks to the
    /// wrong one and fails.
    ///
    /// # How to fix it
    ///
    /// Run `comclust.exe` on each node that is left out, one after the other, while no Setup runs; the other nodes need
    /// not be touched. Then, at a quiet time, move the group of the MSDTC resource to the node and see that it comes
    /// online there; whatever else is in the group goes along.
    pub static MSDTC_CLUSTERED_ON_EVERY_NODE = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-clustered-on-every-node",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Kb(290_624),
            Source::Kb(243_204),
            Source::TechNet("cc772427", "Administering Distributed Transactions on Windows Server Clusters"),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes_on(|windows| windows == WindowsVersion::V2000));
    if nodes.is_empty() {
        return findings.not_applicable("no node has Windows 2000");
    }
    let msdtcs = cluster.resources_of(&ResourceType::Msdtc);
    if msdtcs.peek().is_empty() {
        if findings.need_all(msdtcs).is_some() {
            findings.not_applicable("there is no MSDTC resource");
        }
        return;
    }
    let made = StepsByNode::of(cluster.steps(SetupAction::CreateMsdtc));
    for node in nodes {
        if node.state().peek() == Some(&NodeState::NotJoined) {
            continue;
        }
        let Some(name) = findings.need(node.name()) else { continue };
        let own = made.on(name.value());
        if own.peek().is_empty() && findings.need_all(own).is_some() {
            findings
                .report(node.path(), format!("the log does not show that MSDTC was clustered on `{name}`"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("comclust ran on both nodes", TWO_NODES_2000),
    passes("a node that has yet to join", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE2"
        state = "not-joined"

        [[setup]]
        step = "create-msdtc"
        node = "NODE1"
        "#,
    ),
    fails("it ran on the first node only", TWO_NODES_2000, &["nodes[NODE2]"])
        .with(r#"setup = [{ step = "create-msdtc", node = "NODE1" }]"#),
    fails("a log that tells of none", TWO_NODES_2000, &["nodes[NODE1]", "nodes[NODE2]"])
        .with(r#"setup = [{ step = "form-cluster", node = "NODE1" }]"#),
    not_applicable("Windows 2003", TWO_NODES_2003),
    not_applicable("no MSDTC resource", TWO_NODES_2000).without(&["groups[Cluster Group].resources[MSDTC]"]),
    unknown("no setup log", TWO_NODES_2000, &["setup"]).without(&["setup"]),
    unknown("a step that does not say where", TWO_NODES_2000, &["setup[#2].node"])
        .with(r#"setup = [{ step = "create-msdtc", node = "NODE1" }, { step = "create-msdtc" }]"#),
];
