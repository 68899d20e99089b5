//! What is known of Exchange 2000 and 2003 clusters apart from any one rule: tables that rules and build procedure share.

use rules_core::model::{
    At, Component, ExchangeVersion, Fact,
    ResourceType::{
        self, Http, Imap4, InformationStore, IpAddress, Mta, NetworkName, PhysicalDisk, Pop3, Routing,
        Search, Smtp, SystemAttendant,
    },
    Service, Services, Startup, WindowsVersion,
};

/// A component of Windows that Exchange Setup wants to find on a node.
#[derive(Clone, Copy, Debug)]
pub struct Prerequisite {
    /// What Windows calls it.
    pub name: &'static str,
    /// Its facts among those of a node's services.
    pub service: for<'a> fn(At<'a, Services>) -> At<'a, Service>,
    /// The same, to change.
    pub service_mut: fn(&mut Services) -> &mut Fact<Service>,
    /// Whether it must also run when Setup begins. A framework has nothing that could run, and NNTP may be disabled:
    /// Setup wants its files only.
    pub must_run: bool,
}

/// What Exchange Setup wants to find on a node with this Windows: the parts of Internet Information Services, and from
/// Windows 2003 on also ASP.NET, which Windows 2000 does not have ("Server-Specific Requirements for Exchange Server
/// 2003" in the Deployment Guide).
pub fn prerequisites(windows: WindowsVersion) -> impl Iterator<Item = &'static Prerequisite> {
    let more = if windows < WindowsVersion::V2003 { &[] } else { &ASP_NET[..] };
    INTERNET_INFORMATION_SERVICES.iter().chain(more)
}

static INTERNET_INFORMATION_SERVICES: [Prerequisite; 3] = [
    Prerequisite {
        name: "World Wide Web Publishing Service",
        service: |services| services.www(),
        service_mut: |services| &mut services.www,
        must_run: true,
    },
    Prerequisite {
        name: "SMTP service",
        service: |services| services.smtp(),
        service_mut: |services| &mut services.smtp,
        must_run: true,
    },
    Prerequisite {
        name: "NNTP service",
        service: |services| services.nntp(),
        service_mut: |services| &mut services.nntp,
        must_run: false,
    },
];

static ASP_NET: [Prerequisite; 2] = [
    Prerequisite {
        name: ".NET Framework",
        service: |services| services.dot_net(),
        service_mut: |services| &mut services.dot_net,
        must_run: false,
    },
    Prerequisite {
        name: "ASP.NET",
        service: |services| services.asp_net(),
        service_mut: |services| &mut services.asp_net,
        must_run: true,
    },
];

/// A Windows service on a node that has Exchange.
#[derive(Clone, Copy, Debug)]
pub struct NodeService {
    /// What *Services* calls it.
    pub name: &'static str,
    /// Its facts among those of a node's services.
    pub service: fn(&mut Services) -> &mut Fact<Service>,
    /// How Setup leaves it: most of them for the Cluster service to start, some for nobody.
    pub startup: Startup,
}

/// The services that the Cluster service starts and stops on a node, and those that nobody does. Exchange 2003 leaves POP3,
/// IMAP4 and NNTP disabled ("What's New in Exchange Server 2003").
pub fn node_services(version: ExchangeVersion) -> [NodeService; 10] {
    let (clustered, hardened) = (Startup::Manual, Startup::Disabled);
    let protocol = if version == ExchangeVersion::V2000 { clustered } else { hardened };
    let of = |name, service, startup| NodeService { name, service, startup };
    [
        of("Microsoft Exchange System Attendant", |services| &mut services.system_attendant, clustered),
        of("Microsoft Exchange Information Store", |services| &mut services.information_store, clustered),
        of("Microsoft Exchange MTA Stacks", |services| &mut services.mta, clustered),
        of("Microsoft Exchange Routing Engine", |services| &mut services.routing, clustered),
        of("Simple Mail Transfer Protocol (SMTP)", |services| &mut services.smtp, clustered),
        of("Microsoft Search", |services| &mut services.search, clustered),
        of("Microsoft Exchange POP3", |services| &mut services.pop3, protocol),
        of("Microsoft Exchange IMAP4", |services| &mut services.imap4, protocol),
        of("Network News Transfer Protocol (NNTP)", |services| &mut services.nntp, protocol),
        of("Microsoft Exchange Site Replication Service", |services| &mut services.srs, hardened),
    ]
}

/// The resources of a virtual server that an administrator makes or moves into its group by hand, in this order
/// ("Exchange Clustering Basics", step 4; KB 821833). The last one brings the others.
pub static MADE_BY_HAND: [ResourceType; 4] = [IpAddress, NetworkName, PhysicalDisk, SystemAttendant];

/// What the wizard that forms a cluster calls the cluster's address, in English.
pub const CLUSTER_ADDRESS: &str = "Cluster IP Address";

/// What the wizard that forms a cluster calls the resource of the cluster's name, in English.
pub const CLUSTER_NAME: &str = "Cluster Name";

/// What the default group is called, unless Windows speaks another language than English.
pub const DEFAULT_GROUP: &str = "Cluster Group";

/// What `comclust.exe` calls the resource that it makes.
pub const MSDTC: &str = "MSDTC";

/// A resource that comes with the System Attendant of a virtual server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Its type.
    pub kind: ResourceType,
    /// What it is called, before the name of the virtual server.
    pub called: &'static str,
    /// Who needs it.
    pub need: Need,
}

/// What a resource is called that came with the System Attendant of a virtual server.
pub fn called_for(called: &str, virtual_server: &str) -> String {
    format!("{called} - ({virtual_server})")
}

/// Who needs a resource that a System Attendant brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Every virtual server, which does not work without it.
    Vital,
    /// Every virtual server, which works without it but for one service to its clients.
    Useful,
    /// The cluster: only the first virtual server's System Attendant brings it, and all share it.
    OncePerCluster,
    /// The virtual servers that offer its protocol; the others may lose it.
    WhereOffered,
}

/// What the creation of a System Attendant brings ("Exchange Clustering Basics", limitation 13). In Exchange 2000
/// there are POP3 and IMAP4, too (KB 314266 shows one at work); Exchange 2003 makes neither, on any Windows ("What's
/// New in Exchange Server 2003").
pub fn brought_by_system_attendant(version: ExchangeVersion) -> impl Iterator<Item = &'static Brought> {
    BROUGHT
        .iter()
        .filter(move |brought| brought.need != Need::WhereOffered || version == ExchangeVersion::V2000)
}

static BROUGHT: [Brought; 8] = [
    brought(InformationStore, "Exchange Information Store Instance", Need::Vital),
    brought(Mta, "Exchange Message Transfer Agent Instance", Need::OncePerCluster),
    brought(Routing, "Exchange Routing Service Instance", Need::Vital),
    brought(Smtp, "SMTP Virtual Server Instance", Need::Vital),
    brought(Http, "Exchange HTTP Virtual Server Instance", Need::Useful),
    brought(Search, "Exchange MS Search Instance", Need::Useful),
    brought(Pop3, "Exchange POP3 Virtual Server Instance", Need::WhereOffered),
    brought(Imap4, "Exchange IMAP4 Virtual Server Instance", Need::WhereOffered),
];

const fn brought(kind: ResourceType, called: &'static str, need: Need) -> Brought {
    Brought { kind, called, need }
}

/// The lowest service pack of a Windows that an Exchange version is supported on as a node; `None` where it is not
/// supported at all ("Exchange 2003 Test Environments", bb124788; of the service pack, Table 3 of the Deployment Guide).
pub fn least_service_pack(exchange: ExchangeVersion, windows: WindowsVersion) -> Option<u32> {
    use WindowsVersion as W;
    match (exchange, windows) {
        (ExchangeVersion::V2000, W::V2000) | (ExchangeVersion::V2003, W::V2003 | W::V2003R2) => Some(0),
        (ExchangeVersion::V2003, W::V2000) => Some(4),
        _ => None,
    }
}

/// The most nodes of a cluster with Exchange 2000 without a service pack (Windows IT Pro, November 2001).
pub const MOST_NODES_WITHOUT_SERVICE_PACK: usize = 2;

/// The article of the update of Windows 2003 Service Pack 1 without which connections hang.
pub const NETWORK_UPDATE: u32 = 898_060;

/// Later security updates of Windows 2003 Service Pack 1 that replace the same file (MS06-007, MS06-032, MS08-001).
pub const LATER_NETWORK_UPDATES: [u32; 3] = [913_446, 917_953, 941_644];

/// A dependency between the resources of a virtual server: what must be online before what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The type of the resource that depends.
    pub kind: ResourceType,
    /// The type of the resource that it depends on, directly or through others; Physical Disk stands for every type of
    /// storage that the version [knows](is_disk).
    pub on: ResourceType,
    /// On whose word.
    pub standing: Standing,
}

/// How well it is known whether a dependency belongs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A document of Microsoft's demands it.
    Documented,
    /// It follows from what a document says: everything but the System Attendant starts and stops in parallel.
    Implied,
    /// It is how virtual servers are found; no document that was read demands it.
    Customary,
    /// It is harmless.
    Tolerated,
    /// It belongs to the version before, and costs failover time in this one.
    Outdated,
}

/// The types of resources that others of a virtual server depend on, the first to come online first.
pub static DEPENDED_ON: [ResourceType; 5] =
    [IpAddress, NetworkName, PhysicalDisk, SystemAttendant, InformationStore];

/// The resource dependencies of a virtual server by version (KB 821833 for both trees; "What's New in Exchange Server
/// 2003" for what changed between them: the protocols no longer wait for the Information Store).
pub fn dependencies(version: ExchangeVersion) -> impl Iterator<Item = &'static Dependency> {
    let own = if version == ExchangeVersion::V2000 { &OF_2000 } else { &OF_2003[..] };
    OF_BOTH.iter().chain(own)
}

/// The resource dependencies that are the same in both versions: those of a virtual server in the middle of its upgrade.
pub fn dependencies_of_both() -> impl Iterator<Item = &'static Dependency> {
    OF_BOTH.iter()
}

static OF_BOTH: [Dependency; 6] = [
    depends(NetworkName, IpAddress, Standing::Documented),
    depends(SystemAttendant, NetworkName, Standing::Documented),
    depends(SystemAttendant, PhysicalDisk, Standing::Documented),
    depends(InformationStore, SystemAttendant, Standing::Documented),
    depends(Routing, SystemAttendant, Standing::Implied),
    depends(Mta, SystemAttendant, Standing::Implied),
];

static OF_2000: [Dependency; 5] = [
    depends(Smtp, InformationStore, Standing::Documented),
    depends(Http, InformationStore, Standing::Documented),
    depends(Pop3, InformationStore, Standing::Documented),
    depends(Imap4, InformationStore, Standing::Documented),
    depends(Search, InformationStore, Standing::Customary),
];

static OF_2003: [Dependency; 10] = [
    depends(Smtp, SystemAttendant, Standing::Documented),
    depends(Http, SystemAttendant, Standing::Documented),
    depends(Pop3, SystemAttendant, Standing::Documented),
    depends(Imap4, SystemAttendant, Standing::Documented),
    depends(Search, SystemAttendant, Standing::Customary),
    depends(Search, InformationStore, Standing::Tolerated),
    depends(Smtp, InformationStore, Standing::Outdated),
    depends(Http, InformationStore, Standing::Outdated),
    depends(Pop3, InformationStore, Standing::Outdated),
    depends(Imap4, InformationStore, Standing::Outdated),
];

const fn depends(kind: ResourceType, on: ResourceType, standing: Standing) -> Dependency {
    Dependency { kind, on, standing }
}

/// Whether a resource of one type has to wait for one of another, directly or through others. Not known for types that
/// are neither Exchange's, nor an address, a name or a disk.
pub fn needs(kind: &ResourceType, on: &ResourceType, version: ExchangeVersion) -> Option<bool> {
    let (kind, on) = (in_tables(kind)?, in_tables(on)?);
    // A mount point waits for the disk on which it is mounted.
    Some([kind, on] == [&PhysicalDisk; 2] || leads_to(kind, on, version))
}

/// The type that stands for this one in the tables of dependencies, which have no circles.
fn in_tables(kind: &ResourceType) -> Option<&ResourceType> {
    match kind {
        address if address.is_address() => Some(&IpAddress),
        disk if disk.is_storage() => Some(&PhysicalDisk),
        NetworkName | SystemAttendant | InformationStore | Mta | Routing | Smtp | Http | Pop3 | Imap4
        | Search => Some(kind),
        _ => None,
    }
}

fn leads_to(kind: &ResourceType, on: &ResourceType, version: ExchangeVersion) -> bool {
    dependencies(version)
        .filter(|dependency| dependency.kind == *kind)
        .any(|dependency| dependency.on == *on || leads_to(&dependency.on, on, version))
}

/// Whether a resource of one type is what a [dependency](Dependency::on) on another type leads to.
pub fn stands_for(kind: &ResourceType, on: &ResourceType, version: ExchangeVersion) -> bool {
    if *on == PhysicalDisk { is_disk(kind, version) } else { kind == on }
}

/// Whether Exchange takes a resource of this type for a disk: Exchange 2000 Physical Disk alone (KB 276600), Exchange
/// 2003 storage of any maker.
pub fn is_disk(kind: &ResourceType, version: ExchangeVersion) -> bool {
    match version {
        ExchangeVersion::V2000 => *kind == PhysicalDisk,
        _ => kind.is_storage(),
    }
}

/// What Exchange 2003 on Windows 2003 writes into the anti-affinity classes of a virtual server's group ("Cluster-Specific
/// Configurations", bb124140).
pub const ANTI_AFFINITY_CLASS: &str = "Microsoft Exchange Virtual Server";

/// The pending timeout of a resource by default, in milliseconds, and the least that a store should have ("Setting Pending
/// States", bb124063).
pub const LEAST_PENDING_TIMEOUT_MS: u64 = 180_000;

/// The resources of Exchange that are supported in a cluster (KB 259197).
pub static SUPPORTED_RESOURCES: [ResourceType; 9] =
    [SystemAttendant, InformationStore, Mta, Routing, Smtp, Http, Pop3, Imap4, Search];

/// The connectors that run in a supported service: the X.400 connector in the MTA, the others in SMTP and Routing.
pub static SUPPORTED_COMPONENTS: [Component; 3] =
    [Component::X400Connector, Component::RoutingGroupConnector, Component::SmtpConnector];

/// What is not supported on a virtual server: KB 259197; of the Active Directory Connector and the Site Replication
/// Service, "Support of optional Exchange components on clusters" (SQL Server Magazine).
pub static UNSUPPORTED_COMPONENTS: [Component; 15] = [
    Component::Srs,
    Component::Adc,
    Component::Nntp,
    Component::Kms,
    Component::InstantMessaging,
    Component::Chat,
    Component::Conferencing,
    Component::EventService,
    Component::CalendarConnector,
    Component::GroupwiseConnector,
    Component::NotesConnector,
    Component::CcMailConnector,
    Component::MsMailConnector,
    Component::ProfsConnector,
    Component::SnadsConnector,
];

/// The most storage groups that a node takes, whether they belong to one virtual server or, after a failover, to two (KB
/// 314266). The recovery storage group does not count.
pub const MOST_STORAGE_GROUPS: usize = 4;

/// The most databases of a virtual server (Exchange Server 2003 help, "Managing Storage Groups").
pub const MOST_DATABASES: u64 = 20;

/// How many users may be connected at once to each node of two that both run a virtual server: by version and service
/// pack of Exchange (KB 815180; the numbers for service packs 1 and 2 of Exchange 2000 are older ones of Microsoft's).
pub fn active_active_users(version: ExchangeVersion, service_pack: u32) -> u32 {
    match (version, service_pack) {
        (ExchangeVersion::V2000, 0 | 1) => 1_000,
        (ExchangeVersion::V2000, 2) => 1_500,
        _ => 1_900,
    }
}

/// How much of its processors each node of two that both run a virtual server may use over time, in percent (KB 815180).
pub const ACTIVE_ACTIVE_CPU_PERCENT: u32 = 40;

/// From how much memory on, in MiB, a node needs `/3GB` (KB 266096, KB 823440).
pub const THREE_GB_FROM_MIB: u64 = 1024;

/// Below how much memory, in MiB, `/3GB` does harm (Exchange Best Practices Analyzer).
pub const NO_THREE_GB_BELOW_MIB: u64 = 950;

/// The least that the largest free block of virtual memory of the Information Store should have, in MiB: Exchange's Best
/// Practices Analyzer calls less than 50,000,001 bytes an error.
pub const LEAST_FREE_BLOCK_MIB: u32 = 48;

/// One passive node for so many nodes: Microsoft's recommended shape is three active nodes and a passive one ("Configuration
/// Settings for a Four-Node Cluster", aa998107).
pub const NODES_FOR_EACH_PASSIVE: usize = 4;
