use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// A cluster on Windows 2000 or 2003 has no more than one MSDTC resource.
    ///
    /// All nodes share one Distributed Transaction Coordinator, which runs where its resource is online. Since
    /// Windows Server 2008 each application may have its own. Whether there has to be one at all is judged by
    /// `exchange2003/msdtc-resource-exists`.
    ///
    /// # Why it matters
    ///
    /// The second resource does not come online, and the nodes may look for their coordinator, and for its log, at
    /// the wrong one. Exchange Setup and its service packs then stop, or leave components half registered.
    ///
    /// # How to fix it
    ///
    /// Find out which of them is online and used, by Exchange Setup or by another application on the cluster.
    /// While no transaction is open and nobody runs Setup, take the other one offline and delete it in Cluster
    /// Administrator (`cluster resource "MSDTC 2" /offline`, then the same with `/delete`). Its disk and its name
    /// stay. KB 243204 says how to move MSDTC to another group.
    pub static ONE_MSDTC_RESOURCE = {
        check,
        set: &CLUSTER,
        name: "one-msdtc-resource",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Failover Cluster API, \"Distributed Transaction Coordinator\""),
            Source::Kb(243_204),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes_on(|windows| !windows.is_2008());
    if nodes.peek().is_empty() {
        if findings.need_all(nodes).is_some() {
            findings.not_applicable("Windows 2008 takes several");
        }
        return;
    }
    let msdtcs = findings.each(cluster.resources_of(&ResourceType::Msdtc));
    let Some((first, others)) = msdtcs.split_first() else { return };
    for other in others {
        let message = format!("`{}` is a second MSDTC beside `{}`", other.name(), first.name());
        findings.report(other.path(), message).related(first.path(), "the first MSDTC");
    }
}

const EXAMPLES: &[Example] = &[
    passes("one in the default group", TWO_NODES_2003),
    passes("one made by comclust", TWO_NODES_2000),
    passes("none, which Exchange 2007 does not need", CCR_2007),
    fails(
        "one in the group of a virtual server, too",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[DTC EVS1]"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "DTC EVS1", type = "Distributed Transaction Coordinator" }]
        "#,
    ),
    not_applicable("Windows 2008, with two", SCC_2007).with(
        r#"
        [[groups]]
        name = "DTC"
        resources = [{ name = "DTC 1", type = "MSDTC" }, { name = "DTC 2", type = "MSDTC" }]
        "#,
    ),
    unknown(
        "one, and a resource without a type",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Other].type"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Other" }]
        "#,
    ),
    unknown(
        "two, and no node whose Windows is known",
        SCC_2007,
        &["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"],
    )
    .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
    .with(
        r#"
        [[groups]]
        name = "DTC"
        resources = [{ name = "DTC 1", type = "MSDTC" }, { name = "DTC 2", type = "MSDTC" }]
        "#,
    ),
];
