use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, ExchangeEdition,
        ExchangeVersion::{V2000, V2003, V2007},
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The nodes have the Enterprise Edition of Exchange.
    ///
    /// This goes for every node on which Exchange 2000, 2003 or 2007 is installed, in a single copy cluster and
    /// with cluster continuous replication. A node without Exchange, such as one that only votes for the quorum,
    /// needs no edition. Exchange 2007 needs a licence for every node, including the passive ones.
    ///
    /// # Why it matters
    ///
    /// The Standard Edition of Exchange 2000 and 2003 brings no cluster resources: Setup installs it for one
    /// computer alone, and no virtual server can be made from it. Exchange 2007 Standard is licensed and supported
    /// for stand-alone servers only. The article speaks of the editions of Windows alone, yet both products have
    /// to be of the right one.
    ///
    /// # How to fix it
    ///
    /// Exchange 2000 and 2003: move the node's groups to another node, remove Exchange from this node with Setup,
    /// and install the Enterprise Edition there; the virtual servers on the other nodes and their data are not
    /// touched. Mailboxes that this node holds itself have to be moved to another server first. Exchange 2007:
    /// enter the product key of the Enterprise Edition in the Exchange Management Console, or with
    /// `Set-ExchangeServer -ProductKey`; it takes effect when the Information Store has been restarted, which
    /// interrupts the clients.
    pub static EXCHANGE_EDITION_CAN_CLUSTER = {
        check,
        set: &CLUSTER,
        name: "exchange-edition-can-cluster",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003, V2007],
        sources: &[
            Source::TechNet("bb232170", "Exchange Server 2007: Platforms, Editions, and Versions"),
            Source::ThirdParty("\"Exchange Server 2003 Distilled\", chapter 7"),
            Source::ThirdParty("flylib.com 2.554.1.149 and 3.392.1.60, on installing Exchange 2000"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.exchange_nodes());
    if nodes.is_empty() {
        return findings.not_applicable("no node has Exchange yet");
    }
    for node in nodes {
        let Some(edition) = findings.need(node.exchange().edition()) else { continue };
        if *edition != ExchangeEdition::Enterprise {
            let message = format!(
                "`{}` has the edition `{edition}` of Exchange, which cannot be clustered",
                node.name()
            );
            findings.report(edition.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the Enterprise Edition on both nodes", TWO_NODES_2003),
    passes("a voter node has no Exchange at all", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        exchange = { installed = false }
        "#,
    ),
    fails("the Standard Edition on one node", TWO_NODES_2000, &["nodes[NODE2].exchange.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        exchange = { edition = "standard" }
        "#,
    ),
    fails("a single copy cluster", SCC_2007, &["nodes[NODE1].exchange.edition"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        exchange = { edition = "standard" }
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
    unknown("the edition is not known", CCR_2007, &["nodes[NODE2].exchange.edition"])
        .without(&["nodes[NODE2].exchange.edition"]),
    unknown("whether a node has Exchange is not known", CCR_2007, &["nodes[VOTER1].exchange.installed"])
        .with(
            r#"
            [[nodes]]
            name = "VOTER1"
            "#,
        ),
];
