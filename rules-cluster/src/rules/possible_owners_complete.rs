use std::collections::HashSet;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, GroupRef, Name, ResourceRef},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All resources of a virtual server may run on the same nodes with Exchange, and these are more than one.
    ///
    /// A node with Exchange that may own one resource of the group, but not another, is a finding at that other one. So is
    /// a group that only one node may own while a second one has Exchange. To keep a virtual server to its own node and
    /// one that stands by is legitimate, as long as all of its resources say the same; a node without Exchange, such as a
    /// voter, may own the name, the address or a disk. Of addresses that stand for each other, one for each subnet (Windows
    /// Server 2008), each may run where its subnet is.
    ///
    /// # Why it matters
    ///
    /// A group moves to a node only if every resource in it may run there. One resource with a shorter list is enough to
    /// keep the whole virtual server from a node, and nobody sees it before the failover that does not happen. This
    /// is what a resource looks like that was made, or whose node was evicted and added again, after the others.
    ///
    /// # How to fix it
    ///
    /// In the properties of the resource, *Possible owners, Modify*, or `cluster resource "name" /addowner:NODE`, add the
    /// node that the others have. Nothing goes offline by that. If the node is not meant to run this virtual server,
    /// take it off the others instead.
    pub static POSSIBLE_OWNERS_COMPLETE = {
        check,
        set: &CLUSTER,
        name: "possible-owners-complete",
        severity: Severity::Information,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a group moves to a node only if all of its resources may run there")],
        basis: Basis::Practice,
        covers: &["RES-020"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for groups in all.into_iter().map(Evs::group) {
        for group in findings.each(groups) {
            owners_of(group, findings);
        }
    }
}

fn owners_of(group: GroupRef<'_>, findings: &mut Findings) {
    let resources = findings.each(group.without_alternatives());
    if are_alike(group.cluster(), &resources) {
        return;
    }
    let mut in_order = Vec::new();
    let mut anywhere = HashSet::new();
    let mut complete = Vec::new();
    for resource in resources {
        let owners = resource.possible_owners().members();
        let is_complete = owners.is_complete();
        let own: HashSet<&Name> = findings.each(owners).iter().filter_map(|owner| owner.peek()).collect();
        in_order.extend(resource.possible_owners().members().peek().iter().filter_map(|owner| owner.peek()));
        anywhere.extend(own.iter().copied());
        complete.extend(is_complete.then_some((resource, own)));
    }
    in_order.retain(|name| anywhere.remove(name));
    for (resource, own) in &complete {
        for name in in_order.iter().filter(|name| !own.contains(*name)) {
            if has_exchange(group.cluster(), name, findings) {
                lacks(*resource, name, findings);
                break;
            }
        }
    }
    if let ([name], [(first, _), ..]) = (&in_order[..], &complete[..])
        && findings.each(group.cluster().exchange_nodes()).len() > 1
    {
        let message = format!("`{}` may run on `{name}` only, and fail over to no other node", group.name());
        findings.report(first.possible_owners().path(), message);
    }
}

/// Whether the lists are the same, word for word, and long enough: the usual case.
fn are_alike(cluster: ClusterRef<'_>, resources: &[ResourceRef<'_>]) -> bool {
    let Some(first) = resources.first().and_then(|first| first.possible_owners().peek()) else {
        return false;
    };
    let is_whole = cluster.partial().peek().is_none_or(Vec::is_empty);
    is_whole
        && matches!(&first[..], [one, other, ..] if one != other)
        && resources.iter().all(|resource| resource.possible_owners().peek() == Some(first))
}

fn lacks(resource: ResourceRef<'_>, node: &Name, findings: &mut Findings) {
    let message =
        format!("`{}` may not run on `{node}`, where other resources of its group may", resource.name());
    findings.report(resource.possible_owners().path(), message);
}

fn has_exchange(cluster: ClusterRef<'_>, node: &Name, findings: &mut Findings) -> bool {
    let nodes = findings.each(cluster.nodes_named(node));
    nodes.iter().any(|node| findings.need(node.has_exchange()).is_some_and(|has| *has))
}

const EXAMPLES: &[Example] = &[
    passes("every resource may run on every node", FOUR_NODES_2003),
    passes("a virtual server that keeps to its own node and the one that stands by", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS3 Group"
        resources = [
            { name = "EVS3 IP", possible_owners = ["NODE3", "NODE4"] },
            { name = "EVS3 Name", possible_owners = ["NODE3", "NODE4"] },
            { name = "Disk W:", possible_owners = ["NODE3", "NODE4"] },
            { name = "Disk X:", possible_owners = ["NODE3", "NODE4"] },
            { name = "Exchange System Attendant (EVS3)", possible_owners = ["NODE3", "NODE4"] },
            { name = "Exchange Information Store (EVS3)", possible_owners = ["NODE3", "NODE4"] },
            { name = "Routing (EVS3)", possible_owners = ["NODE3", "NODE4"] },
            { name = "SMTP (EVS3)", possible_owners = ["NODE3", "NODE4"] },
            { name = "HTTP (EVS3)", possible_owners = ["node4", "node3"] },
            { name = "MS Search (EVS3)", possible_owners = ["NODE3", "NODE4"] },
        ]
        "#,
    ),
    passes("a voter may own address and name", CCR_2007).with(
        r#"
        nodes = [{ name = "VOTER", exchange = { installed = false } }]

        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP", possible_owners = ["NODE1", "NODE2", "VOTER"] },
            { name = "CMS1 Name", possible_owners = ["NODE1", "NODE2", "VOTER"] },
        ]
        "#,
    ),
    passes("an address for each of two subnets", CCR_2007_WINDOWS_2008).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP", possible_owners = ["NODE1"] },
            { name = "CMS1 IP 2", type = "IP Address", possible_owners = ["NODE2"] },
            { name = "CMS1 Name", depends_on = [], depends_on_any = [["CMS1 IP", "CMS1 IP 2"]] },
        ]
        "#,
    ),
    fails(
        "a disk that only one node may own",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk T:].possible_owners"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk T:", possible_owners = ["NODE1"] }]
        "#,
    ),
    fails(
        "a virtual server that cannot leave its node",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 IP].possible_owners"],
    )
    .without(&["groups[EVS1 Group].resources"])
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "EVS1 IP", type = "IP Address", possible_owners = ["NODE1"] },
            { name = "EVS1 Name", type = "Network Name", possible_owners = ["NODE1"] },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "possible owners that nobody wrote down",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk S:].possible_owners"],
    )
    .without(&["groups[EVS1 Group].resources[Disk S:].possible_owners"]),
    unknown(
        "whether the other node has Exchange is not known",
        CCR_2007,
        &["nodes[VOTER].exchange.installed"],
    )
    .with(
        r#"
            nodes = [{ name = "VOTER" }]

            [[groups]]
            name = "CMS1"
            resources = [{ name = "CMS1 IP", possible_owners = ["NODE1", "NODE2", "VOTER"] }]
            "#,
    ),
];
