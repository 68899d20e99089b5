//! Queries: the questions that rules ask of a cluster, beyond single facts.
//!
//! A query never guesses. Where an absent fact could change its answer, the answer says so: an [`At`](super::At)
//! without a value, or a [`Set`] with a gap.

mod groups;
mod nodes;
mod setup;
mod virtual_servers;

pub use setup::Step;
pub use virtual_servers::Evs;

use super::{At, ClusterRef, DiskRef, GroupRef, Name, NetworkRef, NodeRef, ResourceRef, Set, same_name};

/// The members that bear a name. No member: the name is dangling, unless the set has gaps.
fn named<'a, T>(
    members: Set<At<'a, T>>,
    name_of: impl Fn(&At<'a, T>) -> At<'a, Name>,
    name: &str,
) -> Set<At<'a, T>> {
    members.whose(name_of, |other| same_name(other.as_str(), name))
}

/// Things by name.
impl<'a> ClusterRef<'a> {
    /// The nodes of a name.
    pub fn nodes_named(self, name: &Name) -> Set<NodeRef<'a>> {
        named(self.nodes().members(), |node| node.name(), name.as_str())
    }

    /// The groups of a name.
    pub fn groups_named(self, name: &Name) -> Set<GroupRef<'a>> {
        named(self.groups().members(), |group| group.name(), name.as_str())
    }

    /// The resources of a name, in any group.
    pub fn resources_named(self, name: &Name) -> Set<ResourceRef<'a>> {
        named(self.resources(), |resource| resource.name(), name.as_str())
    }

    /// The networks of a name.
    pub fn networks_named(self, name: &Name) -> Set<NetworkRef<'a>> {
        named(self.networks().members(), |network| network.name(), name.as_str())
    }

    /// The disks of a name.
    pub fn disks_named(self, name: &Name) -> Set<DiskRef<'a>> {
        named(self.disks().members(), |disk| disk.name(), name.as_str())
    }
}
