use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        GroupRef,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// NetBIOS is on for an address of each virtual server.
    ///
    /// *Enable NetBIOS for this address* is on by default. Of a virtual server with several addresses, one with NetBIOS
    /// is enough. Exchange 2007 no longer needs it. Microsoft says that Exchange 2000 and 2003 need NetBIOS name
    /// resolution, and Setup on clusters in particular; we know of no document about this option itself.
    ///
    /// # Why it matters
    ///
    /// With the option off, the network name does not answer by NetBIOS, and is not registered in WINS. Setup and System
    /// Manager, password changes in Outlook Web Access and Outlook before 2003 look servers up that way: they do not find
    /// the virtual server.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window, set the option on the page *Parameters* of the IP Address resource, or
    /// `cluster resource "EVS1 IP" /priv EnableNetBIOS=1`, take the address offline (all of the virtual server goes with
    /// it) and bring the group online.
    pub static NETBIOS_ON_VIRTUAL_SERVER_ADDRESS = {
        check,
        set: &EXCHANGE_2003,
        name: "netbios-on-virtual-server-address",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Kb(837_391),
            Source::Microsoft("Failover Cluster API reference, IP Address, \"EnableNetBIOS\""),
        ],
        basis: Basis::Microsoft,
        covers: &["NAM-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for groups in all.into_iter().map(Evs::group) {
        for group in findings.each(groups) {
            judge(group, findings);
        }
    }
}

fn judge(group: GroupRef<'_>, findings: &mut Findings) {
    let addresses = group.address_resources();
    let on = addresses.clone().whose(|address| address.parameters().enable_netbios(), |on| *on);
    if !on.peek().is_empty() || findings.need_all(on).is_none() {
        return;
    }
    for address in findings.each(addresses) {
        let message = format!("`{}`, an address of a virtual server, has NetBIOS off", address.name());
        findings.report(address.parameters().enable_netbios().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000", TWO_NODES_2000),
    passes("Exchange 2003", FOUR_NODES_2003),
    passes("a second address without it", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Backup IP", type = "IP Address", parameters = { enable_netbios = false } }]
        "#,
    ),
    fails("off", TWO_NODES_2003, &["groups[EVS1 Group].resources[EVS1 IP].parameters.enable_netbios"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", parameters = { enable_netbios = false } }]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "nobody looked",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].parameters.enable_netbios"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 IP].parameters.enable_netbios"]),
];
