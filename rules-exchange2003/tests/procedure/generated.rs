//! Targets of every shape: what the runbook leads to is what was wanted.

use proptest::prelude::*;
use rules_core::{
    model::{
        Address, Cluster, Disk, DriveLetter, ExchangeVersion, Failback, Group, Name, Network, NetworkRole,
        Node, NodeExchange, NodeState, Parameters, Protocol, Quorum, QuorumKind, Resource, ResourceState,
        ResourceType, Restart, RestartAction, Service, Services, Startup, StorageGroup, VirtualServer,
        Windows, WindowsVersion,
    },
    runbook::Simulator,
};
use rules_exchange2003::procedure::PROCEDURE;
use serde_json::Value;

use super::{built, failures, runbook};

/// What a target is to be like.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
struct Shape {
    nodes: usize,
    virtual_servers: usize,
    version: ExchangeVersion,
    windows: WindowsVersion,
    service_pack: u32,
    /// How many disks of each virtual server are mounted on another.
    mount_points: usize,
    storage_groups: usize,
    quorum: QuorumKind,
    /// Whether MSDTC has a group of its own.
    msdtc_apart: bool,
    /// Whether POP3 is offered, by a resource made by hand on 2003.
    pop3: bool,
    /// Whether the last node is paused in the end, and the first virtual server offline.
    resting: bool,
    /// Whether the groups with their resources are given, or left to be as usual.
    groups: bool,
}

fn shapes() -> impl Strategy<Value = Shape> {
    use ExchangeVersion as E;
    use WindowsVersion as W;
    let versions = prop_oneof![
        Just((E::V2000, W::V2000)),
        Just((E::V2003, W::V2000)),
        Just((E::V2003, W::V2003)),
        Just((E::V2003, W::V2003R2))
    ];
    let quorum = prop_oneof![3 => Just(QuorumKind::SharedDisk), 1 => Just(QuorumKind::MajorityNodeSet)];
    let counts = (1..=8_usize, 0..=8_usize, 0..=3_u32, 0..=2_usize, 1..=4_usize);
    let choices = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.8));
    (versions, quorum, counts, choices).prop_map(|((version, windows), quorum, counts, choices)| {
        let (nodes, virtual_servers, service_pack, mount_points, storage_groups) = counts;
        let (msdtc_apart, pop3, resting, groups) = choices;
        Shape {
            nodes,
            virtual_servers: virtual_servers.min(nodes),
            version,
            windows,
            service_pack,
            mount_points,
            storage_groups,
            // Windows 2000 has no other quorum.
            quorum: if windows == WindowsVersion::V2000 { QuorumKind::SharedDisk } else { quorum },
            msdtc_apart,
            pop3,
            resting,
            groups,
        }
    })
}

impl Shape {
    fn target(&self) -> Cluster {
        let nodes: Vec<Name> = (1..=self.nodes).map(|number| format!("NODE{number}").into()).collect();
        let quorum = match self.quorum {
            QuorumKind::MajorityNodeSet => "Majority Node Set",
            _ => "Disk Q:",
        };
        let network = |name: &str, subnet: &str, role, priority: u32| {
            Network::default()
                .name(name)
                .subnet(subnet.parse::<Address>().expect("it is an address"))
                .role(role)
                .priority(priority)
        };
        let disks = (1..=self.virtual_servers).flat_map(|number| self.disks(number));
        let mut target = Cluster::new("MAILCLU1")
            .exchange(self.version)
            .networks([
                network("Public", "192.0.2.0/24", NetworkRole::Mixed, 2),
                network("Heartbeat", "10.0.0.0/24", NetworkRole::Internal, 1),
            ])
            .quorum(Quorum::default().kind(self.quorum).resource(quorum).max_log_size_kib(4096_u64))
            .nodes(nodes.iter().map(|name| self.node(name)).collect::<Vec<_>>())
            .disks(disks.chain([disk("Disk Q:").letter(letter('Q'))]).collect::<Vec<_>>())
            .virtual_servers(
                (1..=self.virtual_servers).map(|it| self.virtual_server(it)).collect::<Vec<_>>(),
            );
        if self.groups {
            let mut groups = vec![self.default_group(&nodes, quorum)];
            groups.extend(self.msdtc_apart.then(|| Self::msdtc_group(&nodes)));
            groups.extend((1..=self.virtual_servers).map(|number| self.group(number, &nodes)));
            target.groups.set(groups);
        }
        target
    }

    fn node(&self, name: &Name) -> Node {
        let service = |startup| Service::default().installed(true).startup(startup);
        let is_last = *name == *format!("NODE{}", self.nodes);
        let state = if self.resting && is_last { NodeState::Paused } else { NodeState::Up };
        Node::default()
            .name(name.clone())
            .state(state)
            .domain("corp.example.com")
            .windows(Windows::default().version(self.windows))
            .exchange(
                NodeExchange::default()
                    .installed(true)
                    .version(self.version)
                    .service_pack(self.service_pack)
                    .install_path(r"D:\Exchsrvr"),
            )
            .services(
                Services::default()
                    .pop3(service(if self.pop3 { Startup::Manual } else { Startup::Disabled }))
                    .information_store(service(Startup::Manual)),
            )
    }

    /// The disks of a virtual server: one with a letter, and what is mounted on it.
    fn disks(&self, number: usize) -> Vec<Disk> {
        let host = disk(&format!("EVS{number} Data")).letter(drive(number));
        let mounted = (1..=self.mount_points)
            .map(|it| disk(&format!("EVS{number} Mount {it}")).mounted_on(format!("EVS{number} Data")));
        [host].into_iter().chain(mounted).collect()
    }

    fn default_group(&self, nodes: &[Name], quorum: &str) -> Group {
        let kind = match self.quorum {
            QuorumKind::MajorityNodeSet => ResourceType::MajorityNodeSet,
            _ => ResourceType::PhysicalDisk,
        };
        let mut resources = vec![
            address("Cluster IP", "192.0.2.10/24"),
            name("Cluster Name", "MAILCLU1", "Cluster IP"),
            resource(quorum, kind).depends_on([]),
        ];
        if self.quorum == QuorumKind::MajorityNodeSet && !self.msdtc_apart {
            resources.push(resource("Disk Q:", ResourceType::PhysicalDisk));
        }
        if !self.msdtc_apart {
            resources.push(msdtc("Cluster Name", "Disk Q:"));
        }
        let resources = resources.into_iter().map(|it| it.possible_owners(nodes.to_vec()));
        let owner = nodes[nodes.len() / 2].clone();
        Group::default().name("Cluster Group").owner(owner).resources(resources.collect::<Vec<_>>())
    }

    fn msdtc_group(nodes: &[Name]) -> Group {
        Group::default().name("A MSDTC").owner(nodes[0].clone()).failover_threshold(3_u32).resources([
            address("DTC IP", "192.0.2.11/24"),
            name("DTC Name", "DTC1", "DTC IP"),
            resource("Disk R:", ResourceType::PhysicalDisk),
            msdtc("DTC Name", "Disk R:"),
        ])
    }

    fn group(&self, number: usize, nodes: &[Name]) -> Group {
        let evs = format!("EVS{number}");
        let (ip, own) = (format!("{evs} IP"), format!("{evs} Name"));
        let disks = self.disks(number);
        let disks = disks.iter().map(|disk| {
            resource(disk.name.get().expect("it has a name").as_str(), ResourceType::PhysicalDisk)
        });
        let mut resources = vec![
            address(&ip, &format!("192.0.2.{}/24", 20 + number))
                .restart(Restart::default().action(RestartAction::Restart).threshold(5_u32)),
            name(&own, &evs, &ip),
        ];
        resources.extend(disks);
        let store = format!("Exchange Information Store Instance - ({evs})");
        resources.push(resource(&store, ResourceType::InformationStore).pending_timeout_ms(240_000_u64));
        if self.pop3 {
            resources.push(resource(&format!("{evs} POP3"), ResourceType::Pop3));
        }
        let state = if self.resting && number == 1 { ResourceState::Offline } else { ResourceState::Online };
        Group::default()
            .name(format!("{evs} Group"))
            .state(state)
            .preferred_owners(vec![nodes[number - 1].clone(), nodes[nodes.len() - 1].clone()])
            .failback(Failback::Prevent)
            .resources(resources)
    }

    fn virtual_server(&self, number: usize) -> VirtualServer {
        let drive = drive(number);
        let storage_groups = (1..=self.storage_groups).map(|it| {
            StorageGroup::default()
                .name(format!("Storage Group {it}"))
                .databases(2_u32)
                .log_path(format!(r"{drive}:\Mount\Logs {it}"))
        });
        let mut server = VirtualServer::default()
            .name(format!("EVS{number}"))
            .data_paths([format!(r"{drive}:\Exchsrvr").into()])
            .smtp_log_path(format!(r"{drive}:\SmtpLog"))
            .storage_groups(storage_groups.collect::<Vec<_>>());
        if self.pop3 {
            server.protocols.set([Protocol::Mapi, Protocol::Pop3]);
        }
        server
    }
}

fn letter(letter: char) -> DriveLetter {
    letter.to_string().parse().expect("it is a letter")
}

fn drive(number: usize) -> DriveLetter {
    letter(['E', 'F', 'G', 'H', 'I', 'J', 'K', 'L'][number - 1])
}

fn disk(name: &str) -> Disk {
    Disk::default().name(name).shared(true)
}

fn resource(name: &str, kind: ResourceType) -> Resource {
    Resource::default().name(name).r#type(kind)
}

fn address(name: &str, address: &str) -> Resource {
    let parameters = Parameters::default()
        .address(address.parse::<Address>().expect("it is an address"))
        .network("Public");
    resource(name, ResourceType::IpAddress).parameters(parameters)
}

fn name(name: &str, value: &str, ip: &str) -> Resource {
    resource(name, ResourceType::NetworkName)
        .parameters(Parameters::default().name(value))
        .depends_on([ip.into()])
}

fn msdtc(name: &str, disk: &str) -> Resource {
    resource("MSDTC", ResourceType::Msdtc)
        .depends_on([name.into(), disk.into()])
        .restart(Restart::default().action(RestartAction::Restart))
}

/// A target without the facts at these places, counted round and round over all that are there.
fn without(target: &Cluster, places: &[usize]) -> Cluster {
    let mut target = serde_json::to_value(target).expect("a definition can be written");
    for place in places {
        let mut count = 0;
        visit(&mut target, &mut |_, _| {
            count += 1;
            false
        });
        let (wanted, mut here) = (place % count, 0);
        visit(&mut target, &mut |_, _| {
            here += 1;
            here == wanted + 1
        });
    }
    serde_json::from_value(target).expect("facts can be left out")
}

/// Removes the facts that a test chooses: all but names and what makes it a definition of this version.
fn visit(value: &mut Value, chosen: &mut dyn FnMut(&str, &Value) -> bool) {
    match value {
        Value::Object(table) => {
            let label = table.contains_key("name").then_some("name");
            table.retain(|key, value| {
                Some(key.as_str()) == label || ["format"].contains(&key.as_str()) || !chosen(key, value)
            });
            table.iter_mut().for_each(|(_, value)| visit(value, chosen));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| visit(element, chosen)),
        _ => {}
    }
}

/// How many targets each test takes.
const CASES: u32 = 24;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn a_target_of_any_shape_is_built(shape in shapes()) {
        let target = shape.target();
        let runbook = runbook(&target);
        let end = built(&runbook).map_err(TestCaseError::fail)?;
        prop_assert_eq!(Simulator::on(end.clone(), &PROCEDURE).unlike(&target), []);
        // What is wrong with the end was wanted.
        let wanted = failures(&runbook.target);
        let made: Vec<String> = failures(&end).into_iter().filter(|failure| !wanted.contains(failure)).collect();
        prop_assert!(made.is_empty(), "{}", made.join("\n"));
    }

    #[test]
    fn no_step_of_it_can_be_left_out_nor_taken_before_one_that_it_waits_for(
        shape in shapes(),
        place in any::<prop::sample::Index>(),
    ) {
        let runbook = runbook(&shape.target());
        let end = built(&runbook).map_err(TestCaseError::fail)?;
        let index = place.index(runbook.steps.len());
        let mut without = runbook.clone();
        let left_out = without.steps.remove(index);
        if let Ok(other) = built(&without) {
            prop_assert_ne!(failures(&other), failures(&end), "`{}` is left out", left_out.id);
        }
        let before = runbook.edges()[index].iter().copied().max();
        if let Some(before) = before {
            let mut simulator = Simulator::new(&runbook, &PROCEDURE);
            simulator.run(&runbook.steps[..before]).map_err(|it| TestCaseError::fail(it.to_string()))?;
            let early = simulator.take(&left_out);
            prop_assert!(early.is_err(), "`{}` before `{}`", left_out.id, runbook.steps[before].id);
        }
    }

    #[test]
    fn a_target_of_which_not_all_is_known_is_built(
        shape in shapes(),
        places in prop::collection::vec(any::<usize>(), 1..12),
    ) {
        let mut target = without(&shape.target(), &places);
        target.exchange.set(shape.version);
        let runbook = runbook(&target);
        let end = built(&runbook).map_err(TestCaseError::fail)?;
        prop_assert_eq!(Simulator::on(end, &PROCEDURE).unlike(&target), []);
    }
}
