//! Questions about virtual servers.

use super::super::{At, ClusterRef, FactPath, GroupRef, Name, ResourceType, Set, VirtualServer};

/// A virtual server (2000, 2003) or clustered mailbox server (2007): one that the definition lists, or one that it
/// does not list but that shows in a System Attendant.
#[derive(Clone, Copy, Debug)]
pub struct Evs<'a> {
    listed: At<'a, VirtualServer>,
    group: Option<GroupRef<'a>>,
}

impl<'a> ClusterRef<'a> {
    /// The virtual servers: those that the definition lists, and every other group with a System Attendant.
    ///
    /// The list alone can say that there are no more. Where it is absent or partial, the groups are a lower bound.
    pub fn evs(self) -> Set<Evs<'a>> {
        let (listed, mut gaps) = self.virtual_servers().members().into_parts();
        let groups = self.groups().members();
        let mut all: Vec<Evs<'a>> = listed
            .iter()
            .map(|&listed| {
                let group = listed.group().peek().and_then(|name| {
                    groups.peek().iter().copied().find(|group| group.name().peek() == Some(name))
                });
                Evs { listed, group }
            })
            .collect();
        // A listed one whose group is not known may be the one in any group.
        let groups_of_listed_unknown = all.iter().any(|evs| evs.listed.group().peek().is_none());
        if !groups_of_listed_unknown {
            let unlisted = groups.peek().iter().filter(|group| {
                let taken = all.iter().any(|evs| evs.group.is_some_and(|taken| taken.path() == group.path()));
                !taken && !group.resources_of(&ResourceType::SystemAttendant).peek().is_empty()
            });
            let nothing = At::new(self.root(), self.virtual_servers().path(), None);
            let unlisted: Vec<_> =
                unlisted.map(|&group| Evs { listed: nothing, group: Some(group) }).collect();
            all.extend(unlisted);
        } else if !groups.peek().is_empty() {
            gaps.extend(
                all.iter().map(|evs| evs.listed.group()).filter(|group| group.peek().is_none()).map(At::path),
            );
        }
        Set::new(all, gaps)
    }
}

impl<'a> Evs<'a> {
    /// Where the virtual server stands: in the list, or the group that shows it.
    pub fn path(self) -> FactPath {
        match (self.listed.peek(), self.group) {
            (None, Some(group)) => group.path(),
            _ => self.listed.path(),
        }
    }

    /// Its facts in the list; all absent for one that is not listed.
    pub fn listed(self) -> At<'a, VirtualServer> {
        self.listed
    }

    /// Its name: as listed, or the one network name of its group.
    pub fn name(self) -> At<'a, Name> {
        if self.listed.peek().is_some() {
            return self.listed.name();
        }
        let names =
            self.group.map(|group| group.resources_of(&ResourceType::NetworkName)).unwrap_or_default();
        match names.peek() {
            [only] => only.parameters().name(),
            _ => At::new(self.listed.root(), self.path(), None),
        }
    }

    /// The group that holds it. No member: it has none, unless the set has gaps.
    pub fn group(self) -> Set<GroupRef<'a>> {
        match (self.group, self.listed.group().peek()) {
            (Some(group), _) => Set::new(vec![group], Vec::new()),
            (None, Some(name)) => self.listed.cluster().groups_named(name),
            (None, None) => Set::new(Vec::new(), vec![self.listed.group().path()]),
        }
    }

    /// The nodes that it runs on, by name: as listed, or else the owner of its group.
    pub fn running_on(self) -> Set<At<'a, Name>> {
        let listed = self.listed.running_on();
        if listed.peek().is_some() {
            return listed.members();
        }
        match self.group.map(At::owner) {
            Some(owner) if owner.peek().is_some() => Set::new(vec![owner], Vec::new()),
            _ => Set::new(Vec::new(), vec![listed.path()]),
        }
    }
}
