//! Queries: the questions that rules ask of a cluster, beyond single facts.
//!
//! A query never guesses. Where an absent fact could change its answer, the answer says so: an [`At`](super::At)
//! without a value, or a [`Set`] with a gap.

mod accounts;
mod databases;
mod dependencies;
mod directory;
pub mod drift;
mod fleet;
mod groups;
mod hosts;
mod networks;
mod nodes;
mod order;
mod quorum;
mod setup;
mod storage;
mod stored_data;
mod topology;
mod virtual_servers;
mod windows;

pub use dependencies::{Cycle, Dependencies, LeadingTo, ResourcesByName};
pub use setup::{Step, StepsByNode};
pub use virtual_servers::Evs;

use super::{
    At, ClusterRef, DiskRef, GroupRef, Name, NodeRef, ResourceRef, Set,
    index::{Indexed, Names},
    table::Term,
};

/// Things by name. No member: the name is dangling, unless the set has gaps.
impl<'a> ClusterRef<'a> {
    /// The nodes of a name.
    pub fn nodes_named(self, name: &Name) -> Set<NodeRef<'a>> {
        named(self.nodes(), name, |node| node.name(), |index| index.nodes())
    }

    /// The groups of a name.
    pub fn groups_named(self, name: &Name) -> Set<GroupRef<'a>> {
        named(self.groups(), name, |group| group.name(), |index| index.groups())
    }

    /// The resources of a name, in any group.
    pub fn resources_named(self, name: &Name) -> Set<ResourceRef<'a>> {
        // Looking through a few hundred is quicker than to sort them.
        const MANY: usize = 256;
        let groups = self.groups();
        let count =
            || groups.items().map(|group| group.resources().peek().map_or(0, Vec::len)).sum::<usize>();
        if !self.root().is_indexed() || count() <= MANY {
            return self.resources_whose(|resource| resource.name(), |other| other == name);
        }
        self.root().ask(|index| {
            let (names, resources) = (index.resource_names(), index.resources());
            let resource = |number| self.resource(resources.place(number));
            let candidates = names.candidates(name.as_str()).filter_map(resource);
            let members = candidates.filter(|resource| resource.name().peek() == Some(name));
            let unnamed = names.unnamed().filter_map(resource).map(|resource| resource.name().path());
            let mut gaps: Vec<_> = groups.gap().into_iter().chain(unnamed).collect();
            gaps.extend(resources.incomplete_lists());
            Set::new(members, gaps)
        })
    }

    /// The disks of a name.
    pub fn disks_named(self, name: &Name) -> Set<DiskRef<'a>> {
        named(self.disks(), name, |disk| disk.name(), |index| index.disks())
    }

    /// The first group of a name, if there is one.
    pub(super) fn group_named(self, name: &Name) -> Option<GroupRef<'a>> {
        let groups = self.groups();
        let bears = |group: &GroupRef<'a>| group.name().peek() == Some(name);
        if !is_long(groups) {
            return groups.items().find(bears);
        }
        self.root().ask(|index| {
            let candidates = index.groups().candidates(name.as_str());
            candidates.filter_map(|place| groups.item(place)).find(bears)
        })
    }
}

/// The elements of a list that have a name. In a long list they are looked up.
fn named<'a, T: Term>(
    list: At<'a, Vec<T>>,
    name: &Name,
    name_of: impl Fn(&At<'a, T>) -> At<'a, Name>,
    names: impl for<'i> Fn(Indexed<'i>) -> &'i Names,
) -> Set<At<'a, T>> {
    if !is_long(list) {
        return list.whose(name_of, |other| other == name);
    }
    list.root().ask(|index| {
        let names = names(index);
        let candidates = names.candidates(name.as_str()).filter_map(|place| list.item(place));
        let members = candidates.filter(|item| name_of(item).peek() == Some(name));
        let unnamed = names.unnamed().filter_map(|place| list.item(place));
        Set::new(members, unnamed.map(|item| name_of(&item).path()).chain(list.gap()))
    })
}

/// Whether a list is so long that it pays to look names up, and there is an index to do it with.
fn is_long<T>(list: At<'_, Vec<T>>) -> bool {
    const LONG: usize = 8;
    list.peek().is_some_and(|items| items.len() > LONG) && list.root().is_indexed()
}
