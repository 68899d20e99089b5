use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts};

rule! {
    /// The cluster checks Exchange resources thoroughly at the interval that their type has by default.
    ///
    /// The thorough check is *Is Alive*. 4294967295 means "use value from resource type"; 60,000 ms is the same.
    /// Any other interval of an Exchange resource is reported as information: the default is documented; that it
    /// should stay is practice.
    ///
    /// # Why it matters
    ///
    /// With a much shorter interval a busy store misses a check that it would have answered a moment later, and
    /// fails over for nothing. With a much longer one a store that hangs is found late.
    ///
    /// # How to fix it
    ///
    /// In the properties of the resource, tab *Advanced* (Windows Server 2008: *Advanced Policies*), choose to use
    /// the value of the resource type for "Is Alive", or run `cluster resource "name" /prop
    /// IsAlivePollInterval=4294967295`. This takes nothing offline. Keep another value only if Microsoft's support
    /// set it for a known reason, and note that reason.
    pub static IS_ALIVE_INTERVAL_USUAL = {
        check,
        set: &CLUSTER,
        name: "is-alive-interval-usual",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"IsAlivePollInterval\""),
            Source::Practice("Exchange was tested with the default"),
        ],
        basis: Basis::Practice,
        covers: &["RES-022"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let resources = cluster.exchange_resources();
    if resources.peek().is_empty() && findings.need_all(resources.clone()).is_some() {
        return findings.not_applicable("there is no Exchange resource yet");
    }
    for resource in findings.each(resources) {
        let Some(interval) = findings.need(resource.is_alive_ms()) else { continue };
        if ![facts::INTERVAL_OF_TYPE, facts::USUAL_IS_ALIVE_MS].contains(&*interval) {
            let message = format!(
                "`{}` is checked every {interval} ms instead of every {} ms",
                resource.name(),
                facts::USUAL_IS_ALIVE_MS
            );
            findings.report(interval.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the interval of the type", FOUR_NODES_2003),
    passes("the same interval, written out", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Exchange Information Store (CMS1)", is_alive_ms = 60000 }]
        "#,
    ),
    passes("disks and names have intervals of their own", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk S:", is_alive_ms = 30000 }]
        "#,
    ),
    fails(
        "a store that is checked every second",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].is_alive_ms"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange Information Store (EVS1)", is_alive_ms = 1000 }]
        "#,
    ),
    not_applicable("no Exchange resource yet", TWO_NODES_2003).without(&["groups[EVS1 Group]"]),
    unknown(
        "an interval that nobody looked up",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[SMTP (EVS1)].is_alive_ms"],
    )
    .without(&["groups[EVS1 Group].resources[SMTP (EVS1)].is_alive_ms"]),
];
