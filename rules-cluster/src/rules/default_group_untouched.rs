use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs, QuorumKind, ResourceRef,
        ResourceType::{
            self, FileShareWitness, LocalQuorum, MajorityNodeSet, Msdtc, NetworkName, SystemAttendant,
        },
    },
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts};

rule! {
    /// The default group holds the cluster's own resources only.
    ///
    /// Its own are the cluster's name, its addresses, the quorum resource and MSDTC. What belongs to another
    /// application, such as a file share or a print spooler, is a warning on Windows 2000 and 2003. A resource of
    /// an unfamiliar type is information, since it may be a helper of the storage. The tools of Windows Server
    /// 2008 hide the group, and nothing is judged there.
    ///
    /// Disks are no finding: Exchange 2007 Setup wants those of a single copy cluster in the default group before
    /// it makes the clustered mailbox server. `cluster/exchange-data-on-own-disks` judges them after Setup, and
    /// `exchange2003/virtual-server-has-own-group` or `exchange2007/clustered-mailbox-server-has-own-group` judges
    /// resources of Exchange. That a group has the cluster's name is checked by `cluster/default-group-exists`.
    ///
    /// # Why it matters
    ///
    /// Any resource in the default group can make it fail over. The cluster's name and the quorum disk then move
    /// along, and until they are back nobody can administer the cluster.
    ///
    /// # How to fix it
    ///
    /// Make a group for the application and move its resources there with *Change Group* in Cluster Administrator,
    /// at a quiet time: what they depend on, and what depends on them, moves along. Where that is the cluster's
    /// name or the quorum disk, make a name and a disk for the application in its new group first. Leave a helper
    /// of the storage in the group of the disk that needs it.
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
    let names = cluster.own_network_names();
    let Some(group) = names.peek().first().map(|name| name.group()) else {
        // That none bears the cluster's name is the matter of `default-group-exists`.
        findings.each(names);
        return;
    };
    let mut foreign = Vec::new();
    for resource in findings.each(group.resources()) {
        let Some(kind) = findings.need(resource.r#type()) else { continue };
        if let Some(most) = is_foreign(resource, &kind, findings) {
            foreign.push((resource, most));
        }
    }
    if foreign.is_empty() || findings.need(cluster.is_on_2008()).is_none_or(|is_on_2008| *is_on_2008) {
        return;
    }
    // With a virtual server in it all of the group is in the wrong place, and other rules say so.
    let attendants = findings.need_all(group.resources_of(&SystemAttendant));
    let holders = findings.need_all(cluster.evs().flat_map(Evs::group));
    let (Some([]), Some(holders)) = (attendants.as_deref(), holders) else { return };
    if holders.iter().all(|holder| holder.path() != group.path()) {
        for (resource, most) in foreign {
            let message = format!("`{}` is not the cluster's own, but in its default group", resource.name());
            findings.report(resource.path(), message).at_most(most);
        }
    }
}

/// How bad it is that the resource is there, if it is.
fn is_foreign(resource: ResourceRef<'_>, kind: &ResourceType, findings: &mut Findings) -> Option<Severity> {
    match kind {
        MajorityNodeSet | LocalQuorum | FileShareWitness | Msdtc => None,
        NetworkName => is_name_of_another(resource, findings).then_some(Severity::Warning),
        ResourceType::Search => Some(Severity::Warning),
        ResourceType::Other(name) => {
            let is_of_windows = OF_WINDOWS.iter().any(|other| name.eq_ignore_ascii_case(other));
            if is_of_windows || kind.is_storage() || kind.is_exchange() || is_quorum(resource, findings)? {
                return None;
            }
            let is_application = facts::is_other_application(name);
            Some(if is_application { Severity::Warning } else { Severity::Information })
        }
        known => {
            let may_be_here = known.is_address() || known.is_storage() || known.is_exchange();
            (!may_be_here).then_some(Severity::Warning)
        }
    }
}

/// Whether a Network Name is neither the cluster's nor that of a virtual server, which has a rule of its own.
fn is_name_of_another(resource: ResourceRef<'_>, findings: &mut Findings) -> bool {
    let cluster = resource.cluster();
    let (Some(name), Some(own)) =
        (findings.need(resource.parameters().name()), findings.need(cluster.name()))
    else {
        return false;
    };
    if name == own {
        return false;
    }
    let same = cluster.evs().whose(|evs| evs.name(), |other| *other == *name);
    same.peek().is_empty() && findings.need_all(same).is_some()
}

/// Types that Windows itself puts there: the clock of clusters that come from Windows NT, and shadow copies of a disk.
const OF_WINDOWS: [&str; 2] = ["Time Service", "Volume Shadow Copy Service Task"];

/// Whether it is the quorum resource. Absent facts that decide are noted.
fn is_quorum(resource: ResourceRef<'_>, findings: &mut Findings) -> Option<bool> {
    let quorum = resource.cluster().quorum();
    if quorum.kind().peek().is_some_and(|kind| !QuorumKind::has_resource(*kind)) {
        return Some(false);
    }
    let (name, quorum) = (findings.need(resource.name()), findings.need(quorum.resource()));
    Some(name? == quorum?)
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
        "a type that is not known here: information",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Link]"],
    )
    .with(
        r#"
            [[groups]]
            name = "Cluster Group"
            resources = [{ name = "Link", type = "Cluster Enabler" }]
            "#,
    ),
    passes("a group without the cluster's name is the matter of another rule", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [
            { name = "Cluster Name", parameters = { name = "OLDCLU1" } },
            { name = "Public Share", type = "File Share" },
        ]
        "#,
    ),
    passes("so is the name of a virtual server", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Old Name", type = "Network Name", parameters = { name = "EVS1" } }]
        "#,
    ),
    passes("with nothing foreign in it, Windows and virtual servers need not be known", TWO_NODES_2003)
        .without(&["nodes", "virtual_servers"]),
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
    unknown("a share, and a Windows that is not known", TWO_NODES_2003, &["nodes[NODE1].windows.version"])
        .without(&["nodes[NODE1].windows.version", "nodes[NODE2].windows.version"])
        .with(
            r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Public Share", type = "File Share" }]
        "#,
        ),
    unknown("a share, and virtual servers that nobody listed", TWO_NODES_2003, &["virtual_servers"])
        .without(&["virtual_servers"])
        .with(
            r#"
            [[groups]]
            name = "Cluster Group"
            resources = [{ name = "Public Share", type = "File Share" }]
            "#,
        ),
];
