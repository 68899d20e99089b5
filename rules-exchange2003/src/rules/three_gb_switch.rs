use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef,
        ExchangeVersion::{V2000, V2003},
        NodeRef, WindowsEdition, WindowsVersion,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{NO_THREE_GB_BELOW_MIB, THREE_GB_FROM_MIB},
};

rule! {
    /// A node with 1 GB of memory or more starts with `/3GB`, and one with less does not.
    ///
    /// The switch gives the Information Store 3 GB of address space instead of 2. Windows 2000 Advanced and Datacenter
    /// Server and every edition of Windows Server 2003 know it. On Windows 2000 Server it must not be set: Windows
    /// gives up a part of its own half of the address space, and no program gets it; Exchange's Best Practices Analyzer
    /// calls that an error. Below about 950 MB of memory it does harm, and the Analyzer warns. KB 266096 and KB 823440
    /// say that it must be set from 1 GB on, as others quote them. A node that only votes is not judged.
    ///
    /// # Why it matters
    ///
    /// The store of a mailbox server uses up 2 GB of address space long before its memory is full. Then it fails to
    /// allocate large blocks, logs event 9582, and in a cluster does not come online after a failover until the store
    /// of a node has been restarted while it was idle.
    ///
    /// # How to fix it
    ///
    /// Add `/3GB` to the line of the operating system in `boot.ini` (on Windows 2003 also `/USERVA=3030`), and restart
    /// the node while it is passive, one node after the other. Keep a copy of `boot.ini`: an error in it, and the node
    /// does not start. Take the switch out on a node with too little memory and on Windows 2000 Server; neither is fit
    /// for a node of a cluster.
    pub static THREE_GB_SWITCH = {
        check,
        set: &EXCHANGE_2003,
        name: "three-gb-switch",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::TechNet(
                "aa997993",
                "This Exchange server has less than 1 GB of memory but has the /3GB switch set in the Boot.ini file",
            ),
            Source::TechNet(
                "aa995643",
                "This Exchange server has less than 1 GB of memory but has the /3GB and /USERVA=3030 switches in the boot.ini file",
            ),
            Source::Kb(266_096),
            Source::Kb(823_440),
        ],
        basis: Basis::Microsoft,
        covers: &["OPS-001", "OPS-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.is_voter() {
            continue;
        }
        let Some(three_gb) = findings.need(node.boot().three_gb()) else { continue };
        let is_2000_server = is_windows_2000_server(node);
        let (name, memory) = (node.name(), node.hardware().memory_mib());
        if *three_gb && findings.need(is_2000_server).is_some_and(|is_one| *is_one) {
            findings.report(three_gb.path(), format!("`{name}` starts Windows 2000 Server with `/3GB`"));
        }
        if !*three_gb && is_2000_server.peek() == Some(&true) {
            continue;
        }
        let Some(memory) = findings.need(memory) else { continue };
        let message = if *three_gb && *memory < NO_THREE_GB_BELOW_MIB {
            format!("`{name}` starts with `/3GB`, and has {memory} MiB of memory")
        } else if !*three_gb && *memory >= THREE_GB_FROM_MIB {
            format!("`{name}` starts without `/3GB`, and has {memory} MiB of memory")
        } else {
            continue;
        };
        findings
            .report(three_gb.path(), message)
            .at_most(Severity::Warning)
            .related(memory.path(), "its memory");
    }
}

/// Whether the node has the one Windows that does not know the switch.
fn is_windows_2000_server(node: NodeRef<'_>) -> At<'_, bool> {
    let (version, edition) = (node.windows().version(), node.windows().edition());
    match (version.peek(), edition.peek()) {
        (None, Some(WindowsEdition::Standard)) => version.map(|_| None),
        (Some(WindowsVersion::V2000) | None, None) => edition.map(|_| None),
        (Some(WindowsVersion::V2000), Some(WindowsEdition::Standard)) => edition.map(|_| Some(&true)),
        (Some(_), _) => version.map(|_| Some(&false)),
        (None, Some(_)) => edition.map(|_| Some(&false)),
    }
}

const EXAMPLES: &[Example] = &[
    passes("4 GB of memory, and the switch", FOUR_NODES_2003),
    passes("Windows 2000 Advanced Server", TWO_NODES_2000),
    passes("512 MB of memory, and no switch", TWO_NODES_2003).without(&["nodes[NODE1].boot"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        boot = { three_gb = false }
        hardware = { memory_mib = 512 }
        "#,
    ),
    passes("a little less than 1 GB may have it or not", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        hardware = { memory_mib = 1000 }
        [[nodes]]
        name = "NODE2"
        boot = { three_gb = false }
        hardware = { memory_mib = 1000 }
        "#,
    ),
    passes("a node that only votes", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        boot = { three_gb = false }
        hardware = { memory_mib = 2048 }
        "#,
    ),
    passes("Windows 2000 Server without the switch, whatever its memory", TWO_NODES_2000)
        .without(&["nodes[NODE1].hardware.memory_mib"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        windows = { edition = "standard" }
        boot = { three_gb = false }
        "#,
        ),
    fails("Windows 2000 Server with the switch", TWO_NODES_2000, &["nodes[NODE1].boot.three_gb"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { edition = "standard" }
        "#,
    ),
    fails("4 GB of memory without the switch: a warning", TWO_NODES_2003, &["nodes[NODE2].boot.three_gb"])
        .with(
            r#"
        [[nodes]]
        name = "NODE2"
        boot = { three_gb = false }
        "#,
        ),
    fails("the switch with 768 MB of memory: a warning", TWO_NODES_2003, &["nodes[NODE1].boot.three_gb"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        hardware = { memory_mib = 768 }
        "#,
        ),
    unknown("the memory is not known", TWO_NODES_2003, &["nodes[NODE1].hardware.memory_mib"])
        .without(&["nodes[NODE1].hardware.memory_mib"]),
    unknown("the switches are not known", TWO_NODES_2003, &["nodes[NODE1].boot.three_gb"])
        .without(&["nodes[NODE1].boot"]),
    unknown("the edition of Windows 2000 is not known", TWO_NODES_2000, &["nodes[NODE2].windows.edition"])
        .without(&["nodes[NODE2].windows.edition"]),
];
