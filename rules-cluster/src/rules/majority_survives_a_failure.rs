use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion, Layout, QuorumKind},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// A majority of votes is left when one node fails.
    ///
    /// This is about the quorum models in which the nodes vote and no disk does: Majority Node Set (Windows 2003),
    /// Node Majority and Node and File Share Majority (Windows 2008). The cluster runs while more than half of the
    /// votes are there: two of two, two of three, three of four. A file share witness is one more vote.
    ///
    /// Two nodes without a witness are an error in cluster continuous replication, and a warning in other
    /// clusters. An even number of four or more is information: such a cluster survives no more failures than one
    /// with a node less. Every node in the definition counts, because all of them are meant to vote.
    ///
    /// # Why it matters
    ///
    /// When the majority is lost, the Cluster service stops on the remaining nodes, and every virtual server with
    /// it. With two votes that happens whenever either node fails or is restarted: such a cluster is down more
    /// often than a single computer would be.
    ///
    /// # How to fix it
    ///
    /// Add a file share witness on a computer outside the cluster; for Exchange 2007 a Hub Transport server of the
    /// same site is the usual place. The account of the Cluster service (Windows Server 2008: the computer object
    /// of the cluster) needs full control of the share. On Windows Server 2003 run `cluster resource "Majority
    /// Node Set" /priv MNSFileShare=\\HUB1\MNS_FSW_MAILCLU1`, after the update of KB 921181 (Service Pack 2
    /// contains it); then move the default group to the other node and back, so that it takes effect. On Windows
    /// Server 2008 choose *More Actions*, *Configure Cluster Quorum Settings*, *Node and File Share Majority* in
    /// Failover Cluster Management. A third node that only votes serves as well.
    pub static MAJORITY_SURVIVES_A_FAILURE = {
        check,
        set: &CLUSTER,
        name: "majority-survives-a-failure",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("cc431354", "No Cluster Witness Has Been Configured"),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
            Source::Microsoft("Failover Cluster API reference, \"Quorum Resource\""),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-004", "QUO-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    if kind.uses_disk() || *kind == QuorumKind::Local {
        return findings.not_applicable("the quorum is not one of nodes alone");
    }
    let Some(witness) = findings.need_all(cluster.file_share_witness()) else { return };
    if !witness.is_empty() {
        return;
    }
    let Some(nodes) = findings.need_all(cluster.nodes()) else { return };
    if nodes.is_empty() || nodes.len() % 2 != 0 {
        return;
    }
    let message = match nodes.len() {
        2 => "there are 2 nodes and no witness: neither has the majority alone".to_owned(),
        even => format!("there are {even} nodes and no witness: as many may fail as with {}", even - 1),
    };
    let severity = match nodes.len() {
        2 if may_be_ccr(cluster) => Severity::Error,
        2 => Severity::Warning,
        _ => Severity::Information,
    };
    findings.report(kind.path(), message).at_most(severity).related(cluster.nodes().path(), "who votes");
}

/// Whether the cluster is one with continuous replication, or not known to be another.
fn may_be_ccr(cluster: ClusterRef<'_>) -> bool {
    let is_2007 = cluster.exchange().peek().is_none_or(|version| *version == ExchangeVersion::V2007);
    is_2007 && cluster.layout().peek().is_none_or(|layout| *layout == Layout::ContinuousReplication)
}

const EXAMPLES: &[Example] = &[
    passes("Majority Node Set with a file share witness", CCR_2007),
    passes("Node and File Share Majority", CCR_2007_WINDOWS_2008),
    passes("a third node that only votes", CCR_2007).with(
        r#"
        quorum = { witness = "none" }

        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        "#,
    ),
    passes("one node so far", CCR_2007).without(&["nodes[NODE2]"]).with(r#"quorum = { witness = "none" }"#),
    passes("how many nodes does not matter with a witness", CCR_2007).with(r#"partial = ["nodes"]"#),
    fails("two nodes of a CCR without a witness", CCR_2007, &["quorum.kind"])
        .with(r#"quorum = { witness = "none" }"#),
    fails("Windows 2008: the nodes alone", CCR_2007_WINDOWS_2008, &["quorum.kind"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    fails("a witness that the model names and nobody made", CCR_2007_WINDOWS_2008, &["quorum.kind"])
        .with(r#"quorum = { witness = "none" }"#),
    fails("a single copy cluster of two: a warning", SCC_2007, &["quorum.kind"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    fails("Exchange 2003 on two nodes: a warning", TWO_NODES_2003, &["quorum.kind"])
        .with(r#"quorum = { kind = "majority-node-set", witness = "none" }"#),
    fails("four nodes: information", FOUR_NODES_2003, &["quorum.kind"])
        .with(r#"quorum = { kind = "majority-node-set", witness = "none" }"#),
    not_applicable("a shared disk", TWO_NODES_2003),
    unknown("whether there is a witness is not known", CCR_2007, &["quorum.witness"])
        .without(&["quorum.witness"]),
    unknown("a third node may vote", CCR_2007, &["nodes"]).with(
        r#"
        partial = ["nodes"]
        quorum = { witness = "none" }
        "#,
    ),
];
