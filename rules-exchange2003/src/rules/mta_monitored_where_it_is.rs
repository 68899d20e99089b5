use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2003, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The MTA is monitored on the virtual server that has it, and on no other.
    ///
    /// One MTA resource serves the whole cluster. System Manager monitors a default set of services on every virtual
    /// server, *Microsoft Exchange MTA Stacks* among them, and has to be told which virtual servers have no MTA. A
    /// cluster without any MTA is reported by `exchange2003/mta-once-per-cluster`.
    ///
    /// # Why it matters
    ///
    /// A virtual server without the MTA is shown as critical for good, and sends its notifications. Soon nobody looks
    /// at them any more, not even when a service that is needed stops.
    ///
    /// # How to fix it
    ///
    /// In System Manager open the properties of the virtual server, *Monitoring*, *Default Microsoft Exchange Services*,
    /// *Details*, and remove *Microsoft Exchange MTA Stacks*. Leave it on the virtual server that has the resource.
    pub static MTA_MONITORED_WHERE_IT_IS = {
        check,
        set: &EXCHANGE_2003,
        name: "mta-monitored-where-it-is",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2003],
        sources: &[Source::TechNet("bb124140", "Cluster-Specific Configurations")],
        basis: Basis::Microsoft,
        covers: &["OPS-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let mtas = cluster.resources_of(&ResourceType::Mta);
    if mtas.peek().is_empty() {
        if findings.need_all(mtas).is_some() {
            findings.not_applicable("there is no MTA");
        }
        return;
    }
    for evs in findings.each(cluster.evs()) {
        let monitored = evs.listed().mta_monitored();
        if monitored.peek() == Some(&false) {
            continue;
        }
        for group in findings.each(evs.group()) {
            let own = group.resources_of(&ResourceType::Mta);
            if own.peek().is_empty() && findings.need_all(own).is_some() && findings.need(monitored).is_some()
            {
                let message = format!("the MTA of `{}` is monitored, and its group has none", evs.name());
                findings.report(monitored.path(), message).related(group.path(), "its group");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the only virtual server", TWO_NODES_2003),
    passes("the first of three", FOUR_NODES_2003),
    passes("with the MTA in the group, it does not matter whether it is monitored", TWO_NODES_2003)
        .without(&["virtual_servers[EVS1].mta_monitored"]),
    fails("monitored on the second as well", FOUR_NODES_2003, &["virtual_servers[EVS2].mta_monitored"])
        .with(r#"virtual_servers = [{ name = "EVS2", mta_monitored = true }]"#),
    not_applicable("no MTA at all", TWO_NODES_2003).without(&["groups[EVS1 Group].resources[MTA (EVS1)]"]),
    not_applicable("Exchange 2000", TWO_NODES_2000),
    unknown("what is monitored is not known", FOUR_NODES_2003, &["virtual_servers[EVS3].mta_monitored"])
        .without(&["virtual_servers[EVS3].mta_monitored"]),
];
