use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::{EXCHANGE_2007, facts::FIRST_SERVICE_PACK_WITH_STANDBY};

rule! {
    /// Both ends of standby continuous replication run Exchange 2007 SP1 or later.
    ///
    /// The rule looks at the nodes of the source, at each target, and at the nodes of a cluster that is a standby
    /// cluster itself. As long as a cluster has no target, an older version is no finding.
    ///
    /// # Why it matters
    ///
    /// Standby continuous replication came with Service Pack 1. The version before has no switch to enable it, and a node
    /// without the service pack stops the replication when the clustered mailbox server moves there.
    ///
    /// # How to fix it
    ///
    /// Install the service pack on the target first, then on the passive node. Stop the clustered mailbox server
    /// (`Stop-ClusteredMailboxServer`), move it to that node (`Move-ClusteredMailboxServer`), upgrade it there with
    /// `Setup.com /UpgradeCMS`, and then install the service pack on the other nodes. Nobody reaches the mailboxes
    /// meanwhile: plan a maintenance window.
    pub static STANDBY_SERVICE_PACK = {
        check,
        set: &EXCHANGE_2007,
        name: "standby-service-pack",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb676502", "Standby Continuous Replication"),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
        ],
        basis: Basis::Microsoft,
        covers: &["SCR-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let targets = findings.each(cluster.standby_targets());
    if targets.is_empty() {
        let Some(layout) = findings.need(cluster.layout()) else { return };
        if *layout != Layout::Standby {
            return findings.not_applicable("it takes no part in standby continuous replication");
        }
    }
    let of_targets = targets.into_iter().map(|target| (target.name(), target.service_pack()));
    let nodes = findings.each(cluster.exchange_nodes());
    let of_nodes = nodes.into_iter().map(|node| (node.name(), node.exchange().service_pack()));
    for (name, service_pack) in of_targets.chain(of_nodes) {
        if let Some(service_pack) = findings.need(service_pack)
            && *service_pack < FIRST_SERVICE_PACK_WITH_STANDBY
        {
            findings
                .report(service_pack.path(), format!("`{name}` runs Exchange 2007 without a service pack"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a newer target", CCR_2007)
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", service_pack = 3 }]"#),
    passes("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    fails("a target without a service pack", CCR_2007, &["standby_targets[SCR1].service_pack"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", service_pack = 0 }]"#),
    fails("a node of the source without a service pack", CCR_2007, &["nodes[NODE2].exchange.service_pack"])
        .with(
            r#"
        standby_targets = [{ name = "SCR1", of = "CMS1", service_pack = 1 }]

        [[nodes]]
        name = "NODE2"
        exchange = { service_pack = 0 }
        "#,
        ),
    fails("a standby cluster without a service pack", CCR_2007, &["nodes[NODE1].exchange.service_pack"])
        .with(
            r#"
        layout = "standby"

        [[nodes]]
        name = "NODE1"
        exchange = { service_pack = 0 }
        "#,
        ),
    not_applicable("no service pack, and no standby target", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        exchange = { service_pack = 0 }
        "#,
    ),
    unknown("the target's service pack is not known", SCC_2007, &["standby_targets[SCR1].service_pack"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1" }]"#),
];
