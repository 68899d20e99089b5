use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeRef},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2000},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All nodes are members of one domain.
    ///
    /// A node in a workgroup is as wrong as a node in another domain, trusted or not. A domain may be given by its
    /// DNS name or by its NetBIOS name; where the two do not resemble each other, `directory.domains` says whether
    /// they are one. Where domains differ, the one that most nodes are in counts as the right one, and each node
    /// outside it is a finding.
    ///
    /// # Why it matters
    ///
    /// The Cluster service and Exchange run under accounts of the domain, and the computer accounts of the nodes get
    /// their Exchange rights from groups of their domain. After a failover to a node of another domain the same
    /// virtual server would have other rights, or none: it does not come online. Nodes in a workgroup cannot join a
    /// cluster at all.
    ///
    /// # How to fix it
    ///
    /// Take one node after the other: move its groups away, remove Exchange from it with Setup, evict it from the
    /// cluster, change its domain in the properties of *My Computer*, join it to the cluster again and install
    /// Exchange. The virtual servers and their data stay on the other nodes meanwhile; with continuous
    /// replication, seed the node's copies again afterwards. Do not rename or move a node while it is a member of
    /// the cluster.
    pub static NODES_IN_ONE_DOMAIN = {
        check,
        set: &CLUSTER,
        name: "nodes-in-one-domain",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("fact 2"),
            Source::Microsoft("Windows Server 2003 help, \"Server cluster rules\""),
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-002", "DIR-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = || cluster.nodes().members();
    for node in findings.each(nodes().whose(|node| node.in_workgroup(), |is| *is)) {
        findings.report(node.domain().path(), format!("`{}` is in a workgroup", node.name()));
    }
    let members = nodes().whose(|node| node.in_workgroup(), |is| !*is);
    for [(node, domain), (other, usual)] in findings.differing(members, NodeRef::domain) {
        if findings.need(cluster.is_same_domain(domain.at(), usual.at())).is_none_or(|same| *same) {
            continue;
        }
        let message =
            format!("`{}` is in the domain `{domain}`, `{}` in `{usual}`", node.name(), other.name());
        findings.report(domain.path(), message).related(usual.path(), "the other domain");
    }
}

const EXAMPLES: &[Example] = &[
    passes("four nodes in one domain", FOUR_NODES_2003),
    passes("the same domain in other letters", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE2"
        domain = "CORP.EXAMPLE.COM"
        "#,
    ),
    passes("the same domain by its NetBIOS name", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE2"
        domain = "CORP"
        "#,
    ),
    fails("two domains", TWO_NODES_2000, &["nodes[NODE2].domain"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        domain = "branch.example.com"
        "#,
    ),
    fails("the first of four is the odd one", FOUR_NODES_2003, &["nodes[NODE1].domain"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        domain = "branch.example.com"
        "#,
    ),
    fails("a node in a workgroup", SCC_2007, &["nodes[NODE1].domain"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        domain = "workgroup"
        "#,
    ),
    unknown("a NetBIOS name that may be that of the other domain", TWO_NODES_2000, &["directory.domains"])
        .without(&["directory.domains"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            domain = "BRANCH"
            "#,
        ),
    unknown("the domain of a node is not known", SCC_2007, &["nodes[NODE2].domain"])
        .without(&["nodes[NODE2].domain"]),
];
