use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Dependencies, Evs,
        ExchangeVersion::{self, V2000, V2003},
        GroupRef, ResourceRef, ResourceType, Set,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{self, Dependency, Standing},
};

rule! {
    /// The resources of a virtual server depend on each other as their version of Exchange wants it.
    ///
    /// In both versions the Network Name depends on the IP Address, the System Attendant on the name and on every disk
    /// with data of the virtual server, and the Information Store, the Routing Service and the MTA on the System
    /// Attendant. SMTP, HTTP, POP3 and IMAP4 depend on the Information Store in Exchange 2000; in Exchange 2003 they
    /// depend on the System Attendant, and no longer on the store.
    ///
    /// A dependency through other resources counts like a direct one. Where a dependency is missing that Microsoft
    /// documents, that is an error. Those of Routing and MTA are only implied by the documents: a warning. That of
    /// Microsoft Search is merely usual: information. A protocol of Exchange 2003 that still waits for the store is a
    /// warning; Microsoft Search may wait for it. In the middle of an upgrade, where the version of a virtual server is
    /// known to differ from the cluster's, only what is the same in both versions is judged.
    ///
    /// Where the resource to depend on is missing altogether, `exchange2003/virtual-server-resources-complete` or
    /// `exchange2003/system-attendant-children` says so, and this rule does not.
    ///
    /// # Why it matters
    ///
    /// The cluster brings resources online in the order of their dependencies. Without one, a service starts before the
    /// name, the disk or the service that it needs, and fails; the failover fails with it. In the old form a restart of
    /// the store in Exchange 2003 takes every protocol down, and a failover takes longer than it has to.
    ///
    /// # How to fix it
    ///
    /// In a maintenance window take the dependent resource offline in Cluster Administrator (what depends on it goes
    /// with it: with the System Attendant the whole virtual server), add the dependency in its properties
    /// (*Dependencies, Modify*, or `cluster res "…" /adddep:"…"`), and bring it online again. Where a protocol waits
    /// for the store, add the System Attendant first, then remove the store. After an upgrade from Exchange 2000, check
    /// that *Upgrade Exchange Virtual Server* was run: it changes the dependencies by itself. No data is touched.
    pub static RESOURCE_DEPENDENCIES = {
        check,
        set: &EXCHANGE_2003,
        name: "resource-dependencies",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("limitation 2"),
            Source::Kb(821_833),
            Source::Microsoft("What's New in Exchange Server 2003, failover and resource dependencies"),
            Source::Microsoft("Failover Cluster API reference, \"Resource Dependencies\""),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-004", "RES-005", "RES-006", "RES-007", "RES-008", "RES-009", "DSK-013"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(version) = findings.need(cluster.exchange()).map(|version| *version) else { return };
    let all = findings.each(cluster.evs());
    if all.is_empty() {
        return findings.not_applicable("there is no virtual server yet");
    }
    for evs in all {
        for group in findings.each(evs.group()) {
            judge(evs, group, version, findings);
        }
    }
}

fn judge(evs: Evs<'_>, group: GroupRef<'_>, version: ExchangeVersion, findings: &mut Findings) {
    let is_between_versions = evs.listed().version().peek().is_some_and(|own| *own != version);
    let wanted: Vec<_> = if is_between_versions {
        facts::dependencies_of_both().collect()
    } else {
        facts::dependencies(version).collect()
    };
    let graph = group.dependencies();
    for target in &facts::DEPENDED_ON {
        let is_target = |kind: &ResourceType| facts::stands_for(kind, target, version);
        let targets = || group.resources().whose(|resource| resource.r#type(), is_target);
        let leading = graph.leading_to(|resource| resource.r#type(), is_target);
        let judged = |dependency: &&&Dependency| {
            dependency.on == *target && dependency.standing != Standing::Tolerated
        };
        for dependency in wanted.iter().filter(judged) {
            for resource in findings.each(group.resources_of(&dependency.kind)) {
                match dependency.standing {
                    Standing::Tolerated => {}
                    Standing::Outdated => outdated(resource, leading.from(resource), findings),
                    _ if leading.is_known_from(resource) => {}
                    _ => missing(dependency, resource, targets(), leading.from(resource), findings),
                }
            }
        }
    }
    every_disk_with_data(evs, group, &graph, version, findings);
}

fn outdated<'a>(resource: ResourceRef<'a>, reached: Set<ResourceRef<'a>>, findings: &mut Findings) {
    for other in findings.each(reached) {
        let message =
            format!("`{}` still waits for `{}`, as in Exchange 2000", resource.name(), other.name());
        findings
            .report(resource.depends_on().path(), message)
            .at_most(Severity::Warning)
            .related(other.path(), "what it need not wait for");
    }
}

fn missing<'a>(
    dependency: &Dependency,
    resource: ResourceRef<'a>,
    targets: Set<ResourceRef<'a>>,
    reached: Set<ResourceRef<'a>>,
    findings: &mut Findings,
) {
    let [target, ..] = *targets.peek() else {
        // That the target itself is missing is the matter of other rules.
        findings.each(targets);
        return;
    };
    if findings.need_all(reached).is_some() {
        let severity = match dependency.standing {
            Standing::Documented => Severity::Error,
            Standing::Implied | Standing::Outdated => Severity::Warning,
            Standing::Customary | Standing::Tolerated => Severity::Information,
        };
        let message = format!("`{}` does not depend on `{}`", resource.name(), target.name());
        findings
            .report(resource.depends_on().path(), message)
            .at_most(severity)
            .related(target.path(), "what it has to wait for");
    }
}

/// A System Attendant that depends on a disk depends on every disk with data of the virtual server. A disk that holds
/// nothing of Exchange's need not be among them.
fn every_disk_with_data(
    evs: Evs<'_>,
    group: GroupRef<'_>,
    graph: &Dependencies<'_>,
    version: ExchangeVersion,
    findings: &mut Findings,
) {
    let is_disk = |kind: &ResourceType| facts::is_disk(kind, version);
    let leading_to_any = graph.leading_to(|resource| resource.r#type(), is_disk);
    let attendants: Vec<_> = findings
        .each(group.resources_of(&ResourceType::SystemAttendant))
        .into_iter()
        .filter(|attendant| leading_to_any.is_known_from(*attendant))
        .collect();
    for disk in findings.each(group.resources().whose(|resource| resource.r#type(), is_disk)) {
        let Some(name) = findings.need(disk.name()) else { continue };
        let leading = graph.leading_to(|resource| resource.name(), |other| *other == *name);
        for attendant in &attendants {
            if leading.is_known_from(*attendant) {
                continue;
            }
            if let [path, ..] = findings.each(evs.data_on(disk))[..]
                && findings.need_all(leading.from(*attendant)).is_some()
            {
                let message =
                    format!("`{}` does not depend on `{name}`, which holds `{path}`", attendant.name());
                findings
                    .report(attendant.depends_on().path(), message)
                    .related(disk.path(), "what it has to wait for");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("Exchange 2000: protocols wait for the store", TWO_NODES_2000),
    passes("Exchange 2003: protocols wait for the System Attendant alone", FOUR_NODES_2003),
    passes("Microsoft Search may wait for the store", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "MS Search (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] }]
        "#,
    ),
    passes("a disk that is reached through its mount point", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk T:", mounted_on = "Disk S:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk T:", depends_on = ["Disk S:"] },
            { name = "Exchange System Attendant (EVS1)", depends_on = ["EVS1 Name", "Disk T:"] },
        ]
        "#,
    ),
    passes("a disk without data of Exchange", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk B:", letter = "B" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk B:", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    passes("a mount point on a disk without data of Exchange", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk B:", letter = "B" }, { name = "Disk Tools", mounted_on = "Disk B:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Disk B:", type = "Physical Disk", depends_on = [] },
            { name = "Disk Tools", type = "Physical Disk", depends_on = ["Disk B:"] },
        ]
        "#,
    ),
    passes("a virtual server that waits for its upgrade", TWO_NODES_2003).with(
        r#"
        virtual_servers = [{ name = "EVS1", version = "2000" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "SMTP (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] }]
        "#,
    ),
    passes("a virtual server that was upgraded before the cluster's others", TWO_NODES_2003).with(
        r#"
        exchange = "2000"
        virtual_servers = [{ name = "EVS1", version = "2003" }]
        "#,
    ),
    passes("a missing resource is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[EVS1 IP]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "EVS1 Name", depends_on = [] }]
            "#,
        ),
    fails(
        "a disk with logs that the System Attendant does not wait for",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Exchange System Attendant (EVS1)", depends_on = ["EVS1 Name", "Disk S:"] }]
        "#,
    ),
    fails(
        "a System Attendant that waits for nothing, and POP3 that does not wait for the store",
        TWO_NODES_2000,
        &[
            "groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].depends_on",
            "groups[EVS1 Group].resources[Exchange System Attendant (EVS1)].depends_on",
            "groups[EVS1 Group].resources[POP3 (EVS1)].depends_on",
        ],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Exchange System Attendant (EVS1)", depends_on = [] },
            { name = "POP3 (EVS1)", depends_on = ["Exchange System Attendant (EVS1)"] },
        ]
        "#,
    ),
    fails(
        "SMTP that still waits for the store, as in Exchange 2000: a warning",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[SMTP (EVS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "SMTP (EVS1)", depends_on = ["Exchange Information Store (EVS1)"] }]
        "#,
    ),
    fails(
        "an MTA that does not wait for the System Attendant: a warning",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[MTA (EVS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "MTA (EVS1)", depends_on = ["EVS1 Name"] }]
        "#,
    ),
    fails(
        "Microsoft Search that waits for nothing: information",
        TWO_NODES_2000,
        &["groups[EVS1 Group].resources[MS Search (EVS1)].depends_on"],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "MS Search (EVS1)", depends_on = [] }]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "dependencies that nobody wrote down",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[SMTP (EVS1)].depends_on"],
    )
    .without(&["groups[EVS1 Group].resources[SMTP (EVS1)].depends_on"]),
    unknown("a disk that may hold data", TWO_NODES_2003, &["disks[Disk B:].letter"]).with(
        r#"
        disks = [{ name = "Disk B:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk B:", type = "Physical Disk", depends_on = [] }]
        "#,
    ),
    unknown("a mount point that may hold data", TWO_NODES_2003, &["disks[Disk Logs].letter"]).with(
        r#"
        disks = [{ name = "Disk Logs", mounted_on = "Disk S:" }]

        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Disk Logs", type = "Physical Disk", depends_on = ["Disk S:"] }]
        "#,
    ),
];
