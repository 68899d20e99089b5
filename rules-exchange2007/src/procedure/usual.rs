//! What a definition leaves open, as it usually is.

use rules_core::model::{
    Cluster, ExchangeServerRole, Fact, Group, Layout, Name, Node, NodeExchange, NodeState, OrNone,
    Parameters, QuorumKind, Resource, ResourceState,
    ResourceType::{self, Database, InformationStore, IpAddress, NetworkName, PhysicalDisk, SystemAttendant},
    StorageGroup, Validation, VirtualServer, WindowsPath, WindowsVersion, Witness,
};

use super::{
    design::{AVAILABLE_STORAGE, default_group, is_address, is_of, is_storage, windows},
    quorum,
};
use crate::facts::{CCR_MAILBOX_NODES, CLUSTERING, DEPENDENCIES, Dependency, Prerequisite, prerequisites};

/// A definition with what is usual where it says nothing.
pub(super) fn usual(wanted: &Cluster) -> Cluster {
    let mut cluster = wanted.clone();
    let windows = windows(wanted);
    let layout = *or_usual(&mut cluster.layout, layout(wanted));
    kinds(&mut cluster);
    nodes(&mut cluster, windows, layout);
    directory(&mut cluster);
    if windows.is_2008() {
        or_usual(&mut cluster.solution.get_or_default().validation, Validation::Passed);
    }
    quorum(&mut cluster, windows, layout);
    core_group(&mut cluster);
    if layout != Layout::Standby {
        mailbox_servers(&mut cluster, windows, layout);
    }
    if windows.is_2008() && layout == Layout::SingleCopy {
        named_group(&mut cluster, &AVAILABLE_STORAGE.into());
    }
    owners(&mut cluster);
    cluster
}

/// What is known, or else what is usual.
fn or_usual<T: Default>(fact: &mut Fact<T>, usual: impl Into<T>) -> &mut T {
    if !fact.is_known() {
        fact.set(usual);
    }
    fact.get_or_default()
}

/// A cluster with a shared disk, with a disk beside a System Attendant, or with more than one clustered mailbox server has a
/// single copy of the data.
fn layout(wanted: &Cluster) -> Layout {
    let disks = wanted.disks.get().into_iter().flatten();
    let is_shared = disks.into_iter().any(|disk| disk.shared.get() == Some(&true));
    let several = wanted.virtual_servers.get().is_some_and(|servers| servers.len() > 1);
    let mut groups = wanted.groups.get().into_iter().flatten();
    let has_disk = groups.any(|group| {
        let holds = |test: &dyn Fn(&Resource) -> bool| group.resources.get().into_iter().flatten().any(test);
        holds(&is_storage) && holds(&|it| is_of(it, &SystemAttendant))
    });
    if is_shared || has_disk || several || wanted.storage_bus.is_known() {
        Layout::SingleCopy
    } else {
        Layout::ContinuousReplication
    }
}

/// The types of resources, as far as something tells them: the quorum, a disk, their parameters, their names.
fn kinds(cluster: &mut Cluster) {
    let disks = cluster.disks.get().into_iter().flatten();
    let disks: Vec<Name> = disks.filter_map(|disk| disk.name.get().cloned()).collect();
    let quorum = cluster.quorum.get().cloned().unwrap_or_default();
    let groups = cluster.groups.get_mut().into_iter().flatten();
    for resource in groups.flat_map(|group| group.resources.get_mut().into_iter().flatten()) {
        let Some(name) = resource.name.get() else { continue };
        let parameters = resource.parameters.get().cloned().unwrap_or_default();
        let kind = quorum.kind.get().filter(|_| quorum.resource.get() == Some(name));
        let kind = kind.map(|kind| quorum::resource_type(*kind));
        let kind = kind
            .or(disks.contains(name).then_some(PhysicalDisk))
            .or(parameters.address.is_known().then_some(IpAddress))
            .or(parameters.name.is_known().then_some(NetworkName))
            .or_else(|| kind_by_name(name));
        if let Some(kind) = kind {
            or_usual(&mut resource.r#type, kind);
        }
    }
}

/// The type of a resource that is called after it, as Setup does it: `First Storage Group/Mailbox Database (CMS1)`.
fn kind_by_name(name: &Name) -> Option<ResourceType> {
    let (kind, _) = name.as_str().rsplit_once(" (")?;
    match ResourceType::from(kind.trim_end_matches(" Instance")) {
        ResourceType::Other(kind) => kind.contains('/').then_some(Database),
        kind => Some(kind),
    }
}

fn nodes(cluster: &mut Cluster, windows: WindowsVersion, layout: Layout) {
    let usual = || ["NODE1", "NODE2"].map(|name| Node::default().name(name));
    let nodes = or_usual(&mut cluster.nodes, usual());
    // A further node of a CCR cluster votes.
    let most = if layout == Layout::ContinuousReplication { CCR_MAILBOX_NODES } else { usize::MAX };
    let mut installed = 0;
    for node in nodes {
        or_usual(&mut node.windows.get_or_default().version, windows);
        if *or_usual(&mut node.state, NodeState::Up) == NodeState::NotJoined {
            continue;
        }
        let exchange = node.exchange.get_or_default();
        if *or_usual(&mut exchange.installed, installed < most) {
            installed += 1;
            mailbox_role(exchange);
            features(node, |_| true);
        } else {
            features(node, |it| it.name == CLUSTERING);
        }
    }
}

fn mailbox_role(exchange: &mut NodeExchange) {
    or_usual(&mut exchange.version, rules_core::model::ExchangeVersion::V2007);
    or_usual(&mut exchange.roles, [ExchangeServerRole::Mailbox]);
    or_usual(&mut exchange.cluster_aware, true);
}

/// What Setup or the cluster asks for, where nothing is known of the features of a node.
fn features(node: &mut Node, is_needed: impl Fn(&Prerequisite) -> bool) {
    let windows = node.windows.get_or_default();
    let Some(version) = windows.version.get().copied() else { return };
    let service_pack = windows.service_pack.get().copied();
    let needed = prerequisites(version)
        .iter()
        .filter(|it| it.service.is_none() && it.is_part_of(version, service_pack) != Some(true));
    let needed: Vec<Name> = needed.filter(|it| is_needed(it)).map(|it| it.name.into()).collect();
    if !needed.is_empty() {
        or_usual(&mut windows.features, needed);
    }
}

fn directory(cluster: &mut Cluster) {
    let nodes = cluster.nodes.get().into_iter().flatten();
    let of_nodes: Vec<Name> = nodes.filter_map(|node| node.domain.get().cloned()).collect();
    let directory = cluster.directory.get_or_default();
    or_usual(&mut directory.forest_prepared_for, rules_core::model::ExchangeVersion::V2007);
    for name in of_nodes.into_iter().filter(|name| *name != *"workgroup") {
        element(&mut directory.domains, &name, |domain| &mut domain.name);
    }
    for domain in directory.domains.get_mut().into_iter().flatten() {
        or_usual(&mut domain.prepared_for, rules_core::model::ExchangeVersion::V2007);
    }
}

fn quorum(cluster: &mut Cluster, windows: WindowsVersion, layout: Layout) {
    let shares_disks = layout == Layout::SingleCopy;
    let disk = if shares_disks { quorum_disk(cluster) } else { None };
    let votes = cluster.nodes.get().map_or(0, Vec::len);
    let quorum = cluster.quorum.get_or_default();
    let kind = *or_usual(
        &mut quorum.kind,
        match (windows.is_2008(), shares_disks) {
            (false, true) => QuorumKind::SharedDisk,
            (false, false) => QuorumKind::MajorityNodeSet,
            (true, true) => QuorumKind::NodeAndDiskMajority,
            (true, false) if votes % 2 == 1 => QuorumKind::NodeMajority,
            (true, false) => QuorumKind::NodeAndFileShareMajority,
        },
    );
    if let Some(usual) = quorum::usual_resource(kind).map(Name::from).or(disk.filter(|_| kind.uses_disk())) {
        or_usual(&mut quorum.resource, usual);
    }
    let needs_witness = kind == QuorumKind::NodeAndFileShareMajority
        || kind == QuorumKind::MajorityNodeSet && votes == CCR_MAILBOX_NODES;
    if needs_witness {
        or_usual(&mut quorum.witness, Witness::default());
    }
    if let Some(OrNone::Some(witness)) = quorum.witness.get_mut() {
        or_usual(&mut witness.by_alias, false);
        or_usual(&mut witness.installer_has_full_control, true);
        or_usual(&mut witness.cluster_has_access, true);
    }
}

/// The shared disk Q:, which is usually that of the quorum.
fn quorum_disk(cluster: &Cluster) -> Option<Name> {
    let mut disks = cluster.disks.get()?.iter();
    let disk = disks.find(|disk| disk.letter.get().is_some_and(|letter| letter.to_string() == "Q"))?;
    disk.name.get().cloned()
}

/// The default group with the address and name of the cluster and its quorum resource.
fn core_group(cluster: &mut Cluster) {
    let own = cluster.name.get().cloned();
    let quorum = cluster.quorum.get_or_default();
    let resource = quorum.kind.get().zip(quorum.resource.get());
    let of_quorum = resource.map(|(kind, name)| (quorum::resource_type(*kind), name.clone()));
    let name = default_group(cluster).cloned().unwrap_or_else(|| "Cluster Group".into());
    let in_use: Vec<Name> = resource_names(cluster);
    let group = named_group(cluster, &name);
    let address = usual_resource(group, is_address, IpAddress, "Cluster IP Address");
    let network_name = usual_resource(group, |it| is_of(it, &NetworkName), NetworkName, "Cluster Name");
    named_by(group, &network_name, own);
    depends_on(group, &network_name, vec![address]);
    if let Some((kind, name)) = of_quorum
        && !in_use.contains(&name)
    {
        named_resource(group, &name, kind);
    }
    online(group);
}

fn mailbox_servers(cluster: &mut Cluster, windows: WindowsVersion, layout: Layout) {
    let servers = listed_servers(cluster);
    for server in servers {
        let Some(name) = server.name.get() else { continue };
        let group = server.group.get().unwrap_or(name);
        let disks = if layout == Layout::SingleCopy { data_disks(cluster, &server) } else { Vec::new() };
        let mounts = mounts(cluster);
        let group = named_group(cluster, group);
        let address = if windows.is_2008() { "IPv4 Static Address 1" } else { "IP Address 1" };
        usual_resource(group, is_address, IpAddress, &format!("{address} ({name})"));
        let network_name = usual_resource(
            group,
            |it| is_of(it, &NetworkName),
            NetworkName,
            &format!("Network Name ({name})"),
        );
        named_by(group, &network_name, Some(name.clone()));
        for disk in disks {
            named_resource(group, &disk, PhysicalDisk);
        }
        for (kind, usual) in [
            (InformationStore, "Exchange Information Store Instance"),
            (SystemAttendant, "Exchange System Attendant Instance"),
        ] {
            usual_resource(group, |it| is_of(it, &kind), kind.clone(), &format!("{usual} ({name})"));
        }
        databases(group, &server, name);
        let graph = dependencies(group, layout, &mounts);
        for (resource, on) in graph {
            depends_on(group, &resource, on);
        }
        online(group);
    }
}

/// The clustered mailbox servers of a definition: listed, shown by a System Attendant, or the one that is usual.
fn listed_servers(cluster: &mut Cluster) -> Vec<VirtualServer> {
    let shown: Vec<VirtualServer> = {
        let servers = cluster.view().clustered_mailbox_servers();
        let shown = servers.peek().iter().filter_map(|server| {
            let group = server.group_name().peek()?;
            Some(VirtualServer::default().name(server.name().peek()?.clone()).group(group.clone()))
        });
        shown.collect()
    };
    let usual = if shown.is_empty() { vec![VirtualServer::default().name("CMS1")] } else { shown };
    let servers = or_usual(&mut cluster.virtual_servers, usual);
    for server in servers.iter_mut() {
        if let Some(name) = server.name.get().cloned() {
            or_usual(&mut server.group, name);
        }
    }
    servers.clone()
}

/// One resource for each database: named after storage group and database, as Setup does it.
fn databases(group: &mut Group, server: &VirtualServer, name: &Name) {
    if group.resources.get().into_iter().flatten().any(|resource| is_of(resource, &Database)) {
        return;
    }
    let stores = server.storage_groups.get().map_or(&[][..], Vec::as_slice);
    let stores = stores.iter().filter(|store| store.recovery.get() != Some(&true));
    let mut wanted: Vec<(String, String)> = stores.flat_map(databases_of).collect();
    if wanted.is_empty() {
        wanted.push(("First Storage Group".to_owned(), "Mailbox Database".to_owned()));
    }
    for (store, database) in wanted {
        named_resource(group, &format!("{store}/{database} ({name})").into(), Database);
    }
}

/// The names of a storage group and of each of its databases: after their files, or counted.
fn databases_of(store: &StorageGroup) -> Vec<(String, String)> {
    let Some(name) = store.name.get() else { return Vec::new() };
    let paths = store.database_paths.get().map_or(&[][..], Vec::as_slice);
    let count = store.databases.get().map_or(paths.len().max(1), |count| *count as usize);
    let database = |place: usize| {
        let file = paths.get(place).map(WindowsPath::as_str).and_then(|path| path.rsplit('\\').next());
        let stem = file.map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        let counted = || match place {
            0 => "Mailbox Database".to_owned(),
            place => format!("Mailbox Database {}", place + 1),
        };
        (name.to_string(), stem.map_or_else(counted, str::to_owned))
    };
    (0..count).map(database).collect()
}

/// The disks of a clustered mailbox server whose group has none yet: those that its paths name, or, where there is one
/// server alone and no path, every disk that is not the quorum's. With a disk come those that are mounted on it.
fn data_disks(cluster: &Cluster, server: &VirtualServer) -> Vec<Name> {
    let used = resource_names(cluster);
    let quorum = cluster.quorum.get().and_then(|quorum| quorum.resource.get());
    let is_only = cluster.virtual_servers.get().is_some_and(|servers| servers.len() == 1);
    let letters: Vec<String> = paths(server).filter_map(|path| Some(path.drive()?.to_string())).collect();
    let disks = cluster.disks.get().map_or(&[][..], Vec::as_slice);
    let is_wanted = |letter: Option<String>| match letter {
        _ if letters.is_empty() => is_only,
        Some(letter) => letters.contains(&letter),
        None => false,
    };
    let free = disks.iter().filter_map(|disk| Some((disk.name.get()?, disk)));
    free.filter(|(name, _)| !used.contains(name) && Some(*name) != quorum)
        .filter(|(_, disk)| disk.shared.get() != Some(&false))
        .filter(|(_, disk)| {
            let letter = disk.letter.get().map(ToString::to_string);
            is_wanted(letter.or_else(|| host(cluster, disk)?.letter.get().map(ToString::to_string)))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// The disk on which another one is mounted.
fn host<'c>(cluster: &'c Cluster, disk: &rules_core::model::Disk) -> Option<&'c rules_core::model::Disk> {
    let on = disk.mounted_on.get()?;
    cluster.disks.get()?.iter().find(|other| {
        let letter = other.letter.get().map(|letter| Name::from(letter.to_string()));
        other.name.get() == Some(on) || letter.as_ref() == Some(on)
    })
}

/// Each disk that is mounted on another one, with that one, and each disk with its letter or that of its host.
fn mounts(cluster: &Cluster) -> Vec<(Name, Option<Name>, Option<String>)> {
    let disks = cluster.disks.get().into_iter().flatten();
    let known = disks.filter_map(|disk| {
        let host = host(cluster, disk);
        let letter = disk.letter.get().or(host.and_then(|host| host.letter.get()));
        Some((
            disk.name.get()?.clone(),
            host.and_then(|host| host.name.get().cloned()),
            letter.map(ToString::to_string),
        ))
    });
    known.collect()
}

fn paths(server: &VirtualServer) -> impl Iterator<Item = &WindowsPath> {
    let stores = server.storage_groups.get().into_iter().flatten();
    let of_stores = stores.flat_map(|store| {
        let databases = store.database_paths.get().into_iter().flatten();
        databases.chain(store.log_path.get()).chain(store.system_path.get())
    });
    server.data_paths.get().into_iter().flatten().chain(of_stores)
}

/// What the resources of a group depend on, by the table of dependencies.
fn dependencies(
    group: &Group,
    layout: Layout,
    mounts: &[(Name, Option<Name>, Option<String>)],
) -> Vec<(Name, Vec<Name>)> {
    let resources = group.resources.get().map_or(&[][..], Vec::as_slice);
    let names = |test: &dyn Fn(&Resource) -> bool| -> Vec<Name> {
        resources.iter().filter(|it| test(it)).filter_map(|it| it.name.get().cloned()).collect()
    };
    let is_met_by = |edge: &Dependency, it: &Resource| match &edge.on {
        IpAddress => is_address(it),
        PhysicalDisk => is_storage(it),
        on => is_of(it, on),
    };
    let mut graph = Vec::new();
    for resource in resources {
        let Some(name) = resource.name.get() else { continue };
        let edges = DEPENDENCIES
            .iter()
            .filter(|edge| is_of(resource, &edge.kind) && edge.only_in.is_none_or(|only| only == layout));
        let mut on: Vec<Name> = edges.flat_map(|edge| names(&|it| is_met_by(edge, it))).collect();
        if is_storage(resource) {
            let host = mounts.iter().find(|(disk, ..)| disk == name).and_then(|(_, host, _)| host.clone());
            on.extend(host.filter(|host| names(&is_storage).contains(host)));
        }
        graph.push((name.clone(), on));
    }
    graph
}

/// Every group has an owner: a clustered mailbox server is on the node of its turn, everything else on the first one.
fn owners(cluster: &mut Cluster) {
    let members = cluster.nodes.get().into_iter().flatten();
    let members = members.filter(|node| node.state.get() != Some(&NodeState::NotJoined));
    let members: Vec<(Name, bool)> = members
        .filter_map(|node| {
            let has_role = node.exchange.get().and_then(|it| it.installed.get()) == Some(&true);
            Some((node.name.get()?.clone(), has_role))
        })
        .collect();
    let mailbox: Vec<&Name> =
        members.iter().filter(|(_, has_role)| *has_role).map(|(name, _)| name).collect();
    let mut homes: Vec<(Name, Name)> = Vec::new();
    if cluster.layout.get() != Some(&Layout::Standby) {
        for (place, server) in cluster.virtual_servers.get().into_iter().flatten().enumerate() {
            let running_on = server.running_on.get().and_then(|nodes| nodes.first());
            let turn = || mailbox.get(place).or(mailbox.first()).copied();
            if let Some((group, node)) = server.group.get().zip(running_on.or_else(turn)) {
                homes.push((group.clone(), node.clone()));
            }
        }
    }
    let Some((first, _)) = members.first() else { return };
    for group in cluster.groups.get_mut().into_iter().flatten() {
        let home = homes.iter().find(|(name, _)| group.name.get() == Some(name));
        or_usual(&mut group.owner, home.map_or(first, |(_, node)| node).clone());
    }
    let owner_of = |name: Option<&Name>| {
        let groups = cluster.groups.get().into_iter().flatten();
        groups.into_iter().find(|group| group.name.get() == name).and_then(|group| group.owner.get().cloned())
    };
    for server in cluster.virtual_servers.get_mut().into_iter().flatten() {
        if let Some(owner) = owner_of(server.group.get()) {
            or_usual(&mut server.running_on, [owner]);
        }
    }
}

/// The element of a list that has a name, made if there is none.
fn element<'l, T: Default>(
    list: &'l mut Fact<Vec<T>>,
    name: &Name,
    of: impl Fn(&mut T) -> &mut Fact<Name>,
) -> &'l mut T {
    let list = list.get_or_default();
    let place = list.iter_mut().position(|element| of(element).get() == Some(name));
    let place = place.unwrap_or_else(|| {
        let mut element = T::default();
        of(&mut element).set(name.clone());
        list.push(element);
        list.len() - 1
    });
    &mut list[place]
}

fn named_group<'c>(cluster: &'c mut Cluster, name: &Name) -> &'c mut Group {
    element(&mut cluster.groups, name, |group| &mut group.name)
}

fn named_resource<'g>(group: &'g mut Group, name: &Name, kind: ResourceType) -> &'g mut Resource {
    let resource = element(&mut group.resources, name, |resource| &mut resource.name);
    or_usual(&mut resource.r#type, kind);
    resource
}

/// The name of the first resource of a kind, made if there is none.
fn usual_resource(
    group: &mut Group,
    is_it: impl Fn(&Resource) -> bool,
    kind: ResourceType,
    usual: &str,
) -> Name {
    let resources = group.resources.get().into_iter().flatten();
    let known = resources.filter(|it| is_it(it)).find_map(|it| it.name.get()).cloned();
    known.unwrap_or_else(|| {
        named_resource(group, &usual.into(), kind);
        usual.into()
    })
}

fn named_by(group: &mut Group, network_name: &Name, own: Option<Name>) {
    if let Some(own) = own {
        let resource = element(&mut group.resources, network_name, |resource| &mut resource.name);
        let parameters: &mut Parameters = resource.parameters.get_or_default();
        or_usual(&mut parameters.name, own);
    }
}

fn depends_on(group: &mut Group, resource: &Name, on: Vec<Name>) {
    let resource = element(&mut group.resources, resource, |resource| &mut resource.name);
    if !resource.depends_on_any.is_known() {
        or_usual(&mut resource.depends_on, on);
    }
}

fn online(group: &mut Group) {
    or_usual(&mut group.state, ResourceState::Online);
    for resource in group.resources.get_mut().into_iter().flatten() {
        or_usual(&mut resource.state, ResourceState::Online);
    }
}

/// The names of all resources.
fn resource_names(cluster: &Cluster) -> Vec<Name> {
    let groups = cluster.groups.get().into_iter().flatten();
    let resources = groups.flat_map(|group| group.resources.get().into_iter().flatten());
    resources.filter_map(|resource| resource.name.get().cloned()).collect()
}
