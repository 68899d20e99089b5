//! What Setup, or the Cluster service, refuses by itself.

use rules_core::{
    model::{
        Cluster, Layout, Name, ResourceState, ResourceType,
        SetupAction::{AddDependency, CreateResource, DomainPrep, InstallExchange, NewCms},
        SetupStep,
    },
    runbook::Step,
};

use crate::facts::{CCR_MAILBOX_NODES, prerequisites};

/// The longest name that a computer can have.
const LONGEST_NAME: usize = 15;

pub(super) fn refuses(step: &Step, cluster: &Cluster) -> Option<String> {
    let log = step.log.as_ref()?;
    match log.step.get()? {
        DomainPrep => unprepared_forest(cluster),
        InstallExchange => not_ready(log, cluster),
        NewCms => no_mailbox_server(log, cluster),
        CreateResource => log.resource.get().and_then(|name| taken(name, cluster)),
        AddDependency => not_offline(step, log, cluster),
        _ => None,
    }
}

fn unprepared_forest(cluster: &Cluster) -> Option<String> {
    let prepared = cluster.directory.get().and_then(|it| it.forest_prepared_for.get());
    let is_prepared = prepared == Some(&rules_core::model::ExchangeVersion::V2007);
    (!is_prepared).then(|| "the forest is not prepared".to_owned())
}

/// Setup on a node: its readiness checks.
fn not_ready(log: &SetupStep, cluster: &Cluster) -> Option<String> {
    let name = log.node.get()?;
    let view = cluster.view();
    let node = *view.nodes().members().peek().iter().find(|node| node.name().peek() == Some(name))?;
    if node.has_exchange().peek() == Some(&true) {
        return Some(format!("`{name}` has Exchange already"));
    }
    if node.runs_cluster_service().peek() == Some(&false) {
        return Some(format!("the Cluster service does not run on `{name}`"));
    }
    let windows = node.windows();
    let (version, service_pack) = (windows.version().peek()?, windows.service_pack().peek().copied());
    let features = windows.features().peek();
    let is_missing = |it: &&crate::facts::Prerequisite| {
        let is_there = features.is_none_or(|names| names.iter().any(|name| it.is_called(name.as_str())));
        let by_service = it.service.and_then(|service| service(node.services()).installed().peek().copied());
        it.is_part_of(*version, service_pack) == Some(false)
            && match by_service {
                Some(installed) => !installed,
                None => it.service.is_none() && !is_there,
            }
    };
    let missing = prerequisites(*version).iter().find(is_missing)?;
    Some(format!("`{name}` has no {}", missing.name))
}

/// `/NewCms`: its readiness checks.
fn no_mailbox_server(log: &SetupStep, cluster: &Cluster) -> Option<String> {
    let (name, node) = (log.virtual_server.get()?, log.node.get()?);
    let view = cluster.view();
    let members = view.mailbox_nodes();
    let mailbox_nodes: Vec<&Name> = members.peek().iter().filter_map(|node| node.name().peek()).collect();
    let shares_disks = log.shared_storage.get() == Some(&true);
    if !mailbox_nodes.contains(&node) {
        return Some(format!("`{node}` has no Mailbox role"));
    }
    if name.as_str().chars().count() > LONGEST_NAME {
        return Some(format!("`{name}` has more than {LONGEST_NAME} characters"));
    }
    let attendants = view.resources_of(&ResourceType::SystemAttendant);
    if attendants.peek().iter().any(|it| it.group().owner().peek() == Some(node)) {
        return Some(format!("`{node}` has a clustered mailbox server already"));
    }
    if view.groups().members().peek().iter().any(|it| it.name().peek() == log.group.get()) {
        return Some(format!("the group of `{name}` is there already"));
    }
    if !shares_disks {
        let several = mailbox_nodes.len() != CCR_MAILBOX_NODES || !attendants.peek().is_empty();
        return (several && cluster.layout.get() == Some(&Layout::ContinuousReplication)).then(|| {
            format!("a CCR cluster has {CCR_MAILBOX_NODES} nodes with the Mailbox role and one clustered mailbox server")
        });
    }
    if log.data_path.get().is_some_and(|path| path.drive().is_none()) {
        return Some("the data path is not on a drive".to_owned());
    }
    let storage = view.resources_whose(|resource| resource.r#type(), ResourceType::is_storage);
    let quorum = view.quorum().resource().peek();
    let is_here = |it: &&rules_core::model::ResourceRef<'_>| {
        it.name().peek() != quorum && it.group().owner().peek() == Some(node)
    };
    let has_disk = storage.peek().iter().any(|it| is_here(&it));
    (!has_disk).then(|| format!("no disk of the cluster but the quorum's is on `{node}`"))
}

/// A name that another resource has.
fn taken(name: &Name, cluster: &Cluster) -> Option<String> {
    let is_taken = !cluster.view().resources_named(name).peek().is_empty();
    is_taken.then(|| format!("there is a resource `{name}` already"))
}

/// The Cluster service adds a dependency to a resource that is offline, on one in the same group.
fn not_offline(step: &Step, log: &SetupStep, cluster: &Cluster) -> Option<String> {
    let name = log.resource.get()?;
    let view = cluster.view();
    let found = view.resources_named(name);
    let [resource] = found.peek() else { return Some(format!("there is no resource `{name}`")) };
    if resource.state().peek() != Some(&ResourceState::Offline) {
        return Some(format!("`{name}` is not offline"));
    }
    let siblings = resource.group().resources().members();
    let names: Vec<&Name> = siblings.peek().iter().filter_map(|it| it.name().peek()).collect();
    let added = step.makes.groups.get()?.iter().flat_map(|group| group.resources.get().into_iter().flatten());
    let mut on = added.flat_map(|it| it.depends_on.get().into_iter().flatten());
    let stranger = on.find(|on| !names.contains(on))?;
    Some(format!("`{stranger}` is not in the group of `{name}`"))
}
