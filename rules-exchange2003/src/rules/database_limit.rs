use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::MOST_DATABASES};

rule! {
    /// A virtual server has at most twenty databases.
    ///
    /// Four storage groups with five databases each make twenty, mailbox and public-folder databases together. What is in a
    /// recovery storage group does not count.
    ///
    /// # Why it matters
    ///
    /// System Manager makes no twenty-first database. A design with more cannot be built, and whoever finds that out on the
    /// weekend of the migration has mailboxes and nowhere to put them.
    ///
    /// # How to fix it
    ///
    /// Plan fewer, larger databases, or another virtual server on a node of its own for what is left over. To merge
    /// databases that exist, back them up, move the mailboxes with *Exchange Tasks* in Active Directory Users and
    /// Computers, and remove a database only when it is empty.
    pub static DATABASE_LIMIT = {
        check,
        set: &EXCHANGE_2003,
        name: "database-limit",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Server 2003 help, \"Managing Storage Groups\""),
            Source::Kb(251_123),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server");
    }
    for evs in all {
        if evs.databases_at_most().is_some_and(|most| most <= MOST_DATABASES) {
            continue;
        }
        let groups = findings.each(evs.storage_groups());
        let counts = groups.into_iter().filter_map(|group| findings.need(group.databases()));
        let count: u64 = counts.map(|databases| u64::from(*databases)).sum();
        if count > MOST_DATABASES {
            findings.report(
                evs.listed().storage_groups().path(),
                format!(
                    "`{}` has {count} databases, where a virtual server takes {MOST_DATABASES}",
                    evs.name()
                ),
            );
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two databases", TWO_NODES_2003),
    passes("three virtual servers", FOUR_NODES_2003),
    passes("twenty databases, and one in the recovery storage group", TWO_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "First Storage Group", databases = 5 },
            { name = "SG2", databases = 5, recovery = false },
            { name = "SG3", databases = 5, recovery = false },
            { name = "SG4", databases = 5, recovery = false },
            { name = "Recovery Storage Group", databases = 1, recovery = true },
        ]
        "#,
    ),
    fails("twenty-one databases", TWO_NODES_2003, &["virtual_servers[EVS1].storage_groups"]).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "First Storage Group", databases = 5 },
            { name = "SG2", databases = 5, recovery = false },
            { name = "SG3", databases = 5, recovery = false },
            { name = "SG4", databases = 5, recovery = false },
            { name = "SG5", databases = 1, recovery = false },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "nobody counted the databases of one storage group",
        FOUR_NODES_2003,
        &["virtual_servers[EVS2].storage_groups[First Storage Group].databases"],
    )
    .without(&["virtual_servers[EVS2].storage_groups[First Storage Group].databases"]),
];
