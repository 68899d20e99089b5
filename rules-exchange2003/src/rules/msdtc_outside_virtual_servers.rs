use std::collections::BTreeMap;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceType, WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// On Windows 2000, MSDTC has not landed in the group of a virtual server.
    ///
    /// `comclust.exe` puts the resource into the first group, by the alphabet, that has an address, a network name and a
    /// disk. Where the group of a virtual server was prepared first, that may be the one. Whether MSDTC belongs into the
    /// default group is another question (`exchange2003/msdtc-in-default-group`).
    ///
    /// # Why it matters
    ///
    /// MSDTC keeps its log on a disk of the virtual server and goes offline with it. The disk cannot be replaced, nor the
    /// virtual server retired, without breaking MSDTC, and a failure of MSDTC can move the mailboxes.
    ///
    /// # How to fix it
    ///
    /// While nobody installs anything: make sure that the group that is to hold MSDTC has an address, a name and a disk,
    /// and comes first by the alphabet (a group can be renamed for the moment). Take the MSDTC resource offline and
    /// delete it; nothing of the virtual server depends on it. Run `comclust.exe -r` and then `comclust.exe` on each
    /// node, one after the other, as KB 243204 describes. A transaction log on the old disk that holds open transactions
    /// has to be finished first.
    pub static MSDTC_OUTSIDE_VIRTUAL_SERVERS = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-outside-virtual-servers",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[Source::Kb(290_624), Source::Kb(243_204)],
        basis: Basis::Microsoft,
        covers: &["DTC-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if findings.each(cluster.nodes_on(|windows| windows == WindowsVersion::V2000)).is_empty() {
        return findings.not_applicable("no node has Windows 2000");
    }
    let msdtcs = findings.each(cluster.resources_of(&ResourceType::Msdtc));
    if msdtcs.is_empty() {
        return findings.not_applicable("there is no MSDTC resource");
    }
    let mut in_groups = BTreeMap::new();
    for evs in findings.each(cluster.evs()) {
        for group in findings.each(evs.group()) {
            in_groups.insert(group.path(), evs);
        }
    }
    for msdtc in msdtcs {
        if let Some(evs) = in_groups.get(&msdtc.group().path()) {
            let message =
                format!("`{}` is in the group of the virtual server `{}`", msdtc.name(), evs.name());
            findings.report(msdtc.path(), message).related(evs.path(), "the virtual server");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("in the default group", TWO_NODES_2000),
    passes("in a group of its own", TWO_NODES_2000)
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(
            r#"
        [[groups]]
        name = "MSDTC Group"
        resources = [{ name = "MSDTC", type = "Distributed Transaction Coordinator" }]
        "#,
        ),
    fails("with a virtual server", TWO_NODES_2000, &["groups[EVS1 Group].resources[MSDTC]"])
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "MSDTC", type = "Distributed Transaction Coordinator" }]
            "#,
        ),
    not_applicable("Windows 2003", TWO_NODES_2003),
    not_applicable("no MSDTC resource", TWO_NODES_2000).without(&["groups[Cluster Group].resources[MSDTC]"]),
    unknown("the group of the virtual server is not known", TWO_NODES_2000, &["virtual_servers[EVS1].group"])
        .without(&["virtual_servers[EVS1].group"]),
];
