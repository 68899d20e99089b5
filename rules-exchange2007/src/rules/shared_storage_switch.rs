use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// Setup was told of shared storage for a single copy cluster, and only for that.
    ///
    /// `Setup.com /NewCms` makes a clustered mailbox server with replication unless `/CMSSharedStorage` is given. The rule
    /// compares the switch in the setup log with the layout of the definition. A clustered mailbox server that was removed
    /// afterwards does not count.
    ///
    /// # Why it matters
    ///
    /// The switch decides for good what Exchange believes about its disks. Without it on shared disks, Exchange begins to
    /// replicate to a passive node that owns none of them; with it on local disks, the passive node has no copy at all and a
    /// failover ends with databases that are not there. It cannot be changed afterwards.
    ///
    /// # How to fix it
    ///
    /// Give `/CMSSharedStorage` and `/CMSDataPath` for a single copy cluster, neither for CCR. If the clustered mailbox
    /// server is there already, first see which is wrong, the cluster or the definition: `Get-MailboxServer CMS1 | fl
    /// ClusteredStorageType` says what Exchange believes. A wrong one is replaced, not repaired: make a second clustered
    /// mailbox server in the right way, in another cluster if this one takes no more, move all mailboxes there, and retire
    /// the empty one after a backup.
    pub static SHARED_STORAGE_SWITCH = {
        check,
        set: &EXCHANGE_2007,
        name: "shared-storage-switch",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::TechNet("aa997281", "How to Install Exchange 2007 in Unattended Mode"),
            Source::TechNet("bb124778", "How to Modify an Exchange Installation"),
        ],
        basis: Basis::Microsoft,
        covers: &["SET-014"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    let wanted = match *layout {
        Layout::SingleCopy => true,
        Layout::ContinuousReplication => false,
        Layout::Standby => {
            return findings.not_applicable("a standby cluster has no clustered mailbox server");
        }
    };
    for step in findings.each(cluster.standing_creations()) {
        if let Some(given) = findings.need(step.shared_storage())
            && *given != wanted
        {
            let message = if wanted {
                "a single copy cluster was made without `/CMSSharedStorage`"
            } else {
                "a CCR cluster was made with `/CMSSharedStorage`"
            };
            findings.report(given.path(), message).related(layout.path(), "the layout");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("given for a single copy cluster", SCC_2007),
    passes("not given for a CCR", CCR_2007),
    passes("an attempt that failed", SCC_2007)
        .with(r#"setup = [{ failed_step = "new-cms", node = "NODE1", shared_storage = false }]"#),
    passes("forgotten, removed, and made again", SCC_2007).with(
        r#"
        setup = [
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = false },
            { step = "remove-virtual-server", virtual_server = "CMS1" },
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = true },
        ]
        "#,
    ),
    fails("removed and made again in the same wrong way", SCC_2007, &["setup[#3].shared_storage"]).with(
        r#"
        setup = [
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = false },
            { step = "remove-virtual-server", virtual_server = "CMS1" },
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = false },
        ]
        "#,
    ),
    fails("another one was removed", SCC_2007, &["setup[#1].shared_storage"]).with(
        r#"
        setup = [
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = false },
            { step = "remove-virtual-server", virtual_server = "CMS2" },
        ]
        "#,
    ),
    fails("forgotten", SCC_2007, &["setup[#1].shared_storage"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1", shared_storage = false }]"#),
    fails("given for a CCR", CCR_2007, &["setup[#1].shared_storage"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1", shared_storage = true }]"#),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("the layout is not known", SCC_2007, &["layout"]).without(&["layout"]),
    unknown(
        "forgotten, and which one was removed later is not known",
        SCC_2007,
        &["setup[#2].virtual_server"],
    )
    .with(
        r#"
        setup = [
            { step = "new-cms", node = "NODE1", virtual_server = "CMS1", shared_storage = false },
            { step = "remove-virtual-server" },
        ]
        "#,
    ),
    unknown("the switch is not known", SCC_2007, &["setup[#1].shared_storage"])
        .with(r#"setup = [{ step = "new-cms", node = "NODE1" }]"#),
];
