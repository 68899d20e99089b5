use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, Failback},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The group of a virtual server does not go back to its preferred owner by itself.
    ///
    /// *Prevent failback* is the default of a group, and Microsoft's recommended settings for an Exchange cluster
    /// keep it. Groups without a virtual server are not judged.
    ///
    /// # Why it matters
    ///
    /// Going back is a second outage: every resource goes offline on one node and comes online on the other. With
    /// failback allowed it comes as soon as the failed node has joined again, or at the hour that is set, even
    /// where nobody has found out yet why the node failed. If the node keeps failing, the users are interrupted
    /// each time it comes back and each time it fails again.
    ///
    /// # How to fix it
    ///
    /// In the properties of the group, tab *Failback* (Windows Server 2008: *Failover*), choose *Prevent
    /// failback*, or run `cluster group "EVS1 Group" /prop AutoFailbackType=0`. This takes nothing offline. Move
    /// the group back by hand (Exchange 2007: `Move-ClusteredMailboxServer`) once the node can be trusted again,
    /// at an hour that suits the users.
    pub static FAILBACK_PREVENTED = {
        check,
        set: &CLUSTER,
        name: "failback-prevented",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
            Source::Microsoft("Failover Cluster API reference, \"AutoFailbackType\""),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for group in all.into_iter().map(Evs::group) {
        for group in findings.each(group) {
            if let Some(failback) = findings.need(group.failback())
                && *failback == Failback::Allow
            {
                findings.report(failback.path(), format!("`{}` goes back by itself", group.name()));
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("failback is prevented", FOUR_NODES_2003),
    passes("a group that holds no virtual server may go back", SCC_2007).with(
        r#"
        [[groups]]
        name = "File Group"
        failback = "allow"
        resources = []
        "#,
    ),
    fails("a virtual server that goes back", FOUR_NODES_2003, &["groups[EVS2 Group].failback"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        failback = "allow"
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("nobody looked", TWO_NODES_2003, &["groups[EVS1 Group].failback"])
        .without(&["groups[EVS1 Group].failback"]),
];
