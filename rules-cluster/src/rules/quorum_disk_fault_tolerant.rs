use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Name},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The quorum disk survives the failure of one spindle.
    ///
    /// A single spindle and a stripe without parity (RAID 0) are findings; a mirror or any other level that the
    /// storage system protects is not. Mirrors made by Windows itself are no way out: they need dynamic disks,
    /// which the cluster cannot use.
    ///
    /// # Why it matters
    ///
    /// In Windows 2000 and 2003 the cluster stands and falls with the quorum disk: when it is lost, no node can go
    /// on, and the cluster has to be started by hand with a new quorum. In Windows Server 2008 the witness disk is
    /// one vote; with two nodes it is the vote that keeps the cluster up when one of them is down.
    ///
    /// # How to fix it
    ///
    /// Present a mirrored disk to the nodes, bring it into the default group as a Physical Disk resource, and
    /// select it on the tab *Quorum* in the properties of the cluster (Windows Server 2008: with *Configure
    /// Cluster Quorum Settings*). This takes nothing offline. Do not rebuild the array of the old disk before the
    /// quorum has moved.
    pub static QUORUM_DISK_FAULT_TOLERANT = {
        check,
        set: &CLUSTER,
        name: "quorum-disk-fault-tolerant",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(280_345),
            Source::ThirdParty("Dell PowerEdge Cluster SE500W guide, the quorum resource"),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-010"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    match findings.need(cluster.has_quorum_disk()).as_deref() {
        None => return,
        Some(false) => return findings.not_applicable("the quorum stands on no disk"),
        Some(true) => {}
    }
    for disk in findings.each(cluster.quorum_disks()) {
        let Some(raid) = findings.need(disk.raid()) else { continue };
        if is_unprotected(&raid) {
            let message =
                format!("the RAID level of `{}`, the quorum disk, is `{raid}`: no protection", disk.name());
            findings.report(raid.path(), message);
        }
    }
}

fn is_unprotected(raid: &Name) -> bool {
    ["0", "none", "RAID 0", "RAID0", "RAID-0", "JBOD"].iter().any(|level| *raid == **level)
}

const EXAMPLES: &[Example] = &[
    passes("a mirror", TWO_NODES_2003),
    passes("RAID 5", TWO_NODES_2000).with(r#"disks = [{ name = "Disk Q:", raid = "5" }]"#),
    passes("what the data disks have does not count", SCC_2007)
        .with(r#"disks = [{ name = "Disk S:", raid = "0" }]"#),
    fails("a single spindle", TWO_NODES_2003, &["disks[Disk Q:].raid"])
        .with(r#"disks = [{ name = "Disk Q:", raid = "none" }]"#),
    fails("a stripe", SCC_2007, &["disks[Disk Q:].raid"])
        .with(r#"disks = [{ name = "Disk Q:", raid = "RAID 0" }]"#),
    not_applicable("Majority Node Set", CCR_2007),
    unknown("the RAID level is not known", TWO_NODES_2003, &["disks[Disk Q:].raid"])
        .without(&["disks[Disk Q:].raid"]),
];
