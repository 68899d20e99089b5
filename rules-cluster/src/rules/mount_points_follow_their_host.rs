use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, DiskRef, Known, Name, ResourceRef, ResourceType, Set},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// A mounted disk is in the group of the disk that it is mounted on, and depends on it.
    ///
    /// The disk on which another one is mounted is called its host here; a definition names it by its name or by
    /// its letter. These are findings: a mounted disk whose resource is in another group than its host; one that
    /// does not depend on its host, directly or through others; a shared disk mounted on a local one, or the other
    /// way round; and any disk mounted on the quorum disk.
    ///
    /// # Why it matters
    ///
    /// The folder of a mount point is on the host disk. When the mounted disk comes online before its host, or on
    /// another node, there is no folder to mount it in: its resource fails, or the databases on it are not found.
    /// Data mounted on the quorum disk has to move wherever the quorum goes; a local host stays behind at a
    /// failover.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator, move the mounted disk into the group of its host (*Change Group*), take it
    /// offline together with what depends on it, add the host to its dependencies (`cluster resource "Disk Logs"
    /// /adddep:"Disk S:"`), and bring everything online again. Nothing on the disks changes.
    ///
    /// Where the host is a local disk or the quorum disk, back up first. Then mount a new disk in a folder of a
    /// shared disk of the same group, with the dependency, and move databases and logs there in System Manager
    /// (Exchange 2007: `Move-StorageGroupPath`, `Move-DatabasePath`). A database is dismounted while its files
    /// move.
    pub static MOUNT_POINTS_FOLLOW_THEIR_HOST = {
        check,
        set: &CLUSTER,
        name: "mount-points-follow-their-host",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(280_297),
            Source::ThirdParty("Dell PowerEdge Cluster guide, mount points"),
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
        ],
        basis: Basis::ThirdParty,
        covers: &["DSK-010", "DSK-011", "DSK-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    match findings.need(cluster.shares_storage()).as_deref() {
        None => return,
        Some(false) => return findings.not_applicable("the nodes share no storage"),
        Some(true) => {}
    }
    for disk in findings.each(cluster.disks()) {
        let Some(host) = disk.mounted_on().known() else {
            findings.need(disk.letter());
            continue;
        };
        let hosts = disk.hosts();
        // The host as it is called; one that is not described may still have a resource of the name that is given.
        let called = hosts.peek().first().map_or(disk.mounted_on(), |host| host.name());
        if is_on_quorum(disk, host, called, findings) {
            continue;
        }
        let mounted = resources_of(disk.name(), Set::new([disk], []));
        let holder = resources_of(called, hosts);
        match (mounted.peek(), holder.peek()) {
            ([], []) => drop(findings.each(mounted.and(holder))),
            ([mounted, ..], [holder, ..]) => follows(*mounted, *holder, host, findings),
            ([_, ..], []) => {
                if findings.need_all(holder).is_some() {
                    let message =
                        format!("`{}` is mounted on `{host}`, which is no disk of the cluster", disk.name());
                    findings.report(host.path(), message);
                }
            }
            ([], [_, ..]) => {
                if findings.need_all(mounted).is_some() {
                    let message =
                        format!("`{}`, no disk of the cluster, is mounted on `{host}`", disk.name());
                    findings.report(host.path(), message);
                }
            }
        }
    }
}

/// The resources that stand for a disk, by its name. Where none bears it, one of another maker's type may be the one.
fn resources_of<'a>(name: At<'a, Name>, disks: Set<DiskRef<'a>>) -> Set<ResourceRef<'a>> {
    let Some(known) = name.peek() else { return Set::new([], [name.path()]) };
    let own = name.cluster().resources_named(known);
    let own = own.whose(|resource| resource.r#type(), ResourceType::is_storage);
    if own.peek().is_empty() { own.and(disks.flat_map(DiskRef::third_party_resources)) } else { own }
}

/// Whether a disk is known to be mounted on the quorum disk.
fn is_on_quorum<'a>(
    disk: DiskRef<'a>,
    host: Known<'a, Name>,
    called: At<'a, Name>,
    findings: &mut Findings,
) -> bool {
    let cluster = disk.cluster();
    if findings.need(cluster.has_quorum_disk()).as_deref() != Some(&true) {
        return false;
    }
    let Some(quorum) = findings.need(cluster.quorum().resource()) else { return false };
    let is_on_it = called.peek() == Some(quorum.value());
    if is_on_it {
        let message = format!("`{}` is mounted on `{host}`, the quorum disk", disk.name());
        findings.report(host.path(), message).related(quorum.path(), "the quorum resource");
    }
    is_on_it
}

fn follows(
    mounted: ResourceRef<'_>,
    holder: ResourceRef<'_>,
    host: Known<'_, Name>,
    findings: &mut Findings,
) {
    let group = mounted.group();
    if group.path() != holder.group().path() {
        let message = format!(
            "`{}` is in the group `{}`, and `{host}`, on which it is mounted, in `{}`",
            mounted.name(),
            group.name(),
            holder.group().name()
        );
        findings.report(mounted.path(), message).related(holder.path(), "the disk that it is mounted on");
        return;
    }
    let leading =
        group.dependencies().leading_to(|other| other.name(), |name| Some(name) == holder.name().peek());
    let reached: Set<_> = leading.from(mounted);
    if reached.peek().is_empty() && findings.need_all(reached).is_some() {
        let message = format!("`{}` does not depend on `{host}`, on which it is mounted", mounted.name());
        findings
            .report(mounted.depends_on().path(), message)
            .related(holder.path(), "the disk that it is mounted on");
    }
}

const EXAMPLES: &[Example] = &[
    passes("no mount points", TWO_NODES_2003),
    passes("a mounted disk that waits for its host", SCC_2007).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "CMS1"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk S:"] }]
        "#,
    ),
    passes("one mounted in another", TWO_NODES_2003).with(
        r#"
        disks = [
            { name = "Disk Logs", mounted_on = "Disk S:" },
            { name = "Disk More", mounted_on = "Disk Logs" },
        ]

        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk S:"] },
            { name = "Disk More", type = "Physical Disk", depends_on = ["Disk Logs"] },
        ]
        "#,
    ),
    passes("the host by its letter", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = 'S:\' }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk S:"] }]
        "#,
    ),
    passes("two local disks", TWO_NODES_2003)
        .with(r#"disks = [{ name = "Tools", mounted_on = "C:", shared = false }]"#),
    fails("no dependency", TWO_NODES_2003, &["groups[EVS1 Group].resources[Disk Logs].depends_on"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    fails("another group", TWO_NODES_2003, &["groups[Spare].resources[Disk Logs]"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "Spare"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    fails("on the quorum disk", TWO_NODES_2003, &["disks[Disk Logs].mounted_on"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk Q:" }]

        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk Q:"] }]
        "#,
    ),
    fails("a data disk on the quorum disk: one finding", TWO_NODES_2003, &["disks[Disk Logs].mounted_on"])
        .with(
            r#"
            disks = [{ name = "Disk Logs", mounted_on = "Q" }]

            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = [] }]
            "#,
        ),
    fails("a shared disk on a local one", TWO_NODES_2003, &["disks[Disk Logs].mounted_on"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "D:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    fails("a local disk on a shared one", TWO_NODES_2003, &["disks[Local].mounted_on"])
        .with(r#"disks = [{ name = "Local", mounted_on = "Disk S:", shared = false }]"#),
    not_applicable("the nodes of a CCR mount what they like", CCR_2007)
        .with(r#"disks = [{ name = "Disk Logs", mounted_on = "Disk S:", shared = false }]"#),
    unknown("a disk of which neither letter nor host is known", TWO_NODES_2003, &["disks[Disk T:].letter"])
        .without(&["disks[Disk T:].letter"]),
    unknown(
        "what a mounted disk depends on is not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk Logs].depends_on"],
    )
    .with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk" }]
        "#,
    ),
];
