use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DriveLetter, StorageGroup, WindowsPath},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The transaction logs of a storage group are on another disk than its databases.
    ///
    /// The rule compares drive letters, and does not see when two letters are partitions of one disk. Where disks
    /// are mounted in folders of the drive, a path does not show which of them it is on, and the outcome is
    /// unknown. Recovery storage groups do not count, since they only hold restored copies. Clusters with
    /// continuous replication are not judged, because the other node has databases and logs a second time.
    ///
    /// # Why it matters
    ///
    /// When the disk with the databases is lost, the logs written since the last backup bring them up to date; if
    /// they are lost with it, so is all mail since that backup. Logs are also written in sequence and databases at
    /// random: on common spindles each slows the other down.
    ///
    /// # How to fix it
    ///
    /// Bring a further disk into the group of the virtual server, with the System Attendant (Exchange 2007: the
    /// databases of the storage group) dependent on it; these have to be offline while you add the dependency.
    /// Then set the *Transaction log location* in the properties of the storage group in System Manager (Exchange
    /// 2007: `Move-StorageGroupPath`). Its databases are dismounted while the logs move. Make a full backup before
    /// and after.
    pub static LOGS_APART_FROM_DATABASES = {
        check,
        set: &CLUSTER,
        name: "logs-apart-from-databases",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("the logs have to outlive the databases, and the two are written in different ways")],
        basis: Basis::Practice,
        covers: &["DSK-017"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    match findings.need(cluster.shares_storage()).as_deref() {
        None => return,
        Some(false) => return findings.not_applicable("the nodes share no storage"),
        Some(true) => {}
    }
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in all {
        for storage_group in findings.each(evs.listed().storage_groups()) {
            apart(storage_group, findings);
        }
    }
}

fn apart(storage_group: At<'_, StorageGroup>, findings: &mut Findings) {
    if storage_group.recovery().peek() == Some(&true) {
        return;
    }
    let Some(logs) = findings.need(storage_group.log_path()) else { return };
    let Some(drive) = logs.drive() else { return findings.unknown(logs.path()) };
    for database in findings.each(storage_group.database_paths()) {
        let on = database.peek().and_then(WindowsPath::drive);
        if on.is_none() {
            findings.unknown(database.path());
        }
        if on != Some(drive) || findings.need(storage_group.recovery()).is_none() {
            continue;
        }
        if !is_one_disk(database.cluster(), drive, findings) {
            return;
        }
        let message =
            format!("the logs of `{}` are on drive {drive}:, as is `{database}`", storage_group.name());
        findings.report(logs.path(), message).related(database.path(), "the database");
        return;
    }
}

/// Whether a drive is known to be one disk: no other is mounted on it.
fn is_one_disk(cluster: ClusterRef<'_>, drive: DriveLetter, findings: &mut Findings) -> bool {
    let Some(disks) = findings.need_all(cluster.disks()) else { return false };
    let mut is_one = true;
    for disk in disks.filter(|disk| disk.mounted_on().peek().is_some()) {
        let on = disk.drives();
        let elsewhere = on.is_complete() && on.peek().iter().all(|letter| letter.peek() != Some(&drive));
        if !elsewhere {
            findings.unknown(disk.letter().path());
            is_one = false;
        }
    }
    is_one
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000", TWO_NODES_2000),
    passes("three virtual servers", FOUR_NODES_2003),
    passes("a recovery storage group", TWO_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [
            { name = "Recovery", recovery = true, log_path = 'S:\RSG', database_paths = ['S:\RSG\priv1.edb'] },
        ]
        "#,
    ),
    fails("everything on one drive", TWO_NODES_2003, &[
        "virtual_servers[EVS1].storage_groups[First Storage Group].log_path",
    ])
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Logs' }]
        "#,
    ),
    passes("a single copy cluster", SCC_2007),
    fails("a single copy cluster with everything on one drive", SCC_2007, &[
        "virtual_servers[CMS1].storage_groups[First Storage Group].log_path",
    ])
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\SG1' }]
        "#,
    ),
    fails("a disk that is mounted on another drive does not matter", TWO_NODES_2003, &[
        "virtual_servers[EVS1].storage_groups[First Storage Group].log_path",
    ])
    .with(
        r#"
        disks = [{ name = "Disk More", mounted_on = "T:" }]

        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Logs' }]
        "#,
    ),
    not_applicable("two copies of everything", CCR_2007),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("disks are mounted on the drive", TWO_NODES_2003, &["disks[Disk Logs].letter"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Mounts\Logs' }]
        "#,
    ),
    unknown(
        "where the databases are is not known",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].storage_groups[First Storage Group].database_paths"],
    )
    .without(&["virtual_servers[EVS1].storage_groups[First Storage Group].database_paths"]),
];
