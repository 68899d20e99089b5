use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Interface, NodeRef},
    passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Heartbeat adapters have no default gateway, no name registration and no services of Windows bound to them.
    ///
    /// On an adapter of a private network, a default gateway, a registration in DNS, and DNS or WINS servers are
    /// warnings. NetBIOS over TCP/IP, *Client for Microsoft Networks* and *File and Printer Sharing* are information.
    ///
    /// The network that carries the logs in cluster continuous replication needs the client, the sharing and the
    /// name resolution. It is a mixed network, and so its adapters are not judged.
    ///
    /// # Why it matters
    ///
    /// A second default gateway makes Windows send answers to clients down the private network when it takes the
    /// first gateway for dead. A heartbeat address in DNS or WINS is given to clients and to other servers, which
    /// cannot reach it: whether they connect is then a matter of chance. NetBIOS and the services that use it add
    /// traffic to a network that is there for heartbeats.
    ///
    /// # How to fix it
    ///
    /// In the TCP/IP properties of the adapter clear *Default gateway*, the DNS servers, the WINS servers and
    /// *Register this connection's addresses in DNS*, and choose *Disable NetBIOS over TCP/IP*. In the properties
    /// of the connection clear the boxes of *Client for Microsoft Networks* and *File and Printer Sharing*. Delete
    /// the host records of heartbeat addresses that DNS already holds. Do one node after the other.
    pub static HEARTBEAT_ADAPTER_SETTINGS = {
        check,
        set: &CLUSTER,
        name: "heartbeat-adapter-settings",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(258_750),
            Source::ThirdParty("Cluster Help (msmvps.com), \"Heartbeat Network\""),
        ],
        basis: Basis::Microsoft,
        covers: &["NET-012", "NET-013", "NET-014", "NET-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        for adapter in findings.each(node.private_interfaces()) {
            settings(node, adapter, findings);
            servers(node, adapter, findings);
        }
    }
}

fn settings(node: NodeRef<'_>, adapter: At<'_, Interface>, findings: &mut Findings) {
    use Severity::{Information, Warning};
    let settings = [
        (adapter.has_default_gateway(), "has a default gateway", Warning),
        (adapter.register_dns(), "registers its address in DNS", Warning),
        (adapter.netbios(), "has NetBIOS over TCP/IP", Information),
        (adapter.microsoft_client(), "has Client for Microsoft Networks bound to it", Information),
        (adapter.file_sharing(), "has File and Printer Sharing bound to it", Information),
    ];
    for (setting, what, severity) in settings {
        if let Some(on) = findings.need(setting).filter(|on| **on) {
            let message = format!("the adapter of `{}` on `{}` {what}", node.name(), adapter.network());
            findings.report(on.path(), message).at_most(severity);
        }
    }
}

fn servers(node: NodeRef<'_>, adapter: At<'_, Interface>, findings: &mut Findings) {
    for (list, what) in [(adapter.dns_servers(), "DNS"), (adapter.wins_servers(), "WINS")] {
        if !findings.each(list).is_empty() {
            let message =
                format!("the adapter of `{}` on `{}` has {what} servers", node.name(), adapter.network());
            findings.report(list.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("bare heartbeat adapters", TWO_NODES_2003),
    passes("no gateway is known where there is said to be none", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", has_gateway = false }]
        "#,
    ),
    passes("a mixed network carries the logs of continuous replication", CCR_2007_WINDOWS_2008).with(
        r#"
        networks = [{ name = "Replication", role = "mixed", subnet = "10.0.1.0/24" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Replication", microsoft_client = true, file_sharing = true, netbios = true, register_dns = true }]
        "#,
    ),
    passes("a network that the cluster does not use", CCR_2007).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup", has_gateway = true, register_dns = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Backup" }]
        "#,
    ),
    fails(
        "a default gateway on the heartbeat",
        TWO_NODES_2003,
        &["nodes[NODE2].interfaces[Heartbeat].has_gateway"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", has_gateway = true }]
        "#,
    ),
    fails(
        "a default gateway that shows in its address",
        TWO_NODES_2003,
        &["nodes[NODE2].interfaces[Heartbeat].gateway"],
    )
    .without(&["nodes[NODE2].interfaces[Heartbeat].has_gateway"])
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", gateway = "10.0.0.254" }]
        "#,
    ),
    fails(
        "name registration",
        TWO_NODES_2003,
        &[
            "nodes[NODE2].interfaces[Heartbeat].register_dns",
            "nodes[NODE2].interfaces[Heartbeat].dns_servers",
            "nodes[NODE2].interfaces[Heartbeat].wins_servers",
        ],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", register_dns = true, dns_servers = ["192.0.2.53"], wins_servers = ["192.0.2.54"] }]
        "#,
    ),
    fails(
        "services of Windows",
        TWO_NODES_2000,
        &[
            "nodes[NODE1].interfaces[Heartbeat].netbios",
            "nodes[NODE1].interfaces[Heartbeat].microsoft_client",
            "nodes[NODE1].interfaces[Heartbeat].file_sharing",
        ],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", netbios = true, microsoft_client = true, file_sharing = true }]
        "#,
    ),
    unknown(
        "whether there is a gateway is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].interfaces[Heartbeat].has_gateway"],
    )
    .without(&["nodes[NODE1].interfaces[Heartbeat].has_gateway"]),
    unknown("the DNS servers are not known", CCR_2007, &["nodes[NODE1].interfaces[Heartbeat].dns_servers"])
        .without(&["nodes[NODE1].interfaces[Heartbeat].dns_servers"]),
    unknown("the adapters are not known", CCR_2007, &["nodes[NODE1].interfaces"])
        .without(&["nodes[NODE1].interfaces"]),
];
