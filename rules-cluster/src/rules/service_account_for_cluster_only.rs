use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{AccountKind, ClusterRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The account of the Cluster service is no domain administrator, and no other service uses it.
    ///
    /// The Cluster service of Windows 2000 and 2003 needs an account that is an ordinary user of the domain, and
    /// an administrator of the nodes only. Windows Server 2008 has no such account.
    ///
    /// # Why it matters
    ///
    /// Who controls a node can run programs as this account, and with a domain administrator's account controls
    /// the domain. The password of a shared account is changed for the sake of another service, or a service that
    /// still has the old password locks the account out: the Cluster service then fails to start on every node.
    ///
    /// # How to fix it
    ///
    /// Make a user for this cluster alone, add it to the local Administrators group of each node, and grant it the
    /// user rights that the service needs; with Exchange 2000 also *Exchange Full Administrator*. On Windows 2003
    /// let it write the computer objects of network names with Kerberos, which the old account made. Then change
    /// the account as Microsoft describes it ("Change the account under which the Cluster service runs",
    /// cc784325): it means stopping the Cluster service on all nodes, so plan an outage. Only afterwards take the
    /// old account out of Domain Admins.
    pub static SERVICE_ACCOUNT_FOR_CLUSTER_ONLY = {
        check,
        set: &CLUSTER,
        name: "service-account-for-cluster-only",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("an account with few rights and one use does the least harm, and fails for one reason only")],
        basis: Basis::Practice,
        covers: &["ACC-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let accounts = findings.each(cluster.service_accounts(cluster.nodes_on(|windows| !windows.is_2008())));
    if accounts.is_empty() && findings.is_empty() {
        return findings.not_applicable("the Cluster service of Windows 2008 has no account of its own");
    }
    for account in accounts {
        if account.kind().peek().is_some_and(|kind| *kind != AccountKind::DomainUser) {
            continue;
        }
        let name = account.name();
        if let Some(is_one) = findings.need(account.domain_administrator()).filter(|is_one| **is_one) {
            findings.report(is_one.path(), format!("`{name}` is a member of Domain Admins"));
        }
        if let Some(shared) = findings.need(account.shared()).filter(|shared| **shared) {
            findings.report(shared.path(), format!("other services run as `{name}`, too"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("an account of its own", TWO_NODES_2003),
    passes("an account of its own on Windows 2000", TWO_NODES_2000),
    fails("a domain administrator", CCR_2007, &["service_account.domain_administrator"])
        .with("service_account = { domain_administrator = true }"),
    fails("the backup runs as the same account", TWO_NODES_2003, &["service_account.shared"])
        .with("service_account = { shared = true }"),
    not_applicable("Windows 2008", SCC_2007),
    unknown(
        "nobody knows about the account",
        TWO_NODES_2003,
        &["service_account.domain_administrator", "service_account.shared"],
    )
    .without(&["service_account.domain_administrator", "service_account.shared"]),
];
