use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        GroupRef, Set, WindowsVersion,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::ANTI_AFFINITY_CLASS};

rule! {
    /// The groups of Exchange 2003 virtual servers have the anti-affinity class that keeps them on different nodes.
    ///
    /// In a cluster of more than two nodes with Windows 2003 and several virtual servers, the group of each virtual
    /// server has *Microsoft Exchange Virtual Server* among its *AntiAffinityClassNames*. Exchange 2003 sets this when
    /// it makes the virtual server; a group without it is a warning. Windows 2000 does not know the property: a value
    /// there is information. A cluster with nodes of both, in the middle of an upgrade, is not judged.
    ///
    /// # Why it matters
    ///
    /// By the class the Cluster service knows which nodes have a virtual server already, and lets a failed one go to a free
    /// node. Without it, it may try a node that has one: the virtual server fails there, since more than two nodes allow
    /// one each, and the outage lasts until it has found the free node. A value on Windows 2000 does nothing, and misleads
    /// whoever counts on it.
    ///
    /// # How to fix it
    ///
    /// `cluster group "EVS1 Group" /prop AntiAffinityClassNames="Microsoft Exchange Virtual Server":MULTISTR`, for each
    /// group of a virtual server. It replaces what is there: name other classes that the group has in the same command,
    /// separated by commas. Nothing goes offline. On Windows 2000 set preferred owners instead, or upgrade.
    pub static ANTI_AFFINITY = {
        check,
        set: &EXCHANGE_2003,
        name: "anti-affinity",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::TechNet("bb124140", "Cluster-Specific Configurations"), Source::Kb(296_799)],
        basis: Basis::Microsoft,
        covers: &["GRP-009", "GRP-010"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    let several = all.len() > 1;
    let older = cluster.nodes_on(|windows| windows < WindowsVersion::V2003);
    let newer = cluster.nodes_on(WindowsVersion::is_2003);
    let groups = Set::new(all, []).flat_map(Evs::group);
    let (Some(older), Some(newer)) = (findings.need_all(older), findings.need_all(newer)) else { return };
    match (older.len(), newer.len()) {
        (1.., 0) => {
            for group in findings.each(groups) {
                none_on_windows_2000(group, findings);
            }
        }
        (0, 3..) if several && findings.need(cluster.exchange()).is_some_and(|version| *version == V2003) => {
            for group in findings.each(groups) {
                class_of_exchange(group, findings);
            }
        }
        _ => {}
    }
}

fn none_on_windows_2000(group: GroupRef<'_>, findings: &mut Findings) {
    if !findings.each(group.anti_affinity_classes()).is_empty() {
        let message =
            format!("`{}` has an anti-affinity class, which Windows 2000 does not know", group.name());
        findings.report(group.anti_affinity_classes().path(), message).at_most(Severity::Information);
    }
}

fn class_of_exchange(group: GroupRef<'_>, findings: &mut Findings) {
    let classes = group.anti_affinity_classes().members();
    let own = classes.filter(|class| class.peek().is_some_and(|class| *class == *ANTI_AFFINITY_CLASS));
    if own.peek().is_empty() && findings.need_all(own).is_some() {
        let message = format!("`{}` lacks the anti-affinity class `{ANTI_AFFINITY_CLASS}`", group.name());
        findings.report(group.anti_affinity_classes().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("as Exchange 2003 sets it", FOUR_NODES_2003),
    passes("two nodes have no choice", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        anti_affinity_classes = []
        "#,
    ),
    passes("one virtual server on four nodes", FOUR_NODES_2003)
        .without(&["virtual_servers[EVS2]", "virtual_servers[EVS3]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            anti_affinity_classes = []
            "#,
        ),
    passes("a second class beside it", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        anti_affinity_classes = ["Heavy", "microsoft exchange virtual server"]
        "#,
    ),
    passes("in the middle of an upgrade of Windows", FOUR_NODES_2003).with(
        r#"
        nodes = [{ name = "NODE4", windows = { version = "2000" } }]

        [[groups]]
        name = "EVS2 Group"
        anti_affinity_classes = []
        "#,
    ),
    fails("a group that lost it", FOUR_NODES_2003, &["groups[EVS2 Group].anti_affinity_classes"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        anti_affinity_classes = []
        "#,
    ),
    fails("Windows 2000: information", TWO_NODES_2000, &["groups[EVS1 Group].anti_affinity_classes"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        anti_affinity_classes = ["Microsoft Exchange Virtual Server"]
        "#,
    ),
    not_applicable("no virtual server yet", FOUR_NODES_2003).with("virtual_servers = []"),
    unknown("nobody looked", FOUR_NODES_2003, &["groups[EVS3 Group].anti_affinity_classes"])
        .without(&["groups[EVS3 Group].anti_affinity_classes"]),
    unknown("a node whose Windows is not known", FOUR_NODES_2003, &["nodes[NODE2].windows.version"])
        .without(&["nodes[NODE2].windows.version"]),
];
