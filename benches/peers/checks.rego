# The twelve checks in Rego. A finding is a check and the element that is wrong, or "" for the cluster.
package fleet

import rego.v1

node_limits := {
	"2000": {"advanced": 2, "enterprise": 2, "datacenter": 4},
	"2003": {"advanced": 8, "enterprise": 8, "datacenter": 8},
}

bus_limits := {"2000": {"parallel-scsi": 2, "iscsi": 2, "sas": 2}, "2003": {"parallel-scsi": 2}}

supported_components := {"x400-connector", "routing-group-connector", "smtp-connector", "srs"}

findings contains ["no-domain-controllers", node.name] if {
	some node in input.nodes
	node.domain_controller
}

findings contains ["nodes-in-one-domain", node.name] if {
	some node in input.nodes
	node.domain != usual_domain
}

nodes_in[domain] := count([1 | some node in input.nodes; node.domain == domain]) if {
	some domain in {node.domain | some node in input.nodes}
}

most := max([number | some number in nodes_in])

usual_domain := [node.domain | some node in input.nodes; nodes_in[node.domain] == most][0]

findings contains ["edition-can-cluster", node.name] if {
	some node in input.nodes
	not node_limits[node.windows.version][node.windows.edition]
}

limits contains limit if {
	some node in input.nodes
	limit := node_limits[node.windows.version][node.windows.edition]
}

limits contains limit if {
	some node in input.nodes
	limit := bus_limits[node.windows.version][input.storage_bus]
}

findings contains ["edition-node-limit", ""] if count(input.nodes) > min(limits)

findings contains ["basic-disks-only", disk.name] if {
	some disk in input.disks
	disk.kind != "basic"
}

findings contains ["ntfs-only", disk.name] if {
	some disk in input.disks
	disk.file_system != "ntfs"
}

records := {lower(split(record, ".")[0]) | some record in input.dns.host_records}

without_record := {server.name |
	some server in input.virtual_servers
	not lower(server.name) in records
}

findings contains ["dns-accepts-dynamic-updates", name] if {
	input.dns.dynamic_updates == false
	some name in without_record
}

findings contains ["dns-accepts-dynamic-updates", ""] if {
	input.dns.dynamic_updates == false
	not lower(input.name) in records
}

findings contains ["dns-accepts-dynamic-updates", ""] if {
	input.dns.dynamic_updates == false
	count(without_record) == 0
}

default_groups := [group |
	some group in input.groups
	some resource in group.resources
	resource.type == "Network Name"
	resource.parameters.name == input.name
]

quorum_groups := [group.name |
	some group in input.groups
	some resource in group.resources
	resource.name == input.quorum.resource
]

findings contains ["default-group-exists", ""] if count(default_groups) == 0

findings contains ["default-group-exists", default_groups[0].name] if {
	count(default_groups) > 0
	not "IP Address" in {resource.type | some resource in default_groups[0].resources}
}

findings contains ["default-group-exists", ""] if count(quorum_groups) == 0

findings contains ["default-group-exists", input.quorum.resource] if {
	count(default_groups) > 0
	count(quorum_groups) > 0
	not default_groups[0].name in quorum_groups
	not quorum_groups[0] in groups_of_servers
}

groups_of_servers := {server.group | some server in input.virtual_servers}

mta := "Microsoft Exchange Message Transfer Agent"

has_mta if {
	some group in input.groups
	some resource in group.resources
	resource.type == mta
}

mtas_of_servers := [resource.name |
	some group in input.groups
	group.name in groups_of_servers
	some resource in group.resources
	resource.type == mta
]

findings contains ["mta-once-per-cluster", ""] if not has_mta

findings contains ["mta-once-per-cluster", name] if {
	some place, name in mtas_of_servers
	place > 0
}

findings contains ["one-virtual-server-per-active-node", ""] if {
	count(input.virtual_servers) >= max([count(input.nodes), 2])
}

findings contains ["one-virtual-server-per-active-node", node] if {
	count([1 | some node in input.nodes; node.state != "not-joined"]) > 2
	some place, server in input.virtual_servers
	some node in server.running_on
	some earlier, other in input.virtual_servers
	earlier < place
	node in other.running_on
}

findings contains ["no-site-replication-service", node.name] if {
	some node in input.nodes
	node.services.srs.state == "running"
}

findings contains ["no-site-replication-service", node.name] if {
	some node in input.nodes
	node.services.srs.startup in {"automatic", "manual"}
}

findings contains ["no-site-replication-service", "srs"] if {
	some server in input.virtual_servers
	"srs" in server.components
}

findings contains ["supported-components-only", component] if {
	some server in input.virtual_servers
	some component in server.components
	not component in supported_components
}

findings contains ["supported-components-only", "nntp"] if {
	some server in input.virtual_servers
	"nntp" in server.protocols
}

findings contains ["supported-components-only", resource.name] if {
	some group in input.groups
	some resource in group.resources
	resource.type == "Microsoft Exchange NNTP Server Instance"
}
