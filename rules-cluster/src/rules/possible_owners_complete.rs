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
    /// All resources of a virtual server may run on the same nodes with Exchange, and on at least two of them.
    ///
    /// Where a node with Exchange may own one resource of the group but not another, that other resource is a
    /// finding: a warning where the group is left with fewer than two nodes, information otherwise. A group that
    /// only one node may own while a second one has Exchange is a warning. A virtual server may be limited to its
    /// own node and one standby node, as long as all of its resources are. A node without Exchange, which only
    /// votes for example, may own the name, the address or a disk. Where a network name takes one address or
    /// another (Windows 2008, nodes in several subnets), each of these addresses may have its own owners.
    ///
    /// # Why it matters
    ///
    /// A group moves to a node only if every resource in it may run there. One resource with a shorter list is
    /// enough to keep the whole virtual server from a node, and nobody notices before a failover does not happen.
    /// It comes about when a resource was made later than the others, or when a node was evicted and joined again.
    ///
    /// # How to fix it
    ///
    /// Add the node that the other resources have: in the properties of the resource with *Possible owners*,
    /// *Modify* (Windows Server 2008: tab *Advanced Policies*), or with `cluster resource "name" /addowner:NODE`.
    /// This takes nothing offline. If the node is not meant to run this virtual server, remove it from the
    /// possible owners of the other resources instead.
    pub static POSSIBLE_OWNERS_COMPLETE = {
        check,
        set: &CLUSTER,
        name: "possible-owners-complete",
        severity: Severity::Warning,
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
    let resources = findings.each(group.resources_for_every_node());
    if are_alike(group.cluster(), &resources) {
        return;
    }
    let mut in_order = Vec::new();
    let mut anywhere = HashSet::new();
    let mut complete = Vec::new();
    let count = resources.len();
    for resource in resources {
        let owners = resource.possible_owners().members();
        let is_complete = owners.is_complete();
        let own: HashSet<&Name> = findings.each(owners).iter().filter_map(|owner| owner.peek()).collect();
        in_order.extend(resource.possible_owners().members().peek().iter().filter_map(|owner| owner.peek()));
        anywhere.extend(own.iter().copied());
        complete.extend(is_complete.then_some((resource, own)));
    }
    in_order.retain(|name| anywhere.remove(name));
    let severity = if complete.len() == count && can_fail_over(group.cluster(), &in_order, &complete) {
        Severity::Information
    } else {
        Severity::Warning
    };
    for (resource, own) in &complete {
        for name in in_order.iter().filter(|name| !own.contains(*name)) {
            if has_exchange(group.cluster(), name, findings) {
                lacks(*resource, name, severity, findings);
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

/// Whether two nodes are known to have Exchange that may own each of the resources.
fn can_fail_over(
    cluster: ClusterRef<'_>,
    owners: &[&Name],
    resources: &[(ResourceRef<'_>, HashSet<&Name>)],
) -> bool {
    let has_exchange = |name: &Name| {
        let nodes = cluster.nodes_named(name);
        nodes.peek().iter().any(|node| node.has_exchange().peek() == Some(&true))
    };
    let is_common = |name: &Name| resources.iter().all(|(_, own)| own.contains(name));
    owners.iter().filter(|name| is_common(name) && has_exchange(name)).count() > 1
}

fn lacks(resource: ResourceRef<'_>, node: &Name, severity: Severity, findings: &mut Findings) {
    let message =
        format!("`{}` may not run on `{node}`, where other resources of its group may", resource.name());
    findings.report(resource.possible_owners().path(), message).at_most(severity);
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
    passes("nodes in two subnets, and an address for each", CCR_2007_WINDOWS_2008).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP", possible_owners = ["NODE1"] },
            { name = "CMS1 IP B", type = "IP Address", depends_on = [], possible_owners = ["NODE2"] },
            { name = "CMS1 Name", depends_on = [], depends_on_any = [["CMS1 IP", "CMS1 IP B"]] },
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
        "a resource that lacks one of four, where three are left: information",
        FOUR_NODES_2003,
        &["groups[EVS2 Group].resources[Disk V:].possible_owners"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "Disk V:", possible_owners = ["NODE1", "NODE2", "NODE4"] }]
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
