use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Exchange is installed on every node that may own an Exchange resource.
    ///
    /// The rule goes by the possible owners of each Exchange resource. A node that is a possible owner of none is
    /// no finding: it only votes in the quorum, or runs something else.
    ///
    /// # Why it matters
    ///
    /// Only a node with the Exchange binaries can run an Exchange resource. The cluster does not look at that when
    /// it picks a node: it moves the group to any possible owner, where the resources fail, and moves it on or
    /// gives up. The outage that the cluster was bought to prevent then comes with the first failover.
    ///
    /// # How to fix it
    ///
    /// Run Exchange Setup on the node, of the version and with the service pack that the other nodes have, and
    /// with no group on it. If the node is not meant to run Exchange, take it out of the possible owners of the
    /// Exchange resources: `cluster resource "name" /removeowner:NODE`, or *Possible owners* in the properties of
    /// the resource.
    pub static EXCHANGE_ON_EVERY_NODE = {
        check,
        set: &CLUSTER,
        name: "exchange-on-every-node",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Article("step 3")],
        basis: Basis::Article,
        covers: &["RES-021"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = cluster.exchange_resources();
    if all.peek().is_empty() && findings.need_all(all).is_some() {
        return findings.not_applicable("there is no Exchange resource yet");
    }
    for node in findings.each(cluster.nodes()) {
        let has_exchange = node.has_exchange();
        if has_exchange.peek() == Some(&true) {
            continue;
        }
        let resources = findings.each(node.exchange_resources());
        let Some(resource) = resources.first() else { continue };
        if findings.need(has_exchange).is_some() {
            let message = format!(
                "`{}` may own `{resource}`, but has no Exchange",
                node.name(),
                resource = resource.name()
            );
            findings
                .report(has_exchange.path(), message)
                .related(resource.possible_owners().path(), "the possible owners");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("both nodes have it", TWO_NODES_2003),
    passes("so do all of four", FOUR_NODES_2003),
    passes("a third node that only votes", CCR_2007).with(
        r#"
        nodes = [{ name = "VOTER", exchange = { installed = false } }]
        "#,
    ),
    passes("a third node of which nothing is known but that it may own nothing of Exchange", CCR_2007).with(
        r#"
        nodes = [{ name = "VOTER" }]
        "#,
    ),
    fails("the passive node was forgotten", FOUR_NODES_2003, &["nodes[NODE4].exchange.installed"])
        .without(&["nodes[NODE4].exchange"])
        .with(
            r#"
            nodes = [{ name = "NODE4", exchange = { installed = false } }]
            "#,
        ),
    not_applicable("before the first virtual server", TWO_NODES_2003).without(&["groups[EVS1 Group]"]),
    unknown(
        "a possible owner of which it is not known",
        TWO_NODES_2003,
        &["nodes[NODE2].exchange.installed"],
    )
    .without(&["nodes[NODE2].exchange"]),
    unknown(
        "a node without Exchange, and possible owners that are not known",
        CCR_2007,
        &["groups[CMS1].resources[Exchange System Attendant (CMS1)].possible_owners"],
    )
    .without(&["groups[CMS1].resources[Exchange System Attendant (CMS1)].possible_owners"])
    .with(
        r#"
        nodes = [{ name = "VOTER", exchange = { installed = false } }]
        "#,
    ),
];
