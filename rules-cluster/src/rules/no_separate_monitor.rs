use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Exchange resources run in the common Resource Monitor, not each in one of its own.
    ///
    /// *Run this resource in a separate Resource Monitor* is off by default. We know of no document that forbids
    /// it for Exchange, so this is information only.
    ///
    /// # Why it matters
    ///
    /// The option is for finding out which resource makes the Resource Monitor fail. Left on, it costs a process
    /// with its memory and handles for each resource, and makes the next administrator look for a fault that may
    /// be long gone.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window take the resource offline, and with it all that depends on it. Clear the option on
    /// the tab *General* of its properties (Windows Server 2008: *Advanced Policies*), or run `cluster resource
    /// "name" /prop SeparateMonitor=0`, and bring the group online again. Leave it on where Microsoft's support
    /// asked for it, until the case is closed.
    pub static NO_SEPARATE_MONITOR = {
        check,
        set: &CLUSTER,
        name: "no-separate-monitor",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a Resource Monitor of its own is a means of finding faults, and off by default")],
        basis: Basis::Practice,
        covers: &["RES-026"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let resources = cluster.exchange_resources();
    if resources.peek().is_empty() && findings.need_all(resources.clone()).is_some() {
        return findings.not_applicable("there is no Exchange resource yet");
    }
    for resource in findings.each(resources) {
        if let Some(separate) = findings.need(resource.separate_monitor())
            && *separate
        {
            let message = format!("`{}` runs in a Resource Monitor of its own", resource.name());
            findings.report(separate.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("one Resource Monitor for all", FOUR_NODES_2003),
    passes("another maker's resource may have its own", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Replication (CMS1)", type = "Volume Replicator", separate_monitor = true }]
        "#,
    ),
    passes("another maker's agent for Exchange is no resource of Exchange", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Agent (EVS1)", type = "Backup Agent for Exchange", separate_monitor = true }]
        "#,
    ),
    fails(
        "a store with its own",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].separate_monitor"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange Information Store (EVS1)", separate_monitor = true }]
        "#,
    ),
    not_applicable("no Exchange resource yet", TWO_NODES_2003).without(&["groups[EVS1 Group]"]),
    unknown("nobody looked", TWO_NODES_2003, &["groups[EVS1 Group].resources[HTTP (EVS1)].separate_monitor"])
        .without(&["groups[EVS1 Group].resources[HTTP (EVS1)].separate_monitor"]),
];
