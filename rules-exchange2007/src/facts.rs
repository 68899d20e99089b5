//! What is known of Exchange 2007 clusters apart from any one rule: tables that rules and build procedure share.

use rules_core::model::{
    Actor::{self, Hand, Setup},
    Layout::{self, SingleCopy},
    ResourceType::{self, Database, InformationStore, IpAddress, NetworkName, PhysicalDisk, SystemAttendant},
};

use self::Number::{AtLeastOne, OneForEachDatabase};

/// The most nodes of a single copy cluster, on any edition of Windows ("New High Availability Features in Exchange
/// 2007 SP1", bb676571).
pub const MOST_SCC_NODES: usize = 8;

/// The nodes with the Mailbox role in cluster continuous replication: no more, no fewer (bb676571).
pub const CCR_MAILBOX_NODES: usize = 2;

/// The update that brings the file share witness to Windows Server 2003 with Service Pack 1.
pub const WITNESS_UPDATE: &str = "KB921181";

/// A kind of resource in the group of a clustered mailbox server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The type of the resource.
    pub kind: ResourceType,
    /// Who brings it: Setup makes it, or an administrator moves it in by hand.
    pub brought_by: Actor,
    /// How many of them there are.
    pub number: Number,
    /// The only layout that has it, if not both do.
    pub only_in: Option<Layout>,
}

/// How many resources of a kind a clustered mailbox server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// One, or several.
    AtLeastOne,
    /// One for each of its databases.
    OneForEachDatabase,
}

/// What the group of a clustered mailbox server holds: "Cluster Continuous Replication Resource Model" and "Single
/// Copy Clusters" of the Exchange Server 2007 help. There is no MTA, Routing, SMTP, HTTP, POP3, IMAP4 or Search
/// resource any more.
pub static PARTS: [Part; 6] = [
    made_by_setup(IpAddress, AtLeastOne),
    made_by_setup(NetworkName, AtLeastOne),
    moved_in_by_hand(PhysicalDisk, SingleCopy),
    made_by_setup(InformationStore, AtLeastOne),
    made_by_setup(SystemAttendant, AtLeastOne),
    made_by_setup(Database, OneForEachDatabase),
];

const fn made_by_setup(kind: ResourceType, number: Number) -> Part {
    Part { kind, brought_by: Setup, number, only_in: None }
}

const fn moved_in_by_hand(kind: ResourceType, layout: Layout) -> Part {
    Part { kind, brought_by: Hand, number: AtLeastOne, only_in: Some(layout) }
}

impl Part {
    /// Whether a resource of this type is such a part: any kind of address stands for an address, any kind of storage
    /// for a disk.
    pub fn is(&self, kind: &ResourceType) -> bool {
        match &self.kind {
            IpAddress => kind.is_address(),
            PhysicalDisk => kind.is_storage(),
            own => kind == own,
        }
    }
}

/// A dependency between resources of a clustered mailbox server: what must be online before what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The type of the resource that depends.
    pub kind: ResourceType,
    /// The type of the resource that it depends on.
    pub on: ResourceType,
    /// Who makes the dependency.
    pub made_by: Actor,
    /// The only layout that has it, if not both do.
    pub only_in: Option<Layout>,
    /// Whether a document states it. The others are how clusters are found to be; one that reaches the Network Name in
    /// another way, without a cycle, is not wrong.
    pub documented: bool,
}

/// The resource dependencies of a clustered mailbox server. The documents: the Failover Cluster API reference (name on
/// address), "Cluster Continuous Replication Resource Model" (database on Information Store), "Installing a Single Copy
/// Cluster on Windows Server 2003", bb124899 (database on the disks of its file and its logs).
pub static DEPENDENCIES: [Dependency; 5] = [
    documented(NetworkName, IpAddress, Setup, None),
    observed(InformationStore, NetworkName),
    observed(SystemAttendant, NetworkName),
    documented(Database, InformationStore, Setup, None),
    documented(Database, PhysicalDisk, Hand, Some(SingleCopy)),
];

const fn documented(
    kind: ResourceType,
    on: ResourceType,
    made_by: Actor,
    only_in: Option<Layout>,
) -> Dependency {
    Dependency { kind, on, made_by, only_in, documented: true }
}

const fn observed(kind: ResourceType, on: ResourceType) -> Dependency {
    Dependency { kind, on, made_by: Setup, only_in: None, documented: false }
}

#[cfg(test)]
mod tests {
    use rules_core::{
        input::{self, Syntax},
        model::Evs,
        testing::reference::{CCR_2007, SCC_2007},
    };

    use super::*;

    #[test]
    fn the_reference_clusters_depend_as_the_table_says() {
        for reference in [SCC_2007, CCR_2007] {
            let cluster = input::read(reference, Syntax::Toml).expect("the reference clusters can be read");
            let cluster = cluster.view();
            let layout = cluster.layout().peek().copied();
            let servers = cluster.clustered_mailbox_servers();
            let groups = servers.flat_map(Evs::group);
            let group = groups.peek().first().expect("there is a clustered mailbox server");
            for dependency in
                DEPENDENCIES.iter().filter(|edge| edge.only_in.is_none() || edge.only_in == layout)
            {
                for resource in group.resources_of(&dependency.kind).peek() {
                    let on = resource.dependencies();
                    let meets = on.peek().iter().any(|on| on.r#type().peek() == Some(&dependency.on));
                    assert!(meets, "`{}` on a {}", resource.name(), dependency.on);
                }
            }
        }
    }
}
