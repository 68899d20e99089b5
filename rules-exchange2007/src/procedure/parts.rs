//! What the steps are put together from: steps without facts, and parts of definitions.

use rules_core::{
    Source,
    model::{
        Actor, Cluster, ExchangeVersion, Fact, Group, Name, Node, NodeState, Parameters, Resource,
        ResourceState, ResourceType, SetupAction, SetupStep,
    },
    runbook::{How, Phase, Step},
};

use super::design::{Design, Member, Named};

/// A step of which nothing more is said.
pub(super) fn step(id: impl Into<String>, phase: Phase, title: impl Into<String>) -> Step {
    Step::new(phase, Source::Microsoft("Exchange Server 2007 help"), id, title)
}

/// What the log says of a step of Exchange Setup.
pub(super) fn by_setup(action: SetupAction) -> SetupStep {
    SetupStep::default().step(action).by(Actor::Setup).version(ExchangeVersion::V2007)
}

/// What the log says of a step that an administrator does.
pub(super) fn by_hand(action: SetupAction) -> SetupStep {
    SetupStep::default().step(action).by(Actor::Hand)
}

/// A screen of the Exchange Management Shell: a command, whose parameters are the fields.
pub(super) fn shell(command: &'static str) -> How {
    How::screen(format!("Exchange Management Shell: {command}"))
}

/// A text as the Exchange Management Shell takes it for one argument.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, ':' | '\\' | '.' | '-' | '_');
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// A node about which nothing is said.
pub(super) fn node(name: &Name) -> Node {
    Node::default().name(name.clone())
}

/// A group about which nothing is said.
pub(super) fn group(name: &Name) -> Group {
    Group::default().name(name.clone())
}

/// A resource about which nothing is said.
pub(super) fn resource(name: &Name) -> Resource {
    Resource::default().name(name.clone())
}

/// Some groups.
pub(super) fn groups(groups: impl IntoIterator<Item = Group>) -> Cluster {
    Cluster::default().groups(groups.into_iter().collect::<Vec<_>>())
}

/// Adds nodes to a part.
pub(super) fn with_nodes(part: Cluster, nodes: impl IntoIterator<Item = Node>) -> Cluster {
    part.nodes(nodes.into_iter().collect::<Vec<_>>())
}

/// That nodes are members of the cluster.
pub(super) fn members<'t>(members: impl IntoIterator<Item = &'t Member<'t>>) -> Vec<Node> {
    members.into_iter().map(|member| Node { state: joined(member), ..node(member.name) }).collect()
}

/// The state of a node that has joined: as the target has it.
pub(super) fn joined(member: &Member<'_>) -> Fact<NodeState> {
    member.facts.state.clone()
}

/// That groups are on a node.
pub(super) fn owned_by<'t>(names: impl IntoIterator<Item = Named<'t, Group>>, owner: &Name) -> Cluster {
    groups(names.into_iter().map(|it| group(it.name).owner(owner.clone())))
}

/// That a group has its network name.
pub(super) fn named_group(it: Named<'_, Group>) -> Cluster {
    let names = super::design::resources(it.facts);
    let names = names.filter(|it| super::design::is_of(it.facts, &ResourceType::NetworkName));
    let names = names.map(|it| Resource { r#type: it.facts.r#type.clone(), ..resource(it.name) });
    groups([group(it.name).resources(names.collect::<Vec<_>>())])
}

/// A group as it is when it has just been made, without its resources.
pub(super) fn new_group(it: Named<'_, Group>, owner: &Name) -> Group {
    let empty = |names: &Fact<Vec<Name>>| match names.get() {
        Some(names) if names.is_empty() => Vec::new().into(),
        _ => Fact::default(),
    };
    Group {
        state: it.facts.state.clone(),
        preferred_owners: empty(&it.facts.preferred_owners),
        anti_affinity_classes: empty(&it.facts.anti_affinity_classes),
        ..group(it.name).owner(owner.clone())
    }
}

/// A resource as it is when it has just been made, by nodes that may all own it.
pub(super) fn new_resource(it: Named<'_, Resource>, owners: &[&Name]) -> Resource {
    let facts = it.facts;
    let parameters = facts
        .parameters
        .get()
        .map(|parameters| Parameters { host_record_ttl_s: Fact::default(), ..parameters.clone() });
    let possible_owners = match facts.possible_owners.get() {
        Some(wanted) if !is_same_set(wanted, owners) => {
            Fact::from(owners.iter().copied().cloned().collect::<Vec<_>>())
        }
        _ => facts.possible_owners.clone(),
    };
    Resource {
        r#type: facts.r#type.clone(),
        state: facts.state.clone(),
        depends_on: facts.depends_on.clone(),
        depends_on_any: facts.depends_on_any.clone(),
        parameters: parameters.filter(|it| *it != Parameters::default()).into(),
        possible_owners,
        ..resource(it.name)
    }
}

/// Whether two lists have the same names.
pub(super) fn is_same_set(wanted: &[Name], owners: &[&Name]) -> bool {
    wanted.len() == owners.len() && owners.iter().all(|owner| wanted.contains(owner))
}

/// Which nodes may own a resource when it has just been made: one that Exchange Setup makes, those with the Mailbox role,
/// any other one every node.
pub(super) fn first_owners<'t>(design: &Design<'t>, of_setup: bool) -> Vec<&'t Name> {
    let nodes = design.nodes.iter().filter(|node| node.has_mailbox_role || !of_setup);
    nodes.map(|node| node.name).collect()
}

/// A resource in a state.
pub(super) fn in_state(it: Named<'_, Resource>, state: ResourceState) -> Resource {
    resource(it.name).state(state)
}
