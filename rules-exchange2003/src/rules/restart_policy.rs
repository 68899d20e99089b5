use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceRef,
        ResourceType::{Http, Imap4, InformationStore, Mta, Pop3, Routing, Search, Smtp, SystemAttendant},
        RestartAction,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Exchange resources are restarted when they fail, and a failed store or System Attendant moves the group.
    ///
    /// *Do not restart* on the System Attendant, the Information Store, the MTA, Routing or SMTP is a warning, on HTTP, POP3,
    /// IMAP4 or Microsoft Search information. On the System Attendant and the Information Store, *Restart* without *Affect
    /// the group* is a warning, too; on the others it is a choice. Exchange 2007 Setup chooses otherwise, and is not judged.
    ///
    /// The defaults, restart and affect the group after three failures in 900 seconds, are documented; how bad another
    /// choice is rests on practice.
    ///
    /// # Why it matters
    ///
    /// A resource that is not restarted stays failed, although the other node could run it: the cluster watches an outage
    /// that it was bought to end. A store that may not affect the group stays down on a node with a defect, with a healthy
    /// one beside it.
    ///
    /// # How to fix it
    ///
    /// On the page *Advanced* of the resource's properties choose *Restart* and *Affect the group*, threshold 3, period
    /// 900 seconds, or `cluster resource "name" /prop RestartAction=2`. Nothing goes offline. Whoever switches it off
    /// for maintenance has to switch it on again afterwards.
    pub static RESTART_POLICY = {
        check,
        set: &EXCHANGE_2003,
        name: "restart-policy",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"RestartAction\""),
            Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-023"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for resource in findings.each(cluster.exchange_resources()) {
        judge(resource, findings);
    }
}

fn judge(resource: ResourceRef<'_>, findings: &mut Findings) {
    let Some(kind) = resource.r#type().peek() else { return };
    let (most, must_move) = match kind {
        SystemAttendant | InformationStore => (Severity::Warning, true),
        Mta | Routing | Smtp => (Severity::Warning, false),
        Http | Pop3 | Imap4 | Search => (Severity::Information, false),
        _ => return,
    };
    let Some(action) = findings.need(resource.restart().action()) else { return };
    let name = resource.name();
    let message = match *action {
        RestartAction::DoNotRestart => format!("`{name}` is not restarted when it fails"),
        RestartAction::Restart if must_move => {
            format!("`{name}` is restarted when it fails, but never moved to another node")
        }
        _ => return,
    };
    findings.report(action.path(), message).at_most(most);
}

const EXAMPLES: &[Example] = &[
    passes("the defaults on Exchange 2000", TWO_NODES_2000),
    passes("the defaults on Exchange 2003", FOUR_NODES_2003),
    passes("Microsoft Search and SMTP that do not affect the group", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "MS Search (EVS1)", restart = { action = "restart" } },
            { name = "SMTP (EVS1)", restart = { action = "restart" } },
        ]
        "#,
    ),
    fails(
        "a store that stays failed, or on its node",
        FOUR_NODES_2003,
        &[
            "groups[EVS1 Group].resources[Exchange Information Store (EVS1)].restart.action",
            "groups[EVS2 Group].resources[Exchange Information Store (EVS2)].restart.action",
        ],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange Information Store (EVS1)", restart = { action = "do-not-restart" } }]

        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "Exchange Information Store (EVS2)", restart = { action = "restart" } }]
        "#,
    ),
    fails(
        "HTTP that stays failed: information",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[HTTP (EVS1)].restart.action"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "HTTP (EVS1)", restart = { action = "do-not-restart" } }]
        "#,
    ),
    unknown(
        "nobody looked",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Routing (EVS1)].restart.action"],
    )
    .without(&["groups[EVS1 Group].resources[Routing (EVS1)].restart"]),
];
