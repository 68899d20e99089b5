//! Questions about networks and the addresses on them.

use super::super::{
    At, ClusterRef, GroupRef, Interface, NetworkRef, NetworkRole, NodeRef, ResourceRef, ResourceType, Set,
    index::Class,
};

impl<'a> ClusterRef<'a> {
    /// The networks on which clients reach the cluster.
    pub fn public_networks(self) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.role(), |role| role.serves_clients())
    }

    /// The resources that are an address, of any kind.
    pub fn address_resources(self) -> Set<ResourceRef<'a>> {
        self.of_class(Class::Address)
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources that are an address, of any kind.
    pub fn address_resources(self) -> Set<ResourceRef<'a>> {
        self.of_types(|_, classes| classes & Class::Address as u8 != 0, ResourceType::is_address)
    }
}

impl<'a> NodeRef<'a> {
    /// The node's adapters on networks on which clients reach the cluster.
    pub fn public_interfaces(self) -> Set<At<'a, Interface>> {
        self.interfaces().whose(|interface| interface.network_role(), |role| role.serves_clients())
    }
}

impl<'a> At<'a, Interface> {
    /// What the cluster uses the adapter's network for. Not known for a network that the cluster does not have.
    pub fn network_role(self) -> At<'a, NetworkRole> {
        let unknown_at = |path| At::new(self.root(), path, None);
        let Some(name) = self.network().peek() else { return unknown_at(self.network().path()) };
        let networks = self.cluster().networks_named(name);
        match (networks.peek(), networks.gaps()) {
            ([network, ..], _) => network.role(),
            ([], [gap, ..]) => unknown_at(*gap),
            ([], []) => unknown_at(self.network().path()),
        }
    }
}
