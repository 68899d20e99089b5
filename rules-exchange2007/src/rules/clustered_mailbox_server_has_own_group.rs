use std::collections::HashMap;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Evs, ExchangeVersion::V2007, FactPath, GroupRef, Known, Name, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// Each clustered mailbox server has a group of its own, with all of its resources in it.
    ///
    /// The group is not the default group. It holds one clustered mailbox server, with its network name and one System
    /// Attendant. No resource of a type that only Exchange has is in a group without a clustered mailbox server. A
    /// group of address and name alone, as for the replication of a CCR over a second network, is no clustered mailbox
    /// server. A group with a System Attendant of its own that no clustered mailbox server names is reported by
    /// `cluster/virtual-servers-all-listed`, unless it is the default group. In which group the disks are is not judged
    /// here.
    ///
    /// # Why it matters
    ///
    /// A group is what fails over. In the default group a failed store takes the cluster's name and its quorum along,
    /// and two clustered mailbox servers in one group can never be apart. Resources cannot depend on those of another
    /// group, so a clustered mailbox server that is split over two groups does not come online in order; and
    /// `Move-ClusteredMailboxServer` moves its own group, not the rest.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window stop the clustered mailbox server with `Stop-ClusteredMailboxServer`. Move resources
    /// that are in the wrong group with *Change Group* in Cluster Administrator, or with *Move this resource to another
    /// service or application* in Failover Cluster Management: what they depend on, and what depends on them, goes
    /// along. Start it again with `Start-ClusteredMailboxServer`. Nothing on the disks is touched.
    ///
    /// Two clustered mailbox servers in one group: let Setup make another one, on a node of its own and in its own
    /// group, move the mailboxes of the second one there, and retire that when it is empty.
    pub static CLUSTERED_MAILBOX_SERVER_HAS_OWN_GROUP = {
        check,
        set: &EXCHANGE_2007,
        name: "clustered-mailbox-server-has-own-group",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"Core Resources\" and \"Resource Dependencies\""),
            Source::Microsoft("Exchange Server 2007 help, Single Copy Clusters"),
            Source::Microsoft("Exchange Server 2007 help, Cluster Continuous Replication Resource Model"),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-001", "GRP-003", "GRP-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = cluster.clustered_mailbox_servers();
    let mut all_known = servers.is_complete();
    let servers = findings.each(servers);
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    let default: Vec<FactPath> = findings.each(cluster.default_group()).into_iter().map(At::path).collect();
    let mut homes = Homes::new();
    for cms in &servers {
        all_known &= cms.group().is_complete();
        for group in findings.each(cms.group()) {
            in_own_group(cms, group, &default, &homes, findings);
            homes.entry(group.path()).or_default().push(*cms);
        }
    }
    names_inside(cluster, &servers, &homes, findings);
    for group in findings.each(cluster.groups()) {
        match homes.get(&group.path()) {
            Some(held) => one_attendant_each(group, held.len(), findings),
            None if all_known => nothing_of_exchange(group, default.contains(&group.path()), findings),
            None => {}
        }
    }
}

/// The clustered mailbox servers of each group.
type Homes<'a> = HashMap<FactPath, Vec<Evs<'a>>>;

fn in_own_group(
    cms: &Evs<'_>,
    group: GroupRef<'_>,
    default: &[FactPath],
    homes: &Homes<'_>,
    findings: &mut Findings,
) {
    let (name, group_name) = (cms.name(), group.name());
    let place = cms.listed().group().known().map_or(cms.path(), Known::path);
    if default.contains(&group.path()) {
        findings.report(place, format!("`{name}` is in the default group `{group_name}`"));
    }
    if let Some(other) = homes.get(&group.path()).and_then(|held| held.first()) {
        findings
            .report(place, format!("`{name}` shares the group `{group_name}` with `{}`", other.name()))
            .related(other.path(), "the other clustered mailbox server");
    }
}

fn names_inside(cluster: ClusterRef<'_>, servers: &[Evs<'_>], homes: &Homes<'_>, findings: &mut Findings) {
    let mut by_name: HashMap<&Name, &Evs<'_>> = HashMap::new();
    for cms in servers {
        if let Some(name) = findings.need(cms.name()) {
            by_name.entry(name.value()).or_insert(cms);
        }
    }
    for resource in findings.each(cluster.resources_of(&ResourceType::NetworkName)) {
        let group = resource.group().path();
        // In the only group there is, any name is at home.
        if servers.len() == 1 && homes.contains_key(&group) {
            continue;
        }
        let Some(name) = findings.need(resource.parameters().name()) else { continue };
        let Some(cms) = by_name.get(name.value()) else { continue };
        let own = cms.group();
        // A clustered mailbox server with the cluster's name is the matter of `distinct-names`.
        if own.is_complete()
            && own.peek().iter().all(|own| own.path() != group)
            && findings.need(cluster.name()).is_some_and(|own| own != name)
        {
            let message =
                format!("`{}` is the network name of `{name}`, and not in its group", resource.name());
            findings.report(resource.path(), message).related(cms.path(), "the clustered mailbox server");
        }
    }
}

fn one_attendant_each(group: GroupRef<'_>, held: usize, findings: &mut Findings) {
    let attendants = findings.each(group.resources_of(&ResourceType::SystemAttendant));
    for surplus in attendants.into_iter().skip(held) {
        let message = format!("`{}` is one System Attendant too many here", surplus.name());
        findings.report(surplus.path(), message);
    }
}

fn nothing_of_exchange(group: GroupRef<'_>, is_default: bool, findings: &mut Findings) {
    // With a System Attendant the group is that of a server that nobody listed, which another rule says.
    let attendants = findings.need_all(group.resources_of(&ResourceType::SystemAttendant));
    if !is_default && attendants.is_none_or(|attendants| !attendants.is_empty()) {
        return;
    }
    for stray in findings.each(group.resources().whose(|resource| resource.r#type(), is_of_exchange)) {
        let (name, group) = (stray.name(), group.name());
        let message = format!("`{name}` is in the group `{group}`, which holds no clustered mailbox server");
        findings.report(stray.path(), message);
    }
}

/// Whether only Exchange has resources of this type. SQL Server has Search, too, and some of the types that merely have
/// its name in theirs are other makers' agents.
fn is_of_exchange(kind: &ResourceType) -> bool {
    kind.is_exchange() && !matches!(kind, ResourceType::Search | ResourceType::Other(_))
}

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster", SCC_2007),
    passes("disks that wait in the default group", SCC_2007_WINDOWS_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Disk U:", type = "Physical Disk" }]
        "#,
    ),
    passes("a name for replication over a second network", CCR_2007).with(
        r#"
        [[groups]]
        name = "Replication NODE1"
        resources = [
            { name = "Replication IP", type = "IP Address" },
            { name = "Replication Name", type = "Network Name", parameters = { name = "NODE1-REPL" } },
        ]
        "#,
    ),
    passes("a server that the list leaves out is the matter of another rule", CCR_2007).with(
        r#"
        [[groups]]
        name = "CMS2"
        resources = [
            { name = "Exchange System Attendant (CMS2)", type = "Microsoft Exchange System Attendant" },
            { name = "Exchange Information Store (CMS2)", type = "Microsoft Exchange Information Store" },
        ]
        "#,
    ),
    fails("a store in the default group", SCC_2007, &[
        "groups[Cluster Group].resources[Exchange Information Store (CMS1)]",
    ])
    .without(&["groups[CMS1].resources[Exchange Information Store (CMS1)]"])
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Exchange Information Store (CMS1)", type = "Microsoft Exchange Information Store" }]
        "#,
    ),
    fails("all of it in the default group", CCR_2007, &["virtual_servers[CMS1].group"])
        .without(&["groups[CMS1]"])
        .with(
            r#"
            virtual_servers = [{ name = "CMS1", group = "Cluster Group" }]

            [[groups]]
            name = "Cluster Group"
            resources = [
                { name = "CMS1 Name", type = "Network Name", parameters = { name = "CMS1" } },
                { name = "Exchange System Attendant (CMS1)", type = "Microsoft Exchange System Attendant" },
            ]
            "#,
        ),
    fails("two in one group", SCC_2007, &["virtual_servers[CMS2].group"])
        .with(r#"virtual_servers = [{ name = "CMS2", group = "CMS1" }]"#),
    fails("two System Attendants", SCC_2007, &["groups[CMS1].resources[Exchange System Attendant (CMS2)]"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Exchange System Attendant (CMS2)", type = "Microsoft Exchange System Attendant" }]
        "#,
    ),
    fails("its name in another group", CCR_2007, &["groups[Names].resources[CMS1 Name]"])
        .without(&["groups[CMS1].resources[CMS1 Name]"])
        .with(
            r#"
            [[groups]]
            name = "Names"
            resources = [{ name = "CMS1 Name", type = "Network Name", parameters = { name = "CMS1" } }]
            "#,
        ),
    not_applicable("no clustered mailbox server yet", SCC_2007)
        .without(&["groups[CMS1]"])
        .with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("nobody knows the group", CCR_2007, &["virtual_servers[CMS1].group"])
        .without(&["virtual_servers[CMS1].group"]),
    unknown("a resource without a type in another group", CCR_2007, &["groups[Names].resources[Some].type"]).with(
        r#"
        [[groups]]
        name = "Names"
        resources = [{ name = "Some" }]
        "#,
    ),
];
