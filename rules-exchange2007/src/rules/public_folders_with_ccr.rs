use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A CCR cluster holds a public-folder database only if no other server of the organisation does.
    ///
    /// As soon as two servers have a public-folder database, public folders replicate between them in their own way,
    /// and that does not go together with continuous replication. A CCR cluster that holds the only public-folder
    /// database of the organisation is in order. How many servers have such a database, the cluster itself among them,
    /// is `directory.public_folder_servers` in the definition.
    ///
    /// # Why it matters
    ///
    /// After a failover that lost logs, the public-folder database of a CCR does not come online by itself where its
    /// folders are replicated: it waits until the original copy with all its logs is back. If that never comes back,
    /// neither does the database.
    ///
    /// # How to fix it
    ///
    /// Hold the replicas on a server without continuous replication, such as a single copy cluster: add it to the
    /// replica lists (`AddReplicaToPFRecursive.ps1`), wait until everything has arrived, take the cluster off the lists
    /// (`RemoveReplicaFromPFRecursive.ps1`), and remove its public-folder database when it is empty. During a migration
    /// both may have one for a time: keep that time short, and the logs of the active node safe.
    pub static PUBLIC_FOLDERS_WITH_CCR = {
        check,
        set: &EXCHANGE_2007,
        name: "public-folders-with-ccr",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb691261", "Managing Public Folder Databases"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["SGD-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("it is no CCR cluster");
    }
    let servers = cluster.directory().public_folder_servers();
    if servers.peek().is_some_and(|servers| *servers <= 1) {
        return;
    }
    for cms in findings.each(cluster.clustered_mailbox_servers()) {
        for group in findings.each(cms.listed().storage_groups()) {
            let Some(databases) = findings.need(group.public_folder_databases()) else { continue };
            if *databases == 0 {
                continue;
            }
            if let Some(servers) = findings.need(servers) {
                let message = format!(
                    "`{}` holds a public-folder database, and so do other servers, {servers} in all",
                    cms.name()
                );
                findings.report(databases.path(), message).related(servers.path(), "how many do");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("no public folders in the cluster", CCR_2007),
    passes("other servers hold the public folders", CCR_2007)
        .with("directory = { public_folder_servers = 3 }"),
    passes("the only public-folder database of the organisation", CCR_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Second Storage Group", public_folder_databases = 1 }]
        "#,
    ),
    fails(
        "a public-folder database beside another server's",
        CCR_2007,
        &["virtual_servers[CMS1].storage_groups[Second Storage Group].public_folder_databases"],
    )
    .with(
        r#"
        directory = { public_folder_servers = 2 }

        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Second Storage Group", public_folder_databases = 1 }]
        "#,
    ),
    not_applicable("a single copy cluster", SCC_2007).with("directory = { public_folder_servers = 2 }"),
    unknown(
        "nobody knows how many servers hold public folders",
        CCR_2007,
        &["directory.public_folder_servers"],
    )
    .without(&["directory.public_folder_servers"])
    .with(
        r#"
            [[virtual_servers]]
            name = "CMS1"
            storage_groups = [{ name = "Second Storage Group", public_folder_databases = 1 }]
            "#,
    ),
];
