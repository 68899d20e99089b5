//! A good Exchange 2003 cluster, as complete as the notes of those who look after one.

use rules_core::model::{
    AccountKind, Address, Architecture, Cluster, Directory, Disk, DiskKind, Dns, Domain, Dtc,
    DtcAuthentication, ExchangeEdition, ExchangeVersion, FileSystem, Group, Interface, Network, NetworkRole,
    Node, NodeExchange, NodeState, Parameters, PartitionStyle, Protocol, Quorum, QuorumKind, Resource,
    ResourceState, ResourceType, Service, ServiceAccount, ServiceState, Services, Solution, Startup,
    StorageBus, StorageGroup, VirtualServer, Windows, WindowsEdition, WindowsVersion,
};

pub(crate) fn cluster_name(number: u64) -> String {
    format!("MAILCLU{number:05}")
}

pub(crate) fn node_name(cluster: u64, number: u64) -> String {
    format!("MB{cluster:05}N{number}")
}

/// An address of a cluster: the first 32 of its 64 are the public network's, the others the heartbeat's.
fn host(number: u64, offset: u64) -> String {
    let within = u32::try_from(number % (1 << 18) * 64 + offset).expect("it is below 2^24");
    let [_, second, third, fourth] = within.to_be_bytes();
    format!("10.{second}.{third}.{fourth}/27")
}

/// Where in a cluster's addresses those of the heartbeat, the cluster's own and those of its virtual servers begin.
const HEARTBEAT: u64 = 32;
const CLUSTER_ADDRESS: u64 = 20;

/// A good Exchange 2003 cluster; in the fleet, all nodes but one run a virtual server.
pub(crate) fn good(number: u64, nodes: u64, servers: u64) -> Cluster {
    let domain = "corp.example.com";
    let account = format!(r"CORP\svc-mailclu{number:05}");
    let account = account.as_str();
    let node_names: Vec<String> = (1..=nodes).map(|node| node_name(number, node)).collect();
    let mut groups = vec![default_group(number, &node_names[0])];
    let mut disks = vec![disk("Disk Q:", "Q", number)];
    let mut virtual_servers = Vec::new();
    for evs in 1..=servers {
        let letter = ["S", "T", "U", "V", "W", "X", "Y"][place(evs - 1) % 7];
        let disk_name = format!("Disk {letter}:");
        disks.push(disk(&disk_name, letter, number));
        groups.push(evs_group(number, evs, &disk_name, &node_names));
        virtual_servers.push(virtual_server(number, evs, letter, &node_names));
    }
    Cluster::new(&cluster_name(number))
        .exchange(ExchangeVersion::V2003)
        .storage_bus(StorageBus::FibreChannel)
        .failures_to_survive(1_u32)
        .solution(Solution::default().listed(true))
        .directory(
            Directory::default()
                .forest_prepared_for(ExchangeVersion::V2003)
                .exchange_55_site(false)
                .domains([Domain::default().name(domain).prepared_for(ExchangeVersion::V2003)]),
        )
        .dns(Dns::default().servers([address("192.0.2.53")]).dynamic_updates(true).wins(true))
        .service_account(ServiceAccount::default().name(account).kind(AccountKind::DomainUser))
        .quorum(Quorum::default().kind(QuorumKind::SharedDisk).resource("Disk Q:").max_log_size_kib(4096_u64))
        .nodes(
            node_names
                .iter()
                .enumerate()
                .map(|(index, name)| node(name, number, index as u64, domain, account))
                .collect::<Vec<_>>(),
        )
        .networks([
            Network::default()
                .name("Public")
                .subnet(address(&host(number, 0)))
                .role(NetworkRole::Mixed)
                .priority(2_u32),
            Network::default()
                .name("Heartbeat")
                .subnet(address(&host(number, HEARTBEAT)))
                .role(NetworkRole::Internal)
                .priority(1_u32),
        ])
        .disks(disks)
        .groups(groups)
        .virtual_servers(virtual_servers)
}

/// Forgets what a cluster does not say of itself.
pub(crate) fn thin(cluster: &mut Cluster) {
    cluster.directory.forget();
    cluster.dns.forget();
    cluster.virtual_servers.forget();
    cluster.solution.forget();
    for node in cluster.nodes.get_or_default() {
        node.domain_controller.forget();
        node.local_administrators.forget();
        node.exchange.forget();
        node.services.forget();
        node.software.forget();
        node.dtc.forget();
    }
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("the address is well-formed")
}

fn node(name: &str, number: u64, index: u64, domain: &str, account: &str) -> Node {
    let running =
        || Service::default().installed(true).startup(Startup::Automatic).state(ServiceState::Running);
    let disabled =
        || Service::default().installed(true).startup(Startup::Disabled).state(ServiceState::Stopped);
    let interface = |network: &str, address_text: String| {
        Interface::default().network(network).address(address(&address_text)).dhcp(false)
    };
    Node::default()
        .name(name)
        .state(NodeState::Up)
        .domain(domain)
        .domain_controller(false)
        .local_administrators([account.into(), r"CORP\Domain Admins".into()])
        .windows(
            Windows::default()
                .version(WindowsVersion::V2003)
                .edition(WindowsEdition::Enterprise)
                .service_pack(2_u32)
                .build(3790_u32)
                .architecture(Architecture::X86),
        )
        .exchange(
            NodeExchange::default()
                .installed(true)
                .version(ExchangeVersion::V2003)
                .edition(ExchangeEdition::Enterprise)
                .service_pack(2_u32)
                .build("6.5.7638.2")
                .cluster_aware(true)
                .install_path(r"D:\Exchsrvr"),
        )
        .software([])
        .services(Services::default().www(running()).smtp(running()).nntp(disabled()).srs(disabled()))
        .interfaces([
            interface("Public", host(number, index + 1)),
            interface("Heartbeat", host(number, HEARTBEAT + index + 1)),
        ])
        .local_drives(["C", "D"].map(|letter| letter.parse().expect("a letter")))
        .dtc(Dtc::default().network_access(false).authentication(DtcAuthentication::IncomingCaller))
}

fn disk(name: &str, letter: &str, number: u64) -> Disk {
    Disk::default()
        .name(name)
        .letter(letter.parse::<rules_core::model::DriveLetter>().expect("a letter"))
        .kind(DiskKind::Basic)
        .file_system(FileSystem::Ntfs)
        .partition_style(PartitionStyle::Mbr)
        .size_mib(102_400_u64)
        .physical_disk(format!("LUN {number:05}-{letter}").as_str())
        .empty_before_setup(true)
}

pub(crate) fn resource(name: &str, kind: ResourceType, depends_on: &[&str]) -> Resource {
    Resource::default()
        .name(name)
        .r#type(kind)
        .state(ResourceState::Online)
        .depends_on(depends_on.iter().map(|&name| name.into()).collect::<Vec<_>>())
}

fn default_group(number: u64, owner: &str) -> Group {
    let ip = Parameters::default().address(address(&host(number, CLUSTER_ADDRESS))).network("Public");
    Group::default().name("Cluster Group").owner(owner).resources([
        resource("Cluster IP", ResourceType::IpAddress, &[]).parameters(ip),
        resource("Cluster Name", ResourceType::NetworkName, &["Cluster IP"])
            .parameters(Parameters::default().name(cluster_name(number).as_str())),
        resource("Disk Q:", ResourceType::PhysicalDisk, &[]),
        resource("MSDTC", ResourceType::Msdtc, &["Cluster Name", "Disk Q:"]),
    ])
}

pub(crate) fn place(number: u64) -> usize {
    usize::try_from(number).expect("there are not so many")
}

fn evs_group(number: u64, evs: u64, disk: &str, nodes: &[String]) -> Group {
    use ResourceType as T;
    let name = |what: &str| format!("{what} (EVS{evs})");
    let (ip, network_name, attendant) = (name("IP"), name("Name"), name("System Attendant"));
    let mut resources = vec![
        resource(&ip, T::IpAddress, &[]).parameters(
            Parameters::default().address(address(&host(number, CLUSTER_ADDRESS + evs))).network("Public"),
        ),
        resource(&network_name, T::NetworkName, &[&ip]).parameters(
            Parameters::default().name(format!("EVS{number:05}{evs}").as_str()).require_kerberos(true),
        ),
        resource(disk, T::PhysicalDisk, &[]),
        resource(&attendant, T::SystemAttendant, &[&network_name, disk]),
    ];
    let mut children = vec![T::InformationStore, T::Routing, T::Smtp, T::Http, T::Search];
    if evs == 1 {
        children.push(T::Mta);
    }
    resources.extend(children.into_iter().map(|kind| resource(&name(kind.as_str()), kind, &[&attendant])));
    Group::default()
        .name(format!("EVS{evs} Group").as_str())
        .owner(nodes[place(evs - 1) % nodes.len()].as_str())
        .resources(resources)
}

fn virtual_server(number: u64, evs: u64, letter: &str, nodes: &[String]) -> VirtualServer {
    let name = format!("EVS{number:05}{evs}");
    VirtualServer::default()
        .name(name.as_str())
        .group(format!("EVS{evs} Group").as_str())
        .running_on([nodes[place(evs - 1) % nodes.len()].as_str().into()])
        .protocols([Protocol::Smtp, Protocol::Http])
        .data_paths([format!(r"{letter}:\Exchsrvr\mdbdata").into()])
        .storage_groups([StorageGroup::default()
            .name("First Storage Group")
            .databases(2_u32)
            .database_paths(
                ["priv1", "pub1"].map(|it| format!(r"{letter}:\Exchsrvr\mdbdata\{it}.edb").into()),
            )
            .log_path(format!(r"{letter}:\Exchsrvr\mdbdata"))
            .system_path(format!(r"{letter}:\Exchsrvr\mdbdata"))])
        .client_endpoints([name.as_str().into()])
        .components(Vec::new())
}
