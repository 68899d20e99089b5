use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003, V2007},
        NodeRef,
    },
    passes, rule,
    testing::reference::{CCR_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No node or virtual server has a full name that is a mail domain of a recipient policy.
    ///
    /// The full name is the computer's name before the DNS name of its domain or its primary DNS suffix:
    /// `node1.corp.example.com`. The domain itself, `corp.example.com`, may be a mail domain. For Exchange 2003
    /// and 2007, whose Setup refuses such a name, a finding is an error; for Exchange 2000, where it only stops
    /// mail between servers, a warning.
    ///
    /// # Why it matters
    ///
    /// An Exchange server takes mail to its own name as mail for itself. Where `mail.example.com` is a server and
    /// a mail domain at once, another server of the organisation cannot tell whether a message is to be delivered
    /// or passed on: mail loops, waits in the queues or goes back as undeliverable. Setup of Exchange 2003 and
    /// 2007 refuses such a computer.
    ///
    /// # How to fix it
    ///
    /// Change the recipient policies in System Manager (Exchange 2007: the e-mail address policies and accepted
    /// domains): make the primary address of the users one of another SMTP domain, with an MX record that leads to
    /// the server, and take this domain out when nobody writes to it any more. Only a node that has not joined the
    /// cluster yet can be renamed instead.
    pub static NODE_NAME_OUTSIDE_MAIL_DOMAINS = {
        check,
        set: &CLUSTER,
        name: "node-name-outside-mail-domains",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003, V2007],
        sources: &[
            Source::Microsoft("Exchange Server 2003 Deployment Guide, Table 3, \"Requirements for running Exchange Setup on a cluster server\""),
            Source::TechNet("aa998428", "The fully-qualified domain name of the computer matches a recipient policy"),
            Source::Kb(288_175),
            Source::Kb(275_335),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-010", "SET-019"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let domains = findings.each(cluster.directory().recipient_policy_domains().members());
    if domains.is_empty() {
        return;
    }
    let nodes = findings.each(cluster.nodes()).map(NodeRef::name);
    let virtual_servers = findings.each(cluster.evs()).into_iter().map(Evs::name);
    for name in nodes.chain(virtual_servers) {
        let Some(name) = findings.need(name) else { continue };
        for domain in domains.iter().filter_map(|domain| domain.known()) {
            // A name without a dot is no full name.
            if !domain.as_str().trim_end_matches('.').contains('.') {
                continue;
            }
            if findings.need(cluster.is_host(&domain, &name)).is_some_and(|is_its_name| *is_its_name) {
                let message = format!("the full name of `{name}` is the mail domain `{domain}`");
                let exchange = cluster.exchange().peek();
                let report = findings.report(domain.path(), message);
                report.related(name.path(), "the computer");
                if exchange == Some(&V2000) {
                    report.at_most(Severity::Warning);
                }
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("users of another domain", TWO_NODES_2003),
    passes("the mail domain is the domain of the nodes", CCR_2007)
        .with(r#"directory = { recipient_policy_domains = ["example.com", "corp.example.com"] }"#),
    passes("a computer of the same name in another domain", TWO_NODES_2003)
        .with(r#"directory = { recipient_policy_domains = ["evs1.example.net"] }"#),
    passes("a mail domain without a dot", TWO_NODES_2003)
        .with(r#"directory = { recipient_policy_domains = ["node1"] }"#),
    fails(
        "the name of a node",
        TWO_NODES_2003,
        &[r"directory.recipient_policy_domains[Node1\.corp\.example\.com]"],
    )
    .with(r#"directory = { recipient_policy_domains = ["example.com", "Node1.corp.example.com"] }"#),
    fails(
        "the name of a clustered mailbox server",
        CCR_2007,
        &[r"directory.recipient_policy_domains[cms1\.corp\.example\.com]"],
    )
    .with(r#"directory = { recipient_policy_domains = ["cms1.corp.example.com"] }"#),
    fails(
        "Exchange 2000",
        TWO_NODES_2000,
        &[r"directory.recipient_policy_domains[evs1\.corp\.example\.com]"],
    )
    .with(r#"directory = { recipient_policy_domains = ["evs1.corp.example.com"] }"#),
    unknown("the recipient policies are not known", TWO_NODES_2003, &["directory.recipient_policy_domains"])
        .without(&["directory.recipient_policy_domains"]),
    unknown(
        "the suffix of a node may make it a full name",
        TWO_NODES_2003,
        &["nodes[NODE1].primary_dns_suffix"],
    )
    .with(r#"directory = { recipient_policy_domains = ["node1.example.net"] }"#)
    .without(&["nodes[NODE1].primary_dns_suffix"]),
];
