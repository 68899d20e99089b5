//! What is known of clusters apart from any one rule: tables that rules and build procedure share.

use rules_core::model::{
    Architecture, At,
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

/// The rules that judge what should be equal on all nodes, by the name of the setting
/// ([`rules_core::model::drift::Setting`]). A book need not have all of them.
pub static JUDGED_BY: [(&str, &str); 15] = [
    ("windows.version", "cluster/same-windows-version"),
    ("windows.edition", "cluster/same-windows-edition"),
    ("windows.architecture", "cluster/same-architecture"),
    ("domain", "cluster/nodes-in-one-domain"),
    ("exchange.version", "cluster/same-exchange-version"),
    ("exchange.service_pack", "cluster/same-exchange-version"),
    ("exchange.build", "cluster/same-exchange-version"),
    ("exchange.install_path", "cluster/same-install-drive"),
    ("hardware.model", "cluster/identical-hardware"),
    ("hardware.processor", "cluster/identical-hardware"),
    ("hardware.processors", "cluster/identical-hardware"),
    ("hardware.memory_mib", "cluster/identical-hardware"),
    ("hardware.hba", "cluster/identical-hardware"),
    ("boot.three_gb", "cluster/same-boot-options"),
    ("boot.userva", "cluster/same-boot-options"),
];

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
    fn judged_settings_are_settings() {
        let settings = rules_core::model::drift::SETTINGS;
        for (setting, _) in JUDGED_BY {
            assert!(settings.iter().any(|other| other.name == setting), "{setting}");
        }
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
