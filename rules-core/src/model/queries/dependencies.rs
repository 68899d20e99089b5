//! Questions about the whole of what the resources of a group depend on.

use std::collections::HashMap;

use super::super::{At, FactPath, GroupRef, Name, PathStep, ResourceRef, Set};

/// The dependencies between the resources of a group, every name looked up once.
#[derive(Clone, Debug)]
pub struct Dependencies<'a> {
    resources: Vec<ResourceRef<'a>>,
    /// Of each resource, the names that it depends on, with the place of the resource that bears the name.
    edges: Vec<Vec<(At<'a, Name>, usize)>>,
    /// Of each resource, an absent fact that may hide one of its own dependencies.
    hidden: Vec<Option<FactPath>>,
    unresolved: Set<At<'a, Name>>,
}

/// The resources of a group that depend on one of a certain kind, directly or through others.
#[derive(Clone, Debug)]
pub struct LeadingTo<'a> {
    /// Of each resource, one of that kind that it depends on.
    found: Vec<Option<ResourceRef<'a>>>,
    /// Of each resource, an absent fact that may hide one.
    gaps: Vec<Option<FactPath>>,
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
        let mut edges = vec![Vec::new(); resources.len()];
        let mut hidden = Vec::with_capacity(resources.len());
        let mut unresolved = Vec::new();
        let mut dangling = Vec::new();
        let mut unnamed = gaps.clone();
        for (place, (resource, edges)) in resources.iter().zip(&mut edges).enumerate() {
            let (names, absent) = resource.dependency_names().into_parts();
            hidden.push(absent.first().copied());
            gaps.extend(absent);
            for name in names {
                if let Some(place) = name.peek().and_then(|name| by_name.place_of(name)) {
                    edges.push((name, place));
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
                hidden[place] = hidden[place].or(unnamed.first().copied());
            }
            gaps.extend(unnamed);
            unresolved.clear();
        }
        Dependencies { resources, edges, hidden, unresolved: Set::new(unresolved, gaps) }
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
        let mut found = vec![None; self.resources.len()];
        let mut gaps = self.hidden.clone();
        let mut dependents = vec![Vec::new(); self.resources.len()];
        for (place, edges) in self.edges.iter().enumerate() {
            for &(_, to) in edges {
                dependents[to].push(place);
                let target = self.resources[to];
                match fact(&target).peek() {
                    Some(value) if test(value) => found[place] = Some(target),
                    Some(_) => {}
                    None => gaps[place] = gaps[place].or(Some(fact(&target).path())),
                }
            }
        }
        spread(&mut found, &dependents);
        spread(&mut gaps, &dependents);
        LeadingTo { found, gaps }
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
            way.push((start, self.edges[start].iter()));
            while let Some((here, edges)) = way.last_mut() {
                let here = *here;
                let Some(&(closed_by, to)) = edges.next() else {
                    states[here] = State::Done;
                    way.pop();
                    continue;
                };
                match states[to] {
                    State::Unseen => {
                        states[to] = State::OnTheWay(way.len());
                        way.push((to, self.edges[to].iter()));
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
        self.resources.iter().zip(&self.edges).flat_map(move |(&from, edges)| {
            edges.iter().map(move |&(name, to)| (from, name, self.resources[to]))
        })
    }
}

/// Gives what stands at some places to all that depend on them.
fn spread<T: Copy>(marks: &mut [Option<T>], dependents: &[Vec<usize>]) {
    let mut open: Vec<usize> = (0..marks.len()).filter(|&place| marks[place].is_some()).collect();
    while let Some(place) = open.pop() {
        for &dependent in &dependents[place] {
            if marks[dependent].is_none() {
                marks[dependent] = marks[place];
                open.push(dependent);
            }
        }
    }
}

impl<'a> LeadingTo<'a> {
    /// One of the resources that a resource of the group leads to. No member: it leads to none, unless the set has gaps.
    pub fn from(&self, resource: ResourceRef<'a>) -> Set<ResourceRef<'a>> {
        let Some(PathStep::Index(place)) = resource.path().steps().last() else { return Set::default() };
        let found = self.found.get(place).copied().flatten();
        let gap = self.gaps.get(place).copied().flatten();
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
