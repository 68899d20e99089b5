use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::{
    EXCHANGE_2007,
    facts::{MOST_DATABASES, MOST_STORAGE_GROUPS},
};

rule! {
    /// A clustered mailbox server has at most fifty databases in at most fifty storage groups.
    ///
    /// These are the limits of Enterprise Edition, the only one that can be clustered. Mailbox and public-folder
    /// databases count alike. A recovery storage group is not counted, nor what is in it. Where there are too many
    /// storage groups, that is the only finding, and their databases are not counted.
    ///
    /// # Why it matters
    ///
    /// Exchange refuses to make or to mount the fifty-first. In a plan with one database in each storage group, as
    /// replication demands, both limits are reached at once, and a design that ignores them cannot be built.
    ///
    /// # How to fix it
    ///
    /// Plan larger databases, or another clustered mailbox server: in a single copy cluster on a node of its own, with CCR
    /// in a cluster of its own. To merge databases that exist, back them up, move the mailboxes with `Move-Mailbox`, and
    /// remove a database and its storage group only when it is empty.
    pub static DATABASE_LIMIT = {
        check,
        set: &EXCHANGE_2007,
        name: "database-limit",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb232170", "Exchange Server 2007: Platforms, Editions, and Versions"),
            Source::Microsoft("Exchange Server 2007 help, Understanding the Exchange 2007 Store"),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    for cms in servers {
        if !has_too_many_storage_groups(cms, findings) {
            count_databases(cms, findings);
        }
    }
}

fn has_too_many_storage_groups(cms: Evs<'_>, findings: &mut Findings) -> bool {
    if cms.storage_groups_at_most().is_some_and(|most| most <= MOST_STORAGE_GROUPS) {
        return false;
    }
    let count = findings.each(cms.storage_groups()).len();
    let too_many = count > MOST_STORAGE_GROUPS;
    if too_many {
        let message =
            format!("`{}` has {count} storage groups, where {MOST_STORAGE_GROUPS} are the limit", cms.name());
        findings.report(cms.listed().storage_groups().path(), message);
    }
    too_many
}

fn count_databases(cms: Evs<'_>, findings: &mut Findings) {
    if cms.databases_at_most().is_some_and(|most| most <= MOST_DATABASES) {
        return;
    }
    let groups = findings.each(cms.storage_groups());
    let counts = groups.into_iter().filter_map(|group| findings.need(group.databases()));
    let count: u64 = counts.map(|databases| u64::from(*databases)).sum();
    if count > MOST_DATABASES {
        let message = format!("`{}` has {count} databases, where {MOST_DATABASES} are the limit", cms.name());
        findings.report(cms.listed().storage_groups().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("two databases in a single copy cluster", SCC_2007),
    passes("two databases in a CCR", CCR_2007),
    passes("fifty databases, and one more in the recovery storage group", SCC_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [
            { name = "First Storage Group", databases = 49 },
            { name = "Recovery Storage Group", databases = 1, recovery = true },
        ]
        "#,
    ),
    fails("fifty-one databases", SCC_2007, &["virtual_servers[CMS1].storage_groups"]).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", databases = 50 }]
        "#,
    ),
    fails("fifty-one storage groups with a database each", CCR_2007, &["virtual_servers[CMS1].storage_groups"]).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [
            { name = "3", recovery = false, databases = 1 }, { name = "4", recovery = false, databases = 1 },
            { name = "5", recovery = false, databases = 1 }, { name = "6", recovery = false, databases = 1 },
            { name = "7", recovery = false, databases = 1 }, { name = "8", recovery = false, databases = 1 },
            { name = "9", recovery = false, databases = 1 }, { name = "10", recovery = false, databases = 1 },
            { name = "11", recovery = false, databases = 1 }, { name = "12", recovery = false, databases = 1 },
            { name = "13", recovery = false, databases = 1 }, { name = "14", recovery = false, databases = 1 },
            { name = "15", recovery = false, databases = 1 }, { name = "16", recovery = false, databases = 1 },
            { name = "17", recovery = false, databases = 1 }, { name = "18", recovery = false, databases = 1 },
            { name = "19", recovery = false, databases = 1 }, { name = "20", recovery = false, databases = 1 },
            { name = "21", recovery = false, databases = 1 }, { name = "22", recovery = false, databases = 1 },
            { name = "23", recovery = false, databases = 1 }, { name = "24", recovery = false, databases = 1 },
            { name = "25", recovery = false, databases = 1 }, { name = "26", recovery = false, databases = 1 },
            { name = "27", recovery = false, databases = 1 }, { name = "28", recovery = false, databases = 1 },
            { name = "29", recovery = false, databases = 1 }, { name = "30", recovery = false, databases = 1 },
            { name = "31", recovery = false, databases = 1 }, { name = "32", recovery = false, databases = 1 },
            { name = "33", recovery = false, databases = 1 }, { name = "34", recovery = false, databases = 1 },
            { name = "35", recovery = false, databases = 1 }, { name = "36", recovery = false, databases = 1 },
            { name = "37", recovery = false, databases = 1 }, { name = "38", recovery = false, databases = 1 },
            { name = "39", recovery = false, databases = 1 }, { name = "40", recovery = false, databases = 1 },
            { name = "41", recovery = false, databases = 1 }, { name = "42", recovery = false, databases = 1 },
            { name = "43", recovery = false, databases = 1 }, { name = "44", recovery = false, databases = 1 },
            { name = "45", recovery = false, databases = 1 }, { name = "46", recovery = false, databases = 1 },
            { name = "47", recovery = false, databases = 1 }, { name = "48", recovery = false, databases = 1 },
            { name = "49", recovery = false, databases = 1 }, { name = "50", recovery = false, databases = 1 },
            { name = "51", recovery = false, databases = 1 },
        ]
        "#,
    ),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("nobody knows the storage groups", SCC_2007, &["virtual_servers[CMS1].storage_groups"])
        .without(&["virtual_servers[CMS1].storage_groups"]),
];
