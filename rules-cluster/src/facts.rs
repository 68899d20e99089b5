//! What is known of clusters apart from any one rule: tables that rules and build procedure share.

use std::ops::RangeInclusive;

use rules_core::model::{
    Architecture, At, ExchangeVersion, Name, Resource,
    ResourceType::{self, InformationStore, Mta, Routing, Search, SystemAttendant},
    Scalar, Service, Services,
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

/// A user right, as Windows keeps it and as its tools show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserRight {
    /// The constant: `SeTcbPrivilege`.
    pub constant: &'static str,
    /// The right in *Local Security Policy*.
    pub name: &'static str,
}

/// The user rights that the account of the Cluster service needs on every node with Windows 2000 or 2003 ("Change the
/// account under which the Cluster service runs", cc784325; Microsoft Knowledge Base 269229). Others come with its
/// membership in the local Administrators group.
pub static SERVICE_ACCOUNT_RIGHTS: [UserRight; 6] = [
    right("SeTcbPrivilege", "Act as part of the operating system"),
    right("SeBackupPrivilege", "Back up files and directories"),
    right("SeRestorePrivilege", "Restore files and directories"),
    right("SeIncreaseQuotaPrivilege", "Adjust memory quotas for a process"),
    right("SeServiceLogonRight", "Log on as a service"),
    right("SeIncreaseBasePriorityPrivilege", "Increase scheduling priority"),
];

const fn right(constant: &'static str, name: &'static str) -> UserRight {
    UserRight { constant, name }
}

/// The most failovers within the period that a group usually has: the default of Windows 2000 and 2003.
pub const USUAL_FAILOVERS: u32 = 10;

/// A failover threshold that stands for one failover fewer than there are nodes: the default of Windows 2008.
pub const ONE_LESS_THAN_NODES: u32 = u32::MAX;

/// The failover periods that the Cluster service knows, in hours (Failover Cluster API reference).
pub const FAILOVER_PERIODS: RangeInclusive<u32> = 1..=1193;

/// The default interval of the thorough check in milliseconds (Failover Cluster API reference).
pub const USUAL_IS_ALIVE_MS: u64 = 60_000;

/// An interval that stands for that of the resource's type.
pub const INTERVAL_OF_TYPE: u64 = 0xFFFF_FFFF;

/// A Windows service of Exchange that the cluster starts and stops by a resource.
#[derive(Clone, Debug)]
pub struct ClusteredService {
    /// What Windows calls it.
    pub name: &'static str,
    /// The type of the resource that stands for it.
    pub kind: ResourceType,
    /// Its facts among those of a node's services.
    pub service: for<'a> fn(At<'a, Services>) -> At<'a, Service>,
}

/// The services of Exchange that are manual on the nodes of a cluster (Exchange Server 2003 Security Hardening Guide,
/// bb123629). Exchange Management and Internet Information Services are not among them.
pub static CLUSTERED_SERVICES: [ClusteredService; 5] = [
    ClusteredService {
        name: "Microsoft Exchange System Attendant",
        kind: SystemAttendant,
        service: |services| services.system_attendant(),
    },
    ClusteredService {
        name: "Microsoft Exchange Information Store",
        kind: InformationStore,
        service: |services| services.information_store(),
    },
    ClusteredService { name: "Microsoft Exchange MTA Stacks", kind: Mta, service: |services| services.mta() },
    ClusteredService {
        name: "Microsoft Exchange Routing Engine",
        kind: Routing,
        service: |services| services.routing(),
    },
    ClusteredService { name: "Microsoft Search", kind: Search, service: |services| services.search() },
];

/// Whether a Windows service, by its short name, is one of Exchange's, or serves its protocols.
pub fn is_exchange_service(name: &Name) -> bool {
    let starts_so = name.as_str().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("MSExchange"));
    starts_so || ["RESvc", "SMTPSVC", "POP3Svc", "IMAP4Svc"].iter().any(|service| *name == **service)
}

/// The private property of a Generic Application that says what it runs.
pub const COMMAND_LINE: &str = "CommandLine";

/// The service or program of Exchange's that a generic resource is known to run.
pub fn exchange_run_by(resource: At<'_, Resource>) -> Option<&str> {
    let parameters = resource.parameters();
    let service = parameters.service_name().peek().filter(|service| is_exchange_service(service));
    service.map(Name::as_str).or_else(|| match parameters.other().entry(COMMAND_LINE).peek() {
        Some(Scalar::Text(line)) => exchange_program(line),
        _ => None,
    })
}

/// The program of Exchange's that a command line runs, if it does: the store, the System Attendant or the MTA.
fn exchange_program(command_line: &str) -> Option<&str> {
    const PROGRAMS: [&str; 3] = ["store.exe", "mad.exe", "emsmta.exe"];
    let words = command_line.split(['\\', '/', '"', ' ']);
    words.into_iter().find(|word| PROGRAMS.iter().any(|program| word.eq_ignore_ascii_case(program)))
}

/// Whether a type of resource, of those that have no word here, is that of another application of Microsoft's.
pub fn is_other_application(kind: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "DHCP Service",
        "WINS Service",
        "SQL Server",
        "SQL Server Agent",
        "SQL Server Fulltext",
        "IIS Server Instance",
        "Message Queuing",
        "Distributed File System",
        "NFS Share",
    ];
    OTHERS.iter().any(|other| kind.eq_ignore_ascii_case(other))
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

    #[test]
    fn services_and_programs_of_exchange_are_known() {
        assert!(is_exchange_service(&"msexchangeis".into()));
        assert!(is_exchange_service(&"RESVC".into()));
        assert!(!is_exchange_service(&"MSSQLServer".into()));
        assert_eq!(exchange_program(r#""D:\Exchsrvr\bin\STORE.EXE" -x"#), Some("STORE.EXE"));
        assert_eq!(exchange_program(r"D:\bookstore.exe"), None);
    }
}
