"""The twelve checks in plain Python: what one writes for a fleet in an afternoon, in a style that is quick."""

import sys
from collections import Counter

import orjson

NODE_LIMITS = {
    "2000": {"advanced": 2, "enterprise": 2, "datacenter": 4},
    "2003": {"advanced": 8, "enterprise": 8, "datacenter": 8},
}
BUS_LIMITS = {"2000": {"parallel-scsi": 2, "iscsi": 2, "sas": 2}, "2003": {"parallel-scsi": 2}}
SUPPORTED_COMPONENTS = {"x400-connector", "routing-group-connector", "smtp-connector", "srs"}
MTA = "Microsoft Exchange Message Transfer Agent"


def check(cluster):
    """Yields each finding of a cluster: the check, and the element that is wrong or "" for the cluster."""
    name, nodes, groups, servers = (cluster.get(key, ()) for key in ("name", "nodes", "groups", "virtual_servers"))

    limit = 16
    for node in nodes:
        windows, srs = node["windows"], node.get("services", {}).get("srs", {})
        if node.get("domain_controller"):
            yield "no-domain-controllers", node["name"]
        node_limit = NODE_LIMITS[windows["version"]].get(windows["edition"])
        if node_limit is None:
            yield "edition-can-cluster", node["name"]
        limit = min(limit, node_limit or 16, BUS_LIMITS[windows["version"]].get(cluster["storage_bus"], 16))
        if srs.get("state") == "running" or srs.get("startup") in ("automatic", "manual"):
            yield "no-site-replication-service", node["name"]
    if len(nodes) > limit:
        yield "edition-node-limit", ""
    domains = Counter(node["domain"] for node in nodes)
    if len(domains) > 1:
        usual = domains.most_common(1)[0][0]
        yield from (("nodes-in-one-domain", node["name"]) for node in nodes if node["domain"] != usual)

    for disk in cluster["disks"]:
        if disk["kind"] != "basic":
            yield "basic-disks-only", disk["name"]
        if disk["file_system"] != "ntfs":
            yield "ntfs-only", disk["name"]

    groups_of_servers = {server["group"] for server in servers}
    default, quorum, mtas = None, [], []
    for group in groups:
        for resource in group["resources"]:
            kind = resource["type"]
            if kind == "Network Name" and resource["parameters"]["name"] == name:
                default = group
            elif kind == MTA:
                mtas.append((group["name"] in groups_of_servers, resource["name"]))
            elif kind == "Microsoft Exchange NNTP Server Instance":
                yield "supported-components-only", resource["name"]
            if resource["name"] == cluster["quorum"]["resource"]:
                quorum.append(group["name"])
    if default is None:
        yield "default-group-exists", ""
    else:
        if all(resource["type"] != "IP Address" for resource in default["resources"]):
            yield "default-group-exists", default["name"]
        if not quorum:
            yield "default-group-exists", ""
        elif default["name"] not in quorum and quorum[0] not in groups_of_servers:
            yield "default-group-exists", cluster["quorum"]["resource"]
    if not mtas:
        yield "mta-once-per-cluster", ""
    yield from (("mta-once-per-cluster", mta) for mta in [mta for of_server, mta in mtas if of_server][1:])

    if len(servers) >= max(len(nodes), 2):
        yield "one-virtual-server-per-active-node", ""
    has_joined = sum(node["state"] != "not-joined" for node in nodes)
    taken = set()
    for server in servers:
        if has_joined > 2:
            yield from (
                ("one-virtual-server-per-active-node", node) for node in server["running_on"] if node in taken
            )
            taken.update(server["running_on"])
        for component in server["components"]:
            if component == "srs":
                yield "no-site-replication-service", component
            elif component not in SUPPORTED_COMPONENTS:
                yield "supported-components-only", component
        if "nntp" in server["protocols"]:
            yield "supported-components-only", "nntp"
    dns = cluster.get("dns", {})
    if dns.get("dynamic_updates") is False:
        records = {record.split(".")[0].lower() for record in dns["host_records"]}
        missing = [server["name"] for server in servers if server["name"].lower() not in records]
        if name.lower() not in records or not missing:
            yield "dns-accepts-dynamic-updates", ""
        yield from (("dns-accepts-dynamic-updates", server) for server in missing)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as fleet:
        for line in fleet:
            cluster = orjson.loads(line)
            for rule, element in check(cluster):
                print(cluster["name"], rule, element, sep="\t")
