use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2003, NodeRef, WindowsVersion},
    passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{LATER_NETWORK_UPDATES, NETWORK_UPDATE},
};

rule! {
    /// Windows 2003 Service Pack 1 has its network update before Exchange 2003 gets Service Pack 2.
    ///
    /// The update is that of article 898060, or one of the security updates that brought a later `tcpip.sys`: 913446
    /// (MS06-007), 917953 (MS06-032), 941644 (MS08-001). The rule looks at nodes with Exchange 2003 Service Pack 2 or
    /// later on Windows Server 2003, R2 or not, with exactly Service Pack 1: Service Pack 2 of Windows contains the
    /// update.
    ///
    /// Only a magazine says that Exchange wants it before its Service Pack 2; what goes wrong without it is in
    /// Microsoft's article.
    ///
    /// # Why it matters
    ///
    /// With Service Pack 1, Windows adjusts packet sizes by ICMP messages in a way that lets connections hang across
    /// links that take different packet sizes. Among the symptoms that Microsoft names are Exchange servers that do not
    /// reach their domain controllers, and a virtual server that does not reach the directory does not come online.
    ///
    /// # How to fix it
    ///
    /// Install Service Pack 2 of Windows Server 2003, or the update of KB 898060, on one node after the other: move the
    /// groups away in Cluster Administrator, install, restart, move a group back and look before you go on.
    pub static NETWORK_UPDATE_WITH_SERVICE_PACKS = {
        check,
        set: &EXCHANGE_2003,
        name: "network-update-with-service-packs",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2003],
        sources: &[
            Source::Kb(NETWORK_UPDATE),
            Source::Microsoft("Security Bulletins MS06-007, MS06-032 and MS08-001"),
            Source::ThirdParty("Windows IT Pro, \"Install Exchange on the Cluster\""),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-026"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster
        .nodes_on(WindowsVersion::is_2003)
        .whose(|node| node.windows().service_pack(), |pack| *pack == 1)
        .whose(|node| NodeRef::has_exchange(*node), |has_exchange| *has_exchange)
        .whose(|node| node.exchange().service_pack(), |pack| *pack >= 2);
    for node in findings.each(nodes) {
        let windows = node.windows();
        if LATER_NETWORK_UPDATES.iter().any(|later| windows.has_update(*later).peek() == Some(&true)) {
            continue;
        }
        let updated = findings.need(windows.has_update(NETWORK_UPDATE));
        if let Some(updated) = updated.filter(|updated| !**updated) {
            let message = format!(
                "`{}` has Exchange service pack {} on Windows 2003 service pack 1 without KB {NETWORK_UPDATE}",
                node.name(),
                node.exchange().service_pack()
            );
            findings.report(updated.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2003 with Service Pack 2", TWO_NODES_2003),
    passes("the update is installed", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1, updates = ["KB898060"] }
        "#,
    ),
    passes("a later security update of the same file", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1, updates = ["KB917953"] }
        "#,
    ),
    passes("Exchange without its Service Pack 2", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1 }
        exchange = { service_pack = 1 }
        "#,
    ),
    passes("Windows 2000", TWO_NODES_2000).with(r#"exchange = "2003""#),
    fails("both service packs, and no update", TWO_NODES_2003, &["nodes[NODE2].windows.updates"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 1 }
        "#,
    ),
    unknown("which updates are there is not known", TWO_NODES_2003, &["nodes[NODE2].windows.updates"])
        .without(&["nodes[NODE2].windows.updates"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            windows = { service_pack = 1 }
            "#,
        ),
    unknown(
        "the service pack of Windows is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].windows.service_pack"],
    )
    .without(&["nodes[NODE1].windows.service_pack"]),
];
