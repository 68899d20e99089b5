use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        Architecture, ClusterRef, ExchangeVersion,
        ExchangeVersion::{V2000, V2003},
        NodeRef,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::least_service_pack};

rule! {
    /// Every node runs a Windows that this Exchange version is supported on.
    ///
    /// Exchange 2000 runs on Windows 2000 only, never on Windows Server 2003. Exchange 2003 runs on Windows 2000 with
    /// Service Pack 4, and on the 32-bit editions of Windows Server 2003, R2 or not; not on an x64 or Itanium edition,
    /// and not on Windows Server 2008. Service Pack 4 is the requirement of cluster nodes: for other servers Exchange 2003
    /// takes Service Pack 3. That Windows Server 2008 comes too late for it follows from its date: Microsoft's page
    /// names the versions that are supported, and it is not among them.
    ///
    /// Which of the two is better for Exchange 2003 is left to `exchange2003/windows-2003-preferred`.
    ///
    /// # Why it matters
    ///
    /// Setup refuses most of these nodes. Where Windows is upgraded under an Exchange that is there already, the
    /// virtual server does not come online on the node: parts of Internet Information Services that Exchange puts itself
    /// into are not there any more, or are 64-bit. Nothing of it is supported.
    ///
    /// # How to fix it
    ///
    /// Exchange 2000: upgrade Exchange to 2003 on every node before any node gets Windows Server 2003; where a node was
    /// upgraded too early, move its groups away, evict it in Cluster Administrator, install Windows 2000 anew, join it
    /// again and run Exchange Setup on it. Windows 2000: install Service Pack 4, node by node, with the groups moved
    /// away. A 64-bit or newer Windows: install the 32-bit edition of Windows Server 2003 on the node instead, or move
    /// the mailboxes to Exchange 2007.
    pub static SUPPORTED_WINDOWS = {
        check,
        set: &EXCHANGE_2003,
        name: "supported-windows",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::TechNet("bb124788", "Exchange 2003 Test Environments"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, Table 3, \"Requirements for running Exchange Setup on a cluster server\""),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-007", "PLT-008", "PLT-009", "PLT-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(exchange) = findings.need(cluster.exchange()) else { return };
    for node in findings.each(cluster.nodes()) {
        suits(node, *exchange, findings);
    }
}

fn suits(node: NodeRef<'_>, exchange: ExchangeVersion, findings: &mut Findings) {
    let (name, windows) = (node.name(), node.windows());
    let Some(version) = findings.need(windows.version()) else { return };
    let Some(least_pack) = least_service_pack(exchange, *version) else {
        let message = format!("`{name}` runs Windows {version}, where Exchange {exchange} is not supported");
        findings.report(version.path(), message);
        return;
    };
    if least_pack > 0
        && let Some(pack) = findings.need(windows.service_pack())
        && *pack < least_pack
    {
        let message = format!(
            "`{name}` has service pack {pack} of Windows {version}, and Exchange {exchange} needs {least_pack} on a node"
        );
        findings.report(pack.path(), message);
    }
    if version.is_2003()
        && let Some(architecture) = findings.need(windows.architecture())
        && *architecture != Architecture::X86
    {
        let message = format!("`{name}` runs an `{architecture}` edition, and Exchange {exchange} is 32-bit");
        findings.report(architecture.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000 on Windows 2000", TWO_NODES_2000),
    passes("Exchange 2003 on Windows 2003", TWO_NODES_2003),
    passes("Windows 2003 R2", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE4"
        windows = { version = "2003-r2" }
        "#,
    ),
    passes("Exchange 2003 on Windows 2000 with Service Pack 4", TWO_NODES_2000).with(r#"exchange = "2003""#),
    passes("the service pack of Windows 2000 does not matter to Exchange 2000", TWO_NODES_2000)
        .without(&["nodes[NODE1].windows.service_pack"]),
    fails("Exchange 2000 on Windows 2003", TWO_NODES_2000, &["nodes[NODE2].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { version = "2003", edition = "enterprise" }
        "#,
    ),
    fails("Exchange 2003 on Windows 2008", TWO_NODES_2003, &["nodes[NODE1].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { version = "2008" }
        "#,
    ),
    fails("Exchange 2003 on an x64 edition", TWO_NODES_2003, &["nodes[NODE2].windows.architecture"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { architecture = "x64" }
        "#,
    ),
    fails("Windows 2000 with Service Pack 3", TWO_NODES_2000, &["nodes[NODE1].windows.service_pack"]).with(
        r#"
        exchange = "2003"
        [[nodes]]
        name = "NODE1"
        windows = { service_pack = 3 }
        "#,
    ),
    unknown("the Windows of a node is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version"]),
    unknown(
        "the architecture of a node is not known",
        TWO_NODES_2003,
        &["nodes[NODE2].windows.architecture"],
    )
    .without(&["nodes[NODE2].windows.architecture"]),
];
