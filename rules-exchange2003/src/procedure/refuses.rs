//! What Setup, the wizards and the Cluster service refuse, whatever a runbook says.

use rules_core::{
    model::{
        Cluster, Group, Node, NodeState, Resource, ResourceState, ResourceType, ServiceState, SetupAction,
        SetupStep, WindowsPath, WindowsVersion,
    },
    runbook::Step,
};

use super::{Named, gets_exchange, named, version_of, windows_of};
use crate::facts::{is_disk, prerequisites};

/// Why a step is refused on a cluster in this state.
pub(super) fn refuses(step: &Step, cluster: &Cluster) -> Option<String> {
    use SetupAction as A;
    let log = step.log.as_ref()?;
    let node =
        || named(cluster.nodes.get()).find(|node| step.node.as_ref().is_some_and(|name| name == node.name));
    match log.step.get()? {
        A::DomainPrep => forest_not_prepared(cluster),
        A::FormCluster => {
            let mut members = named(cluster.nodes.get()).filter(|node| is_member(node.known));
            members.next().map(|member| format!("`{}` is in a cluster already", member.name))
        }
        A::JoinNode => {
            let up = named(cluster.nodes.get()).any(|node| runs(node.known));
            (!up).then(|| "there is no cluster to join".to_owned())
        }
        A::CreateMsdtc => msdtc_impossible(log, step, cluster),
        A::InstallExchange => {
            let Some(node) = node() else { return Some("there is no such node".to_owned()) };
            not_running(node)
                .or_else(|| forest_not_prepared(cluster))
                .or_else(|| domain_not_prepared(node, cluster))
                .or_else(|| prerequisite_missing(node))
                .or_else(|| msdtc_offline(cluster))
        }
        A::ServicePack => {
            let Some(node) = node() else { return Some("there is no such node".to_owned()) };
            not_running(node)
                .or_else(|| (!gets_exchange(node.known)).then(|| format!("`{}` has no Exchange", node.name)))
                .or_else(|| msdtc_offline(cluster))
        }
        A::CreateResource => dependency_missing(log, step, cluster),
        A::CreateVirtualServer => virtual_server_impossible(log, step, cluster),
        _ => None,
    }
}

fn is_member(node: &Node) -> bool {
    matches!(node.state.get(), Some(NodeState::Up | NodeState::Member | NodeState::Paused | NodeState::Down))
}

/// Whether a node is a member that runs, or of which no more than that is known.
fn runs(node: &Node) -> bool {
    matches!(node.state.get(), Some(NodeState::Up | NodeState::Member))
}

fn not_running(node: Named<'_, Node>) -> Option<String> {
    (!runs(node.known)).then(|| format!("the Cluster service does not run on `{}`", node.name))
}

fn forest_not_prepared(cluster: &Cluster) -> Option<String> {
    let version = version_of(cluster);
    let prepared = cluster.directory.get().and_then(|directory| directory.forest_prepared_for.get());
    prepared
        .is_none_or(|prepared| *prepared < version)
        .then(|| format!("the forest is not prepared for Exchange {version}"))
}

fn domain_not_prepared(node: Named<'_, Node>, cluster: &Cluster) -> Option<String> {
    let version = version_of(cluster);
    let domain = node.known.domain.get()?;
    let mut domains = named(cluster.directory.get().and_then(|directory| directory.domains.get()));
    let prepared = domains.find(|it| it.is(domain.as_str())).and_then(|it| it.known.prepared_for.get());
    prepared
        .is_none_or(|prepared| *prepared < version)
        .then(|| format!("the domain `{domain}` is not prepared for Exchange {version}"))
}

fn prerequisite_missing(node: Named<'_, Node>) -> Option<String> {
    let windows = windows_of(node.known).unwrap_or(WindowsVersion::V2003);
    let one = Cluster::default().nodes([node.known.clone()]);
    let services = one.view().nodes().members().peek().first()?.services();
    prerequisites(windows).find_map(|prerequisite| {
        let service = (prerequisite.service)(services);
        let is_there = service.installed().peek() == Some(&true);
        let is_running = service.state().peek() == Some(&ServiceState::Running);
        match (is_there, is_running || !prerequisite.must_run) {
            (false, _) => Some(format!("`{}` has no {}", node.name, prerequisite.name)),
            (true, false) => Some(format!("{} does not run on `{}`", prerequisite.name, node.name)),
            (true, true) => None,
        }
    })
}

fn resources(cluster: &Cluster) -> impl Iterator<Item = Named<'_, Resource>> {
    named(cluster.groups.get()).flat_map(|group: Named<'_, Group>| group.resources())
}

fn is_online(resource: &Resource) -> bool {
    resource.state.get() == Some(&ResourceState::Online)
}

fn msdtc_offline(cluster: &Cluster) -> Option<String> {
    match resources(cluster).find(|resource| resource.is_of(&ResourceType::Msdtc)) {
        None => Some("there is no MSDTC resource".to_owned()),
        Some(msdtc) => (!is_online(msdtc.known)).then(|| format!("`{}` is not online", msdtc.name)),
    }
}

/// `comclust.exe` runs on a member; the resource wants a name and a disk in its group.
fn msdtc_impossible(log: &SetupStep, step: &Step, cluster: &Cluster) -> Option<String> {
    if let Some(name) = &step.node {
        let node = named(cluster.nodes.get()).find(|node| name == node.name)?;
        if let Some(why) = not_running(node) {
            return Some(why);
        }
    }
    let group = group_of(log, cluster)?;
    // A resource of which the type is not known may be the one.
    let is_there = |test: &dyn Fn(&ResourceType) -> bool| {
        group.resources().any(|resource| resource.known.r#type.get().is_none_or(test))
    };
    if !is_there(&|kind| *kind == ResourceType::NetworkName) {
        return Some(format!("`{}` has no network name", group.name));
    }
    (!is_there(&ResourceType::is_storage)).then(|| format!("`{}` has no disk", group.name))
}

fn group_of<'c>(log: &SetupStep, cluster: &'c Cluster) -> Option<Named<'c, Group>> {
    let name = log.group.get()?;
    named(cluster.groups.get()).find(|group| group.is(name.as_str()))
}

/// A resource depends on resources of its own group that are there.
fn dependency_missing(log: &SetupStep, step: &Step, cluster: &Cluster) -> Option<String> {
    let Some(group) = group_of(log, cluster) else { return Some("there is no such group".to_owned()) };
    resources(&step.makes).find_map(|made| {
        let mut on = made.known.depends_on.get().into_iter().flatten();
        let missing = on.find(|on| !group.resources().any(|other| other.is(on.as_str())))?;
        Some(format!("`{missing}`, on which `{}` is to depend, is not in `{}`", made.name, group.name))
    })
}

/// The System Attendant wants address, name and disk online in its group, Exchange on the node, its data on a disk of the
/// group, and brings the MTA only where it is the first.
fn virtual_server_impossible(log: &SetupStep, step: &Step, cluster: &Cluster) -> Option<String> {
    let Some(group) = group_of(log, cluster) else { return Some("there is no such group".to_owned()) };
    let version = version_of(cluster);
    let not_online = part_not_online(group, "IP Address", ResourceType::is_address)
        .or_else(|| part_not_online(group, "Network Name", |kind| *kind == ResourceType::NetworkName))
        .or_else(|| part_not_online(group, "disk", |kind| is_disk(kind, version)));
    if not_online.is_some() {
        return not_online;
    }
    let owner =
        named(cluster.nodes.get()).find(|node| step.node.as_ref().is_some_and(|name| name == node.name));
    if !owner.is_some_and(|node| gets_exchange(node.known)) {
        return Some(format!("the node that owns `{}` has no Exchange", group.name));
    }
    data_path_elsewhere(log, group, cluster).or_else(|| mta_misplaced(step, cluster))
}

/// Which of a kind of resources is missing in a group, or offline.
fn part_not_online(
    group: Named<'_, Group>,
    what: &str,
    is_one: impl Fn(&ResourceType) -> bool,
) -> Option<String> {
    let mut parts = group.resources().filter(|it| it.known.r#type.get().is_some_and(&is_one)).peekable();
    if parts.peek().is_none() {
        return Some(format!("`{}` has no {what}", group.name));
    }
    parts.find(|part| !is_online(part.known)).map(|part| format!("`{}` is not online", part.name))
}

fn data_path_elsewhere(log: &SetupStep, group: Named<'_, Group>, cluster: &Cluster) -> Option<String> {
    let path: &WindowsPath = log.data_path.get()?;
    let drive = path.drive()?;
    let of_group = |name: &str| group.resources().any(|resource| resource.is(name));
    let mut letters = named(cluster.disks.get())
        .filter(|disk| of_group(disk.name))
        .filter_map(|disk| disk.known.letter.get())
        .peekable();
    letters.peek()?;
    (!letters.any(|letter| *letter == drive)).then(|| format!("`{path}` is on no disk of `{}`", group.name))
}

fn mta_misplaced(step: &Step, cluster: &Cluster) -> Option<String> {
    let is_mta = |resource: &Named<'_, Resource>| resource.is_of(&ResourceType::Mta);
    match (resources(cluster).find(is_mta), resources(&step.makes).find(is_mta)) {
        (Some(first), Some(_)) => Some(format!("the cluster has its MTA: `{}`", first.name)),
        (None, None) => Some("the first virtual server brings the MTA".to_owned()),
        _ => None,
    }
}
