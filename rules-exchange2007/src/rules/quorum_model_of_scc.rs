use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout, QuorumKind},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007_WINDOWS_2008, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The quorum of a single copy cluster on Windows 2008 is Node and Disk Majority.
    ///
    /// *Node Majority* and *Node and File Share Majority* are supported, too: information. *No Majority: Disk Only* is
    /// supported but discouraged: a warning. The models of Windows 2003 are not judged.
    ///
    /// An even number of nodes that vote alone, without a witness, is left to `cluster/majority-survives-a-failure`.
    /// With an odd number Windows itself proposes Node Majority, and that is in order: with the vote of a
    /// disk such a cluster would not survive more failures of nodes than without.
    ///
    /// # Why it matters
    ///
    /// A single copy cluster has shared disks at hand, so that one of them can be a further vote without another
    /// computer. With Disk Only that disk alone decides: when it fails, the cluster stops although all nodes are well.
    /// Where only the nodes vote, an even number of them survives no more failures than one node fewer would, and two
    /// nodes survive none.
    ///
    /// # How to fix it
    ///
    /// Present a small shared disk to all nodes, add it in Failover Cluster Management under *Storage*, and choose it with
    /// *More Actions, Configure Cluster Quorum Settings, Node and Disk Majority*. The cluster goes on running. It must not
    /// be a disk with Exchange data.
    pub static QUORUM_MODEL_OF_SCC = {
        check,
        set: &EXCHANGE_2007,
        name: "quorum-model-of-scc",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
            Source::Microsoft("Installing a Single Copy Cluster on Windows Server 2008"),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::SingleCopy {
        return findings.not_applicable("it is no single copy cluster");
    }
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    // What the model is called tells the Windows.
    let (severity, which) = match *kind {
        QuorumKind::NodeAndDiskMajority => return,
        QuorumKind::DiskOnly => (Severity::Warning, "the disk alone decides"),
        QuorumKind::NodeMajority | QuorumKind::NodeAndFileShareMajority => {
            (Severity::Information, "no shared disk votes")
        }
        QuorumKind::Local | QuorumKind::SharedDisk | QuorumKind::MajorityNodeSet => {
            return findings.not_applicable("the quorum model is one of Windows 2003");
        }
    };
    if severity == Severity::Information && is_even_without_witness(cluster) {
        return;
    }
    findings.report(kind.path(), format!("the quorum is `{kind}`: {which}")).at_most(severity);
}

/// Whether an even number of nodes is known to vote alone.
fn is_even_without_witness(cluster: ClusterRef<'_>) -> bool {
    let (witness, nodes) = (cluster.file_share_witness(), cluster.nodes().members());
    let is_known = witness.is_complete() && nodes.is_complete();
    is_known && witness.peek().is_empty() && nodes.peek().len() % 2 == 0
}

const EXAMPLES: &[Example] = &[
    passes("Node and Disk Majority", SCC_2007),
    fails("Disk Only", SCC_2007, &["quorum.kind"]).with(r#"quorum = { kind = "disk-only" }"#),
    passes("two nodes alone are the matter of another rule", SCC_2007)
        .with(r#"quorum = { kind = "node-majority" }"#),
    fails("a file share witness: information", SCC_2007, &["quorum.kind"]).with(
        r#"
        quorum = { kind = "node-and-file-share-majority", witness = { share = '\\HUB1\FSW_MAILCLU1' } }
        "#,
    ),
    fails("three nodes alone: information", SCC_2007, &["quorum.kind"]).with(
        r#"
        quorum = { kind = "node-majority" }
        nodes = [{ name = "NODE3" }]
        "#,
    ),
    fails("the nodes alone, and how many is not known: information", SCC_2007, &["quorum.kind"]).with(
        r#"
        partial = ["nodes"]
        quorum = { kind = "node-majority" }
        "#,
    ),
    not_applicable("Windows 2003", SCC_2007_WINDOWS_2003),
    not_applicable("continuous replication", CCR_2007_WINDOWS_2008),
    unknown("the quorum model is not known", SCC_2007, &["quorum.kind"]).without(&["quorum.kind"]),
    unknown("the layout is not known", SCC_2007, &["layout"]).without(&["layout"]),
];
