use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2000 media sense is off for the heartbeat adapters.
    ///
    /// This goes for Windows 2000 only; on Windows Server 2003 the Cluster service turns it off by itself.
    /// Microsoft's Best Practices Analyzer warns only where the registry says outright that media sense is on; but
    /// it is also on where the registry says nothing.
    ///
    /// # Why it matters
    ///
    /// With media sense, Windows removes TCP/IP from an adapter that has lost its link, and the Cluster service
    /// loses the network. When the link is back, the network has the default role again, for nodes and clients:
    /// the private network is no longer private. Where two nodes are connected by a crossover cable, switching one
    /// of them off is enough to cause this on the other.
    ///
    /// # How to fix it
    ///
    /// On each node with Windows 2000 set the value `DisableDHCPMediaSense` (REG_DWORD) to 1 under
    /// `HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, and restart the node after its
    /// groups were moved away. The value is for all adapters of the computer.
    pub static MEDIA_SENSE_OFF = {
        check,
        set: &CLUSTER,
        name: "media-sense-off",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, on media sense detection on cluster nodes with Windows 2000"),
            Source::Kb(239_924),
            Source::Kb(258_750),
            Source::ThirdParty("ITPro Today, JSI Tip 2763, \"Recommended Private 'Heartbeat' Configuration on a Cluster Server\""),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-025"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let concerned = cluster.nodes_on(|windows| windows == WindowsVersion::V2000);
    if concerned.is_complete() && concerned.peek().is_empty() {
        return findings.not_applicable("no node has Windows 2000");
    }
    for node in findings.each(cluster.nodes()) {
        let windows = node.windows().version();
        if windows.peek().is_some_and(|windows| *windows != WindowsVersion::V2000) {
            continue;
        }
        for adapter in findings.each(node.private_interfaces()) {
            let Some(on) = findings.need(adapter.media_sense()).filter(|on| **on) else { continue };
            if findings.need(windows).is_some() {
                let (node, network) = (node.name(), adapter.network());
                findings.report(
                    on.path(),
                    format!("media sense is on for the adapter of `{node}` on `{network}`"),
                );
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("media sense is off", TWO_NODES_2000),
    not_applicable("Windows 2003 sees to it", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", media_sense = true }]
        "#,
    ),
    passes("a public adapter is not looked at", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", media_sense = true }]
        "#,
    ),
    fails("media sense is on", TWO_NODES_2000, &["nodes[NODE1].interfaces[Heartbeat].media_sense"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", media_sense = true }]
        "#,
    ),
    unknown(
        "whether media sense is on is not known",
        TWO_NODES_2000,
        &["nodes[NODE1].interfaces[Heartbeat].media_sense"],
    )
    .without(&["nodes[NODE1].interfaces[Heartbeat].media_sense"]),
    unknown("the version of Windows is not known", TWO_NODES_2000, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            interfaces = [{ network = "Heartbeat", media_sense = true }]
            "#,
        ),
];
