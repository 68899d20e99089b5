"""The twelve checks in Python with msgspec, which reads only the facts that are declared, into objects."""

import sys
from collections import Counter

import msgspec

from checks import BUS_LIMITS, MTA, NODE_LIMITS, SUPPORTED_COMPONENTS


class Windows(msgspec.Struct):
    version: str
    edition: str


class Service(msgspec.Struct, frozen=True):
    state: str = ""
    startup: str = ""


class Services(msgspec.Struct, frozen=True):
    srs: Service = Service()


class Node(msgspec.Struct):
    name: str
    state: str
    domain: str
    windows: Windows
    domain_controller: bool = False
    services: Services = Services()


class Disk(msgspec.Struct):
    name: str
    kind: str
    file_system: str


class Dns(msgspec.Struct, frozen=True):
    dynamic_updates: bool = True
    host_records: list[str] = []


class Quorum(msgspec.Struct):
    resource: str


class Parameters(msgspec.Struct, frozen=True):
    name: str = ""


class Resource(msgspec.Struct):
    name: str
    type: str
    parameters: Parameters = Parameters()


class Group(msgspec.Struct):
    name: str
    resources: list[Resource]


class VirtualServer(msgspec.Struct):
    name: str
    group: str
    running_on: list[str]
    protocols: list[str]
    components: list[str]


class Cluster(msgspec.Struct):
    name: str
    storage_bus: str
    quorum: Quorum
    nodes: list[Node]
    disks: list[Disk]
    groups: list[Group]
    dns: Dns = Dns()
    virtual_servers: list[VirtualServer] = []


def check(cluster):
    """Yields each finding of a cluster: the check, and the element that is wrong or "" for the cluster."""
    nodes, groups, servers = cluster.nodes, cluster.groups, cluster.virtual_servers

    limit = 16
    for node in nodes:
        windows, srs = node.windows, node.services.srs
        if node.domain_controller:
            yield "no-domain-controllers", node.name
        node_limit = NODE_LIMITS[windows.version].get(windows.edition)
        if node_limit is None:
            yield "edition-can-cluster", node.name
        limit = min(limit, node_limit or 16, BUS_LIMITS[windows.version].get(cluster.storage_bus, 16))
        if srs.state == "running" or srs.startup in ("automatic", "manual"):
            yield "no-site-replication-service", node.name
    if len(nodes) > limit:
        yield "edition-node-limit", ""
    domains = Counter(node.domain for node in nodes)
    if len(domains) > 1:
        usual = domains.most_common(1)[0][0]
        yield from (("nodes-in-one-domain", node.name) for node in nodes if node.domain != usual)

    for disk in cluster.disks:
        if disk.kind != "basic":
            yield "basic-disks-only", disk.name
        if disk.file_system != "ntfs":
            yield "ntfs-only", disk.name

    groups_of_servers = {server.group for server in servers}
    default, quorum, mtas = None, [], []
    for group in groups:
        for resource in group.resources:
            kind = resource.type
            if kind == "Network Name" and resource.parameters.name == cluster.name:
                default = group
            elif kind == MTA:
                mtas.append((group.name in groups_of_servers, resource.name))
            elif kind == "Microsoft Exchange NNTP Server Instance":
                yield "supported-components-only", resource.name
            if resource.name == cluster.quorum.resource:
                quorum.append(group.name)
    if default is None:
        yield "default-group-exists", ""
    else:
        if all(resource.type != "IP Address" for resource in default.resources):
            yield "default-group-exists", default.name
        if not quorum:
            yield "default-group-exists", ""
        elif default.name not in quorum and quorum[0] not in groups_of_servers:
            yield "default-group-exists", cluster.quorum.resource
    if not mtas:
        yield "mta-once-per-cluster", ""
    yield from (("mta-once-per-cluster", mta) for mta in [mta for of_server, mta in mtas if of_server][1:])

    if len(servers) >= max(len(nodes), 2):
        yield "one-virtual-server-per-active-node", ""
    has_joined = sum(node.state != "not-joined" for node in nodes)
    taken = set()
    for server in servers:
        if has_joined > 2:
            yield from (
                ("one-virtual-server-per-active-node", node) for node in server.running_on if node in taken
            )
            taken.update(server.running_on)
        for component in server.components:
            if component == "srs":
                yield "no-site-replication-service", component
            elif component not in SUPPORTED_COMPONENTS:
                yield "supported-components-only", component
        if "nntp" in server.protocols:
            yield "supported-components-only", "nntp"
    if not cluster.dns.dynamic_updates:
        records = {record.split(".")[0].lower() for record in cluster.dns.host_records}
        missing = [server.name for server in servers if server.name.lower() not in records]
        if cluster.name.lower() not in records or not missing:
            yield "dns-accepts-dynamic-updates", ""
        yield from (("dns-accepts-dynamic-updates", server) for server in missing)


read = msgspec.json.Decoder(Cluster).decode
with open(sys.argv[1], "rb") as fleet:
    for line in fleet:
        cluster = read(line)
        for rule, element in check(cluster):
            print(cluster.name, rule, element, sep="\t")
