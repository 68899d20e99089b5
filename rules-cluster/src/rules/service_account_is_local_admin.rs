use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{AccountKind, At, ClusterRef, NodeRef, ServiceAccount},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The Cluster service runs as one domain account, an administrator of every node.
    ///
    /// The account has to be a user of the domain, the same on all nodes, and a member of each node's local
    /// Administrators group. This is about nodes with Windows 2000 and 2003; since Windows Server 2008 the Cluster
    /// service has no such account.
    ///
    /// `CORP\clustersvc` and `clustersvc@corp.example.com` are the same account. The account may be a member
    /// through a group; where the definition does not say who is in the groups that are listed, the outcome is
    /// unknown: enter them in `directory.group_members`.
    ///
    /// # Why it matters
    ///
    /// The nodes log on to each other with this account. A local account or Local System means nothing on another
    /// node, so no second node can join. Without administrator's rights the Cluster service does not start on that
    /// node, or cannot bring disks and Exchange resources online there, which shows at the first failover.
    ///
    /// # How to fix it
    ///
    /// Make a user in the domain that no other service uses, and see that its password does not expire unnoticed.
    /// Add it to the Administrators group of each node in *Computer Management*, or with `net localgroup
    /// Administrators CORP\clustersvc /add`. On Windows 2003 Microsoft asks for the account itself to be a member,
    /// not a group that it is in.
    ///
    /// Changing to another account means an outage, because the Cluster service has to stop on all nodes at once.
    /// Give the account its membership and user rights on every node first, with Exchange 2000 also *Exchange Full
    /// Administrator*, and on Windows 2003 let it write the computer objects of network names with Kerberos, which
    /// the old account made. Stop the Cluster service on all nodes, then set the account in the properties of the
    /// service and start it, node after node ("Change the account under which the Cluster service runs",
    /// cc784325).
    pub static SERVICE_ACCOUNT_IS_LOCAL_ADMIN = {
        check,
        set: &CLUSTER,
        name: "service-account-is-local-admin",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("best practice 5"),
            Source::Kb(269_229),
            Source::TechNet("cc784325", "Change the account under which the Cluster service runs"),
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
        ],
        basis: Basis::Microsoft,
        covers: &["ACC-001", "ACC-002", "ACC-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes_on(|windows| !windows.is_2008()));
    if nodes.is_empty() && findings.is_empty() {
        return findings.not_applicable("the Cluster service of Windows 2008 has no account of its own");
    }
    one_domain_account(cluster, &nodes, findings);
    for node in nodes {
        let account = node.cluster_account();
        let kind = node.account_fact(At::<ServiceAccount>::kind).peek();
        if kind.is_some_and(|kind| *kind != AccountKind::DomainUser) || findings.need(account).is_none() {
            continue;
        }
        let entries = node.administrator_entries();
        if entries.peek().is_empty() && findings.need_all(entries).is_some() {
            let message = format!("`{account}` is not among the local administrators of `{}`", node.name());
            findings.report(node.local_administrators().path(), message);
        }
    }
}

fn one_domain_account(cluster: ClusterRef<'_>, nodes: &[NodeRef<'_>], findings: &mut Findings) {
    let mut accounts: Vec<_> = nodes.iter().map(|node| node.account_fact(|account| account)).collect();
    accounts.sort_by_key(|account| account.path());
    accounts.dedup_by_key(|account| account.path());
    for account in &accounts {
        let Some(kind) = findings.need(account.kind()) else { continue };
        if *kind != AccountKind::DomainUser {
            let message = format!("the Cluster service runs as `{kind}`, not as a user of the domain");
            findings.report(kind.path(), message);
        }
    }
    let Some((first, others)) = accounts.split_first() else { return };
    for other in others {
        let (first, other) = (first.name(), other.name());
        if findings.need(cluster.is_same_account(first, other)).is_some_and(|same| !*same) {
            let message = format!("the Cluster service runs as `{other}` here, and as `{first}` elsewhere");
            findings.report(other.path(), message).related(first.path(), "the other account");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("one domain account, listed on each of four nodes", FOUR_NODES_2003),
    passes("the same account as user principal name", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        local_administrators = ['NODE1\Administrator', 'clustersvc@corp.example.com']
        "#,
    ),
    passes("a member through a group", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        local_administrators = ['CORP\Server Operators']
        [[directory.group_members]]
        name = 'CORP\Server Operators'
        members = ['CORP\Cluster Accounts']
        [[directory.group_members]]
        name = 'CORP\Cluster Accounts'
        members = ['CORP\clustersvc', 'CORP\Server Operators']
        "#,
    ),
    fails("the account is missing on one node", TWO_NODES_2000, &["nodes[NODE2].local_administrators"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        local_administrators = ['NODE2\Administrator', 'CORP\exadmin']
        "#,
    ),
    fails(
        "the account is no domain administrator, and these are all",
        CCR_2007,
        &["nodes[NODE1].local_administrators"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        local_administrators = ['NODE1\Administrator', 'CORP\Domain Admins']
        "#,
    ),
    fails("Local System", TWO_NODES_2003, &["service_account.kind"])
        .with(r#"service_account = { kind = "local-system" }"#),
    fails("another account on the second node", TWO_NODES_2003, &["nodes[NODE2].service_account.name"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            service_account = { name = 'CORP\clustersvc', kind = "domain-user" }
            [[nodes]]
            name = "NODE2"
            service_account = { name = 'CORP\clustersvc2', kind = "domain-user" }
            local_administrators = ['CORP\clustersvc2']
            "#,
        )
        .without(&["service_account"]),
    not_applicable("Windows 2008", SCC_2007),
    unknown("a group, and it is not known who is in it", TWO_NODES_2003, &["directory.group_members"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        local_administrators = ['CORP\Server Operators']
        "#,
    ),
    unknown(
        "the administrators of a node are not known",
        TWO_NODES_2003,
        &["nodes[NODE2].local_administrators"],
    )
    .without(&["nodes[NODE2].local_administrators"]),
    unknown("the account is not known", TWO_NODES_2003, &["service_account.name", "service_account.kind"])
        .without(&["service_account"]),
];
