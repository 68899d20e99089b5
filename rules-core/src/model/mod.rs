//! The fact model: what a definition says about a cluster.
//!
//! Every fact is optional, and absent means *not known*: see [`Fact`]. A definition is the plain data of [`Cluster`];
//! rules see it through views, [`At`], which give every fact its place ([`FactPath`]) and every question for all
//! things of a kind an answer that knows whether it is complete ([`Set`]).
//!
//! ```
//! use rules_core::model::{Cluster, ExchangeVersion, Node, NodeState};
//!
//! let cluster = Cluster::new("MAILCLU1")
//!     .exchange(ExchangeVersion::V2003)
//!     .nodes([Node::default().name("NODE1").state(NodeState::Up).domain("corp.example.com")]);
//!
//! let node = cluster.view().nodes().members().peek()[0];
//! assert_eq!(node.domain().path().names(&cluster), "nodes[NODE1].domain");
//! assert!(node.site().peek().is_none(), "not known");
//! ```

mod at;
mod cluster;
mod directory;
mod fact;
mod free;
mod group;
mod index;
mod key;
mod network;
mod node;
mod path;
mod queries;
mod schema;
mod setup;
mod storage;
pub(crate) mod table;
mod text;
mod version;
mod virtual_server;
mod vocabulary;

pub use at::{At, Few, Gaps, Items, Known, Set, Several};
pub use cluster::{
    Cluster, ExchangeRole, Installer, Layout, Solution, StorageBus, Validation, VirtualServerMode,
};
pub use directory::{
    AccountKind, ComputerObject, Directory, Domain, DomainController, GroupMembers, ServiceAccount,
};
pub use fact::Fact;
pub use free::{FreeTable, OrNone, Scalar};
pub use group::{Failback, Group, Parameters, Resource, ResourceState, ResourceType, Restart, RestartAction};
pub use index::Index;
pub use key::Key;
pub use network::{Dns, Network, NetworkRole};
pub use node::{
    Boot, Dtc, DtcAuthentication, ExchangeServerRole, Hardware, Interface, Node, NodeExchange, NodeState,
    Service, ServiceState, Services, Software, Startup, Windows,
};
pub(crate) use path::Stray;
pub use path::{FactPath, Names, PathPattern, PathStep, PathSyntaxError};
pub use queries::{Cycle, Dependencies, Evs, LeadingTo, ResourcesByName, Step, StepsByNode, drift};
pub use schema::{PlainNumbers, cluster_schema};
pub use setup::{Actor, SetupAction, SetupStep, Source};
pub use storage::{Disk, DiskKind, FileSystem, PartitionStyle, Quorum, QuorumKind, Witness};
pub use table::{Reflect, Shape, Term};
pub use text::{Address, DriveLetter, Format, Moment, Name, TextError, WindowsPath, same_name};
pub use version::{Architecture, ExchangeEdition, ExchangeVersion, WindowsEdition, WindowsVersion};
pub use virtual_server::{Component, MountDial, Protocol, StandbyTarget, StorageGroup, VirtualServer};

/// The cluster as rules see it.
pub type ClusterRef<'a> = At<'a, Cluster>;
/// A node as rules see it.
pub type NodeRef<'a> = At<'a, Node>;
/// A cluster group as rules see it.
pub type GroupRef<'a> = At<'a, Group>;
/// A resource as rules see it.
pub type ResourceRef<'a> = At<'a, Resource>;
/// A disk as rules see it.
pub type DiskRef<'a> = At<'a, Disk>;
/// A network as rules see it.
pub type NetworkRef<'a> = At<'a, Network>;
