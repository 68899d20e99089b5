use std::collections::{BTreeMap, BTreeSet, HashMap};

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DiskRef, DriveLetter, Evs, ExchangeVersion, GroupRef, Name, WindowsPath},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No two virtual servers have data on one physical disk.
    ///
    /// The rule compares the physical disks (LUNs) behind the disks of virtual servers in different groups. To the
    /// cluster, two partitions of one LUN are one disk. Only a plan can get this wrong: a disk resource that
    /// exists already stands for a whole disk with all its partitions, so two of them are always two disks,
    /// whatever they are called. A resource counts as existing when its state or the signature of its disk is
    /// known.
    ///
    /// Data of one virtual server on a disk in the group of another is left to
    /// `cluster/exchange-data-on-own-disks`. Where the definition does not say which drives belong to the virtual
    /// servers, this rule compares the drive letters of their data instead. It does not apply to clusters with
    /// fewer than two virtual servers or with continuous replication.
    ///
    /// # Why it matters
    ///
    /// A disk belongs to one group and moves as a whole, with all its partitions. When one of the two virtual servers
    /// fails over, the disk goes with it, or stays with the other: one of them always loses its databases.
    ///
    /// # How to fix it
    ///
    /// In a plan, assign both partitions to one virtual server, or present a LUN to each.
    ///
    /// Where data is in place already, make a backup, present a new disk, and bring it into the group of the
    /// second virtual server as a Physical Disk resource. Take the System Attendant (Exchange 2007: the databases)
    /// offline, make it dependent on the disk, and bring it online again. Then move the data there in System
    /// Manager (Exchange 2007: `Move-StorageGroupPath`, `Move-DatabasePath`); a database is dismounted while its
    /// files move.
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
        return findings.not_applicable("there are fewer than two virtual servers");
    }
    physical_disks_apart(&all, findings);
    let unclear: Vec<_> = all.into_iter().filter(|evs| !evs.drives().is_complete()).collect();
    if unclear.len() > 1
        && let Some(version) = findings.need(cluster.exchange())
    {
        drives_apart(cluster, &unclear, *version, findings);
    }
}

fn drives_apart(cluster: ClusterRef<'_>, all: &[Evs<'_>], version: ExchangeVersion, findings: &mut Findings) {
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

fn physical_disks_apart(all: &[Evs<'_>], findings: &mut Findings) {
    let mut resources = Vec::new();
    for evs in all {
        let storage = findings.each(evs.group().flat_map(GroupRef::storage)).into_iter();
        resources.extend(storage.map(|resource| (*evs, resource)));
    }
    // Two resources that are there are two disks.
    if resources.iter().all(|(_, resource)| resource.is_made()) {
        return;
    }
    let mut first: HashMap<&Name, (Evs<'_>, DiskRef<'_>, bool)> = HashMap::new();
    for (evs, resource) in resources {
        let (disks, is_made) = (resource.disk(), resource.is_made());
        if disks.peek().is_empty() {
            findings.unknown(resource.cluster().disks().path());
        }
        for disk in findings.each(disks) {
            let Some(lun) = findings.need(disk.physical_disk()) else { continue };
            let (other, on, other_is_made) = *first.entry(lun.value()).or_insert((evs, disk, is_made));
            if in_one_group(evs, other) || (is_made && other_is_made) {
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
    passes("the physical disks of resources that are there need not be known", FOUR_NODES_2003)
        .without(&["disks[Disk V:].physical_disk", "disks[Disk T:].physical_disk"]),
    passes("the disks of two storage systems, both of which call them LUN 3", FOUR_NODES_2003)
        .with(r#"disks = [{ name = "Disk V:", physical_disk = "LUN 3" }]"#),
    passes("a signature also shows that a disk is there", FOUR_NODES_2003)
        .without(&["groups[EVS2 Group].resources[Disk V:].state", "disks[Disk V:].physical_disk"])
        .with(
            r#"
            [[groups]]
            name = "EVS2 Group"
            resources = [{ name = "Disk V:", parameters = { signature = 1163282470 } }]
            "#,
        ),
    passes("two planned disks of one virtual server on one physical disk", FOUR_NODES_2003)
        .without(&["groups[EVS1 Group].resources[Disk T:].state"])
        .with(r#"disks = [{ name = "Disk T:", physical_disk = "LUN 2" }]"#),
    passes("logs on the disk of another one are the matter of another rule", FOUR_NODES_2003).with(
        r#"
        [[virtual_servers]]
        name = "EVS2"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Logs' }]
        "#,
    ),
    fails("two partitions of one physical disk", FOUR_NODES_2003, &["disks[Disk V:].physical_disk"])
        .without(&["groups[EVS2 Group].resources[Disk V:].state"])
        .with(r#"disks = [{ name = "Disk V:", physical_disk = "LUN 3" }]"#),
    fails(
        "the logs of one beside the databases of another, whosever disk it is",
        FOUR_NODES_2003,
        &["virtual_servers[EVS2].storage_groups[First Storage Group].log_path"],
    )
    .without(&["groups"])
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS2"
        storage_groups = [{ name = "First Storage Group", log_path = 'S:\Logs' }]
        "#,
    ),
    not_applicable("one virtual server", TWO_NODES_2003),
    not_applicable("data on the disks of each node", CCR_2007),
    unknown(
        "on which physical disk a planned one will be is not known",
        FOUR_NODES_2003,
        &["disks[Disk V:].physical_disk"],
    )
    .without(&["groups[EVS2 Group].resources[Disk V:].state", "disks[Disk V:].physical_disk"]),
    unknown(
        "where the logs of one are is not known, nor whose the drives are",
        FOUR_NODES_2003,
        &["groups", "virtual_servers[EVS3].storage_groups[First Storage Group].log_path"],
    )
    .without(&["groups", "virtual_servers[EVS3].storage_groups[First Storage Group].log_path"]),
    unknown("there may be a second virtual server", TWO_NODES_2003, &["virtual_servers"])
        .with(r#"partial = ["virtual_servers"]"#),
];
