//! The databases of a clustered mailbox server: paths, storage groups, what they wait for.

use rules_core::{
    Source,
    model::{
        Cluster, Group, Name, Resource,
        ResourceState::{Offline, PartiallyOnline},
        ResourceType, SetupAction, StorageGroup, VirtualServer, WindowsPath,
    },
    runbook::{How, Phase, Step},
};

use super::{
    design::{Named, Store, is_of},
    mailbox_server::{Plan, is_brought, listed, scc},
    parts::{by_hand, first_owners, groups, in_state, new_resource, quoted, resource, shell, step},
};

const MOVING: &str = "Setup puts files and logs of the first storage group into one folder. Databases and logs belong on disks \
                      of their own. The shell moves the files only of the server on which it runs.";
const MOVING_COPIES: &str = "Setup puts files and logs of the first storage group into one folder. Databases and logs belong on disks of their own, on \
     both nodes under the same paths. With replication the shell changes only the paths: the files are moved by hand, on both \
     nodes, while the copy is suspended.";

impl<'t> Plan<'_, 't> {
    /// The first database, which Setup makes.
    pub(super) fn first_database(&self) -> Option<Named<'t, Resource>> {
        self.stores.iter().flat_map(|store| store.databases.iter().copied()).next()
    }

    fn databases(&self) -> impl Iterator<Item = Named<'t, Resource>> + '_ {
        self.stores.iter().flat_map(|store| store.databases.iter().copied())
    }

    /// Whether Setup leaves the paths of the first storage group as the definition has them.
    pub(super) fn first_store_stays(&self) -> bool {
        let Some(first) = self.stores.first() else { return true };
        let has_paths = |it: &StorageGroup| {
            it.database_paths.is_known() || it.log_path.is_known() || it.system_path.is_known()
        };
        first.databases.len() < 2 && !first.facts.is_some_and(has_paths)
    }

    pub(super) fn dismount(&self) -> Option<Step> {
        let Self { server, .. } = self;
        let first = self.first_database()?;
        let identity = self.identity(first);
        Some(Step {
            why: "Files of a database are moved, and dependencies added to its resource, while it is dismounted. Nobody can use \
                  it until it is mounted again.",
            source: Source::Microsoft("Exchange Server 2007 help, Dismount-Database"),
            needs: groups([
                self.group_of([Resource { r#type: first.facts.r#type.clone(), ..resource(first.name) }])
            ]),
            how: vec![shell("Dismount-Database").field("-Identity", quoted(&identity))],
            check: format!("`cluster res` shows `{}` as Offline.", first.name),
            undo: "`Mount-Database` with the same identity.".to_owned(),
            makes: groups([self.group_of([in_state(first, Offline)]).state(PartiallyOnline)]),
            offline: vec![server.group.name.clone()],
            ..step(
                self.id("dismount-databases"),
                Phase::VirtualServers,
                format!("Dismount the first database of `{}`", server.name),
            )
        })
    }

    /// Storage groups and databases as the definition has them.
    pub(super) fn shaping(&self) -> Vec<Step> {
        let further = self.stores.iter().skip(1).map(|store| self.new_store(store));
        let first = self.stores.first().filter(|_| !self.first_store_stays());
        first.map(|store| self.shape_first(store)).into_iter().chain(further).collect()
    }

    fn shape_first(&self, store: &Store<'t>) -> Step {
        let Self { design, server, .. } = self;
        let first = store.databases.first().copied();
        let identity = quoted(&format!("{}\\{}", server.name, store.name));
        let mut how = Vec::new();
        if !design.shares_disks() {
            how.push(shell("Suspend-StorageGroupCopy").field("-Identity", identity.clone()));
        }
        // In CCR the shell changes the configuration alone: the files of both nodes are moved by hand.
        let alone = |how: How| if design.shares_disks() { how } else { how.field("-ConfigurationOnly", "") };
        if let Some(facts) = store.facts {
            let log = facts.log_path.get().map(WindowsPath::as_str);
            let system = facts.system_path.get().map(WindowsPath::as_str);
            if log.is_some() || system.is_some() {
                let line = shell("Move-StorageGroupPath").field("-Identity", identity.clone());
                let line =
                    log.into_iter().fold(line, |line, path| line.field("-LogFolderPath", quoted(path)));
                how.push(alone(
                    system.into_iter().fold(line, |line, path| line.field("-SystemFolderPath", quoted(path))),
                ));
            }
            if let Some((path, first)) = path_of(facts, 0).zip(first) {
                let line = shell("Move-DatabasePath").field("-Identity", quoted(&self.identity(first)));
                how.push(alone(line.field("-EdbFilePath", quoted(path.as_str()))));
            }
        }
        if !design.shares_disks() {
            let nodes = design.nodes.iter().filter(|it| it.has_mailbox_role);
            how.extend(nodes.map(|it| {
                How::screen(format!(
                    "Windows Explorer on {}: create the new folders, and move the files of the storage group into them",
                    it.name
                ))
            }));
        }
        how.extend(
            store
                .databases
                .iter()
                .enumerate()
                .skip(1)
                .map(|(place, it)| self.new_database(store, place, *it)),
        );
        if !design.shares_disks() {
            let passive = design.nodes.iter().find(|it| it.has_mailbox_role && it.name != server.made_on);
            how.push(shell("Resume-StorageGroupCopy").field("-Identity", identity));
            how.extend(passive.map(|it| {
                let status = How::screen(format!(
                    "Exchange Management Shell on {}: Get-StorageGroupCopyStatus",
                    it.name
                ));
                status.field("-Server", quoted(server.name.as_str()))
            }));
        }
        Step {
            node: Some(server.made_on.clone()),
            why: if design.shares_disks() { MOVING } else { MOVING_COPIES },
            source: Source::Microsoft("Exchange Server 2007 help, moving storage groups and databases"),
            needs: groups([self.group_of(first.map(|it| in_state(it, Offline)).into_iter().chain(self.moved_disks()))]),
            how,
            check: format!(
                "`Get-StorageGroup | fl` and `Get-MailboxDatabase | fl` show the paths of `{}` as they are given here, and the \
                 files are there.",
                store.name
            ),
            undo: "Move the files back in the same way, with the paths that they had: note what the same commands show before the \
                   change. Nothing is lost while the databases are dismounted."
                .to_owned(),
            makes: self.made_with(store, 1),
            proven_by: &["cluster/logs-apart-from-databases", "cluster/exchange-data-on-own-disks"],
            ..step(
                format!("move-storage-group {}\\{}", server.name, store.name),
                Phase::VirtualServers,
                format!("Give the first storage group of `{}` its paths", server.name),
            )
        }
    }

    fn new_store(&self, store: &Store<'t>) -> Step {
        let Self { server, .. } = self;
        let mut line = shell("New-StorageGroup")
            .field("-Server", quoted(server.name.as_str()))
            .field("-Name", quoted(store.name));
        if let Some(facts) = store.facts {
            if facts.recovery.get() == Some(&true) {
                line = line.field("-Recovery", "");
            }
            if let Some(path) = facts.log_path.get() {
                line = line.field("-LogFolderPath", quoted(path.as_str()));
            }
            if let Some(path) = facts.system_path.get() {
                line = line.field("-SystemFolderPath", quoted(path.as_str()));
            }
        }
        let databases = store.databases.iter().enumerate();
        let databases = databases.map(|(place, it)| self.new_database(store, place, *it));
        let made_by_setup: Vec<_> = self
            .server
            .resources()
            .filter(|it| is_of(it.facts, &ResourceType::InformationStore))
            .map(|it| Resource { r#type: it.facts.r#type.clone(), ..resource(it.name) })
            .collect();
        Step {
            why: "The shell makes the cluster resource of each database by itself, and Exchange the folders. Where data is \
                  replicated a storage group has only one database.",
            source: Source::Microsoft("Exchange Server 2007 help, managing storage groups and databases"),
            needs: groups([self.group_of(made_by_setup.into_iter().chain(self.moved_disks()))]),
            how: std::iter::once(line).chain(databases).collect(),
            check: format!(
                "`Get-MailboxDatabase -Server {}` shows the databases of `{}`, and `cluster res` a resource for each of them, \
                 Offline.",
                server.name, store.name
            ),
            undo: "While no mailbox is in them: `Remove-MailboxDatabase`, then `Remove-StorageGroup`. The files stay.".to_owned(),
            makes: self.made_with(store, 0),
            proven_by: &["exchange2007/virtual-server-resources-complete", "exchange2007/one-database-per-storage-group"],
            ..step(
                format!("create-storage-group {}\\{}", server.name, store.name),
                Phase::VirtualServers,
                format!("Create the storage group `{}` with its databases", store.name),
            )
        }
    }

    /// The disks of an SCC, in the group of the server.
    fn moved_disks(&self) -> Vec<Resource> {
        let disks = self.server.disks().filter(|_| self.design.shares_disks());
        disks.map(|disk| Resource { r#type: disk.facts.r#type.clone(), ..resource(disk.name) }).collect()
    }

    /// A storage group as it is when it was made, with the resources of its databases from one of them on.
    fn made_with(&self, store: &Store<'t>, from: usize) -> Cluster {
        let owners = first_owners(self.design, true);
        let databases = store.databases.iter().skip(from).map(|it| Resource {
            state: Offline.into(),
            depends_on: self.first_dependencies(*it),
            ..new_resource(*it, &owners)
        });
        let databases: Vec<_> = databases.collect();
        let part = Cluster::default();
        let part = if databases.is_empty() { part } else { part.groups([self.group_of(databases)]) };
        match store.facts {
            Some(facts) => part.virtual_servers([VirtualServer::default()
                .name(self.server.name.clone())
                .storage_groups([facts.clone()])]),
            None => part,
        }
    }

    fn new_database(&self, store: &Store<'t>, place: usize, database: Named<'t, Resource>) -> How {
        let public = store.facts.and_then(|it| it.public_folder_databases.get()).copied().unwrap_or_default();
        let is_public = place + public as usize >= store.databases.len();
        let line = shell(if is_public { "New-PublicFolderDatabase" } else { "New-MailboxDatabase" })
            .field("-StorageGroup", quoted(&format!("{}\\{}", self.server.name, store.name)))
            .field("-Name", quoted(database_name(database, self.server.name)));
        match store.facts.and_then(|facts| path_of(facts, place)) {
            Some(path) => line.field("-EdbFilePath", quoted(path.as_str())),
            None => line,
        }
    }

    /// `CMS1\First Storage Group\Mailbox Database`.
    fn identity(&self, database: Named<'t, Resource>) -> String {
        let (server, name) = (self.server.name, database_name(database, self.server.name));
        let store =
            self.stores.iter().find(|store| store.databases.iter().any(|it| it.name == database.name));
        store.map_or_else(|| format!("{server}\\{name}"), |store| format!("{server}\\{}\\{name}", store.name))
    }

    /// One step for each resource of Setup's that has to wait for others: databases for their disks.
    pub(super) fn dependencies(&self) -> Vec<Step> {
        let others: Vec<_> = self.server.resources().filter(|it| !is_brought(it.facts)).collect();
        let waiting = self.server.resources().filter(|it| is_brought(it.facts)).map(|it| {
            let on = it.facts.depends_on.get().into_iter().flatten();
            let on = others.iter().copied().filter(|other| on.clone().any(|on| on == other.name));
            (it, on.collect::<Vec<_>>())
        });
        waiting.filter(|(_, on)| !on.is_empty()).map(|(it, on)| self.dependency(it, &on)).collect()
    }

    fn dependency(&self, it: Named<'t, Resource>, on: &[Named<'t, Resource>]) -> Step {
        let Self { design, server, .. } = self;
        let (name, in_group) = (it.name, server.group.name);
        let is_database = is_of(it.facts, &ResourceType::Database);
        let line = || design.cluster().word("res").value(name.as_str());
        let mut how: Vec<How> =
            on.iter().map(|on| line().option("/adddep:", on.name.as_str()).into()).collect();
        if !is_database {
            let whole = |command| shell(command).field("-Identity", quoted(server.name.as_str()));
            how.insert(0, whole("Stop-ClusteredMailboxServer").field("-StopReason", "Build"));
            how.push(whole("Start-ClusteredMailboxServer"));
        }
        let needed = on.iter().map(|it| Resource { r#type: it.facts.r#type.clone(), ..resource(it.name) });
        let needed = needed.chain([if is_database {
            in_state(it, Offline)
        } else {
            Resource { r#type: it.facts.r#type.clone(), ..resource(name) }
        }]);
        let log = by_hand(SetupAction::AddDependency).group(in_group.clone()).resource(name.clone());
        Step {
            why: "Without these dependencies the cluster may try to mount a database before its disks are online: that fails, and \
                  after a failover the database stays dismounted.",
            source: scc(design),
            article: &["L6"],
            needs: groups([self.group_of(needed)]),
            how,
            check: format!("`cluster res \"{name}\" /listdep` shows {}.", listed(on)),
            undo: "The same commands with `/removedep` instead of `/adddep`, while the resource is offline."
                .to_owned(),
            log: is_database.then_some(log),
            makes: groups([
                self.group_of([Resource { depends_on: it.facts.depends_on.clone(), ..resource(name) }])
            ]),
            proven_by: &["exchange2007/database-dependencies"],
            offline: vec![in_group.clone()],
            ..step(
                format!("add-dependency {name}"),
                Phase::VirtualServers,
                format!("Let `{name}` wait for {}", listed(on)),
            )
        }
    }

    pub(super) fn mount(&self) -> Step {
        let Self { design, server, .. } = self;
        let databases: Vec<_> = self.databases().collect();
        let (copies, seeding) = if design.shares_disks() {
            (String::new(), "")
        } else {
            (
                format!(", and `Get-StorageGroupCopyStatus -Server {}` every copy as Healthy", server.name),
                " A copy that does not become Healthy is suspended, and seeded with `Update-StorageGroupCopy` on its node.",
            )
        };
        let offline = databases.iter().map(|it| in_state(*it, Offline));
        let mounted =
            databases.iter().map(|it| Resource { state: it.facts.state.clone(), ..resource(it.name) });
        Step {
            why: "The databases have their paths now, and in a single copy cluster the dependencies on their disks.",
            source: Source::Microsoft("Exchange Server 2007 help, Mount-Database"),
            needs: groups([self.group_of(offline)]),
            how: databases
                .iter()
                .map(|it| shell("Mount-Database").field("-Identity", quoted(&self.identity(*it))))
                .collect(),
            check: format!(
                "`cluster group \"{}\"` shows Online{copies}. Move it to another node and back with \
                 `Move-ClusteredMailboxServer`, while nobody works with it, as it is offline for a moment: every database is mounted there, too.{seeding}",
                server.group.name
            ),
            undo: "`Dismount-Database` with the same identities.".to_owned(),
            makes: groups([Group { state: server.group.facts.state.clone(), ..self.group_of(mounted) }]),
            ..step(
                self.id("mount-databases"),
                Phase::VirtualServers,
                format!("Mount the databases of `{}`", server.name),
            )
        }
    }
}

/// The path of a database of a storage group.
fn path_of(facts: &StorageGroup, place: usize) -> Option<&WindowsPath> {
    facts.database_paths.get()?.get(place)
}

/// The name of a database: that of its resource without those of storage group and server.
pub(super) fn database_name<'t>(database: Named<'t, Resource>, server: &Name) -> &'t str {
    let name = database.name.as_str();
    let name = name.split_once('/').map_or(name, |(_, name)| name);
    let suffix = format!(" ({server})");
    match name.len().checked_sub(suffix.len()).and_then(|at| name.split_at_checked(at)) {
        Some((database, end)) if rules_core::model::same_name(end, &suffix) => database,
        _ => name,
    }
}
