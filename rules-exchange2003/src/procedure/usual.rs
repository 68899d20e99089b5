//! What a definition leaves open, as it usually is: names, types, owners, dependencies, states.

use rules_core::model::{
    Cluster, Disk, Domain, ExchangeVersion, Fact, Group, Name, Node, NodeState, QuorumKind, Resource,
    ResourceState,
    ResourceType::{self, IpAddress, Msdtc, Mta, NetworkName, PhysicalDisk, SystemAttendant},
    Restart, RestartAction, Service, Services, VirtualServer, WindowsPath, WindowsVersion, same_name,
};

use super::{
    default_group_of, gets_exchange, members, named, resources::usual_dependencies, version_of, windows_of,
};
use crate::facts::{
    Brought, CLUSTER_ADDRESS, CLUSTER_NAME, DEFAULT_GROUP, MSDTC, Need, brought_by_system_attendant,
    called_for, is_disk, prerequisites,
};

/// A definition with what is usual where it says nothing.
pub(super) fn usual(wanted: &Cluster) -> Cluster {
    let mut cluster = wanted.clone();
    let outside = |node: &Node| matches!(node.state.get(), Some(NodeState::NotJoined | NodeState::Joining));
    let windows = windows_wanted(&cluster);
    for node in cluster.nodes.get_mut().into_iter().flatten().filter(|node| !outside(node)) {
        complete_node(node, windows);
    }
    complete_directory(&mut cluster);
    complete_types(&mut cluster);
    complete_default_group(&mut cluster);
    complete_virtual_servers(&mut cluster);
    complete_groups(&mut cluster);
    cluster
}

/// The Windows of the cluster: that of some node, or the one that belongs to the Exchange version.
fn windows_wanted(cluster: &Cluster) -> WindowsVersion {
    let known = cluster.nodes.get().into_iter().flatten().find_map(windows_of);
    let usual = if version_of(cluster) < ExchangeVersion::V2003 {
        WindowsVersion::V2000
    } else {
        WindowsVersion::V2003
    };
    known.unwrap_or(usual)
}

fn complete_node(node: &mut Node, windows: WindowsVersion) {
    suppose(&mut node.state, NodeState::Up);
    suppose(&mut node.windows.get_or_default().version, windows);
    suppose(&mut node.exchange.get_or_default().installed, true);
    if !gets_exchange(node) {
        return;
    }
    // What is known of them is laid over this.
    let windows = windows_of(node).unwrap_or(windows);
    let mut installed = Services::default();
    for prerequisite in prerequisites(windows) {
        (prerequisite.service_mut)(&mut installed).set(Service::default().installed(true));
    }
    node.services.set(installed);
}

fn complete_directory(cluster: &mut Cluster) {
    let version = version_of(cluster);
    let domains: Vec<Name> =
        cluster.nodes.get().into_iter().flatten().filter_map(|node| node.domain.get().cloned()).collect();
    let directory = cluster.directory.get_or_default();
    suppose(&mut directory.forest_prepared_for, version);
    for domain in domains.into_iter().filter(|domain| *domain != *"workgroup") {
        let known = directory.domains.get_or_default();
        if !known.iter().any(|it| it.name.get() == Some(&domain)) {
            known.push(Domain::default().name(domain));
        }
    }
    for domain in directory.domains.get_mut().into_iter().flatten() {
        suppose(&mut domain.prepared_for, version);
    }
}

/// The types of resources that bear the names of disks or of the quorum, or whose parameters tell.
fn complete_types(cluster: &mut Cluster) {
    let disks: Vec<Name> =
        cluster.disks.get().into_iter().flatten().filter_map(|disk| disk.name.get().cloned()).collect();
    let quorum = cluster.quorum.get().and_then(|quorum| quorum.resource.get().cloned());
    let kind = quorum_type(cluster);
    for group in cluster.groups.get_mut().into_iter().flatten() {
        for resource in group.resources.get_mut().into_iter().flatten() {
            if quorum.is_some() && resource.name.get() == quorum.as_ref() {
                suppose(&mut resource.r#type, kind.clone());
            }
            if resource.name.get().is_some_and(|name| disks.contains(name)) {
                suppose(&mut resource.r#type, PhysicalDisk);
            }
            let parameters = resource.parameters.get();
            if parameters.is_some_and(|it| it.address.is_known() || it.network.is_known()) {
                suppose(&mut resource.r#type, IpAddress);
            } else if parameters.is_some_and(|it| it.name.is_known()) {
                suppose(&mut resource.r#type, NetworkName);
            }
        }
    }
}

/// The type of the quorum resource.
fn quorum_type(cluster: &Cluster) -> ResourceType {
    match cluster.quorum.get().and_then(|quorum| quorum.kind.get()) {
        Some(QuorumKind::MajorityNodeSet) => ResourceType::MajorityNodeSet,
        Some(QuorumKind::Local) => ResourceType::LocalQuorum,
        _ => PhysicalDisk,
    }
}

/// The default group, with the cluster's address and name, its quorum, and MSDTC if that is nowhere.
fn complete_default_group(cluster: &mut Cluster) {
    let name = default_group_of(cluster).unwrap_or_else(|| DEFAULT_GROUP.into());
    let own = cluster.name.get().cloned();
    let quorum = cluster.quorum.get().and_then(|quorum| quorum.resource.get().cloned());
    let owner = members(cluster).last().map(|node| Name::from(node.name));
    let is_elsewhere =
        |kind: &ResourceType| all_resources(cluster).any(|resource| resource.r#type.get() == Some(kind));
    let (has_msdtc, quorum_type) = (is_elsewhere(&Msdtc), quorum_type(cluster));
    let quorum_is_held =
        quorum.as_ref().is_some_and(|quorum| all_resources(cluster).any(|it| it.name.get() == Some(quorum)));
    let group = group_mut(cluster, &name);
    ensure(group, &IpAddress, ResourceType::is_address, CLUSTER_ADDRESS);
    ensure(group, &NetworkName, |kind| *kind == NetworkName, CLUSTER_NAME);
    name_network_name(group, own);
    if let Some(quorum) = quorum.filter(|_| !quorum_is_held) {
        group.resources.get_or_default().push(Resource::default().name(quorum).r#type(quorum_type));
    }
    if !has_msdtc {
        ensure(group, &PhysicalDisk, ResourceType::is_storage, "MSDTC Disk");
        ensure(group, &Msdtc, |kind| *kind == Msdtc, MSDTC);
    }
    if let Some(owner) = owner {
        suppose(&mut group.owner, owner);
    }
}

/// Each virtual server with its group and all that belongs there.
fn complete_virtual_servers(cluster: &mut Cluster) {
    list_virtual_servers(cluster);
    let version = version_of(cluster);
    let servers: Vec<(Name, VirtualServer)> = cluster
        .virtual_servers
        .get()
        .into_iter()
        .flatten()
        .filter_map(|server| Some((server.name.get()?.clone(), server.clone())))
        .collect();
    let nodes: Vec<Name> = members(cluster)
        .iter()
        .filter(|node| gets_exchange(node.known))
        .map(|node| node.name.into())
        .collect();
    for (place, (name, server)) in servers.iter().enumerate() {
        let group_name = server.group.get().cloned().or_else(|| group_with_name(cluster, name));
        let group_name = group_name.unwrap_or_else(|| format!("{name} Group").into());
        let brings_mta = !all_resources(cluster).any(|resource| resource.r#type.get() == Some(&Mta));
        let disks = own_disks(cluster, server);
        let own_kerberos = windows_wanted(cluster).is_2003() && version >= ExchangeVersion::V2003;
        let group = group_mut(cluster, &group_name);
        ensure(group, &IpAddress, ResourceType::is_address, &format!("{name} IP"));
        ensure(group, &NetworkName, |kind| *kind == NetworkName, &format!("{name} Name"));
        name_network_name(group, Some(name.clone()));
        if own_kerberos {
            for resource in of_kind(group, &NetworkName) {
                suppose(&mut resource.parameters.get_or_default().require_kerberos, true);
            }
        }
        let has_disk = named(group.resources.get())
            .any(|it| it.known.r#type.get().is_some_and(|kind| is_disk(kind, version)));
        if !has_disk {
            for disk in disks {
                ensure_named(group, &PhysicalDisk, disk.as_str());
            }
            ensure(group, &PhysicalDisk, |kind| is_disk(kind, version), &format!("{name} Disk"));
        }
        ensure(
            group,
            &SystemAttendant,
            |kind| *kind == SystemAttendant,
            &format!("Exchange System Attendant - ({name})"),
        );
        for Brought { kind, called, need } in brought_by_system_attendant(version) {
            if brings_mta || *need != Need::OncePerCluster {
                ensure(group, kind, |it| it == kind, &called_for(called, name.as_str()));
            }
        }
        let running_on = server.running_on.get().and_then(|nodes| nodes.first());
        let preferred = group.preferred_owners.get().and_then(|owners| owners.first());
        let usual =
            running_on.or(preferred).cloned().or_else(|| nodes.get(place % nodes.len().max(1)).cloned());
        if let Some(owner) = usual {
            suppose(&mut group.owner, owner);
        }
        let owner = group.owner.get().cloned();
        let listed = cluster.virtual_servers.get_or_default();
        if let Some(server) = listed.iter_mut().find(|it| it.name.get() == Some(name)) {
            suppose(&mut server.group, group_name);
            if let Some(owner) = owner {
                suppose(&mut server.running_on, [owner]);
            }
        }
    }
}

/// A virtual server for each System Attendant, where no list says which there are.
fn list_virtual_servers(cluster: &mut Cluster) {
    if cluster.virtual_servers.is_known() {
        return;
    }
    let holders =
        named(cluster.groups.get()).filter(|group| group.resources().any(|it| it.is_of(&SystemAttendant)));
    let servers: Vec<VirtualServer> = holders
        .map(|group| {
            let parameters = group
                .resources()
                .filter(|it| it.is_of(&NetworkName))
                .find_map(|it| it.known.parameters.get());
            let name = parameters.and_then(|parameters| parameters.name.get().cloned());
            let name = name.unwrap_or_else(|| group.name.trim_end_matches(" Group").into());
            VirtualServer::default().name(name).group(group.name)
        })
        .collect();
    if !servers.is_empty() {
        cluster.virtual_servers.set(servers);
    }
}

/// Dependencies by the table of the version, states and owners of every group.
fn complete_groups(cluster: &mut Cluster) {
    let version = version_of(cluster);
    let disks: Vec<Disk> = cluster.disks.get().cloned().unwrap_or_default();
    let nodes: Vec<Name> = members(cluster).iter().map(|node| node.name.into()).collect();
    let windows = windows_wanted(cluster);
    for group in cluster.groups.get_mut().into_iter().flatten() {
        let known = group.clone();
        let state = match known.state.get() {
            Some(ResourceState::Offline) => ResourceState::Offline,
            _ => ResourceState::Online,
        };
        for resource in group.resources.get_mut().into_iter().flatten() {
            suppose(&mut resource.state, state);
            let Some(kind) = resource.r#type.get().cloned() else { continue };
            let usual = match &kind {
                Msdtc => Some(depended_on_by_msdtc(&known)),
                disk if disk.is_storage() => Some(hosts_of(resource.name.get(), &disks, &known)),
                address if address.is_address() => Some(Vec::new()),
                ResourceType::MajorityNodeSet | ResourceType::LocalQuorum => Some(Vec::new()),
                exchange
                    if exchange.is_exchange() || matches!(exchange, NetworkName | ResourceType::Search) =>
                {
                    Some(usual_dependencies(version, &known, exchange))
                }
                _ => None,
            };
            if let Some(usual) = usual {
                suppose(&mut resource.depends_on, usual);
            }
            // By default a failure of it takes the group along.
            if kind == Msdtc && !resource.restart.is_known() {
                resource.restart.set(Restart::default().action(RestartAction::Restart));
            }
            // Each run of `comclust.exe` adds a node.
            if kind == Msdtc && windows < WindowsVersion::V2003 {
                suppose(&mut resource.possible_owners, nodes.clone());
            }
        }
        if known.resources.get().is_some_and(|resources| !resources.is_empty()) {
            suppose(&mut group.state, ResourceState::Online);
        }
        if let Some(first) = nodes.first() {
            suppose(&mut group.owner, first.clone());
        }
    }
}

fn depended_on_by_msdtc(group: &Group) -> Vec<Name> {
    let of = |test: fn(&ResourceType) -> bool| {
        named(group.resources.get())
            .find(move |it| it.known.r#type.get().is_some_and(test))
            .map(|it| Name::from(it.name))
    };
    of(|kind| *kind == NetworkName).into_iter().chain(of(ResourceType::is_storage)).collect()
}

/// The disk on which a mount point lies, if it is in the same group.
fn hosts_of(disk: Option<&Name>, disks: &[Disk], group: &Group) -> Vec<Name> {
    let host =
        disks.iter().find(|it| disk.is_some() && it.name.get() == disk).and_then(|it| it.mounted_on.get());
    host.filter(|host| named(group.resources.get()).any(|it| it.is(host.as_str())))
        .cloned()
        .into_iter()
        .collect()
}

/// The disks, other than the quorum's, that hold the data of a virtual server.
fn own_disks(cluster: &Cluster, server: &VirtualServer) -> Vec<Name> {
    let groups = server.storage_groups.get().into_iter().flatten();
    let files = groups.flat_map(|it| {
        it.database_paths.get().into_iter().flatten().chain(it.log_path.get()).chain(it.system_path.get())
    });
    let folders = server.data_paths.get().into_iter().flatten().chain(server.smtp_log_path.get());
    let drives: Vec<_> = folders.chain(files).filter_map(WindowsPath::drive).collect();
    let quorum = cluster.quorum.get().and_then(|quorum| quorum.resource.get());
    let lettered = |disk: &Disk| disk.letter.get().is_some_and(|letter| drives.contains(letter));
    let disks =
        cluster.disks.get().into_iter().flatten().filter(|disk| lettered(disk) && disk.name.get() != quorum);
    let hosts: Vec<Name> = disks.filter_map(|disk| disk.name.get().cloned()).collect();
    let mounted = cluster
        .disks
        .get()
        .into_iter()
        .flatten()
        .filter(|disk| disk.mounted_on.get().is_some_and(|host| hosts.contains(host)));
    let mounted: Vec<Name> = mounted.filter_map(|disk| disk.name.get().cloned()).collect();
    hosts.into_iter().chain(mounted).collect()
}

fn all_resources(cluster: &Cluster) -> impl Iterator<Item = &Resource> {
    cluster.groups.get().into_iter().flatten().flat_map(|group| group.resources.get().into_iter().flatten())
}

/// The group with a network name of this virtual server.
fn group_with_name(cluster: &Cluster, server: &Name) -> Option<Name> {
    let bears = |resource: &Resource| {
        resource.r#type.get() == Some(&NetworkName)
            && resource.parameters.get().and_then(|parameters| parameters.name.get()) == Some(server)
    };
    let group =
        cluster.groups.get()?.iter().find(|group| group.resources.get().into_iter().flatten().any(bears))?;
    group.name.get().cloned()
}

/// The group of a name, made if it is not there.
fn group_mut<'c>(cluster: &'c mut Cluster, name: &Name) -> &'c mut Group {
    let groups = cluster.groups.get_or_default();
    let place = groups.iter().position(|group| group.name.get() == Some(name));
    let place = place.unwrap_or_else(|| {
        groups.push(Group::default().name(name.clone()));
        groups.len() - 1
    });
    &mut groups[place]
}

/// A resource of a kind in a group: one that is there, or one of this name.
fn ensure(group: &mut Group, kind: &ResourceType, test: impl Fn(&ResourceType) -> bool, name: &str) {
    let resources = group.resources.get_or_default();
    if !resources.iter().any(|resource| resource.r#type.get().is_some_and(&test)) {
        ensure_named(group, kind, name);
    }
}

fn ensure_named(group: &mut Group, kind: &ResourceType, name: &str) {
    let resources = group.resources.get_or_default();
    match resources.iter_mut().find(|it| it.name.get().is_some_and(|it| same_name(it.as_str(), name))) {
        Some(resource) => suppose(&mut resource.r#type, kind.clone()),
        None => resources.push(Resource::default().name(name).r#type(kind.clone())),
    }
}

fn of_kind<'g>(group: &'g mut Group, kind: &'g ResourceType) -> impl Iterator<Item = &'g mut Resource> {
    group.resources.get_mut().into_iter().flatten().filter(move |it| it.r#type.get() == Some(kind))
}

/// Gives the first network name of a group its name.
fn name_network_name(group: &mut Group, name: Option<Name>) {
    let first = of_kind(group, &NetworkName).next();
    if let Some((resource, name)) = first.zip(name) {
        suppose(&mut resource.parameters.get_or_default().name, name);
    }
}

/// Makes known what is not.
fn suppose<T>(fact: &mut Fact<T>, usual: impl Into<T>) {
    if !fact.is_known() {
        fact.set(usual);
    }
}
