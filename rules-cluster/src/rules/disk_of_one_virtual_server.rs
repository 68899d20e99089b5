use std::collections::{BTreeMap, BTreeSet, HashMap};

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DiskRef, DriveLetter, Evs, ExchangeVersion, Name, WindowsPath},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No two virtual servers have data on one physical disk.
    ///
    /// Compared are the drive letters of the data of virtual servers in different groups, and the physical disks (LUNs)
    /// behind the disks of their groups: two partitions of one LUN are one disk to the cluster. Clusters with less than two
    /// virtual servers, and clusters with continuous replication, are not concerned.
    ///
    /// # Why it matters
    ///
    /// A disk belongs to one group and moves as a whole, with all its partitions. When one of the two virtual servers
    /// fails over, the disk goes with it, or stays with the other: one of them always loses its databases.
    ///
    /// # How to fix it
    ///
    /// Give each virtual server disks of its own. Present a new disk, bring it into the group of the second virtual server
    /// as a Physical Disk resource, make the System Attendant (Exchange 2007: its databases) dependent on it, and move
    /// the data there in System Manager (Exchange 2007: `Move-StorageGroupPath`, `Move-DatabasePath`) after a backup.
    pub static DISK_OF_ONE_VIRTUAL_SERVER = {
        check,
        set: &CLUSTER,
        name: "disk-of-one-virtual-server",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Windows Server 2003 help, \"Server cluster rules\" and \"Best practices\""),
            Source::ThirdParty("flylib.com 2.554.1.149 and 3.392.1.60, on installing Exchange 2000 in a cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["DSK-007"],
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
    if all.len() < 2 {
        return findings.not_applicable("there are less than two virtual servers");
    }
    let Some(version) = findings.need(cluster.exchange()) else { return };
    data_on_own_drives(cluster, &all, *version, findings);
    groups_with_own_disks(&all, findings);
}

fn data_on_own_drives(
    cluster: ClusterRef<'_>,
    all: &[Evs<'_>],
    version: ExchangeVersion,
    findings: &mut Findings,
) {
    let mut first: BTreeMap<DriveLetter, (Evs<'_>, At<'_, WindowsPath>)> = BTreeMap::new();
    for evs in all {
        let mut said = BTreeSet::new();
        for path in findings.each(evs.data_of(version)) {
            let Some(known) = findings.need(path) else { continue };
            let Some(drive) = known.drive() else {
                if !known.is_unc() {
                    findings.unknown(path.path());
                }
                continue;
            };
            let (other, at) = *first.entry(drive).or_insert((*evs, path));
            if in_one_group(*evs, other) || said.contains(&drive) || is_view(cluster, drive, findings) {
                continue;
            }
            said.insert(drive);
            let message =
                format!("`{}` has data on drive {drive}:, and so has `{}`", evs.name(), other.name());
            findings.report(path.path(), message).related(at.path(), "data of the other one");
        }
    }
}

/// Whether a drive is or may be the Exchange file system of Exchange 2000.
fn is_view(cluster: ClusterRef<'_>, drive: DriveLetter, findings: &mut Findings) -> bool {
    let views = cluster.exchange_file_system_drives();
    let is_one = views.peek().iter().any(|view| view.peek() == Some(&drive));
    is_one || findings.need_all(views).is_none()
}

fn groups_with_own_disks(all: &[Evs<'_>], findings: &mut Findings) {
    let mut first: HashMap<&Name, (Evs<'_>, DiskRef<'_>)> = HashMap::new();
    for evs in all {
        for disk in findings.each(evs.disks()) {
            let Some(lun) = findings.need(disk.physical_disk()) else { continue };
            let (other, on) = *first.entry(lun.value()).or_insert((*evs, disk));
            if in_one_group(*evs, other) {
                continue;
            }
            let message = format!(
                "`{}` of `{}` and `{}` of `{}` are on one physical disk, `{lun}`",
                disk.name(),
                evs.name(),
                on.name(),
                other.name()
            );
            findings.report(lun.path(), message).related(on.path(), "the other disk");
        }
    }
}

/// Whether two virtual servers are one and the same, or are in one group.
fn in_one_group(evs: Evs<'_>, other: Evs<'_>) -> bool {
    let group = evs.group_name().peek();
    evs.path() == other.path() || (group.is_some() && group == other.group_name().peek())
}

const EXAMPLES: &[Example] = &[
    passes("three virtual servers, each with disks of its own", FOUR_NODES_2003),
    passes("two disks of one virtual server on one physical disk", FOUR_NODES_2003)
        .with(r#"disks = [{ name = "Disk T:", physical_disk = "LUN 2" }]"#),
    fails(
        "the logs of one beside the databases of another",
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
    fails("two partitions of one physical disk", FOUR_NODES_2003, &["disks[Disk V:].physical_disk"])
        .with(r#"disks = [{ name = "Disk V:", physical_disk = "LUN 3" }]"#),
    not_applicable("one virtual server", TWO_NODES_2003),
    not_applicable("data on the disks of each node", CCR_2007),
    unknown("which physical disk it is is not known", FOUR_NODES_2003, &["disks[Disk V:].physical_disk"])
        .without(&["disks[Disk V:].physical_disk"]),
    unknown(
        "where the logs of one are is not known",
        FOUR_NODES_2003,
        &["virtual_servers[EVS3].storage_groups[First Storage Group].log_path"],
    )
    .without(&["virtual_servers[EVS3].storage_groups[First Storage Group].log_path"]),
    unknown("there may be a second virtual server", TWO_NODES_2003, &["virtual_servers"])
        .with(r#"partial = ["virtual_servers"]"#),
];
