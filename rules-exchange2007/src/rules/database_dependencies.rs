use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, Dependencies, DriveLetter, Evs,
        ExchangeVersion::V2007,
        FactPath, Gaps, GroupRef, Known, Layout, LeadingTo, ResourceRef,
        ResourceType::{self, Database, PhysicalDisk},
        Set, StorageGroup, WindowsPath,
    },
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::{
    EXCHANGE_2007,
    facts::{DEPENDENCIES, Dependency},
};

rule! {
    /// Databases depend on the store and on their disks, and a clustered mailbox server's name on its address.
    ///
    /// The Network Name depends on an address (of any kind; in Windows Server 2008 one of several will do), and every
    /// database on the Information Store. In a single copy cluster every database also depends on the disks that hold
    /// its file and its logs. Setup makes these dependencies, except those on the disks, which the administrator adds
    /// when the disks have been moved into the group. A dependency through other resources counts like a direct one.
    ///
    /// The name of a resource does not tell which database it stands for. So each of these resources has to depend on
    /// the disks of one of the databases and its logs, and on each disk with databases or logs one of them has to
    /// depend. What lies on a mount point is taken to lie on the disk under it. Recovery storage groups do not count.
    /// Data on a disk in another group, or in none, is left to other rules. That Information Store and System Attendant
    /// depend on the Network Name is how they usually stand, and no document that we know demands it; where one does not,
    /// that is information.
    ///
    /// # Why it matters
    ///
    /// At the next failover a database that does not wait for the store, or for the disk of its logs, may be mounted
    /// too early, fail, and stay dismounted while everything else is online. As long as the disks happen to come online
    /// first it works, so that nobody notices for months.
    ///
    /// # How to fix it
    ///
    /// Dismount the database (`Dismount-Database`; its resource goes offline, and its users are cut off), then add the
    /// disks on the page *Dependencies* of its properties, or `cluster resource "First Storage Group/Mailbox Database
    /// (CMS1)" /adddep:"Disk T:"`, and mount it again. A dependency on the store is added in the same way. No data is
    /// touched.
    pub static DATABASE_DEPENDENCIES = {
        check,
        set: &EXCHANGE_2007,
        name: "database-dependencies",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb124899", "Installing a Single Copy Cluster on Windows Server 2003"),
            Source::Microsoft("Exchange 2007 Single Copy Cluster Changes (B. Winzenz)"),
            Source::Microsoft("Exchange Server 2007 help, Cluster Continuous Replication Resource Model"),
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-004", "RES-010", "RES-011", "DSK-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    for cms in servers {
        for group in findings.each(cms.group()) {
            let graph = group.dependencies();
            for dependency in DEPENDENCIES.iter().filter(|dependency| dependency.on != PhysicalDisk) {
                depends(dependency, group, &graph, findings);
            }
            on_their_disks(cms, group, &graph, findings);
        }
    }
}

fn depends(dependency: &Dependency, group: GroupRef<'_>, graph: &Dependencies<'_>, findings: &mut Findings) {
    let resources = findings.each(group.resources_of(&dependency.kind));
    if resources.is_empty() {
        return;
    }
    let is_target = |kind: &ResourceType| match &dependency.on {
        ResourceType::IpAddress => kind.is_address(),
        on => kind == on,
    };
    let targets = group.resources().whose(|resource| resource.r#type(), is_target);
    let leading = graph.leading_to(|resource| resource.r#type(), is_target);
    for resource in resources {
        if leading.is_known_from(resource) {
            continue;
        }
        let [target, ..] = *targets.peek() else {
            // That there is none is the matter of `virtual-server-resources-complete`.
            findings.each(targets);
            return;
        };
        if findings.need_all(leading.from(resource)).is_some() {
            let most = if dependency.documented { Severity::Error } else { Severity::Information };
            let message = format!("`{}` does not depend on `{}`", resource.name(), target.name());
            findings
                .report(resource.depends_on().path(), message)
                .at_most(most)
                .related(target.path(), "what it has to wait for");
        }
    }
}

fn on_their_disks<'a>(cms: Evs<'a>, group: GroupRef<'a>, graph: &Dependencies<'a>, findings: &mut Findings) {
    let databases = findings.each(group.resources_of(&Database));
    let storage = group.storage();
    if databases.is_empty() || (storage.peek().is_empty() && storage.is_complete()) {
        return;
    }
    let layout = findings.need(group.cluster().layout());
    if layout.is_none_or(|layout| *layout != Layout::SingleCopy) {
        return;
    }
    let drives = drives_in(storage, graph, findings);
    let (wanted, gaps) = wanted(cms, &drives);
    for gap in &gaps {
        findings.unknown(*gap);
    }
    let mut waited_for = vec![false; drives.len()];
    let mut all_have_theirs = true;
    for database in databases {
        let reached: Vec<_> = drives.iter().map(|drive| drive.is_below(database, findings)).collect();
        for (place, reached) in reached.iter().enumerate() {
            waited_for[place] |= *reached != Some(false);
        }
        all_have_theirs &= has_its_disks(database, &reached, &drives, &wanted, &gaps, findings);
    }
    if all_have_theirs {
        for wanted in &wanted {
            for (place, path) in &wanted.drives {
                if !waited_for[*place] && findings.need(wanted.recovery).is_some() {
                    let disk = drives[*place].disk;
                    let message = format!("no database depends on `{}`, which holds `{path}`", disk.name());
                    findings.report(disk.path(), message).related(path.path(), "what lies on it");
                }
            }
        }
    }
}

/// A drive of the group.
struct Drive<'a> {
    letter: DriveLetter,
    disk: ResourceRef<'a>,
    above: LeadingTo<'a>,
}

fn drives_in<'a>(
    storage: Set<ResourceRef<'a>>,
    graph: &Dependencies<'a>,
    findings: &mut Findings,
) -> Vec<Drive<'a>> {
    let mut drives = Vec::new();
    for disk in findings.each(storage) {
        let letters = findings.each(disk.drive_letters());
        if let (Some(name), [letter, ..]) = (disk.name().peek(), &letters[..])
            && let Some(letter) = letter.peek()
        {
            let above = graph.leading_to(|resource| resource.name(), |other| other == name);
            drives.push(Drive { letter: *letter, disk, above });
        }
    }
    drives
}

impl Drive<'_> {
    /// Whether a database depends on the disk. An absent fact that may hide it is noted.
    fn is_below(&self, database: ResourceRef<'_>, findings: &mut Findings) -> Option<bool> {
        let (reached, gaps) = self.above.from(database).into_parts();
        match (&reached[..], &gaps[..]) {
            ([_, ..], _) => Some(true),
            ([], []) => Some(false),
            ([], [gap, ..]) => {
                findings.unknown(*gap);
                None
            }
        }
    }
}

/// The disks that a database and its logs lie on, as places in the list of the group's drives.
struct Wanted<'a> {
    drives: Vec<(usize, Known<'a, WindowsPath>)>,
    recovery: At<'a, bool>,
}

/// What each database outside of storage groups for recovery wants, and the absent facts that may hide more.
fn wanted<'a>(cms: Evs<'a>, drives: &[Drive<'a>]) -> (Vec<Wanted<'a>>, Gaps) {
    let (storage_groups, mut gaps) = cms.listed().storage_groups().members().into_parts();
    let mut wanted = Vec::new();
    for storage_group in storage_groups {
        let recovery = At::<StorageGroup>::recovery(storage_group);
        if recovery.peek() == Some(&true) {
            continue;
        }
        let (databases, absent) = storage_group.database_paths().members().into_parts();
        gaps.extend(absent);
        let Some(log) = storage_group.log_path().known() else {
            gaps.push(storage_group.log_path().path());
            continue;
        };
        for database in databases.into_iter().filter_map(At::known) {
            let drives: Vec<_> = [database, log]
                .into_iter()
                .filter_map(|path| {
                    let letter = path.drive()?;
                    Some((drives.iter().position(|drive| drive.letter == letter)?, path))
                })
                .collect();
            wanted.push(Wanted { drives, recovery });
        }
    }
    (wanted, gaps)
}

/// Whether the database depends on the disks of some database and its logs; if not, that is reported, unless absent facts
/// leave it open.
fn has_its_disks(
    database: ResourceRef<'_>,
    reached: &[Option<bool>],
    drives: &[Drive<'_>],
    wanted: &[Wanted<'_>],
    gaps: &[FactPath],
    findings: &mut Findings,
) -> bool {
    let lacking = |wanted: &&Wanted<'_>| {
        wanted.drives.iter().filter(|(place, _)| reached[*place] != Some(true)).count()
    };
    let met = |certain: bool| {
        wanted.iter().find(|wanted| wanted.recovery.peek().is_some() == certain && lacking(wanted) == 0)
    };
    if met(true).is_some() {
        return true;
    }
    if let Some(perhaps) = met(false) {
        findings.need(perhaps.recovery);
        return true;
    }
    if !gaps.is_empty() || reached.contains(&None) {
        return false;
    }
    let Some(nearest) = wanted.iter().min_by_key(lacking) else { return true };
    for (place, path) in nearest.drives.iter().filter(|(place, _)| reached[*place] != Some(true)) {
        let disk = drives[*place].disk;
        let message =
            format!("`{}` does not depend on `{}`, which holds `{path}`", database.name(), disk.name());
        findings
            .report(database.depends_on().path(), message)
            .related(disk.path(), "what it has to wait for");
    }
    false
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster", SCC_2007),
    passes("a single copy cluster on Windows 2003", SCC_2007_WINDOWS_2003),
    passes("a CCR shares no disks", CCR_2007),
    passes("a CCR on Windows 2008", CCR_2007_WINDOWS_2008),
    passes("either of two addresses", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP 2", type = "IPv6 Address", depends_on = [] },
            { name = "CMS1 Name", depends_on = [], depends_on_any = [["CMS1 IP", "CMS1 IP 2"]] },
        ]
        "#,
    ),
    passes("the store waits for the System Attendant, and that for the name", CCR_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Exchange Information Store (CMS1)", depends_on = ["Exchange System Attendant (CMS1)"] }]
        "#,
    ),
    passes("each database on its own disks", SCC_2007)
        .without(&["virtual_servers[CMS1].storage_groups"])
        .with(
            r#"
            disks = [{ name = "Disk U:", letter = "U" }]

            [[virtual_servers]]
            name = "CMS1"
            storage_groups = [
                { name = "SG1", database_paths = ['S:\1.edb'], log_path = 'T:\SG1', recovery = false },
                { name = "SG2", database_paths = ['U:\2.edb'], log_path = 'T:\SG2', recovery = false },
            ]

            [[groups]]
            name = "CMS1"

            [[groups.resources]]
            name = "Disk U:"
            type = "Physical Disk"
            depends_on = []

            [[groups.resources]]
            name = "First Storage Group/Mailbox Database (CMS1)"
            depends_on = ["Exchange Information Store (CMS1)", "Disk S:", "Disk T:"]

            [[groups.resources]]
            name = "Second Storage Group/Mailbox Database 2 (CMS1)"
            depends_on = ["Exchange Information Store (CMS1)", "Disk U:", "Disk T:"]
            "#,
        ),
    passes("a mount point that waits for the disk under it", SCC_2007).with(
        r#"
        disks = [{ name = "Mount 1", mounted_on = "Disk S:" }]

        [[groups]]
        name = "CMS1"
        resources = [
            { name = "Mount 1", type = "Physical Disk", depends_on = ["Disk S:"] },
            { name = "First Storage Group/Mailbox Database (CMS1)", depends_on = ["Exchange Information Store (CMS1)", "Mount 1", "Disk T:"] },
        ]
        "#,
    ),
    fails(
        "a database that does not wait for its logs",
        SCC_2007,
        &["groups[CMS1].resources[Second Storage Group/Mailbox Database 2 (CMS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "Second Storage Group/Mailbox Database 2 (CMS1)", depends_on = ["Exchange Information Store (CMS1)", "Disk S:"] },
        ]
        "#,
    ),
    fails(
        "dependencies as Setup leaves them",
        SCC_2007_WINDOWS_2003,
        &["groups[CMS1].resources[First Storage Group/Mailbox Database (CMS1)].depends_on"; 2],
    )
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "First Storage Group/Mailbox Database (CMS1)", depends_on = ["Exchange Information Store (CMS1)"] },
        ]
        "#,
    ),
    fails("a disk for which no database waits", SCC_2007, &["groups[CMS1].resources[Disk U:]"]).with(
        r#"
        disks = [{ name = "Disk U:", letter = "U" }]

        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Third", databases = 1, database_paths = ['U:\3.edb'], log_path = 'T:\3', recovery = false }]

        [[groups]]
        name = "CMS1"
        resources = [{ name = "Disk U:", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    fails(
        "a database that does not wait for the store",
        CCR_2007,
        &["groups[CMS1].resources[First Storage Group/Mailbox Database (CMS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "First Storage Group/Mailbox Database (CMS1)", depends_on = ["CMS1 Name"] }]
        "#,
    ),
    fails("a name without its address", CCR_2007, &["groups[CMS1].resources[CMS1 Name].depends_on"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 Name", depends_on = [] }]
        "#,
    ),
    fails(
        "a System Attendant without the name: information",
        CCR_2007,
        &["groups[CMS1].resources[Exchange System Attendant (CMS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Exchange System Attendant (CMS1)", depends_on = [] }]
        "#,
    ),
    not_applicable("no clustered mailbox server yet", SCC_2007)
        .without(&["groups[CMS1]"])
        .with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown(
        "dependencies that nobody wrote down",
        CCR_2007,
        &["groups[CMS1].resources[First Storage Group/Mailbox Database (CMS1)].depends_on"],
    )
    .without(&["groups[CMS1].resources[First Storage Group/Mailbox Database (CMS1)].depends_on"]),
    unknown("disks whose letters are not known", SCC_2007, &["disks[Disk T:].letter"])
        .without(&["disks[Disk T:].letter"]),
    unknown(
        "a storage group whose logs are not known",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[First Storage Group].log_path"],
    )
    .without(&["virtual_servers[CMS1].storage_groups[First Storage Group].log_path"])
    .with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "First Storage Group/Mailbox Database (CMS1)", depends_on = ["Exchange Information Store (CMS1)", "Disk S:"] },
        ]
        "#,
    ),
    unknown(
        "disks of a storage group that may be for recovery",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[Recovery].recovery"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Recovery", database_paths = ['S:\R\1.edb'], log_path = 'S:\R' }]

        [[groups]]
        name = "CMS1"
        resources = [
            { name = "First Storage Group/Mailbox Database (CMS1)", depends_on = ["Exchange Information Store (CMS1)", "Disk S:"] },
        ]
        "#,
    ),
];
