use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, DomainController, ExchangeVersion,
        ExchangeVersion::{V2003, V2007},
        Windows,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::oldest_domain_controller};

rule! {
    /// The domain controllers that Exchange uses run a Windows that it can use.
    ///
    /// Exchange 2003 needs Windows 2000 with Service Pack 3 or newer on each of them, Exchange 2007 Windows Server
    /// 2003 with Service Pack 1 or newer. Exchange 2007 leaves an older domain controller alone as long as there
    /// is a newer one: where the same domain has one that will do, the older one is a warning. For Exchange 2000
    /// we know of no such limit.
    ///
    /// # Why it matters
    ///
    /// Exchange keeps its configuration and every address in the directory, and asks domain controllers and global
    /// catalogues for it all day. Where all of them are too old, Exchange 2003 finds none that it can use. Setup
    /// of Exchange 2007 stops when the domain has none with Windows Server 2003 Service Pack 1 or newer; from that
    /// version on Windows tells Exchange when the directory changes, and finds the members of distribution lists
    /// faster.
    ///
    /// # How to fix it
    ///
    /// Install the newest service pack on each domain controller, one at a time, or promote a server with a newer
    /// Windows and make it a global catalogue. When it has replicated, move the operations master roles that the
    /// old one holds (`netdom query fsmo` lists them) and demote it with `dcpromo`; for Exchange 2007 you may also
    /// leave it to other clients.
    pub static DOMAIN_CONTROLLERS_SUPPORTED = {
        check,
        set: &CLUSTER,
        name: "domain-controllers-supported",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2003, V2007],
        sources: &[
            Source::TechNet("bb124788", "Exchange 2003 Test Environments"),
            Source::TechNet("aa996719", "Exchange 2007 System Requirements"),
            Source::TechNet("bb125224", "How to Prepare Active Directory and Domains"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(exchange) = findings.need(cluster.exchange()) else { return };
    let controllers = findings.each(cluster.directory().domain_controllers().members());
    for &controller in &controllers {
        let Some(is_usable) = findings.need(is_usable(controller.windows(), *exchange)) else { continue };
        if *is_usable {
            continue;
        }
        let windows = controller.windows();
        let pack = windows.service_pack().peek().map(|pack| format!(" with service pack {pack}"));
        let message = format!(
            "the domain controller `{}` runs Windows {}{}, too old for Exchange {exchange}",
            controller.name(),
            windows.version(),
            pack.unwrap_or_default()
        );
        let report = findings.report(is_usable.path(), message);
        if *exchange == V2007 && controllers.iter().any(|other| stands_in(*other, controller)) {
            report.at_most(Severity::Warning);
        }
    }
}

/// Whether the Windows of a domain controller is new enough: to be seen from its version, or from its service pack.
fn is_usable(windows: At<'_, Windows>, exchange: ExchangeVersion) -> At<'_, bool> {
    let Some((oldest, least_pack)) = oldest_domain_controller(exchange) else {
        return windows.version().map(|_| Some(&true));
    };
    let answer = |is_usable: bool| Some(if is_usable { &true } else { &false });
    match windows.version().peek() {
        Some(version) if *version == oldest => windows.service_pack().map(|pack| answer(*pack >= least_pack)),
        _ => windows.version().map(|version| answer(*version > oldest)),
    }
}

/// Whether another domain controller of the same domain is known that Exchange 2007 can use.
fn stands_in(other: At<'_, DomainController>, old: At<'_, DomainController>) -> bool {
    let same_domain = other.domain().peek().is_some_and(|domain| old.domain().peek() == Some(domain));
    same_domain && is_usable(other.windows(), V2007).peek() == Some(&true)
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2003 for Exchange 2003", TWO_NODES_2003),
    passes("Windows 2008 for Exchange 2007", SCC_2007),
    passes("Windows 2000 SP3 for Exchange 2003", TWO_NODES_2003)
        .with(r#"directory = { domain_controllers = [{ name = "DC1", windows = { version = "2000", service_pack = 3 } }] }"#),
    passes("Windows 2003 R2, whatever its service pack", CCR_2007)
        .with(r#"directory = { domain_controllers = [{ name = "DC2", windows = { version = "2003-r2" } }] }"#),
    fails(
        "Windows 2000 SP2 for Exchange 2003",
        TWO_NODES_2003,
        &["directory.domain_controllers[DC2].windows.service_pack"],
    )
    .with(
        r#"
        [[directory.domain_controllers]]
        name = "DC2"
        domain = "corp.example.com"
        windows = { version = "2000", service_pack = 2 }
        "#,
    ),
    fails(
        "nothing but Windows 2003 without a service pack for Exchange 2007",
        CCR_2007,
        &["directory.domain_controllers[DC1].windows.service_pack"],
    )
    .with(r#"directory = { domain_controllers = [{ name = "DC1", windows = { service_pack = 0 } }] }"#),
    fails(
        "Windows 2000 beside a newer one for Exchange 2007",
        CCR_2007,
        &["directory.domain_controllers[DC2].windows.version"],
    )
    .with(
        r#"
        [[directory.domain_controllers]]
        name = "DC2"
        domain = "corp.example.com"
        windows = { version = "2000", service_pack = 4 }
        "#,
    ),
    not_applicable("Exchange 2000", TWO_NODES_2000),
    unknown(
        "the service pack of the oldest version is not known",
        CCR_2007,
        &["directory.domain_controllers[DC1].windows.service_pack"],
    )
    .without(&["directory.domain_controllers[DC1].windows.service_pack"]),
    unknown("the domain controllers are not known", TWO_NODES_2003, &["directory.domain_controllers"])
        .without(&["directory.domain_controllers"]),
];
