//! A deterministic generator of fleets: Exchange 2003 clusters as inherited ones are, of 2 or 3 nodes and 6 KB of JSON on
//! average, with a stated share of them in violation of some rule.
//!
//! No two clusters of a fleet share an address, a name or an account: each has its own 64 addresses of 10.0.0.0/8, which is
//! enough for 262,144 of them. What such definitions often lack, they lack: there is no setup log, for one.

pub mod growth;
pub mod large;

use rules_core::model::{
    AccountKind, Address, Architecture, Cluster, Component, Directory, Disk, DiskKind, Dns, Domain, Dtc,
    DtcAuthentication, ExchangeEdition, ExchangeVersion, FileSystem, Group, Interface, Network, NetworkRole,
    Node, NodeExchange, NodeState, Parameters, PartitionStyle, Protocol, Quorum, QuorumKind, Resource,
    ResourceState, ResourceType, Service, ServiceAccount, ServiceState, Services, Solution, Startup,
    StorageBus, StorageGroup, VirtualServer, Windows, WindowsEdition, WindowsVersion,
};

/// A fleet: the same parameters give the same clusters.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How many clusters there are.
    pub clusters: u64,
    /// How many of a thousand clusters have one thing wrong with them.
    pub violations_per_mille: u64,
}

impl Fleet {
    /// A fleet of this many clusters, 4 % of them in violation.
    pub fn of(clusters: u64) -> Self {
        Self { seed: 1, clusters, violations_per_mille: 40 }
    }

    /// The clusters, in order.
    pub fn clusters(self) -> impl Iterator<Item = Cluster> {
        (0..self.clusters).map(move |number| self.cluster(number))
    }

    /// The clusters as NDJSON.
    pub fn lines(self) -> impl Iterator<Item = String> {
        self.clusters()
            .map(|cluster| serde_json::to_string(&cluster).expect("a cluster can be written as JSON"))
    }

    /// One cluster of the fleet.
    fn cluster(self, number: u64) -> Cluster {
        let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
        let nodes = 2 + u64::from(random.below(4) == 0);
        let mut cluster = good(number, nodes, nodes - 1);
        if random.below(1000) < self.violations_per_mille {
            violate(&mut cluster, &mut random);
        }
        cluster
    }
}

/// `SplitMix64`: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn node_name(cluster: u64, number: u64) -> String {
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
fn good(number: u64, nodes: u64, servers: u64) -> Cluster {
    let domain = "corp.example.com";
    let account = format!(r"CORP\svc-mailclu{number:05}");
    let account = account.as_str();
    let node_names: Vec<String> = (1..=nodes).map(|node| node_name(number, node)).collect();
    let mut groups = vec![default_group(number, &node_names[0])];
    let mut disks = vec![disk("Disk Q:", "Q", number)];
    let mut virtual_servers = Vec::new();
    for evs in 1..=servers {
        let letter = ["S", "T", "U", "V"][place(evs - 1) % 4];
        let disk_name = format!("Disk {letter}:");
        disks.push(disk(&disk_name, letter, number));
        groups.push(evs_group(number, evs, &disk_name, &node_names));
        virtual_servers.push(virtual_server(number, evs, letter, &node_names));
    }
    Cluster::new(&format!("MAILCLU{number:05}"))
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

fn address(text: &str) -> Address {
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

fn resource(name: &str, kind: ResourceType, depends_on: &[&str]) -> Resource {
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
            .parameters(Parameters::default().name(format!("MAILCLU{number:05}").as_str())),
        resource("Disk Q:", ResourceType::PhysicalDisk, &[]),
        resource("MSDTC", ResourceType::Msdtc, &["Cluster Name", "Disk Q:"]),
    ])
}

fn place(number: u64) -> usize {
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

/// One thing wrong, each of a different kind.
fn violate(cluster: &mut Cluster, random: &mut Random) {
    let node = &mut cluster.nodes.get_or_default()[0];
    match random.below(8) {
        0 => node.domain_controller.set(true),
        1 => node.domain.set("other.example.com"),
        2 => node.windows.get_or_default().edition.set(WindowsEdition::Standard),
        3 => node
            .services
            .get_or_default()
            .srs
            .set(Service::default().installed(true).state(ServiceState::Running)),
        4 => cluster.disks.get_or_default()[1].kind.set(DiskKind::Dynamic),
        5 => cluster.virtual_servers.get_or_default()[0].components.set([Component::Kms]),
        6 => {
            let group = &mut cluster.groups.get_or_default()[1];
            group.resources.get_or_default().push(resource("Second MTA", ResourceType::Mta, &[]));
        }
        _ => {
            let dns = cluster.dns.get_or_default();
            dns.dynamic_updates.set(false);
            dns.host_records.set([]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rules_core::{Profile, audit_cluster, model::Cluster};
    use serde_json::Value;

    use super::Fleet;

    #[test]
    fn clusters_share_no_address_no_name_and_no_account() {
        let fleet: Vec<Cluster> = [0, 1, 4000, 65_537, (1 << 18) - 1]
            .into_iter()
            .map(|number| Fleet::of(1 << 18).cluster(number))
            .collect();
        let mut once = BTreeSet::new();
        for cluster in &fleet {
            let text = serde_json::to_value(cluster).unwrap();
            let mut own = BTreeSet::new();
            facts(&text, "", &mut own);
            for fact in own {
                assert!(once.insert(fact.clone()), "{fact} is used twice");
            }
        }
        assert!(once.len() > 15 * fleet.len());
    }

    /// The addresses, names and accounts of a cluster that no other may have.
    fn facts(value: &Value, key: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(key, value)| facts(value, key, found)),
            Value::Array(entries) => entries.iter().for_each(|value| facts(value, key, found)),
            Value::String(text) => {
                let is_own = text.starts_with("10.")
                    || text.starts_with("MAILCLU")
                    || text.starts_with("MB")
                    || text.starts_with("EVS0")
                    || text.starts_with(r"CORP\svc")
                    || key == "physical_disk";
                if is_own {
                    found.insert(text.clone());
                }
            }
            _ => {}
        }
    }

    #[test]
    fn a_fleet_is_the_same_every_time_and_of_the_stated_size() {
        let lines: Vec<String> = Fleet::of(200).lines().collect();
        assert!(lines.iter().eq(&Fleet::of(200).lines().collect::<Vec<_>>()));
        let bytes: usize = lines.iter().map(String::len).sum();
        assert!((4000..7000).contains(&(bytes / lines.len())), "{} bytes a cluster", bytes / lines.len());
    }

    #[test]
    fn a_fleet_has_the_stated_share_of_violations() {
        let book = excluster::book();
        let plan = book.plan(&Profile::recommended()).unwrap();
        let share = |per_mille| {
            let fleet = Fleet { violations_per_mille: per_mille, ..Fleet::of(500) };
            fleet.clusters().filter(|cluster| audit_cluster(&plan, cluster).counts().failed > 0).count()
        };
        assert_eq!((share(0), share(1000)), (0, 500));
    }
}
