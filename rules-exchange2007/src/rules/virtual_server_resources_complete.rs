use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007, GroupRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::{
    EXCHANGE_2007,
    facts::{Number, PARTS, Part},
};

rule! {
    /// The group of a clustered mailbox server has all its resources, one for each database among them.
    ///
    /// These are an address, a network name, an Information Store, a System Attendant and, new in Exchange 2007, one
    /// resource for every database; in a single copy cluster also at least one disk. Resources are told by their type,
    /// whatever they are called. Databases of a recovery storage group do not count. What depends on what is not judged
    /// here. Neither is a standby cluster, which has no clustered mailbox server.
    ///
    /// # Why it matters
    ///
    /// The Cluster service starts, watches and moves what it has a resource for. Without one of the first four the
    /// clustered mailbox server does not come online or cannot be reached; a database without a resource stays
    /// dismounted after a failover.
    ///
    /// # How to fix it
    ///
    /// An installation that stopped halfway: run the same `Setup.com /NewCms` again on the active node. Resources that
    /// were deleted: back up the databases, then follow the recovery of a clustered mailbox server, in which
    /// `Setup.com /RecoverCMS` makes the resources anew from what the directory knows. Never uninstall it for this.
    ///
    /// A missing disk: move the disk resource into the group, in Cluster Administrator or Failover Cluster Management,
    /// while the databases on it are dismounted, and make these dependent on it. Nothing on the disk is touched.
    pub static VIRTUAL_SERVER_RESOURCES_COMPLETE = {
        check,
        set: &EXCHANGE_2007,
        name: "virtual-server-resources-complete",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Article("step 4 and limitation 6"),
            Source::Microsoft("Exchange Server 2007 help, Cluster Continuous Replication Resource Model"),
            Source::Microsoft("Exchange Server 2007 help, Single Copy Clusters"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-030", "DSK-020"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    for cms in servers {
        match findings.need_all(cms.group()).as_deref() {
            None => {}
            Some([]) => {
                let group = cms.group_name();
                findings
                    .report(group.path(), format!("`{}` has no group: there is no `{group}`", cms.name()));
            }
            Some([group, ..]) => {
                for part in &PARTS {
                    look_for(part, *group, cms, findings);
                }
            }
        }
    }
}

/// Reports a part that the group of a clustered mailbox server lacks.
fn look_for(part: &Part, group: GroupRef<'_>, cms: Evs<'_>, findings: &mut Findings) {
    let resources = group.resources().whose(|resource| resource.r#type(), |kind| part.is(kind));
    let found = resources.peek().len() as u64;
    let wanted = match part.number {
        Number::AtLeastOne => 1,
        Number::OneForEachDatabase => databases(cms, found, findings),
    };
    if found >= wanted || !is_in_layout(part, group.cluster(), findings) {
        return;
    }
    if findings.need_all(resources).is_some() {
        let message = match part.number {
            Number::AtLeastOne => format!("the group of `{}` has no `{}`", cms.name(), part.kind),
            Number::OneForEachDatabase => {
                format!("`{}` has a resource for {found} of its {wanted} databases", cms.name())
            }
        };
        findings.report(group.resources().path(), message);
    }
}

/// How many databases a clustered mailbox server is known to have outside of recovery storage groups; what may hide
/// more is noted, unless the resources that were found are enough for all.
fn databases(cms: Evs<'_>, found: u64, findings: &mut Findings) -> u64 {
    let mut certain = 0;
    let mut possible = 0;
    let mut undecided = Vec::new();
    for storage_group in findings.each(cms.listed().storage_groups()) {
        let recovery = storage_group.recovery();
        if recovery.peek() == Some(&true) {
            continue;
        }
        let Some(databases) = findings.need(storage_group.databases()) else { continue };
        possible += u64::from(*databases);
        match recovery.peek() {
            Some(_) => certain += u64::from(*databases),
            None => undecided.push(recovery),
        }
    }
    if found < possible {
        for recovery in undecided {
            findings.need(recovery);
        }
    }
    certain
}

/// Whether the cluster's layout has a part.
fn is_in_layout(part: &Part, cluster: ClusterRef<'_>, findings: &mut Findings) -> bool {
    let Some(only) = part.only_in else { return true };
    findings.need(cluster.layout()).is_some_and(|layout| *layout == only)
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster", SCC_2007),
    passes("cluster continuous replication: no disk in the group", CCR_2007),
    passes("a recovery storage group has no resource", SCC_2007).with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Recovery Storage Group", databases = 1, recovery = true }]
        "#,
    ),
    passes("enough resources, whichever storage group may be for recovery", CCR_2007).without(&[
        "virtual_servers[CMS1].storage_groups[First Storage Group].recovery",
        "virtual_servers[CMS1].storage_groups[Second Storage Group].recovery",
    ]),
    passes("an IPv6 address", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "CMS1 IP", type = "IPv6 Address" }]
        "#,
    ),
    fails("no System Attendant", CCR_2007, &["groups[CMS1].resources"])
        .without(&["groups[CMS1].resources[Exchange System Attendant (CMS1)]"]),
    fails("a database without a resource", SCC_2007, &["groups[CMS1].resources"])
        .without(&["groups[CMS1].resources[Second Storage Group/Mailbox Database 2 (CMS1)]"]),
    fails("no disk in a single copy cluster", SCC_2007, &["groups[CMS1].resources"])
        .without(&["groups[CMS1].resources[Disk S:]", "groups[CMS1].resources[Disk T:]"]),
    fails("an empty group", CCR_2007, &["groups[CMS1].resources"; 5]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = []
        "#,
    ),
    fails("no such group", SCC_2007, &["virtual_servers[CMS1].group"]).without(&["groups[CMS1]"]),
    not_applicable("no clustered mailbox server yet", SCC_2007)
        .without(&["virtual_servers[CMS1]", "groups[CMS1]"])
        .with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown(
        "a resource without a type may be the System Attendant",
        CCR_2007,
        &["groups[CMS1].resources[Exchange System Attendant (CMS1)].type"],
    )
    .without(&["groups[CMS1].resources[Exchange System Attendant (CMS1)].type"]),
    unknown(
        "how many databases there are is not known",
        CCR_2007,
        &["virtual_servers[CMS1].storage_groups[Second Storage Group].databases"],
    )
    .without(&["virtual_servers[CMS1].storage_groups[Second Storage Group].databases"]),
    unknown(
        "a storage group without a resource that may be for recovery",
        SCC_2007,
        &["virtual_servers[CMS1].storage_groups[Third Storage Group].recovery"],
    )
    .with(
        r#"
        [[virtual_servers]]
        name = "CMS1"
        storage_groups = [{ name = "Third Storage Group", databases = 1 }]
        "#,
    ),
    unknown("a cluster without disks, and without a layout", CCR_2007, &["layout"]).without(&["layout"]),
];
