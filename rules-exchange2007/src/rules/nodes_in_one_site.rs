use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Layout, Node},
    passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// All nodes are in one site of the directory.
    ///
    /// Nodes in different subnets, which Windows Server 2008 allows, are in one site if both subnets are assigned to it.
    /// The site that most nodes are in counts as the right one. In cluster continuous replication a third node that is
    /// there for its vote may be elsewhere. The sentence about the site stands in the requirements of single copy
    /// clusters; those of continuous replication, as far as we know them, name the domain only.
    ///
    /// # Why it matters
    ///
    /// Exchange 2007 routes mail by sites: a clustered mailbox server uses the Hub Transport and Client Access servers and
    /// the global catalogues of the site that its node is in. After a failover into another site it would belong to other
    /// servers, or find none, and mail would stop. It is not supported.
    ///
    /// # How to fix it
    ///
    /// In *Active Directory Sites and Services* assign the subnets of all nodes to one site, the one with the Hub
    /// Transport servers and a global catalogue, wait for replication and restart the Netlogon service on the node that
    /// was elsewhere, or the node itself, while it owns nothing. `nltest /dsgetsite` shows where it is then. For a
    /// second location that is to have a site of its own, use standby continuous replication instead.
    pub static NODES_IN_ONE_SITE = {
        check,
        set: &EXCHANGE_2007,
        name: "nodes-in-one-site",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let voters_are_free = cluster.layout().peek() == Some(&Layout::ContinuousReplication);
    let nodes = cluster.nodes().members().filter(|node| !voters_are_free || !node.is_voter());
    for [(node, site), (other, usual)] in findings.differing(nodes, At::<Node>::site) {
        let message = format!("`{}` is in the site `{site}`, `{}` in `{usual}`", node.name(), other.name());
        findings.report(site.path(), message).related(usual.path(), "the other site");
    }
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster in one site", SCC_2007),
    passes("continuous replication in one site", CCR_2007_WINDOWS_2008),
    passes("one node, wherever it is", CCR_2007).without(&["nodes[NODE1].site", "nodes[NODE2]"]),
    passes("a voter elsewhere", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        site = "Branch"
        exchange = { installed = false }
        "#,
    ),
    fails("a node in another site", SCC_2007, &["nodes[NODE2].site"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        site = "Branch"
        "#,
    ),
    fails("a copy in another site", CCR_2007, &["nodes[NODE2].site"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        site = "Branch"
        "#,
    ),
    fails("a third node of a single copy cluster, Exchange or not", SCC_2007, &["nodes[NODE3].site"]).with(
        r#"
        [[nodes]]
        name = "NODE3"
        site = "Branch"
        exchange = { installed = false }
        "#,
    ),
    unknown("the site of a node is not known", SCC_2007, &["nodes[NODE2].site"])
        .without(&["nodes[NODE2].site"]),
];
