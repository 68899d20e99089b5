use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Interface, Set},
    passes, rule,
    testing::reference::{SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// In the binding order of each node a public adapter comes before the heartbeat adapter.
    ///
    /// The role of its cluster network shows what an adapter is for. Adapters on networks that the cluster does
    /// not use may have any place in the order.
    ///
    /// # Why it matters
    ///
    /// Windows prefers the first adapter when it resolves names and registers the computer. With the heartbeat in
    /// front a node looks for domain controllers on a network where there are none, logons and name resolution
    /// become slow or fail, and, as Microsoft's Best Practices Analyzer warns, service packs and upgrades of
    /// Exchange may not install.
    ///
    /// # How to fix it
    ///
    /// On each node open *Network Connections*, the menu *Advanced*, *Advanced Settings*, *Adapters and Bindings*,
    /// and move the public adapter to the top and the heartbeat adapter to the bottom. On Windows Server 2008 the
    /// Alt key shows the menu. Move the groups away from the node first, and restart it afterwards.
    pub static PUBLIC_ADAPTER_FIRST = {
        check,
        set: &CLUSTER,
        name: "public-adapter-first",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet(
                "aa995710",
                "The heartbeat connection is first in the TCP/IP binding order and not the public connection",
            ),
            Source::Kb(258_750),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let public = node.public_interfaces();
        for private in findings.each(node.private_interfaces()) {
            let Some(place) = findings.need(private.binding_order()) else { continue };
            let Some(follower) = first_follower(*place, &public, findings) else { continue };
            let (node, private, follower) = (node.name(), private.network(), follower.network());
            let message = format!("`{node}` has the adapter on `{private}` before that on `{follower}`");
            findings.report(place.path(), message);
        }
    }
}

/// A public adapter, if there is one and all of them come after a place. Absent facts that leave it open are noted.
fn first_follower<'a>(
    place: u32,
    public: &Set<At<'a, Interface>>,
    findings: &mut Findings,
) -> Option<At<'a, Interface>> {
    let order = |interface: &At<'a, Interface>| interface.binding_order();
    if public.peek().iter().any(|public| order(public).peek().is_some_and(|before| *before <= place)) {
        return None;
    }
    let public = findings.need_all(public.clone())?;
    let open = public.iter().filter(|public| findings.need(order(public)).is_none()).count();
    public.first().copied().filter(|_| open == 0)
}

const EXAMPLES: &[Example] = &[
    passes("the public adapter is first", TWO_NODES_2003),
    passes("an adapter for backups is first", TWO_NODES_2000).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup", binding_order = 1 }, { network = "Public", binding_order = 3 }, { network = "Heartbeat", binding_order = 4 }]
        "#,
    ),
    passes("one of two public adapters is first", TWO_NODES_2003).with(
        r#"
        networks = [{ name = "Extranet", role = "client" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Extranet", binding_order = 3 }]
        "#,
    ),
    fails(
        "the heartbeat is first on one node",
        TWO_NODES_2003,
        &["nodes[NODE2].interfaces[Heartbeat].binding_order"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public", binding_order = 2 }, { network = "Heartbeat", binding_order = 1 }]
        "#,
    ),
    unknown(
        "the place of the heartbeat is not known",
        SCC_2007,
        &["nodes[NODE1].interfaces[Heartbeat].binding_order"],
    )
    .without(&["nodes[NODE1].interfaces[Heartbeat].binding_order"]),
    unknown(
        "the place of the public adapter is not known",
        SCC_2007,
        &["nodes[NODE1].interfaces[Public].binding_order"],
    )
    .without(&["nodes[NODE1].interfaces[Public].binding_order"]),
    unknown("which adapter is the public one is not known", TWO_NODES_2003, &["networks[Public].role"])
        .without(&["networks[Public].role"]),
];
