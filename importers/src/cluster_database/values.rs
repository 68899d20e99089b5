//! The numbers and lists of a cluster database, and what it means where one is absent.
//!
//! The Cluster service need not write a value that was never set, so that absence usually stands for a default. This
//! is the one place that says which. The defaults are those of the Failover Cluster API reference (the common
//! properties of groups, resources and networks, the private properties of each resource type); a property that it
//! limits to Windows 2003 has none later.
//!
//! A text that is absent or empty is not known, with two exceptions: an empty `CSDVersion` is a Windows without a
//! service pack, and an absent `DependsOn` of Windows 2008 is looked up under `Dependencies`.

use rules_core::model::{Failback, NetworkRole, RestartAction};

use Absent::{ByWindows, Means, Unknown};

/// What it means that a value is absent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absent<T> {
    /// Nothing.
    Unknown,
    /// This default.
    Means(T),
    /// A default, or nothing, on Windows 2000 and 2003, and another one later.
    ByWindows { before_2008: Option<T>, later: Option<T> },
}

/// A value that is a number.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) name: &'static str,
    pub(super) absent: Absent<u32>,
}

/// A value whose numbers stand for words.
#[derive(Debug)]
pub(super) struct Word<T: 'static> {
    pub(super) name: &'static str,
    pub(super) absent: Absent<T>,
    pub(super) words: &'static [(u32, T)],
}

/// A value that is a list of texts.
#[derive(Debug)]
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) absent: Absent<Members>,
}

/// The members of a list that is absent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Members {
    Nothing,
    EveryNode,
}

const NO_YES: &[(u32, bool)] = &[(0, false), (1, true)];

// The database
pub(super) const MISSED_HEARTBEATS: Number = Number { name: "SameSubnetThreshold", absent: Unknown }; // Windows 2008

// Nodes
pub(super) const MAJOR_VERSION: Number = Number { name: "MajorVersion", absent: Unknown };
pub(super) const MINOR_VERSION: Number = Number { name: "MinorVersion", absent: Unknown };
pub(super) const BUILD_NUMBER: Number = Number { name: "BuildNumber", absent: Unknown };
pub(super) const PRODUCT_SUITE: Number = Number { name: "ProductSuite", absent: Unknown };

// Networks and NetworkInterfaces
pub(super) const ROLE: Word<NetworkRole> = Word {
    name: "Role",
    absent: Means(NetworkRole::Mixed),
    words: &[
        (0, NetworkRole::Disabled),
        (1, NetworkRole::Internal),
        (2, NetworkRole::Client),
        (3, NetworkRole::Mixed),
    ],
};
pub(super) const PRIORITY: Number = Number { name: "Priority", absent: Unknown };
pub(super) const DHCP_ENABLED: Word<bool> = Word { name: "DhcpEnabled", absent: Unknown, words: NO_YES };

// Groups
pub(super) const CONTAINS: List = List { name: "Contains", absent: Means(Members::Nothing) };
pub(super) const PREFERRED_OWNERS: List = List { name: "PreferredOwners", absent: Means(Members::Nothing) };
pub(super) const ANTI_AFFINITY: List =
    List { name: "AntiAffinityClassNames", absent: Means(Members::Nothing) };
pub(super) const FAILBACK: Word<Failback> = Word {
    name: "AutoFailbackType",
    absent: Means(Failback::Prevent),
    words: &[(0, Failback::Prevent), (1, Failback::Allow)],
};
/// 0xFFFFFFFF stands for one less than there are nodes. Before Windows 2008 the default is that of Cluster Administrator.
pub(super) const FAILOVER_THRESHOLD: Number =
    Number { name: "FailoverThreshold", absent: ByWindows { before_2008: Some(10), later: Some(u32::MAX) } };
pub(super) const FAILOVER_PERIOD: Number = Number { name: "FailoverPeriod", absent: Means(6) }; // hours

// Resources
/// From Windows 2008 on the `Dependencies` section takes its place.
pub(super) const DEPENDS_ON: List =
    List { name: "DependsOn", absent: ByWindows { before_2008: Some(Members::Nothing), later: None } };
pub(super) const POSSIBLE_OWNERS: List = List { name: "PossibleOwners", absent: Means(Members::EveryNode) };
pub(super) const RESTART_ACTION: Word<RestartAction> = Word {
    name: "RestartAction",
    absent: Means(RestartAction::RestartAndAffectGroup),
    words: &[
        (0, RestartAction::DoNotRestart),
        (1, RestartAction::Restart),
        (2, RestartAction::RestartAndAffectGroup),
    ],
};
pub(super) const RESTART_THRESHOLD: Number = Number { name: "RestartThreshold", absent: Means(3) };
pub(super) const RESTART_PERIOD: Number = Number { name: "RestartPeriod", absent: Means(900_000) }; // milliseconds
pub(super) const PENDING_TIMEOUT: Number = Number { name: "PendingTimeout", absent: Means(180_000) }; // milliseconds
/// 0xFFFFFFFF, set or by default, is the interval of the resource's type.
pub(super) const IS_ALIVE: Number = Number { name: "IsAlivePollInterval", absent: Means(u32::MAX) };
/// As [`IS_ALIVE`].
pub(super) const LOOKS_ALIVE: Number = Number { name: "LooksAlivePollInterval", absent: Means(u32::MAX) };
pub(super) const SEPARATE_MONITOR: Word<bool> =
    Word { name: "SeparateMonitor", absent: Means(false), words: NO_YES };

// Parameters of resources
/// 2 stands for what the network adapter has, which the database does not know.
pub(super) const ENABLE_NETBIOS: Word<bool> =
    Word { name: "EnableNetBIOS", absent: Means(true), words: NO_YES };
pub(super) const ENABLE_DHCP: Word<bool> = Word { name: "EnableDhcp", absent: Unknown, words: NO_YES };
pub(super) const PREFIX_LENGTH: Number = Number { name: "PrefixLength", absent: Unknown };
pub(super) const REQUIRE_DNS: Word<bool> =
    Word { name: "RequireDNS", absent: ByWindows { before_2008: Some(false), later: None }, words: NO_YES };
pub(super) const REQUIRE_KERBEROS: Word<bool> = Word {
    name: "RequireKerberos",
    absent: ByWindows { before_2008: Some(false), later: None },
    words: NO_YES,
};
pub(super) const HOST_RECORD_TTL: Number = Number { name: "HostRecordTTL", absent: Unknown }; // seconds
pub(super) const SIGNATURE: Number = Number { name: "Signature", absent: Unknown };
pub(super) const DISK_SIGNATURE: Number = Number { name: "DiskSignature", absent: Unknown }; // Windows 2008

// Quorum
pub(super) const MAX_QUORUM_LOG_SIZE: Number = Number { name: "MaxQuorumLogSize", absent: Unknown }; // bytes

/// The facts that no cluster database carries.
pub(super) const ABSENT: &[&str] = &[
    "exchange",
    "layout",
    "storage_bus",
    "solution",
    "virtual_server_mode",
    "failures_to_survive",
    "directory",
    "dns",
    "service_account",
    "installer",
    "quorum.witness.host",
    "quorum.witness.by_alias",
    "quorum.witness.installer_has_full_control",
    "quorum.witness.cluster_has_access",
    "nodes[*].domain",
    "nodes[*].domain_controller",
    "nodes[*].site",
    "nodes[*].primary_dns_suffix",
    "nodes[*].disjoint_namespace_registered",
    "nodes[*].local_administrators",
    "nodes[*].service_account",
    "nodes[*].windows.architecture",
    "nodes[*].windows.updates",
    "nodes[*].windows.features",
    "nodes[*].exchange",
    "nodes[*].hardware",
    "nodes[*].services",
    "nodes[*].software",
    "nodes[*].interfaces[*].teamed",
    "nodes[*].interfaces[*].speed",
    "nodes[*].interfaces[*].gateway",
    "nodes[*].interfaces[*].has_gateway",
    "nodes[*].interfaces[*].register_dns",
    "nodes[*].interfaces[*].dns_servers",
    "nodes[*].interfaces[*].wins_servers",
    "nodes[*].interfaces[*].netbios",
    "nodes[*].interfaces[*].binding_order",
    "nodes[*].interfaces[*].microsoft_client",
    "nodes[*].interfaces[*].file_sharing",
    "nodes[*].interfaces[*].media_sense",
    "nodes[*].interfaces[*].shares_hardware",
    "nodes[*].interfaces[*].appends_parent_suffixes",
    "nodes[*].local_drives",
    "nodes[*].boot",
    "nodes[*].dtc",
    "networks[*].free_static_addresses",
    "disks[*].letter",
    "disks[*].mounted_on",
    "disks[*].kind",
    "disks[*].file_system",
    "disks[*].partition_style",
    "disks[*].size_mib",
    "disks[*].physical_disk",
    "disks[*].shared",
    "disks[*].raid",
    "disks[*].empty_before_setup",
    "groups[*].owner",
    "groups[*].state",
    "groups[*].resources[*].state",
    "groups[*].resources[*].parameters.service_principal_names",
    "groups[*].resources[*].parameters.network_address",
    "virtual_servers[*].version",
    "virtual_servers[*].running_on",
    "virtual_servers[*].protocols",
    "virtual_servers[*].queue_path",
    "virtual_servers[*].mta_path",
    "virtual_servers[*].full_text_path",
    "virtual_servers[*].smtp_log_path",
    "virtual_servers[*].storage_groups",
    "virtual_servers[*].concurrent_users",
    "virtual_servers[*].mailboxes",
    "virtual_servers[*].client_endpoints",
    "virtual_servers[*].components",
    "virtual_servers[*].mta_monitored",
    "virtual_servers[*].administrative_group_changed",
    "virtual_servers[*].first_in_exchange_55_site",
    "virtual_servers[*].dumpster_size_mib",
    "virtual_servers[*].dumpster_days",
    "virtual_servers[*].mount_dial",
    "standby_targets",
    "setup",
];

/// The lists of which a cluster database knows only a part.
pub(super) const PARTIAL: &[&str] = &[
    "nodes[*].interfaces",           // one adapter for each cluster network
    "disks",                         // one for each disk resource, however many volumes the disk has
    "virtual_servers[*].data_paths", // the folder that was given to the System Attendant
];
