use std::collections::HashSet;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion, Known, Name, NodeRef, QuorumKind},
    not_applicable, passes, rule,
    testing::reference::{
        CCR_2007, CCR_2007_WINDOWS_2008, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000, TWO_NODES_2003,
    },
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The cluster survives as many node failures as are wanted, with every virtual server still running.
    ///
    /// The definition says how many are wanted: `failures_to_survive`. Three things are counted. With more than two
    /// nodes, and in Exchange 2007, each virtual server needs a node of its own, so as many nodes may fail as
    /// there are more nodes than virtual servers; two nodes of Exchange 2000 or 2003 can run everything on one.
    /// Each virtual server needs more possible owners than failures. A node that only votes counts for neither.
    /// And where nodes vote on the quorum, more than half of the votes must be left: four nodes with a vote each
    /// survive one failure, with a witness or a disk that votes two.
    ///
    /// A virtual server that may run only on its own node and on one standby node is legitimate, and survives one
    /// failure. Four causes are left to other rules: that no node is free at all
    /// (`exchange2003/one-virtual-server-per-active-node`, `exchange2007/passive-node`), that the resources of a
    /// group have different owners or only one (`cluster/possible-owners-complete`), that a possible owner has no
    /// Exchange (`cluster/exchange-on-every-node`), and that the first failure costs the majority
    /// (`cluster/majority-survives-a-failure`).
    ///
    /// # Why it matters
    ///
    /// The first failure uses up the free node, and until the failed one is repaired, the next failure leaves a
    /// virtual server offline although nodes are running. Where too few nodes may own its resources, this happens
    /// even while nodes are free: the virtual server cannot move to them.
    ///
    /// # How to fix it
    ///
    /// Join another node, install Exchange on it, and make it a possible owner of the resources of every virtual
    /// server. Where nodes are enough and owners too few, add the nodes that have Exchange to the *Possible
    /// Owners* of the resources (`cluster resource "EVS1 Name" /addowner:NODE4`). Cluster Administrator does not
    /// offer a node on which the type of the resource is not installed. Where the votes are too few, add
    /// a witness: see `cluster/majority-survives-a-failure`. Or settle for fewer failures, and put that number into
    /// the definition.
    pub static FAILURES_SURVIVED = {
        check,
        set: &CLUSTER,
        name: "failures-survived",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa998107", "Configuration Settings for a Four-Node Cluster"),
            Source::Practice("a virtual server runs on a node that may own its resources and has Exchange, or not at all"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-008"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let all = cluster.clustered_mailbox_servers();
    if all.peek().is_empty() {
        if findings.need_all(all).is_some() {
            findings.not_applicable("there is no virtual server yet");
        }
        return;
    }
    let Some(wanted) = findings.need(cluster.failures_to_survive()).filter(|wanted| **wanted > 0) else {
        return;
    };
    let Some(every_node) = findings.need_all(cluster.nodes().members()) else { return };
    let Some(version) = findings.need(cluster.exchange()) else { return };
    let all = findings.each(all);
    let mut nodes = every_node.clone();
    nodes.retain(|node| !only_votes(*node, findings));
    let shares_nodes = every_node.len() <= 2 && *version < ExchangeVersion::V2007;
    let survived = nodes.len().saturating_sub(if shares_nodes { 1 } else { all.len() });
    if survived < as_count(wanted) && (shares_nodes || all.len() < every_node.len()) {
        let message = format!(
            "nodes that may fail: {survived} (nodes: {}, virtual servers: {}), wanted: {wanted}",
            nodes.len(),
            all.len()
        );
        findings.report(wanted.path(), message);
    }
    owners_are_enough(&all, &nodes, wanted, findings);
    votes_are_enough(cluster, every_node.len(), wanted, findings);
}

/// Whether a node is known to take no virtual server. Where its Exchange decides that, and is not known, it is noted.
fn only_votes(node: NodeRef<'_>, findings: &mut Findings) -> bool {
    if node.is_voter() {
        return true;
    }
    if node.has_exchange().peek() != Some(&true) && !node.cluster().exchange_resources().peek().is_empty() {
        let own = node.exchange_resources();
        if own.peek().is_empty() && findings.need_all(own).is_some() {
            findings.need(node.has_exchange());
        }
    }
    false
}

fn owners_are_enough(
    all: &[Evs<'_>],
    nodes: &[NodeRef<'_>],
    wanted: Known<'_, u32>,
    findings: &mut Findings,
) {
    let names: HashSet<&Name> =
        nodes.iter().filter_map(|node| findings.need(node.name())).map(Known::value).collect();
    for evs in all {
        let resources = evs.resources();
        if resources.is_complete() && resources.peek().is_empty() {
            continue;
        }
        let Some(mut hosts) = findings.need_all(evs.hosts()) else { continue };
        hosts.retain(|host| names.contains(host));
        // Where all nodes are owners, it is nodes that are too few.
        if hosts.len() > as_count(wanted) || hosts.len() >= nodes.len() || owners_differ(*evs, &hosts, &names)
        {
            continue;
        }
        let owners: Vec<_> = hosts.iter().map(|host| format!("`{host}`")).collect();
        let only =
            if owners.is_empty() { "no node".to_owned() } else { format!("{} only", owners.join(", ")) };
        let message = format!("`{}` can run on {only}, failures to survive: {wanted}", evs.name());
        findings.report(evs.path(), message);
    }
}

/// Whether the quorum is still there. That one failure costs it is another rule's finding.
fn votes_are_enough(cluster: ClusterRef<'_>, nodes: usize, wanted: Known<'_, u32>, findings: &mut Findings) {
    if *wanted < 2 {
        return;
    }
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    let votes = match *kind {
        QuorumKind::SharedDisk | QuorumKind::DiskOnly | QuorumKind::Local => return,
        QuorumKind::NodeAndDiskMajority => nodes + 1,
        _ => match findings.need_all(cluster.file_share_witness()) {
            Some(witness) => nodes + witness.len(),
            None => return,
        },
    };
    let survived = votes.saturating_sub(1) / 2;
    if (1..as_count(wanted)).contains(&survived) {
        let message =
            format!("failures until the majority is lost: {survived} (votes: {votes}), wanted: {wanted}");
        findings.report(kind.path(), message).related(wanted.path(), "what is wanted");
    }
}

/// Whether some resources may run on a node where others may not, or all on the same one only: what another rule reports.
fn owners_differ(evs: Evs<'_>, hosts: &[&Name], nodes: &HashSet<&Name>) -> bool {
    let mut anywhere = HashSet::new();
    for group in evs.group().peek() {
        for resource in group.resources_for_every_node().peek() {
            anywhere.extend(resource.possible_owners().peek().into_iter().flatten());
        }
    }
    anywhere.len() == 1 || anywhere.iter().any(|name| nodes.contains(name) && !hosts.contains(name))
}

fn as_count(wanted: Known<'_, u32>) -> usize {
    usize::try_from(*wanted).unwrap_or(usize::MAX)
}

const EXAMPLES: &[Example] = &[
    passes("four nodes, three virtual servers, one failure", FOUR_NODES_2003),
    passes("two nodes of Exchange 2000", TWO_NODES_2000),
    passes("continuous replication", CCR_2007),
    passes("two nodes, active/active: one of them can run both", TWO_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS2 Group" }]"#),
    passes("its own node and the one that stands by", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [
            { name = "Disk U:", possible_owners = ["NODE2", "NODE4"] },
            { name = "Exchange System Attendant (EVS2)", possible_owners = ["NODE2", "NODE4"] },
        ]
        "#,
    ),
    passes("no node has Exchange yet", SCC_2007)
        .without(&["nodes[NODE1].exchange", "nodes[NODE2].exchange"])
        .with(
            r#"
        [[nodes]]
        name = "NODE1"
        exchange = { installed = false }
        [[nodes]]
        name = "NODE2"
        exchange = { installed = false }
        "#,
        ),
    passes("nothing is wanted", TWO_NODES_2003).without(&["nodes[NODE2]"]).with("failures_to_survive = 0"),
    fails("two failures, and one node is free", FOUR_NODES_2003, &["failures_to_survive"])
        .with("failures_to_survive = 2"),
    fails("two failures, and the third node only votes", TWO_NODES_2003, &["failures_to_survive"]).with(
        r#"
        failures_to_survive = 2
        nodes = [{ name = "VOTER", exchange = { installed = false } }]
        "#,
    ),
    fails(
        "its own node and the one that stands by, and two failures are wanted",
        FIVE_NODES,
        &["virtual_servers[EVS1]"],
    ),
    fails("no owners at all", TWO_NODES_2003, &["virtual_servers[EVS1]"]).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "EVS1 IP", possible_owners = [] },
            { name = "EVS1 Name", possible_owners = [] },
            { name = "Disk S:", possible_owners = [] },
            { name = "Disk T:", possible_owners = [] },
            { name = "Exchange System Attendant (EVS1)", possible_owners = [] },
            { name = "Exchange Information Store (EVS1)", possible_owners = [] },
            { name = "MTA (EVS1)", possible_owners = [] },
            { name = "Routing (EVS1)", possible_owners = [] },
            { name = "SMTP (EVS1)", possible_owners = [] },
            { name = "HTTP (EVS1)", possible_owners = [] },
            { name = "MS Search (EVS1)", possible_owners = [] },
        ]
        "#,
    ),
    fails("two failures, and four nodes vote", FIVE_NODES, &["quorum.kind"]).without(&["nodes[NODE4]"]).with(
        r#"
            quorum = { kind = "node-majority" }
            [[groups]]
            name = "EVS1 Group"
            resources = [
                { name = "EVS1 Name", possible_owners = ["NODE1", "NODE2", "NODE3", "NODE5"] },
                { name = "EVS1 SA", possible_owners = ["NODE1", "NODE2", "NODE3", "NODE5"] },
            ]
            "#,
    ),
    passes("two failures, and four nodes and a disk vote", FIVE_NODES).without(&["nodes[NODE4]"]).with(
        r#"
        quorum = { kind = "node-and-disk-majority" }
        [[groups]]
        name = "EVS1 Group"
        resources = [
            { name = "EVS1 Name", possible_owners = ["NODE1", "NODE2", "NODE3", "NODE5"] },
            { name = "EVS1 SA", possible_owners = ["NODE1", "NODE2", "NODE3", "NODE5"] },
        ]
        "#,
    ),
    passes("no node is free, which is another rule's finding", SCC_2007)
        .with(r#"virtual_servers = [{ name = "CMS2", group = "CMS2" }]"#),
    passes("the node that stands by has no Exchange, which is another rule's finding", TWO_NODES_2003)
        .without(&["nodes[NODE2].exchange"])
        .with(
            r#"
            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    passes("a disk that one node alone may own, which is another rule's finding", FOUR_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "Disk V:", possible_owners = ["NODE2"] }]
        "#,
    ),
    passes("nodes in two subnets, and an address for each", CCR_2007_WINDOWS_2008).with(
        r#"
        [[groups]]
        name = "CMS1"
        resources = [
            { name = "CMS1 IP", possible_owners = ["NODE1"] },
            { name = "CMS1 IP B", type = "IP Address", depends_on = [], possible_owners = ["NODE2"] },
            { name = "CMS1 Name", depends_on = [], depends_on_any = [["CMS1 IP", "CMS1 IP B"]] },
        ]
        "#,
    ),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("nobody says what is wanted", TWO_NODES_2003, &["failures_to_survive"])
        .without(&["failures_to_survive"]),
    unknown(
        "the owners of a resource are not known",
        TWO_NODES_2003,
        &["groups[EVS1 Group].resources[Disk T:].possible_owners"],
    )
    .without(&["groups[EVS1 Group].resources[Disk T:].possible_owners"]),
    unknown(
        "a node that may own nothing of Exchange, and whether it has Exchange is not known",
        CCR_2007,
        &["nodes[VOTER].exchange.installed"],
    )
    .with(r#"nodes = [{ name = "VOTER" }]"#),
];

/// Five nodes with one virtual server that may run on two of them.
const FIVE_NODES: &str = r#"
format = "cluster/1"
name = "MAILCLU1"
exchange = "2003"
failures_to_survive = 2
nodes = [
    { name = "NODE1", exchange = { installed = true } },
    { name = "NODE2", exchange = { installed = true } },
    { name = "NODE3", exchange = { installed = true } },
    { name = "NODE4", exchange = { installed = true } },
    { name = "NODE5", exchange = { installed = true } },
]
virtual_servers = [{ name = "EVS1", group = "EVS1 Group" }]
groups = [
    { name = "EVS1 Group", resources = [
        { name = "EVS1 Name", type = "Network Name", possible_owners = ["NODE1", "NODE5"] },
        { name = "EVS1 SA", type = "System Attendant", possible_owners = ["NODE1", "NODE5"] },
    ] },
]
"#;
