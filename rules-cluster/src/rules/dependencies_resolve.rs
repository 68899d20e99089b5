use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Cycle, Name, ResourcesByName},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Every dependency of a resource leads to a resource of the same group, and none leads back to where it began.
    ///
    /// A resource depends on others by name. A name that no resource of the group bears is a finding, whether the
    /// resource is in another group or nowhere; so is a resource that depends on itself, through others or
    /// directly. Which resource should depend on which is left to other rules.
    ///
    /// # Why it matters
    ///
    /// The cluster brings a resource online when everything it depends on is online. It cannot wait for a resource
    /// that does not exist, or that may be on another node with its own group; and of resources that wait for each
    /// other none can be the first. The Cluster service refuses such dependencies, so a definition that has them
    /// does not describe a cluster that runs, or was put together from parts that do not belong together.
    ///
    /// # How to fix it
    ///
    /// In a plan, correct the name, or put both resources into one group. In the record of a cluster, compare it
    /// with what `cluster resource "name" /listdep` shows. To change a dependency take the dependent resource
    /// offline, then use *Dependencies* in its properties; nothing is lost by this, but the resource and all that
    /// depends on it are down meanwhile.
    pub static DEPENDENCIES_RESOLVE = {
        check,
        set: &CLUSTER,
        name: "dependencies-resolve",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
            Source::Practice("of resources that wait for each other none can come online first"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-001", "RES-002", "RES-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let mut unresolved = Vec::new();
    for group in findings.each(cluster.groups()) {
        let dependencies = group.dependencies();
        unresolved.extend(findings.each(dependencies.unresolved()));
        for cycle in dependencies.cycles() {
            report_cycle(&cycle, findings);
        }
    }
    if !unresolved.is_empty() {
        report_unresolved(cluster, &unresolved, findings);
    }
}

fn report_cycle(cycle: &Cycle<'_>, findings: &mut Findings) {
    let (first, last) = (cycle.first.name(), cycle.last.name());
    let message = if cycle.first.path() == cycle.last.path() {
        format!("`{first}` depends on itself")
    } else {
        format!("`{last}` depends on `{first}`, which in turn depends on `{last}`")
    };
    let report = findings.report(cycle.closed_by.path(), message);
    for resource in &cycle.between {
        report.related(resource.path(), "through this one");
    }
}

fn report_unresolved(cluster: ClusterRef<'_>, names: &[At<'_, Name>], findings: &mut Findings) {
    let (resources, _) = cluster.resources().into_parts();
    let resources = ResourcesByName::of(&resources);
    for name in names {
        match name.peek().and_then(|name| resources.find(name)) {
            Some(resource) => {
                let message = format!("`{name}` is in another group, `{}`", resource.group().name());
                findings.report(name.path(), message).related(resource.path(), "the resource");
            }
            None => {
                findings.report(name.path(), format!("no resource of the group is called `{name}`"));
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000", TWO_NODES_2000),
    passes("Exchange 2003", FOUR_NODES_2003),
    passes("a single copy cluster", SCC_2007),
    passes("a CCR", CCR_2007),
    passes("written in another case", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "EVS1 Name", depends_on = ["evs1 ip"] }]
        "#,
    ),
    passes("either of two addresses", SCC_2007).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP 2", type = "IP Address", depends_on = [] },
            { name = "CMS1 Name", depends_on = [], depends_on_any = [["CMS1 IP", "CMS1 IP 2"]] },
        ]
        "#,
    ),
    fails(
        "a disk that another group has",
        FOUR_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].depends_on[Disk U:]"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange System Attendant (EVS1)", depends_on = ["EVS1 Name", "Disk S:", "Disk U:"] }]
        "#,
    ),
    fails(
        "an address that was deleted",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].depends_on[EVS1 IP]"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 IP]"]),
    fails(
        "three resources in a circle",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].depends_on[EVS1 IP]"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "EVS1 IP", depends_on = ["Exchange System Attendant (EVS1)"] },
        ]
        "#,
    ),
    fails(
        "a resource that depends on itself",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk S:].depends_on[Disk S:]"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk S:", depends_on = ["Disk S:"] }]
        "#,
    ),
    unknown(
        "the dependencies of a resource are not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[EVS1 Name].depends_on"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 Name].depends_on"]),
    unknown(
        "a resource without a name may be the one",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[#1].name"],
    )
    .without(&["groups[EVS1 Group].resources[EVS1 IP].name"]),
    unknown("there may be more resources", TWO_NODES_2003, &["groups[EVS1 Group].resources"])
        .without(&["groups[EVS1 Group].resources[EVS1 IP]"])
        .with(r#"partial = ["groups[EVS1 Group].resources"]"#),
];
