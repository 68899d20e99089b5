use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holder, Holders, Triples, clusters, fleet_fails, fleet_incomplete,
        fleet_passes, folded, kept, member, parts,
    },
    fleet_rule,
    model::{At, ClusterRef, Name, NodeState},
    testing::reference::{SECOND_2003, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// No two clusters of a domain use the same name for a cluster, a virtual server or a node.
    ///
    /// The rule compares the names of clusters, of virtual servers, and of nodes that have joined; case makes no
    /// difference. A virtual server for which a standby cluster of Exchange 2007 waits does not count as that
    /// cluster's own. A node in two clusters is left to `cluster/node-in-one-cluster`.
    ///
    /// Clusters in different domains may use the same name. A NetBIOS domain name is taken for the domain whose
    /// DNS name begins with it. Where the domain of a cluster is not known, an equal name is reported, and the
    /// message says so.
    ///
    /// Two definitions with one name and the same nodes, in one domain, are taken for the same cluster, exported
    /// on two days for example. That is reported once, as information, and their names are not compared with each
    /// other.
    ///
    /// # Why it matters
    ///
    /// Each of these names is a computer name in NetBIOS, in DNS and in the directory, and there it has one owner.
    /// Of two Network Name resources with the same name the second fails to come online, or, where the network
    /// does not notice, clients reach now one and now the other. With Kerberos both would use one computer
    /// account, and reset its password in turn.
    ///
    /// # How to fix it
    ///
    /// First check that both clusters exist: one definition may be old, or a plan. If both do, rename what does
    /// less harm. A cluster's own name can be changed in Cluster Administrator or Failover Cluster Management, at
    /// a time when administrators can do without it. A virtual server cannot be renamed; make a new one with
    /// another name and move the mailboxes to it. Neither can a node; evict it, install it under another name, and
    /// join it again.
    pub static NAMES_UNIQUE_IN_FLEET = {
        collect,
        judge,
        set: &CLUSTER,
        name: "names-unique-in-fleet",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a computer name has one owner in a domain")],
        basis: Basis::Practice,
        covers: &["DIR-015"],
        fleets: EXAMPLES,
    }
}

const DEFINITION: &str = "definition";

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    let domain = triples.domain(cluster);
    let mut hold = |kind: &str, name: At<'_, Name>| {
        if let Some(name) = triples.need(name) {
            triples.hold(
                folded(name.as_str()),
                format!("{kind} {domain} {}", kept(name.as_str())),
                name.path(),
            );
        }
    };
    hold("cluster", cluster.name());
    let (evs, mut gaps) = cluster.clustered_mailbox_servers().into_parts();
    for evs in evs {
        hold("virtual-server", evs.name());
    }
    let (nodes, unknown) = cluster.nodes().members().into_parts();
    gaps.extend(unknown);
    for node in nodes.into_iter().filter(|node| node.state().peek() != Some(&NodeState::NotJoined)) {
        hold("node", node.name());
    }
    if let (Some(identity), Some(name)) = (cluster.identity(), cluster.name().peek()) {
        triples.hold(
            identity,
            format!("{DEFINITION} {domain} {}", kept(name.as_str())),
            cluster.name().path(),
        );
    }
    for gap in gaps {
        triples.unknown(gap);
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|value| parts::<3>(value)[1]) {
        let (definitions, names): (Vec<_>, Vec<_>) =
            group.list.iter().copied().partition(|holder| kind(holder) == DEFINITION);
        if let [first, _, ..] = definitions[..] {
            let message = format!("`{}` has {} definitions", name(&first), definitions.len());
            findings.report(&definitions, message).at_most(Severity::Information);
        }
        let only_nodes = names.iter().all(|holder| kind(holder) == "node");
        let count = clusters(&names);
        if only_nodes || count < 2 {
            continue;
        }
        let mut kinds: Vec<String> = names.iter().map(|holder| kind(holder).replace('-', " ")).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let doubt = if group.certain { "" } else { ", if they are in one domain" };
        let message =
            format!("`{}` names a {} in {count} clusters{doubt}", name(&names[0]), kinds.join(" and a "));
        findings.report(&names, message);
    }
}

fn kind<'f>(holder: &Holder<'f>) -> &'f str {
    parts::<3>(holder.value)[0]
}

fn name<'f>(holder: &Holder<'f>) -> &'f str {
    parts::<3>(holder.value)[2]
}

const EXAMPLES: &[FleetExample] = &[
    fleet_passes(
        "two clusters with names of their own",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "")],
    ),
    fleet_passes(
        "one name in two domains",
        &[
            member(TWO_NODES_2003, ""),
            member(
                SECOND_2003,
                r#"
                name = "MAILCLU1"
                nodes = [{ name = "NODE5", domain = "other.example.com" }, { name = "NODE6", domain = "other.example.com" }]
                "#,
            ),
        ],
    ),
    fleet_passes(
        "one set of names in two domains",
        &[
            member(TWO_NODES_2003, ""),
            member(
                TWO_NODES_2003,
                r#"
                nodes = [{ name = "NODE1", domain = "other.example.com" }, { name = "NODE2", domain = "other.example.com" }]
                "#,
            ),
        ],
    ),
    fleet_passes(
        "a node that was evicted, and its name given to another cluster",
        &[
            member(
                TWO_NODES_2003,
                r#"nodes = [{ name = "EVS2", domain = "corp.example.com", state = "not-joined" }]"#,
            ),
            member(SECOND_2003, ""),
        ],
    ),
    fleet_fails(
        "two clusters of one name",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, r#"name = "mailclu1""#)],
        &[&["1: name", "2: name"]],
    ),
    fleet_fails(
        "a cluster named as the virtual server of another, whose domain goes by its NetBIOS name",
        &[
            member(
                TWO_NODES_2003,
                r#"nodes = [{ name = "NODE1", domain = "CORP" }, { name = "NODE2", domain = "CORP" }]"#,
            ),
            member(SECOND_2003, r#"name = "EVS1""#),
        ],
        &[&["1: virtual_servers[EVS1].name", "2: name"]],
    ),
    fleet_fails(
        "a virtual server named as a node of another cluster",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, r#"virtual_servers = [{ name = "NODE1" }]"#)],
        &[&["1: nodes[NODE1].name", "2: virtual_servers[NODE1].name"]],
    ),
    fleet_fails(
        "two definitions of one cluster",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, ""),
            member(TWO_NODES_2003, "solution = { listed = false }"),
        ],
        &[&["1: name", "3: name"]],
    ),
    fleet_fails(
        "a domain that is not known, so that nothing speaks against it",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r#"name = "MAILCLU1""#)
                .without(&["nodes[NODE5].domain", "nodes[NODE6].domain"]),
        ],
        &[&["1: name", "2: name"]],
    ),
    fleet_incomplete(
        "a cluster without a name",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "").without(&["name"])],
        &["2: name"],
    ),
    fleet_incomplete(
        "virtual servers that are not known",
        &[member(TWO_NODES_2003, "").without(&["virtual_servers", "groups"]), member(SECOND_2003, "")],
        &["1: virtual_servers"],
    ),
];
