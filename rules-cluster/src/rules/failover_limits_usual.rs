use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, GroupRef, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007_WINDOWS_2008, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts};

rule! {
    /// The group of a virtual server has a usual failover threshold and a usual failover period.
    ///
    /// A threshold from 1 to 10 and a period from 1 to 1193 hours, the longest that the Cluster service knows, are
    /// no finding. The defaults are ten times in six hours on Windows 2000 and 2003, and on Windows Server 2008
    /// one time fewer than there are nodes, written as 4294967295, in six hours. On Windows Server 2008 this
    /// number is no finding either.
    ///
    /// The defaults and the longest period are documented; that other values are unwise is practice.
    ///
    /// # Why it matters
    ///
    /// A group whose threshold is 0 stays where it failed, and the passive node is of no use. With a very high
    /// threshold, a virtual server that cannot start anywhere, for example because a disk is missing, moves to and
    /// fro for hours, and each move may mount and dismount its databases.
    ///
    /// # How to fix it
    ///
    /// In the properties of the group, tab *Failover*, set threshold and period back to the defaults. On Windows
    /// 2000 and 2003 you can also run `cluster group "EVS1 Group" /prop FailoverThreshold=10` and then the same
    /// with `FailoverPeriod=6`. This takes nothing offline.
    pub static FAILOVER_LIMITS_USUAL = {
        check,
        set: &CLUSTER,
        name: "failover-limits-usual",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"FailoverThreshold\" and \"FailoverPeriod\""),
            Source::Practice("a group that never or endlessly fails over helps nobody"),
        ],
        basis: Basis::Practice,
        covers: &["GRP-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for groups in all.into_iter().map(Evs::group) {
        for group in findings.each(groups) {
            threshold(group, findings);
            period(group, findings);
        }
    }
}

fn threshold(group: GroupRef<'_>, findings: &mut Findings) {
    let Some(threshold) = findings.need(group.failover_threshold()) else { return };
    let name = group.name();
    match *threshold {
        0 => {
            findings.report(threshold.path(), format!("`{name}` never fails over: its threshold is 0"));
        }
        1..=facts::USUAL_FAILOVERS => {}
        times => {
            let is_default_of_2008 = times == facts::ONE_LESS_THAN_NODES && {
                let older = group.cluster().nodes_on(|windows| !WindowsVersion::is_2008(windows));
                findings.each(older).is_empty()
            };
            if !is_default_of_2008 {
                let message = format!("`{name}` may fail over {times} times before it stays down");
                findings.report(threshold.path(), message);
            }
        }
    }
}

fn period(group: GroupRef<'_>, findings: &mut Findings) {
    if let Some(hours) = findings.need(group.failover_period_h())
        && !facts::FAILOVER_PERIODS.contains(&*hours)
    {
        let message = format!("`{}` counts its failovers over a period of {hours} hours", group.name());
        findings.report(hours.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("the default of Windows 2003", TWO_NODES_2003),
    passes("the default of Windows 2008", SCC_2007),
    passes("fewer times, in a longer period", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        failover_threshold = 3
        failover_period_h = 24
        "#,
    ),
    fails(
        "a virtual server that never fails over",
        TWO_NODES_2003,
        &["groups[EVS1 Group].failover_threshold"],
    )
    .with(
        r#"
            [[groups]]
            name = "EVS1 Group"
            failover_threshold = 0
            "#,
    ),
    fails(
        "the default of Windows 2008 on Windows 2003, where it is a number",
        TWO_NODES_2003,
        &["groups[EVS1 Group].failover_threshold"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        failover_threshold = 4294967295
        "#,
    ),
    fails("no period", CCR_2007_WINDOWS_2008, &["groups[CMS1].failover_period_h"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        failover_period_h = 0
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "neither is known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].failover_threshold", "groups[EVS1 Group].failover_period_h"],
    )
    .without(&["groups[EVS1 Group].failover_threshold", "groups[EVS1 Group].failover_period_h"]),
    unknown(
        "the default of Windows 2008, and a node whose Windows is not known",
        SCC_2007,
        &["nodes[NODE2].windows.version"],
    )
    .without(&["nodes[NODE2].windows.version"]),
];
