use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, SetupAction},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The first clustered mailbox server is made on the node that got Exchange first, the active one.
    ///
    /// Microsoft's guides install the Mailbox role on the node that is to be active and make the clustered mailbox
    /// server there; the passive nodes are installed before or after. Another order works as well. The rule reads the
    /// setup log, looks at the first `/NewCms` and at the installations before it, and does not judge a log in which
    /// Exchange, a node or a clustered mailbox server was removed.
    ///
    /// # Why it matters
    ///
    /// Little: the cluster works in either case. But runbooks and node names speak of the active node, the group of the
    /// clustered mailbox server begins its life where Setup made it, and whoever follows the runbook later starts on
    /// the wrong node.
    ///
    /// # How to fix it
    ///
    /// Nothing needs repair. In a plan, run `/NewCms` on the node that is installed first. In a cluster that runs, move the
    /// clustered mailbox server with `Move-ClusteredMailboxServer` to the node where it should be, or correct the runbook.
    pub static MAILBOX_SERVER_MADE_ON_FIRST_NODE = {
        check,
        set: &EXCHANGE_2007,
        name: "mailbox-server-made-on-first-node",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::Microsoft(
            "Exchange Server 2007 help, Installing Cluster Continuous Replication on Windows Server 2003",
        )],
        basis: Basis::Microsoft,
        covers: &["SET-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let removals = cluster.steps_of(&[
        SetupAction::RemoveExchange,
        SetupAction::EvictNode,
        SetupAction::RemoveVirtualServer,
    ]);
    if !findings.each(removals).is_empty() {
        return findings.not_applicable("the log tells of removals");
    }
    let Some(made) = findings.each(cluster.steps(SetupAction::NewCms).earliest()).pop() else {
        return findings.not_applicable("the log has no `/NewCms`");
    };
    let before = made.earlier(cluster.steps(SetupAction::InstallExchange));
    let Some(first) = findings.each(before.earliest()).pop() else { return };
    let Some(installed_on) = findings.need(first.node()) else { return };
    let Some(made_on) = findings.need(made.node()) else { return };
    if made_on != installed_on {
        let message = format!(
            "the clustered mailbox server was made on `{made_on}`, and `{installed_on}` was installed first"
        );
        findings.report(made_on.path(), message).related(installed_on.path(), "the first installation");
    }
}

const EXAMPLES: &[Example] = &[
    passes("the first node in a CCR", CCR_2007),
    passes("the first node, before the passive one is installed", SCC_2007).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE2" },
            { step = "new-cms", node = "NODE2" },
            { step = "install-exchange", node = "NODE1" },
        ]
        "#,
    ),
    passes("a second clustered mailbox server on the second node", SCC_2007).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "install-exchange", node = "NODE2" },
            { step = "new-cms", node = "NODE1" },
            { step = "new-cms", node = "NODE2" },
        ]
        "#,
    ),
    passes("role and clustered mailbox server in one run of Setup", SCC_2007)
        .with(r#"setup = [{ step = "new-cms", node = "NODE1" }]"#),
    fails("made on the node that was installed second", CCR_2007, &["setup[#3].node"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "install-exchange", node = "NODE2" },
            { step = "new-cms", node = "NODE2" },
        ]
        "#,
    ),
    not_applicable("Exchange was removed from a node", CCR_2007).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "remove-exchange", node = "NODE1" },
            { step = "install-exchange", node = "NODE2" },
            { step = "new-cms", node = "NODE2" },
        ]
        "#,
    ),
    not_applicable("a clustered mailbox server was removed", CCR_2007).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "install-exchange", node = "NODE2" },
            { step = "new-cms", node = "NODE2", virtual_server = "CMS1" },
            { step = "remove-virtual-server", virtual_server = "CMS1" },
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1" },
        ]
        "#,
    ),
    not_applicable("no clustered mailbox server yet", SCC_2007)
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1" }]"#),
    unknown("no log", CCR_2007, &["setup"]).without(&["setup"]),
    unknown("where it was made is not known", CCR_2007, &["setup[#2].node"]).with(
        r#"
        setup = [{ step = "install-exchange", node = "NODE1" }, { step = "new-cms" }]
        "#,
    ),
];
