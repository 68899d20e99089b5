use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, FactPath, Interface},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// At least two networks connect the nodes.
    ///
    /// Only networks that the cluster uses count, not one whose role is *disabled*, such as a network for backups
    /// or iSCSI. Every node has to be attached to two of them. For a node without Exchange that only votes in the
    /// quorum one is enough.
    ///
    /// On Windows 2000 and 2003 a cluster on one network is not supported. Windows Server 2008 supports it, with a
    /// warning in the validation report, if no single fault can interrupt that network: with teamed adapters and
    /// two switches. There it is a warning. No network at all is an error everywhere.
    ///
    /// # Why it matters
    ///
    /// With one network, a pulled cable, a dead port or a switch that restarts ends all communication between the
    /// nodes. Neither knows whether the other one is alive: they compete for the quorum, and virtual servers move
    /// or stop although every node is healthy.
    ///
    /// # How to fix it
    ///
    /// Put a second adapter into each node, one node at a time, after its groups were moved away, and connect them
    /// by a switch of their own, or by a crossover cable where there are two nodes. Give them addresses in a
    /// subnet of their own. In the properties of the new network in Cluster Administrator choose *Internal cluster
    /// communications only (private network)* (Failover Cluster Management: *Allow the cluster to use this
    /// network*, without clients). Where there is such a network and it is disabled, enable it for the cluster.
    pub static TWO_NETWORKS = {
        check,
        set: &CLUSTER,
        name: "two-networks",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(258_750),
            Source::Microsoft("Exchange Best Practices Analyzer, on clusters without a dedicated heartbeat network"),
            Source::Microsoft("Windows Server 2008 help, \"Understanding Cluster Validation Tests: Network\""),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-001"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let used = cluster.used_networks();
    if used.peek().len() < 2 {
        let Some(used) = findings.need_all(used) else { return };
        let networks = cluster.networks().path();
        let Some(only) = used.first() else {
            findings.report(networks, "the cluster uses no network");
            return;
        };
        let message = format!("`{}` is the only network that the cluster uses", only.name());
        return report_one_network(cluster, findings, networks, message);
    }
    for node in findings.each(cluster.nodes()) {
        let interfaces = node.used_interfaces();
        if on_two_networks(interfaces.peek()) || node.is_voter() {
            continue;
        }
        let Some(interfaces) = findings.need_all(interfaces) else { continue };
        let (name, place) = (node.name(), node.interfaces().path());
        let Some(only) = interfaces.first() else {
            findings.report(place, format!("`{name}` is attached to no network that the cluster uses"));
            continue;
        };
        let message =
            format!("`{name}` is attached to one network that the cluster uses, `{}`", only.network());
        report_one_network(cluster, findings, place, message);
    }
}

fn on_two_networks(interfaces: &[At<'_, Interface>]) -> bool {
    let mut names = interfaces.iter().map(|interface| interface.network().peek());
    names.next().is_some_and(|first| names.any(|other| other != first))
}

/// Reports one network where there should be two: a warning on Windows 2008.
fn report_one_network(cluster: ClusterRef<'_>, findings: &mut Findings, path: FactPath, message: String) {
    let report = findings.report(path, message);
    if cluster.is_on_2008().peek() == Some(&true) {
        report.at_most(Severity::Warning);
    }
}

const EXAMPLES: &[Example] = &[
    passes("a public network and a heartbeat", TWO_NODES_2003),
    passes("a third network is disabled, and one node is not attached to it", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup" }]
        "#,
    ),
    passes("a voter node with one adapter", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        interfaces = [{ network = "Public" }]
        "#,
    ),
    passes("what else a third network is for does not matter", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Third" }]"#),
    fails("the heartbeat network is disabled", TWO_NODES_2003, &["networks"])
        .with(r#"networks = [{ name = "Heartbeat", role = "disabled" }]"#),
    fails("no network at all", TWO_NODES_2003, &["networks"]).without(&["networks"]).with("networks = []"),
    fails("one node is attached to one network", TWO_NODES_2003, &["nodes[NODE2].interfaces"])
        .without(&["nodes[NODE2].interfaces[Heartbeat]"]),
    fails("one node is attached to none", TWO_NODES_2003, &["nodes[NODE2].interfaces"])
        .without(&["nodes[NODE2].interfaces[Heartbeat]", "nodes[NODE2].interfaces[Public]"]),
    fails("a warning on Windows 2008", SCC_2007, &["networks"]).without(&["networks[Heartbeat]"]),
    unknown("the role of the second network is not known", TWO_NODES_2003, &["networks[Heartbeat].role"])
        .without(&["networks[Heartbeat].role"]),
    unknown("there may be more networks", TWO_NODES_2003, &["networks"])
        .without(&["networks[Heartbeat]"])
        .with(r#"partial = ["networks"]"#),
    unknown("the adapters of a node are not known", SCC_2007, &["nodes[NODE1].interfaces"])
        .without(&["nodes[NODE1].interfaces"]),
];
