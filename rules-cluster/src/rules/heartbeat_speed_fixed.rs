use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Name},
    not_applicable, passes, rule,
    testing::reference::{SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 and 2003 heartbeat adapters below 1 Gbit/s have a fixed speed and duplex mode.
    ///
    /// The advice is from the days of 10 and 100 Mbit/s. Gigabit Ethernet over copper needs negotiation, so an
    /// adapter that negotiates 1000 Mbit/s is no finding: write its speed as `1000-auto`. A plain `auto` is taken
    /// for a slower link; Microsoft's Best Practices Analyzer warns of every heartbeat adapter that is set to
    /// *Auto*. An adapter counts as one for the heartbeat by the role of its network, not by its name.
    ///
    /// # Why it matters
    ///
    /// While two old adapters negotiate, packets are lost, and they negotiate again whenever the link is
    /// interrupted for a moment. When one side ends up with half and the other with full duplex, the link works
    /// but loses packets under load. Heartbeats are among them, and a healthy node is taken for dead.
    ///
    /// # How to fix it
    ///
    /// In the properties of the adapter's driver set *Speed & Duplex* to one value, such as *100 Mbps Full
    /// Duplex*, on all nodes, and the same on the ports of the switch. Both ends of a link have to be fixed.
    /// Change one node after the other, after its groups were moved away. On a gigabit network leave it at *Auto*
    /// on both ends.
    pub static HEARTBEAT_SPEED_FIXED = {
        check,
        set: &CLUSTER,
        name: "heartbeat-speed-fixed",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa997708", "Heartbeat network speed set to auto sense/auto detect"),
            Source::Kb(258_750),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let on_2008 = cluster.is_on_2008();
    if on_2008.peek() == Some(&true) {
        return findings.not_applicable("the advice is for Windows 2000 and 2003");
    }
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.private_interfaces()) {
            let Some(speed) = findings.need(adapter.speed()) else { continue };
            if is_negotiated(&speed) && findings.need(on_2008).is_some() {
                let (node, network) = (node.name(), adapter.network());
                let message =
                    format!("the adapter of `{node}` on `{network}` negotiates its speed (`{speed}`)");
                findings.report(speed.path(), message);
            }
        }
    }
}

/// Whether speed and duplex are negotiated where they need not be: below 1 Gbit/s.
fn is_negotiated(speed: &Name) -> bool {
    const GIGABIT: [&str; 4] = ["1000", "1g", "10g", "gig"];
    let speed = speed.as_str().to_ascii_lowercase();
    speed.contains("auto") && !GIGABIT.iter().any(|gigabit| speed.contains(gigabit))
}

const EXAMPLES: &[Example] = &[
    passes("fixed to 100 Mbit/s", TWO_NODES_2000),
    passes("1000 Mbit/s, fixed on one node, negotiated on the other", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", speed = "1000-full" }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", speed = "1000-auto" }]
        "#,
    ),
    passes("a public adapter may negotiate", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", speed = "auto" }]
        "#,
    ),
    not_applicable("Windows 2008", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", speed = "auto" }]
        "#,
    ),
    fails("set to auto", TWO_NODES_2003, &["nodes[NODE2].interfaces[Heartbeat].speed"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", speed = "auto" }]
        "#,
    ),
    fails("set to auto, in a driver's words", TWO_NODES_2000, &["nodes[NODE2].interfaces[Heartbeat].speed"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            interfaces = [{ network = "Heartbeat", speed = "Auto Negotiation" }]
            "#,
        ),
    unknown("the speed is not known", TWO_NODES_2003, &["nodes[NODE1].interfaces[Heartbeat].speed"])
        .without(&["nodes[NODE1].interfaces[Heartbeat].speed"]),
    unknown("the version of Windows is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
        .with(
            r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", speed = "auto" }]
        "#,
        ),
];
