use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        NodeRef, ServiceState,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{Prerequisite, prerequisites},
};

rule! {
    /// The Windows components that Exchange needs are installed on every node, and started before Setup.
    ///
    /// On every Windows these are the parts of Internet Information Services: the World Wide Web Publishing Service,
    /// SMTP and NNTP. Windows 2003 needs the .NET Framework and ASP.NET, too.
    ///
    /// On a node that has no Exchange yet, the World Wide Web Publishing Service, SMTP and ASP.NET must also run. NNTP
    /// need not: Setup wants it installed, and nothing more, as it is not supported in a cluster. ASP.NET runs if IIS
    /// is allowed to run it; the *ASP.NET State Service* is of no concern. On a node that has Exchange only the
    /// installation counts: from then on the Cluster service starts and stops what it needs, and hardened nodes disable
    /// the rest.
    ///
    /// # Why it matters
    ///
    /// Exchange replaces parts of the SMTP and NNTP services and lives in the others. Setup stops on a node where one
    /// is missing. Where one is removed from a node later, the virtual server does not come online there, and nobody
    /// notices until it fails over.
    ///
    /// # How to fix it
    ///
    /// *Add/Remove Programs*, *Windows Components*: Internet Information Services (on Windows 2003 below *Application
    /// Server*) with World Wide Web, SMTP and NNTP, and ASP.NET on Windows 2003. In *Services*, set what is stopped to
    /// *Automatic* and start it. Do this on each node, before Setup.
    ///
    /// On a node that has Exchange already, the component comes back without what Exchange had added to it. Move the
    /// groups of the node away first. With Exchange 2000 follow KB 312395: on a cluster node *Reinstall* does not mend
    /// it, and whoever takes the *Common Files* of IIS away takes the Cluster service away, too. With Exchange 2003 run
    /// Setup again with *Reinstall*, then the service pack, and move a virtual server to the node in a maintenance
    /// window to see that it comes online.
    pub static PREREQUISITE_SERVICES_STARTED = {
        check,
        set: &EXCHANGE_2003,
        name: "prerequisite-services-started",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 2"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, \"Server-Specific Requirements\""),
            Source::Kb(312_395),
            Source::ThirdParty("InformIT, \"Installing Exchange Server 2000 on a Cluster\""),
            Source::ThirdParty("ignitedsoul.com, \"Managing Exchange\""),
        ],
        basis: Basis::ThirdParty,
        covers: &["SET-005", "SET-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let Some(windows) = findings.need(node.windows().version()) else { continue };
        for prerequisite in prerequisites(*windows) {
            is_ready(node, prerequisite, findings);
        }
    }
}

fn is_ready(node: NodeRef<'_>, prerequisite: &Prerequisite, findings: &mut Findings) {
    let service = (prerequisite.service)(node.services());
    let Some(installed) = findings.need(service.installed()) else { return };
    if !*installed {
        findings.report(installed.path(), format!("`{}` has no {}", node.name(), prerequisite.name));
        return;
    }
    let Some(has_exchange) = findings.need(node.has_exchange()) else { return };
    if *has_exchange || !prerequisite.must_run {
        return;
    }
    let Some(state) = findings.need(service.state()) else { return };
    if state == ServiceState::Stopped {
        let message =
            format!("`{}` has no Exchange yet, and its {} is stopped", node.name(), prerequisite.name);
        findings.report(state.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("everything there, NNTP disabled", TWO_NODES_2003),
    passes("Windows 2000 needs no ASP.NET", TWO_NODES_2000).without(&[
        "nodes[NODE1].services.asp_net",
        "nodes[NODE1].services.dot_net",
        "nodes[NODE2].services.asp_net",
        "nodes[NODE2].services.dot_net",
    ]),
    passes("a hardened node with Exchange", FOUR_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE4"
        [nodes.services]
        smtp = { startup = "manual", state = "stopped" }
        nntp = { startup = "disabled", state = "stopped" }
        pop3 = { startup = "disabled", state = "stopped" }
        imap4 = { startup = "disabled", state = "stopped" }
        srs = { installed = true, startup = "disabled", state = "stopped" }
        "#,
    ),
    passes("a node before Setup, NNTP disabled", TWO_NODES_2003).without(&["nodes[NODE2].exchange"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        exchange = { installed = false }
        [nodes.services]
        www = { state = "running" }
        smtp = { state = "running" }
        nntp = { startup = "disabled", state = "stopped" }
        "#,
    ),
    fails("a node without NNTP", TWO_NODES_2000, &["nodes[NODE1].services.nntp.installed"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        services = { nntp = { installed = false } }
        "#,
    ),
    fails(
        "IIS without ASP.NET",
        TWO_NODES_2003,
        &["nodes[NODE2].services.asp_net.installed", "nodes[NODE2].services.dot_net.installed"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        services = { asp_net = { installed = false }, dot_net = { installed = false } }
        "#,
    ),
    fails(
        "SMTP is stopped, and Setup is still to come",
        TWO_NODES_2003,
        &["nodes[NODE2].services.smtp.state"],
    )
    .without(&["nodes[NODE2].exchange"])
    .with(
        r#"
            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            services = { smtp = { state = "stopped" } }
            "#,
    ),
    unknown("nobody looked whether SMTP is there", TWO_NODES_2003, &["nodes[NODE1].services.smtp.installed"])
        .without(&["nodes[NODE1].services.smtp"]),
    unknown("a node whose Windows is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version"]),
];
