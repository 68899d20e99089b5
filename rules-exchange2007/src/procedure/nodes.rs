//! Nodes: what Setup wants to find on them, and Setup itself.

use rules_core::{
    Source,
    model::{
        Cluster, Fact, Name, Node, NodeExchange, Quorum, Service, ServiceState, Services, SetupAction,
        Windows,
    },
    runbook::{CommandLine, How, Phase, Step},
};

use super::{
    design::{Design, Member},
    directory,
    parts::{by_setup, members, node, owned_by, step, with_nodes},
};
use crate::facts::{CLUSTERING, Origin, Prerequisite, prerequisites};

const ON_2008: Source =
    Source::TechNet("bb691354", "How to Install Exchange 2007 SP1 Prerequisites on Windows Server 2008");
const ON_2003: Source =
    Source::ThirdParty("TechGenix (MSExchange.org), guide to installing Exchange 2007 CCR, parts 2 and 3");

fn prerequisites_of(design: &Design<'_>, member: &Member<'_>) -> Vec<&'static Prerequisite> {
    let windows = member.facts.windows.get();
    let version = windows.and_then(|it| it.version.get()).copied().unwrap_or(design.windows);
    let service_pack = windows.and_then(|it| it.service_pack.get()).copied();
    prerequisites(version)
        .iter()
        .filter(|it| it.is_part_of(version, service_pack) != Some(true))
        .filter(|it| member.has_mailbox_role || it.name == CLUSTERING)
        .collect()
}

pub(super) fn preparations(design: &Design<'_>) -> Vec<Step> {
    let steps = design.nodes.iter().map(|member| (member, prerequisites_of(design, member)));
    steps
        .filter(|(_, needed)| !needed.is_empty())
        .map(|(member, needed)| prepare(design, member, &needed))
        .collect()
}

fn prepare(design: &Design<'_>, member: &Member<'_>, needed: &[&'static Prerequisite]) -> Step {
    let name = member.name;
    let how = |it: &&'static Prerequisite| -> How {
        match it.from {
            Origin::Feature => CommandLine::of("ServerManagerCmd").word("-i").value(it.name).into(),
            Origin::WindowsComponent => How::screen(
                "Control Panel: Add or Remove Programs, Add/Remove Windows Components, Application Server",
            )
            .field("Component", it.name),
            Origin::Package => How::screen("Microsoft Download Center: download and run the package")
                .field("Package", it.name),
        }
    };
    let seen = if design.windows.is_2008() {
        "`ServerManagerCmd -query` marks each of these as installed"
    } else {
        "Add or Remove Programs and its Windows components show each of these as installed"
    };
    let names: Vec<_> = needed.iter().map(|it| it.name).collect();
    Step {
        node: Some(name.clone()),
        why: "Setup looks for these components of Windows on each node and stops where one is missing. SMTP and NNTP, \
              which Exchange 2003 wanted, must not be installed.",
        source: if design.windows.is_2008() { ON_2008 } else { ON_2003 },
        article: &["P4"],
        how: needed.iter().map(how).collect(),
        check: format!("{seen}: {}. Restart the node if Windows asks for it.", names.join(", ")),
        undo: "Remove what nothing else uses, in the reverse order, before the node joins the cluster."
            .to_owned(),
        makes: with_nodes(Cluster::default(), [prepared(member)]),
        proven_by: &["exchange2007/prerequisites-installed"],
        ..step(
            format!("install-prerequisites {name}"),
            Phase::Prerequisites,
            format!("Install what Exchange Setup asks for on `{name}`"),
        )
    }
}

/// A node with its prerequisites, as far as the target tells of them.
pub(super) fn prepared(member: &Member<'_>) -> Node {
    let facts = member.facts;
    let features = facts
        .windows
        .get()
        .map(|windows| Windows { features: windows.features.clone(), ..Windows::default() });
    let services = facts.services.get().filter(|_| member.has_mailbox_role).map(|services| Services {
        www: services.www.clone(),
        dot_net: services.dot_net.clone(),
        ..Services::default()
    });
    Node {
        windows: features.filter(|windows| windows.features.is_known()).into(),
        services: services.filter(|services| *services != Services::default()).into(),
        ..node(member.name)
    }
}

/// The Mailbox role on one node after the other. `owner` is where the groups of the cluster are.
pub(super) fn installs<'t>(design: &Design<'t>, owner: &mut &'t Name) -> Vec<Step> {
    let mut steps = Vec::new();
    for member in design.mailbox_nodes() {
        if *owner == member.name
            && let Some(other) = design.nodes.iter().find(|other| other.name != member.name)
        {
            steps.push(drain(design, member.name, other.name));
            *owner = other.name;
        }
        steps.push(install(design, &member, owner));
    }
    steps
}

fn drain(design: &Design<'_>, from: &Name, to: &Name) -> Step {
    Step {
        why: "Setup restarts services and may ask for a restart of the node: no group may be on it meanwhile.",
        article: &["B7"],
        ..move_groups(
            design,
            format!("drain {from}"),
            Phase::Binaries,
            format!("Move all groups from `{from}` to `{to}`"),
            from,
            to,
        )
    }
}

/// A step that moves the groups that are there before any clustered mailbox server.
pub(super) fn move_groups(
    design: &Design<'_>,
    id: String,
    phase: Phase,
    title: String,
    from: &Name,
    to: &Name,
) -> Step {
    let groups = || design.early_groups();
    let to_node = |it: &Name| {
        let line = design.cluster().word("group").value(it.as_str());
        How::from(line.option("/moveto:", to.as_str()))
    };
    let states = design.nodes.iter().filter(|member| member.name == to);
    Step {
        source: Source::TechNet("cc783967", "Cluster group"),
        needs: with_nodes(owned_by(groups(), from), members(states)),
        how: groups().map(|it| to_node(it.name)).collect(),
        check: format!("`cluster group` shows every group on `{to}`, in the state that it had."),
        undo: format!("Move them back to `{from}` in the same way."),
        makes: owned_by(groups(), to),
        offline: groups().map(|it| it.name.clone()).collect(),
        ..step(id, phase, title)
    }
}

fn install(design: &Design<'_>, member: &Member<'_>, owner: &Name) -> Step {
    let (name, facts) = (member.name, member.facts);
    let exchange = facts.exchange.get().cloned().unwrap_or_default();
    let mut setup = CommandLine::of("Setup.com").word("/mode:Install").word("/roles:Mailbox");
    if let Some(path) = exchange.install_path.get() {
        setup = setup.option("/TargetDir:", path.as_str());
    }
    let service_pack = exchange.service_pack.get().copied();
    let media = match service_pack {
        Some(service_pack @ 1..) => format!(" from the media of Service Pack {service_pack}"),
        _ => String::new(),
    };
    let mut log = by_setup(SetupAction::InstallExchange).node(name.clone());
    log.service_pack = service_pack.into();
    let needs = Cluster::default().directory(needed_directory(design));
    let groups = owned_by(design.early_groups(), owner);
    let groups = groups.groups.get().cloned().unwrap_or_default();
    let mut states = members(&design.nodes);
    for state in states.iter_mut().filter(|state| state.name.get() == Some(name)) {
        *state = Node { state: state.state.clone(), ..prepared(member) };
    }
    let quorum = Quorum {
        kind: design.target.quorum.get().map(|it| it.kind.clone()).unwrap_or_default(),
        ..Quorum::default()
    };
    Step {
        node: Some(name.clone()),
        why: "The node gets the binaries, without a clustered mailbox server. Setup runs on one node after the other, and \
              never on a node that owns a group. Media that contain the service pack install it at once; a service pack \
              afterwards would mean one more Setup on each node, and `/UpgradeCms`.",
        source: Source::TechNet("aa997281", "How to Install Exchange 2007 in Unattended Mode"),
        article: &["P9", "P9a", "P10", "P11", "B3", "B4"],
        needs: with_nodes(needs.groups(groups).quorum(quorum), states),
        how: vec![setup.into()],
        check: format!(
            "Setup on `{name}` ends without an error, and `ExchangeSetupLogs\\ExchangeSetup.log` on the system drive shows \
             none. `Get-ExchangeServer` need not list the node: what it lists later is the clustered mailbox server. Restart the node if \
             Setup asks for it."
        ),
        undo: "`Setup.com /mode:Uninstall` on this node, while no clustered mailbox server is on it."
            .to_owned(),
        log: Some(log),
        makes: with_nodes(
            Cluster::default(),
            [Node {
                exchange: NodeExchange { installed: true.into(), ..exchange }.into(),
                services: brought_services(design, member),
                ..node(name)
            }],
        ),
        proven_by: &[
            "cluster/exchange-on-every-node",
            "cluster/same-exchange-version",
            "cluster/same-install-drive",
            "cluster/setup-one-node-at-a-time",
            "cluster/cluster-before-exchange",
            "exchange2007/mailbox-role-only",
        ],
        ..step(
            format!("install-exchange {name}"),
            Phase::Binaries,
            format!("Install the Mailbox role on `{name}`{media}"),
        )
    }
}

/// The directory as far as Setup on a node needs it.
fn needed_directory(design: &Design<'_>) -> rules_core::model::Directory {
    let mut needed = directory::prepared();
    let domains = design.target.directory.get().and_then(|it| it.domains.get()).into_iter().flatten();
    let domains: Vec<_> = domains
        .filter(|domain| domain.name.is_known())
        .map(|domain| rules_core::model::Domain {
            name: domain.name.clone(),
            prepared_for: rules_core::model::ExchangeVersion::V2007.into(),
            ..Default::default()
        })
        .collect();
    if !domains.is_empty() {
        needed = needed.domains(domains);
    }
    needed
}

/// The services that Setup brings to a node. They run where a clustered mailbox server is made.
fn brought_services(design: &Design<'_>, member: &Member<'_>) -> Fact<Services> {
    let runs_later = design.servers.iter().any(|server| server.made_on == member.name);
    let stopped = |service: &Fact<Service>| -> Fact<Service> {
        let before = service.get().cloned().map(|it| match it.state.get() {
            Some(_) if runs_later => it.state(ServiceState::Stopped),
            _ => it,
        });
        before.into()
    };
    clustered_services(member, stopped)
}

/// The services of a node that a clustered mailbox server starts, each by a function of what the target has.
pub(super) fn clustered_services(
    member: &Member<'_>,
    service: impl Fn(&Fact<Service>) -> Fact<Service>,
) -> Fact<Services> {
    let services = member.facts.services.get().map(|services| Services {
        system_attendant: service(&services.system_attendant),
        information_store: service(&services.information_store),
        search: service(&services.search),
        ..Services::default()
    });
    services.filter(|services| *services != Services::default()).into()
}
