use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion, NodeRef, ResourceRef, Set, Startup},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    CLUSTER,
    facts::{self, ClusteredService},
};

rule! {
    /// The Exchange services that the cluster starts are set to manual on every node that may run them.
    ///
    /// These are System Attendant, Information Store, MTA, Routing and Microsoft Search, each where a resource of
    /// its kind may run on the node. *Automatic* and *Disabled* are findings. Services that no resource stands
    /// for, such as Exchange Management, and those of Internet Information Services, may start with Windows.
    ///
    /// The documents are about Exchange 2003 and 5.5. With Exchange 2007 *Automatic* is therefore information; a
    /// service that is disabled cannot be started in any version.
    ///
    /// # Why it matters
    ///
    /// An automatic service starts with Windows, also on the passive node, where it has neither disk nor name: it
    /// fails and fills the event log, or runs outside the cluster's control when the group arrives. A disabled one
    /// cannot be started at all: the group fails over to the node, fails there, and moves on or stays down.
    ///
    /// # How to fix it
    ///
    /// Set the startup type to *Manual* in *Services* on each node, the passive one first; that changes nothing
    /// about a service that runs. From then on start and stop the services with the cluster's tools only: in
    /// Cluster Administrator, or for Exchange 2007 with `Start-ClusteredMailboxServer` and
    /// `Stop-ClusteredMailboxServer`. Where a group policy for hardening sets the startup type, give the cluster
    /// nodes a policy of their own.
    pub static CLUSTERED_SERVICES_MANUAL = {
        check,
        set: &CLUSTER,
        name: "clustered-services-manual",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft(
                "Exchange Server 2003 Security Hardening Guide, startup modes of services on cluster nodes (bb123629)",
            ),
            Source::Microsoft(
                "BackOffice Resource Kit, \"Starting and Stopping Microsoft Exchange Server Services in a Cluster\"",
            ),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-027"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for service in &facts::CLUSTERED_SERVICES {
        let resources = cluster.resources_of(&service.kind);
        for node in findings.each(cluster.nodes()) {
            judge(service, node, &resources, findings);
        }
    }
}

fn judge<'a>(
    service: &ClusteredService,
    node: NodeRef<'a>,
    resources: &Set<ResourceRef<'a>>,
    findings: &mut Findings,
) {
    let facts = (service.service)(node.services());
    let startup = facts.startup();
    if startup.peek() == Some(&Startup::Manual)
        || facts.installed().peek() == Some(&false)
        || node.has_exchange().peek() == Some(&false)
    {
        return;
    }
    let Some(name) = findings.need(node.name()) else { return };
    let here = node.may_own(resources);
    let &[resource, ..] = here.peek() else {
        findings.each(here);
        return;
    };
    let Some(startup) = findings.need(startup) else { return };
    let service = service.name;
    let is_2007 = node.cluster().exchange().peek() == Some(&ExchangeVersion::V2007);
    let (message, most) = match *startup {
        Startup::Manual => return,
        Startup::Automatic => (
            format!("`{service}` starts with Windows on `{name}`"),
            if is_2007 { Severity::Information } else { Severity::Warning },
        ),
        Startup::Disabled => (
            format!("`{service}` is disabled on `{name}`, so that the cluster cannot start it"),
            Severity::Warning,
        ),
    };
    findings
        .report(startup.path(), message)
        .at_most(most)
        .related(resource.path(), "the resource that starts it");
}

const EXAMPLES: &[Example] = &[
    passes("all are manual", FOUR_NODES_2003),
    passes("Exchange 2007 has no resource for Search, which may start with Windows", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        services = { search = { startup = "automatic" } }
        "#,
    ),
    passes("Internet Information Services may start with Windows", TWO_NODES_2000).with(
        r#"
        [[nodes]]
        name = "NODE1"
        services = { smtp = { startup = "automatic" } }
        "#,
    ),
    passes("a node that may not run them", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE3"
        services = { information_store = { startup = "automatic" }, system_attendant = { startup = "disabled" } }
        "#,
    ),
    fails(
        "a store that starts with Windows",
        TWO_NODES_2003,
        &["nodes[NODE2].services.information_store.startup"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        services = { information_store = { startup = "automatic" } }
        "#,
    ),
    fails(
        "a store of Exchange 2007 that starts with Windows: information",
        CCR_2007,
        &["nodes[NODE2].services.information_store.startup"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        services = { information_store = { startup = "automatic" } }
        "#,
    ),
    fails("an MTA that is disabled", TWO_NODES_2003, &["nodes[NODE2].services.mta.startup"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        services = { mta = { startup = "disabled" } }
        "#,
    ),
    unknown("nobody looked", TWO_NODES_2003, &["nodes[NODE1].services.system_attendant.startup"])
        .without(&["nodes[NODE1].services.system_attendant.startup"]),
    unknown(
        "who may run the store is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].possible_owners"],
    )
    .without(&["groups[EVS1 Group].resources[Exchange Information Store (EVS1)].possible_owners"])
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        services = { information_store = { startup = "automatic" } }
        "#,
    ),
];
