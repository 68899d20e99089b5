//! Virtual servers: the five steps of the article for each, one after the other.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, ExchangeRole, ExchangeVersion, Group, Name, Node, NodeExchange, Parameters, Resource,
        ResourceState, ResourceType, ServiceAccount, SetupAction, SetupStep, VirtualServer, WindowsPath,
    },
    runbook::{Facts, How, Phase, Step, Value},
};

use super::{
    Build, Named, binaries::service_pack, groups::Parts, in_group, in_nodes, same_name, system_manager,
    with_resources, with_virtual_server,
};
use crate::facts::{Brought, brought_by_system_attendant, called_for};

impl<'t> Build<'t> {
    /// The virtual servers, each in a group of its own; the first brings the MTA.
    pub(super) fn create_virtual_servers(&mut self) {
        self.steps.extend(self.delegate());
        for (server, group) in self.virtual_servers() {
            if !self.is_made(group) {
                self.found_group(Phase::VirtualServers, group);
            }
            let Parts { base, attendant, brought, others, .. } = self.parts(group);
            let Some(attendant) = attendant else { continue };
            let made: Vec<_> = [attendant].into_iter().chain(brought).collect();
            self.add(self.create_virtual_server(server, group, &base, &made));
            self.steps.extend(self.set_resources(Phase::VirtualServers, group, &made));
            for &other in &others {
                self.add(self.create_resource(Phase::VirtualServers, group, other));
            }
            let all: Vec<_> = base.into_iter().chain(made).chain(others).collect();
            self.add(self.start_virtual_server(server, group, &all));
            self.steps.extend(system_manager::settings(server, group, self.version));
        }
    }

    fn create_virtual_server(
        &self,
        server: Named<'t, VirtualServer>,
        group: Named<'t, Group>,
        base: &[Named<'t, Resource>],
        made: &[Named<'t, Resource>],
    ) -> Step {
        let attendant = made[0];
        let resources = made.iter().map(|&resource| {
            let mut brought = self.as_brought(group, attendant, resource);
            brought.state.set(ResourceState::Offline);
            (resource.name, brought)
        });
        let mut made_of_group = Group::default();
        if self.sets_anti_affinity(group) {
            made_of_group.anti_affinity_classes = group.known.anti_affinity_classes.clone();
        }
        let online = Resource::default().state(ResourceState::Online);
        let owner = self.owner(group).unwrap_or_default();
        let mut log = SetupStep::default()
            .step(SetupAction::CreateVirtualServer)
            .virtual_server(server.name)
            .group(group.name)
            .node(owner)
            .by(Actor::Hand)
            .version(server.known.version.get().copied().unwrap_or(self.version));
        log.data_path = data_path(server, attendant).map(WindowsPath::from).into();
        Step {
            node: Some(owner.into()),
            why: if self.version == ExchangeVersion::V2000 {
                "The wizard asks for the administrative group, and the Cluster service makes the server in \
                 the directory: its account has to be an Exchange Full Administrator by now. The System \
                 Attendant brings the store, Routing, SMTP, HTTP, POP3, IMAP4 and Microsoft Search, and the \
                 first one of the cluster also the MTA. Every node has to have Exchange before."
            } else {
                "The wizard asks for the administrative group and makes the server in the directory, with \
                 the rights of whoever runs it: log on as an Exchange Full Administrator. The System \
                 Attendant brings the store, Routing, SMTP, HTTP and Microsoft Search, and the first one of \
                 the cluster also the MTA. Every node has to have Exchange before."
            },
            article: &["P12", "P12a", "P14", "L6", "L13", "L14"],
            needs: Facts::together([
                self.every_node_installed(),
                self.delegated(),
                self.owned(group),
                with_resources(group.name, base.iter().map(|it| (it.name, online.clone()))),
            ]),
            how: [self.wizard(server, group, attendant)]
                .into_iter()
                .chain(self.names(server, group, made))
                .collect(),
            check: format!(
                "`cluster res` shows in {}: {}.",
                group.name,
                made.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
            ),
            undo: format!(
                "Take {0} offline and delete this resource in Cluster Administrator: the resources that came \
                 with it go along, data and directory stay. Never choose \"Remove Exchange Virtual Server\" \
                 for a server that has data: it destroys the server.",
                attendant.name
            ),
            log: Some(log),
            makes: Facts::together([
                in_group(group.name, made_of_group),
                with_resources(group.name, resources),
                with_virtual_server(as_created(server)),
            ]),
            proven_by: &[
                "exchange2003/virtual-server-resources-complete",
                "exchange2003/system-attendant-children",
                "exchange2003/mta-once-per-cluster",
                "exchange2003/virtual-server-after-all-installs",
                "exchange2003/one-virtual-server-per-active-node",
            ],
            ..Step::new(
                Phase::VirtualServers,
                Source::Kb(821_834),
                format!("create-virtual-server {}", server.name),
                format!("Create the System Attendant of {} in Cluster Administrator on {owner}", server.name),
            )
        }
    }

    /// The role of Exchange that the account of the Cluster service is to have, and what a definition says of it.
    fn delegated(&self) -> Cluster {
        let account = self.target.service_account.get();
        let role = account.and_then(|account| account.exchange_role.get()).copied();
        role.filter(|role| *role != ExchangeRole::None).map_or_else(Cluster::default, |role| {
            Cluster::default().service_account(ServiceAccount::default().exchange_role(role))
        })
    }

    /// Gives the account of the Cluster service its role, which nobody can have before there is an organization.
    fn delegate(&self) -> Option<Step> {
        let makes = self.delegated();
        let account = self.target.service_account.get()?;
        let role = makes.service_account.get()?.exchange_role.get()?;
        let (place, role) = match role {
            ExchangeRole::OrganizationFullAdministrator => ("organization", "Exchange Full Administrator"),
            ExchangeRole::OrganizationAdministrator => ("organization", "Exchange Administrator"),
            ExchangeRole::GroupFullAdministrator => {
                ("administrative group of the virtual servers", "Exchange Full Administrator")
            }
            other => ("administrative group of the virtual servers", other.as_str()),
        };
        let name = account.name.get().map(Name::as_str);
        let name =
            Value::or_blank(name, "cluster account", "the account of the Cluster service, DOMAIN\\name");
        Some(Step {
            why: "In Exchange 2000 the Cluster service makes a virtual server in the directory under its own \
                  account. Exchange 2003 uses the rights of the administrator instead.",
            needs: self.every_node_installed(),
            how: vec![
                How::screen(format!("System Manager: the {place}, Delegate control"))
                    .field("Group or user", name)
                    .field("Role", role),
            ],
            check: "The wizard lists the account with this role. Before going on, wait until the domain \
                    controllers that the nodes use have it, too."
                .into(),
            undo: "Remove the account in the same wizard.".into(),
            makes,
            proven_by: &["exchange2003/service-account-exchange-role"],
            ..Step::new(
                Phase::VirtualServers,
                Source::Kb(821_834),
                "delegate-control",
                "Give the account of the Cluster service its role in Exchange",
            )
        })
    }

    fn wizard(
        &self,
        server: Named<'t, VirtualServer>,
        group: Named<'t, Group>,
        attendant: Named<'t, Resource>,
    ) -> How {
        let owners = attendant.known.possible_owners.get();
        let owners: Vec<&str> = match owners {
            Some(owners) => owners.iter().map(Name::as_str).collect(),
            None => self.exchange_nodes().map(|node| node.name).collect(),
        };
        let dependencies = attendant.known.depends_on.get().into_iter().flatten();
        let blank = |what: &str| format!("{} {what}", server.name);
        How::screen(format!("Cluster Administrator: {}, New, Resource", group.name))
            .field("Name", attendant.name)
            .field("Resource type", ResourceType::SystemAttendant.as_str())
            .field("Possible owners", owners.join(", "))
            .field("Resource dependencies", dependencies.map(Name::as_str).collect::<Vec<_>>().join(", "))
            .field(
                "Name of administrative group",
                Value::or_blank(
                    None::<&str>,
                    &blank("administrative group"),
                    "the administrative group of the virtual server",
                ),
            )
            .field(
                "Name of routing group",
                Value::or_blank(
                    None::<&str>,
                    &blank("routing group"),
                    "the routing group of the virtual server",
                ),
            )
            .field(
                "Path to the data directory",
                Value::or_blank(
                    data_path(server, attendant),
                    &blank("data path"),
                    "a folder on a disk of the virtual server",
                ),
            )
    }

    /// What gives the resources that the System Attendant brought the names that are wanted. They are found by their types:
    /// what the wizard calls them differs from one cluster to the next.
    fn names(
        &self,
        server: Named<'t, VirtualServer>,
        group: Named<'t, Group>,
        made: &[Named<'t, Resource>],
    ) -> Option<How> {
        let mut brought = brought_by_system_attendant(self.version)
            .filter_map(|Brought { kind, called, .. }| {
                let resource = made.iter().find(|resource| resource.is_of(kind))?;
                let usual = same_name(&called_for(called, server.name), resource.name);
                (!usual).then(|| (kind.as_str(), resource.name))
            })
            .peekable();
        brought.peek()?;
        let screen = How::screen(format!(
            "Cluster Administrator: {}: find each resource by its type, then File, Rename",
            group.name
        ));
        Some(brought.fold(screen, |screen, (kind, name)| screen.field(kind, name)))
    }

    /// Every node that gets Exchange has it, with its service pack.
    fn every_node_installed(&self) -> Cluster {
        in_nodes(self.exchange_nodes().map(|node| {
            let mut exchange = NodeExchange::default().installed(true);
            exchange.service_pack = service_pack(node).into();
            (node.name, Node::default().exchange(exchange))
        }))
    }

    /// Brings the whole virtual server online.
    fn start_virtual_server(
        &self,
        server: Named<'t, VirtualServer>,
        group: Named<'t, Group>,
        resources: &[Named<'t, Resource>],
    ) -> Step {
        let step = self.bring_online(Phase::VirtualServers, "start", group, resources);
        let names = resources.iter().filter_map(|resource| {
            let known = resource.known.parameters.get()?;
            let made = Parameters {
                network_address: known.network_address.clone(),
                service_principal_names: known.service_principal_names.clone(),
                ..Parameters::default()
            };
            (made != Parameters::default()).then(|| (resource.name, Resource::default().parameters(made)))
        });
        let running =
            VirtualServer { running_on: server.known.running_on.clone(), ..VirtualServer::default() };
        let owner = self.owner(group).unwrap_or_default();
        let services =
            self.exchange_nodes().filter(|node| node.is(owner)).map(|node| self.services_in_use(node));
        let mut makes = vec![step.makes, with_resources(group.name, names)];
        makes.extend(services);
        if running.running_on.is_known() {
            makes.push(with_virtual_server(running.name(server.name)));
        }
        Step {
            why: "As the virtual server comes online for the first time, it makes its first databases in \
                  the data path.",
            article: &["P14", "L3", "L5"],
            check: format!(
                "`cluster res` shows all of {0} online, `nslookup {1}` answers with its address, and System \
                 Manager shows the databases of {1} as mounted.",
                group.name, server.name
            ),
            makes: Facts::together(makes),
            proven_by: &[
                "cluster/virtual-server-on-one-node",
                "exchange2003/network-address-matches-dns",
                "exchange2003/smtp-service-principal-name",
            ],
            ..step
        }
    }
}

/// The folder that the wizard is given.
fn data_path<'t>(server: Named<'t, VirtualServer>, attendant: Named<'t, Resource>) -> Option<&'t str> {
    let of_resource = attendant.known.parameters.get().and_then(|parameters| parameters.data_path.get());
    let of_server = || server.known.data_paths.get()?.first();
    of_resource.or_else(of_server).map(WindowsPath::as_str)
}

/// A virtual server as the wizard makes it: without what is set afterwards.
fn as_created(server: Named<'_, VirtualServer>) -> VirtualServer {
    let mut made = server.known.clone();
    let moved = system_manager::moved_folders(server);
    for (fact, moved) in [
        (&mut made.smtp_log_path, &moved.smtp_log_path),
        (&mut made.queue_path, &moved.queue_path),
        (&mut made.mta_path, &moved.mta_path),
        (&mut made.full_text_path, &moved.full_text_path),
    ] {
        if moved.is_known() {
            fact.forget();
        }
    }
    made.running_on.forget();
    made.storage_groups.forget();
    if made.mta_monitored.get() == Some(&false) {
        made.mta_monitored.forget();
    }
    made
}
