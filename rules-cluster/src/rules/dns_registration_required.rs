use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2003, V2007},
        WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// A virtual server's name must register in DNS where DNS takes dynamic updates, and only there.
    ///
    /// *DNS Registration must succeed* on the Network Name exists since Windows Server 2003 and is off by default.
    /// It is a finding when the option is off although DNS accepts dynamic updates: the name may then come online
    /// while nobody can find it. It is also a finding when the option is on although DNS takes no dynamic updates
    /// and the host records are made by hand. Both are information. The deployment guide asks for the option, as
    /// others quote it; we do not have its own wording. The cluster's own name, and an alias beside the virtual
    /// server's name in its group, are not judged.
    ///
    /// # Why it matters
    ///
    /// With the option off, a registration that DNS refuses, for example because the record belongs to another
    /// account, leaves every resource online and an old address in DNS: the virtual server looks well, and no
    /// client connects. With the option on and a DNS that registers nothing, the name does not come online, and
    /// Exchange with it.
    ///
    /// # How to fix it
    ///
    /// Before you set the option, check in the DNS console that a record which is there already is up to date and
    /// does not belong to another account: otherwise the name stays offline. In a maintenance window take the
    /// Network Name offline (the whole virtual server goes with it). Set or clear the option on the tab
    /// *Parameters* of its properties in Cluster Administrator, or with `cluster resource "EVS1 Name" /priv
    /// RequireDNS=1` (or `0`), which also works on Windows Server 2008. Bring the group online again.
    pub static DNS_REGISTRATION_REQUIRED = {
        check,
        set: &CLUSTER,
        name: "dns-registration-required",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2003, V2007],
        sources: &[
            Source::Kb(302_389),
            Source::Microsoft("Failover Cluster API reference, Network Name, \"RequireDNS\""),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, creating the Network Name resource"),
        ],
        basis: Basis::Microsoft,
        covers: &["NAM-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    if findings.each(cluster.nodes_on(|windows| windows > WindowsVersion::V2000)).is_empty() {
        return findings.not_applicable("network names of Windows 2000 have no such option");
    }
    for evs in all {
        names_of(evs, findings);
    }
}

fn names_of(evs: Evs<'_>, findings: &mut Findings) {
    let updates = evs.listed().cluster().dns().dynamic_updates();
    for name in findings.each(evs.network_names()) {
        let (Some(required), Some(updates)) =
            (findings.need(name.parameters().require_dns()), findings.need(updates))
        else {
            continue;
        };
        let message = match (*required, *updates) {
            (false, true) => format!("`{}` comes online even if DNS refuses its registration", name.name()),
            (true, false) => {
                format!("`{}` must register in DNS, which takes no dynamic updates", name.name())
            }
            _ => continue,
        };
        findings.report(required.path(), message).related(updates.path(), "what DNS does");
    }
}

const EXAMPLES: &[Example] = &[
    passes("registration must succeed, and can", FOUR_NODES_2003),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    passes("records made by hand, and no registration asked for", TWO_NODES_2003).with(
        r#"
        dns = { dynamic_updates = false, host_records = ["mailclu1.corp.example.com", "evs1.corp.example.com"] }

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_dns = false } }]
        "#,
    ),
    passes("an alias beside the name", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Alias", type = "Network Name", parameters = { name = "OLDMAIL", require_dns = false } },
        ]
        "#,
    ),
    fails(
        "registration may fail unseen",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.require_dns"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", parameters = { require_dns = false } }]
        "#,
    ),
    fails(
        "registration must succeed, and cannot",
        CCR_2007,
        &["groups[CMS1].resources[CMS1 Name].parameters.require_dns"],
    )
    .with("dns = { dynamic_updates = false }"),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    not_applicable("Windows 2000", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.require_dns"])
        .with(
            r#"
            nodes = [
                { name = "NODE1", windows = { version = "2000" } },
                { name = "NODE2", windows = { version = "2000" } },
            ]
            "#,
        ),
    unknown(
        "the option is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].parameters.require_dns"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters.require_dns"]),
    unknown("what DNS does is not known", TWO_NODES_2003, &["dns.dynamic_updates"])
        .without(&["dns.dynamic_updates"]),
];
