use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceType,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::LEAST_PENDING_TIMEOUT_MS};

rule! {
    /// The Information Store has at least three minutes to go offline.
    ///
    /// The pending timeout of the resource is 180 seconds by default, and may be longer. It is for going offline: while
    /// it comes online, the store is exempt, since replaying its logs can take any time. That a shorter one is unwise
    /// follows from this; the documents only speak of making it longer.
    ///
    /// # Why it matters
    ///
    /// A store that has not written everything to its databases in time is terminated. It then has to replay its logs when
    /// it comes online on the other node, so that a move of a minute becomes an outage of half an hour.
    ///
    /// # How to fix it
    ///
    /// On the page *Advanced* of the properties of the Information Store resource set *Pending timeout* to 180 seconds,
    /// or more where a shutdown is known to take longer, or `cluster resource "name" /prop PendingTimeout=180000`.
    /// Nothing goes offline.
    pub static PENDING_TIMEOUT_OF_STORE = {
        check,
        set: &EXCHANGE_2003,
        name: "pending-timeout-of-store",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::TechNet("bb124063", "Setting Pending States"),
            Source::Microsoft("Failover Cluster API reference, \"PendingTimeout\""),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-025"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let stores = findings.each(cluster.resources_of(&ResourceType::InformationStore));
    if stores.is_empty() {
        return findings.not_applicable("there is no Information Store yet");
    }
    for store in stores {
        if let Some(timeout) = findings.need(store.pending_timeout_ms())
            && *timeout < LEAST_PENDING_TIMEOUT_MS
        {
            let message = format!("`{}` has {timeout} ms to go offline", store.name());
            findings.report(timeout.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the default", TWO_NODES_2000),
    passes("longer than the default", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange Information Store (EVS1)", pending_timeout_ms = 600000 }]
        "#,
    ),
    passes("another resource may have less", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "HTTP (EVS1)", pending_timeout_ms = 60000 }]
        "#,
    ),
    fails(
        "one minute",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].pending_timeout_ms"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange Information Store (EVS1)", pending_timeout_ms = 60000 }]
        "#,
    ),
    not_applicable("no store yet", TWO_NODES_2003).without(&["groups[EVS1 Group]"]),
    unknown(
        "nobody looked",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].pending_timeout_ms"],
    )
    .without(&["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].pending_timeout_ms"]),
];
