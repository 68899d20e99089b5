-- The twelve checks in DuckDB's SQL, over the columns that they need. A finding is a cluster, a check, and the element
-- that is wrong or '' for the cluster. $fleet is the path of the NDJSON.
CREATE TABLE cluster AS
SELECT *, list_transform(virtual_servers, lambda server: server."group") AS groups_of_servers
FROM read_ndjson($fleet, columns = {
    name: 'VARCHAR',
    storage_bus: 'VARCHAR',
    dns: 'STRUCT(dynamic_updates BOOLEAN, host_records VARCHAR[])',
    quorum: 'STRUCT(resource VARCHAR)',
    nodes: 'STRUCT(name VARCHAR, state VARCHAR, domain VARCHAR, domain_controller BOOLEAN,
                   windows STRUCT(version VARCHAR, edition VARCHAR),
                   services STRUCT(srs STRUCT(startup VARCHAR, state VARCHAR)))[]',
    disks: 'STRUCT(name VARCHAR, kind VARCHAR, file_system VARCHAR)[]',
    groups: 'STRUCT(name VARCHAR,
                    resources STRUCT(name VARCHAR, type VARCHAR, parameters STRUCT(name VARCHAR))[])[]',
    virtual_servers: 'STRUCT(name VARCHAR, "group" VARCHAR, running_on VARCHAR[], protocols VARCHAR[],
                             components VARCHAR[])[]'
});

WITH
node_limit(version, edition, nodes) AS (VALUES
    ('2000', 'advanced', 2), ('2000', 'enterprise', 2), ('2000', 'datacenter', 4),
    ('2003', 'advanced', 8), ('2003', 'enterprise', 8), ('2003', 'datacenter', 8)
),
bus_limit(version, bus, nodes) AS (VALUES
    ('2000', 'parallel-scsi', 2), ('2000', 'iscsi', 2), ('2000', 'sas', 2), ('2003', 'parallel-scsi', 2)
),
node AS (SELECT name AS cluster, storage_bus, len(nodes) AS nodes, unnest(nodes) AS node FROM cluster),
disk AS (SELECT name AS cluster, unnest(disks) AS disk FROM cluster),
server AS (
    SELECT name AS cluster, len(list_filter(nodes, lambda node: node.state <> 'not-joined')) AS nodes_joined,
        unnest(virtual_servers) AS server,
        generate_subscripts(virtual_servers, 1) AS place
    FROM cluster
),
cluster_group AS (
    SELECT name AS cluster, quorum.resource AS quorum, groups_of_servers, unnest(groups) AS "group",
        generate_subscripts(groups, 1) AS place
    FROM cluster
),
resource AS (
    SELECT cluster, quorum, "group".name AS "group", place,
        list_contains(groups_of_servers, "group".name) AS is_of_server,
        unnest("group".resources) AS resource, generate_subscripts("group".resources, 1) AS place_in_group
    FROM cluster_group
),
domain AS (
    SELECT cluster, node.domain AS domain, count(*) AS members, min(place) AS place
    FROM (SELECT name AS cluster, unnest(nodes) AS node, generate_subscripts(nodes, 1) AS place FROM cluster)
    GROUP BY ALL
),
usual_domain AS (
    SELECT cluster, arg_min(domain, (-members, place)) AS domain FROM domain GROUP BY cluster HAVING count(*) > 1
),
lowest_limit AS (
    SELECT cluster, any_value(node.nodes) AS nodes, min(least(node_limit.nodes, bus_limit.nodes)) AS lowest
    FROM node
    LEFT JOIN node_limit ON (version, edition) = (node.node.windows.version, node.node.windows.edition)
    LEFT JOIN bus_limit ON (bus_limit.version, bus) = (node.node.windows.version, storage_bus)
    GROUP BY cluster
),
default_group AS (
    SELECT cluster, arg_min("group", place) AS "group"
    FROM resource
    WHERE resource.type = 'Network Name' AND resource.parameters.name = cluster
    GROUP BY cluster
),
quorum_group AS (
    SELECT cluster, list("group" ORDER BY place) AS groups, first(is_of_server ORDER BY place) AS is_of_server
    FROM resource
    WHERE resource.name = quorum
    GROUP BY cluster
),
by_hand AS (
    SELECT name, list_transform(dns.host_records, lambda record: lower(split_part(record, '.', 1))) AS records,
        list_filter(
            list_transform(virtual_servers, lambda server: server.name),
            lambda server: NOT list_contains(records, lower(server))) AS missing
    FROM cluster
    WHERE NOT dns.dynamic_updates
),
mta AS (
    SELECT *, row_number() OVER (PARTITION BY cluster, is_of_server ORDER BY place, place_in_group) AS number
    FROM resource
    WHERE resource.type = 'Microsoft Exchange Message Transfer Agent'
)

SELECT cluster, 'no-domain-controllers', node.name FROM node WHERE node.domain_controller

UNION SELECT cluster, 'nodes-in-one-domain', node.name
FROM node JOIN usual_domain USING (cluster) WHERE node.domain <> domain

UNION SELECT cluster, 'edition-can-cluster', node.name
FROM node ANTI JOIN node_limit ON (version, edition) = (node.node.windows.version, node.node.windows.edition)

UNION SELECT cluster, 'edition-node-limit', '' FROM lowest_limit WHERE nodes > lowest

UNION SELECT cluster, 'basic-disks-only', disk.name FROM disk WHERE disk.kind <> 'basic'

UNION SELECT cluster, 'ntfs-only', disk.name FROM disk WHERE disk.file_system <> 'ntfs'

UNION SELECT name, 'dns-accepts-dynamic-updates', unnest(missing) FROM by_hand

UNION SELECT name, 'dns-accepts-dynamic-updates', ''
FROM by_hand WHERE missing = [] OR NOT list_contains(records, lower(name))

UNION SELECT name, 'default-group-exists', '' FROM cluster ANTI JOIN default_group ON default_group.cluster = name

UNION SELECT cluster, 'default-group-exists', "group"
FROM default_group
ANTI JOIN (SELECT cluster, "group" FROM resource WHERE resource.type = 'IP Address') USING (cluster, "group")

UNION SELECT cluster, 'default-group-exists', '' FROM default_group ANTI JOIN quorum_group USING (cluster)

UNION SELECT cluster, 'default-group-exists', quorum.resource
FROM default_group JOIN quorum_group USING (cluster) JOIN cluster ON cluster.name = cluster
WHERE NOT list_contains(quorum_group.groups, default_group."group") AND NOT is_of_server

UNION SELECT name, 'mta-once-per-cluster', '' FROM cluster ANTI JOIN mta ON mta.cluster = name

UNION SELECT cluster, 'mta-once-per-cluster', resource.name FROM mta WHERE is_of_server AND number > 1

UNION SELECT name, 'one-virtual-server-per-active-node', ''
FROM cluster WHERE len(virtual_servers) >= greatest(len(nodes), 2)

UNION SELECT cluster, 'one-virtual-server-per-active-node', running_on
FROM (SELECT cluster, nodes_joined, place, unnest(server.running_on) AS running_on FROM server)
WHERE nodes_joined > 2 GROUP BY cluster, running_on HAVING count(DISTINCT place) > 1

UNION SELECT cluster, 'no-site-replication-service', node.name
FROM node
WHERE node.services.srs.state = 'running' OR node.services.srs.startup IN ('automatic', 'manual')

UNION SELECT cluster, 'no-site-replication-service', 'srs' FROM server WHERE list_contains(server.components, 'srs')

UNION SELECT cluster, 'supported-components-only', component
FROM (SELECT cluster, unnest(server.components) AS component FROM server)
WHERE component NOT IN ('x400-connector', 'routing-group-connector', 'smtp-connector', 'srs')

UNION SELECT cluster, 'supported-components-only', 'nntp' FROM server WHERE list_contains(server.protocols, 'nntp')

UNION SELECT cluster, 'supported-components-only', resource.name
FROM resource WHERE resource.type = 'Microsoft Exchange NNTP Server Instance';
