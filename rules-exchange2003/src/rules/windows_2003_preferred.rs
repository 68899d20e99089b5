use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2003, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Exchange 2003 runs on Windows Server 2003.
    ///
    /// Exchange 2003 is supported on Windows 2000 with Service Pack 4, too, so this is advice and no fault. Exchange
    /// 2000 is another matter: it is not supported on Windows 2003 at all, and this rule says nothing about it.
    ///
    /// # Why it matters
    ///
    /// On Windows 2000 a cluster has no mount points, so that drive letters run out, no more than four nodes, and no
    /// anti-affinity, which keeps two virtual servers off one node. And the resources of Exchange run more steadily on
    /// the Cluster service of Windows 2003.
    ///
    /// # How to fix it
    ///
    /// Plan a rolling upgrade, one node after the other. Back up first, the system state of each node included. Move
    /// every group off a node in Cluster Administrator, upgrade its Windows, see it come back into the cluster, move a
    /// virtual server to it and check mail flow before you turn to the next node. All nodes must be on Exchange 2003
    /// before the first is upgraded to Windows 2003.
    pub static WINDOWS_2003_PREFERRED = {
        check,
        set: &EXCHANGE_2003,
        name: "windows-2003-preferred",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2003],
        sources: &[
            Source::Article("best practice 2"),
            Source::Microsoft("\"What's New in Exchange Server 2003\""),
            Source::TechNet("bb124140", "Cluster-Specific Configurations"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-023"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let Some(version) = findings.need(node.windows().version()) else { continue };
        if version == WindowsVersion::V2000 {
            findings.report(version.path(), format!("`{}` runs Windows 2000", node.name()));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2003 on both nodes", TWO_NODES_2003),
    passes("Windows 2003 R2 on a node", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE4"
        windows = { version = "2003-r2" }
        "#,
    ),
    fails("a node left on Windows 2000", TWO_NODES_2003, &["nodes[NODE2].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { version = "2000", edition = "advanced", service_pack = 4 }
        "#,
    ),
    not_applicable("Exchange 2000 belongs on Windows 2000", TWO_NODES_2000),
    unknown("a node whose Windows is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows"]),
];
