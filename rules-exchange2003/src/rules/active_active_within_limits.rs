use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{self, V2000, V2003},
        NodeRef,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{
    EXCHANGE_2003,
    facts::{ACTIVE_ACTIVE_CPU_PERCENT, active_active_users},
};

rule! {
    /// Two nodes that both run a virtual server stay within the limits for active/active.
    ///
    /// No more than 1,900 users are connected at the same time to the virtual server of each node, and the processors
    /// of no node are busy for more than 40 percent over time. Exchange 2000 takes as many with Service Pack 3, 1,500
    /// with Service Pack 2, and 1,000 with Service Pack 1 or none. Microsoft's articles say that there are such limits;
    /// the values are those commonly quoted from them: we have them at second hand.
    ///
    /// An active/passive cluster is not limited in this way. On more than two nodes active/active is not supported at
    /// all (`exchange2003/one-virtual-server-per-active-node`).
    ///
    /// # Why it matters
    ///
    /// After a failover one node carries both. Above the limits it cannot: the store of the second virtual server finds
    /// its virtual memory used up and in pieces, and does not come online, or both are slow until the other node is back.
    ///
    /// # How to fix it
    ///
    /// Move mailboxes to other servers until each virtual server is within the limits. Better, make the cluster
    /// active/passive: add a node, or move all mailboxes of one virtual server to the other where its storage groups
    /// and memory suffice, back up, and retire the empty one. The virtual server that has the MTA is the one to keep
    /// (`exchange2003/mta-owner-removed-last`).
    pub static ACTIVE_ACTIVE_WITHIN_LIMITS = {
        check,
        set: &EXCHANGE_2003,
        name: "active-active-within-limits",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Kb(815_180),
            Source::TechNet("aa996872", "This is a 2-node Active/Active Cluster"),
        ],
        basis: Basis::Microsoft,
        covers: &["EVS-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let (nodes, all) = (cluster.nodes().members(), cluster.evs());
    if (nodes.is_complete() && nodes.peek().len() != 2) || (all.is_complete() && all.peek().len() < 2) {
        return findings.not_applicable("the cluster is not two nodes with two virtual servers");
    }
    let (Some(version), Some(nodes)) = (findings.need(cluster.exchange()), findings.need_all(nodes)) else {
        return;
    };
    let all = findings.each(all);
    if all.len() < 2 {
        return;
    }
    let (fewest, most) = (active_active_users(*version, 0), active_active_users(*version, u32::MAX));
    for evs in all {
        let Some(users) = findings.need(evs.listed().concurrent_users()) else { continue };
        let limit = if *users > fewest { limit_of(&nodes, *version, findings).unwrap_or(most) } else { most };
        if *users > limit {
            let message =
                format!("`{}` has {users} users at the same time, active/active takes {limit}", evs.name());
            findings.report(users.path(), message);
        }
    }
    for node in with_exchange(&nodes) {
        let busy = findings.need(node.hardware().sustained_cpu_percent());
        if let Some(busy) = busy.filter(|busy| **busy > ACTIVE_ACTIVE_CPU_PERCENT) {
            let message = format!(
                "`{}` is busy for {busy} percent, active/active takes {ACTIVE_ACTIVE_CPU_PERCENT}",
                node.name()
            );
            findings.report(busy.path(), message);
        }
    }
}

/// How many users the service packs that are known allow.
fn limit_of(nodes: &[NodeRef<'_>], version: ExchangeVersion, findings: &mut Findings) -> Option<u32> {
    if version != V2000 {
        return None;
    }
    let service_packs = with_exchange(nodes).filter_map(|node| findings.need(node.exchange().service_pack()));
    service_packs.map(|service_pack| active_active_users(version, *service_pack)).min()
}

fn with_exchange<'n, 'a>(nodes: &'n [NodeRef<'a>]) -> impl Iterator<Item = &'n NodeRef<'a>> {
    nodes.iter().filter(|node| node.has_exchange().peek() != Some(&false))
}

const EXAMPLES: &[Example] = &[
    passes("two virtual servers with 1,200 and 1,900 users", TWO_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS2 Group", concurrent_users = 1900 }]"#),
    passes("Exchange 2000 with few users needs no service pack", TWO_NODES_2000)
        .without(&["nodes[NODE1].exchange.service_pack"])
        .with(
            r#"
            virtual_servers = [
                { name = "EVS1", concurrent_users = 1000 },
                { name = "EVS2", group = "EVS2 Group", concurrent_users = 500 },
            ]
            "#,
        ),
    fails("too many users on one of two", TWO_NODES_2003, &["virtual_servers[EVS2].concurrent_users"])
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS2 Group", concurrent_users = 2000 }]"#),
    fails("a busy node", TWO_NODES_2003, &["nodes[NODE1].hardware.sustained_cpu_percent"]).with(
        r#"
        virtual_servers = [{ name = "EVS2", group = "EVS2 Group", concurrent_users = 900 }]
        [[nodes]]
        name = "NODE1"
        hardware = { sustained_cpu_percent = 55 }
        "#,
    ),
    fails(
        "Exchange 2000, one node with Service Pack 1",
        TWO_NODES_2000,
        &["virtual_servers[EVS1].concurrent_users"],
    )
    .with(
        r#"
        virtual_servers = [{ name = "EVS2", group = "EVS2 Group", concurrent_users = 900 }]
        [[nodes]]
        name = "NODE2"
        exchange = { service_pack = 1 }
        "#,
    ),
    not_applicable("active/passive, and however many users", TWO_NODES_2003)
        .with(r#"virtual_servers = [{ name = "EVS1", concurrent_users = 4000 }]"#),
    not_applicable("four nodes", FOUR_NODES_2003),
    unknown("the users of one are not known", TWO_NODES_2003, &["virtual_servers[EVS2].concurrent_users"])
        .with(r#"virtual_servers = [{ name = "EVS2", group = "EVS2 Group" }]"#),
    not_applicable("one virtual server, on however many nodes", TWO_NODES_2003).without(&["nodes"]),
    unknown(
        "there may be a second virtual server beside one with many users",
        TWO_NODES_2003,
        &["virtual_servers"],
    )
    .with(
        r#"
        partial = ["virtual_servers"]
        virtual_servers = [{ name = "EVS1", concurrent_users = 4000 }]
        "#,
    ),
];
