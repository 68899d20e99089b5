use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeRef, StorageBus},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    CLUSTER,
    facts::{SUPPORTED_BY_ALL, bus_limit, node_limit},
};

rule! {
    /// The cluster has no more nodes than its Windows and its storage bus support.
    ///
    /// Windows 2000 Advanced Server supports two nodes, Windows 2000 Datacenter Server four, the Enterprise and
    /// Datacenter Editions of Windows Server 2003 eight. Windows Server 2008 supports eight on x86 and Itanium and
    /// sixteen on x64, R2 sixteen. Where nodes differ, the lowest limit holds. Exchange 2007 has limits of its own,
    /// which are lower.
    ///
    /// A parallel SCSI bus supports two nodes only, and with Windows Server 2008 none. More than two nodes on
    /// Windows 2000 need Fibre Channel; Windows Server 2003 takes iSCSI and SAS as well. The bus does not matter
    /// where no storage is shared, as with cluster continuous replication.
    ///
    /// Nodes that have not joined yet are counted, too. Two nodes are within the limit of every edition, so their
    /// edition need not be known. An edition that cannot be clustered at all is left to
    /// `cluster/edition-can-cluster`.
    ///
    /// # Why it matters
    ///
    /// The Cluster service refuses a node beyond the limit of its edition. A bus with more nodes than it was tested
    /// with may work for months, until arbitration for a disk fails in the middle of a failover.
    ///
    /// # How to fix it
    ///
    /// Evict the nodes that are too many in Cluster Administrator, after their groups have been moved and Exchange
    /// has been removed from them with Setup. Or raise the limit: upgrade Windows node by node to an edition that
    /// supports more, or attach the disks by Fibre Channel, iSCSI or SAS. Back up first. Another bus means a new
    /// storage system, to which the data has to be moved.
    pub static EDITION_NODE_LIMIT = {
        check,
        set: &CLUSTER,
        name: "edition-node-limit",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("limitation 9"),
            Source::Kb(288_778),
            Source::TechNet("cc787244", "Server Requirements"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-002", "PLT-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes().members());
    within_limit_of_edition(cluster, &nodes, findings);
    within_limit_of_bus(cluster, &nodes, findings);
}

fn within_limit_of_edition(cluster: ClusterRef<'_>, nodes: &[NodeRef<'_>], findings: &mut Findings) {
    if nodes.len() <= SUPPORTED_BY_ALL {
        return;
    }
    let limits = nodes.iter().filter_map(|node| Some((node, findings.need(node_limit(node.windows()))?)));
    let lowest = limits.filter(|(_, limit)| **limit > 0).min_by_key(|(_, limit)| **limit);
    let Some((node, limit)) = lowest.filter(|(_, limit)| nodes.len() > **limit) else { return };
    let (version, edition) = (node.windows().version(), node.windows().edition());
    let message =
        format!("there are {} nodes, and Windows {version} `{edition}` supports {limit}", nodes.len());
    findings
        .report(cluster.nodes().path(), message)
        .related(limit.path(), "the Windows with the lowest limit");
}

fn within_limit_of_bus(cluster: ClusterRef<'_>, nodes: &[NodeRef<'_>], findings: &mut Findings) {
    let versions = || nodes.iter().filter_map(|node| node.windows().version().peek().copied());
    let lowest_on = |bus| versions().filter_map(|version| Some((bus_limit(version, bus)?, version))).min();
    let exceeds = |limit| nodes.len() > limit;

    if cluster.shares_storage().peek() == Some(&false) {
        return;
    }
    // Windows 2008 supports no parallel SCSI, however few the nodes.
    if cluster.storage_bus().peek().is_none_or(|bus| *bus == StorageBus::ParallelScsi) {
        for node in nodes {
            findings.need(node.windows().version());
        }
    }
    let bus_matters = lowest_on(StorageBus::ParallelScsi).is_some_and(|(limit, _)| exceeds(limit));
    if !bus_matters || findings.need(cluster.shares_storage()).is_none() {
        return;
    }
    let Some(bus) = findings.need(cluster.storage_bus()) else { return };
    if let Some((limit, version)) = lowest_on(*bus).filter(|(limit, _)| exceeds(*limit)) {
        let supported = if limit == 0 { "none".to_owned() } else { limit.to_string() };
        let message = format!(
            "there are {} nodes, and on a `{bus}` bus Windows {version} supports {supported}",
            nodes.len()
        );
        findings.report(bus.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes on Windows 2000 Advanced Server", TWO_NODES_2000),
    passes("four nodes on Windows 2003 and Fibre Channel", FOUR_NODES_2003),
    passes("four nodes on Windows 2003 and iSCSI", FOUR_NODES_2003).with(r#"storage_bus = "iscsi""#),
    passes("two nodes on parallel SCSI", TWO_NODES_2003).with(r#"storage_bus = "parallel-scsi""#),
    passes("neither the bus nor the edition of two nodes matters", TWO_NODES_2003).without(&[
        "storage_bus",
        "nodes[NODE1].windows.edition",
        "nodes[NODE2].windows.edition",
    ]),
    passes("no bus is shared with continuous replication, not even by a third, voting node", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        windows = { version = "2003", edition = "enterprise", architecture = "x64" }
        "#,
    ),
    fails("a third node on Windows 2000 Advanced Server", TWO_NODES_2000, &["nodes"]).with(
        r#"
        [[nodes]]
        name = "NODE3"
        windows = { version = "2000", edition = "advanced" }
        "#,
    ),
    fails("a node of a lower limit lowers it for all", FOUR_NODES_2003, &["nodes"]).with(
        r#"
        [[nodes]]
        name = "NODE4"
        windows = { version = "2000", edition = "advanced" }
        "#,
    ),
    fails("four nodes on parallel SCSI", FOUR_NODES_2003, &["storage_bus"])
        .with(r#"storage_bus = "parallel-scsi""#),
    fails("parallel SCSI with Windows 2008", SCC_2007, &["storage_bus"])
        .with(r#"storage_bus = "parallel-scsi""#),
    unknown("the edition of a node is not known", FOUR_NODES_2003, &["nodes[NODE1].windows.edition"])
        .without(&["nodes[NODE1].windows.edition"]),
    unknown("Windows 2008 of an architecture not known", SCC_2007, &["nodes[NODE3].windows.architecture"])
        .with(
            r#"
            [[nodes]]
            name = "NODE3"
            windows = { version = "2008", edition = "enterprise" }
            "#,
        ),
    unknown(
        "parallel SCSI, and a node that may have Windows 2008",
        TWO_NODES_2003,
        &["nodes[NODE1].windows.version"],
    )
    .with(r#"storage_bus = "parallel-scsi""#)
    .without(&["nodes[NODE1].windows.version"]),
    unknown("the bus of four nodes is not known", FOUR_NODES_2003, &["storage_bus"])
        .without(&["storage_bus"]),
    unknown("there may be more nodes", TWO_NODES_2003, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
