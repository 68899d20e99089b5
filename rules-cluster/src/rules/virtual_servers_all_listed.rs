use std::collections::HashSet;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Known, Name, ResourceType},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every group with a System Attendant belongs to a virtual server that the definition lists.
    ///
    /// The list `virtual_servers` says which virtual servers are meant to run, and counts as complete unless
    /// `partial` names it. A System Attendant in a group that no entry names is a virtual server that the list
    /// leaves out.
    ///
    /// # Why it matters
    ///
    /// The rules about virtual servers go by the list. They do not see what it leaves out: a cluster whose list is
    /// empty would pass them all. In the cluster itself, a System Attendant that nobody knows of may be what is
    /// left of a virtual server that was not removed completely, and it still occupies a node.
    ///
    /// # How to fix it
    ///
    /// Add the virtual server with its `group` to the list. If the list cannot be completed now, say so with
    /// `partial = ["virtual_servers"]`. If the resource is left over, find out first whether the directory still
    /// knows the server and whether there are mailboxes on it; until you know, only take it offline, and delete
    /// nothing.
    pub static VIRTUAL_SERVERS_ALL_LISTED = {
        check,
        set: &CLUSTER,
        name: "virtual-servers-all-listed",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a System Attendant is what makes a group a virtual server")],
        basis: Basis::Practice,
        covers: &["EVS-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(listed) = findings.need_all(cluster.virtual_servers().members()) else { return };
    let attendants = findings.each(cluster.resources_of(&ResourceType::SystemAttendant));
    if attendants.is_empty() {
        return;
    }
    let groups: HashSet<&Name> =
        listed.iter().filter_map(|listed| findings.need(listed.group())).map(Known::value).collect();
    let is_certain = listed.iter().all(|listed| listed.group().peek().is_some());
    for attendant in attendants {
        let Some(name) = findings.need(attendant.group().name()) else { continue };
        if is_certain && !groups.contains(name.value()) {
            let message = format!("`{}` is in `{name}`, which no virtual server names", attendant.name());
            findings.report(attendant.path(), message).related(cluster.virtual_servers().path(), "the list");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("three virtual servers, three groups", FOUR_NODES_2003),
    passes("nothing of Exchange yet", TWO_NODES_2003)
        .without(&["groups[EVS1 Group]"])
        .with("virtual_servers = []"),
    passes("a virtual server that is still to be made", CCR_2007)
        .without(&["groups[CMS1].resources[Exchange System Attendant (CMS1)]"]),
    fails(
        "an empty list beside a virtual server",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)]"],
    )
    .with("virtual_servers = []"),
    fails(
        "one that the list leaves out",
        FOUR_NODES_2003,
        &["groups[EVS3 Group].resources[Exchange System Attendant (EVS3)]"],
    )
    .without(&["virtual_servers[EVS3]"]),
    unknown("a list that says that it is not complete", FOUR_NODES_2003, &["virtual_servers"])
        .without(&["virtual_servers[EVS3]"])
        .with(r#"partial = ["virtual_servers"]"#),
    unknown("a virtual server whose group is not known", TWO_NODES_2003, &["virtual_servers[EVS1].group"])
        .without(&["virtual_servers[EVS1].group"]),
];
