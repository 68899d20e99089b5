//! Questions about nodes.

use super::super::{
    At, ClusterRef, ExchangeServerRole, Name, NodeRef, NodeState, ResourceRef, ServiceAccount, ServiceState,
    Set, WindowsVersion,
};

impl<'a> ClusterRef<'a> {
    /// The nodes that have Exchange binaries.
    pub fn exchange_nodes(self) -> Set<NodeRef<'a>> {
        self.nodes().whose(|node| node.has_exchange(), |has| *has)
    }

    /// The nodes that have the Mailbox role (2007). A voter node without Exchange is none of them.
    pub fn mailbox_nodes(self) -> Set<NodeRef<'a>> {
        self.nodes().whose(|node| node.has_mailbox_role(), |has| *has)
    }

    /// The nodes whose version of Windows passes a test.
    pub fn nodes_on(self, windows: impl Fn(WindowsVersion) -> bool) -> Set<NodeRef<'a>> {
        self.nodes().whose(|node| node.windows().version(), |version| windows(*version))
    }

    /// Whether the cluster runs on Windows 2008, R2 or not. It has no nodes with an older Windows then, so that one such
    /// node is answer enough.
    pub fn is_on_2008(self) -> At<'a, bool> {
        let older = self.nodes_on(|windows| !windows.is_2008());
        let nodes = self.nodes();
        let (place, answer) = match (older.peek(), older.gaps()) {
            ([_, ..], _) => (nodes.path(), Some(&false)),
            ([], [gap, ..]) => (*gap, None),
            ([], []) => (nodes.path(), nodes.peek().filter(|nodes| !nodes.is_empty()).map(|_| &true)),
        };
        At::new(self.root(), place, answer)
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

    /// The Exchange resources that have the node among their possible owners.
    pub fn exchange_resources(self) -> Set<ResourceRef<'a>> {
        self.may_own(&self.cluster().exchange_resources())
    }

    /// Those of some resources that have the node among their possible owners.
    pub fn may_own(self, resources: &Set<ResourceRef<'a>>) -> Set<ResourceRef<'a>> {
        let Some(name) = self.name().peek() else { return Set::new([], [self.name().path()]) };
        let mut own = Set::new([], resources.gaps().iter().copied());
        for &resource in resources.peek() {
            match resource.may_run_on(name) {
                Some(true) => own.add(resource),
                Some(false) => {}
                None => own.add_gap(resource.possible_owners().path()),
            }
        }
        own
    }

    /// Whether the node is known to be there for its vote in the quorum only: it has no Exchange, and there are Exchange
    /// resources, none of which it may own.
    pub fn is_voter(self) -> bool {
        let owns_none = || {
            let own = self.exchange_resources();
            own.is_complete() && own.peek().is_empty()
        };
        let has_none = self.has_exchange().peek() == Some(&false);
        has_none && owns_none() && !self.cluster().exchange_resources().peek().is_empty()
    }

    /// Whether the Cluster service runs on the node: said outright, or to be seen from its state in the cluster.
    pub fn runs_cluster_service(self) -> At<'a, bool> {
        let stated = self.services().clussvc().state();
        let by_service =
            stated.map(|state| Some(if *state == ServiceState::Running { &true } else { &false }));
        let by_membership = self.state().map(|state| match state {
            NodeState::Up | NodeState::Paused | NodeState::Joining => Some(&true),
            NodeState::Down | NodeState::NotJoined => Some(&false),
            NodeState::Member => None,
        });
        by_service.or(by_membership)
    }

    /// Whether the node has the Mailbox role (2007).
    pub fn has_mailbox_role(self) -> At<'a, bool> {
        let roles = self.exchange().roles();
        let answer = if self.has_exchange().peek() == Some(&false) {
            Some(&false)
        } else if roles.items().any(|role| role.peek() == Some(&ExchangeServerRole::Mailbox)) {
            Some(&true)
        } else {
            roles.gap().is_none().then_some(&false)
        };
        At::new(self.root(), roles.path(), answer)
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
