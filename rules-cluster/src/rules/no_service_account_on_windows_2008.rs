use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{AccountKind, ClusterRef, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007_WINDOWS_2008, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// On Windows 2008 the Cluster service runs as Local System, not as an account of the domain.
    ///
    /// Failover clustering has no service account any more. What needs an identity in the directory is done by the
    /// computer object of the cluster. On Windows 2000 and 2003 it is the other way round, which
    /// `cluster/service-account-is-local-admin` judges.
    ///
    /// # Why it matters
    ///
    /// Windows Server 2008 sets the service up for Local System. With another account the service lacks rights
    /// that it relies on, and depends on a password that can expire: it may then fail to start on every node at
    /// once. The cause is usually a habit from Windows Server 2003.
    ///
    /// # How to fix it
    ///
    /// On one node after the other: move its groups away, set the *Cluster Service* back to the *Local System
    /// account* in the *Services* console (`sc config clussvc obj= LocalSystem`), restart the service, and check
    /// in Failover Cluster Management that the node is up again. The computer object of the cluster must exist in
    /// the directory and be enabled.
    pub static NO_SERVICE_ACCOUNT_ON_WINDOWS_2008 = {
        check,
        set: &CLUSTER,
        name: "no-service-account-on-windows-2008",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::TechNet("bb125149", "Planning for Single Copy Clusters")],
        basis: Basis::Microsoft,
        covers: &["ACC-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let accounts = findings.each(cluster.service_accounts(cluster.nodes_on(WindowsVersion::is_2008)));
    if accounts.is_empty() && findings.is_empty() {
        return findings.not_applicable("no node has Windows 2008");
    }
    for account in accounts {
        let Some(kind) = findings.need(account.kind()) else { continue };
        if *kind != AccountKind::LocalSystem {
            let message = format!("the Cluster service runs as a `{kind}` on Windows 2008");
            findings.report(kind.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Local System", SCC_2007),
    passes("Local System in a cluster with continuous replication", CCR_2007_WINDOWS_2008),
    fails("an account of the domain", SCC_2007, &["service_account.kind"])
        .with(r#"service_account = { name = 'CORP\clustersvc', kind = "domain-user" }"#),
    fails(
        "an account of the domain on one node",
        CCR_2007_WINDOWS_2008,
        &["nodes[NODE2].service_account.kind"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        service_account = { kind = "local-system" }
        [[nodes]]
        name = "NODE2"
        service_account = { name = 'CORP\clustersvc', kind = "domain-user" }
        "#,
    )
    .without(&["service_account"]),
    not_applicable("Windows 2003", TWO_NODES_2003),
    unknown("nobody says what the service runs as", SCC_2007, &["service_account.kind"])
        .without(&["service_account"]),
    unknown("the Windows of a node is not known", TWO_NODES_2003, &["nodes[NODE2].windows.version"])
        .without(&["nodes[NODE2].windows.version"]),
];
