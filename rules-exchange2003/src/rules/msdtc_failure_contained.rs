use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceRef, ResourceType, RestartAction,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// A failure of MSDTC does not take the default group or a virtual server along.
    ///
    /// *Affect the group* is cleared on the MSDTC resource (`RestartAction` 1). It is set by default when the resource
    /// is made. In a group of its own, with its own disk, address and name, MSDTC may affect the group: nothing else is
    /// in it. (Exchange's Best Practices Analyzer does not look at the group, and warns there as well.)
    ///
    /// # Why it matters
    ///
    /// MSDTC that fails more often than its threshold moves its group to another node: in the default group the
    /// cluster's name and the quorum, in the group of a virtual server the mailboxes of all its users, and all for a
    /// service that a running Exchange does not use.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator clear *Affect the group* on the *Advanced* tab of the MSDTC resource, or run `cluster res
    /// "MSDTC" /prop RestartAction=1`. It takes effect at once, and nothing goes offline.
    pub static MSDTC_FAILURE_CONTAINED = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-failure-contained",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::TechNet("aa997579", "MSDTC Outages Will Affect Cluster Group"),
            Source::Microsoft("Ask the Core Team, \"Top 10 Best Practice Tips for Windows Server 2003 Cluster Service\""),
            Source::Kb(168_948),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-004", "RES-024"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let msdtcs = findings.each(cluster.resources_of(&ResourceType::Msdtc));
    if msdtcs.is_empty() {
        return findings.not_applicable("there is no MSDTC resource");
    }
    for msdtc in msdtcs {
        let action = findings.need(msdtc.restart().action());
        let Some(action) = action.filter(|action| **action == RestartAction::RestartAndAffectGroup) else {
            continue;
        };
        if shares_group(msdtc, findings) {
            let message =
                format!("a failure of `{}` affects the group `{}`", msdtc.name(), msdtc.group().name());
            findings.report(action.path(), message);
        }
    }
}

/// Whether the resource is known to be in the default group, or together with Exchange.
fn shares_group(resource: ResourceRef<'_>, findings: &mut Findings) -> bool {
    let group = resource.group();
    let exchange = group.resources().whose(|resource| resource.r#type(), ResourceType::is_exchange);
    let default_group = resource.cluster().default_group();
    if !exchange.peek().is_empty() || default_group.peek().iter().any(|other| other.path() == group.path()) {
        return true;
    }
    findings.each(exchange);
    findings.each(default_group);
    false
}

const EXAMPLES: &[Example] = &[
    passes("in the default group, and it does not affect it", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("it is not restarted at all", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MSDTC", restart = { action = "do-not-restart" } }]
        "#,
    ),
    passes("it affects a group of its own", TWO_NODES_2003).without(&["groups[Cluster Group].resources[MSDTC]"]).with(
        r#"
        [[groups]]
        name = "MSDTC Group"
        resources = [
            { name = "DTC IP", type = "IP Address" },
            { name = "DTC Name", type = "Network Name", parameters = { name = "DTC1" } },
            { name = "Disk D:", type = "Physical Disk" },
            { name = "MSDTC", type = "Distributed Transaction Coordinator", restart = { action = "restart-and-affect-group" } },
        ]
        "#,
    ),
    fails(
        "it affects the default group",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[MSDTC].restart.action"],
    )
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MSDTC", restart = { action = "restart-and-affect-group" } }]
        "#,
    ),
    fails(
        "it affects a virtual server",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[MSDTC].restart.action"],
    )
    .without(&["groups[Cluster Group].resources[MSDTC]"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "MSDTC", type = "Distributed Transaction Coordinator", restart = { action = "restart-and-affect-group" } },
        ]
        "#,
    ),
    not_applicable("no MSDTC resource", TWO_NODES_2003).without(&["groups[Cluster Group].resources[MSDTC]"]),
    unknown(
        "what a failure does is not known",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[MSDTC].restart.action"],
    )
    .without(&["groups[Cluster Group].resources[MSDTC].restart"]),
];
