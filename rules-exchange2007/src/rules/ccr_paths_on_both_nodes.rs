use std::collections::BTreeMap;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DriveLetter, Evs, ExchangeVersion::V2007, Layout, WindowsPath},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// Both Mailbox nodes of a CCR cluster have the drives of the database and log paths.
    ///
    /// The paths of a storage group are the same on both nodes, as they are stored once for both. The rule compares the
    /// drive of each path with the local drives of each node that has the Mailbox role. A node without that role, which
    /// only votes, needs none of them. Whether there is room enough on a drive is not judged.
    ///
    /// # Why it matters
    ///
    /// Where the drive is missing, the passive node has no place for its copy. Replication fails at once, and after a
    /// failover there is nothing to mount.
    ///
    /// # How to fix it
    ///
    /// On the node that lacks the drive, give a disk the letter that the paths name, in Disk Management, or add a disk;
    /// then seed the copy with `Update-StorageGroupCopy`, and look at it with `Get-StorageGroupCopyStatus`. To change
    /// the paths instead means to move the databases on both nodes, while they are dismounted and their copies
    /// suspended: make a backup first.
    pub static CCR_PATHS_ON_BOTH_NODES = {
        check,
        set: &EXCHANGE_2007,
        name: "ccr-paths-on-both-nodes",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb676502", "Standby Continuous Replication"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-023"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("there is no continuous replication");
    }
    let all = findings.each(cluster.clustered_mailbox_servers());
    if all.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server yet");
    }
    let paths = drives_of(&all, findings);
    for node in findings.each(cluster.mailbox_nodes()) {
        let drives = node.local_drives().members();
        for (drive, path) in &paths {
            if drives.peek().iter().any(|local| local.peek() == Some(drive)) {
                continue;
            }
            if findings.need_all(drives.clone()).is_some() {
                let message = format!("`{}` has no drive {drive}:, where `{path}` is", node.name());
                findings.report(node.local_drives().path(), message).related(path.path(), "the path");
            }
        }
    }
}

/// The drives of the databases, logs and system files, each with the first path on it.
fn drives_of<'a>(all: &[Evs<'a>], findings: &mut Findings) -> BTreeMap<DriveLetter, At<'a, WindowsPath>> {
    let mut drives = BTreeMap::new();
    for path in all.iter().flat_map(|evs| findings.each(evs.databases_and_logs())).collect::<Vec<_>>() {
        match path.peek().and_then(WindowsPath::drive) {
            Some(drive) => {
                drives.entry(drive).or_insert(path);
            }
            None => findings.unknown(path.path()),
        }
    }
    drives
}

const EXAMPLES: &[Example] = &[
    passes("both drives on both nodes", CCR_2007),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    passes("a voter without the drives", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        local_drives = ["C"]
        "#,
    ),
    fails("the drive of the logs is missing on the passive node", CCR_2007, &["nodes[NODE2].local_drives"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            local_drives = ["C", "D", "E", "S"]
            "#,
        ),
    not_applicable("a single copy cluster", SCC_2007),
    not_applicable("no clustered mailbox server yet", CCR_2007).with("virtual_servers = []"),
    unknown("the drives of a node are not known", CCR_2007, &["nodes[NODE2].local_drives"])
        .without(&["nodes[NODE2].local_drives"]),
    unknown(
        "where the logs are is not known",
        CCR_2007,
        &["virtual_servers[CMS1].storage_groups[First Storage Group].log_path"],
    )
    .without(&["virtual_servers[CMS1].storage_groups[First Storage Group].log_path"]),
];
