use std::collections::HashMap;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        FactPath, GroupRef, Name,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// With several virtual servers on more than two nodes, each group has a first preferred owner of its own.
    ///
    /// Two groups with the same first preferred owner are a finding, and so is a group without any. One virtual server alone,
    /// and a cluster of two nodes, need none.
    ///
    /// # Why it matters
    ///
    /// After a restart of the whole cluster, the groups go to their preferred owners. Two virtual servers cannot run on one
    /// node of several: the second one fails there first, and moves on until it finds a free one. Without preferred
    /// owners nobody can say where a virtual server belongs, and where to move it back to.
    ///
    /// # How to fix it
    ///
    /// In the properties of each group in Cluster Administrator, *Preferred owners, Modify*, put its own node first and
    /// the node that stands by second, or `cluster group "EVS1 Group" /setowners:NODE1,NODE4`. Nothing moves, as long
    /// as failback is prevented.
    pub static DISTINCT_PREFERRED_OWNERS = {
        check,
        set: &EXCHANGE_2003,
        name: "distinct-preferred-owners",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster")],
        basis: Basis::Microsoft,
        covers: &["GRP-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes().members();
    if nodes.peek().len() <= 2 {
        if findings.need_all(nodes).is_some() {
            findings.not_applicable("with two nodes, the other one is always the one to fail over to");
        }
        return;
    }
    let all = findings.each(cluster.evs());
    if all.len() < 2 {
        return findings.not_applicable("there are no two virtual servers to keep apart");
    }
    let mut taken = HashMap::new();
    for groups in all.into_iter().map(Evs::group) {
        for group in findings.each(groups) {
            judge(group, &mut taken, findings);
        }
    }
}

/// The groups by their first preferred owner, with the place where that stands.
type Taken<'a> = HashMap<&'a Name, (FactPath, GroupRef<'a>)>;

fn judge<'a>(group: GroupRef<'a>, taken: &mut Taken<'a>, findings: &mut Findings) {
    let owners = group.preferred_owners().members();
    let Some(owner) = owners.peek().first().and_then(|owner| owner.known()) else {
        if findings.need_all(owners).is_some() {
            let message = format!("`{}` has no preferred owner", group.name());
            findings.report(group.preferred_owners().path(), message);
        }
        return;
    };
    let (place, first) = *taken.entry(owner.value()).or_insert((owner.path(), group));
    if first.path() != group.path() {
        let message = format!("`{}` prefers `{owner}`, and so does `{}`", group.name(), first.name());
        findings.report(owner.path(), message).related(place, "the other group");
    }
}

const EXAMPLES: &[Example] = &[
    passes("each on a node of its own", FOUR_NODES_2003),
    fails("two on one node", FOUR_NODES_2003, &["groups[EVS2 Group].preferred_owners[NODE1]"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        preferred_owners = ["NODE1", "NODE4"]
        "#,
    ),
    fails("none", FOUR_NODES_2003, &["groups[EVS3 Group].preferred_owners"]).with(
        r#"
        [[groups]]
        name = "EVS3 Group"
        preferred_owners = []
        "#,
    ),
    not_applicable("two nodes", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        preferred_owners = []
        "#,
    ),
    not_applicable("one virtual server on four nodes", FOUR_NODES_2003)
        .without(&["virtual_servers[EVS2]", "virtual_servers[EVS3]"]),
    unknown("nobody looked", FOUR_NODES_2003, &["groups[EVS1 Group].preferred_owners"])
        .without(&["groups[EVS1 Group].preferred_owners"]),
    unknown("there may be more nodes", TWO_NODES_2003, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
