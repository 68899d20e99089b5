use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeServerRole, ExchangeVersion::V2007},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The nodes of a cluster have no Exchange role but Mailbox.
    ///
    /// Of the five server roles only Mailbox can be clustered. A node with it, active, passive or in a standby cluster,
    /// takes no Client Access, Hub Transport, Unified Messaging or Edge Transport role beside it. A node without
    /// Exchange, such as a voter, is no concern of this rule.
    ///
    /// # Why it matters
    ///
    /// The other roles belong to the computer and do not move with the clustered mailbox server: mail or client access
    /// stops whenever that node does. Such an installation is not supported.
    ///
    /// # How to fix it
    ///
    /// Install the role on a server outside the cluster, in the same site, and move what uses the node over to it:
    /// connectors, send and receive settings, the addresses that clients are given. Then move the clustered mailbox
    /// server to another node with `Move-ClusteredMailboxServer` and take the role off the node that is now passive
    /// with `Setup.com /mode:Uninstall /roles:…`, naming that role only.
    pub static MAILBOX_ROLE_ONLY = {
        check,
        set: &EXCHANGE_2007,
        name: "mailbox-role-only",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Article("limitation 4"),
            Source::ThirdParty("Professional Windows PowerShell for Exchange Server 2007 Service Pack 1, page 80"),
        ],
        basis: Basis::ThirdParty,
        covers: &["RES-019"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        if node.has_exchange().peek() == Some(&false) {
            continue;
        }
        let roles = node.exchange().roles();
        for role in findings.each(roles) {
            if role.peek() != Some(&ExchangeServerRole::Mailbox) {
                findings.report(roles.path(), format!("`{}` has the role `{role}`", node.name()));
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster", SCC_2007),
    passes("cluster continuous replication, its witness on a Hub Transport server", CCR_2007),
    passes("a voter node without Exchange", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        "#,
    ),
    fails(
        "Client Access and Hub Transport beside a clustered mailbox server",
        CCR_2007,
        &["nodes[NODE2].exchange.roles"; 2],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        exchange = { roles = ["mailbox", "client-access", "hub-transport"] }
        "#,
    ),
    unknown("the roles of a node are not known", SCC_2007, &["nodes[NODE2].exchange.roles"])
        .without(&["nodes[NODE2].exchange.roles"]),
];
