//! Questions about networks and the addresses on them.

use super::super::{
    At, ClusterRef, GroupRef, Interface, Name, NetworkRef, NetworkRole, NodeRef, Parameters, ResourceRef,
    ResourceType, Set,
};

impl<'a> ClusterRef<'a> {
    /// The networks on which clients reach the cluster.
    pub fn public_networks(self) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.role(), |role| role.serves_clients())
    }

    /// The resources that are an address, of any kind.
    pub fn address_resources(self) -> Set<ResourceRef<'a>> {
        self.groups().members().flat_map(GroupRef::address_resources)
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources that are an address, of any kind.
    pub fn address_resources(self) -> Set<ResourceRef<'a>> {
        self.resources().whose(|resource| resource.r#type(), ResourceType::is_address)
    }
}

impl<'a> At<'a, Parameters> {
    /// What the cluster uses the network of an address for. Not known for a network that the cluster does not have.
    pub fn network_role(self) -> At<'a, NetworkRole> {
        role_of(self.cluster(), self.network())
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
        role_of(self.cluster(), self.network())
    }
}

/// What a cluster uses the network of a name for.
fn role_of<'a>(cluster: ClusterRef<'a>, network: At<'a, Name>) -> At<'a, NetworkRole> {
    let unknown_at = |path| At::new(cluster.root(), path, None);
    let Some(name) = network.peek() else { return unknown_at(network.path()) };
    let networks = cluster.networks_named(name);
    match (networks.peek(), networks.gaps()) {
        ([network, ..], _) => network.role(),
        ([], [gap, ..]) => unknown_at(*gap),
        ([], []) => unknown_at(network.path()),
    }
}
