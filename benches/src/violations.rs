//! What may be wrong with a cluster of a fleet, and the rules that find it.

use rules_core::model::{
    Cluster, Component, DiskKind, ExchangeEdition, ExchangeVersion, FileSystem, Node, PartitionStyle,
    Resource, ResourceType, Service, ServiceState, Startup, StorageBus, VirtualServer, WindowsEdition,
};

use crate::good::{address, good, resource};

/// One thing that is wrong.
pub(crate) struct Violation {
    /// The rules of the profile `recommended` that find it, by full name; no others find anything.
    pub(crate) rules: &'static [&'static str],
    /// Makes it so in a good cluster of this number.
    pub(crate) happen: fn(&mut Cluster, u64),
}

const fn violation(rules: &'static [&'static str], happen: fn(&mut Cluster, u64)) -> Violation {
    Violation { rules, happen }
}

/// The first node.
fn node(cluster: &mut Cluster) -> &mut Node {
    &mut cluster.nodes.get_or_default()[0]
}

/// The first virtual server, and the resources of its group.
fn evs(cluster: &mut Cluster) -> &mut VirtualServer {
    &mut cluster.virtual_servers.get_or_default()[0]
}

fn resources(cluster: &mut Cluster) -> &mut Vec<Resource> {
    cluster.groups.get_or_default()[1].resources.get_or_default()
}

fn of_type(cluster: &mut Cluster, kind: ResourceType) -> &mut Resource {
    let mut resources = resources(cluster).iter_mut();
    resources.find(|resource| resource.r#type.get() == Some(&kind)).expect("a good cluster has it")
}

fn running() -> Service {
    Service::default().installed(true).startup(Startup::Automatic).state(ServiceState::Running)
}

/// Each of a different kind.
pub(crate) const VIOLATIONS: &[Violation] = &[
    violation(&["cluster/no-domain-controllers"], |cluster, _| node(cluster).domain_controller.set(true)),
    violation(&["cluster/nodes-in-one-domain"], |cluster, _| node(cluster).domain.set("other.example.com")),
    violation(&["cluster/edition-can-cluster"], |cluster, _| {
        node(cluster).windows.get_or_default().edition.set(WindowsEdition::Standard);
    }),
    violation(&["exchange2003/no-site-replication-service"], |cluster, _| {
        node(cluster).services.get_or_default().srs.set(running());
    }),
    violation(&["cluster/basic-disks-only"], |cluster, _| {
        cluster.disks.get_or_default()[1].kind.set(DiskKind::Dynamic);
    }),
    violation(&["exchange2003/supported-components-only"], |cluster, _| {
        evs(cluster).components.set([Component::Kms]);
    }),
    violation(&["exchange2003/mta-once-per-cluster", "exchange2003/resource-dependencies"], |cluster, _| {
        resources(cluster).push(resource("Second MTA", ResourceType::Mta, &[]));
    }),
    violation(&["cluster/dns-accepts-dynamic-updates"], |cluster, _| {
        let dns = cluster.dns.get_or_default();
        dns.dynamic_updates.set(false);
        dns.host_records.set([]);
    }),
    violation(&["cluster/ntfs-only"], |cluster, _| {
        cluster.disks.get_or_default()[1].file_system.set(FileSystem::Fat);
    }),
    violation(&["cluster/default-group-exists"], |cluster, _| {
        cluster.quorum.get_or_default().resource.set("Disk R:");
    }),
    violation(&["cluster/edition-node-limit"], |cluster, number| {
        *cluster = good(number, 3, 2).storage_bus(StorageBus::ParallelScsi);
    }),
    violation(&["exchange2003/one-virtual-server-per-active-node"], |cluster, number| {
        // The last one is on the node of the first.
        *cluster = good(number, 2, 3);
    }),
    violation(&["cluster/exchange-edition-can-cluster"], |cluster, _| {
        node(cluster).exchange.get_or_default().edition.set(ExchangeEdition::Standard);
    }),
    violation(&["cluster/cluster-before-exchange"], |cluster, _| {
        node(cluster).exchange.get_or_default().cluster_aware.set(false);
    }),
    violation(&["cluster/binaries-on-local-disk"], |cluster, _| {
        for node in cluster.nodes.get_or_default() {
            node.exchange.get_or_default().install_path.set(r"S:\Exchsrvr");
        }
    }),
    violation(&["cluster/same-exchange-version"], |cluster, _| {
        node(cluster).exchange.get_or_default().service_pack.set(1_u32);
    }),
    violation(&["cluster/same-windows-version"], |cluster, _| {
        node(cluster).windows.get_or_default().service_pack.set(1_u32);
    }),
    violation(&["cluster/service-account-is-local-admin"], |cluster, _| {
        node(cluster).local_administrators.set([]);
    }),
    violation(&["cluster/enough-static-addresses"], |cluster, _| {
        node(cluster).interfaces.get_or_default()[0].dhcp.set(true);
    }),
    violation(&["cluster/heartbeat-not-teamed"], |cluster, _| {
        node(cluster).interfaces.get_or_default()[1].teamed.set(true);
    }),
    violation(&["cluster/heartbeat-adapter-settings"], |cluster, _| {
        node(cluster).interfaces.get_or_default()[1].has_gateway.set(true);
    }),
    violation(&["cluster/network-in-one-subnet"], |cluster, _| {
        node(cluster).interfaces.get_or_default()[1].address.set(address("172.16.0.1/24"));
    }),
    violation(&["cluster/addresses-unique"], |cluster, _| {
        let nodes = cluster.nodes.get_or_default();
        let first = nodes[0].interfaces.get_or_default()[1].address.clone();
        nodes[1].interfaces.get_or_default()[1].address = first;
    }),
    violation(&["cluster/private-network-first"], |cluster, _| {
        let networks = cluster.networks.get_or_default();
        networks[0].priority.set(1_u32);
        networks[1].priority.set(2_u32);
    }),
    violation(&["cluster/mbr-disks-on-windows-2003"], |cluster, _| {
        cluster.disks.get_or_default()[1].partition_style.set(PartitionStyle::Gpt);
        for node in cluster.nodes.get_or_default() {
            node.windows.get_or_default().updates.set([]);
        }
    }),
    violation(&["cluster/quorum-log-size"], |cluster, _| {
        cluster.quorum.get_or_default().max_log_size_kib.set(64_u64);
    }),
    violation(&["cluster/quorum-disk-size"], |cluster, _| {
        cluster.disks.get_or_default()[0].size_mib.set(100_u64);
    }),
    violation(&["cluster/clients-use-virtual-server"], |cluster, _| {
        let name = node(cluster).name.clone();
        evs(cluster).client_endpoints.set([name.get().expect("a good cluster's node has it").clone()]);
    }),
    violation(&["cluster/exchange-data-on-own-disks"], |cluster, _| {
        evs(cluster).data_paths.set([r"D:\Exchsrvr\mdbdata".into()]);
    }),
    violation(&["cluster/databases-per-storage-group"], |cluster, _| {
        evs(cluster).storage_groups.get_or_default()[0].databases.set(6_u32);
    }),
    violation(&["exchange2003/resource-dependencies"], |cluster, _| {
        of_type(cluster, ResourceType::InformationStore).depends_on.set([]);
    }),
    violation(&["cluster/dependencies-resolve"], |cluster, _| {
        of_type(cluster, ResourceType::IpAddress).depends_on.set(["Disk Q:".into()]);
    }),
    violation(&["exchange2003/system-attendant-children"], |cluster, _| {
        resources(cluster).retain(|resource| resource.r#type.get() != Some(&ResourceType::Routing));
    }),
    violation(&["cluster/virtual-server-group-for-exchange-only"], |cluster, _| {
        resources(cluster).push(resource("Spooler", ResourceType::PrintSpooler, &[]));
    }),
    violation(&["exchange2003/kerberos-on-network-name"], |cluster, _| {
        of_type(cluster, ResourceType::NetworkName).parameters.get_or_default().require_kerberos.set(false);
    }),
    violation(&["cluster/addresses-in-their-subnet"], |cluster, _| {
        of_type(cluster, ResourceType::IpAddress)
            .parameters
            .get_or_default()
            .address
            .set(address("172.16.0.9/24"));
    }),
    violation(&["cluster/failures-survived"], |cluster, _| cluster.failures_to_survive.set(8_u32)),
    violation(&["exchange2003/directory-prepared-before-setup"], |cluster, _| {
        cluster.directory.get_or_default().forest_prepared_for.set(ExchangeVersion::V2000);
    }),
    violation(&["cluster/certified-solution"], |cluster, _| {
        cluster.solution.get_or_default().listed.set(false);
    }),
    violation(&["cluster/every-node-joined"], |cluster, _| {
        node(cluster).state.set(rules_core::model::NodeState::NotJoined);
    }),
    violation(&["cluster/distinct-names"], |cluster, _| node(cluster).name.set("A-NAME-THAT-IS-TOO-LONG")),
];
