//! How a cluster with Exchange 2000 or 2003 is built by hand: "Exchange Clustering Basics", steps 1 to 4, with what
//! Microsoft's documents add.

mod binaries;
mod cluster;
mod directory;
mod finish;
mod groups;
mod msdtc;
mod prerequisites;
mod refuses;
mod resources;
mod system_manager;
mod usual;
mod virtual_servers;

use rules_core::{
    model::{
        Cluster, ExchangeVersion, Group, Name, Node, NodeState, Reflect, Resource, ResourceType,
        VirtualServer, WindowsVersion, same_name,
    },
    runbook::{self, CommandLine, How, Procedure, Step},
};

use crate::facts::DEFAULT_GROUP;

/// How clusters with Exchange 2000 and 2003 are built.
pub static PROCEDURE: Procedure = Procedure {
    versions: &[ExchangeVersion::V2000, ExchangeVersion::V2003],
    lacks: runbook::lacking,
    usual: usual::usual,
    steps,
    refuses: refuses::refuses,
};

fn steps(target: &Cluster) -> Vec<Step> {
    let mut build = Build::of(target);
    build.prepare_directory();
    if build.members.is_empty() {
        return build.steps;
    }
    build.prepare_nodes();
    build.build_cluster();
    build.create_msdtc();
    build.install_binaries();
    build.create_virtual_servers();
    build.finish();
    build.run_on_a_node();
    build.steps
}

/// A cluster in the making, on paper.
struct Build<'t> {
    target: &'t Cluster,
    version: ExchangeVersion,
    /// The nodes that are to be members.
    members: Vec<Named<'t, Node>>,
    /// Which node owns which group now, in the order in which the groups were made.
    owners: Vec<(&'t str, &'t str)>,
    steps: Vec<Step>,
}

impl<'t> Build<'t> {
    fn of(target: &'t Cluster) -> Self {
        Self {
            target,
            version: version_of(target),
            members: members(target),
            owners: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The members that get Exchange; the others only vote.
    fn exchange_nodes(&self) -> impl Iterator<Item = Named<'t, Node>> {
        self.members.clone().into_iter().filter(|node| gets_exchange(node.known))
    }

    /// The Windows of the cluster: that of its first node.
    fn windows(&self) -> WindowsVersion {
        self.members.first().and_then(|node| windows_of(node.known)).unwrap_or(WindowsVersion::V2003)
    }

    fn groups(&self) -> impl Iterator<Item = Named<'t, Group>> + use<'t> {
        named(self.target.groups.get())
    }

    fn default_group(&self) -> Option<Named<'t, Group>> {
        let name = default_group_of(self.target)?;
        self.groups().find(|group| group.is(name.as_str()))
    }

    /// The virtual servers with their groups, the one that brings the MTA first.
    fn virtual_servers(&self) -> Vec<(Named<'t, VirtualServer>, Named<'t, Group>)> {
        let group_of = |server: &Named<'t, VirtualServer>| {
            let name = server.known.group.get()?;
            self.groups().find(|group| group.is(name.as_str()))
        };
        let mut servers: Vec<_> = named(self.target.virtual_servers.get())
            .filter_map(|server| Some((server, group_of(&server)?)))
            .collect();
        servers.sort_by_key(|(_, group)| !group.resources().any(|it| it.is_of(&ResourceType::Mta)));
        servers
    }

    fn is_made(&self, group: Named<'_, Group>) -> bool {
        self.owners.iter().any(|(made, _)| group.is(made))
    }

    /// Who owns a group now.
    fn owner(&self, group: Named<'_, Group>) -> Option<&'t str> {
        self.owners.iter().find(|(made, _)| group.is(made)).map(|(_, owner)| *owner)
    }

    fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// `cluster.exe` without the name of a cluster speaks to the cluster of its own computer: that has to be a member.
    fn run_on_a_node(&mut self) {
        let Some(first) = self.members.first() else { return };
        for step in self.steps.iter_mut().filter(|step| step.node.is_none()) {
            let commands = step.how.iter().filter_map(|how| match how {
                How::Run(line) => Some(line.to_string()),
                How::Screen { .. } => None,
            });
            if commands.into_iter().any(|line| line.starts_with("cluster ")) {
                step.node = Some(first.name.into());
            }
        }
    }

    /// The fact that a member runs.
    fn runs(&self, node: &str) -> Cluster {
        let member = self.members.iter().find(|member| member.is(node));
        member.map_or_else(Cluster::default, |member| {
            in_node(member.name, Node::default().state(running(member.known)))
        })
    }
}

/// An element of a list that has a name.
struct Named<'t, T> {
    name: &'t str,
    known: &'t T,
}

impl<T> Clone for Named<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Named<'_, T> {}

impl<T> Named<'_, T> {
    fn is(&self, name: &str) -> bool {
        same_name(self.name, name)
    }
}

impl<'t> Named<'t, Group> {
    fn resources(self) -> impl Iterator<Item = Named<'t, Resource>> {
        named(self.known.resources.get())
    }
}

impl Named<'_, Resource> {
    fn is_of(&self, kind: &ResourceType) -> bool {
        self.known.r#type.get() == Some(kind)
    }
}

/// The elements of a list that have names.
fn named<T: Reflect>(list: Option<&Vec<T>>) -> impl Iterator<Item = Named<'_, T>> + Clone {
    list.into_iter().flatten().filter_map(|known| Some(Named { name: known.name()?, known }))
}

fn version_of(cluster: &Cluster) -> ExchangeVersion {
    cluster.exchange.get().copied().unwrap_or(ExchangeVersion::V2003)
}

/// The nodes that are to be members: all that are not said to stay outside.
fn members(cluster: &Cluster) -> Vec<Named<'_, Node>> {
    let outside = |node: &Node| matches!(node.state.get(), Some(NodeState::NotJoined | NodeState::Joining));
    named(cluster.nodes.get()).filter(|node| !outside(node.known)).collect()
}

fn gets_exchange(node: &Node) -> bool {
    node.exchange.get().and_then(|exchange| exchange.installed.get()) == Some(&true)
}

fn windows_of(node: &Node) -> Option<WindowsVersion> {
    node.windows.get()?.version.get().copied()
}

/// The name of the default group.
fn default_group_of(cluster: &Cluster) -> Option<Name> {
    let group = cluster.view().default_group().peek().first().and_then(|group| group.name().peek().cloned());
    let usual =
        || named(cluster.groups.get()).find(|group| group.is(DEFAULT_GROUP)).map(|group| group.name.into());
    group.or_else(usual)
}

/// The state of a member that runs. Of some it is only known that they are members.
fn running(node: &Node) -> NodeState {
    match node.state.get() {
        Some(NodeState::Member) => NodeState::Member,
        _ => NodeState::Up,
    }
}

// Parts of a definition.

fn in_node(name: &str, node: Node) -> Cluster {
    Cluster::default().nodes([node.name(name)])
}

fn in_nodes<'n>(nodes: impl IntoIterator<Item = (&'n str, Node)>) -> Cluster {
    let nodes: Vec<Node> = nodes.into_iter().map(|(name, node)| node.name(name)).collect();
    // An empty list would say that there are no nodes.
    if nodes.is_empty() { Cluster::default() } else { Cluster::default().nodes(nodes) }
}

fn in_group(name: &str, group: Group) -> Cluster {
    Cluster::default().groups([group.name(name)])
}

fn with_resources<'r>(group: &str, resources: impl IntoIterator<Item = (&'r str, Resource)>) -> Cluster {
    let resources: Vec<Resource> = resources.into_iter().map(|(name, it)| it.name(name)).collect();
    if resources.is_empty() {
        Cluster::default()
    } else {
        in_group(group, Group::default().resources(resources))
    }
}

fn with_virtual_server(server: VirtualServer) -> Cluster {
    Cluster::default().virtual_servers([server])
}

/// The command that gives a group or a resource the name that is wanted, where a wizard chose another one.
fn rename(object: &'static str, from: &str, to: &str) -> Option<CommandLine> {
    (!same_name(from, to)).then(|| cluster_exe(object, from).option("/rename:", to))
}

/// A command of `cluster.exe` on a group, a resource or a node.
fn cluster_exe(object: &'static str, name: &str) -> CommandLine {
    CommandLine::of("cluster").word(object).value(name)
}
