use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2000},
    not_applicable, passes, rule,
    testing::reference::TWO_NODES_2000,
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// An Exchange 2000 virtual server stays in the administrative and routing group in which it was made.
    ///
    /// The wizard of the System Attendant asks for both groups once. The resource keeps the answers. A virtual server
    /// that is later moved to another routing group in System Manager, or gets into another administrative group in
    /// some other way, is no longer where its resource looks for it.
    ///
    /// # Why it matters
    ///
    /// It works until the virtual server is upgraded, with a service pack or to Exchange 2003: the upgrade looks for the
    /// server where it was made, does not find it, and fails with event 2146 of MSExchangeCluster. The nodes then have
    /// newer binaries than the virtual server.
    ///
    /// # How to fix it
    ///
    /// Before the next service pack, move the virtual server back to the routing group in which it was made. Where the
    /// administrative group differs, or the old group is gone, ask Microsoft's support: the properties that the
    /// resource keeps are not shown in Cluster Administrator. KB 887722 describes event 2146, which also comes where
    /// the account of the Cluster service lacks its rights (`exchange2003/service-account-exchange-role`). If an
    /// upgrade has failed, leave the virtual server as it is; its databases are untouched.
    pub static ADMINISTRATIVE_GROUP_UNCHANGED = {
        check,
        set: &EXCHANGE_2003,
        name: "administrative-group-unchanged",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000],
        sources: &[Source::Kb(887_722)],
        basis: Basis::Microsoft,
        covers: &["EVS-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in all {
        let changed = findings.need(evs.listed().administrative_group_changed());
        if let Some(changed) = changed.filter(|changed| **changed) {
            let message =
                format!("`{}` is in another administrative or routing group than it was made in", evs.name());
            findings.report(changed.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("it stayed where it was made", TWO_NODES_2000),
    fails(
        "moved to another routing group",
        TWO_NODES_2000,
        &["virtual_servers[EVS1].administrative_group_changed"],
    )
    .with(r#"virtual_servers = [{ name = "EVS1", administrative_group_changed = true }]"#),
    not_applicable("no virtual server yet", TWO_NODES_2000).with("virtual_servers = []"),
    unknown(
        "whether it changed is not known",
        TWO_NODES_2000,
        &["virtual_servers[EVS1].administrative_group_changed"],
    )
    .without(&["virtual_servers[EVS1].administrative_group_changed"]),
];
