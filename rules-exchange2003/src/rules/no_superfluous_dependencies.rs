use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{self, V2000, V2003},
        GroupRef,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts};

rule! {
    /// No resource of a virtual server waits for one that it does not need.
    ///
    /// Which dependencies a resource needs, directly or through others, is told by
    /// `exchange2003/resource-dependencies`. Harmless, and no finding, are a dependency that another one implies, that
    /// of a disk on the disk on which it is mounted, and every dependency of or on a resource that is no Exchange
    /// resource, address, name or disk. Protocols of Exchange 2003 that wait for the store as in Exchange 2000 are
    /// reported by `exchange2003/resource-dependencies`, and resources that wait for each other by
    /// `cluster/dependencies-resolve`. A virtual server in the middle of its upgrade is not judged.
    ///
    /// # Why it matters
    ///
    /// Each dependency makes a resource wait for another one, and takes it offline with it. A Network Name that waits for
    /// a disk is gone while the disk is checked; a store that waits for a protocol does not start when the protocol
    /// fails. Failover takes longer, and one defect takes more services down than it has to.
    ///
    /// # How to fix it
    ///
    /// Take the dependent resource offline in a maintenance window, remove the dependency (*Dependencies, Modify* in
    /// its properties, or `cluster resource "name" /removedep:"other"`), and bring it online again. No data is touched.
    /// Keep those that `exchange2003/resource-dependencies` asks for.
    pub static NO_SUPERFLUOUS_DEPENDENCIES = {
        check,
        set: &EXCHANGE_2003,
        name: "no-superfluous-dependencies",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Practice("what a resource does not need, it should not wait for"),
            Source::Kb(821_833),
        ],
        basis: Basis::Practice,
        covers: &["RES-031"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()).map(|version| *version) else { return };
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in all {
        if evs.listed().version().peek().is_some_and(|own| *own != version) {
            continue;
        }
        for group in findings.each(evs.group()) {
            judge(group, version, findings);
        }
    }
}

fn judge(group: GroupRef<'_>, version: ExchangeVersion, findings: &mut Findings) {
    let dependencies = group.dependencies();
    findings.each(dependencies.unresolved());
    // Resources that wait for each other are the matter of `dependencies-resolve`.
    if !dependencies.cycles().is_empty() {
        return;
    }
    for (resource, name, target) in dependencies.edges() {
        let (Some(kind), Some(on)) = (findings.need(resource.r#type()), findings.need(target.r#type()))
        else {
            continue;
        };
        if facts::needs(&kind, &on, version) == Some(false) {
            let message = format!("`{}` waits for `{name}`, which it does not need", resource.name());
            findings.report(name.path(), message).related(target.path(), "what it waits for");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000", TWO_NODES_2000),
    passes("Exchange 2003", FOUR_NODES_2003),
    passes("what is implied anyway, a mount point, and another maker's resource", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk T:", depends_on = ["Disk S:"] },
            { name = "Mirror", type = "Replication Agent", depends_on = ["Exchange Information Store (EVS1)"] },
            { name = "Exchange Information Store (EVS1)", depends_on = ["Exchange System Attendant (EVS1)", "EVS1 Name", "Disk T:"] },
            { name = "MS Search (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] },
            { name = "Exchange System Attendant (EVS1)", depends_on = ["EVS1 Name", "Disk S:", "Disk T:", "Link"] },
            { name = "Link", type = "Cluster Enabler", depends_on = [] },
        ]
        "#,
    ),
    passes("the old form of Exchange 2000 is the matter of another rule", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "SMTP (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] }]
        "#,
    ),
    passes("a virtual server that waits for its upgrade", TWO_NODES_2003).with(
        r#"
        virtual_servers = [{ name = "EVS1", version = "2000" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "MTA (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] }]
        "#,
    ),
    passes("a circle is the matter of another rule", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 IP", depends_on = ["Exchange System Attendant (EVS1)"] }]
        "#,
    ),
    fails(
        "a name that waits for a disk, and a store that waits for a protocol",
        TWO_NODES_2003,
        &[
            "groups[EVS1 Group].resources[EVS1 Name].depends_on[Disk S:]",
            "groups[EVS1 Group].resources[Exchange Information Store (EVS1)].depends_on[SMTP (EVS1)]",
        ],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "EVS1 Name", depends_on = ["EVS1 IP", "Disk S:"] },
            { name = "Exchange Information Store (EVS1)", depends_on = ["Exchange System Attendant (EVS1)", "SMTP (EVS1)"] },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "dependencies that nobody wrote down",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].depends_on"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].depends_on"]),
];
