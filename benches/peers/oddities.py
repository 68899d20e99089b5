"""What the generated fleet does not have, but the checks speak of: one thing at a time, done to a good cluster."""

import copy
from collections.abc import Iterator

MTA = "Microsoft Exchange Message Transfer Agent"


def odd_clusters(good: dict) -> Iterator[dict]:
    """Copies of a cluster of four nodes and three virtual servers, an oddity in each."""
    for oddity in ODDITIES:
        cluster = copy.deepcopy(good)
        cluster["name"] = cluster["groups"][0]["resources"][1]["parameters"]["name"] = oddity.__name__
        oddity(cluster)
        yield cluster


def second_domain_of_two(cluster):
    for node in cluster["nodes"][2:]:
        node["domain"] = "other.example.com"


def windows_2000_for_two_nodes(cluster):
    for node in cluster["nodes"]:
        node["windows"] |= {"version": "2000", "edition": "advanced"}


def windows_2000_for_four_nodes(cluster):
    for node in cluster["nodes"]:
        node["windows"] |= {"version": "2000", "edition": "datacenter"}


def windows_2000_on_iscsi(cluster):
    windows_2000_for_four_nodes(cluster)
    cluster["storage_bus"] = "iscsi"


def srs_stopped_but_automatic(cluster):
    cluster["nodes"][1]["services"]["srs"]["startup"] = "automatic"


def srs_stopped_but_manual(cluster):
    cluster["nodes"][1]["services"]["srs"]["startup"] = "manual"


def components_of_all_kinds(cluster):
    cluster["virtual_servers"][1]["components"] = ["smtp-connector", "srs", "chat"]


def nntp_to_clients(cluster):
    cluster["virtual_servers"][0]["protocols"].append("nntp")


def nntp_resource(cluster):
    cluster["groups"][2]["resources"].append(resource("NNTP", "Microsoft Exchange NNTP Server Instance"))


def no_mta(cluster):
    for group in cluster["groups"]:
        group["resources"] = [one for one in group["resources"] if one["type"] != MTA]


def mta_of_a_second_virtual_server(cluster):
    cluster["groups"][2]["resources"].append(resource("MTA 2", MTA))


def mta_without_a_virtual_server(cluster):
    cluster["groups"].append({"name": "Stray", "resources": [resource("MTA 3", MTA)]})


def two_virtual_servers_on_one_node(cluster):
    first, *_, last = cluster["virtual_servers"]
    last["running_on"] = first["running_on"]


def two_on_one_of_two_joined_nodes(cluster):
    two_virtual_servers_on_one_node(cluster)
    for node in cluster["nodes"][2:]:
        node["state"] = "not-joined"


def as_many_virtual_servers_as_nodes(cluster):
    node = cluster["nodes"][3]["name"]
    another = {"name": "EVS4", "group": "EVS4 Group", "running_on": [node]}
    cluster["virtual_servers"].append(cluster["virtual_servers"][0] | another)


def some_records_by_hand(cluster):
    records = [f"{cluster['name'].upper()}.corp.example.com"]
    cluster["dns"] |= {"dynamic_updates": False, "host_records": records}


def all_records_by_hand(cluster):
    records = [cluster["name"], *(server["name"] for server in cluster["virtual_servers"])]
    cluster["dns"] |= {"dynamic_updates": False, "host_records": records}


def no_own_name(cluster):
    cluster["groups"][0]["resources"][1]["parameters"]["name"] = "ANOTHER"


def no_own_address(cluster):
    del cluster["groups"][0]["resources"][0]


def quorum_in_a_group_of_its_own(cluster):
    cluster["groups"].append({"name": "Quorum", "resources": [cluster["groups"][0]["resources"].pop(2)]})


def quorum_with_a_virtual_server(cluster):
    cluster["groups"][1]["resources"].append(cluster["groups"][0]["resources"].pop(2))


def resource(name: str, kind: str) -> dict:
    return {"name": name, "type": kind, "depends_on": []}


ODDITIES = [
    second_domain_of_two,
    windows_2000_for_two_nodes,
    windows_2000_for_four_nodes,
    windows_2000_on_iscsi,
    srs_stopped_but_automatic,
    srs_stopped_but_manual,
    components_of_all_kinds,
    nntp_to_clients,
    nntp_resource,
    no_mta,
    mta_of_a_second_virtual_server,
    mta_without_a_virtual_server,
    two_virtual_servers_on_one_node,
    two_on_one_of_two_joined_nodes,
    as_many_virtual_servers_as_nodes,
    some_records_by_hand,
    all_records_by_hand,
    no_own_name,
    no_own_address,
    quorum_in_a_group_of_its_own,
    quorum_with_a_virtual_server,
]
