//! What is known of clusters apart from any one rule: tables that rules and build procedure share.

use rules_core::model::{
    Architecture, At, ExchangeVersion,
    StorageBus::{self, Iscsi, ParallelScsi, Sas},
    Windows,
    WindowsEdition::{self, Advanced, Datacenter, Enterprise, Other},
    WindowsVersion::{self, Nt4, V2000, V2003, V2003R2, V2008, V2008R2},
};

/// How many nodes one cluster may have on a version of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeLimit {
    /// The version.
    pub windows: WindowsVersion,
    /// The editions that it is true of. No other edition of the version can be a node.
    pub editions: &'static [WindowsEdition],
    /// The most nodes.
    pub nodes: usize,
    /// The most nodes on x64.
    pub nodes_x64: usize,
}

/// One edition with two names: Windows 2000 Advanced Server is `Enterprise` in its own registry, and the Enterprise
/// Edition of Windows 2003 is called Advanced Server by some.
const ENTERPRISE: &[WindowsEdition] = &[Enterprise, Advanced];
const DATACENTER: &[WindowsEdition] = &[Datacenter];
const ENTERPRISE_AND_DATACENTER: &[WindowsEdition] = &[Enterprise, Advanced, Datacenter];

/// How many nodes one cluster may have (Microsoft Knowledge Base 288778, and "Server Requirements", cc787244).
pub static NODE_LIMITS: [NodeLimit; 7] = [
    limit(Nt4, ENTERPRISE, 2),
    limit(V2000, ENTERPRISE, 2),
    limit(V2000, DATACENTER, 4),
    limit(V2003, ENTERPRISE_AND_DATACENTER, 8),
    limit(V2003R2, ENTERPRISE_AND_DATACENTER, 8),
    NodeLimit { nodes_x64: 16, ..limit(V2008, ENTERPRISE_AND_DATACENTER, 8) },
    limit(V2008R2, ENTERPRISE_AND_DATACENTER, 16),
];

/// How many nodes every Windows supports that can be clustered at all.
pub const SUPPORTED_BY_ALL: usize = 2;

const fn limit(windows: WindowsVersion, editions: &'static [WindowsEdition], nodes: usize) -> NodeLimit {
    NodeLimit { windows, editions, nodes, nodes_x64: nodes }
}

/// Whether a Windows can be a node of a cluster. Not known for an edition whose name is not known here.
pub fn can_cluster(windows: At<'_, Windows>) -> At<'_, bool> {
    let version = windows.version();
    let Some(known) = version.peek() else { return version.map(|_| None) };
    windows.edition().map(|edition| match edition {
        Other(_) => None,
        _ if row(*known, edition).is_some() => Some(&true),
        _ => Some(&false),
    })
}

/// How many nodes a Windows supports in one cluster, on any storage; none if its edition cannot be a node.
pub fn node_limit(windows: At<'_, Windows>) -> At<'_, usize> {
    let edition = windows.edition();
    let row =
        windows.version().peek().zip(edition.peek()).and_then(|(version, edition)| row(*version, edition));
    match row {
        Some(row) if row.nodes != row.nodes_x64 => windows.architecture().map(|architecture| {
            Some(if *architecture == Architecture::X64 { &row.nodes_x64 } else { &row.nodes })
        }),
        Some(row) => edition.map(|_| Some(&row.nodes)),
        None => can_cluster(windows).map(|can_cluster| (!can_cluster).then_some(&0)),
    }
}

fn row(windows: WindowsVersion, edition: &WindowsEdition) -> Option<&'static NodeLimit> {
    NODE_LIMITS.iter().find(|row| row.windows == windows && row.editions.contains(edition))
}

/// How many nodes a version of Windows supports on one storage bus; `None` if no fewer than its edition does
/// (Microsoft Knowledge Base 288778): more than two nodes need Fibre Channel, since Windows 2003 iSCSI or SAS will do,
/// and Windows 2008 knows no clusters on parallel SCSI.
pub fn bus_limit(windows: WindowsVersion, bus: StorageBus) -> Option<usize> {
    match (windows, bus) {
        (V2008 | V2008R2, ParallelScsi) => Some(0),
        (Nt4 | V2000, ParallelScsi | Iscsi | Sas) | (V2003 | V2003R2, ParallelScsi) => Some(2),
        _ => None,
    }
}

/// The releases of the Cluster service, counted from the first: nodes of one cluster are of the same release, and during
/// a rolling upgrade of two that follow each other (Microsoft Knowledge Base 288778). Windows 2003 R2 has that of 2003.
pub fn cluster_release(windows: WindowsVersion) -> &'static u32 {
    match windows {
        Nt4 => &1,
        V2000 => &2,
        V2003 | V2003R2 => &3,
        V2008 => &4,
        V2008R2 => &5,
    }
}

/// The oldest Windows of a domain controller that an Exchange version can use, and its service pack; `None` where it is
/// not known ("Exchange 2003 Test Environments", bb124788; "Exchange 2007 System Requirements", aa996719).
pub fn oldest_domain_controller(exchange: ExchangeVersion) -> Option<(WindowsVersion, u32)> {
    match exchange {
        ExchangeVersion::V2003 => Some((V2000, 3)),
        ExchangeVersion::V2007 => Some((V2003, 1)),
        ExchangeVersion::V55 | ExchangeVersion::V2000 => None,
    }
}

/// The most characters of a computer name, as NetBIOS has it.
pub const LONGEST_COMPUTER_NAME: usize = 15;

/// The most databases in one storage group of Exchange 2000, 2003 or a single copy cluster of 2007 (Exchange Server 2003
/// help, "Managing Storage Groups"; "Exchange Server 2007: Platforms, Editions, and Versions").
pub const MOST_DATABASES_PER_STORAGE_GROUP: u32 = 5;

/// How large the disk of a quorum is to be: 500 MB, in MiB (Microsoft Knowledge Base 280345).
pub const QUORUM_DISK_MIB: u64 = 476;

/// The size at which the quorum log is to be reset, in KiB (Microsoft Knowledge Base 225081; "Quorum log too small").
pub const QUORUM_LOG_KIB: u64 = 4096;

/// The update that lets a cluster of Windows Server 2003 use disks with a GUID partition table, by the number of its article.
pub const GPT_UPDATE: u32 = 919_117;

#[cfg(test)]
mod tests {
    use rules_core::model::{Cluster, Node};

    use super::*;

    fn limit_of(windows: Windows) -> Option<usize> {
        let cluster = Cluster::new("MAILCLU1").nodes([Node::default().windows(windows)]);
        let node = cluster.view().nodes().members().peek()[0];
        node_limit(node.windows()).peek().copied()
    }

    #[test]
    fn limits_are_those_of_the_article_and_of_windows_2008() {
        let limit = |version, edition| limit_of(Windows::default().version(version).edition(edition));
        assert_eq!(limit(V2000, Advanced), Some(2));
        assert_eq!(limit(V2000, Datacenter), Some(4));
        assert_eq!(limit(V2003, Advanced), Some(8), "the article's name for the Enterprise Edition");
        assert_eq!(limit(V2003, Datacenter), Some(8));
        assert_eq!(limit(V2008R2, Enterprise), Some(16));
        assert_eq!(limit(V2003, WindowsEdition::Standard), Some(0), "it cannot be a node");
        assert_eq!(limit(V2003, Other("Embedded".to_owned())), None);
        assert_eq!(NODE_LIMITS.iter().map(|row| row.nodes).min(), Some(SUPPORTED_BY_ALL));

        let w2k8 = || Windows::default().version(V2008).edition(Enterprise);
        assert_eq!(limit_of(w2k8()), None, "it depends on the architecture");
        assert_eq!(limit_of(w2k8().architecture(Architecture::X86)), Some(8));
        assert_eq!(limit_of(w2k8().architecture(Architecture::X64)), Some(16));
    }
}
