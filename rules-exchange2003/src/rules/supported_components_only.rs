use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Component, Evs,
        ExchangeVersion::{V2000, V2003},
        Protocol, ResourceType,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts};

rule! {
    /// Only those components of Exchange that are supported in a cluster run on its virtual servers.
    ///
    /// Supported are the System Attendant, the Information Store, Routing, POP3, IMAP4, SMTP, HTTP and Microsoft Search,
    /// and one MTA in the cluster; with them the connectors that run in these services (X.400, SMTP, routing group).
    ///
    /// Not supported are NNTP, Key Management, Instant Messaging, Chat, Conferencing, the Event service, the connectors to
    /// GroupWise, Notes, cc:Mail, MS Mail, PROFS, SNADS and foreign calendars, and the Active Directory Connector. (A
    /// magazine lists MS Mail and cc:Mail as possible; Microsoft's own table does not.) The NNTP *service* of Windows is a
    /// prerequisite of Setup: that it is installed, or runs, is no finding; an NNTP resource, or news offered to clients, is.
    /// A component or Exchange resource type that this table does not know is information.
    ///
    /// The Site Replication Service is left to `exchange2003/no-site-replication-service`.
    ///
    /// # Why it matters
    ///
    /// The other components do not know of clusters: they keep their settings and queues on one node, under that node's
    /// name. After a failover they do not run, run twice, or have lost what was queued, and support ends there.
    ///
    /// # How to fix it
    ///
    /// Install the component on a server that is not clustered, and move what it serves there: create the connector anew on
    /// that server in System Manager, wait until the queues of the old one are empty, then remove the old one. Turn NNTP
    /// off for clients, take an NNTP resource offline, and delete it once its newsgroups are served elsewhere.
    pub static SUPPORTED_COMPONENTS_ONLY = {
        check,
        set: &EXCHANGE_2003,
        name: "supported-components-only",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("limitation 4"),
            Source::Kb(259_197),
            Source::ThirdParty("SQL Server Magazine, \"Support of optional Exchange components on clusters\""),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-017", "SET-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for resource in findings.each(cluster.resources()) {
        let Some(kind) = findings.need(resource.r#type()) else { continue };
        if *kind == ResourceType::Nntp {
            findings.report(kind.path(), format!("`{}` is an NNTP virtual server", resource.name()));
        } else if is_of_exchange(&kind) && !facts::SUPPORTED_RESOURCES.contains(&kind) {
            let message = format!("`{}` is of the type `{kind}`, not known to be supported", resource.name());
            findings.report(kind.path(), message).at_most(Severity::Information);
        }
    }
    for evs in findings.each(cluster.evs()) {
        components(evs, findings);
        for protocol in findings.each(evs.listed().protocols()) {
            if protocol.peek() == Some(&Protocol::Nntp) {
                findings.report(protocol.path(), format!("`{}` offers NNTP to clients", evs.name()));
            }
        }
    }
}

fn components(evs: Evs<'_>, findings: &mut Findings) {
    for component in findings.each(evs.listed().components()) {
        let Some(known) = component.peek() else { continue };
        if *known == Component::Srs || facts::SUPPORTED_COMPONENTS.contains(known) {
            continue;
        }
        if facts::UNSUPPORTED_COMPONENTS.contains(known) {
            findings.report(component.path(), format!("`{}` hosts `{component}`", evs.name()));
        } else {
            let message = format!("`{}` hosts `{component}`, not known to be supported", evs.name());
            findings.report(component.path(), message).at_most(Severity::Information);
        }
    }
}

/// Whether the type is one of Exchange's own. Other makers' agents have its name somewhere in theirs.
fn is_of_exchange(kind: &ResourceType) -> bool {
    match kind {
        ResourceType::Other(name) => {
            name.get(..18).is_some_and(|start| start.eq_ignore_ascii_case("Microsoft Exchange"))
        }
        known => known.is_exchange(),
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000 with POP3 and IMAP4", TWO_NODES_2000),
    passes("Exchange 2003, three virtual servers and one MTA", FOUR_NODES_2003),
    passes("connectors that run in the MTA and in SMTP", TWO_NODES_2003).with(
        r#"virtual_servers = [{ name = "EVS1", components = ["x400-connector", "smtp-connector", "routing-group-connector"] }]"#,
    ),
    passes("the NNTP service that Setup wants runs", TWO_NODES_2003)
        .with(r#"nodes = [{ name = "NODE1", services = { nntp = { startup = "automatic", state = "running" } } }]"#),
    passes("another maker's agent for Exchange", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Backup", type = "Backup Agent for Microsoft Exchange" }]
        "#,
    ),
    passes("the Site Replication Service is the matter of another rule", TWO_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS1", components = ["srs"] }]"#),
    fails(
        "a connector to Notes and Chat on Exchange 2000",
        TWO_NODES_2000,
        &["virtual_servers[EVS1].components[notes-connector]", "virtual_servers[EVS1].components[chat]"],
    )
    .with(r#"virtual_servers = [{ name = "EVS1", components = ["Connector for Lotus Notes", "chat"] }]"#),
    fails(
        "an NNTP resource, and news offered to clients",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].protocols[nntp]", "groups[EVS1 Group].resources[NNTP (EVS1)].type"],
    )
    .with(
        r#"
        virtual_servers = [{ name = "EVS1", protocols = ["smtp", "nntp"] }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "NNTP (EVS1)", type = "Microsoft Exchange NNTP Server Instance" }]
        "#,
    ),
    fails(
        "a type and a component that nobody knows: information",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].components[fax-connector]", "groups[EVS1 Group].resources[Fax].type"],
    )
    .with(
        r#"
        virtual_servers = [{ name = "EVS1", components = ["fax-connector"] }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Fax", type = "Microsoft Exchange Fax Server Instance" }]
        "#,
    ),
    unknown("components that nobody wrote down", TWO_NODES_2003, &["virtual_servers[EVS1].components"])
        .without(&["virtual_servers[EVS1].components"]),
    unknown("a resource without a type", TWO_NODES_2003, &["groups[EVS1 Group].resources[SMTP (EVS1)].type"])
        .without(&["groups[EVS1 Group].resources[SMTP (EVS1)].type"]),
];
