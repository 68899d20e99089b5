use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{Architecture, At, ClusterRef, ExchangeVersion::V2007, NodeRef},
    passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::{EXCHANGE_2007, facts, facts::SupportedWindows};

rule! {
    /// Every node runs an x64 Windows that this service pack of Exchange 2007 is supported on.
    ///
    /// In production Exchange 2007 runs on x64 alone, neither on 32 bits nor on Itanium. Windows Server 2003, R2 or not,
    /// needs Service Pack 1, and Service Pack 2 from Exchange 2007 SP1 on. Windows Server 2008 needs Exchange 2007 SP1,
    /// Windows Server 2008 R2 Exchange 2007 SP3. A node that has no Exchange yet is judged by what does not depend on the
    /// service pack of Exchange, and a node that is there for its vote only is not judged.
    ///
    /// Microsoft's pages say that Exchange 2007 up to SP2 is not supported on Windows Server 2008 R2. That SP3 is, and
    /// which service packs of Windows Server 2003 are needed, we have at second hand.
    ///
    /// # Why it matters
    ///
    /// Setup stops on most of these nodes; the 32-bit version is there for trials and for administration only. Before SP1,
    /// Exchange does not know the clusters of Windows Server 2008 at all: it can neither make nor move a clustered mailbox
    /// server there. What does install is not supported.
    ///
    /// # How to fix it
    ///
    /// Bring Windows Server 2003 to Service Pack 2, one node after the other, with the clustered mailbox server moved away
    /// by `Move-ClusteredMailboxServer`. For Windows Server 2008 and R2 install Exchange from media that contain the
    /// service pack. There is no way from Windows Server 2003 to 2008, or from 2008 to R2, under an installed Exchange:
    /// build a new cluster beside the old one and move the mailboxes.
    pub static SUPPORTED_WINDOWS = {
        check,
        set: &EXCHANGE_2007,
        name: "supported-windows",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("aa996719", "Exchange 2007 System Requirements"),
            Source::Microsoft("Exchange Server 2007 help, \"Planning Processor Configurations\""),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
            Source::Microsoft("Exchange Server 2007 help, \"Installing a Single Copy Cluster on Windows Server 2008\""),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-010", "PLT-011", "PLT-012", "PLT-027"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.is_voter() {
            continue;
        }
        if let Some(architecture) = findings.need(node.windows().architecture())
            && *architecture != Architecture::X64
        {
            let message = format!("`{}` is `{architecture}`, and Exchange 2007 needs `x64`", node.name());
            findings.report(architecture.path(), message);
        }
        suits(node, findings);
    }
}

fn suits(node: NodeRef<'_>, findings: &mut Findings) {
    let (name, windows) = (node.name(), node.windows());
    let Some(version) = findings.need(windows.version()) else { return };
    let Some(row) = facts::SUPPORTED_WINDOWS.iter().find(|row| row.windows == *version) else {
        let message = format!("`{name}` runs Windows {version}, where Exchange 2007 is not supported");
        findings.report(version.path(), message);
        return;
    };
    if row.exchange_service_pack > 0
        && let Some(pack) = exchange_pack(node, findings)
        && pack < row.exchange_service_pack
    {
        let message = format!(
            "`{name}` runs Windows {version} with service pack {pack} of Exchange 2007, and needs {}",
            row.exchange_service_pack
        );
        findings.report(version.path(), message).related(node.exchange().path(), "Exchange");
    }
    windows_pack_suits(node, row, findings);
}

fn windows_pack_suits(node: NodeRef<'_>, row: &SupportedWindows, findings: &mut Findings) {
    if row.service_pack_for_sp1 == 0 {
        return;
    }
    let Some(pack) = findings.need(node.windows().service_pack()) else { return };
    let needed = if *pack < row.service_pack {
        row.service_pack
    } else if *pack < row.service_pack_for_sp1
        && exchange_pack(node, findings).is_some_and(|exchange_pack| exchange_pack > 0)
    {
        row.service_pack_for_sp1
    } else {
        return;
    };
    let message = format!(
        "`{}` has service pack {pack} of Windows {}, and Exchange 2007 needs {needed}",
        node.name(),
        row.windows
    );
    findings.report(pack.path(), message);
}

/// The service pack of Exchange on a node; none on a node without Exchange.
fn exchange_pack(node: NodeRef<'_>, findings: &mut Findings) -> Option<u32> {
    let known_to_have_none = node.has_exchange().peek() == Some(&false);
    let pack: At<'_, u32> = node.exchange().service_pack();
    (!known_to_have_none).then(|| findings.need(pack)).flatten().map(|pack| *pack)
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2003 with Service Pack 2", CCR_2007),
    passes("Windows 2008", SCC_2007),
    passes("Windows 2008 R2 with SP3 of Exchange", SCC_2007).with(
        r#"
        nodes = [
            { name = "NODE1", windows = { version = "2008-r2" }, exchange = { service_pack = 3 } },
            { name = "NODE2", windows = { version = "2008-r2" }, exchange = { service_pack = 3 } },
        ]
        "#,
    ),
    passes("the first release on Windows 2003 with Service Pack 1", CCR_2007).with(
        r#"
        nodes = [
            { name = "NODE1", windows = { service_pack = 1 }, exchange = { service_pack = 0 } },
            { name = "NODE2", windows = { service_pack = 1 }, exchange = { service_pack = 0 } },
        ]
        "#,
    ),
    passes("a node with Windows 2008 that waits for Exchange", CCR_2007_WINDOWS_2008)
        .without(&["nodes[NODE2].exchange"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    passes("a voter", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        windows = { version = "2003", architecture = "x86", service_pack = 0 }
        exchange = { installed = false }
        "#,
    ),
    fails("32 bits", CCR_2007, &["nodes[NODE2].windows.architecture"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { architecture = "x86" }
        "#,
    ),
    fails("Windows 2000", CCR_2007, &["nodes[NODE1].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { version = "2000" }
        "#,
    ),
    fails("the first release on Windows 2008", SCC_2007, &["nodes[NODE1].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        exchange = { service_pack = 0 }
        "#,
    ),
    fails("SP2 of Exchange on Windows 2008 R2", SCC_2007, &["nodes[NODE2].windows.version"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { version = "2008-r2" }
        "#,
    ),
    fails("Windows 2003 without a service pack", CCR_2007, &["nodes[NODE2].windows.service_pack"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 0 }
        exchange = { service_pack = 0 }
        "#,
    ),
    fails(
        "SP1 of Exchange on Windows 2003 with Service Pack 1",
        CCR_2007,
        &["nodes[NODE2].windows.service_pack"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1 }
        "#,
    ),
    unknown(
        "the service pack of Exchange on Windows 2008 is not known",
        SCC_2007,
        &["nodes[NODE1].exchange.service_pack"],
    )
    .without(&["nodes[NODE1].exchange.service_pack"]),
    unknown(
        "the Windows of a node is not known",
        CCR_2007,
        &["nodes[NODE1].windows.version", "nodes[NODE1].windows.architecture"],
    )
    .without(&["nodes[NODE1].windows"]),
];
