use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeEdition, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A clustered standby target runs Enterprise Edition.
    ///
    /// A stand-alone target may run Standard Edition. The nodes of the source, and of a standby cluster that has a
    /// definition of its own, are judged by `cluster/exchange-edition-can-cluster`.
    ///
    /// # Why it matters
    ///
    /// Standard Edition cannot be clustered. A clustered mailbox server cannot be recovered on a standby cluster that
    /// is not licensed for it, and that is what the standby cluster is there for.
    ///
    /// # How to fix it
    ///
    /// License the node for Enterprise Edition. Where the Exchange Management Console lists it as a server, enter the
    /// product key there or with `Set-ExchangeServer SCR1 -ProductKey …`; nothing is installed anew. Or use a stand-alone
    /// target.
    pub static STANDBY_EDITION = {
        check,
        set: &EXCHANGE_2007,
        name: "standby-edition",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb676502", "Standby Continuous Replication"),
            Source::TechNet("bb232170", "Exchange Server 2007: Platforms, Editions, and Versions"),
        ],
        basis: Basis::Microsoft,
        covers: &["SCR-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let targets = findings.each(cluster.standby_targets());
    if targets.is_empty() {
        return findings.not_applicable("it has no standby target");
    }
    for target in targets {
        if target.clustered().peek() == Some(&false) {
            continue;
        }
        let Some(edition) = findings.need(target.edition()) else { continue };
        if *edition != ExchangeEdition::Enterprise && findings.need(target.clustered()).is_some() {
            let message =
                format!("`{}` is a node of a cluster and runs the {edition} edition", target.name());
            findings.report(edition.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a clustered target with Enterprise Edition", CCR_2007).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true, edition = "enterprise" }]"#,
    ),
    passes("a stand-alone target with Standard Edition", CCR_2007).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = false, edition = "standard" }]"#,
    ),
    fails("a clustered target with Standard Edition", CCR_2007, &["standby_targets[SCR1].edition"]).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true, edition = "standard" }]"#,
    ),
    not_applicable("no standby target", SCC_2007),
    unknown("the edition is not known", CCR_2007, &["standby_targets[SCR1].edition"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true }]"#),
    unknown(
        "Standard Edition, and whether the target is clustered is not known",
        SCC_2007,
        &["standby_targets[SCR1].clustered"],
    )
    .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", edition = "standard" }]"#),
];
