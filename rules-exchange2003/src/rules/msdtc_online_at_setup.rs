use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceState, ResourceType, SetupAction,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// MSDTC is online whenever Exchange Setup begins.
    ///
    /// The setup log says for each run of Setup, service packs included, whether the MSDTC resource was online; a
    /// resource that was made only afterwards was not. While no node has Exchange yet, Setup is still to come, and the
    /// state of the resource now counts instead; where there is no resource, `exchange2003/msdtc-resource-exists` says
    /// so. On a running cluster an MSDTC that is offline is no finding: Exchange does not use it.
    ///
    /// # Why it matters
    ///
    /// Setup checks that MSDTC runs on one of the nodes and stops where it does not. Where Setup gets past the check,
    /// it fails to register its components, and leaves a node that is half installed.
    ///
    /// # How to fix it
    ///
    /// Bring the resource online in Cluster Administrator (`cluster res "MSDTC" /online /wait:60`) and leave it online
    /// until Setup has finished on the last node. If Setup failed for want of it, bring it online and run Setup on that
    /// node again.
    pub static MSDTC_ONLINE_AT_SETUP = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-online-at-setup",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 2"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, table 3, on running Setup on a cluster server"),
            Source::TechNet("aa997638", "MSDTC Appears to Be Missing from a Cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let installed = cluster.exchange_nodes();
    if installed.peek().is_empty() && findings.need_all(installed).is_some() {
        before_setup(cluster, findings);
    } else {
        at_setup(cluster, findings);
    }
}

fn before_setup(cluster: ClusterRef<'_>, findings: &mut Findings) {
    use ResourceState::{Online, OnlinePending};
    let msdtcs = findings.each(cluster.resources_of(&ResourceType::Msdtc));
    if msdtcs.is_empty() {
        return findings.not_applicable("there is no MSDTC resource yet");
    }
    for msdtc in msdtcs {
        let Some(state) = findings.need(msdtc.state()) else { continue };
        if !matches!(*state, Online | OnlinePending) {
            findings
                .report(state.path(), format!("`{}` is {state}, and Setup is still to come", msdtc.name()));
        }
    }
}

fn at_setup(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let made = cluster.steps(SetupAction::CreateMsdtc);
    for run in findings.each(cluster.setup_runs()) {
        let online = findings.need(run.msdtc_online());
        if let Some(online) = online.filter(|online| !**online) {
            let message = format!("MSDTC was not online when Setup began on `{}`", run.node());
            findings.report(online.path(), message);
            continue;
        }
        let made_before = run.earlier(made.clone());
        if made_before.peek().is_empty() && findings.need_all(made_before).is_some() {
            // A log that does not tell how MSDTC was made tells of a cluster that had one.
            if let [made_later, ..] = made.peek() {
                let message = format!("the MSDTC resource was made only after Setup on `{}`", run.node());
                findings.report(run.path(), message).related(made_later.path(), "MSDTC is made");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("online at every run of Setup", TWO_NODES_2003),
    passes("made by comclust on each node before Setup", TWO_NODES_2000).with(
        r#"
        setup = [
            { step = "create-msdtc", node = "NODE1" },
            { step = "create-msdtc", node = "NODE2" },
            { step = "install-exchange", node = "NODE1", msdtc_online = true },
            { step = "install-exchange", node = "NODE2", msdtc_online = true },
        ]
        "#,
    ),
    passes("offline on a running cluster", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MSDTC", state = "offline" }]
        "#,
    ),
    passes("online before the first Setup", TWO_NODES_2003)
        .without(&["setup", "nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            exchange = { installed = false }

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    passes("a run of Setup that failed for want of it, and one that did not", TWO_NODES_2003).with(
        r#"
        setup = [
            { failed_step = "install-exchange", node = "NODE1", msdtc_online = false },
            { step = "install-exchange", node = "NODE1", msdtc_online = true },
            { step = "install-exchange", node = "NODE2", msdtc_online = true },
        ]
        "#,
    ),
    fails("offline when Setup began on the second node", TWO_NODES_2003, &["setup[#2].msdtc_online"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", msdtc_online = true },
            { step = "install-exchange", node = "NODE2", msdtc_online = false },
        ]
        "#,
    ),
    fails("offline when a service pack was installed", TWO_NODES_2000, &["setup[#1].msdtc_online"])
        .with(r#"setup = [{ step = "service-pack", node = "NODE1", msdtc_online = false }]"#),
    fails("made between two runs of Setup", TWO_NODES_2003, &["setup[#1]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", msdtc_online = true },
            { step = "create-msdtc", resource = "MSDTC" },
            { step = "install-exchange", node = "NODE2", msdtc_online = true },
        ]
        "#,
    ),
    fails(
        "offline before the first Setup",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[MSDTC].state"],
    )
    .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
    .with(
        r#"
            [[nodes]]
            name = "NODE1"
            exchange = { installed = false }

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }

            [[groups]]
            name = "Cluster Group"
            resources = [{ name = "MSDTC", state = "offline" }]
            "#,
    ),
    fails("made after Setup, whatever its state was then", TWO_NODES_2003, &["setup[#1]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1" },
            { step = "create-msdtc", resource = "MSDTC" },
        ]
        "#,
    ),
    not_applicable("no MSDTC yet, and no Exchange", TWO_NODES_2003)
        .without(&[
            "groups[Cluster Group].resources[MSDTC]",
            "nodes[NODE1].exchange",
            "nodes[NODE2].exchange",
        ])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            exchange = { installed = false }

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    unknown("no setup log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a log that does not say", TWO_NODES_2003, &["setup[#1].msdtc_online"])
        .with(r#"setup = [{ step = "install-exchange", node = "NODE1" }]"#),
];
