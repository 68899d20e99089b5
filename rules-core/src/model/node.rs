//! Nodes: the computers of a cluster.

use super::{
    Address, Architecture, DriveLetter, ExchangeEdition, ExchangeVersion, Name, ServiceAccount,
    WindowsEdition, WindowsPath, WindowsVersion, table::facts, vocabulary::closed_vocabulary,
};

facts! {
    /// A node: a computer that is, or is to be, a member of the cluster.
    pub struct Node [name] {
        /// Its computer name (NetBIOS).
        name: Name,
        /// Its state in the cluster.
        state: NodeState,
        /// Its domain as a DNS name, or `workgroup`.
        domain: Name,
        /// Whether it is a domain controller.
        domain_controller: bool,
        /// Its site in the directory.
        site: Name,
        /// The primary DNS suffix of the computer.
        primary_dns_suffix: Name,
        /// Its `dNSHostName` attributes hold the primary suffix although the domain has another name.
        disjoint_namespace_registered: bool,
        /// The members of the local Administrators group: accounts and groups, `DOMAIN\name` or a UPN.
        local_administrators: Vec<Name>,
        /// The account that the Cluster service runs as on this node, where it differs from the cluster's.
        service_account: ServiceAccount,
        /// Its Windows.
        windows: Windows,
        /// Its Exchange binaries.
        exchange: NodeExchange,
        /// Its hardware.
        hardware: Hardware,
        /// Windows services that Exchange needs or brings.
        services: Services,
        /// Other software on the node.
        software: Vec<Software>,
        /// Its network adapters.
        interfaces: Vec<Interface>,
        /// The letters of its local drives, CD-ROM and mapped drives included.
        local_drives: Vec<DriveLetter>,
        /// Boot options.
        boot: Boot,
        /// How the Distributed Transaction Coordinator may be reached (Windows 2003).
        dtc: Dtc,
    }
}

closed_vocabulary! {
    /// The state of a node in the cluster.
    pub enum NodeState {
        /// Member and running.
        Up = "up",
        /// Member, not running.
        Down = "down",
        /// Member, takes no groups.
        Paused = "paused",
        /// Member; whether it runs is not known. The cluster database says no more.
        Member = "member",
        /// Joining at the moment.
        Joining = "joining",
        /// Not a member: the Cluster service is not configured, or the node was evicted.
        NotJoined = "not-joined",
    }
}

facts! {
    /// The Windows of a node.
    pub struct Windows {
        /// Its version.
        version: WindowsVersion,
        /// Its edition.
        edition: WindowsEdition,
        /// The number of its service pack, 0 for none.
        service_pack: u32,
        /// Its build number, for example 3790.
        build: u32,
        /// Its architecture.
        architecture: Architecture,
        /// Updates installed, by the number of their article: `KB921181`.
        updates: Vec<Name>,
        /// The Windows components and roles installed: `PowerShell`, `Web-Server`, `Failover-Clustering`.
        features: Vec<Name>,
    }
}

facts! {
    /// The Exchange binaries of a node.
    pub struct NodeExchange {
        /// Whether Exchange is installed on the node at all.
        installed: bool,
        /// The version of the binaries.
        version: ExchangeVersion,
        /// The edition.
        edition: ExchangeEdition,
        /// The number of the service pack, 0 for none.
        service_pack: u32,
        /// The build, for example `6.5.7638.2`.
        build: String,
        /// Where the binaries are.
        install_path: WindowsPath,
        /// The roles installed (2007).
        roles: Vec<ExchangeServerRole>,
        /// Whether Setup installed the cluster-aware components: it does so only where the Cluster service runs.
        cluster_aware: bool,
        /// Whether it is a front-end server (2000, 2003).
        front_end: bool,
        /// The drive of the Exchange file system (2000), by default M:.
        exifs_drive: DriveLetter,
        /// An installation of a clustered mailbox server was begun and not finished (2007): `Action` or `Watermark` are in its registry key.
        setup_unfinished: bool,
    }
}

closed_vocabulary! {
    /// A server role of Exchange 2007.
    pub enum ExchangeServerRole {
        /// Mailbox.
        Mailbox = "mailbox",
        /// Client Access.
        ClientAccess = "client-access",
        /// Hub Transport.
        HubTransport = "hub-transport",
        /// Unified Messaging.
        UnifiedMessaging = "unified-messaging",
        /// Edge Transport.
        EdgeTransport = "edge-transport",
    }
}

facts! {
    /// The hardware of a node.
    pub struct Hardware {
        /// The model, as its maker calls it.
        model: Name,
        /// The processor's name.
        processor: Name,
        /// How many processors.
        processors: u32,
        /// Memory in MiB.
        memory_mib: u64,
        /// The host bus adapter.
        hba: Name,
        /// The largest free block of the store's virtual memory in MiB (event 9582 reports it).
        largest_free_block_mib: u32,
        /// Sustained processor load in percent.
        sustained_cpu_percent: u32,
    }
}

facts! {
    /// The Windows services that Exchange needs, and the services that it brings.
    pub struct Services {
        /// World Wide Web Publishing Service (W3SVC).
        www: Service,
        /// Simple Mail Transfer Protocol (SMTPSVC).
        smtp: Service,
        /// Network News Transfer Protocol (NntpSvc).
        nntp: Service,
        /// Exchange POP3 (POP3Svc).
        pop3: Service,
        /// Exchange IMAP4 (IMAP4Svc).
        imap4: Service,
        /// ASP.NET.
        asp_net: Service,
        /// .NET Framework.
        dot_net: Service,
        /// Site Replication Service (MSExchangeSRS).
        srs: Service,
        /// Cluster service (ClusSvc).
        clussvc: Service,
        /// Distributed Transaction Coordinator (MSDTC).
        msdtc: Service,
        /// Exchange System Attendant (MSExchangeSA).
        system_attendant: Service,
        /// Exchange Information Store (MSExchangeIS).
        information_store: Service,
        /// Exchange MTA Stacks (MSExchangeMTA).
        mta: Service,
        /// Exchange Routing Engine (RESvc).
        routing: Service,
        /// Microsoft Search (MSSEARCH).
        search: Service,
    }
}

facts! {
    /// A Windows service on a node.
    pub struct Service {
        /// Whether it is installed.
        installed: bool,
        /// How it starts.
        startup: Startup,
        /// Whether it runs.
        state: ServiceState,
    }
}

closed_vocabulary! {
    /// How a Windows service starts.
    pub enum Startup {
        /// With Windows.
        Automatic = "automatic",
        /// On demand, as clustered services do.
        Manual = "manual",
        /// Not at all.
        Disabled = "disabled",
    }
}

closed_vocabulary! {
    /// Whether a Windows service runs.
    pub enum ServiceState {
        /// It runs.
        Running = "running",
        /// It does not.
        Stopped = "stopped",
    }
}

facts! {
    /// Software on a node beside Windows and Exchange.
    pub struct Software [name] {
        /// What it is called.
        name: Name,
        /// Its version.
        version: String,
        /// Whether its maker says that it may run on a cluster.
        cluster_aware: bool,
        /// Anti-virus software: whether the quorum folder, databases and logs are excluded.
        excludes_exchange: bool,
    }
}

facts! {
    /// A network adapter of a node.
    pub struct Interface [network] {
        /// The cluster network that it is attached to.
        network: Name,
        /// Its address, with the prefix of its network where known.
        address: Address,
        /// Whether the address comes from DHCP.
        dhcp: bool,
        /// Whether the adapter is a team of several.
        teamed: bool,
        /// Speed and duplex as set in the driver: `auto`, `100-full`, `1000-full`.
        speed: Name,
        /// Its default gateway.
        gateway: Address,
        /// Whether it has a default gateway at all.
        has_gateway: bool,
        /// Whether it registers its address in DNS.
        register_dns: bool,
        /// Its DNS servers.
        dns_servers: Vec<Address>,
        /// Its WINS servers.
        wins_servers: Vec<Address>,
        /// Whether NetBIOS over TCP/IP is on.
        netbios: bool,
        /// Its place in the binding order of Windows, 1 for the first.
        binding_order: u32,
        /// Client for Microsoft Networks is bound to it.
        microsoft_client: bool,
        /// File and Printer Sharing is bound to it.
        file_sharing: bool,
        /// Media sense is on (Windows 2000).
        media_sense: bool,
        /// The adapter is one port of a card that carries another cluster network too, or shares its switch.
        shares_hardware: bool,
        /// DNS suffixes of parent domains are appended, the default (CCR).
        appends_parent_suffixes: bool,
    }
}

facts! {
    /// Boot options of a node (2000, 2003).
    pub struct Boot {
        /// `/3GB` is set.
        three_gb: bool,
        /// The value of `/USERVA`, for example 3030.
        userva: u32,
        /// How long the boot menu waits, in seconds.
        delay_s: u32,
    }
}

facts! {
    /// How the Distributed Transaction Coordinator of a node may be reached (Windows 2003).
    pub struct Dtc {
        /// Network DTC access is enabled (`NetworkDtcAccess`).
        network_access: bool,
        /// How callers of the coordinator are authenticated.
        authentication: DtcAuthentication,
    }
}

closed_vocabulary! {
    /// How callers of the Distributed Transaction Coordinator are authenticated (Windows 2003 SP1 and later).
    pub enum DtcAuthentication {
        /// Both sides: impossible in a cluster.
        Mutual = "mutual",
        /// The caller only: what a cluster needs.
        IncomingCaller = "incoming-caller",
        /// Nobody.
        None = "none",
    }
}
