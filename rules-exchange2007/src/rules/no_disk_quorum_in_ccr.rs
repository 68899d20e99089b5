use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The quorum of a CCR cluster stands on no shared disk.
    ///
    /// On Windows 2003 it is a Majority Node Set with a file share witness, on Windows 2008 Node and File Share
    /// Majority. A disk is a finding even where it is only one vote of several, as in Node and Disk Majority.
    ///
    /// # Why it matters
    ///
    /// Cluster continuous replication does away with shared storage, so that no single disk system can bring the cluster
    /// down, and so that the nodes can be far apart. A quorum on a shared disk brings both limits back: without the
    /// disk, neither node goes on, though each has its own copy of the databases.
    ///
    /// # How to fix it
    ///
    /// First make the share for the witness; `exchange2007/witness-off-the-nodes` says where, and with which rights.
    /// Windows 2003, while both nodes are up: make a *Majority Node Set* resource in the default group and bring it
    /// online, choose it under *Quorum* in the properties of the cluster, then add the witness: `cluster res "Majority
    /// Node Set" /priv MNSFileShare=\\HUB1\MNS_FSW_MAILCLU1`, and move the default group to the other node and back.
    /// Windows 2008: *More Actions, Configure Cluster Quorum Settings, Node and File Share Majority*. Databases are not
    /// touched. Delete the disk resource when the new quorum holds.
    pub static NO_DISK_QUORUM_IN_CCR = {
        check,
        set: &EXCHANGE_2007,
        name: "no-disk-quorum-in-ccr",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("cc431352", "A Shared Disk Quorum Has Been Detected"),
            Source::Microsoft("ExBPA, a shared disk witness with cluster continuous replication on Windows Server 2008"),
        ],
        basis: Basis::Microsoft,
        covers: &["QUO-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("there is no continuous replication");
    }
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    if kind.uses_disk() {
        let message = format!("the quorum of a CCR cluster is `{kind}`, and stands on a disk");
        findings.report(kind.path(), message).related(layout.path(), "the layout");
    }
}

const EXAMPLES: &[Example] = &[
    passes("Majority Node Set with a file share witness", CCR_2007),
    passes("Node and File Share Majority", CCR_2007_WINDOWS_2008),
    fails("a shared disk on Windows 2003", CCR_2007, &["quorum.kind"])
        .with(r#"quorum = { kind = "shared-disk" }"#),
    fails("a witness disk on Windows 2008", CCR_2007_WINDOWS_2008, &["quorum.kind"])
        .with(r#"quorum = { kind = "node-and-disk-majority" }"#),
    not_applicable("a single copy cluster", SCC_2007),
    unknown("the quorum model is not known", CCR_2007, &["quorum.kind"]).without(&["quorum.kind"]),
    unknown("the layout is not known", CCR_2007, &["layout"]).without(&["layout"]),
];
