//! Questions about the whole of what the resources of a group depend on.

use std::{borrow::Cow, collections::HashMap, iter, slice};

use super::super::{
    At, FactPath, Few, Gaps, GroupRef, Name, Resource, ResourceRef, Set,
    index::{self, Named},
};

/// The dependencies between the resources of a group, every name looked up once.
#[derive(Clone, Debug)]
pub struct Dependencies<'a> {
    resources: At<'a, Vec<Resource>>,
    found: Cow<'a, index::Dependencies>,
    /// The number there of the first resource.
    first: usize,
}

/// A mark for some of the resources. Without any there is no list.
#[derive(Clone, Debug)]
struct Marks<T>(Vec<Option<T>>);

impl<T: Copy> Marks<T> {
    const NONE: Self = Self(Vec::new());

    fn get(&self, place: usize) -> Option<T> {
        self.0.get(place).copied().flatten()
    }

    /// Marks a resource, one of so many, unless it is marked.
    fn mark(&mut self, place: usize, mark: T, resources: usize) {
        if self.0.is_empty() {
            self.0.resize(resources, None);
        }
        self.0[place].get_or_insert(mark);
    }

    /// Gives what stands at some places to all that depend on them.
    fn spread(&mut self, dependencies: &Dependencies<'_>) {
        let mut open: Few<usize> = (0..self.0.len()).filter(|&place| self.0[place].is_some()).collect();
        while let Some(place) = open.pop() {
            for dependent in dependencies.dependents(place) {
                if self.0[dependent].is_none() {
                    self.0[dependent] = self.0[place];
                    open.push(dependent);
                }
            }
        }
    }
}

/// The resources of a group that depend on one of a certain kind, directly or through others.
#[derive(Clone, Debug)]
pub struct LeadingTo<'a> {
    resources: At<'a, Vec<Resource>>,
    /// Of each resource, the place of one of that kind that it depends on.
    found: Marks<usize>,
    /// Of each resource, an absent fact that may hide one.
    gaps: Marks<FactPath>,
}

/// Resources that depend on each other in a circle, so that none of them can come online first.
#[derive(Clone, Debug)]
pub struct Cycle<'a> {
    /// The dependency that closes the circle.
    pub closed_by: At<'a, Name>,
    /// The resource that has this dependency.
    pub last: ResourceRef<'a>,
    /// The resource that it depends on; the same one where a resource depends on itself.
    pub first: ResourceRef<'a>,
    /// Resources on the way from the first to the last, in order; of a long way only the beginning.
    pub between: Vec<ResourceRef<'a>>,
}

/// How many resources of a long cycle are named.
const MOST_BETWEEN: usize = 8;

impl<'a> GroupRef<'a> {
    /// What the resources of the group depend on. Dependencies hold within a group only.
    pub fn dependencies(self) -> Dependencies<'a> {
        let resources = self.resources();
        if let Some((index, group)) = self.indexed() {
            let found = Cow::Borrowed(index.dependencies());
            Dependencies { resources, found, first: index.resources().first_of(group) }
        } else {
            let found = Cow::Owned(index::Dependencies::of_groups(iter::once(self)));
            Dependencies { resources, found, first: 0 }
        }
    }
}

impl<'a> Dependencies<'a> {
    /// The dependencies on a name that no resource of the group bears.
    pub fn unresolved(&self) -> Set<At<'a, Name>> {
        let mut gaps: Gaps = self.resources.gap().into_iter().collect();
        let mut unresolved = Few::new();
        for (place, resource) in self.resources.items().enumerate() {
            gaps.extend(resource.depends_on().gap());
            let dangling = self.named_by(place).iter().filter(|named| named.to.is_none());
            unresolved.extend(dangling.filter_map(|named| name_of(resource, *named)));
        }
        // A resource that is not known, or whose name is not, may be the one that is meant.
        if !unresolved.is_empty() {
            let names = self.resources.items().map(ResourceRef::name);
            let unnamed = names.filter(|name| name.peek().is_none()).map(At::path);
            let hiding: Gaps = self.resources.gap().into_iter().chain(unnamed).collect();
            if !hiding.is_empty() {
                unresolved.clear();
                gaps.extend(hiding);
            }
        }
        Set::from_parts(unresolved, gaps)
    }

    /// The resources that depend, directly or through others, on one for which a test on one of its facts holds.
    pub fn leading_to<T: ?Sized + 'a>(
        &self,
        fact: impl Fn(&ResourceRef<'a>) -> At<'a, T>,
        test: impl Fn(&T) -> bool,
    ) -> LeadingTo<'a> {
        let count = self.count();
        let (mut found, mut gaps) = (Marks::NONE, Marks::NONE);
        for (place, absent) in self.found.hidden(self.first..self.first + count) {
            gaps.mark(place - self.first, absent, count);
        }
        for (to, target) in self.resources.items().enumerate() {
            let dependents = self.dependents(to);
            if dependents.len() == 0 {
                continue;
            }
            let fact = fact(&target);
            match fact.peek() {
                Some(value) if test(value) => dependents.for_each(|from| found.mark(from, to, count)),
                Some(_) => {}
                None => dependents.for_each(|from| gaps.mark(from, fact.path(), count)),
            }
        }
        found.spread(self);
        gaps.spread(self);
        LeadingTo { resources: self.resources, found, gaps }
    }

    /// The cycles, in the order of the definition: one for each dependency that closes a circle.
    pub fn cycles(&self) -> Vec<Cycle<'a>> {
        let mut cycles = Vec::new();
        let mut states = vec![State::Unseen; self.count()];
        // From where the walk began to where it is: each resource with its dependencies that are still to walk.
        let mut way: Vec<(usize, slice::Iter<'_, Named>)> = Vec::new();
        for start in 0..states.len() {
            if states[start] != State::Unseen {
                continue;
            }
            states[start] = State::OnTheWay(0);
            way.push((start, self.named_by(start).iter()));
            while let Some((here, names)) = way.last_mut() {
                let here = *here;
                let Some(named) = names.next() else {
                    states[here] = State::Done;
                    way.pop();
                    continue;
                };
                let Some(to) = named.to.map(|to| to - self.first) else { continue };
                match states[to] {
                    State::Unseen => {
                        states[to] = State::OnTheWay(way.len());
                        way.push((to, self.named_by(to).iter()));
                    }
                    State::OnTheWay(depth) => {
                        let between = way[depth..].iter().map(|(place, _)| *place);
                        let between = between.filter(|place| ![here, to].contains(place)).take(MOST_BETWEEN);
                        cycles.extend(self.cycle(here, *named, between));
                    }
                    State::Done => {}
                }
            }
        }
        cycles
    }

    fn cycle(&self, last: usize, closing: Named, between: impl Iterator<Item = usize>) -> Option<Cycle<'a>> {
        let last = self.resources.item(last)?;
        Some(Cycle {
            closed_by: name_of(last, closing)?,
            last,
            first: self.target(closing)?,
            between: between.filter_map(|place| self.resources.item(place)).collect(),
        })
    }

    /// The dependencies between resources of the group: who depends, the name as it is written, and on whom. Those that
    /// absent facts hide are the gaps of [`unresolved`](Self::unresolved).
    pub fn edges(&self) -> impl Iterator<Item = (ResourceRef<'a>, At<'a, Name>, ResourceRef<'a>)> {
        self.resources.items().enumerate().flat_map(move |(from, resource)| {
            let named = self.named_by(from).iter();
            named.filter_map(move |named| Some((resource, name_of(resource, *named)?, self.target(*named)?)))
        })
    }

    /// How many resources there are.
    fn count(&self) -> usize {
        self.resources.items().len()
    }

    /// What a resource names, in order.
    fn named_by(&self, place: usize) -> &[Named] {
        self.found.of(self.first + place)
    }

    /// The resources that depend on a resource.
    fn dependents(&self, place: usize) -> impl ExactSizeIterator<Item = usize> {
        self.found.dependents(self.first + place).map(|from| from - self.first)
    }

    /// The resource that is named.
    fn target(&self, named: Named) -> Option<ResourceRef<'a>> {
        self.resources.item(named.to? - self.first)
    }
}

/// The name that a resource has for another one.
fn name_of(resource: ResourceRef<'_>, named: Named) -> Option<At<'_, Name>> {
    match named.alternatives {
        None => resource.depends_on(),
        Some(alternatives) => resource.depends_on_any().item(alternatives)?,
    }
    .item(named.place)
}

impl<'a> LeadingTo<'a> {
    /// Whether a resource of the group is known to lead to one.
    pub fn is_known_from(&self, resource: ResourceRef<'a>) -> bool {
        resource.path().inner_index().is_some_and(|place| self.found.get(place).is_some())
    }

    /// One of the resources that a resource of the group leads to. No member: it leads to none, unless the set has gaps.
    pub fn from(&self, resource: ResourceRef<'a>) -> Set<ResourceRef<'a>> {
        let Some(place) = resource.path().inner_index() else { return Set::default() };
        let found = self.found.get(place).and_then(|found| self.resources.item(found));
        Set::new(found, self.gaps.get(place))
    }
}

/// How far the walk has come with a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unseen,
    /// On the way to where the walk is, at this depth.
    OnTheWay(usize),
    Done,
}

/// Finds resources of a list by name.
///
/// A group holds a dozen, and looking through them is quickest. A long list gets an index, so that one of a hundred
/// thousand resources costs no more than one of a hundred.
pub struct ResourcesByName<'r, 'a> {
    resources: &'r [ResourceRef<'a>],
    index: Option<HashMap<&'a Name, usize>>,
}

/// The longest list that is looked through.
const LONGEST_WITHOUT_INDEX: usize = 32;

impl<'r, 'a> ResourcesByName<'r, 'a> {
    /// Prepares to find these resources.
    pub fn of(resources: &'r [ResourceRef<'a>]) -> Self {
        let index = (resources.len() > LONGEST_WITHOUT_INDEX).then(|| {
            // The first of a name wins, as it does where the list is looked through.
            let names = resources.iter().enumerate().rev();
            names.filter_map(|(place, resource)| Some((resource.name().peek()?, place))).collect()
        });
        Self { resources, index }
    }

    /// The first resource of a name.
    pub fn find(&self, name: &Name) -> Option<ResourceRef<'a>> {
        self.place_of(name).map(|place| self.resources[place])
    }

    pub(in crate::model) fn place_of(&self, name: &Name) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.resources.iter().position(|resource| resource.name().peek() == Some(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cluster, Group, Resource, ResourceType};

    fn group_of(resources: Vec<Resource>) -> Cluster {
        Cluster::new("MAILCLU1").groups([Group::default().resources(resources)])
    }

    fn disk_below_first(cluster: &Cluster) -> (usize, usize) {
        let group = cluster.view().groups().members().peek()[0];
        let leading = group
            .dependencies()
            .leading_to(|resource| resource.r#type(), |kind| *kind == ResourceType::PhysicalDisk);
        let reached = leading.from(group.resources().members().peek()[0]);
        (reached.peek().len(), reached.gaps().len())
    }

    #[test]
    fn a_long_way_and_a_cycle_lead_to_the_disk() {
        let last = 50_000;
        let mut resources: Vec<_> = (0..last)
            .map(|place| {
                Resource::default()
                    .name(format!("R{place}"))
                    .r#type(ResourceType::FileShare)
                    .depends_on([Name::from(format!("R{}", place + 1)), "R0".into()])
            })
            .collect();
        let disk = Resource::default().name(format!("R{last}")).depends_on([]);
        resources.push(disk.clone().r#type(ResourceType::PhysicalDisk));
        assert_eq!(disk_below_first(&group_of(resources.clone())), (1, 0));
        resources[last] = disk;
        assert_eq!(disk_below_first(&group_of(resources)), (0, 1), "its type is not known");
    }

    #[test]
    fn a_name_that_nobody_bears_hides_nothing_unless_a_resource_has_no_name() {
        let share = Resource::default()
            .name("Share")
            .r#type(ResourceType::FileShare)
            .depends_on([Name::from("Disk S:")]);
        assert_eq!(disk_below_first(&group_of(vec![share.clone()])), (0, 0));
        assert_eq!(disk_below_first(&group_of(vec![share, Resource::default()])), (0, 1));
    }

    /// A group of resources that are called `0`, `1` and so on, with what each depends on.
    fn numbered(dependencies: impl IntoIterator<Item = Vec<usize>>) -> Cluster {
        let resources = dependencies.into_iter().enumerate().map(|(place, on)| {
            let names: Vec<Name> = on.iter().map(|on| Name::from(on.to_string())).collect();
            Resource::default().name(place.to_string()).depends_on(names)
        });
        group_of(resources.collect())
    }

    /// The cycles as `last > first`, and the resources between.
    fn cycles(cluster: &Cluster) -> Vec<(String, Vec<String>)> {
        let group = cluster.view().groups().members().peek()[0];
        let name = |resource: &ResourceRef<'_>| resource.name().to_string();
        let cycles = group.dependencies().cycles().into_iter();
        cycles
            .map(|cycle| {
                let ends = format!("{} > {}", cycle.last.name(), cycle.first.name());
                (ends, cycle.between.iter().map(name).collect())
            })
            .collect()
    }

    #[test]
    fn two_ways_to_one_resource_are_no_cycle() {
        assert_eq!(cycles(&numbered([vec![1, 2], vec![3], vec![3], vec![]])), []);
    }

    #[test]
    fn each_cycle_is_found_once() {
        let cluster = numbered([vec![1], vec![2], vec![0, 3], vec![3]]);
        let expected = [("2 > 0".to_owned(), vec!["1".to_owned()]), ("3 > 3".to_owned(), vec![])];
        assert_eq!(cycles(&cluster), expected);
    }

    #[test]
    fn a_ring_of_a_hundred_thousand_is_walked_without_recursion() {
        const LENGTH: usize = 100_000;
        let cycles = cycles(&numbered((0..LENGTH).map(|place| vec![(place + 1) % LENGTH])));
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].0, "99999 > 0");
        assert_eq!(cycles[0].1.len(), MOST_BETWEEN);
    }

    #[test]
    fn a_long_list_is_searched_like_a_short_one() {
        for length in [LONGEST_WITHOUT_INDEX, LONGEST_WITHOUT_INDEX + 1] {
            let names = (0..length - 1).map(|place| format!("Resource {place}"));
            let resources = names.chain(["RESOURCE 7".to_owned()]).map(|name| Resource::default().name(name));
            let cluster =
                Cluster::new("MAILCLU1").groups([Group::default().resources(resources.collect::<Vec<_>>())]);
            let (resources, _) = cluster.view().resources().into_parts();
            let by_name = ResourcesByName::of(&resources);
            assert_eq!(by_name.place_of(&"resource 7".into()), Some(7), "the first of {length}");
            assert_eq!(by_name.place_of(&"resource 99".into()), None);
        }
    }

    #[test]
    fn edges_are_told_with_both_ends() {
        let cluster = numbered([vec![1, 7], vec![]]);
        let dependencies = cluster.view().groups().members().peek()[0].dependencies();
        let edges: Vec<String> = dependencies
            .edges()
            .map(|(from, name, to)| format!("{} {name} {}", from.name(), to.name()))
            .collect();
        assert_eq!(edges, ["0 1 1"]);
        assert_eq!(dependencies.unresolved().peek().len(), 1);
    }
}
