use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Known, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// A single copy cluster has a passive node, and a CCR cluster one clustered mailbox server.
    ///
    /// Exchange 2007 has no active/active. In a single copy cluster there is at least one node more than clustered
    /// mailbox servers; every node of the definition counts, even if it has yet to join. In cluster continuous
    /// replication there are two nodes with one clustered mailbox server; that a second one is impossible follows from
    /// how it works. A standby cluster has none, and is not judged.
    ///
    /// # Why it matters
    ///
    /// A node runs one clustered mailbox server and no more. Without a free node the loss of one is an outage until it
    /// is repaired, and no service pack can be installed, since that is done on the passive node. In CCR the second
    /// node has to hold the copy of the first one's databases. Microsoft supports neither a single copy cluster without
    /// a passive node nor a second clustered mailbox server in CCR.
    ///
    /// # How to fix it
    ///
    /// Single copy cluster: add a node, join it, and install the passive Mailbox role there (`Setup.com /mode:Install
    /// /roles:Mailbox`). Or move all mailboxes of one clustered mailbox server to others, and retire it when it is empty.
    ///
    /// CCR: build another cluster of two nodes, and move the mailboxes of the second clustered mailbox server there.
    pub static PASSIVE_NODE = {
        check,
        set: &EXCHANGE_2007,
        name: "passive-node",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::Microsoft("Exchange Server 2007 documentation, \"Single Copy Clusters\""),
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-005", "EVS-006"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    if *layout == Layout::Standby {
        return findings.not_applicable("a standby cluster has no clustered mailbox server");
    }
    let count = findings.each(cluster.clustered_mailbox_servers()).len();
    let list = cluster.virtual_servers().known().map_or(cluster.groups().path(), Known::path);
    if *layout == Layout::ContinuousReplication {
        if count > 1 {
            findings.report(list, format!("{count} clustered mailbox servers, where a CCR cluster has one"));
        }
    } else if count > 0 {
        let Some(nodes) = findings.need_all(cluster.nodes()) else { return };
        if count >= nodes.len() {
            let message =
                format!("no node is passive: clustered mailbox servers: {count}, nodes: {}", nodes.len());
            findings.report(list, message).related(cluster.nodes().path(), "the nodes");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("one clustered mailbox server on two nodes", SCC_2007),
    passes("one in a CCR", CCR_2007),
    passes("two on three nodes", SCC_2007).with(
        r#"
        nodes = [{ name = "NODE3" }]
        virtual_servers = [{ name = "CMS2", group = "CMS2" }]
        "#,
    ),
    passes("none yet", SCC_2007).with("virtual_servers = []"),
    fails("two on two nodes", SCC_2007, &["virtual_servers"])
        .with(r#"virtual_servers = [{ name = "CMS2", group = "CMS2" }]"#),
    fails("two in a CCR", CCR_2007, &["virtual_servers"])
        .with(r#"virtual_servers = [{ name = "CMS2", group = "CMS2" }]"#),
    not_applicable("a standby cluster", CCR_2007).with(r#"layout = "standby""#),
    unknown("the layout is not known", SCC_2007, &["layout"]).without(&["layout"]),
    unknown("there may be more clustered mailbox servers", CCR_2007, &["virtual_servers"])
        .with(r#"partial = ["virtual_servers"]"#),
    unknown("there may be more nodes", SCC_2007, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
