use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
        GroupRef, ResourceRef, ResourceType, Set,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The cluster has one Message Transfer Agent, with its first virtual server.
    ///
    /// Creating the System Attendant of the first virtual server brings the MTA resource with it. Every later virtual
    /// server uses that one: the MTA runs once in a cluster, on whichever node owns its group. An MTA with a later
    /// virtual server is a warning; which of several was the first is read from the setup log. An MTA in a group
    /// without any virtual server is reported by `exchange2003/virtual-server-has-own-group`.
    ///
    /// # Why it matters
    ///
    /// Without an MTA, mail to Exchange 5.5 servers, X.400 connectors and some gateways stays in the queues of every
    /// virtual server. Two of them are not supported. And everybody looks for it with the first virtual server: whoever
    /// retires a later one that has it takes it, unaware, from all that are left.
    ///
    /// # How to fix it
    ///
    /// A missing MTA cannot be made alone: the System Attendant of the first virtual server is deleted and made again.
    /// KB 922254 has the steps for Exchange 2003, in two methods; which one applies depends on whether the object
    /// *CN=Microsoft MTA* of that virtual server is still in the directory. Where it is: in a maintenance window take
    /// the System Attendant offline, note what is set otherwise than by default, delete the System Attendant *resource*
    /// in Cluster Administrator, and create it again with the same data path. The first step takes the resources that
    /// depend on it along, the second brings them back, the MTA among them; mailboxes and databases stay where they
    /// are. Where the object is gone, follow the second method of the article. Never choose *Remove Exchange Virtual
    /// Server* for this: that destroys the server object.
    ///
    /// We know of no such article for Exchange 2000, where the Cluster service itself makes the objects in the directory:
    /// ask Microsoft's support before you delete a resource there.
    ///
    /// A second MTA: wait until its queues are empty, then take it offline and delete the MTA *resource* that is not in
    /// the group of the first virtual server. Where neither is, keep one, and retire its virtual server last.
    ///
    /// An MTA with a later virtual server works: leave it there, note it in the documentation of the cluster, and retire
    /// that virtual server last. An MTA in a group without a virtual server cannot start: delete that *resource*, and
    /// if it was the only one, make the MTA anew as above.
    pub static MTA_ONCE_PER_CLUSTER = {
        check,
        set: &EXCHANGE_2003,
        name: "mta-once-per-cluster",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[Source::Article("limitations 13 and 14"), Source::Kb(259_197), Source::Kb(922_254)],
        basis: Basis::Microsoft,
        covers: &["RES-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let evs = cluster.evs();
    if evs.peek().is_empty() {
        if findings.need_all(evs).is_some() {
            findings.not_applicable("there is no virtual server yet: the first one brings the MTA");
        }
        return;
    }
    let mtas = cluster.resources_of(&ResourceType::Mta);
    if mtas.peek().is_empty() {
        return none_at_all(cluster, mtas, findings);
    }
    let groups = evs.flat_map(Evs::group);
    // One in a group without a virtual server is the matter of `virtual-server-has-own-group`.
    let with_a_virtual_server = mtas.clone().filter(|mta| !groups.is_complete() || is_in(mta, &groups));
    match with_a_virtual_server.peek() {
        [] => drop(findings.each(mtas)),
        // With a second one it would be another finding.
        &[only] => {
            if findings.need_all(mtas).is_some() {
                with_the_first(only, findings);
            }
        }
        several => one_too_many(several, findings),
    }
}

fn none_at_all(cluster: ClusterRef<'_>, mtas: Set<ResourceRef<'_>>, findings: &mut Findings) {
    let attendants = cluster.resources_of(&ResourceType::SystemAttendant);
    if findings.need_all(mtas).is_none() {
        return;
    }
    if attendants.peek().is_empty() {
        return findings.not_applicable("there is no System Attendant yet: the first one brings the MTA");
    }
    findings.report(cluster.groups().path(), "no resource is an MTA");
}

fn one_too_many(mtas: &[ResourceRef<'_>], findings: &mut Findings) {
    let Some(first) = mtas.first() else { return };
    let home = first.cluster().first_evs().flat_map(Evs::group);
    let right = mtas.iter().find(|mta| is_in(mta, &home));
    let other = right.unwrap_or(first);
    for mta in mtas.iter().filter(|mta| mta.path() != other.path()) {
        if right.is_some() {
            let message = format!("`{}` is one MTA too many", mta.name());
            findings.report(mta.path(), message).related(other.path(), "the one that stays");
        } else {
            let message = format!("`{}` is a second MTA beside `{}`", mta.name(), other.name());
            findings.report(mta.path(), message).related(other.path(), "the other one");
        }
    }
}

/// The group of the first virtual server holds the MTA.
fn with_the_first(mta: ResourceRef<'_>, findings: &mut Findings) {
    let first = mta.cluster().first_evs().flat_map(Evs::group);
    if let Some(groups) = findings.need_all(first.clone())
        && !is_in(&mta, &first)
    {
        let message = format!("`{}` is not in the group of the first virtual server", mta.name());
        let report = findings.report(mta.path(), message).at_most(Severity::Warning);
        for group in groups {
            report.related(group.path(), "the group of the first virtual server");
        }
    }
}

fn is_in(resource: &ResourceRef<'_>, groups: &Set<GroupRef<'_>>) -> bool {
    groups.peek().iter().any(|group| group.path() == resource.group().path())
}

const EXAMPLES: &[Example] = &[
    passes("two nodes with one virtual server", TWO_NODES_2003),
    passes("later virtual servers share the first one's", FOUR_NODES_2003),
    fails("an MTA in a second group", FOUR_NODES_2003, &["groups[EVS2 Group].resources[MTA (EVS2)]"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "MTA (EVS2)", type = "Microsoft Exchange Message Transfer Agent" }]
        "#,
    ),
    fails("no MTA at all", TWO_NODES_2000, &["groups"])
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)]"]),
    fails("two MTAs, neither with the first", FOUR_NODES_2003, &["groups[EVS3 Group].resources[MTA (EVS3)]"])
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)]"])
        .with(
            r#"
            groups = [
                { name = "EVS2 Group", resources = [{ name = "MTA (EVS2)", type = "MTA" }] },
                { name = "EVS3 Group", resources = [{ name = "MTA (EVS3)", type = "MTA" }] },
            ]
            "#,
        ),
    fails(
        "with the second virtual server: a warning",
        FOUR_NODES_2003,
        &["groups[EVS2 Group].resources[MTA (EVS2)]"],
    )
    .without(&["groups[EVS1 Group].resources[MTA (EVS1)]"])
    .with(r#"groups = [{ name = "EVS2 Group", resources = [{ name = "MTA (EVS2)", type = "MTA" }] }]"#),
    passes("in a group without a virtual server: the matter of another rule", FOUR_NODES_2003)
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)]", "setup"])
        .with(r#"groups = [{ name = "Cluster Group", resources = [{ name = "MTA", type = "MTA" }] }]"#),
    fails("a second one, and no log", FOUR_NODES_2003, &["groups[EVS2 Group].resources[MTA (EVS2)]"])
        .without(&["setup"])
        .with(r#"groups = [{ name = "EVS2 Group", resources = [{ name = "MTA (EVS2)", type = "MTA" }] }]"#),
    unknown(
        "with the second virtual server, and a resource that may be another one",
        FOUR_NODES_2003,
        &["groups[EVS1 Group].resources[MTA (EVS1)].type"],
    )
    .without(&["groups[EVS1 Group].resources[MTA (EVS1)].type"])
    .with(r#"groups = [{ name = "EVS2 Group", resources = [{ name = "MTA (EVS2)", type = "MTA" }] }]"#),
    not_applicable("no System Attendant yet, which would bring it", TWO_NODES_2003).without(&[
        "groups[EVS1 Group].resources[Exchange System Attendant (EVS1)]",
        "groups[EVS1 Group].resources[MTA (EVS1)]",
    ]),
    passes("the only virtual server is the first, with or without a log", TWO_NODES_2003).without(&["setup"]),
    not_applicable("no virtual server yet", TWO_NODES_2003)
        .with("virtual_servers = []")
        .without(&["groups[EVS1 Group]"]),
    unknown("a resource without a type", TWO_NODES_2003, &["groups[EVS1 Group].resources[MTA (EVS1)].type"])
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)].type"]),
    unknown("no log says which virtual server was the first", FOUR_NODES_2003, &["setup"])
        .without(&["setup"]),
    unknown("a virtual server was removed since", FOUR_NODES_2003, &["setup"]).with(
        r#"
        [[setup]]
        step = "create-virtual-server"
        virtual_server = "EVS1"

        [[setup]]
        step = "create-virtual-server"
        virtual_server = "EVS2"

        [[setup]]
        step = "remove-virtual-server"
        virtual_server = "EVS1"
        "#,
    ),
];
