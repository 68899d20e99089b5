use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, Known, Name, NodeRef},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::{CLUSTER, facts::LONGEST_COMPUTER_NAME};

rule! {
    /// The cluster, its nodes and its virtual servers have different names, of 15 characters at most.
    ///
    /// To the network each of them is a computer. Case makes no difference, and two names that differ only after
    /// their first 15 characters count as the same, because NetBIOS, and Exchange with it, knows no more than
    /// these. Two of the same name are an error, and so is a virtual server with a longer name, which Microsoft
    /// does not support. A longer name of a node or of the cluster that is still unique is a warning: Exchange
    /// does not use it as the name of a server, but NetBIOS cuts it off.
    ///
    /// # Why it matters
    ///
    /// The second computer of a name cannot register it: its Network Name resource stays offline, or the node
    /// comes up without its network. Exchange stores its servers in the directory by their short names, so that a
    /// second one of the same name cannot be made. A name that NetBIOS cuts off leaves the computer with a second,
    /// shorter name, which certificates and service principal names do not contain.
    ///
    /// # How to fix it
    ///
    /// Choose other names while the cluster is still on paper: a node cannot be renamed once it is in the cluster,
    /// and a virtual server never. The cluster's own name can be changed in Cluster Administrator or Failover
    /// Cluster Management, at a time when administrators can do without it. For a virtual server, make a second
    /// one with a good name and move the mailboxes to it.
    pub static DISTINCT_NAMES = {
        check,
        set: &CLUSTER,
        name: "distinct-names",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("aa996445", "Server name too long"),
            Source::Kb(275_335),
            Source::Practice("two computers of one name cannot be on one network, and NetBIOS names end after 15 characters"),
        ],
        basis: Basis::Microsoft,
        covers: &["DIR-015", "NAM-006"],
        examples: EXAMPLES,
    }
}

const CLUSTER_ITSELF: &str = "the cluster";
const NODE: &str = "a node";
const VIRTUAL_SERVER: &str = "a virtual server";

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = findings.each(cluster.nodes()).map(NodeRef::name);
    let virtual_servers = findings.each(cluster.evs()).into_iter().map(Evs::name);
    let bearers = std::iter::once((CLUSTER_ITSELF, cluster.name()))
        .chain(nodes.map(|name| (NODE, name)))
        .chain(virtual_servers.map(|name| (VIRTUAL_SERVER, name)));
    let named: Vec<(&str, Known<'_, Name>)> =
        bearers.filter_map(|(bearer, name)| Some((bearer, findings.need(name)?))).collect();
    for (bearer, name) in &named {
        let length = name.as_str().chars().count();
        if length > LONGEST_COMPUTER_NAME {
            let message = format!("the name of {bearer} has {length} characters: `{name}`");
            let report = findings.report(name.path(), message);
            if *bearer != VIRTUAL_SERVER {
                report.at_most(Severity::Warning);
            }
        }
    }
    // Those of one name stand side by side then, in the order in which they were.
    let mut named: Vec<_> =
        named.into_iter().map(|(bearer, name)| (name_of_computer(&name), bearer, name)).collect();
    named.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    for [(computer, first_bearer, first), (other_computer, bearer, name)] in named.array_windows() {
        if computer == other_computer {
            let other = if bearer == first_bearer { "another one" } else { first_bearer };
            let message = format!("{bearer} is called `{name}`, as {other} is");
            findings.report(name.path(), message).related(first.path(), "the other one");
        }
    }
}

/// What of a name computers are told apart by.
fn name_of_computer(name: &Name) -> String {
    name.as_str().chars().take(LONGEST_COMPUTER_NAME).flat_map(char::to_lowercase).collect()
}

const EXAMPLES: &[Example] = &[
    passes("four nodes, three virtual servers", FOUR_NODES_2003),
    passes("fifteen characters", CCR_2007).with(r#"name = "MAILCLUSTER-HQ1""#),
    fails("the cluster is called as its virtual server", TWO_NODES_2003, &["virtual_servers[EVS1].name"])
        .with(r#"name = "EVS1""#),
    fails("a clustered mailbox server with the name of a node", CCR_2007, &["virtual_servers[node2].name"])
        .with(
            r#"
        [[virtual_servers]]
        name = "node2"
        group = "node2"
        "#,
        ),
    fails("a second node of the same name", TWO_NODES_2003, &["nodes[node1#2].name"]).with(
        r#"
        [[nodes]]
        name = "node1"
        "#,
    ),
    fails(
        "two names that differ after the fifteenth character",
        TWO_NODES_2003,
        &["name", "nodes[HEADQUARTERS-MAIL2].name", "nodes[HEADQUARTERS-MAIL2].name"],
    )
    .with(
        r#"
        name = "HEADQUARTERS-MAIL1"
        [[nodes]]
        name = "HEADQUARTERS-MAIL2"
        "#,
    ),
    fails("a long name of the cluster", TWO_NODES_2003, &["name"])
        .with(r#"name = "MAILCLUSTER-HEADQUARTERS""#),
    fails("a long name of a virtual server", TWO_NODES_2003, &["virtual_servers[MAIL-HEADQUARTERS].name"])
        .with(r#"virtual_servers = [{ name = "MAIL-HEADQUARTERS", group = "EVS2 Group" }]"#),
    unknown("what the cluster is to be called is not known", TWO_NODES_2003, &["name"]).without(&["name"]),
    unknown("there may be more virtual servers", TWO_NODES_2003, &["virtual_servers"])
        .with(r#"partial = ["virtual_servers"]"#),
];
