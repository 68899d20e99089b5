use std::collections::{HashMap, HashSet};

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{
        At, ClusterRef, DriveLetter, Evs, FactPath, GroupRef, Known, QuorumKind, ResourceRef,
        ResourceType::{self, FileShareWitness, LocalQuorum, MajorityNodeSet, Msdtc, NetworkName, Search},
        Set, WindowsPath, WindowsVersion,
    },
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The default group holds the cluster's own resources only, and no disk of a virtual server waits there.
    ///
    /// Its own are the cluster's name, addresses, the quorum resource and, for Exchange 2000 and 2003, MSDTC. Anything else
    /// there is a finding on Windows 2000 and 2003; in Windows Server 2008 the tools hide the group. Resources of Exchange
    /// are the matter of `virtual-server-has-own-group` and `clustered-mailbox-server-has-own-group`.
    ///
    /// A disk is no finding for being there: Exchange 2007 Setup wants the disks of a single copy cluster in the default
    /// group (Windows Server 2008: in *Available Storage*) before it makes the clustered mailbox server. It is one as soon
    /// as a virtual server has databases, logs or data folders on it, in the default group and in any other group without
    /// a virtual server. That the quorum disk holds no such data is judged elsewhere.
    ///
    /// # Why it matters
    ///
    /// When the default group fails over, and everything in it can make it, the cluster's name and the quorum disk go along,
    /// and for that moment nobody administers anything. A disk in another group than its virtual server is on another
    /// node sooner or later, and the databases on it stay dismounted.
    ///
    /// # How to fix it
    ///
    /// Make a group for the application and move its resources there with *Change Group* in Cluster Administrator, at a
    /// quiet time: they stay on the node that owns both groups. Move a disk into the group of its virtual server while
    /// both groups are on one node, then make the System Attendant (Exchange 2007: the databases on it) dependent on
    /// it. Nothing on the disk is touched.
    pub static DEFAULT_GROUP_UNTOUCHED = {
        check,
        set: &CLUSTER,
        name: "default-group-untouched",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft(
                "Ask the Core Team, \"Top 10 Best Practice Tips for Windows Server 2003 Cluster Service\"",
            ),
            Source::Microsoft("Failover Cluster API reference, \"Core Resources\""),
            Source::TechNet("bb124899", "Installing a Single Copy Cluster on Windows Server 2003"),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    let held = findings.each(Set::new(all.clone(), Vec::new()).flat_map(Evs::group));
    let held: HashSet<FactPath> = held.into_iter().map(At::path).collect();
    let is_held = |group: &GroupRef<'_>| held.contains(&group.path());
    for group in findings.each(cluster.default_group()) {
        let older = cluster.nodes_on(|windows| !WindowsVersion::is_2008(windows));
        if !is_held(&group) && !findings.each(older).is_empty() {
            nothing_foreign(group, findings);
        }
    }
    let mut data = None;
    for group in findings.each(cluster.groups()) {
        if is_held(&group) {
            continue;
        }
        for disk in findings.each(group.storage()) {
            if is_quorum(disk) != Some(true) {
                let data = data.get_or_insert_with(|| Stored::of(&all));
                no_data_waits(disk, data, findings);
            }
        }
    }
}

/// A group with a System Attendant is taken for that of a virtual server: then all of it is in the wrong place, and other
/// rules say so.
fn nothing_foreign(group: GroupRef<'_>, findings: &mut Findings) {
    let attendants = findings.need_all(group.resources_of(&ResourceType::SystemAttendant));
    if attendants.is_none_or(|attendants| !attendants.is_empty()) {
        return;
    }
    for resource in findings.each(group.resources()) {
        let Some(kind) = findings.need(resource.r#type()) else { continue };
        if is_foreign(resource, &kind, findings) {
            let message = format!("`{}` is not the cluster's own, but in its default group", resource.name());
            findings.report(resource.path(), message);
        }
    }
}

fn is_foreign(resource: ResourceRef<'_>, kind: &ResourceType, findings: &mut Findings) -> bool {
    match kind {
        MajorityNodeSet | LocalQuorum | FileShareWitness | Msdtc => false,
        NetworkName => {
            let own = findings.need(resource.cluster().name());
            let name = findings.need(resource.parameters().name());
            name.zip(own).is_some_and(|(name, own)| name != own)
        }
        Search => true,
        ResourceType::Other(name) => {
            let is_of_windows = OF_WINDOWS.iter().any(|other| name.eq_ignore_ascii_case(other));
            let is_known = is_of_windows || kind.is_storage() || kind.is_exchange();
            !is_known && is_quorum(resource).or_else(|| unknown_quorum(resource, findings)) == Some(false)
        }
        known => !(known.is_address() || known.is_storage() || known.is_exchange()),
    }
}

/// Types that Windows itself puts there: the clock of clusters that come from Windows NT, and shadow copies of a disk.
const OF_WINDOWS: [&str; 2] = ["Time Service", "Volume Shadow Copy Service Task"];

fn is_quorum(resource: ResourceRef<'_>) -> Option<bool> {
    let quorum = resource.cluster().quorum();
    let has_none = quorum.kind().peek().is_some_and(|kind| !QuorumKind::has_resource(*kind));
    match (quorum.resource().peek(), resource.name().peek()) {
        (None, _) => has_none.then_some(false),
        (Some(quorum), name) => name.map(|name| name == quorum),
    }
}

fn unknown_quorum(resource: ResourceRef<'_>, findings: &mut Findings) -> Option<bool> {
    findings.need(resource.name());
    findings.need(resource.cluster().quorum().resource());
    None
}

/// What virtual servers keep on each drive.
struct Stored<'a> {
    by_letter: HashMap<DriveLetter, (Known<'a, WindowsPath>, Evs<'a>)>,
    gaps: Set<()>,
}

impl<'a> Stored<'a> {
    fn of(all: &[Evs<'a>]) -> Self {
        let mut by_letter = HashMap::new();
        let mut gaps = Vec::new();
        for evs in all {
            let (paths, absent) = evs.stored_data().into_parts();
            gaps.extend(absent);
            for path in paths.into_iter().filter_map(At::known) {
                if let Some(letter) = path.drive() {
                    by_letter.entry(letter).or_insert((path, *evs));
                }
            }
        }
        Self { by_letter, gaps: Set::new(Vec::new(), gaps) }
    }
}

fn no_data_waits(disk: ResourceRef<'_>, stored: &Stored<'_>, findings: &mut Findings) {
    for letter in findings.each(disk.drive_letters()) {
        let Some((path, evs)) = letter.peek().and_then(|letter| stored.by_letter.get(letter)) else {
            findings.each(stored.gaps.clone());
            continue;
        };
        let attendants = findings.need_all(disk.group().resources_of(&ResourceType::SystemAttendant));
        let may_wait = attendants.is_some_and(|attendants| attendants.is_empty());
        if may_wait && is_quorum(disk).or_else(|| unknown_quorum(disk, findings)) == Some(false) {
            let (name, group) = (disk.name(), disk.group());
            let message =
                format!("`{name}`, which holds data of `{}`, is in the group `{}`", evs.name(), group.name());
            findings.report(disk.path(), message).related(path.path(), "what lies on it");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("name, address, quorum disk and MSDTC", TWO_NODES_2000),
    passes("Majority Node Set", CCR_2007),
    passes("Windows 2008", SCC_2007),
    passes("a disk that waits for Setup", SCC_2007_WINDOWS_2003).with(
        r#"
        disks = [{ name = "Disk U:", letter = "U" }]

        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk U:", type = "Physical Disk" }]
        "#,
    ),
    passes("the clock of a cluster that was upgraded from Windows NT", TWO_NODES_2000).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Time", type = "Time Service" }]
        "#,
    ),
    passes("a second address for the cluster's name", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Cluster IP 2", type = "IP Address" }]
        "#,
    ),
    passes("a quorum of another maker", TWO_NODES_2003).with(
        r#"
        quorum = { resource = "Vote" }

        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Vote", type = "Majority Replicator" }]
        "#,
    ),
    passes("a share in the hidden group of Windows 2008", SCC_2007).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Public Share", type = "File Share" }]
        "#,
    ),
    passes("a virtual server in the default group is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[EVS1 Group]"])
        .with(
            r#"
            virtual_servers = [{ name = "EVS1", group = "Cluster Group" }]

            [[groups]]
            name = "Cluster Group"
            resources = [
                { name = "EVS1 Name", type = "Network Name", parameters = { name = "EVS1" } },
                { name = "Disk S:", type = "Physical Disk" },
                { name = "Exchange System Attendant (EVS1)", type = "Microsoft Exchange System Attendant" },
            ]
            "#,
        ),
    fails(
        "a share with a name of its own",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Files]", "groups[Cluster Group].resources[Public Share]"],
    )
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [
            { name = "Files", type = "Network Name", parameters = { name = "FILES" } },
            { name = "Public Share", type = "File Share" },
        ]
        "#,
    ),
    fails(
        "a data disk left in the default group",
        SCC_2007_WINDOWS_2003,
        &["groups[Cluster Group].resources[Disk T:]"],
    )
    .without(&["groups[CMS1].resources[Disk T:]"])
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk T:", type = "Physical Disk" }]
        "#,
    ),
    fails(
        "a data disk left in Available Storage",
        SCC_2007,
        &["groups[Available Storage].resources[Disk T:]"],
    )
    .without(&["groups[CMS1].resources[Disk T:]"])
    .with(
        r#"
        [[groups]]
        name = "Available Storage"
        resources = [{ name = "Disk T:", type = "Physical Disk" }]
        "#,
    ),
    unknown(
        "a resource whose type is not known",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Agent].type"],
    )
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Agent" }]
        "#,
    ),
    unknown(
        "a disk that waits, and logs that are not known",
        SCC_2007_WINDOWS_2003,
        &["virtual_servers[CMS1].storage_groups[Second Storage Group].log_path"],
    )
    .without(&["virtual_servers[CMS1].storage_groups[Second Storage Group].log_path"])
    .with(
        r#"
        disks = [{ name = "Disk U:", letter = "U" }]

        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk U:", type = "Physical Disk" }]
        "#,
    ),
];
