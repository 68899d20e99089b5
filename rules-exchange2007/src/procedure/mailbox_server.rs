//! A clustered mailbox server: made by Setup, with its disks and databases.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, Fact, Group, MountDial, Name, Node, NodeExchange, Resource,
        ResourceState::{Offline, Online},
        ResourceType, SetupAction, VirtualServer, WindowsPath, same_name,
    },
    runbook::{CommandLine, How, Phase, Step, Value},
};

use super::{
    cluster,
    databases::database_name,
    design::{Design, Named, Server, Store, in_order, is_address, is_available_storage, is_of, is_storage},
    finish, nodes,
    parts::{
        by_setup, first_owners, group, groups, in_state, members, named_group, new_group, new_resource, node,
        owned_by, quoted, shell, step, with_nodes,
    },
    quorum,
};
use crate::facts::PARTS;

/// The document that tells how a single copy cluster is installed.
pub(super) fn scc(design: &Design<'_>) -> Source {
    if design.windows.is_2008() {
        Source::Microsoft(
            "Exchange Server 2007 help, Installing a Single Copy Cluster on Windows Server 2008",
        )
    } else {
        Source::TechNet("bb124899", "Installing a Single Copy Cluster on Windows Server 2003")
    }
}

/// The document that tells how cluster continuous replication is installed.
fn ccr(design: &Design<'_>) -> Source {
    Source::Microsoft(if design.windows.is_2008() {
        "Exchange Server 2007 help, Installing Cluster Continuous Replication on Windows Server 2008"
    } else {
        "Exchange Server 2007 help, Installing Cluster Continuous Replication on Windows Server 2003"
    })
}

/// What Setup calls the first storage group of a clustered mailbox server, and its database.
const FIRST_STORAGE_GROUP: &str = "First Storage Group";
const FIRST_DATABASE: &str = "Mailbox Database";

const DISKS: Source = Source::Microsoft("Exchange 2007 Single Copy Cluster Changes (B. Winzenz)");

/// `owner` is where the groups are that were there before.
pub(super) fn steps<'t>(design: &Design<'t>, server: &Server<'t>, owner: &mut &'t Name) -> Vec<Step> {
    let mut steps = Vec::new();
    let stores = server.stores();
    let plan = Plan { design, server, stores: &stores };
    let has_disks = design.shares_disks() && server.disks().next().is_some();
    if has_disks && *owner != server.made_on {
        steps.push(bring_disks(design, server, owner));
        *owner = server.made_on;
    }
    steps.push(plan.new_cms());
    let mut between = plan.further();
    if has_disks {
        between.extend(plan.move_disks());
    }
    between.extend(plan.shaping());
    between.extend(plan.dependencies());
    if !between.is_empty() {
        steps.extend(plan.dismount());
        steps.extend(between);
        steps.push(plan.mount());
    }
    steps.extend(plan.settings());
    steps.extend(finish::properties(design, server.group, Phase::VirtualServers));
    steps
}

/// Moves each server to the node on which the definition has it, if Setup could not make it there.
pub(super) fn homes(design: &Design<'_>) -> Vec<Step> {
    design.servers.iter().filter_map(|server| move_home(design, server)).collect()
}

/// Whether Setup brings a resource of this type, and no administrator.
pub(super) fn is_brought(it: &Resource) -> bool {
    it.r#type.get().is_some_and(|kind| {
        kind.is_exchange() || PARTS.iter().any(|part| part.brought_by == Actor::Setup && part.is(kind))
    })
}

fn bring_disks(design: &Design<'_>, server: &Server<'_>, owner: &Name) -> Step {
    let Server { name, made_on, .. } = server;
    Step {
        why: "Setup makes the clustered mailbox server on this node and wants to find the disk of the databases on it.",
        ..nodes::move_groups(
            design,
            format!("bring-disks {name}"),
            Phase::VirtualServers,
            format!("Move the disks of `{name}` to `{made_on}`"),
            owner,
            made_on,
        )
    }
}

/// What is done for one server.
pub(super) struct Plan<'p, 't> {
    pub(super) design: &'p Design<'t>,
    pub(super) server: &'p Server<'t>,
    pub(super) stores: &'p [Store<'t>],
}

impl<'t> Plan<'_, 't> {
    pub(super) fn id(&self, what: &str) -> String {
        format!("{what} {}", self.server.name)
    }

    /// Some resources of the group.
    pub(super) fn group_of(&self, resources: impl IntoIterator<Item = Resource>) -> Group {
        group(self.server.group.name).resources(resources.into_iter().collect::<Vec<_>>())
    }

    fn new_cms(&self) -> Step {
        let Self { design, server, .. } = self;
        let (name, made_on) = (server.name, server.made_on);
        let mut setup = CommandLine::of("Setup.com")
            .word("/NewCms")
            .option("/CMSName:", name.as_str())
            .list("/CMSIPAddress:", self.addresses());
        let mut log = by_setup(SetupAction::NewCms)
            .node(made_on.clone())
            .virtual_server(name.clone())
            .group(server.group.name.clone())
            .shared_storage(design.shares_disks())
            .delegated(false)
            .unattended(false);
        if design.shares_disks() {
            let path = self.data_path();
            log.data_path = path.clone().into();
            let path = Value::or_blank(
                path.as_ref().map(WindowsPath::as_str),
                &format!("{name} DATA PATH"),
                &format!("the folder of the first database of `{name}`, on one of its disks"),
            );
            setup = setup.word("/CMSSharedStorage").option("/CMSDataPath:", path);
        }
        let kind = if design.shares_disks() { "single copy" } else { "replicated" };
        Step {
            node: Some(made_on.clone()),
            why: "Setup makes the group, its address, its name and the Exchange resources by itself, and a first storage group \
                  with a database in it: make none of them by hand before. Run it from the media from which the Mailbox role was installed.",
            source: if design.shares_disks() { scc(design) } else { ccr(design) },
            article: &["P12a", "P13", "P14", "P15", "L6"],
            needs: self.needs_of_setup(),
            how: std::iter::once(setup.into()).chain(self.renamed()).collect(),
            check: format!(
                "`Get-ClusteredMailboxServerStatus -Identity {name}` shows it Online on `{made_on}`, and `cluster res` its \
                 resources online in the group. Setup may give resources other names than this runbook: use those in the \
                 steps that follow. If Setup stopped halfway, run the same command again on this node."
            ),
            undo: format!(
                "While no mailbox is on it: remove its databases, then run `Setup.com /RemoveCms /CMSName:{name}` on this node. \
                 The files of the databases stay."
            ),
            log: Some(log),
            makes: self.made_by_setup(),
            proven_by: &[
                "exchange2007/virtual-server-created-by-setup",
                "exchange2007/virtual-server-resources-complete",
                "exchange2007/clustered-mailbox-server-has-own-group",
                "exchange2007/shared-storage-switch",
                "exchange2007/mailbox-server-made-on-first-node",
            ],
            ..step(
                self.id("new-cms"),
                Phase::VirtualServers,
                format!("Let Setup make the {kind} clustered mailbox server `{name}` on `{made_on}`"),
            )
        }
    }

    /// Names of the first storage group and its database that are not Setup's.
    fn renamed(&self) -> Vec<How> {
        let Some((store, database)) = self.stores.first().zip(self.first_database()) else {
            return Vec::new();
        };
        let server = self.server.name;
        let database = database_name(database, server);
        let rename = |command, from: String, to: &str| {
            shell(command).field("-Identity", quoted(&from)).field("-Name", quoted(to))
        };
        let mut how = Vec::new();
        if !same_name(store.name, FIRST_STORAGE_GROUP) {
            how.push(rename("Set-StorageGroup", format!("{server}\\{FIRST_STORAGE_GROUP}"), store.name));
        }
        if !same_name(database, FIRST_DATABASE) {
            let from = format!("{server}\\{}\\{FIRST_DATABASE}", store.name);
            how.push(rename("Set-MailboxDatabase", from, database));
        }
        how
    }

    fn needs_of_setup(&self) -> Cluster {
        let Self { design, server, .. } = self;
        let installed = |member: &&super::design::Member<'_>| member.has_mailbox_role;
        let nodes = design.nodes.iter().filter(installed);
        let nodes = nodes.map(|it| node(it.name).exchange(NodeExchange::default().installed(true)));
        let needs = with_nodes(quorum::complete(design), nodes);
        if !design.shares_disks() {
            return needs;
        }
        let home = design.disk_group();
        let disks = server.disks().map(|disk| in_state(disk, Online)).collect::<Vec<_>>();
        let holder = group(home.name).owner(server.made_on.clone());
        if disks.is_empty() { needs } else { needs.groups([holder.resources(disks)]) }
    }

    fn made_by_setup(&self) -> Cluster {
        let Self { design, server, .. } = self;
        let owners = first_owners(design, true);
        let first = self.first_database();
        let is_made = |it: &Named<'_, Resource>| {
            is_brought(it.facts)
                && (!is_of(it.facts, &ResourceType::Database)
                    || first.is_some_and(|first| first.name == it.name))
        };
        let made = server
            .resources()
            .filter(is_made)
            .map(|it| Resource { depends_on: self.first_dependencies(it), ..new_resource(it, &owners) });
        let made = new_group(server.group, server.made_on).resources(made.collect::<Vec<_>>());
        let first_store =
            self.stores.first().and_then(|store| store.facts).filter(|_| self.first_store_stays());
        let facts = VirtualServer {
            running_on: server.facts.running_on.get().map(|_| vec![server.made_on.clone()]).into(),
            storage_groups: first_store.map(|it| vec![it.clone()]).into(),
            mount_dial: Fact::default(),
            dumpster_size_mib: Fact::default(),
            dumpster_days: Fact::default(),
            ..server.facts.clone()
        };
        let part = groups([made]).virtual_servers([facts]);
        let runs = design.nodes.iter().find(|member| member.name == server.made_on);
        let running = runs.map(|member| nodes::clustered_services(member, Clone::clone)).unwrap_or_default();
        if running.is_known() {
            with_nodes(part, [Node { services: running, ..node(server.made_on) }])
        } else {
            part
        }
    }

    /// The addresses of the clustered mailbox server.
    fn addresses(&self) -> Vec<Value> {
        let addresses = self.server.resources().filter(|it| is_address(it.facts));
        let known: Vec<Value> = addresses
            .filter_map(|it| Some(it.facts.parameters.get()?.address.get()?.ip.to_string().into()))
            .collect();
        if !known.is_empty() {
            return known;
        }
        let name = self.server.name;
        let blank =
            Value::or_blank(None::<String>, &format!("{name} ADDRESS"), &format!("the address of `{name}`"));
        vec![blank]
    }

    /// The folder of the first database.
    fn data_path(&self) -> Option<WindowsPath> {
        let listed = self.server.facts.data_paths.get().and_then(|paths| paths.first());
        let of_database = || {
            let path = self.stores.first()?.facts?.database_paths.get()?.first()?.as_str();
            Some(WindowsPath::from(path.rsplit_once('\\')?.0))
        };
        listed.cloned().or_else(of_database)
    }

    /// One step for each disk with what is mounted on it: these move together.
    fn move_disks(&self) -> Vec<Step> {
        let disks: Vec<_> = self.server.disks().collect();
        let host = |disk: &Named<'t, Resource>| {
            let on = disk.facts.depends_on.get().into_iter().flatten();
            disks.iter().copied().find(|other| on.clone().any(|on| on == other.name && on != disk.name))
        };
        let root = |disk: Named<'t, Resource>| {
            let mut root = disk;
            for _ in &disks {
                root = host(&root).unwrap_or(root);
            }
            root.name
        };
        let roots = disks.iter().filter(|disk| root(**disk) == disk.name);
        roots
            .map(|disk| {
                let together: Vec<_> = disks.iter().copied().filter(|it| root(*it) == disk.name).collect();
                let is_last =
                    disks.iter().rfind(|it| root(**it) == it.name).is_some_and(|it| it.name == disk.name);
                self.move_disk(disk, &together, is_last)
            })
            .collect()
    }

    fn move_disk(&self, disk: &Named<'t, Resource>, together: &[Named<'t, Resource>], is_last: bool) -> Step {
        let Self { design, server, .. } = self;
        let (into, home) = (server.group.name, design.disk_group());
        let line = design.cluster().word("res").value(disk.name.as_str());
        let needs = [
            self.group_of(self.first_database().map(|it| in_state(it, Offline)))
                .owner(server.made_on.clone()),
            group(home.name)
                .owner(server.made_on.clone())
                .resources(together.iter().map(|it| in_state(*it, Online)).collect::<Vec<_>>()),
        ];
        let moved = together.iter().map(|it| new_resource(*it, &first_owners(design, false)));
        let mut made = vec![self.group_of(moved)];
        // An empty group of available storage is offline.
        let is_last_server = design.servers.last().is_some_and(|last| last.name == server.name);
        if is_available_storage(home.name) && is_last && is_last_server {
            made.push(Group { state: home.facts.state.clone(), ..group(home.name) });
        }
        Step {
            why: "A resource can depend only on what is in its own group, and the disks have to fail over with the databases. \
                  A disk that is mounted on this one moves along.",
            source: DISKS,
            article: &["P14"],
            needs: groups(needs),
            how: vec![line.option("/moveto:", into.as_str()).into()],
            check: format!(
                "`cluster res` shows these as Online in the group `{into}`: {}.",
                listed(together)
            ),
            undo: format!(
                "While no database depends on it, move it back to `{}` in the same way: its files stay.",
                home.name
            ),
            makes: groups(made),
            proven_by: &["exchange2007/virtual-server-resources-complete"],
            offline: vec![into.clone()],
            ..step(
                format!("move-disk {}", disk.name),
                Phase::VirtualServers,
                format!("Move `{}` into the group `{into}`", disk.name),
            )
        }
    }

    /// What a resource depends on as Setup makes it: others that Setup makes.
    pub(super) fn first_dependencies(&self, it: Named<'t, Resource>) -> Fact<Vec<Name>> {
        let brought =
            |on: &&Name| self.server.resources().any(|other| other.name == *on && is_brought(other.facts));
        it.facts.depends_on.get().map(|on| on.iter().filter(brought).cloned().collect::<Vec<_>>()).into()
    }

    /// What is in the group and brought neither by Setup nor as a disk of an SCC.
    fn further(&self) -> Vec<Step> {
        let shares_disks = self.design.shares_disks();
        let is_further =
            |it: &Named<'_, Resource>| !(is_brought(it.facts) || shares_disks && is_storage(it.facts));
        let further = in_order(self.server.resources().filter(is_further)).into_iter();
        let step = |it| cluster::further_resource(self.design, self.server.group, it);
        further.map(|it| Step { phase: Phase::VirtualServers, ..step(it) }).collect()
    }

    fn settings(&self) -> Option<Step> {
        let Self { server, .. } = self;
        let facts = server.facts;
        let dial = facts.mount_dial.get().map(|dial| match dial {
            MountDial::Lossless => "Lossless",
            MountDial::GoodAvailability => "GoodAvailability",
            MountDial::BestAvailability => "BestAvailability",
        });
        let dial = dial.map(|dial| {
            let line = shell("Set-MailboxServer").field("-Identity", quoted(server.name.as_str()));
            line.field("-AutoDatabaseMountDial", dial)
        });
        let size = facts.dumpster_size_mib.get().map(|size| format!("{size}MB"));
        let days = facts.dumpster_days.get().map(|days| format!("{days}.00:00:00"));
        let dumpster = (size.is_some() || days.is_some()).then(|| {
            let line = shell("Set-TransportConfig");
            let line =
                size.into_iter().fold(line, |line, it| line.field("-MaxDumpsterSizePerStorageGroup", it));
            days.into_iter().fold(line, |line, it| line.field("-MaxDumpsterTime", it))
        });
        let how: Vec<How> = dial.into_iter().chain(dumpster).collect();
        (!how.is_empty()).then(|| Step {
            why: "After the loss of a node the Hub Transport servers deliver again, from their dumpster, what was in the last logs. \
                  The mount dial says how many logs may be missing if a database is still to be mounted automatically. The \
                  dumpster is set for the whole organisation, so other servers with replication get the same.",
            source: Source::TechNet("aa998823", "How to Configure the Transport Dumpster"),
            needs: named_group(server.group),
            how,
            check: "`Get-MailboxServer | fl` and `Get-TransportConfig | fl` show these values.".to_owned(),
            undo: "Set the values that they had: note what the same commands show before the change.".to_owned(),
            makes: Cluster::default().virtual_servers([VirtualServer {
                mount_dial: facts.mount_dial.clone(),
                dumpster_size_mib: facts.dumpster_size_mib.clone(),
                dumpster_days: facts.dumpster_days.clone(),
                ..VirtualServer::default().name(server.name.clone())
            }]),
            proven_by: &["exchange2007/transport-dumpster", "exchange2007/mount-dial-usual"],
            ..step(
                self.id("configure-mailbox-server"),
                Phase::VirtualServers,
                format!("Set what `{}` does after the loss of a node", server.name),
            )
        })
    }
}

fn move_home(design: &Design<'_>, server: &Server<'_>) -> Option<Step> {
    let home = server.group.facts.owner.get().filter(|home| *home != server.made_on)?;
    let name = server.name;
    let homes = design.nodes.iter().filter(|member| member.name == home);
    let running_on = server.facts.running_on.clone();
    let server_part = VirtualServer { running_on, ..VirtualServer::default().name(name.clone()) };
    Some(Step {
        why: "Setup made it on another node, as it makes only one clustered mailbox server on each. Move it with the tool of Exchange and not with one of the cluster's: only the first looks at the state of the target.",
        source: Source::Microsoft("Exchange Server 2007 help, Move-ClusteredMailboxServer"),
        needs: with_nodes(owned_by([server.group], server.made_on), members(homes)),
        how: vec![
            shell("Move-ClusteredMailboxServer")
                .field("-Identity", quoted(name.as_str()))
                .field("-TargetMachine", quoted(home.as_str()))
                .field("-MoveComment", "Build"),
        ],
        check: format!("`Get-ClusteredMailboxServerStatus -Identity {name}` shows it Online on `{home}`."),
        undo: format!("Move it back to `{}` in the same way.", server.made_on),
        makes: owned_by([server.group], home).virtual_servers([server_part]),
        offline: vec![server.group.name.clone()],
        ..step(format!("move-cms {name}"), Phase::Afterwards, format!("Move `{name}` to `{home}`"))
    })
}

/// Names, one after the other.
pub(super) fn listed(names: &[Named<'_, Resource>]) -> String {
    names.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ")
}
