use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// Databases and logs have the same paths on a standby target as on its source.
    ///
    /// This holds for every database file, log and system file that is replicated, drive letter included.
    ///
    /// # Why it matters
    ///
    /// The directory keeps the paths once, for source and target together: the target writes its copy to the same
    /// place. Where it has no such drive, or other databases there, replication cannot be enabled or fails later; and
    /// two sources with the same paths cannot share one target.
    ///
    /// # How to fix it
    ///
    /// Give the target the same drive letters or mount points. Or disable the replication to this target
    /// (`Disable-StorageGroupCopy` with `-StandbyMachine`), move the files on the source with `Move-StorageGroupPath`
    /// and `Move-DatabasePath` to paths that both have (the databases are dismounted meanwhile), enable the replication
    /// again and seed the copy with `Update-StorageGroupCopy`. A CCR source demands more steps:
    /// `exchange2007/ccr-storage-not-shared` has them.
    pub static STANDBY_PATHS_EQUAL = {
        check,
        set: &EXCHANGE_2007,
        name: "standby-paths-equal",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676502", "Standby Continuous Replication")],
        basis: Basis::Microsoft,
        covers: &["SCR-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let targets = findings.each(cluster.standby_targets());
    if targets.is_empty() {
        return findings.not_applicable("it has no standby target");
    }
    for target in targets {
        if let Some(same) = findings.need(target.same_paths())
            && !*same
        {
            let message =
                format!("`{}` has other database or log paths than `{}`", target.name(), target.of());
            findings.report(same.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the same paths", CCR_2007)
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", same_paths = true }]"#),
    fails("other paths", CCR_2007, &["standby_targets[SCR1].same_paths"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1", same_paths = false }]"#),
    not_applicable("no standby target", SCC_2007),
    unknown("nobody compared the paths", SCC_2007, &["standby_targets[SCR1].same_paths"])
        .with(r#"standby_targets = [{ name = "SCR1", of = "CMS1" }]"#),
];
