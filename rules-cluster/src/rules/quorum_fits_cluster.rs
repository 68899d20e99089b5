use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, QuorumKind, ResourceType},
    passes, rule,
    testing::reference::{
        CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2000, TWO_NODES_2003,
    },
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The cluster has a quorum resource that can hold its quorum, and Local Quorum only while it has one node.
    ///
    /// A cluster of Windows 2000 or 2003 always has a quorum resource: a disk, or from Windows 2003 on a Majority
    /// Node Set. Other types of resources cannot hold the quorum; those of other makers may, and are not judged.
    /// The resource also has to suit the quorum model: a Majority Node Set is a finding where the definition says
    /// that the quorum is a shared disk. The model Node Majority, which needs no resource, came with Windows
    /// Server 2008.
    ///
    /// Local Quorum is made with the first node (in the wizard with *Quorum*, *Local Quorum*) and is meant for a
    /// cluster that never gets a second one. Nodes that have not joined yet count, too.
    ///
    /// Whether the quorum resource is there at all, and in which group, is judged by
    /// `cluster/default-group-exists`.
    ///
    /// # Why it matters
    ///
    /// The quorum resource decides which nodes go on when they lose contact with each other, and it keeps the
    /// changes that a node missed while it was down. Without one no cluster forms. Local Quorum is a folder on the
    /// disk of one node: a second node cannot join, and nothing can fail over.
    ///
    /// # How to fix it
    ///
    /// Bring a shared disk into the default group as a Physical Disk resource, or make a *Majority Node Set*
    /// resource there, and bring it online. Then choose it in Cluster Administrator, on the tab *Quorum* in the
    /// properties of the cluster (or with `cluster /quorum:"Disk Q:"`; on Windows Server 2008 with *Configure
    /// Cluster Quorum Settings*). This can be done while the cluster runs. Back up the system state of the node
    /// first. Afterwards delete the Local Quorum resource, if there is one, and let the other nodes join.
    pub static QUORUM_FITS_CLUSTER = {
        check,
        set: &CLUSTER,
        name: "quorum-fits-cluster",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"Quorum Resource\""),
            Source::Kb(283_715),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-001", "QUO-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    if *kind == QuorumKind::Local {
        let nodes = findings.each(cluster.nodes());
        if nodes.len() > 1 {
            let message = format!("there are {} nodes, and the quorum is Local Quorum", nodes.len());
            findings.report(kind.path(), message);
        }
        return;
    }
    if !kind.has_resource() {
        if let [node, ..] = findings.each(cluster.nodes_on(|windows| !windows.is_2008()))[..] {
            let windows = node.windows().version();
            let message =
                format!("the quorum is `{kind}`, and Windows {windows} has no quorum without a resource");
            findings.report(kind.path(), message).related(windows.path(), "a node with this Windows");
        }
        return;
    }
    let Some(name) = findings.need(cluster.quorum().resource()) else { return };
    for resource in findings.each(cluster.resources_named(name.value())) {
        let Some(of_type) = findings.need(resource.r#type()) else { continue };
        if !can_hold(*kind, &of_type) {
            let message =
                format!("`{name}` is of the type `{of_type}`, which cannot hold the quorum `{kind}`");
            findings.report(of_type.path(), message).related(name.path(), "the quorum resource");
        }
    }
}

/// Whether a resource of this type, or of one that is not known here, can hold the quorum.
fn can_hold(quorum: QuorumKind, kind: &ResourceType) -> bool {
    use ResourceType as T;
    match kind {
        T::MajorityNodeSet => quorum == QuorumKind::MajorityNodeSet,
        T::FileShareWitness => quorum == QuorumKind::NodeAndFileShareMajority,
        T::PhysicalDisk => quorum.uses_disk(),
        T::Other(_) => !kind.is_exchange(),
        _ => false,
    }
}

const EXAMPLES: &[Example] = &[
    passes("a shared disk", TWO_NODES_2000),
    passes("Majority Node Set", CCR_2007),
    passes("Windows 2008, nodes and a file share", CCR_2007_WINDOWS_2008),
    passes("Node Majority of Windows 2008 has no resource", SCC_2007)
        .without(&["quorum.resource"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    passes("Local Quorum of a cluster that stays alone", TWO_NODES_2003).without(&["nodes[NODE2]"]).with(
        r#"
        quorum = { kind = "local", resource = "Local Quorum" }
        "#,
    ),
    passes("a disk of another maker's type", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk Q:", type = "Volume Manager Disk Group" }]
        "#,
    ),
    fails("a second node beside Local Quorum", TWO_NODES_2003, &["quorum.kind"])
        .with(r#"quorum = { kind = "local", resource = "Local Quorum" }"#),
    fails("no quorum resource on Windows 2003", SCC_2007_WINDOWS_2003, &["quorum.kind"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    fails(
        "the cluster's address as quorum resource",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Cluster IP].type"],
    )
    .with(r#"quorum = { resource = "Cluster IP" }"#),
    fails(
        "a shared disk that is a Majority Node Set",
        CCR_2007,
        &["groups[Cluster Group].resources[Majority Node Set].type"],
    )
    .with(r#"quorum = { kind = "shared-disk" }"#),
    fails(
        "a Majority Node Set that is a disk",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Disk Q:].type"],
    )
    .with(r#"quorum = { kind = "majority-node-set" }"#),
    unknown("the quorum is not known", TWO_NODES_2003, &["quorum.kind"]).without(&["quorum"]),
    unknown("the Windows of the nodes is not known", SCC_2007, &["nodes[NODE2].windows.version"])
        .without(&["nodes[NODE2].windows.version"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    unknown("further nodes beside Local Quorum", TWO_NODES_2003, &["nodes"]).without(&["nodes[NODE2]"]).with(
        r#"
        partial = ["nodes"]
        quorum = { kind = "local" }
        "#,
    ),
    unknown(
        "the type of the quorum resource is not known",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Disk Q:].type"],
    )
    .without(&["groups[Cluster Group].resources[Disk Q:].type"]),
];
