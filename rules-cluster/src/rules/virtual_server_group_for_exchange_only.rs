use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2007, GroupRef, ResourceType},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts};

rule! {
    /// The group of a virtual server holds no other application.
    ///
    /// File shares, print spoolers and resources of DHCP, WINS, SQL Server, IIS or message queuing are a warning.
    /// A Generic Service, Application or Script is information, since it may be an agent that belongs to the
    /// virtual server, such as one for backup. A file share beside Exchange 2007 is information, too, because its
    /// replication shares folders. Storage of other makers, and unfamiliar resource types, are no finding. MSDTC
    /// has rules of its own, and services of Exchange that a generic resource runs are left to
    /// `cluster/exchange-resources-of-own-types`.
    ///
    /// This follows Microsoft's general advice to give each application its own group; no document that we know
    /// says it of Exchange in particular.
    ///
    /// # Why it matters
    ///
    /// A group fails over as a whole. A print spooler that hangs moves every mailbox to the other node, and a
    /// failed store takes the file share along. Whenever the group is offline for the maintenance of one, the
    /// other is down, too.
    ///
    /// # How to fix it
    ///
    /// Give the application a group with an address, a name and a disk of its own, move its data there after a
    /// backup, and take its resources out of the group of the virtual server. The users of the application are
    /// without it meanwhile. For an agent that has to stay, clear *Affect the group* on the tab *Advanced* of its
    /// properties (Windows Server 2008: on the tab *Policies*, the option that its failure fails over all
    /// resources).
    pub static VIRTUAL_SERVER_GROUP_FOR_EXCHANGE_ONLY = {
        check,
        set: &CLUSTER,
        name: "virtual-server-group-for-exchange-only",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[Source::Microsoft(
            "Windows Server 2003 help, \"Best practices\" for server clusters: a group for each application",
        )],
        basis: Basis::Microsoft,
        covers: &["GRP-005"],
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
            judge(group, findings);
        }
    }
}

fn judge(group: GroupRef<'_>, findings: &mut Findings) {
    for resource in findings.each(group.resources()) {
        let Some(kind) = findings.need(resource.r#type()) else { continue };
        let severity = match &*kind {
            ResourceType::FileShare if group.cluster().exchange().peek() == Some(&V2007) => {
                Severity::Information
            }
            ResourceType::FileShare | ResourceType::PrintSpooler => Severity::Warning,
            // What runs Exchange itself is the matter of `exchange-resources-of-own-types`.
            ResourceType::GenericService | ResourceType::GenericApplication
                if facts::exchange_run_by(resource).is_some() =>
            {
                continue;
            }
            ResourceType::GenericService | ResourceType::GenericApplication | ResourceType::GenericScript => {
                Severity::Information
            }
            ResourceType::Other(name) if facts::is_other_application(name) => Severity::Warning,
            _ => continue,
        };
        let message = format!("`{}`, a `{kind}`, is in the group of a virtual server", resource.name());
        findings.report(resource.path(), message).at_most(severity);
    }
}

const EXAMPLES: &[Example] = &[
    passes("nothing but Exchange", FOUR_NODES_2003),
    passes("a replicated volume of another maker", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Mirror of S:", type = "Volume Replicator" }, { name = "Link", type = "Cluster Enabler" }]
        "#,
    ),
    passes("the store as a Generic Application is the matter of another rule", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"

        [[groups.resources]]
        name = "Store"
        type = "Generic Application"
        parameters = { other = { CommandLine = '"D:\Exchsrvr\bin\store.exe" -x' } }
        "#,
    ),
    passes("a file share in a group of its own", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "File Group"
        resources = [{ name = "Public Share", type = "File Share" }]
        "#,
    ),
    fails(
        "a share, a printer and a database of another kind",
        TWO_NODES_2003,
        &[
            "groups[EVS1 Group].resources[Public Share]",
            "groups[EVS1 Group].resources[Printers]",
            "groups[EVS1 Group].resources[SQL]",
        ],
    )
    .with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "Public Share", type = "File Share" },
            { name = "Printers", type = "Print Spooler" },
            { name = "SQL", type = "SQL Server" },
        ]
        "#,
    ),
    fails("an agent: information", TWO_NODES_2003, &["groups[EVS1 Group].resources[Backup Agent]"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Backup Agent", type = "Generic Service" }]
        "#,
    ),
    fails("a share beside Exchange 2007: information", CCR_2007, &["groups[CMS1].resources[Share]"]).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Share", type = "File Share" }]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown("a resource without a type", TWO_NODES_2003, &["groups[EVS1 Group].resources[Agent].type"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "Agent" }]
        "#,
    ),
];
