use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2003, Known},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::NODES_FOR_EACH_PASSIVE};

rule! {
    /// A cluster of more than two nodes has one passive node for every four nodes.
    ///
    /// Microsoft's recommendation for Exchange 2003 is four nodes of which three run a virtual server and one stands
    /// by, on the Enterprise Editions of Windows Server 2003 and Exchange Server 2003. Larger clusters are measured by
    /// the same share: two passive nodes for five to eight nodes. A cluster in which no node is passive at all is
    /// reported by `exchange2003/one-virtual-server-per-active-node`.
    ///
    /// # Why it matters
    ///
    /// All virtual servers share the passive nodes. The more of them depend on a single one, the more likely it is that a
    /// second failure, or a failure while a node is being patched, finds it taken: the virtual server then stays offline.
    ///
    /// # How to fix it
    ///
    /// Add a node, run Exchange Setup on it, and add it to the possible owners of the virtual servers' resources. Or
    /// move the mailboxes of one virtual server to the others, back up, and retire it when it is empty. The virtual
    /// server that has the MTA is the one to keep (`exchange2003/mta-owner-removed-last`).
    pub static RECOMMENDED_SHAPE = {
        check,
        set: &EXCHANGE_2003,
        name: "recommended-shape",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2003],
        sources: &[
            Source::TechNet("aa997507", "Understanding Exchange Server 2003 Clustering"),
            Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(nodes) = findings.need_all(cluster.nodes()).map(|nodes| nodes.len()) else { return };
    if nodes <= 2 {
        return findings.not_applicable("there are no more than two nodes");
    }
    let active = findings.each(cluster.evs()).len();
    let passive = nodes.saturating_sub(active);
    if passive > 0 && passive * NODES_FOR_EACH_PASSIVE < nodes {
        let list = cluster.virtual_servers().known().map_or(cluster.groups().path(), Known::path);
        let message = format!(
            "passive nodes: {passive} of {nodes}, where one in {NODES_FOR_EACH_PASSIVE} is recommended"
        );
        findings.report(list, message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("three active nodes and a passive one", FOUR_NODES_2003),
    passes("two active nodes and a passive one", FOUR_NODES_2003)
        .without(&["nodes[NODE4]", "virtual_servers[EVS3]"]),
    passes("six nodes, two of them passive", FOUR_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE5" }, { name = "NODE6" }]
        virtual_servers = [{ name = "EVS4" }]
        "#,
    ),
    passes("no passive node, which is an error of another rule", FOUR_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS4" }]"#),
    fails("five nodes, one of them passive", FOUR_NODES_2003, &["virtual_servers"]).with(
        r#"
        nodes = [{ name = "NODE5" }]
        virtual_servers = [{ name = "EVS4" }]
        "#,
    ),
    not_applicable("two nodes", TWO_NODES_2003),
    unknown("there may be more virtual servers", FOUR_NODES_2003, &["virtual_servers"])
        .with(r#"partial = ["virtual_servers"]"#),
];
