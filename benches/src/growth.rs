//! Clusters that grow in one direction, to see that no rule's time grows with the square of it.

use rules_core::model::{Actor, Cluster, PathPattern, ResourceType, SetupAction, SetupStep};

/// What there is more and more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growing {
    /// Nodes, each with its steps in the setup log.
    Nodes,
    /// Virtual servers, each in its group of a dozen resources.
    VirtualServers,
    /// Resources in one group, each dependent on the one before it.
    Resources,
    /// Groups that the definition calls incomplete, one by one.
    Partial,
    /// Steps of the setup log, on two nodes.
    Steps,
}

impl Growing {
    /// Each of them.
    pub const ALL: [Self; 5] =
        [Self::Nodes, Self::VirtualServers, Self::Resources, Self::Partial, Self::Steps];

    /// A cluster with so many.
    pub fn cluster(self, size: u64) -> Cluster {
        let (nodes, servers) = match self {
            Self::Nodes => (size, 1),
            Self::VirtualServers | Self::Partial => (2, size),
            Self::Resources | Self::Steps => (2, 1),
        };
        let mut cluster = crate::good::good(1, nodes, servers);
        let node = |number: u64| crate::good::node_name(1, 1 + number % nodes);
        let step =
            |action: SetupAction, node: &str| SetupStep::default().step(action).node(node).by(Actor::Setup);
        match self {
            Self::Nodes => {
                let joins = (0..size).map(|number| step(SetupAction::JoinNode, &node(number)));
                let installs = (0..size).map(|number| step(SetupAction::InstallExchange, &node(number)));
                cluster.setup.set(joins.chain(installs).collect::<Vec<_>>());
            }
            Self::VirtualServers => {}
            Self::Resources => {
                let group = &mut cluster.groups.get_or_default()[1];
                group.resources.get_or_default().extend((0..size).map(|number| {
                    let before = number.checked_sub(1).map(|before| format!("Share {before}"));
                    let depends_on: Vec<&str> = before.iter().map(String::as_str).collect();
                    crate::good::resource(&format!("Share {number}"), ResourceType::FileShare, &depends_on)
                }));
            }
            Self::Partial => {
                let lists = (1..=size).map(|number| format!("groups[EVS{number} Group].resources"));
                let lists = lists.map(|list| list.parse::<PathPattern>().expect("it is a path"));
                cluster.partial.set(lists.collect::<Vec<_>>());
            }
            Self::Steps => {
                let steps = (0..size).map(|number| step(SetupAction::InstallExchange, &node(number)));
                cluster.setup.set(steps.collect::<Vec<_>>());
            }
        }
        cluster
    }
}
