use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, NetworkRole},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The nodes can reach each other over at least two networks.
    ///
    /// The heartbeat runs over networks whose role is *internal* or *mixed*. The usual pair is a private network
    /// and a public one that is mixed. Where the public network is for clients only, the private one is the only
    /// one left, which is a warning. Where none of the networks in use carries the heartbeat, it is an error: the
    /// Cluster service needs one, and does not let you take away the last one. A cluster that uses one network or
    /// none is left to `cluster/two-networks`.
    ///
    /// # Why it matters
    ///
    /// A second network is of no use to the nodes if they may not talk over it. When the private one fails, the
    /// nodes lose contact although the public network works, one of them is removed from the cluster, and its
    /// virtual servers move.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator open the properties of the public network and choose *All communications (mixed
    /// network)*. In Failover Cluster Management on Windows 2008 that is *Allow the cluster to use this network*
    /// with *Allow clients to connect through this network*; a setting for clients only no longer exists there.
    /// The change takes effect at once, and nothing goes offline.
    pub static REDUNDANT_HEARTBEAT = {
        check,
        set: &CLUSTER,
        name: "redundant-heartbeat",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(258_750),
            Source::TechNet("cc296563", "Additional Heartbeat Network Needed"),
            Source::TechNet("bb125132", "How to Configure Cluster Networks for CCR"),
            Source::Microsoft("Failover Cluster API reference, \"Role\" of a network"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-003", "NET-004", "NET-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let heartbeat = cluster.heartbeat_networks();
    if heartbeat.peek().len() > 1 {
        return;
    }
    let Some(heartbeat) = findings.need_all(heartbeat) else { return };
    // The roles of all networks are known by now.
    let for_clients = cluster.networks().whose(|it| it.role(), |role| *role == NetworkRole::Client);
    let for_clients = findings.each(for_clients);
    let Some(only) = heartbeat.first() else {
        if for_clients.is_empty() {
            findings.not_applicable("the cluster uses no network");
        } else {
            findings.report(cluster.networks().path(), "no network carries the heartbeat");
        }
        return;
    };
    for network in for_clients {
        let (network, only, role) = (network.name(), only.name(), network.role());
        let message = format!("`{network}` is for clients only, and `{only}` alone carries the heartbeat");
        findings.report(role.path(), message).at_most(Severity::Warning);
    }
    if findings.is_empty() {
        findings.not_applicable("the cluster does not use two networks");
    }
}

const EXAMPLES: &[Example] = &[
    passes("a private network and a mixed one", TWO_NODES_2003),
    passes("a third network for clients only", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Extranet", role = "client" }]"#),
    passes("two mixed networks with continuous replication", CCR_2007)
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    not_applicable("one network, which another rule reports", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Heartbeat", role = "disabled" }]"#),
    not_applicable("no network, which another rule reports", TWO_NODES_2003).with(
        r#"networks = [{ name = "Public", role = "disabled" }, { name = "Heartbeat", role = "disabled" }]"#,
    ),
    fails("the public network is for clients only", TWO_NODES_2003, &["networks[Public].role"])
        .with(r#"networks = [{ name = "Public", role = "client" }]"#),
    fails("the second network is for clients only, too", SCC_2007, &["networks[Heartbeat].role"])
        .with(r#"networks = [{ name = "Heartbeat", role = "client" }]"#),
    fails("no network carries the heartbeat", TWO_NODES_2003, &["networks"]).with(
        r#"networks = [{ name = "Public", role = "client" }, { name = "Heartbeat", role = "disabled" }]"#,
    ),
    unknown("the role of a network is not known", TWO_NODES_2003, &["networks[Public].role"])
        .without(&["networks[Public].role"]),
    unknown("there may be more networks", SCC_2007, &["networks"])
        .without(&["networks[Heartbeat]"])
        .with(r#"partial = ["networks"]"#),
];
