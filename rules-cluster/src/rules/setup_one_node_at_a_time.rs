use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, SetupAction},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Exchange is installed on one node after the other, never on two at once.
    ///
    /// In the setup log no installation may begin before the one on another node is finished. The rule compares
    /// their times; where a log does not have them, the outcome is unknown. Attempts that failed do not count, and
    /// neither do service packs.
    ///
    /// # Why it matters
    ///
    /// Setup changes what all nodes share: the resource types of the cluster, and the organisation in the
    /// directory. The Cluster service expects Exchange to be complete on one node before the next one begins.
    /// Where two run at once, Setup can fail on one of them, or leave a node that cannot run Exchange, which shows
    /// at the first failover.
    ///
    /// # How to fix it
    ///
    /// What is done cannot be undone. Check instead that each node can run Exchange: see that the Exchange
    /// resource types are there (`cluster restype`), read the log of Setup on each, and in a maintenance window
    /// move each virtual server to each node. If a node fails that test, move everything off it, remove Exchange
    /// there with Setup, and install it again with no other Setup running.
    pub static SETUP_ONE_NODE_AT_A_TIME = {
        check,
        set: &CLUSTER,
        name: "setup-one-node-at-a-time",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("step 3 and best practice 3"),
            Source::ThirdParty("a book on Exchange 2000 Server at flylib.com (2.554.1.149), installing it in a cluster"),
        ],
        basis: Basis::ThirdParty,
        covers: &["SET-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if findings.each(cluster.steps(SetupAction::InstallExchange)).is_empty() {
        return findings.not_applicable("the setup log shows no installation of Exchange");
    }
    for (first, second) in findings.each(cluster.overlapping_steps(SetupAction::InstallExchange)) {
        let message = format!("`{}` got Exchange while Setup still ran on `{}`", second.node(), first.node());
        findings.report(second.path(), message).related(first.path(), "the earlier one");
    }
}

const EXAMPLES: &[Example] = &[
    passes("an hour apart", TWO_NODES_2003),
    passes("four nodes in a row", FOUR_NODES_2003),
    passes("Exchange 2007", CCR_2007),
    passes("a single node needs no times", TWO_NODES_2003).with(
        r#"
        setup = [{ step = "install-exchange", node = "NODE1" }]
        "#,
    ),
    passes("one ends in the minute in which the next begins, the log written backwards", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE2", started = "2007-05-08T09:40:00", finished = "2007-05-08T10:20:00" },
            { step = "install-exchange", node = "NODE1", started = "2007-05-08T09:00:00", finished = "2007-05-08T09:40:00" },
        ]
        "#,
    ),
    passes("an attempt that failed, while another node was installed", TWO_NODES_2003).with(
        r#"
        setup = [
            { failed_step = "install-exchange", node = "NODE2", started = "2007-05-08T09:10:00", finished = "2007-05-08T09:12:00" },
            { step = "install-exchange", node = "NODE1", started = "2007-05-08T09:00:00", finished = "2007-05-08T09:40:00" },
            { step = "install-exchange", node = "NODE2", started = "2007-05-08T10:00:00", finished = "2007-05-08T10:40:00" },
        ]
        "#,
    ),
    fails("the second node did not wait", TWO_NODES_2003, &["setup[#2]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", started = "2007-05-08T09:00:00", finished = "2007-05-08T09:40:00" },
            { step = "install-exchange", node = "NODE2", started = "2007-05-08T09:30:00", finished = "2007-05-08T10:10:00" },
        ]
        "#,
    ),
    fails("two time zones", TWO_NODES_2003, &["setup[#1]"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE2", started = "2007-05-08T10:30:00+01:00", finished = "2007-05-08T11:10:00+01:00" },
            { step = "install-exchange", node = "NODE1", started = "2007-05-08T09:00:00Z", finished = "2007-05-08T09:40:00Z" },
        ]
        "#,
    ),
    not_applicable("nothing is installed yet", TWO_NODES_2003).with("setup = []"),
    unknown("no log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("the log does not say when the first one ended", TWO_NODES_2003, &["setup[#6].finished"])
        .without(&["setup[#6].finished"]),
    unknown("both on one day", TWO_NODES_2003, &["setup[#2].started"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", started = "2007-05-08", finished = "2007-05-08" },
            { step = "install-exchange", node = "NODE2", started = "2007-05-08", finished = "2007-05-08" },
        ]
        "#,
    ),
];
