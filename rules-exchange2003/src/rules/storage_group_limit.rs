use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        Known,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::MOST_STORAGE_GROUPS};

rule! {
    /// A node never runs more than four storage groups, not even after a failover.
    ///
    /// The store of one computer takes four storage groups. So a virtual server has at most four, and on two nodes that
    /// both run a virtual server the storage groups of both together are at most four: one node runs them all when the
    /// other fails. With more than two nodes each virtual server has a node of its own, and only its own number counts.
    /// A recovery storage group, which Exchange 2003 has beside these, does not count.
    ///
    /// # Why it matters
    ///
    /// The node that takes over cannot mount what is over the limit: the Information Store of the second virtual server
    /// fails there, and the whole virtual server stays offline in just the case that the cluster was built for.
    ///
    /// # How to fix it
    ///
    /// On two active nodes: leave each virtual server two storage groups (or share four out in another way). Put
    /// further databases into the storage groups that are there, up to five in each. Empty a storage group that is to
    /// go: move its mailboxes with *Exchange Tasks* in Active Directory Users and Computers, and remove its databases
    /// and the storage group itself in System Manager only when they are empty and backed up. Or go back to one virtual
    /// server and a passive node.
    pub static STORAGE_GROUP_LIMIT = {
        check,
        set: &EXCHANGE_2003,
        name: "storage-group-limit",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Kb(314_266),
            Source::Kb(259_197),
            Source::Microsoft("Exchange Server 2003 help, \"Managing Storage Groups\""),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-001", "SGD-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server");
    }
    let mut one_alone = false;
    for evs in &all {
        if evs.storage_groups_at_most().is_some_and(|most| most <= MOST_STORAGE_GROUPS) {
            continue;
        }
        let count = findings.each(evs.storage_groups()).len();
        if count > MOST_STORAGE_GROUPS {
            one_alone = true;
            findings.report(
                evs.listed().storage_groups().path(),
                format!(
                    "`{}` has {count} storage groups, where a node takes {MOST_STORAGE_GROUPS}",
                    evs.name()
                ),
            );
        }
    }
    if all.len() > 1 && !one_alone {
        on_one_node_after_a_failover(cluster, &all, findings);
    }
}

fn on_one_node_after_a_failover(cluster: ClusterRef<'_>, all: &[Evs<'_>], findings: &mut Findings) {
    let most: Option<usize> = all.iter().map(|evs| evs.storage_groups_at_most()).sum();
    if most.is_some_and(|most| most <= MOST_STORAGE_GROUPS) {
        return;
    }
    let Some(nodes) = findings.need_all(cluster.nodes()) else { return };
    if nodes.len() > 2 {
        return;
    }
    let count: usize = all.iter().map(|evs| findings.each(evs.storage_groups()).len()).sum();
    if count > MOST_STORAGE_GROUPS {
        let list = cluster.virtual_servers().known().map_or(cluster.groups().path(), Known::path);
        let message = format!(
            "{} virtual servers have {count} storage groups together, where the node that is left after a failover takes \
             {MOST_STORAGE_GROUPS}",
            all.len()
        );
        findings.report(list, message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("one storage group", TWO_NODES_2003),
    passes("four nodes, each virtual server within its limit", FOUR_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS2"
        storage_groups = [
            { name = "SG2", recovery = false }, { name = "SG3", recovery = false }, { name = "SG4", recovery = false },
        ]
        "#,
    ),
    passes("four storage groups and one for recovery", TWO_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "SG2", recovery = false }, { name = "SG3", recovery = false }, { name = "SG4", recovery = false },
            { name = "Recovery Storage Group", recovery = true },
        ]
        "#,
    ),
    passes("two active nodes with two storage groups each, nobody knows which is for recovery", TWO_NODES_2003)
        .without(&["virtual_servers[EVS1].storage_groups[First Storage Group].recovery"])
        .with(
            r#"
            virtual_servers = [
                { name = "EVS1", storage_groups = [{ name = "SG2" }] },
                { name = "EVS2", storage_groups = [{ name = "SG1" }, { name = "SG2" }] },
            ]
            "#,
        ),
    fails("five storage groups", TWO_NODES_2003, &["virtual_servers[EVS1].storage_groups"]).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "SG2", recovery = false }, { name = "SG3", recovery = false }, { name = "SG4", recovery = false },
            { name = "SG5", recovery = false },
        ]
        "#,
    ),
    fails("two active nodes with five storage groups between them", TWO_NODES_2003, &["virtual_servers"]).with(
        r#"
        virtual_servers = [
            { name = "EVS1", storage_groups = [{ name = "SG2", recovery = false }] },
            { name = "EVS2", storage_groups = [
                { name = "SG1", recovery = false }, { name = "SG2", recovery = false }, { name = "SG3", recovery = false },
            ] },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("nobody knows the storage groups", TWO_NODES_2003, &["virtual_servers[EVS1].storage_groups"])
        .without(&["virtual_servers[EVS1].storage_groups"]),
    unknown(
        "one of five may be for recovery",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].storage_groups[SG5].recovery"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "SG2", recovery = false }, { name = "SG3", recovery = false }, { name = "SG4", recovery = false },
            { name = "SG5" },
        ]
        "#,
    ),
    unknown("five storage groups of two virtual servers, on nodes that are not known", TWO_NODES_2003, &["nodes"])
        .without(&["nodes"])
        .with(
            r#"
            [[virtual_servers]]
            name = "EVS2"
            storage_groups = [
                { name = "SG1", recovery = false }, { name = "SG2", recovery = false },
                { name = "SG3", recovery = false }, { name = "SG4", recovery = false },
            ]
            "#,
        ),
];
