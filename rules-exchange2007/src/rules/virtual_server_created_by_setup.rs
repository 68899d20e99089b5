use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{Actor, ClusterRef, ExchangeVersion::V2007, Known, Name, SetupAction, Step},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::{EXCHANGE_2007, facts::PARTS};

rule! {
    /// Setup makes the clustered mailbox server: its group, address, name and Exchange resources.
    ///
    /// Until Exchange 2003 an administrator made the group of a virtual server and everything in it but the resources
    /// that a System Attendant brings. Exchange 2007 Setup does all of that in one go (`Setup.com /NewCms`). The rule
    /// looks through the setup log for a group, an address, a network name or an Exchange resource of a clustered
    /// mailbox server that was made by hand.
    ///
    /// Two things stay with the administrator of a single copy cluster, and are no finding: moving the disks into the
    /// group, and making each database dependent on its disks. A delegated setup is exempt, too: there somebody
    /// without rights in Exchange begins with a group, an address and a name, so that the computer account exists.
    ///
    /// # Why it matters
    ///
    /// Setup wants to make the group itself, under the name of the clustered mailbox server. A group that is already
    /// there makes `/NewCms` fail halfway, or leaves one with resources that the Exchange tools do not know.
    ///
    /// # How to fix it
    ///
    /// Before `/NewCms`: move the disks out of the hand-made group into the default group (Windows 2008: to available
    /// storage), delete the address, the name and the empty group, and run Setup. Nothing on the disks is touched. Move
    /// the disks into the new group afterwards, and add the dependencies of the databases.
    ///
    /// A clustered mailbox server that already runs in such a group can stay: see that its resources are complete and
    /// depend on each other as they should, and let Setup make the next one.
    pub static VIRTUAL_SERVER_CREATED_BY_SETUP = {
        check,
        set: &EXCHANGE_2007,
        name: "virtual-server-created-by-setup",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2007],
        sources: &[
            Source::Article("step 4 and limitation 6"),
            Source::Microsoft("Exchange 2007 Single Copy Cluster Changes (B. Winzenz)"),
            Source::TechNet("bb124371", "How to Perform a Delegated Setup of a Clustered Mailbox Server"),
        ],
        basis: Basis::Microsoft,
        covers: &["GRP-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let servers = findings.each(cluster.clustered_mailbox_servers());
    if servers.is_empty() {
        return findings.not_applicable("there is no clustered mailbox server");
    }
    let log = findings.each(cluster.log());
    if log.iter().any(|step| step.delegated().peek() == Some(&true)) {
        return;
    }
    let groups: Vec<_> = servers.iter().filter_map(|cms| findings.need(cms.group_name())).collect();
    for step in log {
        if step.by().peek() == Some(&Actor::Setup) {
            continue;
        }
        if let Some((what, name)) = part_made(step, &groups, findings)
            && findings.need(step.by()).is_some()
        {
            findings.report(step.path(), format!("{what} `{name}` was made by hand"));
        }
    }
}

/// What a step made, if it is something that Setup makes: a clustered mailbox server, its group, or a resource in it.
fn part_made<'a>(
    step: Step<'a>,
    groups: &[Known<'a, Name>],
    findings: &mut Findings,
) -> Option<(&'static str, Known<'a, Name>)> {
    match *findings.need(step.step())? {
        SetupAction::CreateGroup => {
            let name = findings.need(step.group())?;
            groups.contains(&name).then_some(("the group", name))
        }
        SetupAction::CreateResource => {
            let name = findings.need(step.resource())?;
            for resource in findings.each(step.cluster().resources_named(&name)) {
                let kind = findings.need(resource.r#type())?;
                if PARTS.iter().any(|part| part.brought_by == Actor::Setup && part.is(&kind))
                    && groups.contains(&findings.need(resource.group().name())?)
                {
                    return Some(("the resource", name));
                }
            }
            None
        }
        SetupAction::CreateVirtualServer => {
            Some(("the virtual server", findings.need(step.virtual_server())?))
        }
        _ => None,
    }
}

/// A single copy cluster built as if it ran Exchange 2003: the log has everything that its administrator did.
const BY_HAND: &str = r#"
    setup = [
        { step = "form-cluster", node = "NODE1", by = "hand" },
        { step = "join-node", node = "NODE2", by = "hand" },
        { step = "create-group", group = "CMS1", by = "hand" },
        { step = "create-resource", group = "CMS1", resource = "CMS1 IP", by = "hand" },
        { step = "create-resource", group = "CMS1", resource = "CMS1 Name", by = "hand" },
        { step = "create-resource", group = "CMS1", resource = "Disk S:", by = "hand" },
        { step = "new-cms", group = "CMS1", virtual_server = "CMS1", node = "NODE1", by = "setup" },
        { step = "create-resource", group = "CMS1", resource = "Exchange System Attendant (CMS1)", by = "hand" },
    ]
"#;

const EXAMPLES: &[Example] = &[
    passes("a single copy cluster: by hand only the dependencies of the databases", SCC_2007),
    passes("cluster continuous replication", CCR_2007),
    passes("a disk resource and a group for something else made by hand", SCC_2007).with(
        r#"
        setup = [
            { step = "create-resource", group = "Cluster Group", resource = "Disk S:", by = "hand" },
            { step = "create-group", group = "Backup", by = "hand" },
            { step = "new-cms", group = "CMS1", virtual_server = "CMS1", by = "setup" },
        ]
        "#,
    ),
    passes("delegated setup begins with a group, an address and a name", SCC_2007).with(
        r#"
        setup = [
            { step = "create-group", group = "CMS1", by = "hand" },
            { step = "create-resource", group = "CMS1", resource = "CMS1 IP", by = "hand" },
            { step = "create-resource", group = "CMS1", resource = "CMS1 Name", by = "hand" },
            { step = "new-cms", group = "CMS1", virtual_server = "CMS1", by = "setup", delegated = true },
        ]
        "#,
    ),
    fails(
        "made by hand, as for Exchange 2003",
        SCC_2007,
        &["setup[#3]", "setup[#4]", "setup[#5]", "setup[#8]"],
    )
    .with(BY_HAND),
    fails("a System Attendant made by hand, as for Exchange 2003", CCR_2007, &["setup[#1]"])
        .with(r#"setup = [{ step = "create-virtual-server", virtual_server = "CMS1", by = "hand" }]"#),
    not_applicable("no clustered mailbox server yet", SCC_2007)
        .without(&["virtual_servers[CMS1]", "groups[CMS1]"])
        .with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("no log", SCC_2007, &["setup"]).without(&["setup"]),
    unknown("who made the group is not known", SCC_2007, &["setup[#1].by"])
        .with(r#"setup = [{ step = "create-group", group = "CMS1" }]"#),
    unknown("which group was made is not known", SCC_2007, &["setup[#1].group"])
        .with(r#"setup = [{ step = "create-group", by = "hand" }]"#),
];
