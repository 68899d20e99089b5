use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// No node has an installation of a clustered mailbox server that was begun and not finished.
    ///
    /// While Setup makes or upgrades a clustered mailbox server it keeps its place in two values, `Action` and `Watermark`,
    /// under `HKLM\Software\Microsoft\Exchange\v8.0\ClusteredMailboxServer`. If it was interrupted, they stay. A node without
    /// Exchange, such as a voter, is not looked at.
    ///
    /// # Why it matters
    ///
    /// The clustered mailbox server is half made: resources or directory objects are missing, and it may run today and not
    /// come online on the other node. Service packs and any other run of Setup refuse to start until the one before is
    /// finished.
    ///
    /// # How to fix it
    ///
    /// Run the same Setup command again on that node, with the same media, while the node owns the group of the
    /// clustered mailbox server; it goes on where it stopped. First read in `ExchangeSetupLogs\ExchangeSetup.log` on
    /// the system drive what stopped it. Do not delete the two values by hand: that hides the state and finishes
    /// nothing.
    pub static SETUP_FINISHED = {
        check,
        set: &EXCHANGE_2007,
        name: "setup-finished",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("cc540457", "Possible CMS Setup Failure")],
        basis: Basis::Microsoft,
        covers: &["CCR-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.has_exchange().peek() == Some(&false) {
            continue;
        }
        if let Some(unfinished) = findings.need(node.exchange().setup_unfinished())
            && *unfinished
        {
            let message = format!("`{}` has an unfinished Setup of a clustered mailbox server", node.name());
            findings.report(unfinished.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a finished single copy cluster", SCC_2007),
    passes("a voter without Exchange", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        "#,
    ),
    fails("interrupted on the active node", CCR_2007, &["nodes[NODE1].exchange.setup_unfinished"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        exchange = { setup_unfinished = true }
        "#,
    ),
    unknown("nobody looked into the registry", SCC_2007, &["nodes[NODE2].exchange.setup_unfinished"])
        .without(&["nodes[NODE2].exchange.setup_unfinished"]),
];
