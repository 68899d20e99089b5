use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        GroupRef, Known, ResourceType, Set,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// Each virtual server has a cluster group of its own, with all of its resources in it.
    ///
    /// The group holds one System Attendant and whatever belongs to it, and it is not the default group, which keeps
    /// the name and the address of the cluster and the quorum. The network name of the virtual server is in its group,
    /// and no resource of a type that only Exchange has is in a group without a virtual server. Microsoft Search is
    /// left out of that, as SQL Server uses the same type; in which group the disks are is not judged here. A group
    /// with a System Attendant of its own that no virtual server names is reported by
    /// `cluster/virtual-servers-all-listed`, unless it is the default group.
    ///
    /// # Why it matters
    ///
    /// A group is what fails over: its resources move together and to one node. Two virtual servers in one group can
    /// never be apart, and the failure of one moves both. In the default group a failed store takes the cluster's own
    /// name and the quorum disk along. Resources cannot depend on those of another group, so that a virtual server that
    /// is split over two does not come online in order.
    ///
    /// # How to fix it
    ///
    /// In Cluster Administrator, create an empty group for the virtual server, take the resources offline in a
    /// maintenance window, and use *Change Group* on the System Attendant: everything that it depends on and all that
    /// depends on it goes with it. Bring the new group online. This changes no data. A disk that the quorum or a second
    /// virtual server uses cannot go along: back up, and move the data to another disk first. An MTA alone in a group
    /// cannot start there: `exchange2003/mta-once-per-cluster` says how to make it anew.
    pub static VIRTUAL_SERVER_HAS_OWN_GROUP = {
        check,
        set: &EXCHANGE_2003,
        name: "virtual-server-has-own-group",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 4"),
            Source::Microsoft("Failover Cluster API reference, \"Core Resources\" and \"Resource Dependencies\""),
            Source::Microsoft("Ask the Core Team, \"Top 10 Best Practice Tips for Windows Server 2003 Cluster Service\""),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-001", "GRP-003", "GRP-004"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let evs = findings.each(cluster.evs());
    if evs.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    let default = findings.each(cluster.default_group());
    let groups: Vec<_> = evs.iter().map(|evs| evs.group()).collect();
    let with_groups: Vec<_> = evs.iter().zip(&groups).collect();
    for (index, (one, own)) in with_groups.iter().enumerate() {
        own_group(one, &with_groups[..index], &default, findings);
        network_name_inside(one, own, findings);
    }
    let holders = cluster.evs().flat_map(Evs::group);
    for group in findings.each(cluster.groups()) {
        let is_default = default.iter().any(|default| default.path() == group.path());
        nothing_surplus(group, is_default, &holders, findings);
    }
}

/// The virtual server's group exists, is not the default group and holds none of the earlier virtual servers.
fn own_group(
    evs: &Evs<'_>,
    earlier: &[(&Evs<'_>, &Set<GroupRef<'_>>)],
    default: &[GroupRef<'_>],
    findings: &mut Findings,
) {
    let (name, group_name) = (evs.name(), evs.group_name());
    let place = evs.listed().group().known().map_or(evs.path(), Known::path);
    let Some(groups) = findings.need_all(evs.group()) else { return };
    let [group, ..] = groups[..] else {
        findings
            .report(place, format!("`{name}` is to be in the group `{group_name}`, which does not exist"));
        return;
    };
    if default.iter().any(|default| default.path() == group.path()) {
        findings.report(place, format!("`{name}` is in the default group `{group_name}`"));
    }
    if let Some((other, _)) = earlier.iter().find(|(_, own)| holds(own, group)) {
        findings
            .report(place, format!("`{name}` shares the group `{group_name}` with `{}`", other.name()))
            .related(other.path(), "the other virtual server");
    }
}

fn network_name_inside(evs: &Evs<'_>, own: &Set<GroupRef<'_>>, findings: &mut Findings) {
    if own.peek().is_empty() {
        return;
    }
    let Some(name) = findings.need(evs.name()) else { return };
    let cluster = evs.name().cluster();
    let names = cluster.resources_of(&ResourceType::NetworkName);
    let elsewhere = names.filter(|resource| !holds(own, resource.group()));
    for resource in
        findings.each(elsewhere.whose(|resource| resource.parameters().name(), |other| *other == *name))
    {
        // A virtual server with the cluster's name is the matter of `distinct-names`.
        if findings.need(cluster.name()).is_none_or(|own| own == name) {
            continue;
        }
        let message = format!("`{}` is the network name of `{name}`, and not in its group", resource.name());
        findings.report(resource.path(), message).related(evs.path(), "the virtual server");
    }
}

/// A group holds no more System Attendants than virtual servers, and nothing of Exchange where it holds none.
fn nothing_surplus(
    group: GroupRef<'_>,
    is_default: bool,
    holders: &Set<GroupRef<'_>>,
    findings: &mut Findings,
) {
    let held = holders.peek().iter().filter(|holder| holder.path() == group.path()).count();
    if held > 0 {
        let attendants = findings.each(group.resources_of(&ResourceType::SystemAttendant));
        for surplus in attendants.into_iter().skip(held) {
            findings.report(
                surplus.path(),
                format!("`{}` is one System Attendant too many here", surplus.name()),
            );
        }
    } else if holders.is_complete() && (is_default || has_no_attendant(group, findings)) {
        for stray in findings.each(group.resources().whose(|resource| resource.r#type(), is_of_exchange)) {
            let message = format!(
                "`{}` is in the group `{}`, which holds no virtual server",
                stray.name(),
                group.name()
            );
            findings.report(stray.path(), message);
        }
    }
}

/// With a System Attendant the group is that of a virtual server that nobody listed, which another rule says.
fn has_no_attendant(group: GroupRef<'_>, findings: &mut Findings) -> bool {
    let attendants = findings.need_all(group.resources_of(&ResourceType::SystemAttendant));
    attendants.is_some_and(|attendants| attendants.is_empty())
}

fn holds(groups: &Set<GroupRef<'_>>, group: GroupRef<'_>) -> bool {
    groups.peek().iter().any(|own| own.path() == group.path())
}

/// Whether only Exchange has resources of this type. Of the types that merely have its name in theirs, some are other
/// makers' agents.
fn is_of_exchange(kind: &ResourceType) -> bool {
    kind.is_exchange() && !matches!(kind, ResourceType::Search | ResourceType::Other(_))
}

const EXAMPLES: &[Example] = &[
    passes("two nodes with one virtual server", TWO_NODES_2003),
    passes("three virtual servers in three groups", FOUR_NODES_2003),
    passes("a group with the full-text search of SQL Server", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "SQL Group"
        resources = [{ name = "SQL Fulltext", type = "Microsoft Search Service Instance" }]
        "#,
    ),
    passes("what the network name in the group is set to does not matter", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[EVS1 Name].parameters"]),
    passes("a virtual server that the list leaves out is the matter of another rule", FOUR_NODES_2003)
        .without(&["virtual_servers[EVS3]"]),
    passes("a virtual server with the cluster's name is the matter of another rule, too", TWO_NODES_2003).with(
        r#"
        name = "EVS1"

        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "Cluster Name", parameters = { name = "EVS1" } }]
        "#,
    ),
    fails("an MTA without a virtual server", FOUR_NODES_2003, &["groups[Cluster Group].resources[MTA]"]).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MTA", type = "Microsoft Exchange Message Transfer Agent" }]
        "#,
    ),
    fails("in the default group", TWO_NODES_2003, &["virtual_servers[EVS1].group"]).without(&["groups[EVS1 Group]"]).with(
        r#"
        groups = [{ name = "Cluster Group", resources = [
            { name = "EVS1 Name", type = "Network Name", parameters = { name = "EVS1" } },
            { name = "Exchange System Attendant (EVS1)", type = "Microsoft Exchange System Attendant" },
        ] }]
        virtual_servers = [{ name = "EVS1", group = "Cluster Group" }]
        "#,
    ),
    fails("two in one group", FOUR_NODES_2003, &["virtual_servers[EVS2].group"])
        .without(&["groups[EVS2 Group]"])
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS1 Group" }]"#),
    fails(
        "two System Attendants in a group",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange System Attendant (EVS2)]"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange System Attendant (EVS2)", type = "Microsoft Exchange System Attendant" }]
        "#,
    ),
    fails(
        "split over two groups",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[SMTP (EVS1)]", "groups[Cluster Group].resources[EVS1 Name]"],
    )
    .without(&["groups[EVS1 Group].resources[SMTP (EVS1)]", "groups[EVS1 Group].resources[EVS1 Name]"])
    .with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [
            { name = "SMTP (EVS1)", type = "Microsoft Exchange SMTP Server Instance" },
            { name = "EVS1 Name", type = "Network Name", parameters = { name = "EVS1" } },
        ]
        "#,
    ),
    fails("a group that is not there", TWO_NODES_2003, &["virtual_servers[EVS1].group"])
        .without(&["groups[EVS1 Group]"]),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("nobody knows the group", TWO_NODES_2003, &["virtual_servers[EVS1].group"])
        .without(&["virtual_servers[EVS1].group"]),
];
