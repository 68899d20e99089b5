//! A target as the procedure sees it: who is who.

use rules_core::{
    model::{
        Cluster, Fact, Group, Layout, Name, Node, NodeState, Resource, ResourceType, StorageGroup,
        VirtualServer, WindowsVersion,
    },
    runbook::{CommandLine, Value},
};

/// What becomes what in a target.
pub(super) struct Design<'t> {
    pub(super) target: &'t Cluster,
    pub(super) windows: WindowsVersion,
    pub(super) layout: Layout,
    /// The nodes that become members, the one that forms the cluster first.
    pub(super) nodes: Vec<Member<'t>>,
    pub(super) default_group: Named<'t, Group>,
    /// The groups beside the default group that are there before any clustered mailbox server.
    pub(super) other_groups: Vec<Named<'t, Group>>,
    pub(super) servers: Vec<Server<'t>>,
}

/// A thing of the target that has a name.
pub(super) struct Named<'t, T> {
    pub(super) name: &'t Name,
    pub(super) facts: &'t T,
}

impl<T> Clone for Named<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Named<'_, T> {}

/// A node that becomes a member.
#[derive(Clone, Copy)]
pub(super) struct Member<'t> {
    pub(super) name: &'t Name,
    pub(super) facts: &'t Node,
    /// Whether it gets the Mailbox role. The others vote.
    pub(super) has_mailbox_role: bool,
}

/// A clustered mailbox server.
pub(super) struct Server<'t> {
    pub(super) name: &'t Name,
    pub(super) facts: &'t VirtualServer,
    pub(super) group: Named<'t, Group>,
    /// The node on which Setup makes it.
    pub(super) made_on: &'t Name,
}

/// A storage group with the resources of its databases.
pub(super) struct Store<'t> {
    pub(super) name: &'t str,
    pub(super) facts: Option<&'t StorageGroup>,
    pub(super) databases: Vec<Named<'t, Resource>>,
}

/// The group of Windows 2008 in which disks wait for their use.
pub(super) const AVAILABLE_STORAGE: &str = "Available Storage";

impl<'t> Design<'t> {
    /// `None` for a target of which too little has a name: there is no node, or no default group.
    pub(super) fn of(target: &'t Cluster) -> Option<Self> {
        let nodes: Vec<Member<'t>> = named(&target.nodes, |node| &node.name)
            .filter(|node| node.facts.state.get() != Some(&NodeState::NotJoined))
            .map(|Named { name, facts }| {
                let has_mailbox_role = facts.exchange.get().and_then(|it| it.installed.get()) == Some(&true);
                Member { name, facts, has_mailbox_role }
            })
            .collect();
        nodes.first()?;
        let groups: Vec<_> = named(&target.groups, |group| &group.name).collect();
        let group = |name: &Name| groups.iter().copied().find(|group| group.name == name);
        let default_group = group(default_group(target)?)?;
        let mut servers: Vec<Server<'t>> = Vec::new();
        if target.layout.get() != Some(&Layout::Standby) {
            for Named { name, facts } in named(&target.virtual_servers, |server| &server.name) {
                let Some(group) = facts.group.get().and_then(group) else { continue };
                let made_on = maker(&nodes, group.facts.owner.get(), &servers)?;
                servers.push(Server { name, facts, group, made_on });
            }
        }
        let is_other = |group: &Named<'_, Group>| {
            group.name != default_group.name && servers.iter().all(|server| server.group.name != group.name)
        };
        Some(Self {
            target,
            windows: windows(target),
            layout: target.layout.get().copied().unwrap_or_default(),
            other_groups: groups.iter().copied().filter(is_other).collect(),
            nodes,
            default_group,
            servers,
        })
    }

    /// The node that forms the cluster.
    pub(super) fn first(&self) -> &'t Name {
        self.nodes[0].name
    }

    /// The nodes with the Mailbox role, those on which a clustered mailbox server is made first.
    pub(super) fn mailbox_nodes(&self) -> Vec<Member<'t>> {
        let place = |node: &Member<'_>| {
            let place = self.servers.iter().position(|server| server.made_on == node.name);
            place.unwrap_or(usize::MAX)
        };
        let mut nodes: Vec<_> = self.nodes.iter().copied().filter(|node| node.has_mailbox_role).collect();
        nodes.sort_by_key(place);
        nodes
    }

    /// The default group and the other groups that are there before a clustered mailbox server is made.
    pub(super) fn early_groups(&self) -> impl Iterator<Item = Named<'t, Group>> {
        std::iter::once(self.default_group).chain(self.other_groups.iter().copied())
    }

    /// The group in which the disks of a single copy cluster wait until a clustered mailbox server has a group.
    pub(super) fn disk_group(&self) -> Named<'t, Group> {
        let available = self.other_groups.iter().find(|group| is_available_storage(group.name));
        available.copied().unwrap_or(self.default_group)
    }

    /// Whether the nodes share disks.
    pub(super) fn shares_disks(&self) -> bool {
        self.layout == Layout::SingleCopy
    }

    /// `cluster /cluster:MAILCLU1`.
    pub(super) fn cluster(&self) -> CommandLine {
        CommandLine::of("cluster").option("/cluster:", self.cluster_name())
    }

    pub(super) fn cluster_name(&self) -> Value {
        Value::or_blank(self.target.name.get().map(Name::as_str), "CLUSTER", "the name of the cluster")
    }
}

impl<'t> Server<'t> {
    /// Its storage groups with their databases: the one that Setup makes first. The name of a database resource begins with
    /// that of its storage group.
    pub(super) fn stores(&self) -> Vec<Store<'t>> {
        let mut stores: Vec<Store<'t>> = named(&self.facts.storage_groups, |group| &group.name)
            .map(|Named { name, facts }| Store {
                name: name.as_str(),
                facts: Some(facts),
                databases: Vec::new(),
            })
            .collect();
        let is_recovery = |store: &Store<'_>| store.facts.and_then(|it| it.recovery.get()) == Some(&true);
        stores.sort_by_key(is_recovery);
        for database in self.resources().filter(|it| is_of(it.facts, &ResourceType::Database)) {
            let name = database.name.as_str();
            let group = name.split_once('/').map_or(name, |(group, _)| group);
            let store = stores.iter_mut().find(|store| rules_core::model::same_name(store.name, group));
            match store {
                Some(store) => store.databases.push(database),
                None => stores.push(Store { name: group, facts: None, databases: vec![database] }),
            }
        }
        stores
    }

    /// The resources of its group.
    pub(super) fn resources(&self) -> impl Iterator<Item = Named<'t, Resource>> + use<'t> {
        resources(self.group.facts)
    }

    /// The disks of its group.
    pub(super) fn disks(&self) -> impl Iterator<Item = Named<'t, Resource>> + use<'t> {
        self.resources().filter(|resource| is_storage(resource.facts))
    }
}

/// Where a clustered mailbox server is made: on the node that is to own it, or, as a node takes only one, on another.
fn maker<'t>(nodes: &[Member<'t>], owner: Option<&Name>, others: &[Server<'t>]) -> Option<&'t Name> {
    let is_free = |node: &&Member<'t>| others.iter().all(|other| other.made_on != node.name);
    let mailbox = || nodes.iter().filter(|node| node.has_mailbox_role);
    let own = mailbox().filter(is_free).find(|node| Some(node.name) == owner);
    own.or_else(|| mailbox().find(is_free)).or_else(|| mailbox().next()).map(|node| node.name)
}

/// The elements of a list that have a name.
pub(super) fn named<'t, T>(
    list: &'t Fact<Vec<T>>,
    name: impl Fn(&'t T) -> &'t Fact<Name>,
) -> impl Iterator<Item = Named<'t, T>> {
    let elements = list.get().into_iter().flatten();
    elements.filter_map(move |facts| Some(Named { name: name(facts).get()?, facts }))
}

/// The resources of a group that have a name.
pub(super) fn resources(group: &Group) -> impl Iterator<Item = Named<'_, Resource>> + use<'_> {
    named(&group.resources, |resource| &resource.name)
}

/// Resources in an order in which they can be made: what others depend on comes first.
pub(super) fn in_order<'t>(resources: impl Iterator<Item = Named<'t, Resource>>) -> Vec<Named<'t, Resource>> {
    let mut left: Vec<_> = resources.collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let waits = |it: &Named<'_, Resource>| {
            let mut on = it.facts.depends_on.get().into_iter().flatten();
            on.any(|on| left.iter().any(|other| other.name == on && other.name != it.name))
        };
        // In a circle any one is as good as another.
        let next = left.iter().position(|it| !waits(it)).unwrap_or_default();
        ordered.push(left.remove(next));
    }
    ordered
}

pub(super) fn is_of(resource: &Resource, kind: &ResourceType) -> bool {
    resource.r#type.get() == Some(kind)
}

pub(super) fn is_storage(resource: &Resource) -> bool {
    resource.r#type.get().is_some_and(ResourceType::is_storage)
}

pub(super) fn is_address(resource: &Resource) -> bool {
    resource.r#type.get().is_some_and(ResourceType::is_address)
}

pub(super) fn is_available_storage(group: &Name) -> bool {
    *group == *AVAILABLE_STORAGE
}

/// The Windows of the nodes; where none is known, the one of which the quorum speaks.
pub(super) fn windows(cluster: &Cluster) -> WindowsVersion {
    let nodes = cluster.nodes.get().into_iter().flatten();
    let known = nodes.into_iter().find_map(|node| node.windows.get()?.version.get().copied());
    let quorum = cluster.quorum.get().and_then(|quorum| quorum.kind.get());
    known.unwrap_or_else(|| match quorum {
        Some(kind) if super::quorum::is_of_2008(*kind) => WindowsVersion::V2008,
        _ => WindowsVersion::V2003,
    })
}

/// The name of the default group.
pub(super) fn default_group(cluster: &Cluster) -> Option<&Name> {
    let found = cluster.view().default_group();
    found.peek().first().and_then(|group| group.name().peek())
}
