//! Cluster networks and name resolution.

use super::{Address, Name, table::facts, vocabulary::closed_vocabulary};

facts! {
    /// A cluster network.
    pub struct Network [name] {
        /// Its name in Cluster Administrator.
        name: Name,
        /// Its subnet: `10.0.0.0/24`.
        subnet: Address,
        /// What the cluster uses it for.
        role: NetworkRole,
        /// Its place in the priority of internal communication, 1 for the first.
        priority: u32,
        /// How many static addresses are free for new nodes, virtual servers and so on.
        free_static_addresses: u32,
    }
}

closed_vocabulary! {
    /// What a cluster uses a network for (`Role`: 0, 1, 2, 3).
    pub enum NetworkRole {
        /// Nothing.
        Disabled = "disabled",
        /// Communication between the nodes only.
        Internal = "internal",
        /// Clients only.
        Client = "client",
        /// Both.
        Mixed = "mixed",
    }
}

impl NetworkRole {
    /// Whether clients reach the cluster on a network of this role.
    pub fn serves_clients(self) -> bool {
        matches!(self, Self::Client | Self::Mixed)
    }

    /// Whether the nodes talk to each other on a network of this role.
    pub fn carries_heartbeat(self) -> bool {
        matches!(self, Self::Internal | Self::Mixed)
    }
}

facts! {
    /// Name resolution.
    pub struct Dns {
        /// The DNS servers that the nodes use. An empty list: there is none.
        servers: Vec<Address>,
        /// Whether the zone of the cluster accepts dynamic updates.
        dynamic_updates: bool,
        /// Names that have a host record made by hand: `evs1.corp.example.com` or `EVS1`.
        host_records: Vec<Name>,
        /// Names whose host record belongs to another account (an earlier cluster's), in a zone with secure updates.
        foreign_records: Vec<Name>,
        /// Whether WINS or another resolution of NetBIOS names is there.
        wins: bool,
    }
}
