//! [`Index`]: what many rules ask of a cluster, found out once.
//!
//! An index holds places, never references: which resources are of a type, which groups hold which virtual server. So
//! its storage serves one cluster after the other, and a view that has one borrows both: a cluster cannot change as
//! long as it is judged by what was found out before.

use std::{
    hash::{BuildHasher, RandomState},
    mem,
    ops::Range,
    sync::{Mutex, OnceLock, PoisonError},
};

use super::{
    At, Cluster, ClusterRef, FactPath, Gaps, GroupRef, Name, PathPattern, ResourceType, ResourcesByName,
    SetupAction, table::Reflect, text::Folded,
};

/// What is found out about a cluster when a rule first asks for it, for all rules that ask again.
///
/// [`Cluster::view`] works without one; every question is then answered anew.
#[derive(Debug, Default)]
pub struct Index {
    partial: Lazy<Vec<FactPath>>,
    default_group: Lazy<(Vec<usize>, Gaps)>,
    evs: Lazy<VirtualServers>,
    dependencies: Lazy<Dependencies>,
    resources: Lazy<Resources>,
    log: Lazy<Log>,
    accounts: Lazy<Names>,
    nodes: Lazy<Names>,
    groups: Lazy<Names>,
    disks: Lazy<Names>,
    names: Lazy<Names>,
    joins: Lazy<Names>,
}

impl Index {
    /// The cluster as rules see it, with this index for what they ask again and again. Whatever the index knew of an
    /// earlier cluster is forgotten.
    pub fn view<'a>(&'a mut self, cluster: &'a Cluster) -> ClusterRef<'a> {
        let Self {
            partial,
            default_group,
            evs,
            dependencies,
            resources,
            log,
            accounts,
            nodes,
            groups,
            disks,
            names,
            joins,
        } = self;
        partial.reset();
        default_group.reset();
        evs.reset();
        dependencies.reset();
        resources.reset();
        log.reset();
        [accounts, nodes, groups, disks, names, joins].into_iter().for_each(Lazy::reset);
        At::new(Root { cluster, index: Some(self) }, FactPath::ROOT, Some(cluster))
    }
}

/// The cluster that a view is of.
#[derive(Clone, Copy)]
pub(crate) struct Root<'a> {
    cluster: &'a Cluster,
    index: Option<&'a Index>,
}

impl<'a> Root<'a> {
    /// A cluster of which every question is answered anew.
    pub(super) fn plain(cluster: &'a Cluster) -> Self {
        Self { cluster, index: None }
    }

    pub(crate) fn cluster(self) -> &'a Cluster {
        self.cluster
    }

    /// Whether what is found out serves more than one question.
    pub(super) fn is_indexed(self) -> bool {
        self.index.is_some()
    }

    /// The cluster with its index, if it has one.
    pub(super) fn indexed(self) -> Option<Indexed<'a>> {
        Some(Indexed { cluster: self.cluster, index: self.index? })
    }

    /// Asks the index, or one for this question only.
    pub(super) fn ask<R>(self, question: impl FnOnce(Indexed<'_>) -> R) -> R {
        match self.index {
            Some(index) => question(Indexed { cluster: self.cluster, index }),
            None => question(Indexed { cluster: self.cluster, index: &Index::default() }),
        }
    }
}

/// A cluster with an index.
#[derive(Clone, Copy)]
pub(super) struct Indexed<'i> {
    cluster: &'i Cluster,
    index: &'i Index,
}

impl<'i> Indexed<'i> {
    fn view(self) -> ClusterRef<'i> {
        let Self { cluster, index } = self;
        At::new(Root { cluster, index: Some(index) }, FactPath::ROOT, Some(cluster))
    }

    /// The lists that the definition calls incomplete, in order.
    pub(super) fn partial(self) -> &'i [FactPath] {
        self.index.partial.get(|lists| {
            lists.clear();
            let patterns = self.cluster.partial.get().into_iter().flatten();
            PathPattern::expand(patterns, self.cluster, lists);
        })
    }

    /// The virtual servers: the place of each in the list, the place of its group, or both; and the absent facts that
    /// may hide more.
    pub(super) fn evs(self) -> &'i VirtualServers {
        self.index.evs.get(|(places, gaps)| {
            let (all, absent) = self.view().find_evs().into_parts();
            places.clear();
            places.extend(all.into_iter().map(super::Evs::places));
            *gaps = absent;
        })
    }

    /// The dependencies within all groups, resources counted as [`Resources`] does.
    pub(super) fn dependencies(self) -> &'i Dependencies {
        self.index.dependencies.get(|dependencies| dependencies.fill(self.view().groups().items()))
    }

    /// The place of the default group, and the absent facts that may hide it.
    pub(super) fn default_group(self) -> &'i (Vec<usize>, Gaps) {
        self.index.default_group.get(|(places, gaps)| {
            let (groups, absent) = self.view().find_default_group().into_parts();
            places.clear();
            places.extend(groups.into_iter().filter_map(|group| group.path().root_index()));
            *gaps = absent;
        })
    }

    /// Which resources are of which type.
    pub(super) fn resources(self) -> &'i Resources {
        self.index.resources.get(|resources| resources.fill(self.view()))
    }

    /// The steps of the setup log.
    pub(super) fn log(self) -> &'i Log {
        self.index.log.get(|log| log.fill(self.view()))
    }

    /// The nodes by name.
    pub(super) fn nodes(self) -> &'i Names {
        self.index.nodes.get(|names| names.fill(self.view().nodes().items().map(|node| name_of(node.name()))))
    }

    /// The accounts of the Cluster service that nodes have of their own, by name, as the nodes are counted.
    pub(super) fn accounts(self) -> &'i Names {
        let accounts = self.view().nodes().items().map(|node| node.service_account().name());
        self.index.accounts.get(|names| names.fill(accounts.map(name_of)))
    }

    /// The groups by name.
    pub(super) fn groups(self) -> &'i Names {
        self.index
            .groups
            .get(|names| names.fill(self.view().groups().items().map(|group| name_of(group.name()))))
    }

    /// The disks by name.
    pub(super) fn disks(self) -> &'i Names {
        self.index.disks.get(|names| names.fill(self.view().disks().items().map(|disk| name_of(disk.name()))))
    }

    /// The resources of all groups by name, as [`Resources`] counts them.
    pub(super) fn resource_names(self) -> &'i Names {
        let resources = self.view().groups().items().flat_map(|group| group.resources().items());
        self.index.names.get(|names| names.fill(resources.map(|resource| name_of(resource.name()))))
    }

    /// The steps in which a node became a member by the name of the node, as [`Log::join`] counts them.
    pub(super) fn joins(self) -> &'i Names {
        let setup = self.view().setup();
        let joins = self.log().joins().filter_map(|step| setup.item(step.entry));
        self.index.joins.get(|names| names.fill(joins.map(|join| name_of(join.node()))))
    }
}

/// The places of the virtual servers in the list, and of their groups.
type VirtualServers = (Vec<[Option<usize>; 2]>, Gaps);

/// A value that is made when it is first asked for, in the storage of an earlier one.
#[derive(Debug, Default)]
struct Lazy<T> {
    made: OnceLock<T>,
    spare: Mutex<T>,
}

impl<T: Default> Lazy<T> {
    /// The value. What makes it finds an earlier one in its place.
    fn get(&self, make: impl FnOnce(&mut T)) -> &T {
        self.made.get_or_init(|| {
            let mut value = mem::take(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner));
            make(&mut value);
            value
        })
    }

    fn reset(&mut self) {
        if let Some(value) = self.made.take() {
            *self.spare.get_mut().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }
}

/// The resources of all groups, counted from the first of the first group to the last of the last.
#[derive(Debug, Default)]
pub(super) struct Resources {
    /// The number of each group's first resource, and how many resources there are.
    starts: Vec<u32>,
    /// Of each resource, what is known of its type.
    kinds: Vec<Kind>,
    /// The numbers of the resources by the codes of their types; those of the same type in order.
    by_code: Vec<u32>,
    /// For each code where its resources begin in `by_code`; one more at the end.
    code_starts: Vec<u32>,
    /// The absent facts that may hide a resource of any type.
    gaps: Vec<FactPath>,
    /// The lists of resources that are not complete.
    incomplete: Vec<FactPath>,
}

/// What is known of a resource's type.
#[derive(Clone, Copy, Debug)]
struct Kind {
    code: u8,
    /// The [classes](Class) that the type belongs to, as bits.
    classes: u8,
    group: u32,
}

impl Kind {
    /// The code of a type that is not known.
    const UNKNOWN: u8 = u8::MAX;
}

/// What a type of resources may be, besides itself.
#[derive(Clone, Copy)]
pub(super) enum Class {
    Exchange = 1,
    Storage = 2,
    Address = 4,
}

impl Resources {
    fn fill(&mut self, cluster: ClusterRef<'_>) {
        let Self { starts, kinds, by_code, code_starts, gaps, incomplete } = self;
        incomplete.clear();
        starts.clear();
        kinds.clear();
        gaps.clear();
        gaps.extend(cluster.groups().gap());
        for (group, place) in cluster.groups().items().zip(0..) {
            starts.push(number(kinds.len()));
            for resource in group.resources().items() {
                let kind = resource.r#type();
                let known = kind.peek();
                if known.is_none() {
                    gaps.push(kind.path());
                }
                kinds.push(Kind {
                    code: known.map_or(Kind::UNKNOWN, ResourceType::code),
                    classes: known.map_or(0, Self::classes),
                    group: place,
                });
            }
            gaps.extend(group.resources().gap());
            incomplete.extend(group.resources().gap());
        }
        starts.push(number(kinds.len()));
        // Sorted by counting.
        code_starts.clear();
        code_starts.resize(usize::from(Kind::UNKNOWN) + 2, 0);
        for kind in kinds.iter() {
            code_starts[usize::from(kind.code) + 1] += 1;
        }
        for code in 1..code_starts.len() {
            code_starts[code] += code_starts[code - 1];
        }
        by_code.clear();
        by_code.resize(kinds.len(), 0);
        for (kind, number) in kinds.iter().zip(0..) {
            let place = &mut code_starts[usize::from(kind.code)];
            by_code[*place as usize] = number;
            *place += 1;
        }
        // Each start has moved to the next one.
        code_starts.pop();
        code_starts.insert(0, 0);
    }

    fn classes(kind: &ResourceType) -> u8 {
        let class = |is_one: bool, class: Class| if is_one { class as u8 } else { 0 };
        class(kind.is_exchange(), Class::Exchange)
            | class(kind.is_storage(), Class::Storage)
            | class(kind.is_address(), Class::Address)
    }

    /// The resources of a type that has a word of its own, each as its group and its place there.
    pub(super) fn of(&self, kind: &ResourceType) -> impl ExactSizeIterator<Item = [usize; 2]> {
        self.of_code(kind.code()).iter().map(|&number| self.place(number as usize))
    }

    /// The numbers of the resources whose type has a code, in order.
    fn of_code(&self, code: u8) -> &[u32] {
        let code = usize::from(code);
        &self.by_code[self.code_starts[code] as usize..self.code_starts[code + 1] as usize]
    }

    /// The places in a group of its resources of a type that has a word of its own.
    pub(super) fn of_group(&self, group: usize, kind: &ResourceType) -> impl Iterator<Item = usize> {
        self.of_code_in(group, kind.code())
    }

    /// The places in a group of its resources whose type is not known.
    pub(super) fn untyped_of_group(&self, group: usize) -> impl Iterator<Item = usize> {
        self.of_code_in(group, Kind::UNKNOWN)
    }

    fn of_code_in(&self, group: usize, code: u8) -> impl Iterator<Item = usize> {
        let (first, end) = (self.starts[group], self.starts[group + 1]);
        let numbers = self.of_code(code);
        let from = numbers.partition_point(|number| *number < first);
        let own = numbers[from..].iter().take_while(move |number| **number < end);
        own.map(move |number| (number - first) as usize)
    }

    /// The resources of a class of types.
    pub(super) fn of_class(&self, class: Class) -> impl Iterator<Item = [usize; 2]> {
        let in_class =
            (0..self.kinds.len()).filter(move |&number| self.kinds[number].classes & class as u8 != 0);
        in_class.map(|number| self.place(number))
    }

    /// A resource as its group and its place there.
    pub(super) fn place(&self, number: usize) -> [usize; 2] {
        let group = self.kinds[number].group as usize;
        [group, number - self.starts[group] as usize]
    }

    /// The number of a group's first resource.
    pub(super) fn first_of(&self, group: usize) -> usize {
        self.starts[group] as usize
    }

    /// Whether a group's resources are of a class of types; `None` where the type is not known.
    pub(super) fn in_group(&self, group: usize, class: Class) -> impl Iterator<Item = Option<bool>> {
        let range = self.starts[group] as usize..self.starts[group + 1] as usize;
        let known = |kind: &Kind| kind.code != Kind::UNKNOWN;
        self.kinds[range].iter().map(move |kind| known(kind).then_some(kind.classes & class as u8 != 0))
    }

    /// The lists of resources that are not complete.
    pub(super) fn incomplete_lists(&self) -> &[FactPath] {
        &self.incomplete
    }

    /// The absent facts that may hide a resource of any type.
    pub(super) fn gaps(&self) -> &[FactPath] {
        &self.gaps
    }
}

/// On which resources of its group each resource depends, resources counted as [`Resources`] does.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependencies {
    /// In the order of the resources that depend, as they name the others.
    named: Vec<Named>,
    /// Of each resource where its own begin; one more at the end.
    starts: Vec<u32>,
    /// The resources that depend on others, those on the same one side by side.
    dependents: Vec<u32>,
    /// For each resource where those that depend on it begin; one more at the end.
    dependents_starts: Vec<u32>,
    /// The resources of which an absent fact may hide a dependency, in order.
    hidden: Vec<(u32, FactPath)>,
}

/// That a resource names another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    /// Where in `depends_on`, or in which of the alternatives of `depends_on_any`.
    pub(super) place: usize,
    pub(super) alternatives: Option<usize>,
    /// The first resource of the group that bears the name.
    pub(super) to: Option<usize>,
}

impl Dependencies {
    /// Those of some groups.
    pub(super) fn of_groups<'a>(groups: impl Iterator<Item = GroupRef<'a>>) -> Self {
        let mut dependencies = Self::default();
        dependencies.fill(groups);
        dependencies
    }

    fn fill<'a>(&mut self, groups: impl Iterator<Item = GroupRef<'a>>) {
        self.named.clear();
        self.starts.clear();
        self.starts.push(0);
        self.hidden.clear();
        groups.for_each(|group| self.add(group));
        self.turn();
    }

    fn add(&mut self, group: GroupRef<'_>) {
        let first = self.starts.len() - 1;
        let (resources, list_gap) = group.resources().members().into_parts();
        let by_name = ResourcesByName::of(&resources);
        // A resource that is not known, or whose name is not, may be the one that is meant.
        let unnamed = || resources.iter().map(|resource| resource.name()).find(|name| name.peek().is_none());
        let nameless = list_gap.first().copied().or_else(|| unnamed().map(At::path));
        for (from, resource) in resources.iter().enumerate() {
            let begin = self.named.len();
            let find =
                |name: At<'_, Name>| name.peek().and_then(|name| by_name.place_of(name)).map(|to| first + to);
            let all = resource.depends_on().items().enumerate();
            self.named.extend(all.map(|(place, name)| Named { place, alternatives: None, to: find(name) }));
            for (alternatives, names) in resource.depends_on_any().items().enumerate() {
                let any = names.items().enumerate();
                self.named.extend(any.map(|(place, name)| Named {
                    place,
                    alternatives: Some(alternatives),
                    to: find(name),
                }));
            }
            self.starts.push(number(self.named.len()));
            let dangles = || self.named[begin..].iter().any(|named| named.to.is_none());
            let hidden = resource.depends_on().gap().or_else(|| nameless.filter(|_| dangles()));
            self.hidden.extend(hidden.map(|absent| (number(first + from), absent)));
        }
    }

    /// Sorts the dependencies by what they lead to.
    fn turn(&mut self) {
        let Self { named, starts, dependents, dependents_starts: ends, .. } = self;
        ends.clear();
        ends.resize(starts.len(), 0);
        for to in named.iter().filter_map(|named| named.to) {
            ends[to] += 1;
        }
        let mut end = 0;
        for count in ends.iter_mut() {
            end += *count;
            *count = end;
        }
        dependents.clear();
        dependents.resize(end as usize, 0);
        // Filled from the end, what was where each one's end is becomes where it begins.
        for (from, range) in starts.array_windows().enumerate().rev() {
            let [begin, end] = range.map(|place| place as usize);
            for to in named[begin..end].iter().rev().filter_map(|named| named.to) {
                ends[to] -= 1;
                dependents[ends[to] as usize] = number(from);
            }
        }
    }

    /// What a resource names, in order.
    pub(super) fn of(&self, number: usize) -> &[Named] {
        &self.named[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    /// The resources that depend on a resource.
    pub(super) fn dependents(&self, number: usize) -> impl ExactSizeIterator<Item = usize> {
        let starts = &self.dependents_starts;
        self.dependents[starts[number] as usize..starts[number + 1] as usize]
            .iter()
            .map(|&from| from as usize)
    }

    /// Of some resources those of which an absent fact may hide a dependency, with that fact.
    pub(super) fn hidden(&self, numbers: Range<usize>) -> impl Iterator<Item = (usize, FactPath)> {
        let from = self.hidden.partition_point(|(number, _)| (*number as usize) < numbers.start);
        let hidden = self.hidden[from..].iter().map(|&(number, absent)| (number as usize, absent));
        hidden.take_while(move |(number, _)| *number < numbers.end)
    }
}

/// The steps of the setup log that were done.
#[derive(Debug, Default)]
pub(super) struct Log {
    steps: Vec<Logged>,
    /// The places among the steps of those in which a node became a member.
    joins: Vec<usize>,
    gaps: Vec<FactPath>,
    /// No time in the log contradicts the order in which it is written.
    pub(super) written_in_order: bool,
}

/// A step that was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    /// Its place among all entries of the log.
    pub(super) entry: usize,
    /// Its place among the steps that were done, from 1.
    pub(super) place: usize,
    action: Option<SetupAction>,
}

impl Log {
    fn fill(&mut self, cluster: ClusterRef<'_>) {
        let Self { steps, joins, gaps, written_in_order } = self;
        let entries = cluster.setup();
        steps.clear();
        joins.clear();
        gaps.clear();
        gaps.extend(entries.gap());
        let started = entries.items().filter_map(|entry| entry.started().peek());
        *written_in_order =
            started.is_sorted_by(|one, next| one.order(**next) != Some(std::cmp::Ordering::Greater));
        for (entry, number) in
            entries.items().zip(0..).filter(|(entry, _)| entry.failed_step().peek().is_none())
        {
            let action = entry.step();
            if action.peek().is_none() {
                gaps.push(action.path());
            }
            if action.peek().is_some_and(|action| SetupAction::JOINS.contains(action)) {
                joins.push(steps.len());
            }
            steps.push(Logged { entry: number, place: steps.len() + 1, action: action.peek().copied() });
        }
    }

    /// Every step.
    pub(super) fn all(&self) -> &[Logged] {
        &self.steps
    }

    /// The steps of some kinds.
    pub(super) fn of(&self, actions: &[SetupAction]) -> impl Iterator<Item = Logged> {
        let of_kind = |step: &&Logged| step.action.is_some_and(|action| actions.contains(&action));
        self.steps.iter().filter(of_kind).copied()
    }

    /// The steps in which a node became a member.
    fn joins(&self) -> impl Iterator<Item = Logged> {
        self.joins.iter().map(|&place| self.steps[place])
    }

    /// One of the steps in which a node became a member.
    pub(super) fn join(&self, number: usize) -> Logged {
        self.steps[self.joins[number]]
    }

    /// The absent facts that may hide a step of any kind.
    pub(super) fn gaps(&self) -> &[FactPath] {
        &self.gaps
    }
}

/// Finds things of a list by name: as quick in a list of a hundred thousand as in one of ten.
#[derive(Debug, Default)]
pub(crate) struct Names {
    hashes: RandomState,
    /// The hash of each name with its place, in order.
    by_hash: Vec<(u64, u32)>,
    unnamed: Vec<u32>,
}

impl Names {
    /// The elements of a list by name.
    pub(super) fn of_items(list: &dyn Reflect) -> Self {
        let mut names = Self::default();
        names.fill((0..list.items()).map(|place| list.item(place).and_then(Reflect::name)));
        names
    }

    fn fill<'a>(&mut self, names: impl Iterator<Item = Option<&'a str>>) {
        self.by_hash.clear();
        self.unnamed.clear();
        for (name, place) in names.zip(0..) {
            match name {
                Some(name) => self.by_hash.push((self.hashes.hash_one(Folded(name)), place)),
                None => self.unnamed.push(place),
            }
        }
        self.by_hash.sort_unstable();
    }

    /// The places of the things that may have a name, in order: all that do, and few others.
    pub(super) fn candidates(&self, name: &str) -> impl Iterator<Item = usize> {
        let hash = self.hashes.hash_one(Folded(name));
        let from = self.by_hash.partition_point(|(other, _)| *other < hash);
        let same = self.by_hash[from..].iter().take_while(move |(other, _)| *other == hash);
        same.map(|(_, place)| *place as usize)
    }

    /// The places of the things whose name is not known.
    pub(super) fn unnamed(&self) -> impl Iterator<Item = usize> {
        self.unnamed.iter().map(|&place| place as usize)
    }
}

fn name_of(name: At<'_, Name>) -> Option<&str> {
    name.peek().map(Name::as_str)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("lists are limited to a million elements")
}
