use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout, MountDial},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// After a failover, the databases of a CCR cluster mount by themselves even if a little was lost.
    ///
    /// `AutoDatabaseMountDial` of the clustered mailbox server says how many logs may be missing. *GoodAvailability* and
    /// *BestAvailability* both let a database mount that lost a few. Neither is a finding: no document of Exchange 2007 was
    /// found that says which of the two a new server has. *Lossless* is one: somebody chose it, and it may be what is wanted.
    ///
    /// # Why it matters
    ///
    /// The last log is nearly always missing when the active node dies without warning. With *Lossless* the clustered
    /// mailbox server then fails over and its databases stay dismounted, until that node is back with its logs or
    /// somebody mounts them by hand. With the other values they mount at once, and the transport dumpster brings most
    /// of the lost mail back.
    ///
    /// # How to fix it
    ///
    /// `Set-MailboxServer CMS1 -AutoDatabaseMountDial:GoodAvailability`, or, with SP1, the page *Clustered Mailbox
    /// Server* of its properties in the Exchange Management Console. Nothing goes offline. Where every loss has to be
    /// decided by a person, keep *Lossless*, and write down who decides.
    pub static MOUNT_DIAL_USUAL = {
        check,
        set: &EXCHANGE_2007,
        name: "mount-dial-usual",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Microsoft(
                "Exchange Server 2007 help, How to Tune Failover and Mount Settings for Cluster Continuous Replication",
            ),
            Source::Practice("an unplanned failover nearly always misses the last log"),
        ],
        basis: Basis::Practice,
        covers: &["CCR-002"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout != Layout::ContinuousReplication {
        return findings.not_applicable("it is no CCR cluster");
    }
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    for cms in servers {
        if let Some(dial) = findings.need(cms.listed().mount_dial())
            && *dial == MountDial::Lossless
        {
            let message = format!("`{}` mounts no database that lost a log in a failover", cms.name());
            findings.report(dial.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a few logs may be missing", CCR_2007),
    passes("some more logs may be missing", CCR_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        mount_dial = "best-availability"
        "#,
    ),
    fails("no log may be missing", CCR_2007, &["virtual_servers[CMS1].mount_dial"]).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        mount_dial = "lossless"
        "#,
    ),
    not_applicable("a single copy cluster", SCC_2007),
    not_applicable("no clustered mailbox server yet", CCR_2007)
        .without(&["virtual_servers[CMS1]", "groups[CMS1]"])
        .with("virtual_servers = []"),
    unknown("nobody looked", CCR_2007, &["virtual_servers[CMS1].mount_dial"])
        .without(&["virtual_servers[CMS1].mount_dial"]),
];
