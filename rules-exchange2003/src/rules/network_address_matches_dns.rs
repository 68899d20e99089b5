use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        ResourceRef, ResourceType, Set,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The `networkAddress` of a virtual server in the directory is its full name in DNS.
    ///
    /// `networkAddress` has several values; the one that begins with `ncacn_ip_tcp` is meant. It has to be the name of
    /// the virtual server, or the DNS name of its Network Name resource where that differs, followed by the primary DNS
    /// suffix of a node: `evs1.corp.example.com`. Another full name is a warning. A name without a dot is an error for
    /// Exchange 2003; the front-end servers of Exchange 2000 do not care, so that it is a warning there.
    ///
    /// # Why it matters
    ///
    /// Other servers of the organisation find the virtual server by this value. A wrong one sends them to a name that is
    /// not in DNS, or to another computer, and mail waits in their queues. A front-end server of Exchange 2003 answers
    /// with "HTTP 500 Internal Server Error" to every user of Outlook Web Access whose mailbox is on a virtual server
    /// without a full name.
    ///
    /// # How to fix it
    ///
    /// First see which of the two is right: what `nslookup` answers for the virtual server, or the attribute. If it is
    /// DNS, open the object of the virtual server with ADSI Edit (Configuration, Services, Microsoft Exchange, the
    /// administrative group, Servers), note the old value of `networkAddress` down and correct its `ncacn_ip_tcp` entry
    /// alone. Then, in a maintenance window, take the System Attendant offline and bring the group online again; the
    /// mailboxes are out of reach meanwhile. Otherwise correct the host record.
    pub static NETWORK_ADDRESS_MATCHES_DNS = {
        check,
        set: &EXCHANGE_2003,
        name: "network-address-matches-dns",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Best Practices Analyzer, on a networkAddress attribute that differs from the name in DNS"),
            Source::TechNet("aa997105", "networkAddress attribute is not set correctly"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for evs in findings.each(cluster.evs()) {
        for network_name in findings.each(own_network_names(evs)) {
            is_right(network_name, findings);
        }
    }
}

/// The Network Name resource that bears the name of the virtual server; further ones are other names for clients.
fn own_network_names(evs: Evs<'_>) -> Set<ResourceRef<'_>> {
    let Some(own) = evs.name().peek() else { return Set::new([], [evs.name().path()]) };
    let network_names = evs.group().flat_map(|group| group.resources_of(&ResourceType::NetworkName));
    network_names.whose(|resource| resource.parameters().name(), |name| name == own)
}

fn is_right(network_name: ResourceRef<'_>, findings: &mut Findings) {
    let (cluster, parameters) = (network_name.cluster(), network_name.parameters());
    let Some(address) = findings.need(parameters.network_address()) else { return };
    if !address.as_str().contains('.') {
        let message = format!("the directory has `{address}` as network address, which is no full name");
        let is_2000 = cluster.exchange().peek() == Some(&V2000);
        let report = findings.report(address.path(), message);
        if is_2000 {
            report.at_most(Severity::Warning);
        }
        return;
    }
    let is_name_of = |name| cluster.is_dns_name(&address, name);
    if parameters.dns_name().peek().is_some_and(|dns_name| is_name_of(dns_name).peek() == Some(&true)) {
        return;
    }
    let Some(name) = findings.need(parameters.name()) else { return };
    if findings.need(is_name_of(&name)).is_some_and(|is_its_name| !*is_its_name) {
        let message = format!(
            "the directory has `{address}` as network address, which is not the name of `{name}` in DNS"
        );
        findings.report(address.path(), message).at_most(Severity::Warning);
    }
}

const EXAMPLES: &[Example] = &[
    passes("three virtual servers", FOUR_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("nodes with a DNS suffix of their own", TWO_NODES_2003).with(
        r#"
        nodes = [
            { name = "NODE1", primary_dns_suffix = "mail.example.net" },
            { name = "NODE2", primary_dns_suffix = "mail.example.net" },
        ]
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { network_address = "EVS1.mail.example.net" } }]
        "#,
    ),
    passes("another name in DNS", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { dns_name = "mail", network_address = "mail.corp.example.com" } }]
        "#,
    ),
    passes("a second name for clients has no such value", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "OWA Name", type = "Network Name", parameters = { name = "OWA" } }]
        "#,
    ),
    fails(
        "a name without a dot",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.network_address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { network_address = "EVS1" } }]
        "#,
    ),
    fails(
        "a name without a dot in Exchange 2000",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.network_address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { network_address = "EVS1" } }]
        "#,
    ),
    fails(
        "the suffix of a domain that was left",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.network_address"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { network_address = "evs1.old.example.com" } }]
        "#,
    ),
    unknown(
        "the attribute is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.network_address"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.network_address"]),
    unknown("the DNS suffix is not known", TWO_NODES_2003, &["nodes[NODE1].primary_dns_suffix"])
        .without(&["nodes[NODE1].primary_dns_suffix", "nodes[NODE2].primary_dns_suffix"]),
];
