use rules_core::{
    Basis, ByArticle, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// DNS accepts dynamic updates, or holds a host record for every network name of the cluster.
    ///
    /// Without a DNS server nothing works. With one that accepts dynamic updates, the Cluster service registers each
    /// network name by itself when it comes online. With one that does not, the cluster's own name and that of every
    /// virtual server need a host record made by hand, as `evs1.corp.example.com`, or as `EVS1` where the domain of
    /// the nodes is known. A missing record is an error.
    ///
    /// Where every record was made by hand, that is enough for Microsoft, and reported as information; the article
    /// asks for dynamic updates outright. The article also says that Exchange Setup registers the name; in fact
    /// the Network Name resource does.
    ///
    /// # Why it matters
    ///
    /// Clients, other Exchange servers and the directory find a virtual server by its name. With no record, mail
    /// waits in the queues of other servers and clients do not connect, although every resource is online. Records
    /// made by hand are forgotten when an address changes or a virtual server is added.
    ///
    /// # How to fix it
    ///
    /// In the DNS console, allow dynamic updates in the properties of the forward lookup zone (secure ones, if the
    /// zone is kept in Active Directory), then take the Network Name offline and online again in a maintenance
    /// window, because the whole virtual server goes offline with it. Or make a host (A) record for each missing
    /// name, with the address of its IP Address resource.
    pub static DNS_ACCEPTS_DYNAMIC_UPDATES = {
        check,
        set: &CLUSTER,
        name: "dns-accepts-dynamic-updates",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("fact 1"),
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
            Source::Kb(302_389),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let dns = cluster.dns();
    if dns.dynamic_updates().peek() == Some(&true) {
        return;
    }
    let servers = dns.servers().members();
    if servers.is_complete() && servers.peek().is_empty() {
        findings.report(dns.servers().path(), "there is no DNS server");
        return;
    }
    if findings.need(dns.dynamic_updates()).is_none() {
        return;
    }
    let virtual_servers = findings.each(cluster.evs()).into_iter().map(Evs::name);
    for name in std::iter::once(cluster.name()).chain(virtual_servers) {
        let Some(name) = findings.need(name) else { continue };
        let records = cluster.host_records_of(&name);
        if records.peek().is_empty() && findings.need_all(records).is_some() {
            let message = format!("DNS takes no dynamic updates, and `{name}` has no host record");
            findings
                .report(name.path(), message)
                .related(dns.host_records().path(), "the records made by hand");
        }
    }
    if findings.is_empty() {
        let message = "DNS takes no dynamic updates: all host records are made by hand";
        findings
            .report(dns.dynamic_updates().path(), message)
            .at_most(Severity::Information)
            .by_article(ByArticle::Severity(Severity::Error));
    }
}

const EXAMPLES: &[Example] = &[
    passes("dynamic updates are accepted", TWO_NODES_2003),
    passes("dynamic updates are accepted, and no server is named", CCR_2007).without(&["dns.servers"]),
    fails("no DNS server", TWO_NODES_2003, &["dns.servers"])
        .with("dns = { servers = [] }")
        .without(&["dns.dynamic_updates"]),
    fails("a virtual server without a host record", FOUR_NODES_2003, &["virtual_servers[EVS3].name"])
        .with(r#"dns = { dynamic_updates = false, host_records = ["mailclu1", "evs1", "evs2.corp.example.com"] }"#),
    fails("no record at all", TWO_NODES_2003, &["name", "virtual_servers[EVS1].name"])
        .with("dns = { dynamic_updates = false, host_records = [] }"),
    fails("a record in another domain is another computer's", TWO_NODES_2003, &["virtual_servers[EVS1].name"])
        .with(
            r#"
            dns = { dynamic_updates = false, host_records = ["mailclu1.corp.example.com", "evs1.branch.example.com"] }
            "#,
        ),
    fails("every record made by hand", CCR_2007, &["dns.dynamic_updates"])
        .with(r#"dns = { dynamic_updates = false, host_records = ["mailclu1.corp.example.com", "CMS1"] }"#),
    unknown("whether updates are accepted is not known", TWO_NODES_2003, &["dns.dynamic_updates"])
        .without(&["dns.dynamic_updates"]),
    unknown("the records made by hand are not known", TWO_NODES_2003, &["dns.host_records"])
        .with("dns = { dynamic_updates = false }")
        .without(&["dns.host_records"]),
    unknown("a record by its short name, and the domain is not known", TWO_NODES_2003, &["nodes"])
        .with(r#"dns = { dynamic_updates = false, host_records = ["mailclu1", "evs1"] }"#)
        .without(&["nodes"]),
];
