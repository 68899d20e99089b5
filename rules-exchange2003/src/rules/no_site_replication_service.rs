use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Component, Evs,
        ExchangeVersion::{V2000, V2003},
        NodeRef, ServiceState, Startup,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The Site Replication Service runs neither on a node nor on a virtual server.
    ///
    /// Setup installs the service on every server and leaves it disabled: that is the normal state, and no finding. It is an
    /// error where it runs or starts with Windows, and information where it is set to manual and stopped. A virtual server
    /// must not be the first Exchange 2000 or 2003 server of an Exchange 5.5 site either, because that server has to run
    /// the service.
    ///
    /// # Why it matters
    ///
    /// The service gives Exchange 5.5 servers a copy of the directory from a database of its own on the server that it runs
    /// on. It knows nothing of clusters: after a failover the 5.5 servers have lost their partner, and it is not supported
    /// on any node.
    ///
    /// # How to fix it
    ///
    /// Install an Exchange server that is not clustered in the same administrative group, create a Site Replication
    /// Service on it in System Manager (*Tools, Site Replication Services, New*), and let its connection agreements
    /// replicate. Only then delete the Site Replication Service of the node in the same place, and set the service to
    /// *Disabled* in *Services*. Where no Exchange 5.5 server is left, follow Microsoft's steps to end the mixed mode
    /// first, and back up.
    pub static NO_SITE_REPLICATION_SERVICE = {
        check,
        set: &EXCHANGE_2003,
        name: "no-site-replication-service",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("limitation 8"),
            Source::ThirdParty("SQL Server Magazine, \"Support of optional Exchange components on clusters\""),
            Source::ThirdParty("Windows IT Pro, \"Upgrading Exchange 5.5 clusters\""),
        ],
        basis: Basis::ThirdParty,
        covers: &["RES-017", "DIR-014"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        disabled(node, findings);
    }
    for evs in findings.each(cluster.evs()) {
        not_hosted(evs, findings);
    }
}

fn disabled(node: NodeRef<'_>, findings: &mut Findings) {
    let service = node.services().srs();
    if node.has_exchange().peek() == Some(&false) || service.installed().peek() == Some(&false) {
        return;
    }
    let name = node.name();
    if service.state().peek() == Some(&ServiceState::Running) {
        findings.report(service.state().path(), format!("the Site Replication Service runs on `{name}`"));
    } else if service.startup().peek() == Some(&Startup::Automatic) {
        findings.report(
            service.startup().path(),
            format!("the Site Replication Service of `{name}` starts with Windows"),
        );
    } else if let (Some(_), Some(startup)) =
        (findings.need(service.state()), findings.need(service.startup()))
        && *startup == Startup::Manual
    {
        findings
            .report(
                startup.path(),
                format!("the Site Replication Service of `{name}` is not disabled, only stopped"),
            )
            .at_most(Severity::Information);
    }
}

fn not_hosted(evs: Evs<'_>, findings: &mut Findings) {
    for component in findings.each(evs.listed().components()) {
        if component.peek() == Some(&Component::Srs) {
            let message = format!("`{}` hosts the Site Replication Service", evs.name());
            findings.report(component.path(), message);
        }
    }
    let listed = evs.listed();
    if listed.cluster().directory().exchange_55_site().peek() == Some(&false) {
        return;
    }
    if let Some(first) = findings.need(listed.first_in_exchange_55_site())
        && *first
    {
        let message = format!(
            "`{}` was the first server of an Exchange 5.5 site, and has to run the service",
            evs.name()
        );
        findings.report(first.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000, installed and disabled", TWO_NODES_2000),
    passes("Exchange 2003, installed and disabled", FOUR_NODES_2003),
    passes("a voter node without Exchange", TWO_NODES_2003)
        .with(r#"nodes = [{ name = "NODE3", exchange = { installed = false } }]"#),
    passes("a site with Exchange 5.5 that had another server first", TWO_NODES_2003)
        .with("directory = { exchange_55_site = true }"),
    fails("it runs", TWO_NODES_2003, &["nodes[NODE1].services.srs.state"]).with(
        r#"nodes = [{ name = "NODE1", services = { srs = { startup = "automatic", state = "running" } } }]"#,
    ),
    fails("it starts with Windows", TWO_NODES_2003, &["nodes[NODE2].services.srs.startup"])
        .with(r#"nodes = [{ name = "NODE2", services = { srs = { startup = "automatic" } } }]"#),
    fails("manual and stopped: information", TWO_NODES_2003, &["nodes[NODE2].services.srs.startup"])
        .with(r#"nodes = [{ name = "NODE2", services = { srs = { startup = "manual" } } }]"#),
    fails("a virtual server hosts it", TWO_NODES_2003, &["virtual_servers[EVS1].components[srs]"])
        .with(r#"virtual_servers = [{ name = "EVS1", components = ["Site Replication Service"] }]"#),
    fails(
        "the first server of an Exchange 5.5 site",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].first_in_exchange_55_site"],
    )
    .with(
        r#"
        directory = { exchange_55_site = true }
        virtual_servers = [{ name = "EVS1", first_in_exchange_55_site = true }]
        "#,
    ),
    unknown("disabled, but it may run still", TWO_NODES_2003, &["nodes[NODE1].services.srs.state"])
        .without(&["nodes[NODE1].services.srs.state"]),
];
