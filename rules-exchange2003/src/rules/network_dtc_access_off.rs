use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        NodeRef, SetupAction, StepsByNode, WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Network DTC access stays off on Windows 2003, and is not turned on after a node has joined the cluster.
    ///
    /// KB 817064 tells how to enable it, and many checklists for clusters repeat that. Exchange does not need it: MSDTC
    /// is there for Setup, on the nodes themselves. Access that is on is information. It is a warning where the setup
    /// log shows that it was turned on when the node was a member of the cluster already, or where no complete log
    /// rules that out. Another application on the cluster that takes part in distributed transactions may need it:
    /// then it stays on.
    ///
    /// # Why it matters
    ///
    /// It opens the coordinator of each node to the network. Turned on after the cluster was formed, it leaves the
    /// clustered MSDTC with other settings than the nodes, and the resource may fail when it next comes online: in the
    /// middle of the next service pack.
    ///
    /// # How to fix it
    ///
    /// If nothing else on the cluster needs it, turn it off in *Component Services*, *My Computer*, *MSDTC*, *Security
    /// Configuration*, or take out *Enable network DTC access* in *Windows Components*, on one passive node after the
    /// other. Then take the MSDTC resource offline and bring it online again, on each node in turn. Nothing of a running
    /// Exchange depends on it.
    pub static NETWORK_DTC_ACCESS_OFF = {
        check,
        set: &EXCHANGE_2003,
        name: "network-dtc-access-off",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::TechNet("aa997638", "MSDTC Appears to Be Missing from a Cluster"),
            Source::Kb(817_064),
            Source::ThirdParty("MSMVPs, clustering blog, \"Clustering MSDTC - revised\" (on the order)"),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-009", "SET-022"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes_on(WindowsVersion::is_2003));
    if nodes.is_empty() {
        return findings.not_applicable("no node has Windows 2003");
    }
    let mut steps = None;
    for node in nodes {
        let access = findings.need(node.dtc().network_access());
        let Some(access) = access.filter(|access| **access) else { continue };
        let steps =
            steps.get_or_insert_with(|| StepsByNode::of(cluster.steps(SetupAction::EnableNetworkDtc)));
        let (when, severity) = match was_late(node, steps) {
            Some(true) => (", turned on after the node had joined", Severity::Warning),
            None => (", and may have been turned on after the node had joined", Severity::Warning),
            Some(false) => (", and Exchange does not need it", Severity::Information),
        };
        let message = format!("`{}` has network DTC access{when}", node.name());
        findings.report(access.path(), message).at_most(severity);
    }
}

/// Whether it was turned on when the node was a member already, where the log tells.
fn was_late(node: NodeRef<'_>, steps: &StepsByNode<'_>) -> Option<bool> {
    let own = steps.on(node.name().peek()?);
    let late: Vec<_> = own.peek().iter().map(|step| node.was_member_at(*step).peek().copied()).collect();
    if late.contains(&Some(true)) {
        return Some(true);
    }
    (own.is_complete() && !late.contains(&None)).then_some(false)
}

const EXAMPLES: &[Example] = &[
    passes("off on both nodes", TWO_NODES_2003),
    passes("off on four nodes", FOUR_NODES_2003),
    fails(
        "on, and a log that does not tell of it: information",
        TWO_NODES_2003,
        &["nodes[NODE2].dtc.network_access"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        dtc = { network_access = true }
        "#,
    ),
    fails(
        "turned on before the node joined: information",
        TWO_NODES_2003,
        &["nodes[NODE2].dtc.network_access"],
    )
    .with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "enable-network-dtc", node = "NODE2" },
            { step = "join-node", node = "NODE2" },
        ]
        [[nodes]]
        name = "NODE2"
        dtc = { network_access = true }
        "#,
    ),
    fails("turned on after the node had joined", TWO_NODES_2003, &["nodes[NODE2].dtc.network_access"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1" },
            { step = "join-node", node = "NODE2" },
            { step = "enable-network-dtc", node = "NODE2" },
        ]
        [[nodes]]
        name = "NODE2"
        dtc = { network_access = true }
        "#,
    ),
    fails("no log that tells when", TWO_NODES_2003, &["nodes[NODE1].dtc.network_access"])
        .without(&["setup"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        dtc = { network_access = true }
        "#,
        ),
    not_applicable("Windows 2000", TWO_NODES_2000),
    unknown("whether it is on is not known", TWO_NODES_2003, &["nodes[NODE2].dtc.network_access"])
        .without(&["nodes[NODE2].dtc"]),
];
