//! The binaries of Exchange, node by node.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, Directory, Domain, ExchangeVersion, Group, Node, NodeExchange, Service, ServiceState,
        Services, SetupAction, SetupStep, Startup, WindowsPath, WindowsVersion,
    },
    runbook::{CommandLine, Facts, How, Phase, Step, Value},
};

use super::{Build, Named, cluster_exe, in_group, in_node, prerequisites::installed, running, windows_of};
use crate::facts::{NodeService, node_services, prerequisites};

impl<'t> Build<'t> {
    /// Setup on one node after the other, then the service pack in the same way; before each, the node gives its groups away.
    pub(super) fn install_binaries(&mut self) {
        let nodes: Vec<Named<'t, Node>> = self.exchange_nodes().collect();
        for &node in &nodes {
            self.clear_node(node, "for Setup");
            self.add(self.install(node));
            self.steps.extend(self.set_services(node));
        }
        for &node in &nodes {
            if let Some(service_pack) = service_pack(node) {
                self.clear_node(node, &format!("for Service Pack {service_pack}"));
                self.add(self.install_service_pack(node, service_pack));
            }
        }
    }

    /// Moves the groups of a node to another one, if there is any.
    fn clear_node(&mut self, node: Named<'t, Node>, purpose: &str) {
        let Some(&other) = self.members.iter().rfind(|other| !other.is(node.name)) else { return };
        let to = other.name;
        let groups: Vec<&str> =
            self.owners.iter().filter(|(_, owner)| node.is(owner)).map(|(group, _)| *group).collect();
        if groups.is_empty() {
            return;
        }
        let owned = |owner: &str| {
            let owned = groups.iter().map(|group| in_group(group, Group::default().owner(owner)));
            Facts::together(owned)
        };
        let move_group = |group: &&str| cluster_exe("group", group).option("/moveto:", to).into();
        let mut how: Vec<How> = groups.iter().map(move_group).collect();
        how.push(
            How::screen(format!(
                "Cluster Administrator: {}, Active Groups: each group that is still there",
                node.name
            ))
            .field("Move Group", to),
        );
        let step = Step {
            node: Some(node.name.into()),
            why: "Setup stops services, replaces libraries that the Cluster service has loaded, and ends \
                  with a restart: what the node owns would fail over in the middle of it. The groups of \
                  disks that nobody uses yet have to go, too.",
            article: &["B7"],
            needs: Facts::together([
                owned(node.name),
                in_node(to, Node::default().state(running(other.known))),
            ]),
            how,
            check: format!(
                "`cluster group` shows no group on {}, and the groups that were moved as online on {to}.",
                node.name
            ),
            undo: format!("Move them back: `cluster group NAME /moveto:{}`.", node.name),
            makes: owned(to),
            proven_by: &["exchange2003/node-idle-during-setup"],
            offline: groups.iter().map(|group| (*group).into()).collect(),
            ..Step::new(
                Phase::Binaries,
                Source::Article("best practice 7"),
                format!("clear-node {} {purpose}", node.name),
                format!("Move every group of {} to {to}", node.name),
            )
        };
        self.add(step);
        for (_, owner) in self.owners.iter_mut().filter(|(_, owner)| node.is(owner)) {
            *owner = to;
        }
    }

    fn install(&self, node: Named<'t, Node>) -> Step {
        let exchange = node.known.exchange.get().cloned().unwrap_or_default();
        let path = exchange.install_path.get().map(WindowsPath::as_str);
        let screen = How::screen("Exchange Installation Wizard: Component Selection")
            .field("Microsoft Exchange Messaging and Collaboration Services", "Install")
            .field("Microsoft Exchange System Management Tools", "Install")
            .field(
                "Install path",
                Value::or_blank(path, "install path", "a folder on the same local drive of every node"),
            );
        let version = exchange.version.get().copied().unwrap_or(self.version);
        let mut made = exchange;
        if service_pack(node).is_some() {
            made.service_pack.forget();
            made.build.forget();
        }
        Step {
            node: Some(node.name.into()),
            why: if self.version == ExchangeVersion::V2000 {
                "On one node at a time, by a person at its console: Setup does not run unattended in a \
                 cluster. On the same local drive of each node, never on a shared disk."
            } else {
                "On one node at a time, by a person at its console: Setup does not run unattended in a \
                 cluster. On the same local drive of each node, never on a shared disk. In a forest \
                 without an Exchange organization, the first Setup asks for its name, which cannot be \
                 changed later."
            },
            article: &["P9", "P9a", "P10", "P11", "B3", "B4", "L11"],
            needs: self.ready_for_setup(node),
            how: vec![CommandLine::of("setup").into(), screen],
            check: "Setup says that it is going to install the cluster-aware version of Exchange, and ends \
                    without an error. After the restart, `cluster node` shows the node as up again."
                .into(),
            undo: "Exchange Setup with the action Remove, as long as there is no virtual server that can \
                   run on the node."
                .into(),
            log: Some(
                SetupStep::default()
                    .step(SetupAction::InstallExchange)
                    .node(node.name)
                    .by(Actor::Setup)
                    .version(version),
            ),
            makes: in_node(
                node.name,
                Node { services: self.services_after_setup(node).into(), ..Node::default() }.exchange(made),
            ),
            proven_by: &[
                "cluster/exchange-on-every-node",
                "cluster/setup-one-node-at-a-time",
                "cluster/same-install-drive",
                "cluster/binaries-on-local-disk",
                "cluster/same-exchange-version",
                "exchange2003/no-unattended-setup",
            ],
            ..Step::new(
                Phase::Binaries,
                Source::Article("step 3"),
                format!("install-exchange {}", node.name),
                format!(
                    "Run Exchange Setup on {} from the folder \\setup\\i386 of the CD, and restart the \
                     node",
                    node.name
                ),
            )
        }
    }

    fn ready_for_setup(&self, node: Named<'t, Node>) -> Cluster {
        let windows = windows_of(node.known).unwrap_or(WindowsVersion::V2003);
        let mut directory = Directory::default().forest_prepared_for(self.forest());
        if let Some(domain) = node.known.domain.get() {
            let domain = domain.as_str();
            directory = directory.domains([Domain::default().name(domain).prepared_for(self.domain(domain))]);
        }
        Facts::together([
            Cluster::default().directory(directory),
            in_node(node.name, Node::default().state(running(node.known)).services(installed(windows))),
            self.msdtc_online(),
            self.elsewhere(node),
        ])
    }

    /// The fact that the groups are on other nodes, where there are any.
    fn elsewhere(&self, node: Named<'t, Node>) -> Cluster {
        let others = self.owners.iter().filter(|(_, owner)| !node.is(owner));
        Facts::together(others.map(|(group, owner)| in_group(group, Group::default().owner(*owner))))
    }

    /// The services of a node as Setup leaves them: what belongs to virtual servers is stopped until they come online.
    fn services_after_setup(&self, node: Named<'t, Node>) -> Option<Services> {
        let mut services = node.known.services.get()?.clone();
        services.clussvc.forget();
        services.msdtc.forget();
        for prerequisite in prerequisites(windows_of(node.known).unwrap_or(WindowsVersion::V2003)) {
            if let Some(service) = (prerequisite.service_mut)(&mut services).get_mut() {
                service.installed.forget();
            }
        }
        for NodeService { service, startup, .. } in node_services(self.version) {
            let Some(service) = service(&mut services).get_mut() else { continue };
            if service.startup.is_known() {
                service.startup.set(startup);
            }
            if service.state.is_known() && self.runs_virtual_server(node) {
                service.state.set(ServiceState::Stopped);
            }
        }
        Some(services)
    }

    fn runs_virtual_server(&self, node: Named<'t, Node>) -> bool {
        self.virtual_servers()
            .iter()
            .any(|(_, group)| group.known.owner.get().is_some_and(|owner| node.is(owner.as_str())))
    }

    /// What runs on a node once its virtual server is online.
    pub(super) fn services_in_use(&self, node: Named<'t, Node>) -> Cluster {
        let Some(known) = node.known.services.get() else { return Cluster::default() };
        let (mut known, mut made) = (known.clone(), Services::default());
        for NodeService { service, .. } in node_services(self.version) {
            if let Some(state) = service(&mut known).get().and_then(|it| it.state.get()) {
                service(&mut made).set(Service::default().state(*state));
            }
        }
        if made == Services::default() {
            Cluster::default()
        } else {
            in_node(node.name, Node::default().services(made))
        }
    }

    /// Services that are to start otherwise than Setup leaves them: POP3 and IMAP4 where they are offered.
    fn set_services(&self, node: Named<'t, Node>) -> Option<Step> {
        let mut known = node.known.services.get()?.clone();
        let (mut made, mut screen) =
            (Services::default(), How::screen("Administrative Tools: Services, Properties, Startup type"));
        for NodeService { name, service, startup } in node_services(self.version) {
            let wanted = service(&mut known).get().and_then(|it| it.startup.get().copied());
            if let Some(wanted) = wanted.filter(|wanted| *wanted != startup) {
                screen = screen.field(
                    name,
                    match wanted {
                        Startup::Automatic => "Automatic",
                        Startup::Manual => "Manual",
                        Startup::Disabled => "Disabled",
                    },
                );
                service(&mut made).set(Service::default().startup(wanted));
            }
        }
        (made != Services::default()).then(|| Step {
            node: Some(node.name.into()),
            why: "The Cluster service cannot start a service that is disabled, as Exchange 2003 leaves POP3 and \
                  IMAP4; set to manual, a service runs only where its virtual server runs.",
            article: &["L12"],
            needs: in_node(node.name, Node::default().exchange(NodeExchange::default().installed(true))),
            how: vec![screen],
            check: "Services shows these startup types.".into(),
            undo: "Choose on the same page what was chosen before.".into(),
            makes: in_node(node.name, Node::default().services(made)),
            proven_by: &["exchange2003/pop3-imap4-as-intended", "cluster/clustered-services-manual"],
            ..Step::new(
                Phase::Binaries,
                Source::Microsoft("What's New in Exchange Server 2003"),
                format!("set-services {}", node.name),
                format!("Set how services of Exchange start on {}", node.name),
            )
        })
    }

    fn install_service_pack(&self, node: Named<'t, Node>, service_pack: u32) -> Step {
        let exchange = node.known.exchange.get().cloned().unwrap_or_default();
        let version = exchange.version.get().copied().unwrap_or(self.version);
        let made =
            NodeExchange { build: exchange.build, ..NodeExchange::default() }.service_pack(service_pack);
        Step {
            node: Some(node.name.into()),
            why: "The nodes have to run the same build before a virtual server is made; here, too, on one \
                  node at a time.",
            article: &["P9", "B3", "B4"],
            needs: Facts::together([
                in_node(
                    node.name,
                    Node::default()
                        .state(running(node.known))
                        .exchange(NodeExchange::default().installed(true)),
                ),
                self.msdtc_online(),
                self.elsewhere(node),
            ]),
            how: vec![CommandLine::of("update").into()],
            check: "The service pack ends without an error, and `cluster node` shows the node as up again \
                    after the restart."
                .into(),
            undo: "A service pack of Exchange cannot be removed alone: remove Exchange from the node, and \
                   install it again."
                .into(),
            log: Some(
                SetupStep::default()
                    .step(SetupAction::ServicePack)
                    .node(node.name)
                    .by(Actor::Setup)
                    .version(version)
                    .service_pack(service_pack),
            ),
            makes: in_node(node.name, Node::default().exchange(made)),
            proven_by: &["cluster/same-exchange-version", "cluster/setup-one-node-at-a-time"],
            ..Step::new(
                Phase::Binaries,
                Source::Article("best practice 4"),
                format!("install-service-pack {}", node.name),
                format!(
                    "Install Service Pack {service_pack} on {} from its folder \\setup\\i386, and restart \
                     the node",
                    node.name
                ),
            )
        }
    }
}

/// The service pack that a node is to have.
pub(super) fn service_pack(node: Named<'_, Node>) -> Option<u32> {
    node.known.exchange.get()?.service_pack.get().copied().filter(|number| *number > 0)
}
