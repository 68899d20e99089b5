use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Name, ResourceType},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts};

rule! {
    /// The services of Exchange are clustered by the resource types that Exchange brings.
    ///
    /// A Generic Service that runs one of Exchange's services, or a Generic Application that runs one of its
    /// programs, is a finding. The private property *ServiceName* says which service it is; for a program,
    /// *CommandLine* among the other parameters does.
    ///
    /// Exchange 5.5 was clustered by a generic DLL for each service. Microsoft's documents describe the
    /// resource types of Exchange 2000 and later as the way to cluster them; none that we know forbids the other way
    /// in so many words.
    ///
    /// # Why it matters
    ///
    /// The types of Exchange know which virtual server they run for: its name, its databases, its protocols. A
    /// generic resource starts the bare service, under the name of the node, and takes a service that runs for one
    /// that works. Beside a resource of the right type it is worse: two resources start and stop the same service.
    ///
    /// # How to fix it
    ///
    /// Take the generic resource offline in a maintenance window and delete it: that deletes no data. The
    /// resources of the right types come with the System Attendant (Exchange 2000 and 2003) or from Setup (2007).
    /// Where one of them is missing, see `exchange2003/system-attendant-children`,
    /// `exchange2003/virtual-server-resources-complete` or `exchange2007/virtual-server-resources-complete`.
    pub static EXCHANGE_RESOURCES_OF_OWN_TYPES = {
        check,
        set: &CLUSTER,
        name: "exchange-resources-of-own-types",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::ThirdParty(
            "Mission-Critical Microsoft Exchange 2000, chapter 7.4, \"Cluster Support for Exchange 5.5\"",
        )],
        basis: Basis::ThirdParty,
        covers: &["RES-028"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let is_generic =
        |kind: &ResourceType| matches!(kind, ResourceType::GenericService | ResourceType::GenericApplication);
    for resource in findings.each(cluster.resources_whose(|resource| resource.r#type(), is_generic)) {
        if let Some(what) = facts::exchange_run_by(resource) {
            let (name, kind) = (resource.name(), resource.r#type());
            let message = format!("`{name}` runs `{}` of Exchange as a `{kind}`", Name::from(what));
            findings.report(kind.path(), message);
        } else if resource.r#type().peek() == Some(&ResourceType::GenericService) {
            findings.need(resource.parameters().service_name());
        } else {
            findings.need(resource.parameters().other().entry(facts::COMMAND_LINE));
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("types of Exchange alone", FOUR_NODES_2003),
    passes("a service of another maker, and another program", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Fax", type = "Generic Service", parameters = { service_name = "FaxSrv" } },
            { name = "Pager", type = "Generic Application", parameters = { other = { CommandLine = 'D:\pager.exe' } } },
        ]
        "#,
    ),
    fails("the store as a Generic Service", TWO_NODES_2003, &["groups[EVS1 Group].resources[Store].type"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Store", type = "Generic Service", parameters = { service_name = "MSExchangeIS" } }]
        "#,
    ),
    fails("the store as a Generic Application", TWO_NODES_2003, &["groups[EVS1 Group].resources[Store].type"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"

            [[groups.resources]]
            name = "Store"
            type = "Generic Application"
            parameters = { other = { CommandLine = '"D:\Exchsrvr\bin\store.exe" -x' } }
            "#,
        ),
    unknown(
        "a service that is not named",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Agent].parameters.service_name"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Agent", type = "Generic Service" }]
        "#,
    ),
    unknown(
        "a program that is not named",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Agent].parameters.other"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Agent", type = "Generic Application" }]
        "#,
    ),
];
