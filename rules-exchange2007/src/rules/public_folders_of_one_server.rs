use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes, member,
        parts,
    },
    fleet_rule,
    model::{ClusterRef, ExchangeVersion, Known, Layout},
    testing::reference::{CCR_2007, TWO_NODES_2003},
};

use crate::EXCHANGE_2007;

fleet_rule! {
    /// A CCR cluster that holds public folders is the only cluster of its domain that does.
    ///
    /// The rule compares the clusters of one domain, of any version of Exchange, that have a storage group with a
    /// public-folder database. It is a finding where there are several of them, and one at least is a CCR cluster.
    /// Servers that are in no definition, and clusters of other domains of the organisation, are not seen:
    /// `exchange2007/public-folders-with-ccr` judges by the number of servers that each definition gives.
    ///
    /// # Why it matters
    ///
    /// Public folders replicate by mail between their servers; a CCR cluster ships the logs of its databases. The two
    /// do not go together: after a failover that lost logs the public-folder database of a CCR does not come online
    /// until the lost logs are back. With one public-folder database in the organisation there is nothing to replicate,
    /// and it is supported. During a migration, while the replicas move, both may exist for a time.
    ///
    /// # How to fix it
    ///
    /// Move the replicas to one side: either all to the CCR cluster, or all to servers without continuous replication.
    /// Then remove the public-folder databases of the other side, but only when nothing is left in them
    /// (`Get-PublicFolderStatistics` on Exchange 2007, *Public Folder Instances* in System Manager before).
    pub static PUBLIC_FOLDERS_OF_ONE_SERVER = {
        collect,
        judge,
        set: &EXCHANGE_2007,
        name: "public-folders-of-one-server",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("public folders replicate in their own way, and a CCR in another")],
        basis: Basis::Practice,
        covers: &["SGD-007"],
        fleets: EXAMPLES,
    }
}

const CCR: &str = "ccr";
const OTHER: &str = "other";

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    let mut at = None;
    for evs in triples.each(cluster.clustered_mailbox_servers()) {
        // One that shows in its group only: the list, which is noted, would say more.
        if evs.listed().peek().is_none() {
            continue;
        }
        for storage_group in triples.each(evs.listed().storage_groups()) {
            let databases = triples.need(storage_group.public_folder_databases());
            at = at.or(databases.filter(|databases| **databases > 0).map(Known::path));
        }
    }
    let Some(path) = at else { return };
    let domain = triples.domain(cluster);
    let Some(exchange) = triples.need(cluster.exchange()) else { return };
    let is_ccr = *exchange == ExchangeVersion::V2007
        && triples.need(cluster.layout()).is_some_and(|layout| *layout == Layout::ContinuousReplication);
    if !domain.is_empty() {
        let label = domain.split('.').next().unwrap_or_default();
        let word = if is_ccr { CCR } else { OTHER };
        triples.hold(format!("public folders of {label}"), format!("{word} {domain}"), path);
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|value| parts::<2>(value)[1]) {
        let clusters = group.clusters();
        if clusters > 1 && group.list.iter().any(|holder| parts::<2>(holder.value)[0] == CCR) {
            let message = format!("{clusters} clusters of a domain hold public folders, and one is a CCR");
            findings.report(&group.list, message);
        }
    }
}

/// A CCR that holds public folders.
const WITH: &str = r#"
virtual_servers = [{ name = "CMS1", storage_groups = [{ name = "First Storage Group", public_folder_databases = 1 }] }]
"#;

/// A cluster that does not.
const WITHOUT: &str = r#"
name = "MAILCLU2"
virtual_servers = [{ name = "EVS1", storage_groups = [{ name = "First Storage Group", public_folder_databases = 0 }] }]
"#;

const EXAMPLES: &[FleetExample] = &[
    fleet_passes(
        "only the CCR holds public folders",
        &[member(CCR_2007, WITH), member(TWO_NODES_2003, WITHOUT)],
    ),
    fleet_passes(
        "two clusters that are no CCR",
        &[member(TWO_NODES_2003, ""), member(TWO_NODES_2003, r#"name = "MAILCLU2""#)],
    ),
    fleet_fails(
        "another cluster holds public folders, too",
        &[member(CCR_2007, WITH), member(TWO_NODES_2003, r#"name = "MAILCLU2""#)],
        &[&[
            "1: virtual_servers[CMS1].storage_groups[First Storage Group].public_folder_databases",
            "2: virtual_servers[EVS1].storage_groups[First Storage Group].public_folder_databases",
        ]],
    ),
    fleet_incomplete(
        "storage groups that are not known",
        &[
            member(CCR_2007, WITH),
            member(TWO_NODES_2003, r#"name = "MAILCLU2""#).without(&["virtual_servers[EVS1].storage_groups"]),
        ],
        &["2: virtual_servers[EVS1].storage_groups"],
    ),
];
