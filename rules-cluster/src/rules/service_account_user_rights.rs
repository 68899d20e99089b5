use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{AccountKind, At, ClusterRef, ServiceAccount, same_name},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::SERVICE_ACCOUNT_RIGHTS};

rule! {
    /// The account of the Cluster service has the user rights that it needs, and no policy takes them away.
    ///
    /// On Windows 2000 and 2003 the account needs these rights on every node, given to itself or to the local
    /// Administrators group: *Act as part of the operating system*, *Back up files and directories*, *Restore
    /// files and directories*, *Adjust memory quotas for a process* (Windows 2000: *Increase quotas*), *Log on as
    /// a service*, *Increase scheduling priority*. The list is Microsoft's for Windows 2003; for Windows 2000
    /// we have it at second hand. Further rights, such as *Debug programs* and *Manage auditing and security log*, come with
    /// the membership in the local Administrators group, which `cluster/service-account-is-local-admin` judges.
    ///
    /// A missing right is an error. A group policy that takes rights from the account is a warning even while all
    /// rights are there, because it is applied again at its next refresh. Windows Server 2008 has no such account.
    /// Where the Cluster service runs as Local System or a local user, only the other rule reports it.
    ///
    /// # Why it matters
    ///
    /// The Cluster Configuration Wizard grants these rights when a node joins. They are lost when the account is
    /// changed by hand, or when a security policy lists who holds a right and leaves the account out. The Cluster
    /// service then does not start, with a logon failure or error 1314, usually at the next restart of a node:
    /// months later, and on all nodes.
    ///
    /// # How to fix it
    ///
    /// Grant the rights on each node in *Local Security Policy*, *Local Policies*, *User Rights Assignment*, or
    /// with `ntrights -u CORP\clustersvc +r SeTcbPrivilege` from the Resource Kit. Where a group policy sets them
    /// (the effective setting differs from the local one; `gpresult` names the policy), add the account there, or
    /// keep the nodes in an organisational unit that the policy does not reach. Then restart the Cluster service
    /// on one node at a time, after moving its groups away.
    pub static SERVICE_ACCOUNT_USER_RIGHTS = {
        check,
        set: &CLUSTER,
        name: "service-account-user-rights",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("cc784325", "Change the account under which the Cluster service runs"),
            Source::Kb(269_229),
        ],
        basis: Basis::Microsoft,
        covers: &["ACC-004", "ACC-013"],
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
        has_rights(account, findings);
        let stripped = account.rights_stripped_by_policy();
        if findings.need(stripped).is_some_and(|stripped| *stripped) {
            let message = format!("a group policy takes user rights from `{}`", account.name());
            findings.report(stripped.path(), message).at_most(Severity::Warning);
        }
    }
}

fn has_rights(account: At<'_, ServiceAccount>, findings: &mut Findings) {
    let rights = account.user_rights().members();
    let has = |constant: &str| {
        rights.peek().iter().filter_map(|right| right.peek()).any(|right| same_name(right.as_str(), constant))
    };
    let missing: Vec<_> = SERVICE_ACCOUNT_RIGHTS.iter().filter(|right| !has(right.constant)).collect();
    if missing.is_empty() || findings.need_all(rights.clone()).is_none() {
        return;
    }
    let names: Vec<_> = missing.iter().map(|right| format!("`{}`", right.name)).collect();
    let message = format!("`{}` lacks {}", account.name(), names.join(", "));
    findings.report(account.user_rights().path(), message);
}

const EXAMPLES: &[Example] = &[
    passes("all six rights", TWO_NODES_2003),
    passes("all six rights on Windows 2000", TWO_NODES_2000),
    passes("more rights than needed, in another order and case", FOUR_NODES_2003).with(
        r#"
        [service_account]
        user_rights = [
            "SeDebugPrivilege", "seservicelogonright", "SeBackupPrivilege", "SeRestorePrivilege",
            "SeIncreaseQuotaPrivilege", "SeIncreaseBasePriorityPrivilege", "SeTcbPrivilege",
        ]
        "#,
    ),
    passes("there may be more rights, but these are enough", CCR_2007)
        .with(r#"partial = ["service_account.user_rights"]"#),
    passes("Local System, which is another rule's finding", TWO_NODES_2003)
        .without(&["service_account"])
        .with(r#"service_account = { kind = "local-system" }"#),
    fails("it may not act as part of the operating system", TWO_NODES_2003, &["service_account.user_rights"]).with(
        r#"
        [service_account]
        user_rights = [
            "SeBackupPrivilege", "SeRestorePrivilege", "SeIncreaseQuotaPrivilege", "SeServiceLogonRight",
            "SeIncreaseBasePriorityPrivilege",
        ]
        "#,
    ),
    fails(
        "the second node's own account has no rights",
        TWO_NODES_2000,
        &["nodes[NODE2].service_account.user_rights"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        [nodes.service_account]
        name = 'CORP\clustersvc'
        kind = "domain-user"
        rights_stripped_by_policy = false
        user_rights = [
            "SeTcbPrivilege", "SeBackupPrivilege", "SeRestorePrivilege", "SeIncreaseQuotaPrivilege",
            "SeServiceLogonRight", "SeIncreaseBasePriorityPrivilege",
        ]
        [[nodes]]
        name = "NODE2"
        service_account = { name = 'CORP\clustersvc', kind = "domain-user", user_rights = [], rights_stripped_by_policy = false }
        "#,
    )
    .without(&["service_account"]),
    fails(
        "a policy takes rights away: a warning",
        TWO_NODES_2003,
        &["service_account.rights_stripped_by_policy"],
    )
    .with("service_account = { rights_stripped_by_policy = true }"),
    not_applicable("Windows 2008", SCC_2007),
    unknown("the rights are not known", TWO_NODES_2003, &["service_account.user_rights"])
        .without(&["service_account.user_rights"]),
    unknown("the policies are not known", TWO_NODES_2003, &["service_account.rights_stripped_by_policy"])
        .without(&["service_account.rights_stripped_by_policy"]),
];
