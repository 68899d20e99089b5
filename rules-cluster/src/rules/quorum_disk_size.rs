use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::QUORUM_DISK_MIB};

rule! {
    /// The quorum disk has 500 MB or more.
    ///
    /// 500 MB are 476 MiB; a definition gives sizes in MiB. The Cluster service itself manages with about 50 MB, a
    /// figure from practice that is not judged here.
    ///
    /// # Why it matters
    ///
    /// The quorum log and the checkpoint files of the registry are small. But NTFS is slow on a very small volume,
    /// and a quorum disk that is slow or full makes the node lose the quorum, and the whole cluster fail over.
    ///
    /// # How to fix it
    ///
    /// Choose another disk for the quorum: bring it into the default group as a Physical Disk resource, formatted
    /// with NTFS, and select it on the tab *Quorum* in the properties of the cluster (Windows Server 2008: with
    /// *Configure Cluster Quorum Settings*). The Cluster service copies its files, and nothing goes offline.
    pub static QUORUM_DISK_SIZE = {
        check,
        set: &CLUSTER,
        name: "quorum-disk-size",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Kb(280_345)],
        basis: Basis::Microsoft,
        covers: &["QUO-008"],
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
        let Some(size) = findings.need(disk.size_mib()) else { continue };
        if *size.value() < QUORUM_DISK_MIB {
            let message = format!(
                "`{}`, the quorum disk, has {size} MiB, less than {QUORUM_DISK_MIB} MiB",
                disk.name()
            );
            findings.report(size.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("1 GiB", TWO_NODES_2003),
    passes("a witness disk of 500 MB", SCC_2007).with(r#"disks = [{ name = "Disk Q:", size_mib = 476 }]"#),
    fails("a disk of 100 MiB", TWO_NODES_2000, &["disks[Disk Q:].size_mib"])
        .with(r#"disks = [{ name = "Disk Q:", size_mib = 100 }]"#),
    not_applicable("Majority Node Set", CCR_2007),
    unknown("the size is not known", TWO_NODES_2003, &["disks[Disk Q:].size_mib"])
        .without(&["disks[Disk Q:].size_mib"]),
    unknown("the quorum disk is not named", TWO_NODES_2003, &["quorum.resource"])
        .without(&["quorum.resource"]),
];
