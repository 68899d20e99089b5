//! Questions about the setup log.

use std::{cmp::Ordering, collections::HashMap, ops::Deref};

use super::super::{
    At, ClusterRef, FactPath, Few, Gaps, Name, NodeRef, Set, SetupAction, SetupStep,
    index::{Log, Logged},
};

/// A step of the setup log, with its place in the order of events.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    entry: At<'a, SetupStep>,
    place: usize,
    /// No time in the log contradicts the order in which it is written.
    written_in_order: bool,
}

impl<'a> ClusterRef<'a> {
    /// The steps of the setup log that were done, as written.
    pub fn log(self) -> Set<Step<'a>> {
        let gap = self.setup().gap();
        self.root().ask(|index| {
            let log = index.log();
            Set::new(self.steps_at(log, log.all().iter().copied()), gap)
        })
    }

    /// The steps of one kind. An entry that does not say what was done is a gap.
    pub fn steps(self, action: SetupAction) -> Set<Step<'a>> {
        self.steps_of(&[action])
    }

    /// The steps of some kinds. An entry that does not say what was done is a gap.
    pub fn steps_of(self, actions: &[SetupAction]) -> Set<Step<'a>> {
        self.root().ask(|index| {
            let log = index.log();
            Set::new(self.steps_at(log, log.of(actions)), log.gaps().iter().copied())
        })
    }

    fn steps_at(self, log: &Log, steps: impl Iterator<Item = Logged>) -> impl Iterator<Item = Step<'a>> {
        let (entries, written_in_order) = (self.setup(), log.written_in_order);
        steps.filter_map(move |Logged { entry, place, .. }| {
            Some(Step { entry: entries.item(entry)?, place, written_in_order })
        })
    }

    /// The steps that made a node a member: it formed the cluster, or joined it.
    pub fn joins(self) -> Set<Step<'a>> {
        self.steps_of(SetupAction::JOINS)
    }

    /// The steps in which a Setup program of Exchange ran on a node: to install Exchange, or a service pack of it.
    pub fn setup_runs(self) -> Set<Step<'a>> {
        self.steps_of(&[SetupAction::InstallExchange, SetupAction::ServicePack])
    }

    /// The steps in which a virtual server (2000, 2003) or clustered mailbox server (2007) was made.
    pub fn virtual_server_creations(self) -> Set<Step<'a>> {
        self.steps_of(&[SetupAction::CreateVirtualServer, SetupAction::NewCms])
    }

    /// The steps in which a clustered mailbox server (2007) was made that was not removed afterwards. Which one was made or
    /// removed, and when, is a gap only where one was removed.
    pub fn standing_creations(self) -> Set<Step<'a>> {
        let removals = self.steps(SetupAction::RemoveVirtualServer);
        let (made, mut gaps) = self.steps(SetupAction::NewCms).into_parts();
        let standing = made.into_iter().filter(|step| {
            let (later, unordered) = step.later(removals.clone()).into_parts();
            let removed = |other: &Step<'a>| {
                step.virtual_server()
                    .peek()
                    .zip(other.virtual_server().peek())
                    .map(|(own, other)| own == other)
            };
            if later.iter().any(|other| removed(other) == Some(true)) {
                return false;
            }
            let nameless = later.iter().filter(|other| removed(other).is_none());
            let names =
                nameless.flat_map(|other| [*step, *other]).filter_map(|step| absent(step.virtual_server()));
            let undecided: Vec<_> = unordered.into_iter().chain(names).collect();
            let stands = undecided.is_empty();
            gaps.extend(undecided);
            stands
        });
        let standing = standing.collect();
        Set::from_parts(standing, gaps)
    }

    /// The steps in which Setup recovered a server from what the directory knows of it.
    pub fn recoveries(self) -> Set<Step<'a>> {
        self.steps_of(&[SetupAction::DisasterRecovery, SetupAction::RecoverCms])
    }

    /// The steps of one kind that ran on two nodes at once: each with the one that was begun just before it.
    ///
    /// Neighbours in time are enough: where any two steps overlap, some neighbours do.
    pub fn overlapping_steps(self, action: SetupAction) -> Set<(Step<'a>, Step<'a>)> {
        let (mut steps, mut gaps) = self.steps(action).into_parts();
        steps.sort_by_key(|step| step.started().peek().map(|moment| moment.sort_key()));
        let mut overlapping = Vec::new();
        for &[first, second] in steps.array_windows() {
            let nodes = first.node().peek().zip(second.node().peek());
            match (first.overlaps(second), nodes.map(|(node, other)| node == other)) {
                (Some(false), _) | (_, Some(true)) => {}
                (Some(true), Some(false)) => overlapping.push((first, second)),
                (_, None) => gaps.extend([first, second].iter().filter_map(|step| absent(step.node()))),
                (None, _) => gaps.extend(first.untimed(second)),
            }
        }
        Set::new(overlapping, gaps)
    }
}

impl<'a> NodeRef<'a> {
    /// Whether the node was a member of the cluster when a step was begun.
    ///
    /// It was, unless the log says that it formed or joined the cluster only later: a log that says nothing of that
    /// tells of a time when the node was a member already.
    pub fn was_member_at(self, step: Step<'a>) -> At<'a, bool> {
        let Some(own_name) = self.name().peek() else {
            return At::new(self.root(), self.name().path(), None);
        };
        let (place, answer) = self.root().ask(|index| {
            let (log, joins) = (index.log(), index.joins());
            let cluster = self.cluster();
            let entry = |join| cluster.steps_at(log, std::iter::once(log.join(join))).next();
            let own = joins.candidates(own_name.as_str()).filter_map(entry);
            let mut gap = log.gaps().first().copied();
            gap = gap.or_else(|| joins.unnamed().find_map(entry).map(|join| join.node().path()));
            let mut joined_at_all = false;
            for join in own.filter(|join| join.node().peek() == Some(own_name)) {
                joined_at_all = true;
                match join.precedes(step) {
                    Some(true) => return (self.path(), Some(&true)),
                    Some(false) => {}
                    None => gap = gap.or(Some(join.undated(step))),
                }
            }
            match gap {
                Some(gap) => (gap, None),
                None => (self.path(), Some(if joined_at_all { &false } else { &true })),
            }
        });
        At::new(self.root(), place, answer)
    }
}

impl<'a> Step<'a> {
    /// Those of some steps that were begun before this one. A step of which that is not known is a gap.
    #[must_use]
    pub fn earlier(self, steps: Set<Step<'a>>) -> Set<Step<'a>> {
        let (mut steps, mut gaps) = steps.into_parts();
        steps.retain(|step| {
            step.precedes(self).unwrap_or_else(|| {
                gaps.push(step.undated(self));
                false
            })
        });
        Set::from_parts(steps, gaps)
    }

    /// Those of some steps that were begun after this one. A step of which that is not known is a gap.
    #[must_use]
    pub fn later(self, steps: Set<Step<'a>>) -> Set<Step<'a>> {
        let (mut steps, mut gaps) = steps.into_parts();
        steps.retain(|step| {
            self.precedes(*step).unwrap_or_else(|| {
                gaps.push(self.undated(*step));
                false
            })
        });
        Set::from_parts(steps, gaps)
    }

    /// Why it is not known whether this step was begun before another one: a time that is absent, or does not compare.
    fn undated(self, other: Self) -> FactPath {
        let absent = [self.entry, other.entry].into_iter().find(|entry| entry.started().peek().is_none());
        absent.unwrap_or(self.entry).started().path()
    }

    /// Whether this step was begun before another one.
    ///
    /// Their times decide where both have one and they compare. Otherwise the log counts as written in order, unless
    /// its times show that it is not: then the answer is not known.
    pub fn precedes(self, other: Step<'a>) -> Option<bool> {
        let by_time = match (self.entry.started().peek(), other.entry.started().peek()) {
            (Some(this), Some(that)) => this.order(*that),
            _ => None,
        };
        match by_time {
            Some(Ordering::Less) => Some(true),
            Some(Ordering::Greater) => Some(false),
            Some(Ordering::Equal) => Some(self.place < other.place),
            None => self.written_in_order.then_some(self.place < other.place),
        }
    }

    /// Whether this step and another one ran at the same time at some moment.
    pub fn overlaps(self, other: Step<'a>) -> Option<bool> {
        let ends_before = |first: Step<'a>, second: Step<'a>| match (
            first.entry.finished().peek(),
            second.entry.started().peek(),
        ) {
            (Some(end), Some(start)) => end.order(*start).map(Ordering::is_le),
            _ => None,
        };
        match (ends_before(self, other), ends_before(other, self)) {
            (Some(true), _) | (_, Some(true)) => Some(false),
            (Some(false), Some(false)) => Some(true),
            _ => None,
        }
    }

    /// Why it is not known whether this step and a later one overlap: moments that are absent, or do not compare.
    fn untimed(self, later: Step<'a>) -> Vec<FactPath> {
        let moments = [self.started(), self.finished(), later.started(), later.finished()];
        let missing: Vec<_> = moments.into_iter().filter_map(absent).collect();
        if missing.is_empty() { vec![later.started().path()] } else { missing }
    }
}

impl Set<Step<'_>> {
    /// The step that was begun first. What may hide an earlier one is a gap.
    #[must_use]
    pub fn earliest(self) -> Self {
        let (steps, mut gaps) = self.into_parts();
        let first = steps.into_iter().reduce(|first, step| {
            let earlier = step.precedes(first);
            if earlier.is_none() {
                gaps.push(step.started().path());
            }
            if earlier == Some(true) { step } else { first }
        });
        Set::new(first, gaps)
    }
}

/// The path of a fact that is not known.
fn absent<T>(fact: At<'_, T>) -> Option<FactPath> {
    fact.peek().is_none().then(|| fact.path())
}

/// The entry's facts.
impl<'a> Deref for Step<'a> {
    type Target = At<'a, SetupStep>;

    fn deref(&self) -> &Self::Target {
        &self.entry
    }
}

/// Steps by the node on which they were done. A step that does not say so is a gap for every node.
#[derive(Clone, Debug)]
pub struct StepsByNode<'a> {
    steps: HashMap<&'a Name, Few<Step<'a>>>,
    gaps: Gaps,
}

impl<'a> StepsByNode<'a> {
    /// Sorts steps by their nodes.
    pub fn of(steps: Set<Step<'a>>) -> Self {
        let (all, mut gaps) = steps.into_parts();
        let mut steps: HashMap<_, Few<_>> = HashMap::new();
        for step in all {
            match step.node().peek() {
                Some(node) => steps.entry(node).or_default().push(step),
                None => gaps.push(step.node().path()),
            }
        }
        Self { steps, gaps }
    }

    /// The steps that were done on a node, in the order of the set.
    pub fn on(&self, node: &Name) -> Set<Step<'a>> {
        Set::from_parts(self.steps.get(node).cloned().unwrap_or_default(), self.gaps.clone())
    }
}
