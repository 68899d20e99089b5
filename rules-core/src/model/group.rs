//! Cluster groups and their resources.

use super::{
    Address, FreeTable, Name, WindowsPath,
    table::facts,
    vocabulary::{closed_vocabulary, open_vocabulary},
};

facts! {
    /// A cluster group (a service or application in Windows 2008).
    pub struct Group [name] {
        /// Its name. The default group's is localised.
        name: Name,
        /// The node that owns it now.
        owner: Name,
        /// Its state.
        state: ResourceState,
        /// Preferred owners, the most preferred first.
        preferred_owners: Vec<Name>,
        /// Whether it goes back to its preferred owner by itself (`AutoFailbackType`).
        failback: Failback,
        /// How often it may fail over within the period.
        failover_threshold: u32,
        /// The period in hours.
        failover_period_h: u32,
        /// `AntiAffinityClassNames`.
        anti_affinity_classes: Vec<Name>,
        /// Its resources.
        resources: Vec<Resource>,
    }
}

closed_vocabulary! {
    /// Whether a group goes back to its preferred owner.
    pub enum Failback {
        /// It stays where it is: the default.
        Prevent = "prevent",
        /// It goes back.
        Allow = "allow",
    }
}

facts! {
    /// A cluster resource.
    pub struct Resource [name] {
        /// Its name. Administrators type it: match by type, never by name.
        name: Name,
        /// Its type.
        r#type: ResourceType,
        /// Its state.
        state: ResourceState,
        /// The resources that must be online before it: all of them.
        depends_on: Vec<Name>,
        /// Alternatives (Windows 2008): of each inner list one must be online.
        depends_on_any: Vec<Vec<Name>>,
        /// The nodes that may run it.
        possible_owners: Vec<Name>,
        /// Private properties.
        parameters: Parameters,
        /// What happens when it fails.
        restart: Restart,
        /// How long it may take to come online or go offline, in milliseconds.
        pending_timeout_ms: u64,
        /// The interval of the thorough check, in milliseconds; 4294967295 is the type's default.
        is_alive_ms: u64,
        /// The interval of the cursory check, in milliseconds; 4294967295 is the type's default.
        looks_alive_ms: u64,
        /// Whether it runs in a Resource Monitor of its own.
        separate_monitor: bool,
    }
}

open_vocabulary! {
    /// The type of a resource, as Cluster Administrator and `cluster.exe` name it.
    pub enum ResourceType {
        /// An IPv4 address.
        IpAddress = "IP Address" | "IPv4 Address",
        /// An IPv6 address.
        Ipv6Address = "IPv6 Address",
        /// An IPv6 tunnel address.
        Ipv6TunnelAddress = "IPv6 Tunnel Address",
        /// A network name.
        NetworkName = "Network Name",
        /// A physical disk.
        PhysicalDisk = "Physical Disk",
        /// A file share.
        FileShare = "File Share",
        /// A file share witness (Windows 2008).
        FileShareWitness = "File Share Witness",
        /// The Distributed Transaction Coordinator.
        Msdtc = "Distributed Transaction Coordinator" | "MSDTC" | "DTC",
        /// Majority Node Set quorum.
        MajorityNodeSet = "Majority Node Set",
        /// Local Quorum.
        LocalQuorum = "Local Quorum",
        /// Any service.
        GenericService = "Generic Service",
        /// Any program.
        GenericApplication = "Generic Application",
        /// Any script.
        GenericScript = "Generic Script",
        /// A print spooler.
        PrintSpooler = "Print Spooler",
        /// Exchange System Attendant.
        SystemAttendant = "Microsoft Exchange System Attendant" | "Exchange System Attendant" | "System Attendant",
        /// Exchange Information Store.
        InformationStore = "Microsoft Exchange Information Store" | "Exchange Information Store" | "Information Store",
        /// Exchange Message Transfer Agent.
        Mta = "Microsoft Exchange Message Transfer Agent" | "Exchange Message Transfer Agent" | "Message Transfer Agent" | "MTA",
        /// Exchange Routing Service.
        Routing = "Microsoft Exchange Routing Service" | "Exchange Routing Service" | "Routing Service",
        /// SMTP virtual server.
        Smtp = "Microsoft Exchange SMTP Server Instance" | "SMTP Server Instance" | "SMTP Virtual Server",
        /// HTTP virtual server.
        Http = "Microsoft Exchange HTTP Server Instance" | "HTTP Server Instance" | "HTTP Virtual Server",
        /// POP3 virtual server.
        Pop3 = "Microsoft Exchange POP3 Server Instance" | "POP3 Server Instance" | "POP3 Virtual Server",
        /// IMAP4 virtual server.
        Imap4 = "Microsoft Exchange IMAP4 Server Instance" | "IMAP4 Server Instance" | "IMAP4 Virtual Server",
        /// NNTP virtual server: not supported in a cluster.
        Nntp = "Microsoft Exchange NNTP Server Instance" | "NNTP Server Instance" | "NNTP Virtual Server",
        /// Microsoft Search.
        Search = "Microsoft Search Service Instance" | "Microsoft Exchange Search Instance" | "MS Search",
        /// A database of Exchange 2007.
        Database = "Microsoft Exchange Database Instance" | "Exchange Database Instance",
    }
}

impl ResourceType {
    /// Whether Exchange brings this type. Another maker's agent for Exchange is none, whatever its type is called.
    pub fn is_exchange(&self) -> bool {
        use ResourceType as T;
        match self {
            T::SystemAttendant
            | T::InformationStore
            | T::Mta
            | T::Routing
            | T::Smtp
            | T::Http
            | T::Pop3
            | T::Imap4
            | T::Nntp
            | T::Search
            | T::Database => true,
            T::Other(name) => name.to_ascii_lowercase().starts_with("microsoft exchange"),
            _ => false,
        }
    }

    /// Whether the type is storage: Physical Disk, or another maker's type with "disk" or "volume" in its name.
    pub fn is_storage(&self) -> bool {
        match self {
            Self::PhysicalDisk => true,
            Self::Other(name) => {
                let name = name.to_ascii_lowercase();
                name.contains("disk") || name.contains("volume")
            }
            _ => false,
        }
    }

    /// Whether the type is an address that a Network Name can stand on.
    pub fn is_address(&self) -> bool {
        matches!(self, Self::IpAddress | Self::Ipv6Address | Self::Ipv6TunnelAddress)
    }
}

closed_vocabulary! {
    /// The state of a resource or group.
    pub enum ResourceState {
        /// Online.
        Online = "online",
        /// Offline.
        Offline = "offline",
        /// Failed.
        Failed = "failed",
        /// On its way online.
        OnlinePending = "online-pending",
        /// On its way offline.
        OfflinePending = "offline-pending",
        /// Some resources of a group are online.
        PartiallyOnline = "partially-online",
    }
}

facts! {
    /// Private properties of a resource; which ones there are depends on its type.
    pub struct Parameters {
        /// IP Address: the address, with the prefix of its mask where known.
        address: Address,
        /// IP Address: the cluster network.
        network: Name,
        /// IP Address: whether NetBIOS is on.
        enable_netbios: bool,
        /// IP Address: whether the address comes from DHCP (Windows 2008).
        dhcp: bool,
        /// Network Name: the name.
        name: Name,
        /// Network Name: DNS registration must succeed.
        require_dns: bool,
        /// Network Name: Kerberos authentication is on.
        require_kerberos: bool,
        /// Network Name: the name in DNS where it differs.
        dns_name: Name,
        /// Network Name: how long its host record may be cached, in seconds.
        host_record_ttl_s: u32,
        /// Network Name: the service principal names of its computer account.
        service_principal_names: Vec<Name>,
        /// Network Name of a virtual server: the `ncacn_ip_tcp` value of its `networkAddress` attribute.
        network_address: Name,
        /// Physical Disk: its signature.
        signature: u32,
        /// File Share, File Share Witness: the path.
        share_path: WindowsPath,
        /// Exchange: the folder of the binaries (`DestPath`).
        dest_path: WindowsPath,
        /// Exchange System Attendant: the folder of the data.
        data_path: WindowsPath,
        /// Generic Service: the service.
        service_name: Name,
        /// Private properties that have no key of their own.
        other: FreeTable,
    }
}

facts! {
    /// What happens when a resource fails.
    pub struct Restart {
        /// Restart it or not, and whether a failure affects the group (`RestartAction`).
        action: RestartAction,
        /// How often within the period.
        threshold: u32,
        /// The period in seconds.
        period_s: u32,
    }
}

closed_vocabulary! {
    /// What happens when a resource fails (`RestartAction`: 0, 1, 2).
    pub enum RestartAction {
        /// It stays failed.
        DoNotRestart = "do-not-restart",
        /// It is restarted; a further failure leaves the group where it is.
        Restart = "restart",
        /// It is restarted; a further failure moves the group: the default.
        RestartAndAffectGroup = "restart-and-affect-group",
    }
}
