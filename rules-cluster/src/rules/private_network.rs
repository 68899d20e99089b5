use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion, Layout, NetworkRole},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 and 2003 one network is for nothing but the communication between the nodes.
    ///
    /// Its role is *Internal cluster communications only (private network)*. Windows Server 2008 does not ask for
    /// one.
    ///
    /// With cluster continuous replication a second network may carry the logs, too. Replication host names need a
    /// network that is enabled for clients, so its role is *All communications (mixed network)*; with two mixed
    /// networks such a cluster needs no private one. A cluster with one network only is left to
    /// `cluster/two-networks`.
    ///
    /// # Why it matters
    ///
    /// Heartbeats are small and must not be late. On a network that clients or backups fill up they come late, and
    /// a node that is only busy is taken for dead. Microsoft's Best Practices Analyzer warns of a cluster without
    /// a private network.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator open *Cluster Configuration*, *Networks*, the properties of the network that only
    /// the nodes are attached to, and choose *Internal cluster communications only (private network)*. No IP
    /// Address resource may be on it; move it to the public network first, which takes its group offline for a
    /// moment. The nodes need not be restarted.
    pub static PRIVATE_NETWORK = {
        check,
        set: &CLUSTER,
        name: "private-network",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, on clusters without a dedicated heartbeat network"),
            Source::Kb(258_750),
            Source::TechNet("bb125132", "How to Configure Cluster Networks for CCR"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&true) {
        return findings.not_applicable("Windows 2008 asks for no private network");
    }
    if !cluster.private_networks().peek().is_empty() {
        return;
    }
    let Some(used) = findings.need_all(cluster.used_networks()) else { return };
    if used.len() < 2 {
        return findings.not_applicable("the cluster does not use two networks");
    }
    let mixed = used.iter().filter(|network| network.role().peek() == Some(&NetworkRole::Mixed));
    if cluster.exchange().peek() == Some(&ExchangeVersion::V2007) && mixed.count() > 1 {
        let Some(layout) = findings.need(cluster.layout()) else { return };
        if *layout == Layout::ContinuousReplication {
            return;
        }
    }
    if findings.need(on_2008).is_some() {
        findings.report(cluster.networks().path(), "no network is for the nodes alone");
    }
}

const EXAMPLES: &[Example] = &[
    passes("a private network", TWO_NODES_2003),
    passes("a mixed network for heartbeat and logs with continuous replication", CCR_2007)
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    passes("neither Windows nor layout matters with a private network", CCR_2007).without(&[
        "layout",
        "nodes[NODE1].windows",
        "nodes[NODE2].windows",
    ]),
    not_applicable("Windows 2008", SCC_2007).with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    not_applicable("one network, which another rule reports", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Heartbeat", role = "disabled" }]"#),
    fails("all networks serve clients", TWO_NODES_2003, &["networks"])
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    fails("a single copy cluster ships no logs", SCC_2007_WINDOWS_2003, &["networks"])
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    fails("a client-only network ships no logs", CCR_2007, &["networks"])
        .with(r#"networks = [{ name = "Heartbeat", role = "client" }]"#),
    unknown("the role of a network is not known", TWO_NODES_2003, &["networks[Heartbeat].role"])
        .without(&["networks[Heartbeat].role"]),
    unknown("the layout is not known", CCR_2007, &["layout"])
        .without(&["layout"])
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    unknown("the version of Windows is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
];
