//! Queries: the questions that rules ask of a cluster, beyond single facts.
//!
//! A query never guesses. Where an absent fact could change its answer, the answer says so: an [`At`](super::At)
//! without a value, or a [`Set`] with a gap.

mod accounts;
mod dependencies;
mod directory;
pub mod drift;
mod fleet;
mod groups;
mod hosts;
mod networks;
mod nodes;
mod setup;
mod storage;
mod virtual_servers;

pub use dependencies::{Cycle, Dependencies, LeadingTo, ResourcesByName};
pub use setup::{Step, StepsByNode};
pub use virtual_servers::Evs;

use super::{ClusterRef, DiskRef, GroupRef, Name, NetworkRef, NodeRef, ResourceRef, Set};

/// Things by name. No member: the name is dangling, unless the set has gaps.
impl<'a> ClusterRef<'a> {
    /// The nodes of a name.
    pub fn nodes_named(self, name: &Name) -> Set<NodeRef<'a>> {
        self.nodes().whose(|node| node.name(), |other| other == name)
    }

    /// The groups of a name.
    pub fn groups_named(self, name: &Name) -> Set<GroupRef<'a>> {
        self.groups().whose(|group| group.name(), |other| other == name)
    }

    /// The resources of a name, in any group.
    pub fn resources_named(self, name: &Name) -> Set<ResourceRef<'a>> {
        self.resources_whose(|resource| resource.name(), |other| other == name)
    }

    /// The networks of a name.
    pub fn networks_named(self, name: &Name) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.name(), |other| other == name)
    }

    /// The disks of a name.
    pub fn disks_named(self, name: &Name) -> Set<DiskRef<'a>> {
        self.disks().whose(|disk| disk.name(), |other| other == name)
    }
}
