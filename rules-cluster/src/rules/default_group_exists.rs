use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, GroupRef, QuorumKind, ResourceRef},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The default group holds the cluster's name, its address and the quorum resource.
    ///
    /// Forming a cluster makes the group: a Network Name with the cluster's own name, an address for it, and the
    /// resource of the quorum where the quorum model has one (Node Majority has none). The group is recognised by
    /// what it holds, because its name differs with the language of Windows.
    ///
    /// A quorum resource in another group is a warning; a quorum disk in the group of a virtual server is left to
    /// `cluster/quorum-disk-for-quorum-only`.
    ///
    /// # Why it matters
    ///
    /// Without the quorum resource no cluster can form or stay up. Administrators, their tools and Setup reach the
    /// cluster by its name and address. A quorum resource in another group is moved, taken offline and failed over
    /// with whatever else is there, and each time the whole cluster depends on its coming back.
    ///
    /// # How to fix it
    ///
    /// First see whether the definition merely leaves out what the cluster has: `cluster group` and `cluster
    /// resource` list the groups and resources. A cluster that has neither name nor address was not formed: form
    /// it, before Exchange is installed.
    ///
    /// Move a quorum resource back with *Change Group* in Cluster Administrator. What depends on it moves along:
    /// where that is Exchange, choose another disk for the quorum instead (tab *Quorum* in the properties of the
    /// cluster). On Windows Server 2008 use *Configure Cluster Quorum Settings* in Failover Cluster Management.
    /// Before either, back up the system state of a node, which holds the cluster's configuration.
    pub static DEFAULT_GROUP_EXISTS = {
        check,
        set: &CLUSTER,
        name: "default-group-exists",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("step 2"),
            Source::Microsoft("Failover Cluster API reference, \"Core Resources\""),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-012", "QUO-001", "QUO-014"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let names = cluster.own_network_names();
    let groups: Vec<GroupRef<'_>> = names.peek().iter().map(|name| name.group()).collect();
    let Some(group) = groups.first() else {
        if findings.need_all(names).is_some() {
            let message = format!("no Network Name is the cluster's own name, `{}`", cluster.name());
            findings.report(cluster.groups().path(), message);
        }
        return;
    };
    if groups.iter().all(|group| group.address_resources().peek().is_empty())
        && findings.need_all(names.flat_map(|name| name.group().address_resources())).is_some()
    {
        let message = format!("`{}` has the cluster's name, but no address for it", group.name());
        findings.report(group.path(), message);
    }
    quorum_resource(cluster, &groups, findings);
}

fn quorum_resource(cluster: ClusterRef<'_>, default_groups: &[GroupRef<'_>], findings: &mut Findings) {
    let quorum = cluster.quorum();
    if !findings.need(quorum.kind()).is_some_and(|kind| QuorumKind::has_resource(*kind)) {
        return;
    }
    let Some(name) = findings.need(quorum.resource()) else { return };
    let is_disk = cluster.has_quorum_disk().peek() == Some(&true);
    let resources = cluster.resources_named(name.value());
    let is_in_default_group = |resource: &ResourceRef<'_>| {
        default_groups.iter().any(|group| group.path() == resource.group().path())
    };
    match resources.peek() {
        [] => {
            if findings.need_all(resources).is_some() {
                findings.report(name.path(), format!("no resource is called `{name}`"));
            }
        }
        found if found.iter().any(is_in_default_group) => {}
        [resource, ..] if is_disk && is_of_virtual_server(resource.group()) => {}
        [resource, ..] => {
            let message = format!("`{name}`, the quorum resource, is not in the default group");
            findings
                .report(resource.path(), message)
                .at_most(Severity::Warning)
                .related(default_groups[0].path(), "the group with the cluster's name");
        }
    }
}

/// Whether a group is known to hold a virtual server.
fn is_of_virtual_server(group: GroupRef<'_>) -> bool {
    let all = group.cluster().evs();
    all.peek().iter().any(|evs| evs.group().peek().iter().any(|own| own.path() == group.path()))
}

const EXAMPLES: &[Example] = &[
    passes("name, address and quorum disk", TWO_NODES_2003),
    passes("Majority Node Set", CCR_2007),
    passes("Windows 2008 with a disk as witness", SCC_2007),
    passes("a German Windows", TWO_NODES_2000).without(&["groups[Cluster Group]"]).with(
        r#"
        [[groups]]
        name = "Clustergruppe"
        resources = [
            { name = "Cluster-IP-Adresse", type = "IP Address" },
            { name = "Clustername", type = "Network Name", parameters = { name = "MAILCLU1" } },
            { name = "Disk Q:", type = "Physical Disk" },
        ]
        "#,
    ),
    passes("Node Majority has no quorum resource", SCC_2007).without(&["quorum.resource"]).with(
        r#"
        quorum = { kind = "node-majority" }
        "#,
    ),
    fails("no group has the cluster's name", TWO_NODES_2003, &["groups"]).without(&["groups[Cluster Group]"]),
    fails("a name without an address", TWO_NODES_2003, &["groups[Cluster Group]"])
        .without(&["groups[Cluster Group].resources[Cluster IP]"]),
    fails("a quorum disk that is no resource", TWO_NODES_2003, &["quorum.resource"])
        .without(&["groups[Cluster Group].resources[Disk Q:]"]),
    passes("the quorum disk among the data disks is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[Cluster Group].resources[Disk Q:]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "Disk Q:", type = "Physical Disk" }]
            "#,
        ),
    fails("the quorum disk in a group of its own", TWO_NODES_2003, &["groups[Quorum].resources[Disk Q:]"])
        .without(&["groups[Cluster Group].resources[Disk Q:]"])
        .with(
            r#"
            [[groups]]
            name = "Quorum"
            resources = [{ name = "Disk Q:", type = "Physical Disk" }]
            "#,
        ),
    unknown("the cluster's name is not known", TWO_NODES_2003, &["name"]).without(&["name"]),
    unknown(
        "a Network Name of which the name is not known",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[Cluster Name].parameters.name"],
    )
    .without(&["groups[Cluster Group].resources[Cluster Name].parameters.name"]),
    unknown("there may be more groups", TWO_NODES_2003, &["groups"])
        .without(&["groups[Cluster Group]"])
        .with(r#"partial = ["groups"]"#),
    unknown("the quorum model is not known", TWO_NODES_2003, &["quorum.kind"]).without(&["quorum.kind"]),
];
