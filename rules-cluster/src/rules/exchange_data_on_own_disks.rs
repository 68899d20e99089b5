use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Report, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, DriveLetter, Evs, ExchangeVersion, FactPath, GroupRef, Known, Name, ResourceType,
        Set, SetupAction, WindowsPath,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All data of a virtual server is on disks of its own group.
    ///
    /// Data are the databases, the transaction logs and system files, and in Exchange 2000 and 2003 also the SMTP
    /// queue, the folder of the MTA and the full-text index. The rule compares drive letters: what lies on a mount
    /// point counts by the letter of the disk on which that is mounted. A path on a local drive of a node, on a
    /// disk of another group and on a network share is a finding. Data on the quorum disk is left to
    /// `cluster/quorum-disk-for-quorum-only`.
    ///
    /// In Exchange 2000 and 2003 the data path that was given when the System Attendant was made is judged, too,
    /// but only as a warning, because the data may have been moved since. The path is taken from the resource, or
    /// else from the setup log. Where data is still on that drive today, only the data is reported.
    ///
    /// The drive of the Exchange file system of Exchange 2000 (`M:`) is a view of the databases and no place for
    /// them; paths on it are not judged. Where the definition does not say which drives belong to a disk resource
    /// of another maker's type, the outcome is unknown. Clusters with continuous replication have their data on
    /// the disks of each node, and are not judged.
    ///
    /// # Why it matters
    ///
    /// A virtual server moves with the disks of its group and with nothing else. Databases on a local disk stay
    /// behind: on the next node they do not mount, and the mail in them is out of reach until the first node is
    /// back. A disk in another group cannot be a dependency: the store may start before the disk is online, or
    /// lose it while it runs.
    ///
    /// # How to fix it
    ///
    /// Back up first. Where the disk belongs to this virtual server alone, move it into the group (*Change Group*
    /// in Cluster Administrator) and make the System Attendant (Exchange 2007: each database that uses it)
    /// dependent on it; it has to be offline while you do so. Otherwise move the data: databases and logs in
    /// System Manager (Exchange 2007: `Move-StorageGroupPath` and `Move-DatabasePath`), the SMTP queue and the MTA
    /// folder as the documentation of the version describes. Databases are dismounted while they move.
    pub static EXCHANGE_DATA_ON_OWN_DISKS = {
        check,
        set: &CLUSTER,
        name: "exchange-data-on-own-disks",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("TechNet aa996210, on Exchange Server 2003 in a cluster"),
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
            Source::ThirdParty("flylib.com 2.554.1.149 and 3.392.1.60, on installing Exchange 2000 in a cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-006", "DSK-007", "DSK-008", "SET-018"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    match findings.need(cluster.shares_storage()).as_deref() {
        None => return,
        Some(false) => return findings.not_applicable("the nodes share no storage"),
        Some(true) => {}
    }
    let Some(version) = findings.need(cluster.exchange()) else { return };
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    let quorum = cluster.quorum_drives();
    for evs in all {
        let Some(drives) = own_drives(evs, findings) else { continue };
        let mut strayed = Vec::new();
        for path in findings.each(evs.data_of(*version)) {
            if is_on_quorum(&quorum, path) || judge(path, evs, &drives, findings).is_some() {
                strayed.extend(path.peek().and_then(WindowsPath::drive));
            }
        }
        if *version < ExchangeVersion::V2007 {
            path_given_at_creation(evs, &drives, &strayed, findings);
        }
    }
}

/// Whether a path is on the quorum disk, which is a matter of `quorum-disk-for-quorum-only`.
fn is_on_quorum(quorum: &Set<(DriveLetter, FactPath)>, path: At<'_, WindowsPath>) -> bool {
    let drive = path.peek().and_then(WindowsPath::drive);
    drive.is_some_and(|drive| quorum.peek().iter().any(|(quorum, _)| *quorum == drive))
}

/// The folder that was given when the System Attendant was made: its resource keeps it, and the setup log may tell it.
fn path_given_at_creation<'a>(
    evs: Evs<'a>,
    own: &Set<At<'a, DriveLetter>>,
    strayed: &[DriveLetter],
    findings: &mut Findings,
) {
    let attendants = evs.group().flat_map(|group| group.resources_of(&ResourceType::SystemAttendant));
    for attendant in findings.each(attendants) {
        let kept = attendant.parameters().data_path();
        let given = if kept.peek().is_some() { kept } else { told_by_log(evs).unwrap_or(kept) };
        let drive = given.peek().and_then(WindowsPath::drive);
        if drive.is_some_and(|drive| strayed.contains(&drive)) {
            continue;
        }
        if let Some(report) = judge(given, evs, own, findings) {
            report.at_most(Severity::Warning).related(attendant.path(), "the System Attendant");
        }
    }
}

/// The folder that the setup log tells, where it does: the last time that the virtual server was made.
fn told_by_log(evs: Evs<'_>) -> Option<At<'_, WindowsPath>> {
    let steps = evs.listed().cluster().steps(SetupAction::CreateVirtualServer);
    let own = steps.whose(|step| step.virtual_server(), |name| evs.name().peek() == Some(name));
    own.peek().last().map(|step| step.data_path()).filter(|path| path.peek().is_some())
}

/// The drive letters of a virtual server's disks. `None`: it has no group or no disk, which other rules say.
fn own_drives<'a>(evs: Evs<'a>, findings: &mut Findings) -> Option<Set<At<'a, DriveLetter>>> {
    let storage = evs.group().flat_map(GroupRef::storage);
    if storage.peek().is_empty() {
        findings.each(storage);
        return None;
    }
    Some(evs.drives())
}

fn judge<'f, 'a>(
    path: At<'a, WindowsPath>,
    evs: Evs<'a>,
    own: &Set<At<'a, DriveLetter>>,
    findings: &'f mut Findings,
) -> Option<&'f mut Report> {
    let path = findings.need(path)?;
    let name = evs.name();
    let Some(drive) = path.drive() else {
        if path.is_unc() {
            let message = format!("`{path}` of `{name}` is on a network share");
            return Some(findings.report(path.path(), message));
        }
        findings.unknown(path.path());
        return None;
    };
    let is_it = |letter: &At<'_, DriveLetter>| letter.peek() == Some(&drive);
    if own.peek().iter().any(is_it) {
        return None;
    }
    let views = path.at().cluster().exchange_file_system_drives();
    if views.peek().iter().any(is_it) {
        return None;
    }
    findings.need_all(views)?;
    findings.need_all(own.clone())?;
    Some(report_elsewhere(path, drive, name, findings))
}

fn report_elsewhere<'f>(
    path: Known<'_, WindowsPath>,
    drive: DriveLetter,
    name: At<'_, Name>,
    findings: &'f mut Findings,
) -> &'f mut Report {
    let disks = path.at().cluster().disks().members();
    if let Some(disk) = disks.peek().iter().find(|disk| disk.letter().peek() == Some(&drive)) {
        let message = format!("`{path}` of `{name}` is on `{}`, which is not in its group", disk.name());
        findings.report(path.path(), message).related(disk.path(), "the disk")
    } else {
        findings.report(path.path(), format!("`{path}` of `{name}` is on no disk of its group"))
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000", TWO_NODES_2000),
    passes("three virtual servers", FOUR_NODES_2003),
    passes("a single copy cluster has neither queue nor MTA", SCC_2007),
    passes("the drive of the Exchange file system", TWO_NODES_2000).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        data_paths = ['S:\Exchsrvr', 'M:\corp.example.com\MBX']
        "#,
    ),
    passes("logs on a mount point", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk S:"] }]

        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Mounts\Logs' }]
        "#,
    ),
    passes("a mount point on a disk of another group is the matter of another rule", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk X:", letter = "X" }, { name = "Disk Logs", mounted_on = "Disk X:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = [] }]

        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'X:\Mounts\Logs' }]
        "#,
    ),
    passes("data on the quorum disk is the matter of another rule", TWO_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'Q:\Logs' }]
        "#,
    ),
    passes("disks of another maker's type", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk S:", type = "Volume Manager Disk Group" },
            { name = "Disk T:", type = "Volume Manager Disk Group" },
        ]
        "#,
    ),
    passes("another virtual server in the log, which was removed since", TWO_NODES_2003).with(
        r"
        setup = [{ step = 'create-virtual-server', virtual_server = 'OLD', data_path = 'C:\Exchsrvr' }]
        ",
    ),
    passes("a virtual server that was made again in another place", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].parameters"])
        .with(
            r"
            setup = [
                { step = 'create-virtual-server', virtual_server = 'EVS1', data_path = 'D:\Exchsrvr' },
                { step = 'remove-virtual-server', virtual_server = 'EVS1' },
                { step = 'create-virtual-server', virtual_server = 'EVS1', data_path = 'S:\Exchsrvr' },
            ]
            ",
        ),
    passes("the resource has the path, and there is no log", TWO_NODES_2003).without(&["setup"]),
    fails(
        "a database on a local disk",
        TWO_NODES_2003,
        &[r"virtual_servers[EVS1].storage_groups[First Storage Group].database_paths[D:\\mdbdata\\priv1\.edb]"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", database_paths = ['D:\mdbdata\priv1.edb'] }]
        "#,
    ),
    fails(
        "logs on the disk of another group",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[First Storage Group].log_path"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'X:\SG1' }]

        [[disks]]
        name = "Disk X:"
        letter = "X"

        [[groups]]
        name = "Spare"
        resources = [{ name = "Disk X:", type = "Physical Disk" }]
        "#,
    ),
    fails(
        "logs beside the databases of another virtual server",
        FOUR_NODES_2003,
        &["virtual_servers[EVS2].storage_groups[First Storage Group].log_path"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS2"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Logs' }]
        "#,
    ),
    fails(
        "today's data on the drive that was given at creation: one finding",
        TWO_NODES_2003,
        &[r"virtual_servers[EVS1].data_paths[D:\\Exchsrvr]"],
    )
    .with(
        r#"
        virtual_servers = [{ name = "EVS1", data_paths = ['D:\Exchsrvr'] }]

        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Exchange System Attendant (EVS1)", parameters = { data_path = 'D:\Exchsrvr' } },
        ]
        "#,
    ),
    fails("the SMTP queue on a share", TWO_NODES_2003, &["virtual_servers[EVS1].queue_path"]).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        queue_path = '\\NAS1\Queue'
        "#,
    ),
    fails("the path given at creation: a warning", TWO_NODES_2003, &[
        "groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].parameters.data_path",
    ])
    .without(&["setup"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Exchange System Attendant (EVS1)", parameters = { data_path = 'D:\Exchsrvr' } },
        ]
        "#,
    ),
    fails("the path given at creation, known from the log alone", TWO_NODES_2003, &["setup[#1].data_path"])
        .without(&["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].parameters"])
        .with(
            r"
            setup = [{ step = 'create-virtual-server', virtual_server = 'EVS1', data_path = 'D:\Exchsrvr' }]
            ",
        ),
    not_applicable("data on the disks of each node", CCR_2007),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("the place of the queue is not known", TWO_NODES_2003, &["virtual_servers[EVS1].queue_path"])
        .without(&["virtual_servers[EVS1].queue_path"]),
    unknown("another maker's disk group with drives that are not known", TWO_NODES_2003, &["disks"])
        .without(&["groups[EVS1 Group].resources[Disk S:]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "EVS1 Volumes", type = "Volume Manager Disk Group" }]
            "#,
        ),
    unknown(
        "the path given at creation is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].parameters.data_path"],
    )
    .without(&["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].parameters", "setup"]),
    unknown("a path that names no drive", TWO_NODES_2003, &["virtual_servers[EVS1].mta_path"]).with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        mta_path = '%EXCHSRVR%\mtadata'
        "#,
    ),
];
