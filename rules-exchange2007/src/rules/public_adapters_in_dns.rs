use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Interface, Layout, NodeRef, Set},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// In continuous replication each node registers its public address in DNS and appends parent suffixes.
    ///
    /// Both are the defaults of Windows, in *Advanced TCP/IP Settings*, *DNS*: "Register this connection's addresses in
    /// DNS", and "Append parent suffixes of the primary DNS suffix". The rule looks at the adapters on networks that
    /// serve clients. Of several, one that registers is enough: for a second mixed network, which carries the logs,
    /// Microsoft recommends that the adapter does not. A heartbeat adapter must not register. A node that is there for
    /// its vote only is not judged. Exchange's Best Practices Analyzer also looks for a list of suffixes that somebody
    /// entered by hand, which a definition cannot hold.
    ///
    /// # Why it matters
    ///
    /// The node with the passive copy fetches the logs from the other one by name, and Kerberos gives it a ticket only for
    /// the right one. With a name that DNS does not have, or completes with another suffix, there is no ticket: logs are
    /// not copied, the copy queue grows, and a failover loses what is in it.
    ///
    /// # How to fix it
    ///
    /// Open the properties of the public adapter, *Internet Protocol (TCP/IP)*, *Advanced*, *DNS*, and set both options
    /// back to these defaults. Then run `ipconfig /registerdns`, and look at the copy queue with
    /// `Get-StorageGroupCopyStatus`.
    pub static PUBLIC_ADAPTERS_IN_DNS = {
        check,
        set: &EXCHANGE_2007,
        name: "public-adapters-in-dns",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, on the DNS suffixes of nodes in cluster continuous replication"),
            Source::Microsoft("Exchange Server 2007 help, on mixed cluster networks for log shipping"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        findings.not_applicable("there is no continuous replication between its nodes");
        return;
    }
    for node in findings.each(cluster.nodes()) {
        if node.is_voter() {
            continue;
        }
        let adapters = node.public_interfaces();
        registers_one(node, &adapters, findings);
        for adapter in findings.each(adapters) {
            let (name, network) = (node.name(), adapter.network());
            if let Some(appends) = findings.need(adapter.appends_parent_suffixes())
                && !*appends
            {
                let message = format!("`{name}` does not append parent suffixes on `{network}`");
                findings.report(appends.path(), message);
            }
        }
    }
}

/// Reports a node none of whose public adapters registers its address.
fn registers_one<'a>(node: NodeRef<'a>, adapters: &Set<At<'a, Interface>>, findings: &mut Findings) {
    let registering = adapters.clone().whose(|adapter| adapter.register_dns(), |registers| *registers);
    if !registering.peek().is_empty() || findings.need_all(registering).is_none() {
        return;
    }
    if let [first, ..] = adapters.peek() {
        let message =
            format!("`{}` does not register its address on `{}` in DNS", node.name(), first.network());
        findings.report(first.register_dns().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("the defaults, and a heartbeat that does not register", CCR_2007),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    passes("a second mixed network for the logs does not register", CCR_2007).with(
        r#"
        networks = [{ name = "Heartbeat", role = "mixed" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Heartbeat", register_dns = false, appends_parent_suffixes = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Heartbeat", register_dns = false, appends_parent_suffixes = true }]
        "#,
    ),
    passes("a voter", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        exchange = { installed = false }
        interfaces = [{ network = "Public", register_dns = false }]
        "#,
    ),
    fails(
        "a public adapter that does not register",
        CCR_2007,
        &["nodes[NODE2].interfaces[Public].register_dns"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public", register_dns = false }]
        "#,
    ),
    fails(
        "parent suffixes are not appended",
        CCR_2007,
        &["nodes[NODE1].interfaces[Public].appends_parent_suffixes"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", appends_parent_suffixes = false }]
        "#,
    ),
    not_applicable("a single copy cluster", SCC_2007),
    unknown(
        "the adapter that registers may be on a public network",
        CCR_2007,
        &["networks[Heartbeat].role"],
    )
    .without(&["networks[Heartbeat].role"])
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Public", register_dns = false }, { network = "Heartbeat", register_dns = true }]
        "#,
    ),
    unknown(
        "whether suffixes are appended is not known",
        CCR_2007,
        &["nodes[NODE1].interfaces[Public].appends_parent_suffixes"],
    )
    .without(&["nodes[NODE1].interfaces[Public].appends_parent_suffixes"]),
    unknown("the layout is not known", CCR_2007, &["layout"]).without(&["layout"]),
];
