use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::can_cluster};

rule! {
    /// Every node has an edition of Windows that can be clustered.
    ///
    /// These can: Windows 2000 Advanced Server and Datacenter Server, and the Enterprise and Datacenter Editions
    /// of Windows Server 2003 and 2008, R2 included. No other edition can be a node of an Exchange cluster: not
    /// Standard, Web, Small Business or Storage Server. What the article calls "Windows 2003 Advanced Server" is
    /// the Enterprise Edition. With an edition that the rule does not know the outcome is unknown. How many nodes
    /// an edition supports is judged by `cluster/edition-node-limit`.
    ///
    /// # Why it matters
    ///
    /// Other editions do not contain the Cluster service, or refuse to start it. A definition that says otherwise is
    /// wrong, or describes a cluster that cannot be built.
    ///
    /// # How to fix it
    ///
    /// Find out first what the node really runs (*System* in Control Panel, or `winver`). Windows 2000 Server and
    /// Windows Server 2003 Standard Edition can be upgraded in place, with the Setup of a higher edition of the
    /// same version. Back the node up first, and do one node at a time. In all other cases Windows has to be
    /// installed anew on the node before it joins the cluster.
    pub static EDITION_CAN_CLUSTER = {
        check,
        set: &CLUSTER,
        name: "edition-can-cluster",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("limitation 9"),
            Source::Kb(288_778),
            Source::TechNet("cc787244", "Server Requirements"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-001"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let windows = node.windows();
        if findings.need(can_cluster(windows)).is_some_and(|can| !*can) {
            let (version, edition) = (windows.version(), windows.edition());
            let message = format!("`{}` has the edition `{edition}` of Windows {version}", node.name());
            findings.report(edition.path(), format!("{message}, which cannot be clustered"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2000 Advanced Server", TWO_NODES_2000),
    passes("the Datacenter Edition of Windows 2003", FOUR_NODES_2003).with(
        r#"
        nodes = [
          { name = "NODE1", windows = { edition = "datacenter" } },
          { name = "NODE2", windows = { edition = "Windows Server 2003, Datacenter Edition" } },
          { name = "NODE3", windows = { edition = "datacenter" } },
          { name = "NODE4", windows = { edition = "datacenter" } },
        ]
        "#,
    ),
    passes("the article's name for the Enterprise Edition", TWO_NODES_2003).with(
        r#"
        nodes = [
          { name = "NODE1", windows = { edition = "Windows 2003 Advanced Server" } },
          { name = "NODE2", windows = { edition = "Advanced Server" } },
        ]
        "#,
    ),
    fails("a node with the Standard Edition", TWO_NODES_2003, &["nodes[NODE2].windows.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { edition = "standard" }
        "#,
    ),
    fails("Windows 2000 Server", TWO_NODES_2000, &["nodes[NODE1].windows.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { edition = "Windows 2000 Server" }
        "#,
    ),
    unknown("the edition is not known", CCR_2007, &["nodes[NODE1].windows.edition"])
        .without(&["nodes[NODE1].windows.edition"]),
    unknown("an unfamiliar edition", TWO_NODES_2003, &["nodes[NODE1].windows.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { edition = "Embedded" }
        "#,
    ),
];
