use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The transport dumpster is on, so that mail lost in a failover of a CCR cluster is delivered again.
    ///
    /// The Hub Transport servers of the site keep mail that they have delivered for a while. It is off where the size
    /// for each storage group or the time is zero. Usual values are one and a half times the size of the largest
    /// message that is allowed, and seven days; only zero is a finding.
    ///
    /// # Why it matters
    ///
    /// The passive copy is always a little behind. When the active node dies with its last logs, the new active node asks
    /// the Hub Transport servers of its site to deliver recent mail again. With the dumpster off they have none, and what
    /// was in those logs is lost.
    ///
    /// # How to fix it
    ///
    /// In the Exchange Management Shell, for the whole organisation and without a restart:
    /// `Set-TransportConfig -MaxDumpsterSizePerStorageGroup 15MB -MaxDumpsterTime 7.00:00:00`, with a size that suits your
    /// limit on messages. See that the queue disks of the Hub Transport servers have room for that size for every storage
    /// group, and that the site of the cluster has a Hub Transport server at all.
    pub static TRANSPORT_DUMPSTER = {
        check,
        set: &EXCHANGE_2007,
        name: "transport-dumpster",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Microsoft("Exchange team blog, \"How the Transport Dumpster works with a CCR cluster\", 2007-01-17"),
            Source::TechNet("aa998823", "How to Configure the Transport Dumpster"),
        ],
        basis: Basis::Microsoft,
        covers: &["CCR-001"],
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
        let listed = cms.listed();
        for (what, value) in [("size", listed.dumpster_size_mib()), ("time", listed.dumpster_days())] {
            if let Some(value) = findings.need(value)
                && *value == 0
            {
                findings.report(
                    value.path(),
                    format!("the transport dumpster of `{}` is off: its {what} is 0", cms.name()),
                );
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("18 MiB and seven days", CCR_2007),
    passes("other values", CCR_2007_WINDOWS_2008).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        dumpster_size_mib = 40
        dumpster_days = 3
        "#,
    ),
    fails("no room for the dumpster", CCR_2007, &["virtual_servers[CMS1].dumpster_size_mib"]).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        dumpster_size_mib = 0
        "#,
    ),
    fails("mail is kept for no time", CCR_2007, &["virtual_servers[CMS1].dumpster_days"]).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        dumpster_days = 0
        "#,
    ),
    not_applicable("a single copy cluster loses no logs", SCC_2007),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    not_applicable("no clustered mailbox server yet", CCR_2007)
        .without(&["virtual_servers[CMS1]", "groups[CMS1]"])
        .with("virtual_servers = []"),
    unknown("nobody looked", CCR_2007, &["virtual_servers[CMS1].dumpster_days"])
        .without(&["virtual_servers[CMS1].dumpster_days"]),
];
