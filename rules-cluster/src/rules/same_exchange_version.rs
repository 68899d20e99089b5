use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NodeRef, drift::is_same_build},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every node has the same version of Exchange.
    ///
    /// Each node with Exchange is compared with the version that the cluster runs: another version is an error.
    /// Among the nodes of that version, another service pack or build than on the first of them is a warning:
    /// every rolling upgrade passes through that state, but must not stop there. Nodes without Exchange do not
    /// count.
    ///
    /// # Why it matters
    ///
    /// A virtual server that was brought to the newer level refuses to come online on a node with the older one.
    /// Such a node no longer helps in a failover, and nobody notices before the first one.
    ///
    /// # How to fix it
    ///
    /// Finish the upgrade, one node at a time: move all groups off a node, run the service pack or the update
    /// there, restart it, and go on with the next. Back up the databases before a virtual server moves to the
    /// newer node, because there is no way back. Once it is there, with Exchange 2003 choose *Upgrade Exchange
    /// Virtual Server* in Cluster Administrator. With Exchange 2007 stop the clustered mailbox server with
    /// `Stop-ClusteredMailboxServer`, move it with `Move-ClusteredMailboxServer`, and run `Setup.com /UpgradeCMS`
    /// on the newer node. The mailboxes are offline during this step.
    pub static SAME_EXCHANGE_VERSION = {
        check,
        set: &CLUSTER,
        name: "same-exchange-version",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("best practice 4"),
            Source::ThirdParty("Windows IT Pro, on service packs in an Exchange cluster"),
        ],
        basis: Basis::ThirdParty,
        covers: &["PLT-019"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.exchange_nodes());
    let [first, ..] = nodes[..] else { return findings.not_applicable("no node has Exchange yet") };
    findings.need(cluster.exchange());
    let right = cluster.exchange().or(first.exchange().version());
    let mut model: Option<NodeRef<'_>> = None;
    for node in nodes {
        let Some(version) = findings.need(node.exchange().version()) else { continue };
        if right.peek().is_some_and(|right| version != *right) {
            let message = format!("`{}` has Exchange {version}, not {right}", node.name());
            findings.report(version.path(), message).related(right.path(), "the right version");
        } else if let Some(model) = model {
            same_level(node, model, findings);
        } else {
            model = Some(node);
        }
    }
}

/// Compares service pack and build of a node with those of the first node.
fn same_level(node: NodeRef<'_>, model: NodeRef<'_>, findings: &mut Findings) {
    let (own, other) = (node.exchange(), model.exchange());
    let packs = findings.need(own.service_pack()).zip(findings.need(other.service_pack()));
    if let Some((pack, wanted)) = packs
        && pack != wanted
    {
        let message = format!("`{}` has service pack {pack}, `{}` {wanted}", node.name(), model.name());
        findings
            .report(pack.path(), message)
            .at_most(Severity::Warning)
            .related(wanted.path(), "the first node");
        return;
    }
    let builds = findings.need(own.build()).zip(findings.need(other.build()));
    if let Some((build, wanted)) = builds
        && !is_same_build(&build, &wanted)
    {
        let message = format!("`{}` has the build {build}, `{}` {wanted}", node.name(), model.name());
        findings
            .report(build.path(), message)
            .at_most(Severity::Warning)
            .related(wanted.path(), "the first node");
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes", TWO_NODES_2003),
    passes("Exchange 2007", CCR_2007),
    passes("the build from two tools that write it differently", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { build = "6.5.7638" } }]
        "#,
    ),
    passes("a node without Exchange", TWO_NODES_2003).with(
        r#"
        nodes = [{ name = "VOTER", exchange = { installed = false } }]
        "#,
    ),
    fails("an upgrade from 2000 that stopped halfway", FOUR_NODES_2003, &["nodes[NODE4].exchange.version"])
        .with(
            r#"
        nodes = [{ name = "NODE4", exchange = { version = "2000", service_pack = 3, build = "6.0.6249.4" } }]
        "#,
        ),
    fails("a service pack on three of four nodes", FOUR_NODES_2003, &["nodes[NODE4].exchange.service_pack"])
        .with(
            r#"
        nodes = [{ name = "NODE4", exchange = { service_pack = 1, build = "6.5.7226.6" } }]
        "#,
        ),
    fails("an update on one node", TWO_NODES_2003, &["nodes[NODE2].exchange.build"]).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { build = "6.5.7651.60" } }]
        "#,
    ),
    not_applicable("nothing is installed yet", TWO_NODES_2003)
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", exchange = { installed = false } },
                { name = "NODE2", exchange = { installed = false } },
            ]
            "#,
        ),
    unknown("the version on a node is not known", TWO_NODES_2003, &["nodes[NODE2].exchange.version"])
        .without(&["nodes[NODE2].exchange.version"]),
    unknown("the build on a node is not known", TWO_NODES_2003, &["nodes[NODE1].exchange.build"])
        .without(&["nodes[NODE1].exchange.build"]),
    unknown("the version of the cluster is not known", TWO_NODES_2003, &["exchange"]).without(&["exchange"]),
];
