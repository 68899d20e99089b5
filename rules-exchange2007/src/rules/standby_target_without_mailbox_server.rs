use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A clustered target of standby continuous replication belongs to a cluster without a clustered mailbox server.
    ///
    /// A target is a stand-alone Mailbox server, or the node of a standby cluster: a cluster with the passive Mailbox role on
    /// its nodes and nothing more. Both sides are judged: the targets that a definition lists, and a definition that is a
    /// standby cluster itself.
    ///
    /// # Why it matters
    ///
    /// Replication cannot be enabled towards a passive node whose cluster has a clustered mailbox server. And on the day
    /// of the disaster that cluster has no room for what should be recovered there with `Setup.com /RecoverCMS`.
    ///
    /// # How to fix it
    ///
    /// Choose another target (`Enable-StorageGroupCopy -StandbyMachine`): a stand-alone Mailbox server, or a standby cluster
    /// of its own, installed with `Setup.com /mode:Install /roles:Mailbox` and no `/NewCms`. A standby cluster that was
    /// activated, and now runs the clustered mailbox server, is a cluster like any other: give its definition the layout
    /// that it has.
    pub static STANDBY_TARGET_WITHOUT_MAILBOX_SERVER = {
        check,
        set: &EXCHANGE_2007,
        name: "standby-target-without-mailbox-server",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676502", "Standby Continuous Replication")],
        basis: Basis::Microsoft,
        covers: &["SCR-001"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let targets = findings.each(cluster.standby_targets());
    let layout = findings.need(cluster.layout());
    if let Some(layout) = layout
        && *layout == Layout::Standby
    {
        for cms in findings.each(cluster.evs()) {
            let message =
                format!("a standby cluster, and `{}` is a clustered mailbox server in it", cms.name());
            findings.report(cms.path(), message).related(layout.path(), "the layout");
        }
    } else if layout.is_some() && targets.is_empty() {
        return findings.not_applicable("it has no standby target");
    }
    for target in targets {
        // Whichever of the two is false settles it.
        let facts = [target.clustered(), target.has_clustered_mailbox_server()];
        if facts.iter().any(|fact| fact.peek() == Some(&false)) {
            continue;
        }
        if let [Some(_), Some(has_one)] = facts.map(|fact| findings.need(fact)) {
            let message = format!("the cluster of `{}` has a clustered mailbox server", target.name());
            findings.report(has_one.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a stand-alone target", SCC_2007)
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = false }]"#),
    passes("a node of a standby cluster", CCR_2007).with(
        r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true, has_clustered_mailbox_server = false }]"#,
    ),
    passes("a standby cluster", CCR_2007)
        .without(&["virtual_servers[CMS1]", "groups[CMS1]"])
        .with("layout = \"standby\"\nvirtual_servers = []"),
    fails(
        "a node of a cluster in use",
        CCR_2007,
        &["standby_targets[SCR1].has_clustered_mailbox_server"],
    )
    .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true, has_clustered_mailbox_server = true }]"#),
    fails("a standby cluster in use", CCR_2007, &["virtual_servers[CMS1]"]).with(r#"layout = "standby""#),
    not_applicable("no standby target", SCC_2007),
    unknown("nobody knows the targets", SCC_2007, &["standby_targets"]).without(&["standby_targets"]),
    unknown(
        "what else is in the target's cluster is not known",
        CCR_2007,
        &["standby_targets[SCR1].has_clustered_mailbox_server"],
    )
    .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", clustered = true }]"#),
];
