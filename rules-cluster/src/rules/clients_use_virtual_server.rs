use std::net::IpAddr;

use rules_core::{
    Basis, ByArticle, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, GroupRef, Known, Name, Set},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Clients are configured with the network name of the virtual server.
    ///
    /// A mail profile that names a node, or the cluster itself, by name or by address, is a warning. One that has
    /// the address of a virtual server instead of its name is reported as information: the article says that
    /// clients use the address, Microsoft that they use the name, which leads to the address. Other names, such as
    /// those of front-end servers and aliases, are no finding.
    ///
    /// # Why it matters
    ///
    /// The name and address of a virtual server move with it; those of a node do not. A client that knows a node
    /// works until the first failover, and then does not find its mailbox although the virtual server is up. The
    /// cluster's own name leads to whichever node holds the default group, where the mailbox may or may not be. An
    /// address in a profile breaks when the subnet changes, and Kerberos needs a name.
    ///
    /// # How to fix it
    ///
    /// Give the profiles the network name of the virtual server: in Outlook in the settings of the account,
    /// elsewhere in the settings of the POP3, IMAP4 or SMTP account. Where there are many of them, distribute a
    /// profile file (PRF), which the Custom Installation Wizard of the Office Resource Kit makes (for Outlook 2007
    /// the Office Customization Tool).
    pub static CLIENTS_USE_VIRTUAL_SERVER = {
        check,
        set: &CLUSTER,
        name: "clients-use-virtual-server",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("limitation 5"),
            Source::Microsoft("TechNet aa996210, on Exchange Server 2003 in a cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-010"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.virtual_servers());
    if servers.is_empty() && findings.is_empty() {
        return findings.not_applicable("there is no virtual server");
    }
    let virtual_servers = cluster.evs();
    for server in servers {
        for endpoint in findings.each(server.client_endpoints()) {
            let Some(endpoint) = findings.need(endpoint) else { continue };
            match endpoint.as_str().parse() {
                Ok(ip) => judge_address(cluster, ip, endpoint, findings),
                Err(_) => judge_name(cluster, &virtual_servers, endpoint, findings),
            }
        }
    }
}

fn judge_name(
    cluster: ClusterRef<'_>,
    virtual_servers: &Set<Evs<'_>>,
    endpoint: Known<'_, Name>,
    findings: &mut Findings,
) {
    let is_named = |name: &Name| cluster.is_host(&endpoint, name);
    let mut names = virtual_servers.peek().iter().filter_map(|evs| evs.name().peek());
    if names.any(|name| is_named(name).peek() == Some(&true)) {
        return;
    }
    for node in findings.each(cluster.nodes()) {
        let Some(name) = findings.need(node.name()) else { continue };
        if findings.need(is_named(&name)).is_some_and(|is| *is) {
            let message = format!("clients use the node `{endpoint}`");
            findings.report(endpoint.path(), message).related(node.path(), "the node");
        }
    }
    let Some(name) = findings.need(cluster.name()) else { return };
    if findings.need(is_named(&name)).is_some_and(|is| *is) {
        let message = format!("clients use the cluster's own name, `{endpoint}`");
        findings.report(endpoint.path(), message).related(name.path(), "the cluster's name");
    }
}

fn judge_address(cluster: ClusterRef<'_>, ip: IpAddr, endpoint: Known<'_, Name>, findings: &mut Findings) {
    for resource in findings.each(cluster.address_resources()) {
        let Some(address) = findings.need(resource.parameters().address()) else { continue };
        if address.ip == ip {
            let group = resource.group().path();
            let is_in = |groups: &Set<GroupRef<'_>>| groups.peek().iter().any(|other| other.path() == group);
            let default = cluster.default_group();
            let (what, severity, by_article) = if is_in(&default) {
                ("of the cluster", Severity::Warning, ByArticle::Same)
            } else if !is_in(&cluster.evs().flat_map(Evs::group)) {
                ("of a group that is not known to hold a virtual server", Severity::Warning, ByArticle::Same)
            } else if default.peek().is_empty() && !default.is_complete() {
                // It may be the cluster's, too.
                ("instead of a name", Severity::Warning, ByArticle::Same)
            } else {
                ("instead of a name", Severity::Information, ByArticle::Nothing)
            };
            let message = format!("clients use the address `{endpoint}` {what}");
            findings
                .report(endpoint.path(), message)
                .at_most(severity)
                .by_article(by_article)
                .related(address.path(), "the address");
            return;
        }
    }
    for interface in findings.each(cluster.nodes().members().flat_map(|node| node.interfaces().members())) {
        if let Some(address) = findings.need(interface.address())
            && address.ip == ip
        {
            let message = format!("clients use the address `{endpoint}` of a node");
            findings.report(endpoint.path(), message).related(address.path(), "the address");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("clients use the network name", TWO_NODES_2003),
    passes("clients use the full name, or a front-end server, or an alias", FOUR_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        client_endpoints = ["evs1.corp.example.com", "FRONTEND1", "mail.example.com"]
        "#,
    ),
    fails(
        "clients use a node",
        TWO_NODES_2003,
        &[
            "virtual_servers[EVS1].client_endpoints[NODE1]",
            r"virtual_servers[EVS1].client_endpoints[node2\.corp\.example\.com]",
        ],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        client_endpoints = ["NODE1", "node2.corp.example.com", "EVS1"]
        "#,
    ),
    fails("clients use the cluster's name", CCR_2007, &["virtual_servers[CMS1].client_endpoints[MAILCLU1]"])
        .with(
            r#"
            [[virtual_servers]]
            name = "CMS1"
            client_endpoints = ["MAILCLU1"]
            "#,
        ),
    fails(
        "clients use addresses: of a node, of the cluster, of the virtual server",
        TWO_NODES_2003,
        &[
            r"virtual_servers[EVS1].client_endpoints[192\.0\.2\.11]",
            r"virtual_servers[EVS1].client_endpoints[192\.0\.2\.10]",
            r"virtual_servers[EVS1].client_endpoints[192\.0\.2\.21]",
        ],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        client_endpoints = ["192.0.2.11", "192.0.2.10", "192.0.2.21"]
        "#,
    ),
    fails(
        "an address of another application: a warning",
        TWO_NODES_2003,
        &[r"virtual_servers[EVS1].client_endpoints[192\.0\.2\.30]"],
    )
    .with(
        r#"
        [[groups]]
        name = "Print Group"
        resources = [{ name = "Print IP", type = "IP Address", parameters = { address = "192.0.2.30/24" } }]

        [[virtual_servers]]
        name = "EVS1"
        client_endpoints = ["192.0.2.30"]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("what clients use is not known", TWO_NODES_2003, &["virtual_servers[EVS1].client_endpoints"])
        .without(&["virtual_servers[EVS1].client_endpoints"]),
    unknown("a name that could be a node's", TWO_NODES_2003, &["nodes[#2].name"])
        .with(
            r#"
            [[virtual_servers]]
            name = "EVS1"
            client_endpoints = ["NODE2"]
            "#,
        )
        .without(&["nodes[NODE2].name"]),
];
