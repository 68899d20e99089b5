use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        SetupAction,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Virtual servers are made only when Exchange has been installed on every node.
    ///
    /// The setup log tells: before a virtual server is made, Exchange was installed on each node that was a member of
    /// the cluster at the time. What the log does not show did not happen. A node that joined later, a year after or a
    /// minute, is no finding, and neither is a node without Exchange, which only votes.
    ///
    /// # Why it matters
    ///
    /// The resources of a virtual server can run only on nodes that know their types, and Exchange Setup is what makes
    /// a node know them. A virtual server that is made too early has nodes among its possible owners that cannot run
    /// it, or lacks nodes that later could. The first failover shows which: it fails, or does not happen. And Setup on
    /// the remaining nodes then runs beside a server that has users.
    ///
    /// # How to fix it
    ///
    /// Nothing has to be made anew. In Cluster Administrator compare the possible owners of every resource of the
    /// virtual server with the nodes that have Exchange, and add those that are missing. Then, in a maintenance window,
    /// move the group to each node in turn and see that every resource comes online.
    pub static VIRTUAL_SERVER_AFTER_ALL_INSTALLS = {
        check,
        set: &EXCHANGE_2003,
        name: "virtual-server-after-all-installs",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 4"),
            Source::ThirdParty("InformIT, \"Installing Exchange Server 2000 on a Cluster\""),
        ],
        basis: Basis::ThirdParty,
        covers: &["SET-023"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let made = findings.each(cluster.steps(SetupAction::CreateVirtualServer));
    if made.is_empty() {
        return findings.not_applicable("the setup log shows no virtual server being made");
    }
    let installs = cluster.steps(SetupAction::InstallExchange);
    for node in findings.each(cluster.exchange_nodes()) {
        let Some(name) = findings.need(node.name()) else { continue };
        let installs = installs.clone().whose(|install| install.node(), |other| other == name.value());
        for step in &made {
            let earlier = step.earlier(installs.clone());
            let too_early = earlier.peek().is_empty() && findings.need_all(earlier).is_some();
            if too_early && findings.need(node.was_member_at(*step)).is_some_and(|was_member| *was_member) {
                let evs = step.virtual_server();
                findings
                    .report(
                        step.path(),
                        format!("the log does not show Exchange on `{name}` when `{evs}` was made"),
                    )
                    .related(node.path(), "the node");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("both nodes installed, then the virtual server", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("four nodes installed, then three virtual servers", FOUR_NODES_2003),
    passes("a node that was added years later", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1", started = "2004-02-02" },
            { step = "install-exchange", node = "NODE1", started = "2004-02-03" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-02-04" },
            { step = "join-node", node = "NODE2", started = "2006-10-16" },
            { step = "install-exchange", node = "NODE2", started = "2006-10-17" },
        ]
        "#,
    ),
    passes("a third node that only votes", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = false }
        "#,
    ),
    fails("the passive node was installed last", TWO_NODES_2003, &["setup[#4]"]).with(
        r#"
        setup = [
            { step = "form-cluster", node = "NODE1", started = "2004-02-02T09:00:00" },
            { step = "join-node", node = "NODE2", started = "2004-02-02T10:00:00" },
            { step = "install-exchange", node = "NODE1", started = "2004-02-02T11:00:00" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-02-02T13:00:00" },
            { step = "install-exchange", node = "NODE2", started = "2004-02-02T15:00:00" },
        ]
        "#,
    ),
    fails("a log of the virtual server alone", TWO_NODES_2003, &["setup[#1]", "setup[#1]"])
        .with(r#"setup = [{ step = "create-virtual-server", virtual_server = "EVS1" }]"#),
    fails("a log without times, and without the nodes joining", TWO_NODES_2000, &["setup[#2]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE2" },
            { step = "create-virtual-server", virtual_server = "EVS1" },
            { step = "install-exchange", node = "NODE1" },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003)
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1" }]"#),
    unknown("no setup log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("an installation on a node that is not named", TWO_NODES_2003, &["setup[#2].node"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "install-exchange" },
            { step = "create-virtual-server", virtual_server = "EVS1" },
        ]
        "#,
    ),
];
