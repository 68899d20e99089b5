use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout, QuorumKind, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A single copy cluster has a disk resource for Exchange before the clustered mailbox server is made.
    ///
    /// Setup makes address, name and Exchange resources, but no disk: one must be there beside the quorum disk. It
    /// belongs in the default group (Windows 2008: *Available Storage*), but the group is not judged. As soon as there
    /// are Exchange resources, `exchange2007/virtual-server-resources-complete` looks after their disks, and this rule
    /// does not apply.
    ///
    /// # Why it matters
    ///
    /// Setup wants the data folder on a disk that the cluster controls and that the node owns. Without one, `/NewCms`
    /// stops; on the quorum disk it would put mail beside what keeps the cluster alive.
    ///
    /// # How to fix it
    ///
    /// Make the Physical Disk resource in Cluster Administrator, in the default group, or on Windows 2008 with *Add a disk*
    /// under *Storage*. Bring it online on the node where `/NewCms` is to run. After Setup, move it into the group of the
    /// clustered mailbox server and make the databases dependent on it.
    pub static DISK_BEFORE_CLUSTERED_MAILBOX_SERVER = {
        check,
        set: &EXCHANGE_2007,
        name: "disk-before-clustered-mailbox-server",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb125149", "Planning for Single Copy Clusters"),
            Source::Microsoft("Exchange 2007 Single Copy Cluster Changes (B. Winzenz)"),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::SingleCopy {
        return findings.not_applicable("it is no single copy cluster");
    }
    let disks = cluster.resources_whose(|resource| resource.r#type(), ResourceType::is_storage);
    if disks.peek().len() > 1 {
        return;
    }
    let exchange = cluster.exchange_resources();
    if !exchange.peek().is_empty() {
        return findings.not_applicable("the clustered mailbox server is there");
    }
    if findings.need_all(exchange).is_none() {
        return;
    }
    let Some(disks) = findings.need_all(disks) else { return };
    let groups = cluster.groups().path();
    let Some(disk) = disks.first() else {
        findings.report(groups, "the cluster has no disk resource");
        return;
    };
    let quorum = cluster.quorum();
    if quorum.kind().peek().is_some_and(|kind| !stands_on_a_disk(*kind)) {
        return;
    }
    let Some(quorum_resource) = findings.need(quorum.resource()) else { return };
    if findings.need(disk.name()).is_some_and(|name| name == quorum_resource) {
        let message = format!("the only disk resource is that of the quorum, `{quorum_resource}`");
        findings.report(groups, message).related(disk.path(), "the quorum disk");
    }
}

/// Whether a quorum of this kind has a disk as its resource.
fn stands_on_a_disk(kind: QuorumKind) -> bool {
    matches!(kind, QuorumKind::SharedDisk | QuorumKind::NodeAndDiskMajority | QuorumKind::DiskOnly)
}

const EXAMPLES: &[Example] = &[
    passes("disks for Exchange", SCC_2007),
    passes("before Setup, a disk in the default group", SCC_2007_WINDOWS_2003)
        .without(&["groups[CMS1]"])
        .with(
            r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk S:", type = "Physical Disk" }]
        "#,
        ),
    passes("before Setup, the only disk is not that of the quorum", SCC_2007)
        .without(&["groups[CMS1]", "groups[Cluster Group].resources[Disk Q:]"])
        .with(
            r#"
            quorum = { kind = "node-majority" }

            [[groups]]
            name = "Available Storage"
            resources = [{ name = "Disk S:", type = "Physical Disk" }]
            "#,
        ),
    fails("only the quorum disk", SCC_2007, &["groups"]).without(&["groups[CMS1]"]),
    fails("no disk at all", SCC_2007, &["groups"])
        .without(&["groups[CMS1]", "groups[Cluster Group].resources[Disk Q:]"])
        .with(r#"quorum = { kind = "node-majority" }"#),
    not_applicable("a CCR", CCR_2007),
    not_applicable("a clustered mailbox server without disks is another rule's matter", SCC_2007)
        .without(&["groups[CMS1].resources[Disk S:]", "groups[CMS1].resources[Disk T:]"]),
    not_applicable("a clustered mailbox server, though not all groups are known", SCC_2007)
        .without(&["groups[CMS1].resources[Disk S:]", "groups[CMS1].resources[Disk T:]"])
        .with(r#"partial = ["groups"]"#),
    unknown("nobody knows the resources", SCC_2007, &["groups"]).without(&["groups"]),
    unknown("one disk, which may be that of the quorum", SCC_2007, &["quorum.resource"])
        .without(&["groups[CMS1]", "quorum.resource"]),
];
