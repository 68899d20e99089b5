use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No node of the cluster is a domain controller.
    ///
    /// Every node has to be a member server. This goes for Exchange 5.5, 2000, 2003 and 2007 alike; the article
    /// says it of Exchange 2003 only.
    ///
    /// # Why it matters
    ///
    /// Microsoft does not support Exchange on a cluster whose nodes are domain controllers. The load of the
    /// directory and that of mail compete for one computer, neither can be repaired without disturbing the other,
    /// and whoever administers Exchange there administers the domain. So does the account of the Cluster service:
    /// a domain controller has no local accounts, and an administrator of it is an administrator of the domain.
    ///
    /// # How to fix it
    ///
    /// Promote a server outside the cluster first, make it a global catalogue if this one was, and wait until the
    /// directory has replicated to it. Then take one node at a time: move its groups away, remove Exchange from it
    /// with Setup, evict it from the cluster, demote it with `dcpromo`, let it join the cluster again and install
    /// Exchange. Microsoft's Best Practices Analyzer advises to demote the node as it is; while Exchange is
    /// installed on it, that is the riskier way.
    pub static NO_DOMAIN_CONTROLLERS = {
        check,
        set: &CLUSTER,
        name: "no-domain-controllers",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("fact 2"),
            Source::Kb(898_634),
            Source::Microsoft("Exchange Best Practices Analyzer, \"Exchange cluster node is a domain controller\""),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-001"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if findings.need(node.domain_controller()).is_some_and(|is_one| *is_one) {
            findings
                .report(node.domain_controller().path(), format!("`{}` is a domain controller", node.name()));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("member servers", TWO_NODES_2003),
    fails("one node is a domain controller", TWO_NODES_2003, &["nodes[NODE2].domain_controller"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        domain_controller = true
        "#,
    ),
    fails(
        "Exchange 2000 is no exception: every node",
        TWO_NODES_2000,
        &["nodes[NODE1].domain_controller", "nodes[NODE2].domain_controller"],
    )
    .with(
        r#"
        nodes = [{ name = "NODE1", domain_controller = true }, { name = "NODE2", domain_controller = true }]
        "#,
    ),
    unknown(
        "whether one node is a domain controller is not known",
        CCR_2007,
        &["nodes[NODE1].domain_controller"],
    )
    .without(&["nodes[NODE1].domain_controller"]),
    unknown("not all nodes are described", TWO_NODES_2003, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
