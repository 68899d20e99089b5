use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, Layout},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, SCC_2007},
    unknown,
};

use crate::{
    EXCHANGE_2007,
    facts::{CCR_MAILBOX_NODES, MOST_SCC_NODES},
};

rule! {
    /// A single copy cluster has at most eight nodes, and a CCR cluster two with the Mailbox role.
    ///
    /// A single copy cluster counts every node. Eight is the limit of Exchange 2007 on any Windows, even where Windows
    /// 2008 itself takes sixteen. In cluster continuous replication only nodes with the Mailbox role count, and there
    /// are exactly two of them: a third node without Exchange, which was usual for its vote before there were file
    /// share witnesses, is no finding. Too few is a finding only once there is a clustered mailbox server: until then
    /// Setup may still be to come. A standby cluster is not judged. What Windows allows is left to
    /// `cluster/edition-node-limit`.
    ///
    /// # Why it matters
    ///
    /// Continuous replication keeps one copy, on the one passive node: a third Mailbox node would hold nothing, and with
    /// one there is nothing to fail over to. Neither that nor a ninth node is supported.
    ///
    /// # How to fix it
    ///
    /// Too many: move the clustered mailbox servers off the node with `Move-ClusteredMailboxServer`, uninstall Exchange
    /// from the node while it is passive, and evict it in Cluster Administrator (Windows 2008: Failover Cluster
    /// Management). Check first that the quorum still holds with one node fewer.
    ///
    /// One Mailbox node only in a CCR: join a second node, install the passive Mailbox role there
    /// (`Setup.com /mode:Install /roles:Mailbox`), and seed its copies with `Update-StorageGroupCopy`.
    pub static NODE_LIMIT = {
        check,
        set: &EXCHANGE_2007,
        name: "node-limit",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::TechNet("bb676571", "New High Availability Features in Exchange 2007 SP1"),
            Source::TechNet("bb123996", "Planning for Cluster Continuous Replication"),
            Source::Article("limitation 9"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-004", "PLT-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(layout) = findings.need(cluster.layout()) else { return };
    let list = cluster.nodes().path();
    match *layout {
        Layout::SingleCopy => {
            let count = findings.each(cluster.nodes()).len();
            if count > MOST_SCC_NODES {
                findings.report(
                    list,
                    format!("{count} nodes, where a single copy cluster has at most {MOST_SCC_NODES}"),
                );
            }
        }
        Layout::ContinuousReplication => {
            let nodes = cluster.mailbox_nodes();
            let all_known = nodes.is_complete();
            let count = findings.each(nodes).len();
            let too_few = all_known && count < CCR_MAILBOX_NODES;
            if too_few && (count == 0 || findings.each(cluster.evs()).is_empty()) {
                findings.not_applicable("Exchange is not on its nodes yet");
            } else if too_few || count > CCR_MAILBOX_NODES {
                let message = format!(
                    "nodes with the Mailbox role: {count}, where a CCR cluster has {CCR_MAILBOX_NODES}"
                );
                findings.report(list, message);
            }
        }
        Layout::Standby => findings.not_applicable("a standby cluster is not judged"),
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes share the disks", SCC_2007),
    passes("two nodes with a copy each", CCR_2007),
    passes("a third node without Exchange is the voter", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER"
        exchange = { installed = false }
        "#,
    ),
    fails("a ninth node in a single copy cluster", SCC_2007, &["nodes"]).with(
        r#"
        nodes = [
            { name = "NODE3" }, { name = "NODE4" }, { name = "NODE5" }, { name = "NODE6" },
            { name = "NODE7" }, { name = "NODE8" }, { name = "NODE9" },
        ]
        "#,
    ),
    fails("a third Mailbox node in a CCR", CCR_2007, &["nodes"]).with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = true, roles = ["mailbox"] }
        "#,
    ),
    fails("one Mailbox node in a CCR", CCR_2007, &["nodes"]).without(&["nodes[NODE2].exchange"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        exchange = { installed = false }
        "#,
    ),
    not_applicable("a CCR of which only the first node is installed", CCR_2007)
        .without(&["nodes[NODE2].exchange", "groups[CMS1]", "virtual_servers[CMS1]"])
        .with(
            r#"
            virtual_servers = []

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    not_applicable("a CCR that waits for Exchange", CCR_2007)
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
    not_applicable("a standby cluster of one node", CCR_2007)
        .without(&["nodes[NODE2]"])
        .with(r#"layout = "standby""#),
    unknown("the layout is not known", SCC_2007, &["layout"]).without(&["layout"]),
    unknown("the roles of a node are not known", CCR_2007, &["nodes[NODE2].exchange.roles"])
        .without(&["nodes[NODE2].exchange.roles"]),
    unknown("further nodes are not known", SCC_2007, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
