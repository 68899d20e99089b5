use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Name, NodeRef, Windows},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::{
    EXCHANGE_2007,
    facts::{Prerequisite, prerequisites},
};

rule! {
    /// Every node has the Windows components that Exchange 2007 Setup asks for.
    ///
    /// Windows 2003: .NET Framework 2.0, MMC 3.0 (a part of Service Pack 2 and of R2), PowerShell, network COM+ access, and
    /// the World Wide Web service of IIS. Windows 2008: PowerShell (a part of R2), Web-Server, Web-ISAPI-Ext, Web-Metabase,
    /// Web-Lgcy-Mgmt-Console, Web-Basic-Auth, Web-Windows-Auth and Failover-Clustering.
    ///
    /// The rule looks for them in `windows.features` of the definition, by the names that Windows or `ServerManagerCmd`
    /// gives them, and for .NET and the World Wide Web service among the services of the node, too. SMTP and NNTP,
    /// which Exchange 2003 needed, must not be there; this rule does not look for them. A node that is there for its
    /// vote only needs none of this.
    ///
    /// # Why it matters
    ///
    /// Setup checks them on each node and stops where one is missing. A component that is taken away afterwards is not
    /// missed until the clustered mailbox server moves to that node.
    ///
    /// # How to fix it
    ///
    /// Windows 2008: `ServerManagerCmd -i PowerShell`, and so on with one command for each, in the order above. Windows
    /// 2003: *Add or Remove Programs*, *Windows Components*, *Application Server*: *Enable network COM+ access* and IIS with
    /// *World Wide Web Service*; PowerShell, MMC and the .NET Framework from their packages. Do this on every node before
    /// Setup runs there; on a passive node it can be done at any time.
    pub static PREREQUISITES_INSTALLED = {
        check,
        set: &EXCHANGE_2007,
        name: "prerequisites-installed",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb691354", "How to Install Exchange 2007 SP1 Prerequisites on Windows Server 2008"),
            Source::ThirdParty("TechGenix (MSExchange.org), guide to installing Exchange 2007 CCR, parts 2 and 3"),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-008", "SET-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.is_voter() {
            continue;
        }
        let windows = node.windows();
        let Some(version) = findings.need(windows.version()) else { continue };
        for prerequisite in prerequisites(*version) {
            if !is_named(windows.features(), prerequisite) && !comes_with(windows, prerequisite, findings) {
                is_missing(node, prerequisite, findings);
            }
        }
    }
}

/// Whether one of the features that are known is the one.
fn is_named(features: At<'_, Vec<Name>>, prerequisite: &Prerequisite) -> bool {
    features.peek().is_some_and(|features| {
        // Most are called by the name that Windows has for them.
        features.iter().any(|name| name == prerequisite.name)
            || features.iter().any(|name| prerequisite.is_called(name.as_str()))
    })
}

/// Whether Windows brings the component by itself, or it is not known whether it does.
fn comes_with(windows: At<'_, Windows>, prerequisite: &Prerequisite, findings: &mut Findings) -> bool {
    let Some(version) = windows.version().peek() else { return true };
    let service_pack = windows.service_pack();
    prerequisite.is_part_of(*version, service_pack.peek().copied()).unwrap_or_else(|| {
        findings.unknown(service_pack.path());
        true
    })
}

/// Reports a component that is named nowhere, if it is known to be missing: by its service, or by a complete list.
fn is_missing(node: NodeRef<'_>, prerequisite: &Prerequisite, findings: &mut Findings) {
    let message = || format!("`{}` has no {}", node.name(), prerequisite.name);
    if let Some(service) = prerequisite.service {
        if let Some(installed) = findings.need(service(node.services()).installed())
            && !*installed
        {
            findings.report(installed.path(), message());
        }
    } else if findings.need_all(node.windows().features()).is_some() {
        findings.report(node.windows().features().path(), message());
    }
}

const EXAMPLES: &[Example] = &[
    passes("everything on Windows 2008", SCC_2007),
    passes("everything on Windows 2003 with Service Pack 2", CCR_2007),
    passes("MMC 3.0 is a part of Service Pack 2", SCC_2007_WINDOWS_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { features = ["Windows PowerShell 1.0", "Enable network COM+ access"] }
        "#,
    ),
    passes("PowerShell is a part of Windows 2008 R2; the names of Server Manager", SCC_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        [nodes.windows]
        version = "2008-r2"
        features = [
            "Web Server (IIS)", "ISAPI Extensions", "IIS 6 Metabase Compatibility", "IIS 6 Management Console",
            "Basic Authentication", "Windows Authentication", "Failover Clustering",
        ]
        "#,
    ),
    passes("a voter without any of it", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        windows = { version = "2003", service_pack = 2, features = [] }
        "#,
    ),
    fails("IIS 6 compatibility is missing", SCC_2007, &["nodes[NODE2].windows.features"; 2]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { features = ["PowerShell", "Web-Server", "Web-ISAPI-Ext", "Web-Basic-Auth", "Web-Windows-Auth", "Failover-Clustering"] }
        "#,
    ),
    fails(
        "Windows 2003 with Service Pack 1 and nothing else",
        SCC_2007_WINDOWS_2003,
        &[
            "nodes[NODE1].windows.features",
            "nodes[NODE1].windows.features",
            "nodes[NODE1].windows.features",
            "nodes[NODE1].services.www.installed",
            "nodes[NODE1].services.dot_net.installed",
        ],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { service_pack = 1, features = [] }
        services = { www = { installed = false }, dot_net = { installed = false } }
        "#,
    ),
    unknown("nobody listed the features", SCC_2007, &["nodes[NODE2].windows.features"])
        .without(&["nodes[NODE2].windows.features"]),
    unknown("nobody looked whether .NET is there", CCR_2007, &["nodes[NODE1].services.dot_net.installed"])
        .without(&["nodes[NODE1].services.dot_net"]),
    unknown("MMC 3.0 is not listed, and the service pack not known", CCR_2007, &["nodes[NODE1].windows.service_pack"])
        .without(&["nodes[NODE1].windows.service_pack"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            windows = { features = ["PowerShell", "Network COM+"] }
            "#,
        ),
];
