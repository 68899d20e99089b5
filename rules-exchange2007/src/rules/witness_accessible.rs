use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The cluster and the account that sets it up have access to the file share witness.
    ///
    /// The account that configures the quorum needs Full Control of the share. So does the cluster itself: on Windows
    /// 2003 the account of the Cluster service, on Windows 2008 the computer object of the cluster (`MAILCLU1$`). The
    /// first is in the documentation for Windows 2008. That the cluster needs access follows from what a witness does;
    /// we know of no document that says which right exactly.
    ///
    /// # Why it matters
    ///
    /// Without Full Control the wizard, or `cluster.exe`, refuses the share. Where the cluster itself has no access,
    /// the witness fails as soon as it is needed: its vote is missing, and the node that is left stops.
    ///
    /// # How to fix it
    ///
    /// On the computer that holds the share, give the account that lacks it Full Control in the permissions of the
    /// share and of the folder. Remove *Everyone* from the share: nobody else needs it. Then bring the quorum resource
    /// online again, or move the default group to the other node and back, and look for events of the cluster about the
    /// witness.
    pub static WITNESS_ACCESSIBLE = {
        check,
        set: &EXCHANGE_2007,
        name: "witness-accessible",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676490", "How to Configure the Node and File Share Majority Quorum")],
        basis: Basis::Microsoft,
        covers: &["QUO-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(witness) = findings.need_all(cluster.file_share_witness()) else { return };
    let [witness] = witness[..] else {
        return findings.not_applicable("there is no file share witness");
    };
    let share = witness.share();
    let requirements = [
        (witness.installer_has_full_control(), "the account that sets up the cluster has no Full Control of"),
        (witness.cluster_has_access(), "the cluster has no access to"),
    ];
    for (fact, without) in requirements {
        if findings.need(fact).is_some_and(|has| !*has) {
            findings.report(fact.path(), format!("{without} the file share witness, `{share}`"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Windows 2003", CCR_2007),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    fails("the cluster has none", CCR_2007, &["quorum.witness.cluster_has_access"])
        .with("quorum = { witness = { cluster_has_access = false } }"),
    fails(
        "the installer has read access",
        CCR_2007_WINDOWS_2008,
        &["quorum.witness.installer_has_full_control"],
    )
    .with("quorum = { witness = { installer_has_full_control = false } }"),
    not_applicable("a disk is the witness", SCC_2007),
    unknown("what the cluster has is not known", CCR_2007, &["quorum.witness.cluster_has_access"])
        .without(&["quorum.witness.cluster_has_access"]),
];
