use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        GroupRef, ResourceType,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts};

rule! {
    /// The group of a virtual server has an IP Address, a Network Name, a disk and a System Attendant.
    ///
    /// These four are made, or moved in, by hand, in this order; the System Attendant then brings the rest. Any type of
    /// storage is a disk to Exchange 2003. Exchange 2000 accepts the type Physical Disk only: the resource type of
    /// another maker's volume manager is a finding there.
    ///
    /// Whether they are online is not judged. A group that does not exist is reported by
    /// `exchange2003/virtual-server-has-own-group`.
    ///
    /// # Why it matters
    ///
    /// Without address and name no client finds the virtual server, without a disk its databases cannot follow it to
    /// another node, and without a System Attendant there is no Exchange in it. The System Attendant cannot be made
    /// before the other three are online.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator, make what is missing in the group: *New, Resource*, type *IP Address*, then *Network
    /// Name* with a dependency on the address; drag a Physical Disk from the group that holds it now, if nothing there
    /// uses it. Bring all three online, then make the *Microsoft Exchange System Attendant* with dependencies on the name
    /// and every disk. If the virtual server had a System Attendant before, give the same data path and names as then.
    ///
    /// On Exchange 2000 with another type of disk, move the data after a backup to disks of the type Physical Disk, or
    /// upgrade to Exchange 2003.
    pub static VIRTUAL_SERVER_RESOURCES_COMPLETE = {
        check,
        set: &EXCHANGE_2003,
        name: "virtual-server-resources-complete",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 4 and limitation 6"),
            Source::Kb(821_833),
            Source::Kb(276_600),
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-017", "DSK-018", "DSK-020", "RES-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let evs = findings.each(cluster.evs());
    if evs.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in evs {
        for group in findings.each(evs.group()) {
            parts_present(group, findings);
            if cluster.exchange().peek() == Some(&V2000) {
                no_foreign_disks(group, findings);
            }
        }
    }
}

fn parts_present(group: GroupRef<'_>, findings: &mut Findings) {
    for part in &facts::MADE_BY_HAND {
        let present = match part {
            ResourceType::PhysicalDisk => group.storage(),
            kind => group.resources_of(kind),
        };
        if present.peek().is_empty() && findings.need_all(present).is_some() {
            let message =
                format!("`{}` holds a virtual server and no resource of the type `{part}`", group.name());
            findings.report(group.resources().path(), message);
        }
    }
}

fn no_foreign_disks(group: GroupRef<'_>, findings: &mut Findings) {
    let is_foreign = |kind: &ResourceType| kind.is_storage() && !facts::is_disk(kind, V2000);
    for disk in findings.each(group.resources().whose(|resource| resource.r#type(), is_foreign)) {
        let message =
            format!("`{}` is of the type `{}`, no disk to Exchange 2000", disk.name(), disk.r#type());
        findings.report(disk.r#type().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000, one virtual server", TWO_NODES_2000),
    passes("Exchange 2003, three virtual servers", FOUR_NODES_2003),
    passes("another maker's disk on Exchange 2003", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[Disk S:]", "groups[EVS1 Group].resources[Disk T:]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "EVS1 Volumes", type = "Volume Manager Disk Group" }]
            "#,
        ),
    passes("a group that is offline for maintenance", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        state = "offline"
        resources = [{ name = "EVS1 Name", state = "offline" }, { name = "Disk S:", state = "offline" }]
        "#,
    ),
    fails(
        "no address and no disk",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources", "groups[EVS1 Group].resources"],
    )
    .without(&[
        "groups[EVS1 Group].resources[EVS1 IP]",
        "groups[EVS1 Group].resources[Disk S:]",
        "groups[EVS1 Group].resources[Disk T:]",
    ]),
    fails("a group that waits for its System Attendant", FOUR_NODES_2003, &["groups[EVS3 Group].resources"])
        .without(&["groups[EVS3 Group].resources[Exchange System Attendant (EVS3)]"]),
    fails(
        "another maker's disk on Exchange 2000",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[EVS1 Volumes].type"],
    )
    .without(&["groups[EVS1 Group].resources[Disk S:]", "groups[EVS1 Group].resources[Disk T:]"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Volumes", type = "Volume Manager Disk Group" }]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("a name that may be missing", TWO_NODES_2003, &["groups[EVS1 Group].resources[EVS1 Name].type"])
        .without(&["groups[EVS1 Group].resources[EVS1 Name].type"]),
];
