# The twelve checks in jq. A finding is a check and the element that is wrong, or "" for the cluster.

def node_limits: {
  "2000": {advanced: 2, enterprise: 2, datacenter: 4},
  "2003": {advanced: 8, enterprise: 8, datacenter: 8}
};
def bus_limits: {"2000": {"parallel-scsi": 2, iscsi: 2, sas: 2}, "2003": {"parallel-scsi": 2}};
def supported_components: ["x400-connector", "routing-group-connector", "smtp-connector", "srs"];
def mta: "Microsoft Exchange Message Transfer Agent";

. as {name: $cluster, $nodes, $groups}
| (.virtual_servers // []) as $servers
| [$servers[].group] as $groups_of_servers
| [$groups[] | select(any(.resources[]; .type == "Network Name" and .parameters.name == $cluster))][0] as $default
| .quorum.resource as $quorum
| [$groups[] | select(any(.resources[]; .name == $quorum)) | .name] as $quorum_groups
| .storage_bus as $bus
| (
    ($nodes[] | select(.domain_controller) | ["no-domain-controllers", .name]),

    (($nodes | group_by(.domain)) as $domains
      | select($domains | length > 1)
      | ($domains | map(length) | max) as $most
      | [$domains[] | select(length == $most) | .[0].domain] as $usual
      | first($nodes[].domain | select(. as $domain | any($usual[]; . == $domain))) as $domain
      | $nodes[] | select(.domain != $domain) | ["nodes-in-one-domain", .name]),

    ($nodes[] | select(node_limits[.windows.version][.windows.edition] | not) | ["edition-can-cluster", .name]),

    (([$nodes[].windows | node_limits[.version][.edition], bus_limits[.version][$bus] | numbers] | min) as $limit
      | select($limit and ($nodes | length) > $limit) | ["edition-node-limit", ""]),

    (.disks[] | select(.kind != "basic") | ["basic-disks-only", .name]),
    (.disks[] | select(.file_system != "ntfs") | ["ntfs-only", .name]),

    (.dns | select(.dynamic_updates == false)
      | [.host_records[] | split(".")[0] | ascii_downcase] as $records
      | [$servers[].name | select(ascii_downcase as $name | all($records[]; . != $name))] as $missing
      | (select($missing == [] or ($cluster | ascii_downcase as $name | all($records[]; . != $name))) | ""),
        $missing[]
      | ["dns-accepts-dynamic-updates", .]),

    (if $default == null then ["default-group-exists", ""]
     else
       ($default | select(all(.resources[]; .type != "IP Address")) | ["default-group-exists", .name]),
       (if $quorum_groups == [] then ["default-group-exists", ""]
        elif all($quorum_groups[]; . != $default.name) and all($groups_of_servers[]; . != $quorum_groups[0])
        then ["default-group-exists", $quorum]
        else empty end)
     end),

    ([$groups[].resources[] | select(.type == mta)] | select(. == []) | ["mta-once-per-cluster", ""]),
    ([$groups[] | select(.name as $group | any($groups_of_servers[]; . == $group)) | .resources[] | select(.type == mta)]
      | .[1:][] | ["mta-once-per-cluster", .name]),

    (select(($servers | length) >= ([$nodes | length, 2] | max)) | ["one-virtual-server-per-active-node", ""]),
    (select([$nodes[] | select(.state != "not-joined")] | length > 2)
      | [$servers[].running_on[]] | group_by(.)[] | .[1:][] | ["one-virtual-server-per-active-node", .]),

    ($nodes[] | select(.services.srs | .state == "running" or .startup == "automatic" or .startup == "manual")
      | ["no-site-replication-service", .name]),
    ($servers[].components[] | select(. == "srs") | ["no-site-replication-service", .]),

    ($servers[].components[] | select(. as $component | all(supported_components[]; . != $component))
      | ["supported-components-only", .]),
    ($servers[].protocols[] | select(. == "nntp") | ["supported-components-only", .]),
    ($groups[].resources[] | select(.type == "Microsoft Exchange NNTP Server Instance")
      | ["supported-components-only", .name])
  )
| [$cluster, .[]] | @tsv
