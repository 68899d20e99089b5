use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, DriveLetter, Evs, ExchangeVersion, FactPath},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The quorum disk holds the quorum and nothing of Exchange.
    ///
    /// Two things are findings: databases, logs or other data of a virtual server on the drive of the quorum disk,
    /// and the quorum disk in the group of a virtual server; the data of that virtual server is then not listed as
    /// well. The drive is the letter of the disk or, where that is not known, the letter in the path of the quorum
    /// log. It makes no difference whether the disk is the whole quorum, as in Windows 2000 and 2003, or one vote,
    /// as in Windows 2008.
    ///
    /// # Why it matters
    ///
    /// A busy or full quorum disk keeps the Cluster service from writing its log and from renewing its reservation
    /// of the disk; the node then gives up the quorum, and its groups fail over. In the group of a virtual server
    /// the disk moves with each of its failovers, and cannot be taken offline when that group needs repair.
    ///
    /// # How to fix it
    ///
    /// The quorum can be moved more easily than the data: present a small disk of its own to the nodes, bring it
    /// into the default group as a Physical Disk resource, and choose it on the tab *Quorum* in the properties of
    /// the cluster (Windows Server 2008: with *Configure Cluster Quorum Settings*). This can be done while the
    /// cluster runs.
    ///
    /// Or move the data: databases and logs in System Manager (Exchange 2007: `Move-StorageGroupPath`,
    /// `Move-DatabasePath`), which dismounts the databases while their files move. Back up first in both cases.
    pub static QUORUM_DISK_FOR_QUORUM_ONLY = {
        check,
        set: &CLUSTER,
        name: "quorum-disk-for-quorum-only",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(280_345),
            Source::TechNet("bb124899", "Installing a Single Copy Cluster on Windows Server 2003"),
            Source::ThirdParty("Dell PowerEdge Cluster SE500W guide, the quorum resource"),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    match findings.need(cluster.has_quorum_disk()).as_deref() {
        None => return,
        Some(false) => return findings.not_applicable("the quorum stands on no disk"),
        Some(true) => {}
    }
    let virtual_servers = findings.each(cluster.evs());
    if virtual_servers.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    let apart: Vec<_> = virtual_servers.into_iter().filter(|evs| is_apart(*evs, findings)).collect();
    if apart.is_empty() {
        return;
    }
    let Some(version) = findings.need(cluster.exchange()) else { return };
    for (drive, told_by) in findings.each(cluster.quorum_drives()) {
        for evs in &apart {
            no_data_on(drive, told_by, *evs, *version, findings);
        }
    }
}

/// Whether the quorum resource is not known to be in the group of a virtual server.
fn is_apart(evs: Evs<'_>, findings: &mut Findings) -> bool {
    let Some(quorum) = findings.need(evs.listed().cluster().quorum().resource()) else { return true };
    let mut is_apart = true;
    for group in findings.each(evs.group()) {
        let resources = group.resources().whose(|resource| resource.name(), |name| *name == *quorum);
        for resource in findings.each(resources) {
            let message = format!("`{quorum}`, the quorum resource, is in the group of `{}`", evs.name());
            findings.report(resource.path(), message).related(quorum.path(), "the quorum resource");
            is_apart = false;
        }
    }
    is_apart
}

fn no_data_on(
    quorum: DriveLetter,
    told_by: FactPath,
    evs: Evs<'_>,
    version: ExchangeVersion,
    findings: &mut Findings,
) {
    for path in findings.each(evs.data_of(version)) {
        let Some(known) = findings.need(path) else { continue };
        match known.drive() {
            Some(drive) if drive == quorum => {
                let message = format!("`{path}` of `{}` is on the quorum disk", evs.name());
                findings.report(path.path(), message).related(told_by, "the quorum disk");
            }
            None if !known.is_unc() => findings.unknown(path.path()),
            _ => {}
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a disk of its own", TWO_NODES_2000),
    passes("a witness disk of Windows 2008", SCC_2007),
    fails(
        "the logs on the quorum disk",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].storage_groups[First Storage Group].log_path"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "EVS1"
        storage_groups = [{ name = "First Storage Group", log_path = 'q:\Logs' }]
        "#,
    ),
    fails(
        "the folder of the quorum log shows the drive",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].queue_path"],
    )
    .without(&["disks[Disk Q:]"])
    .with(r"virtual_servers = [{ name = 'EVS1', queue_path = 'Q:\Queue' }]"),
    fails("the quorum on a data disk", SCC_2007_WINDOWS_2003, &["groups[CMS1].resources[Disk T:]"])
        .with(r#"quorum = { resource = "Disk T:", log_path = 'T:\MSCS' }"#),
    not_applicable("Majority Node Set", CCR_2007),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("the letter of the quorum disk is not known", TWO_NODES_2003, &["disks[Disk Q:].letter"])
        .without(&["disks[Disk Q:].letter", "quorum.log_path"]),
    unknown("the quorum disk is not among the disks", TWO_NODES_2003, &["disks"])
        .without(&["disks[Disk Q:]", "quorum.log_path"]),
    unknown(
        "where the logs are is not known",
        TWO_NODES_2003,
        &["virtual_servers[EVS1].storage_groups[First Storage Group].log_path"],
    )
    .without(&["virtual_servers[EVS1].storage_groups[First Storage Group].log_path"]),
    unknown("the quorum model is not known", TWO_NODES_2003, &["quorum.kind"]).without(&["quorum.kind"]),
];
