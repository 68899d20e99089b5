use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The data folder given to Setup for a clustered mailbox server is on a drive, not a share.
    ///
    /// `Setup.com /NewCms` of a single copy cluster takes it as `/CMSDataPath`. It has to begin with a drive letter; a UNC
    /// path, or one without a drive, is refused. The rule reads the setup log, and leaves out a clustered mailbox server that
    /// was removed afterwards. In cluster continuous replication there is no such switch.
    ///
    /// # Why it matters
    ///
    /// Setup's readiness check stops with an error. If it did not, the databases would lie where the Cluster service
    /// has no disk resource to bring online first.
    ///
    /// # How to fix it
    ///
    /// Give the letter of a shared disk that the node owns: `/CMSDataPath:S:\SG1`. Where `/NewCms` has run already, see
    /// where the files are with `Get-StorageGroup` and `Get-MailboxDatabase`, and move them onto a disk of the group
    /// with `Move-StorageGroupPath` and `Move-DatabasePath`. The databases are dismounted while their files are moved.
    pub static DATA_PATH_ON_A_DRIVE = {
        check,
        set: &EXCHANGE_2007,
        name: "data-path-on-a-drive",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[Source::Microsoft("ExBPA, setup check of the CMSDataPath parameter (Exchange 2007)")],
        basis: Basis::Microsoft,
        covers: &["SET-012"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::SingleCopy {
        return findings.not_applicable("it is no single copy cluster");
    }
    for step in findings.each(cluster.standing_creations()) {
        if let Some(folder) = findings.need(step.data_path())
            && folder.drive().is_none()
        {
            let what = if folder.is_unc() { "a share" } else { "a path without a drive" };
            findings.report(folder.path(), format!("the data folder `{folder}` is {what}"));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a folder on a shared disk", SCC_2007),
    passes("a log without `/NewCms`", SCC_2007)
        .with(r#"setup = [{ step = "form-cluster", node = "NODE1" }]"#),
    passes("only an attempt that failed", SCC_2007)
        .with(r#"setup = [{ failed_step = "new-cms", node = "NODE1", data_path = '\\FILES1\Exchange' }]"#),
    passes("a clustered mailbox server that was removed", SCC_2007).with(
        r#"
        setup = [
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", data_path = '\\FILES1\Exchange' },
            { step = "remove-virtual-server", virtual_server = "CMS1" },
        ]
        "#,
    ),
    fails("a share", SCC_2007, &["setup[#1].data_path"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1", data_path = '\\FILES1\Exchange' }]"#),
    fails("no drive", SCC_2007, &["setup[#1].data_path"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1", data_path = '\SG1' }]"#),
    not_applicable("a CCR", CCR_2007),
    unknown("no log", SCC_2007, &["setup"]).without(&["setup"]),
    unknown("the folder is not known", SCC_2007, &["setup[#1].data_path"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1" }]"#),
];
