use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003, V2007},
        Layout,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::MOST_DATABASES_PER_STORAGE_GROUP};

rule! {
    /// A storage group holds at most five databases.
    ///
    /// Mailbox and public-folder databases count alike, and so do those of a recovery storage group. In cluster
    /// continuous replication the limit is one, which `exchange2007/one-database-per-storage-group` judges.
    ///
    /// # Why it matters
    ///
    /// The store runs one instance of its database engine for each storage group, and an instance takes five
    /// databases. Exchange refuses to make a sixth; a plan that counts on it cannot be carried out, and on the day
    /// of the migration the mailboxes meant for that database have no place to go.
    ///
    /// # How to fix it
    ///
    /// Make another storage group on the virtual server, in System Manager or (Exchange 2007) with
    /// `New-StorageGroup`, as long as the limit on storage groups allows; put its logs on a disk of the same
    /// cluster group. Make the database there and move the mailboxes into it. Or place the database on another
    /// virtual server.
    pub static DATABASES_PER_STORAGE_GROUP = {
        check,
        set: &CLUSTER,
        name: "databases-per-storage-group",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003, V2007],
        sources: &[
            Source::Microsoft("Exchange Server 2003 help, \"Managing Storage Groups\""),
            Source::Microsoft("Exchange Server backup and restore reference, CChkSGFiles class"),
            Source::Kb(251_123),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no virtual server");
    }
    for evs in servers {
        for group in findings.each(evs.listed().storage_groups()) {
            let Some(databases) = findings.need(group.databases()) else { continue };
            if *databases > MOST_DATABASES_PER_STORAGE_GROUP && !is_copied(cluster, findings) {
                findings.report(
                    databases.path(),
                    format!(
                        "`{}` holds {databases} databases, where a storage group takes {MOST_DATABASES_PER_STORAGE_GROUP}",
                        group.name()
                    ),
                );
            }
        }
    }
}

/// Whether the storage groups of the cluster are copied, and so have a limit of their own; also where that is not known.
fn is_copied(cluster: ClusterRef<'_>, findings: &mut Findings) -> bool {
    let exchange = findings.need(cluster.exchange());
    if exchange.is_some_and(|version| *version < V2007) {
        return false;
    }
    findings.need(cluster.layout()).is_none_or(|layout| *layout == Layout::ContinuousReplication)
}

const EXAMPLES: &[Example] = &[
    passes("two databases in a storage group", TWO_NODES_2003),
    passes("one in each of three virtual servers", FOUR_NODES_2003),
    passes("one in each storage group of a single copy cluster", SCC_2007),
    passes("five databases", TWO_NODES_2000).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", databases = 5 }]
        "#,
    ),
    passes("the limit of a CCR is another rule's matter", CCR_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", databases = 6 }]
        "#,
    ),
    fails(
        "six databases",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].storage_groups[First Storage Group].databases"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", databases = 6 }]
        "#,
    ),
    fails(
        "six in a single copy cluster",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[Second Storage Group].databases"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Second Storage Group", databases = 6 }]
        "#,
    ),
    not_applicable("no virtual server", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "nobody counted the databases",
        FOUR_NODES_2003,
        &["virtual_servers[EVS2].storage_groups[First Storage Group].databases"],
    )
    .without(&["virtual_servers[EVS2].storage_groups[First Storage Group].databases"]),
    unknown("six databases in a cluster whose layout is not known", SCC_2007, &["layout"])
        .without(&["layout"])
        .with(
            r#"
            [[virtual_servers]]
            name = "CMS1"
            storage_groups = [{ name = "Second Storage Group", databases = 6 }]
            "#,
        ),
];
