use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        NodeRef, Protocol, ResourceRef, ResourceType, Service, Startup,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// POP3 and IMAP4 have a resource and a service that can start where they are offered, and only there.
    ///
    /// Exchange 2003 makes neither resource with a virtual server, on Windows 2000 as on Windows 2003, and its Setup leaves
    /// both Windows services disabled; Exchange 2000 makes both resources. So, for each of the two protocols:
    ///
    /// - a virtual server that offers it without a resource for it is a warning;
    /// - a resource whose Windows service is disabled on a node that may own it is an error;
    /// - a resource of Exchange 2003 whose virtual server does not offer the protocol is information. On Exchange 2000,
    ///   and on a virtual server that waits for its upgrade to 2003, it is how Setup left it, and no finding.
    ///
    /// # Why it matters
    ///
    /// Without a resource no node answers clients of the protocol. With the service disabled on one node the resource fails
    /// there after a failover, and by default it takes the whole group along. A protocol that nobody uses is one more
    /// open port.
    ///
    /// # How to fix it
    ///
    /// To offer it: set the Windows service *Microsoft Exchange POP3* or *IMAP4* to *Manual* on every node that may own
    /// the group (the cluster starts it), then make the resource in Cluster Administrator (*New, Resource*, type
    /// *Microsoft Exchange POP3 Server Instance* or *Microsoft Exchange IMAP4 Server Instance*) with a dependency on
    /// the System Attendant (Exchange 2000: the Information Store), and bring it online.
    ///
    /// Not to offer it: note the ports and the certificate of the resource, as a new one would start with the defaults; then
    /// take it offline and delete it.
    pub static POP3_IMAP4_AS_INTENDED = {
        check,
        set: &EXCHANGE_2003,
        name: "pop3-imap4-as-intended",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("limitation 12"),
            Source::Kb(314_266),
            Source::Microsoft("What's New in Exchange Server 2003, failover and resource dependencies"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-013", "RES-014"],
        examples: EXAMPLES,
    }
}

/// One of the two protocols.
struct Offer {
    protocol: Protocol,
    resource: ResourceType,
    service: for<'a> fn(NodeRef<'a>) -> At<'a, Service>,
}

const OFFERS: [Offer; 2] = [
    Offer { protocol: Protocol::Pop3, resource: ResourceType::Pop3, service: |node| node.services().pop3() },
    Offer {
        protocol: Protocol::Imap4,
        resource: ResourceType::Imap4,
        service: |node| node.services().imap4(),
    },
];

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for offer in &OFFERS {
        for evs in findings.each(cluster.evs()) {
            resource_where_offered(offer, evs, findings);
        }
        let resources = findings.each(cluster.resources_of(&offer.resource));
        if !resources.is_empty() {
            for node in findings.each(cluster.nodes()) {
                service_can_start(offer, node, &resources, findings);
            }
        }
    }
}

fn resource_where_offered(offer: &Offer, evs: Evs<'_>, findings: &mut Findings) {
    let resources = evs.group().flat_map(|group| group.resources_of(&offer.resource));
    let offered = evs.listed().protocols().members().filter(|other| other.peek() == Some(&offer.protocol));
    match (offered.peek(), resources.peek()) {
        (&[protocol, ..], []) => {
            if findings.need_all(resources).is_some() {
                let message = format!("`{}` offers `{protocol}` and has no resource for it", evs.name());
                findings.report(protocol.path(), message).at_most(Severity::Warning);
            }
        }
        ([], &[resource, ..]) => {
            let came_with_it = [resource.cluster().exchange(), evs.listed().version()]
                .iter()
                .any(|version| version.peek() == Some(&V2000));
            if !came_with_it && findings.need_all(offered).is_some() {
                let message = format!("`{}` serves a protocol that is offered to nobody", resource.name());
                findings.report(resource.path(), message).at_most(Severity::Information);
            }
        }
        ([], []) => {
            findings.each(offered);
            findings.each(resources);
        }
        ([_, ..], [_, ..]) => {}
    }
}

fn service_can_start(
    offer: &Offer,
    node: NodeRef<'_>,
    resources: &[ResourceRef<'_>],
    findings: &mut Findings,
) {
    let startup = (offer.service)(node).startup();
    let may_start = startup.peek().is_some_and(|startup| *startup != Startup::Disabled);
    if may_start || node.has_exchange().peek() == Some(&false) {
        return;
    }
    let Some(name) = findings.need(node.name()) else { return };
    let mut affected = Vec::new();
    for resource in resources {
        match resource.may_run_on(&name) {
            Some(true) => affected.push(resource),
            Some(false) => {}
            None => findings.unknown(resource.possible_owners().path()),
        }
    }
    if let [first, ..] = affected[..]
        && findings.need(startup).is_some()
    {
        let message = format!("the service is disabled on `{name}`, which may own `{}`", first.name());
        let report = findings.report(startup.path(), message);
        for resource in affected {
            report.related(resource.path(), "the resource");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2003 as Setup leaves it: no resource, services disabled", FOUR_NODES_2003),
    passes("Exchange 2000 as Setup leaves it: both resources", TWO_NODES_2000),
    passes("resources of Exchange 2000 that nobody is offered", TWO_NODES_2000)
        .with(r#"virtual_servers = [{ name = "EVS1", protocols = ["mapi", "smtp", "http"] }]"#),
    passes("resources that a virtual server has from Exchange 2000, before its upgrade", TWO_NODES_2000).with(
        r#"
        exchange = "2003"
        virtual_servers = [{ name = "EVS1", version = "2000", protocols = ["mapi", "smtp", "http"] }]
        "#,
    ),
    passes("POP3 offered, with a resource and services that can start", TWO_NODES_2003).with(
        r#"
        nodes = [
            { name = "NODE1", services = { pop3 = { startup = "manual" } } },
            { name = "NODE2", services = { pop3 = { startup = "manual" } } },
        ]
        virtual_servers = [{ name = "EVS1", protocols = ["mapi", "pop3"] }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "POP3 (EVS1)", type = "Microsoft Exchange POP3 Server Instance", possible_owners = ["NODE1", "NODE2"] }]
        "#,
    ),
    fails("offered without a resource: a warning", TWO_NODES_2003, &["virtual_servers[EVS1].protocols[imap4]"])
        .with(r#"virtual_servers = [{ name = "EVS1", protocols = ["mapi", "imap4"] }]"#),
    fails("the service is disabled on one node", TWO_NODES_2000, &["nodes[NODE2].services.pop3.startup"])
        .with(r#"nodes = [{ name = "NODE2", services = { pop3 = { startup = "disabled" } } }]"#),
    fails(
        "a resource that nobody is offered: information",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[POP3 (EVS1)]"],
    )
    .with(
        r#"
        nodes = [{ name = "NODE1", services = { pop3 = { startup = "manual" } } }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "POP3 (EVS1)", type = "Microsoft Exchange POP3 Server Instance", possible_owners = ["NODE1"] }]
        "#,
    ),
    unknown("protocols that nobody wrote down", TWO_NODES_2003, &["virtual_servers[EVS1].protocols"])
        .without(&["virtual_servers[EVS1].protocols"]),
    unknown(
        "a service that may be disabled on a node that may own the resource",
        TWO_NODES_2000,
        &["nodes[NODE2].services.imap4.startup"],
    )
    .without(&["nodes[NODE2].services.imap4.startup"]),
];
