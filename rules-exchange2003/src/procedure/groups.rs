//! Groups: made, set, brought online.

use rules_core::{
    Source,
    model::{
        Actor, ExchangeVersion, Fact, Failback, Group, Name, Node, Resource, ResourceState, ResourceType,
        SetupAction, SetupStep,
    },
    runbook::{CommandLine, Facts, Phase, Step, Value},
};

use super::{Build, Named, cluster_exe, in_group, in_node, running, same_name, with_resources};
use crate::facts::{ANTI_AFFINITY_CLASS, Brought, brought_by_system_attendant};

/// The resources of a group by how they come into it, each list in the order in which it is made.
pub(super) struct Parts<'t> {
    /// Addresses, names, disks, and whatever these, MSDTC and the System Attendant depend on.
    pub(super) base: Vec<Named<'t, Resource>>,
    pub(super) msdtc: Option<Named<'t, Resource>>,
    pub(super) attendant: Option<Named<'t, Resource>>,
    /// What the System Attendant brings.
    pub(super) brought: Vec<Named<'t, Resource>>,
    pub(super) others: Vec<Named<'t, Resource>>,
}

impl<'t> Build<'t> {
    pub(super) fn parts(&self, group: Named<'t, Group>) -> Parts<'t> {
        let mut rest: Vec<Named<'t, Resource>> = in_order(group.resources().collect());
        let mut first = |test: &dyn Fn(&Named<'t, Resource>) -> bool| {
            let index = rest.iter().position(test)?;
            Some(rest.remove(index))
        };
        let msdtc = first(&|it| it.is_of(&ResourceType::Msdtc));
        let attendant = first(&|it| it.is_of(&ResourceType::SystemAttendant));
        let kinds = brought_by_system_attendant(self.version).filter(|_| attendant.is_some());
        let brought = kinds.filter_map(|Brought { kind, .. }| first(&|it| it.is_of(kind))).collect();
        let is_needed = |resource: &Named<'t, Resource>| {
            [msdtc, attendant].into_iter().flatten().any(|it| depends(it, *resource))
        };
        let mut base: Vec<Named<'t, Resource>> =
            rest.iter().copied().filter(|resource| is_base(resource) || is_needed(resource)).collect();
        let mut next = 0;
        while let Some(resource) = base.get(next).copied() {
            let needed = rest.iter().copied().filter(|other| depends(resource, *other));
            let more: Vec<_> = needed.filter(|other| !base.iter().any(|it| it.is(other.name))).collect();
            base.extend(more);
            next += 1;
        }
        let is_in_base = |resource: &Named<'t, Resource>| base.iter().any(|it| it.is(resource.name));
        let (base, others) = rest.iter().copied().partition(is_in_base);
        Parts { base, msdtc, attendant, brought, others }
    }

    /// A group with the resources that are to be online before MSDTC or a System Attendant can be made in it.
    pub(super) fn found_group(&mut self, phase: Phase, group: Named<'t, Group>) {
        let Some(owner) = group.known.owner.get().map(Name::as_str) else { return };
        self.add(self.create_group(phase, group, owner));
        self.owners.push((group.name, owner));
        let base = self.parts(group).base;
        for &resource in &base {
            self.add(self.create_resource(phase, group, resource));
        }
        if !base.is_empty() {
            let offline = Resource::default().state(ResourceState::Offline);
            let step = self.bring_online(phase, "bring-online", group, &base);
            let needs = with_resources(group.name, base.iter().map(|it| (it.name, offline.clone())));
            self.add(Step { needs: Facts::together([step.needs, needs]), ..step });
        }
    }

    /// Brings a group online; these are all of its resources now.
    pub(super) fn bring_online(
        &self,
        phase: Phase,
        verb: &str,
        group: Named<'t, Group>,
        resources: &[Named<'t, Resource>],
    ) -> Step {
        let online = Resource::default().state(ResourceState::Online);
        let made = resources.iter().map(|it| (it.name, online.clone()));
        let there = resources
            .iter()
            .map(|it| (it.name, Resource { r#type: it.known.r#type.clone(), ..Resource::default() }));
        let line = cluster_exe("group", group.name).word("/online").word("/wait:300");
        Step {
            why: "What is made next needs these resources online, and whatever is wrong with an address, a \
                  name or a disk shows now.",
            article: &["P14"],
            needs: Facts::together([self.owned(group), with_resources(group.name, there)]),
            how: vec![line.into()],
            check: format!(
                "`cluster group \"{0}\"` shows {0} online, and `cluster res` all of its resources.",
                group.name
            ),
            undo: format!("`cluster group \"{}\" /offline`.", group.name),
            makes: Facts::together([
                in_group(group.name, Group::default().state(ResourceState::Online)),
                with_resources(group.name, made),
            ]),
            ..Step::new(
                phase,
                Source::Kb(821_833),
                format!("{verb} {}", group.name),
                format!("Bring {} online", group.name),
            )
        }
    }

    /// What is set on a group that is there already.
    pub(super) fn set_group(&self, phase: Phase, group: Named<'t, Group>) -> Option<Step> {
        let (lines, set) = self.group_settings(group);
        if lines.is_empty() {
            return None;
        }
        Some(Step {
            why: "A group that moves back to its preferred node by itself is offline once more, at a time \
                  that nobody chose.",
            needs: self.owned(group),
            how: lines.into_iter().map(Into::into).collect(),
            check: format!(
                "`cluster group \"{0}\" /prop` and `cluster group \"{0}\" /listowners` show these values.",
                group.name
            ),
            undo: "The same commands with the values that were there before. AutoFailbackType=0 \
                   FailoverThreshold=10 FailoverPeriod=6 are the defaults."
                .into(),
            makes: in_group(group.name, set),
            ..Step::new(
                phase,
                Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
                format!("set-group {}", group.name),
                format!("Set how {} fails over", group.name),
            )
        })
    }

    fn create_group(&self, phase: Phase, group: Named<'t, Group>, owner: &str) -> Step {
        let (settings, set) = self.group_settings(group);
        let command = || cluster_exe("group", group.name);
        let mut lines = vec![command().word("/create"), command().option("/moveto:", owner)];
        lines.extend(settings);
        let state = self.members.iter().find(|node| node.is(owner)).map(|node| running(node.known));
        Step {
            why: "A group is what fails over, as a whole and to one node: each virtual server has one of \
                  its own, and never the default group.",
            article: &["P13"],
            needs: in_node(owner, Node { state: state.into(), ..Node::default() }),
            how: lines.into_iter().map(Into::into).collect(),
            check: format!(
                "`cluster group` shows it on {owner}; `cluster group \"{0}\" /listowners` and `cluster group \
                 \"{0}\" /prop` show what was set.",
                group.name
            ),
            undo: format!("`cluster group \"{}\" /delete`, while it is empty.", group.name),
            log: Some(SetupStep::default().step(SetupAction::CreateGroup).group(group.name).by(Actor::Hand)),
            makes: Facts::together([
                in_group(group.name, set.owner(owner)),
                in_group(group.name, as_made(group)),
            ]),
            proven_by: &[
                "exchange2003/virtual-server-has-own-group",
                "exchange2003/distinct-preferred-owners",
                "cluster/failback-prevented",
            ],
            ..Step::new(
                phase,
                Source::Article("step 4"),
                format!("create-group {}", group.name),
                format!("Create {} on {owner}", group.name),
            )
        }
    }

    /// The commands that set what is known of how a group fails over, and those facts.
    fn group_settings(&self, group: Named<'t, Group>) -> (Vec<CommandLine>, Group) {
        let mut set = Group {
            preferred_owners: group.known.preferred_owners.clone(),
            failback: group.known.failback.clone(),
            failover_threshold: group.known.failover_threshold.clone(),
            failover_period_h: group.known.failover_period_h.clone(),
            anti_affinity_classes: group.known.anti_affinity_classes.clone(),
            ..Group::default()
        };
        if self.sets_anti_affinity(group) {
            set.anti_affinity_classes.forget();
        }
        let some = |names: &mut Fact<Vec<Name>>| match names.get() {
            Some(known) if !known.is_empty() => {
                known.iter().map(|name| name.as_str().into()).collect::<Vec<Value>>()
            }
            _ => {
                names.forget();
                Vec::new()
            }
        };
        let (owners, classes) = (some(&mut set.preferred_owners), some(&mut set.anti_affinity_classes));
        let command = || cluster_exe("group", group.name);
        let mut lines = Vec::new();
        if !owners.is_empty() {
            lines.push(command().list("/setowners:", owners));
        }
        let numbers = [
            ("AutoFailbackType=", set.failback.get().map(|it| u32::from(*it == Failback::Allow))),
            ("FailoverThreshold=", set.failover_threshold.get().copied()),
            ("FailoverPeriod=", set.failover_period_h.get().copied()),
        ];
        let known: Vec<_> = numbers.iter().filter_map(|(word, number)| Some((*word, (*number)?))).collect();
        if !known.is_empty() {
            let line = command().word("/prop");
            lines.push(known.iter().fold(line, |line, (word, number)| line.option(word, number.to_string())));
        }
        if !classes.is_empty() {
            lines.push(command().word("/prop").list("AntiAffinityClassNames=", classes).word(":MULTISTR"));
        }
        (lines, set)
    }

    /// Whether Exchange sets the anti-affinity class of a group: 2003 does on Windows 2003, as it makes the virtual server.
    pub(super) fn sets_anti_affinity(&self, group: Named<'t, Group>) -> bool {
        let known = group.known.anti_affinity_classes.get();
        self.version == ExchangeVersion::V2003
            && self.windows().is_2003()
            && known.is_some_and(|classes| matches!(&classes[..], [class] if class == ANTI_AFFINITY_CLASS))
            && self.virtual_servers().iter().any(|(_, other)| other.is(group.name))
    }
}

/// What is so of a group because nobody sets it: no preferred owners, no classes.
pub(super) fn as_made(group: Named<'_, Group>) -> Group {
    let empty = |names: &Fact<Vec<Name>>| names.get().filter(|names| names.is_empty()).cloned().into();
    Group {
        preferred_owners: empty(&group.known.preferred_owners),
        anti_affinity_classes: empty(&group.known.anti_affinity_classes),
        ..Group::default()
    }
}

fn is_base(resource: &Named<'_, Resource>) -> bool {
    resource
        .known
        .r#type
        .get()
        .is_some_and(|kind| kind.is_address() || kind.is_storage() || *kind == ResourceType::NetworkName)
}

fn depends(resource: Named<'_, Resource>, on: Named<'_, Resource>) -> bool {
    resource.known.depends_on.get().into_iter().flatten().any(|name| on.is(name.as_str()))
}

/// Addresses before names before disks before the rest, and each resource after those that it depends on, as far as these do
/// not go round in a circle.
fn in_order(mut resources: Vec<Named<'_, Resource>>) -> Vec<Named<'_, Resource>> {
    resources.sort_by_key(|resource| match resource.known.r#type.get() {
        Some(kind) if kind.is_address() => 0,
        Some(ResourceType::NetworkName) => 1,
        Some(kind) if kind.is_storage() => 2,
        _ => 3,
    });
    let mut ordered = Vec::new();
    while !resources.is_empty() {
        let waits = |resource: &Named<'_, Resource>| {
            resources.iter().any(|other| !same_name(other.name, resource.name) && depends(*resource, *other))
        };
        let next = resources.iter().position(|resource| !waits(resource)).unwrap_or(0);
        ordered.push(resources.remove(next));
    }
    ordered
}
