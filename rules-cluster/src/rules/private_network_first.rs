use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Few, Known, NetworkRef, NetworkRole},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 and 2003 the private network comes first among the networks for internal communication.
    ///
    /// Of the networks that carry the heartbeat, a private one has to have the smallest number as its priority. A
    /// network for clients only, or a disabled one, has no place in that order. Windows Server 2008 chooses by
    /// itself.
    ///
    /// Microsoft's Best Practices Analyzer reads the same two values, role and priority, and warns of a wrong
    /// order. Its article does not say how it compares several private networks; for this rule it is enough that
    /// one of them is first.
    ///
    /// # Why it matters
    ///
    /// The Cluster service sends its own traffic over the first network in the list that works. If that is the
    /// public one, the traffic between the nodes competes with the clients all day, and the private network is
    /// idle.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator open the properties of the cluster, tab *Network Priority*, and move the private
    /// network to the top. The change takes effect at once, and nothing goes offline.
    pub static PRIVATE_NETWORK_FIRST = {
        check,
        set: &CLUSTER,
        name: "private-network-first",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa997088", "Cluster dedicated heartbeat network priority set incorrectly"),
            Source::Kb(258_750),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&true) {
        return findings.not_applicable("Windows 2008 orders its networks by itself");
    }
    // Nothing comes before the first place, whatever else is known.
    if cluster.private_networks().peek().iter().any(|network| network.priority().peek() == Some(&1)) {
        return;
    }
    let mixed = cluster.networks().whose(|network| network.role(), |role| *role == NetworkRole::Mixed);
    let Some((mixed, private)) = findings.need_all(mixed).zip(findings.need_all(cluster.private_networks()))
    else {
        return;
    };
    if mixed.is_empty() || private.is_empty() {
        return;
    }
    let (Some((mixed, before)), Some((private, place))) = (first(mixed, findings), first(private, findings))
    else {
        return;
    };
    if *before < *place && findings.need(on_2008).is_some() {
        let message =
            format!("`{}`, a network with clients, comes before `{}`", mixed.name(), private.name());
        findings.report(place.path(), message).related(before.path(), "comes before it");
    }
}

/// The first network of some by priority, if that of each is known.
fn first<'a>(
    networks: Few<NetworkRef<'a>>,
    findings: &mut Findings,
) -> Option<(NetworkRef<'a>, Known<'a, u32>)> {
    let number = networks.len();
    let known: Vec<_> = networks
        .into_iter()
        .filter_map(|network| Some((network, findings.need(network.priority())?)))
        .collect();
    (known.len() == number).then(|| known.into_iter().min_by_key(|(_, place)| **place))?
}

const EXAMPLES: &[Example] = &[
    passes("the private network is first", TWO_NODES_2003),
    passes("what comes after the private network does not matter", TWO_NODES_2003)
        .without(&["networks[Public].priority"]),
    passes("one of two private networks is first", TWO_NODES_2003)
        .with(r#"networks = [{ name = "Heartbeat 2", role = "internal", priority = 3 }]"#),
    passes("networks for clients only, or disabled, have no place in the order", TWO_NODES_2003)
        .without(&["networks[Public].priority", "networks[Heartbeat].priority"])
        .with(
            r#"networks = [{ name = "Public", role = "client" }, { name = "Backup", role = "disabled", priority = 1 }]"#,
        ),
    passes("nothing is private with continuous replication", CCR_2007)
        .without(&["networks[Public].priority", "networks[Heartbeat].priority"])
        .with(r#"networks = [{ name = "Heartbeat", role = "mixed" }]"#),
    not_applicable("Windows 2008", SCC_2007).with(r#"networks = [{ name = "Heartbeat", priority = 3 }]"#),
    fails("the public network is first", TWO_NODES_2003, &["networks[Heartbeat].priority"])
        .with(r#"networks = [{ name = "Heartbeat", priority = 3 }]"#),
    unknown("the priority of a network is not known", TWO_NODES_2003, &["networks[Heartbeat].priority"])
        .without(&["networks[Heartbeat].priority"]),
    unknown("the role of a network is not known", TWO_NODES_2003, &["networks[Heartbeat].role"])
        .without(&["networks[Heartbeat].role"]),
    unknown(
        "the version of Windows is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].windows.version"],
    )
    .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
    .with(r#"networks = [{ name = "Heartbeat", priority = 3 }]"#),
];
