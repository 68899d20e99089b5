//! What is set in the end: other groups, who owns what, and what is wanted offline.

use rules_core::{
    Source,
    model::{Group, Name, Node, NodeState, Resource, ResourceState},
    runbook::{CommandLine, Facts, How, Phase, Step},
};

use super::{
    Build, Named, cluster_exe, groups::Parts, in_group, in_node, running, same_name, with_resources,
};

impl<'t> Build<'t> {
    /// The groups that no virtual server is in, then every group to its owner and into its state, then the nodes.
    pub(super) fn finish(&mut self) {
        for group in self.groups().collect::<Vec<_>>() {
            self.fill_group(group);
        }
        for group in self.groups().collect::<Vec<_>>() {
            self.move_home(group);
            self.steps.extend(take_offline(group));
        }
        let nodes = self.members.iter().filter_map(|node| stop_node(*node));
        let steps: Vec<Step> = nodes.collect();
        self.steps.extend(steps);
    }

    /// Makes what is still missing of a group without a virtual server.
    fn fill_group(&mut self, group: Named<'t, Group>) {
        let Parts { base, msdtc, attendant, brought, others } = self.parts(group);
        if self.virtual_servers().iter().any(|(_, other)| other.is(group.name)) && attendant.is_some() {
            return;
        }
        if !self.is_made(group) {
            self.found_group(Phase::Afterwards, group);
        }
        let is_made = self.msdtc().is_some_and(|(holder, _)| holder.is(group.name));
        let second = msdtc.filter(|_| !is_made);
        let core =
            self.default_group().filter(|it| it.is(group.name)).map_or_else(Vec::new, |it| self.core_of(it));
        let mut rest: Vec<_> = second.into_iter().chain(attendant).chain(brought).chain(others).collect();
        rest.retain(|resource| !core.iter().any(|made| made.is(resource.name)));
        for &resource in &rest {
            self.add(self.create_resource(Phase::Afterwards, group, resource));
        }
        if !rest.is_empty() {
            let all: Vec<_> = base.into_iter().chain(rest).collect();
            self.add(self.bring_online(Phase::Afterwards, "start", group, &all));
        }
    }

    /// Moves a group to the node where it belongs.
    fn move_home(&mut self, group: Named<'t, Group>) {
        let Some(home) = group.known.owner.get().map(Name::as_str) else { return };
        let Some(entry) =
            self.owners.iter_mut().find(|(made, owner)| group.is(made) && !same_name(owner, home))
        else {
            return;
        };
        let from = std::mem::replace(&mut entry.1, home);
        self.add(Step {
            why: "The group went from node to node while Setup ran, and ends where the definition has it.",
            needs: Facts::together([in_group(group.name, Group::default().owner(from)), self.runs(home)]),
            how: vec![cluster_exe("group", group.name).option("/moveto:", home).into()],
            check: format!("`cluster group \"{}\"` shows it online on {home}.", group.name),
            undo: format!("`cluster group \"{}\" /moveto:{from}`.", group.name),
            makes: in_group(group.name, Group::default().owner(home)),
            offline: vec![group.name.into()],
            ..Step::new(
                Phase::Afterwards,
                Source::Practice("administrators look for a group where the documentation has it"),
                format!("move-group {}", group.name),
                format!("Move {} to {home}", group.name),
            )
        });
    }
}

/// Takes offline what is wanted offline.
fn take_offline(group: Named<'_, Group>) -> Option<Step> {
    let is_off = |state: Option<&ResourceState>| state == Some(&ResourceState::Offline);
    let resources: Vec<_> = group.resources().filter(|resource| is_off(resource.known.state.get())).collect();
    let state = group.known.state.get().copied();
    let state =
        state.filter(|state| matches!(state, ResourceState::Offline | ResourceState::PartiallyOnline));
    let lines: Vec<How> = if is_off(state.as_ref()) {
        vec![cluster_exe("group", group.name).word("/offline").into()]
    } else {
        resources.iter().map(|resource| cluster_exe("res", resource.name).word("/offline").into()).collect()
    };
    if lines.is_empty() {
        return None;
    }
    let offline = Resource::default().state(ResourceState::Offline);
    let made = Group { state: state.into(), ..Group::default() };
    let there = resources
        .iter()
        .map(|it| (it.name, Resource { r#type: it.known.r#type.clone(), ..Resource::default() }));
    Some(Step {
        why: "It had to be online while the cluster was built, and the definition has it offline.",
        needs: with_resources(group.name, there),
        how: lines,
        check: "`cluster res` shows them offline.".into(),
        undo: format!("`cluster group \"{}\" /online`.", group.name),
        makes: Facts::together([
            in_group(group.name, made),
            with_resources(group.name, resources.iter().map(|it| (it.name, offline.clone()))),
        ]),
        offline: vec![group.name.into()],
        ..Step::new(
            Phase::Afterwards,
            Source::Practice("the definition says so"),
            format!("take-offline {}", group.name),
            format!("Take offline what is not to run in {}", group.name),
        )
    })
}

/// Pauses or stops a node that is wanted so.
fn stop_node(node: Named<'_, Node>) -> Option<Step> {
    let state = *node.known.state.get()?;
    let line = match state {
        NodeState::Paused => cluster_exe("node", node.name).word("/pause"),
        NodeState::Down => CommandLine::of("net").word("stop").word("clussvc"),
        _ => return None,
    };
    let undo = match state {
        NodeState::Paused => format!("`cluster node {} /resume`.", node.name),
        _ => "`net start clussvc` on the node.".to_owned(),
    };
    Some(Step {
        node: Some(node.name.into()),
        why: "The node had to be up while the cluster was built, and the definition has it like this.",
        needs: in_node(node.name, Node::default().state(running(node.known))),
        how: vec![line.into()],
        check: format!("`cluster node {}` shows it {}.", node.name, state.as_str()),
        undo,
        makes: in_node(node.name, Node::default().state(state)),
        ..Step::new(
            Phase::Afterwards,
            Source::Practice("the definition says so"),
            format!("stop-node {}", node.name),
            format!("Leave {} {}", node.name, state.as_str()),
        )
    })
}
