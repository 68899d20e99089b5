use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Each cluster network has a subnet of its own.
    ///
    /// The subnets of the networks that the cluster uses may neither be the same nor overlap. Disabled networks do
    /// not count: two paths to an iSCSI array may well be in one subnet.
    ///
    /// # Why it matters
    ///
    /// The Cluster service tells networks by their subnets. Of two adapters of a node in one subnet it uses one
    /// and ignores the other, so the second network does not exist for it; and Windows may send what is meant for
    /// the private network through either adapter.
    ///
    /// # How to fix it
    ///
    /// Give the private network a range that is used nowhere else, such as `10.0.0.0/24`, and change the addresses
    /// of its adapters, one node after the other, after its groups were moved away. The Cluster service finds the
    /// new network by itself; then set its role and its priority. Where masks overlap, correct the mask on all
    /// nodes.
    pub static NETWORKS_IN_SEPARATE_SUBNETS = {
        check,
        set: &CLUSTER,
        name: "networks-in-separate-subnets",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Exchange Server 2007 help, \"Installing CCR on Windows Server 2003\""),
            Source::Microsoft("Windows Server 2008 help, \"Understanding Cluster Validation Tests: Network\""),
            Source::ThirdParty("SearchWindowsServer.com, B. Mackenzie-Low, on the Cluster Configuration Validation Wizard"),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-016"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let networks = findings.each(cluster.used_networks());
    if networks.len() < 2 {
        return;
    }
    let known = networks.into_iter().filter_map(|network| {
        let subnet = findings.need(network.whole_subnet())?;
        Some((subnet.network()?, subnet, network))
    });
    let mut subnets: Vec<_> = known.collect();
    // Of two subnets that overlap one lies in the other. From the lowest address on, the wider one comes first.
    subnets.sort_by_key(|(range, subnet, _)| (*range, subnet.path()));
    let mut subnets = subnets.into_iter();
    let Some(mut wider) = subnets.next() else { return };
    for next in subnets {
        let (range, subnet, network) = next;
        if wider.0.holds(range.ip) != Some(true) {
            wider = next;
            continue;
        }
        let (_, other_subnet, other) = wider;
        let message = format!(
            "`{}` is in `{}`, and `{}` in `{}`",
            network.name(),
            *subnet,
            other.name(),
            *other_subnet
        );
        findings.report(subnet.path(), message).related(other_subnet.path(), "the other subnet");
    }
}

const EXAMPLES: &[Example] = &[
    passes("two subnets", TWO_NODES_2003),
    passes("three neighbours", CCR_2007).with(
        r#"
        networks = [
            { name = "Heartbeat", subnet = "10.0.0.0/25" },
            { name = "Replication", role = "mixed", subnet = "10.0.0.128/25" },
        ]
        "#,
    ),
    passes("two paths to an iSCSI array", TWO_NODES_2003).with(
        r#"
        networks = [
            { name = "iSCSI 1", role = "disabled", subnet = "10.0.1.0/24" },
            { name = "iSCSI 2", role = "disabled", subnet = "10.0.1.0/24" },
        ]
        "#,
    ),
    passes("IPv6 beside IPv4", SCC_2007)
        .with(r#"networks = [{ name = "IPv6", role = "mixed", subnet = "2001:db8::/64" }]"#),
    fails("one subnet for both", TWO_NODES_2003, &["networks[Heartbeat].subnet"])
        .with(r#"networks = [{ name = "Heartbeat", subnet = "192.0.2.0/24" }]"#),
    fails("one subnet lies in the other", TWO_NODES_2003, &["networks[Public].subnet"])
        .with(r#"networks = [{ name = "Heartbeat", subnet = "192.0.0.0/16" }]"#),
    fails("one subnet around two", CCR_2007, &["networks[Public].subnet", "networks[Heartbeat].subnet"])
        .with(
            r#"
        networks = [
            { name = "Public", subnet = "10.0.0.0/24" },
            { name = "Heartbeat", subnet = "10.0.1.0/24" },
            { name = "Third", role = "internal", subnet = "10.0.0.0/8" },
        ]
        "#,
        ),
    unknown("a subnet is not known", TWO_NODES_2003, &["networks[Heartbeat].subnet"])
        .without(&["networks[Heartbeat].subnet"]),
    unknown("where a subnet ends is not known", TWO_NODES_2003, &["networks[Heartbeat].subnet"])
        .with(r#"networks = [{ name = "Heartbeat", subnet = "10.0.0.0" }]"#),
    unknown("whether a network is used is not known", TWO_NODES_2003, &["networks[Third].role"])
        .with(r#"networks = [{ name = "Third", subnet = "192.0.2.0/24" }]"#),
];
