//! Questions about nodes.

use super::super::{At, ClusterRef, Name, NodeRef, NodeState, ServiceAccount, Set};

impl<'a> ClusterRef<'a> {
    /// The nodes that have Exchange binaries.
    pub fn exchange_nodes(self) -> Set<NodeRef<'a>> {
        self.nodes().members().whose(|node| node.has_exchange(), |has| *has)
    }

    /// The nodes that are members of the cluster, running or not.
    pub fn member_nodes(self) -> Set<NodeRef<'a>> {
        self.nodes().members().whose(|node| node.state(), |state| *state != NodeState::NotJoined)
    }
}

impl<'a> NodeRef<'a> {
    /// Whether the node has Exchange binaries: said outright, or to be seen from the version of the binaries.
    pub fn has_exchange(self) -> At<'a, bool> {
        let exchange = self.exchange();
        exchange.installed().or(At::new(
            self.root(),
            exchange.installed().path(),
            exchange.version().peek().map(|_| &true),
        ))
    }

    /// Whether the node is in a workgroup instead of a domain.
    pub fn in_workgroup(self) -> At<'a, bool> {
        self.domain().map(|domain| if *domain == *"workgroup" { Some(&true) } else { Some(&false) })
    }

    /// The name of the account that the Cluster service runs as on this node: the node's own, or the cluster's.
    pub fn cluster_account(self) -> At<'a, Name> {
        self.account_fact(At::<ServiceAccount>::name)
    }

    /// A fact of the account that the Cluster service runs as on this node.
    pub fn account_fact<T>(self, fact: impl Fn(At<'a, ServiceAccount>) -> At<'a, T>) -> At<'a, T> {
        let own = fact(self.service_account());
        if self.service_account().peek().is_some() { own } else { fact(self.cluster().service_account()) }
    }
}
