use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, QuorumKind},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::QUORUM_LOG_KIB};

rule! {
    /// The quorum log may grow to at least 4096 KB.
    ///
    /// This is about a quorum on a shared disk, on Windows 2000 and 2003. The default of Windows 2000 is 64 KB,
    /// that of Windows 2003 4096 KB; a cluster that was upgraded keeps the small one. The log (`quolog.log`) holds
    /// the changes to the configuration of the cluster since the last checkpoint. Windows 2008 has no such log.
    ///
    /// # Why it matters
    ///
    /// A virtual server writes more into the cluster's configuration than a small log can hold. When the log is
    /// full, changes are lost or resources fail to come online, and a node that was down may start with an old
    /// configuration.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator, open the properties of the cluster, tab *Quorum*, and set *Reset quorum log at*
    /// to 4096 KB, or run `cluster /quorum:"Disk Q:" /maxlogsize:4096`. This takes effect at once, and nothing
    /// goes offline.
    pub static QUORUM_LOG_SIZE = {
        check,
        set: &CLUSTER,
        name: "quorum-log-size",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::TechNet("aa995830", "Quorum log too small"), Source::Kb(225_081)],
        basis: Basis::Microsoft,
        covers: &["QUO-009"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    if *kind != QuorumKind::SharedDisk {
        return findings.not_applicable("there is no quorum log on a shared disk");
    }
    let Some(size) = findings.need(cluster.quorum().max_log_size_kib()) else { return };
    if *size.value() < QUORUM_LOG_KIB {
        let message = format!("the quorum log is reset at {size} KiB, before it has {QUORUM_LOG_KIB} KiB");
        findings.report(size.path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("4096 KB", TWO_NODES_2003),
    passes("more", TWO_NODES_2000).with("quorum = { max_log_size_kib = 8192 }"),
    fails("the default of Windows 2000", TWO_NODES_2000, &["quorum.max_log_size_kib"])
        .with("quorum = { max_log_size_kib = 64 }"),
    not_applicable("Windows 2008", SCC_2007),
    not_applicable("Majority Node Set", CCR_2007),
    unknown("the size is not known", TWO_NODES_2003, &["quorum.max_log_size_kib"])
        .without(&["quorum.max_log_size_kib"]),
];
