use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::{EXCHANGE_2007, facts::TOLERATED_HEARTBEATS};

rule! {
    /// A CCR cluster on Windows 2003 tolerates ten missed heartbeats.
    ///
    /// The guide to CCR on Windows 2003 has a step of its own that raises the tolerance, once the update for it (KB 921181,
    /// or Service Pack 2) is there. Ten is the value that is commonly given; we do not have the wording of that step.
    /// Windows 2008 has other settings for this and is not judged.
    ///
    /// # Why it matters
    ///
    /// The nodes of a CCR cluster are often far apart, with a network between them that is interrupted now and then. By
    /// default a node is given up after a few missed heartbeats, within seconds: a short interruption becomes a
    /// failover, and with CCR a failover that nobody planned may lose logs.
    ///
    /// # How to fix it
    ///
    /// Follow "How to Configure Tolerance Settings for Missed Cluster Heartbeats" (bb310759): with `cluster.exe` set the
    /// two tolerance properties of the cluster to 10, then restart the Cluster service on one node after the other. Move
    /// the clustered mailbox server and the default group off a node before its turn, and see that the file share witness
    /// is reachable all the time: without it the restart costs the quorum.
    pub static HEARTBEAT_TOLERANCE = {
        check,
        set: &EXCHANGE_2007,
        name: "heartbeat-tolerance",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb310759", "How to Configure Tolerance Settings for Missed Cluster Heartbeats"),
            Source::Microsoft("Exchange Server 2007 help, Installing Cluster Continuous Replication on Windows Server 2003"),
        ],
        basis: Basis::Microsoft,
        covers: &["CCR-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("it is no CCR cluster");
    }
    let on_2003 = cluster.nodes_on(WindowsVersion::is_2003);
    if on_2003.is_complete() && on_2003.peek().is_empty() {
        return findings.not_applicable("its nodes do not run Windows 2003");
    }
    let Some(tolerated) = findings.need(cluster.quorum().missed_heartbeats()) else { return };
    if *tolerated < TOLERATED_HEARTBEATS && !findings.each(on_2003).is_empty() {
        findings.report(
            tolerated.path(),
            format!(
                "a node is given up after {tolerated} missed heartbeats, instead of {TOLERATED_HEARTBEATS}"
            ),
        );
    }
}

const EXAMPLES: &[Example] = &[
    passes("ten heartbeats", CCR_2007),
    passes("more than ten", CCR_2007).with("quorum = { missed_heartbeats = 20 }"),
    fails("two heartbeats", CCR_2007, &["quorum.missed_heartbeats"])
        .with("quorum = { missed_heartbeats = 2 }"),
    not_applicable("a single copy cluster", SCC_2007),
    not_applicable("Windows 2008", CCR_2007_WINDOWS_2008).with("quorum = { missed_heartbeats = 5 }"),
    unknown("nobody looked", CCR_2007, &["quorum.missed_heartbeats"]).without(&["quorum.missed_heartbeats"]),
    unknown(
        "the Windows of the nodes is not known",
        CCR_2007,
        &["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"],
    )
    .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
    .with("quorum = { missed_heartbeats = 2 }"),
];
