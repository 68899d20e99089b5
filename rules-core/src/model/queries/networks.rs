//! Questions about networks and the addresses on them.

use super::super::{
    Address, At, ClusterRef, GroupRef, Interface, Name, Network, NetworkRef, NetworkRole, NodeRef,
    Parameters, ResourceRef, ResourceType, Set, index::Class,
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

    /// The networks that the cluster uses: all that are not disabled.
    pub fn used_networks(self) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.role(), |role| *role != NetworkRole::Disabled)
    }

    /// The networks of the nodes alone.
    pub fn private_networks(self) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.role(), |role| *role == NetworkRole::Internal)
    }

    /// The networks on which the nodes talk to each other, with or without clients.
    pub fn heartbeat_networks(self) -> Set<NetworkRef<'a>> {
        self.networks().whose(|network| network.role(), |role| role.carries_heartbeat())
    }

    /// The resources whose address somebody chose: not one from DHCP, and no tunnel, whose address is derived from
    /// another one.
    pub fn static_addresses(self) -> Set<ResourceRef<'a>> {
        let is_static = |kind: &ResourceType| kind.is_address() && *kind != ResourceType::Ipv6TunnelAddress;
        self.resources_whose(|resource| resource.r#type(), is_static)
            .filter(|resource| resource.parameters().dhcp().peek() != Some(&true))
    }
}

impl<'a> NetworkRef<'a> {
    /// The subnet, where the length of its prefix is known, too.
    pub fn whole_subnet(self) -> At<'a, Address> {
        self.subnet().map(|subnet| subnet.prefix.is_some().then_some(subnet))
    }

    /// The adapters of all nodes that are attached to the network.
    pub fn interfaces(self) -> Set<At<'a, Interface>> {
        let Some(name) = self.name().peek() else { return Set::new([], [self.name().path()]) };
        self.cluster().nodes().members().flat_map(|node| node.interfaces_on(name))
    }
}

impl<'a> GroupRef<'a> {
    /// The group's resources that are an address, of any kind.
    pub fn address_resources(self) -> Set<ResourceRef<'a>> {
        self.of_class(Class::Address, ResourceType::is_address)
    }

    /// Whether the group has addresses on several networks and moves to a node that is not attached to all of them: its
    /// name is at another address then.
    pub fn moves_between_networks(self) -> At<'a, bool> {
        let (networks, gaps) = self.address_networks().into_parts();
        let answer = |place, moves| At::new(self.root(), place, moves);
        let first = networks.first().and_then(|first| first.peek());
        if networks.iter().all(|network| network.peek() == first) {
            let unsure = gaps.first().map(|gap| answer(*gap, None));
            return unsure.unwrap_or_else(|| answer(self.resources().path(), Some(&false)));
        }
        let (nodes, mut unsure) = self.cluster().nodes().members().into_parts();
        unsure.extend(gaps);
        for node in nodes {
            let attached =
                networks.iter().filter_map(|name| name.peek()).map(|name| node.interfaces_on(name));
            let (here, elsewhere): (Vec<_>, Vec<_>) = attached.partition(|here| !here.peek().is_empty());
            if !here.is_empty() && elsewhere.iter().any(Set::is_complete) {
                return answer(node.interfaces().path(), Some(&true));
            }
            unsure.extend(elsewhere.iter().flat_map(|interfaces| interfaces.gaps().iter().copied()));
        }
        match unsure.first() {
            Some(gap) => answer(*gap, None),
            None => answer(self.resources().path(), Some(&false)),
        }
    }

    /// The networks that the group's addresses are on, by name. A tunnel address is on none of its own.
    fn address_networks(self) -> Set<At<'a, Name>> {
        let addresses = self.resources().whose(
            |resource| resource.r#type(),
            |kind| kind.is_address() && *kind != ResourceType::Ipv6TunnelAddress,
        );
        let network = |resource: &ResourceRef<'a>| resource.parameters().network();
        addresses.whose(network, |_| true).map(|resource| resource.parameters().network())
    }
}

impl<'a> At<'a, Parameters> {
    /// What the cluster uses the network of an address for. Not known for a network that the cluster does not have.
    pub fn network_role(self) -> At<'a, NetworkRole> {
        fact_of_network(self.network(), At::<Network>::role)
    }
}

impl<'a> NodeRef<'a> {
    /// The node's adapters on networks on which clients reach the cluster.
    pub fn public_interfaces(self) -> Set<At<'a, Interface>> {
        self.interfaces().whose(|interface| interface.network_role(), |role| role.serves_clients())
    }

    /// The node's adapters on networks of the nodes alone: its heartbeat adapters.
    pub fn private_interfaces(self) -> Set<At<'a, Interface>> {
        self.interfaces().whose(|interface| interface.network_role(), |role| *role == NetworkRole::Internal)
    }

    /// The node's adapters on networks that the cluster uses.
    pub fn used_interfaces(self) -> Set<At<'a, Interface>> {
        self.interfaces().whose(|interface| interface.network_role(), |role| *role != NetworkRole::Disabled)
    }

    /// The node's adapters on the network of a name.
    pub fn interfaces_on(self, network: &Name) -> Set<At<'a, Interface>> {
        self.interfaces().whose(|interface| interface.network(), |other| other == network)
    }
}

impl<'a> At<'a, Interface> {
    /// What the cluster uses the adapter's network for. Not known for a network that the cluster does not have.
    pub fn network_role(self) -> At<'a, NetworkRole> {
        fact_of_network(self.network(), At::<Network>::role)
    }

    /// The subnet of the adapter's network, with its prefix. Not known for a network that the cluster does not have.
    pub fn network_subnet(self) -> At<'a, Address> {
        fact_of_network(self.network(), NetworkRef::whole_subnet)
    }

    /// Whether the adapter has a default gateway: said outright, or to be seen from its address.
    pub fn has_default_gateway(self) -> At<'a, bool> {
        self.has_gateway().or(self.gateway().map(|_| Some(&true)))
    }
}

/// Address resources.
impl<'a> ResourceRef<'a> {
    /// What the cluster uses the network of the address for. Not known for a network that the cluster does not have.
    pub fn network_role(self) -> At<'a, NetworkRole> {
        self.parameters().network_role()
    }

    /// The subnet of the network of the address, with its prefix. Not known for a network that the cluster does not
    /// have.
    pub fn network_subnet(self) -> At<'a, Address> {
        fact_of_network(self.parameters().network(), NetworkRef::whole_subnet)
    }
}

/// A fact of the network of a name. Not known for a network that the cluster does not have.
fn fact_of_network<'a, T>(name: At<'a, Name>, fact: impl FnOnce(NetworkRef<'a>) -> At<'a, T>) -> At<'a, T> {
    let unknown_at = |path| At::new(name.root(), path, None);
    let Some(known) = name.peek() else { return unknown_at(name.path()) };
    let networks = name.cluster().networks();
    if let Some(network) = networks.items().find(|network| network.name().peek() == Some(known)) {
        return fact(network);
    }
    // One without a name may be the one that is meant.
    let nameless = networks.items().map(NetworkRef::name).find(|name| name.peek().is_none());
    unknown_at(nameless.map(At::path).or(networks.gap()).unwrap_or(name.path()))
}
