//! Questions about the whole of what the resources of a group depend on.

use std::collections::HashMap;

use super::super::{At, FactPath, GroupRef, Name, Resource, ResourceRef, Set};

/// The dependencies between the resources of a group, every name looked up once.
#[derive(Clone, Debug)]
pub struct Dependencies<'a> {
    list: At<'a, Vec<Resource>>,
    resources: Vec<ResourceRef<'a>>,
    /// In the order of the resources that depend, as they name the others.
    edges: Vec<Edge<'a>>,
    /// Of each resource where its own edges begin; one more at the end.
    starts: Vec<usize>,
    /// The edges by the resources that they lead to.
    back: Back,
    /// Of each resource, an absent fact that may hide one of its own dependencies.
    hidden: Marks<FactPath>,
    unresolved: Set<At<'a, Name>>,
}

/// That a resource depends on another one of its group.
#[derive(Clone, Copy, Debug)]
struct Edge<'a> {
    from: usize,
    /// The name by which it does.
    name: At<'a, Name>,
    to: usize,
}

/// Which resources depend on a resource.
#[derive(Clone, Debug)]
struct Back {
    starts: Vec<usize>,
    from: Vec<usize>,
}

impl Back {
    fn of(edges: &[Edge<'_>], resources: usize) -> Self {
        let mut starts = vec![0; resources + 1];
        for edge in edges {
            starts[edge.to] += 1;
        }
        // From how many there are to where each one's end; filling them from the end leaves where they begin.
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut from = vec![0; edges.len()];
        for edge in edges.iter().rev() {
            starts[edge.to] -= 1;
            from[starts[edge.to]] = edge.from;
        }
        Self { starts, from }
    }

    fn dependents(&self, place: usize) -> &[usize] {
        &self.from[self.starts[place]..self.starts[place + 1]]
    }
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
    fn spread(&mut self, back: &Back) {
        let mut open: Vec<usize> = (0..self.0.len()).filter(|&place| self.0[place].is_some()).collect();
        while let Some(place) = open.pop() {
            for &dependent in back.dependents(place) {
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
        let (resources, mut gaps) = self.resources().members().into_parts();
        let by_name = ResourcesByName::of(&resources);
        let mut edges = Vec::with_capacity(resources.len() * 2);
        let mut starts = Vec::with_capacity(resources.len() + 1);
        let mut hidden = Marks::NONE;
        let mut unresolved = Vec::new();
        let mut dangling = Vec::new();
        let mut unnamed = gaps.clone();
        for (place, resource) in resources.iter().enumerate() {
            starts.push(edges.len());
            if let Some(absent) = resource.depends_on().gap() {
                hidden.mark(place, absent, resources.len());
                gaps.push(absent);
            }
            let any = resource.depends_on_any().items().flat_map(At::items);
            for name in resource.depends_on().items().chain(any) {
                if let Some(to) = name.peek().and_then(|name| by_name.place_of(name)) {
                    edges.push(Edge { from: place, name, to });
                } else {
                    unresolved.push(name);
                    dangling.push(place);
                }
            }
            unnamed.extend(resource.name().peek().is_none().then(|| resource.name().path()));
        }
        // A resource that is not known, or whose name is not, may be the one that is meant.
        if !unresolved.is_empty() && !unnamed.is_empty() {
            for place in dangling {
                hidden.mark(place, unnamed[0], resources.len());
            }
            gaps.extend(unnamed);
            unresolved.clear();
        }
        starts.push(edges.len());
        let back = Back::of(&edges, resources.len());
        let unresolved = Set::new(unresolved, gaps);
        Dependencies { list: self.resources(), resources, edges, starts, back, hidden, unresolved }
    }
}

impl<'a> Dependencies<'a> {
    /// The dependencies on a name that no resource of the group bears.
    pub fn unresolved(&self) -> Set<At<'a, Name>> {
        self.unresolved.clone()
    }

    /// The resources that depend, directly or through others, on one for which a test on one of its facts holds.
    pub fn leading_to<T: ?Sized + 'a>(
        &self,
        fact: impl Fn(&ResourceRef<'a>) -> At<'a, T>,
        test: impl Fn(&T) -> bool,
    ) -> LeadingTo<'a> {
        let mut found = Marks::NONE;
        let mut gaps = self.hidden.clone();
        for (to, target) in self.resources.iter().enumerate() {
            let dependents = self.back.dependents(to);
            if dependents.is_empty() {
                continue;
            }
            let fact = fact(target);
            match fact.peek() {
                Some(value) if test(value) => {
                    for &from in dependents {
                        found.mark(from, to, self.resources.len());
                    }
                }
                Some(_) => {}
                None => {
                    for &from in dependents {
                        gaps.mark(from, fact.path(), self.resources.len());
                    }
                }
            }
        }
        found.spread(&self.back);
        gaps.spread(&self.back);
        LeadingTo { resources: self.list, found, gaps }
    }

    /// The cycles, in the order of the definition: one for each dependency that closes a circle.
    pub fn cycles(&self) -> Vec<Cycle<'a>> {
        let mut cycles = Vec::new();
        let mut states = vec![State::Unseen; self.resources.len()];
        // From where the walk began to where it is: each resource with its dependencies that are still to walk.
        let mut way = Vec::new();
        for start in 0..self.resources.len() {
            if states[start] != State::Unseen {
                continue;
            }
            states[start] = State::OnTheWay(0);
            way.push((start, self.edges_from(start)));
            while let Some((here, edges)) = way.last_mut() {
                let here = *here;
                let Some(&Edge { name: closed_by, to, .. }) = edges.next() else {
                    states[here] = State::Done;
                    way.pop();
                    continue;
                };
                match states[to] {
                    State::Unseen => {
                        states[to] = State::OnTheWay(way.len());
                        way.push((to, self.edges_from(to)));
                    }
                    State::OnTheWay(depth) => cycles.push(Cycle {
                        closed_by,
                        last: self.resources[here],
                        first: self.resources[to],
                        between: way[depth..]
                            .iter()
                            .map(|(place, _)| *place)
                            .filter(|place| ![here, to].contains(place))
                            .take(MOST_BETWEEN)
                            .map(|place| self.resources[place])
                            .collect(),
                    }),
                    State::Done => {}
                }
            }
        }
        cycles
    }

    /// The dependencies between resources of the group: who depends, the name as it is written, and on whom. Those that
    /// absent facts hide are the gaps of [`unresolved`](Self::unresolved).
    pub fn edges(&self) -> impl Iterator<Item = (ResourceRef<'a>, At<'a, Name>, ResourceRef<'a>)> {
        self.edges.iter().map(|edge| (self.resources[edge.from], edge.name, self.resources[edge.to]))
    }

    fn edges_from(&self, place: usize) -> std::slice::Iter<'_, Edge<'a>> {
        self.edges[self.starts[place]..self.starts[place + 1]].iter()
    }
}

impl<'a> LeadingTo<'a> {
    /// One of the resources that a resource of the group leads to. No member: it leads to none, unless the set has gaps.
    pub fn from(&self, resource: ResourceRef<'a>) -> Set<ResourceRef<'a>> {
        let Some(place) = resource.path().inner_index() else { return Set::default() };
        let found = self.found.get(place).and_then(|found| self.resources.item(found));
        let gap = self.gaps.get(place);
        Set::new(found.into_iter().collect(), gap.into_iter().collect())
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

    fn place_of(&self, name: &Name) -> Option<usize> {
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
