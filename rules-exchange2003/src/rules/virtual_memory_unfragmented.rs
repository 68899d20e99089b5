use std::collections::HashSet;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef, Evs,
        ExchangeVersion::{V2000, V2003},
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::{EXCHANGE_2003, facts::LEAST_FREE_BLOCK_MIB};

rule! {
    /// The Information Store has large blocks of virtual memory left on every node that runs a virtual server.
    ///
    /// Exchange's Best Practices Analyzer reads the counter *VM Largest Block Size* of MSExchangeIS, and calls less
    /// than 50 MB an error on a server with more than 20 mailboxes. The store itself reports it later, with event 9582:
    /// commonly quoted are 32 MB for its warning and 16 MB for its error. A node that runs no virtual server has no
    /// store whose memory could be looked at.
    ///
    /// # Why it matters
    ///
    /// A store that finds no block of 10 MB or so does not mount databases and delivers no mail, however much memory is
    /// free in all. A cluster suffers first: a virtual server that fails over to a node with a store that has run for long
    /// shares its process, and may not come online there. That is the reason why a free node matters.
    ///
    /// # How to fix it
    ///
    /// For now, let the store of a passive node start afresh (restart that node), move the virtual servers to it, and
    /// then restart the one that they were on. Only a restart of the store puts memory together again. The mailboxes
    /// are out of reach during each move. For good, work through KB 325044: `/3GB`, on Windows 2003 `/USERVA=3030`, the
    /// size of the store's database cache, the number of storage groups and databases, and anti-virus software that is
    /// loaded into the store.
    pub static VIRTUAL_MEMORY_UNFRAGMENTED = {
        check,
        set: &EXCHANGE_2003,
        name: "virtual-memory-unfragmented",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000, V2003],
        sources: &[
            Source::Microsoft("Exchange Server Analyzer, article on VMLargestBlockSize below 50 MB"),
            Source::TechNet("bb288909", "Virtual memory is fragmented"),
            Source::Kb(325_044),
        ],
        basis: Basis::Microsoft,
        covers: &["OPS-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let running_on = cluster.evs().flat_map(Evs::running_on);
    if running_on.is_complete() && running_on.peek().is_empty() {
        return findings.not_applicable("no virtual server runs");
    }
    let busy: HashSet<_> = running_on.peek().iter().filter_map(|node| node.peek()).collect();
    for node in findings.each(cluster.nodes()) {
        let is_idle = running_on.is_complete() && node.name().peek().is_some_and(|name| !busy.contains(name));
        if is_idle {
            continue;
        }
        let Some(block) = findings.need(node.hardware().largest_free_block_mib()) else { continue };
        if *block < LEAST_FREE_BLOCK_MIB {
            let message =
                format!("the largest free block of virtual memory on `{}` is {block} MiB", node.name());
            findings.report(block.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("300 MB", TWO_NODES_2003),
    passes("Exchange 2000", TWO_NODES_2000),
    passes("50 MB and a little", TWO_NODES_2003)
        .with(r#"nodes = [{ name = "NODE1", hardware = { largest_free_block_mib = 48 } }]"#),
    passes("a passive node has no store to look at", FOUR_NODES_2003)
        .without(&["nodes[NODE4].hardware.largest_free_block_mib"]),
    fails("45 MB on an active node", TWO_NODES_2003, &["nodes[NODE1].hardware.largest_free_block_mib"])
        .with(r#"nodes = [{ name = "NODE1", hardware = { largest_free_block_mib = 45 } }]"#),
    fails("12 MB on one of four", FOUR_NODES_2003, &["nodes[NODE3].hardware.largest_free_block_mib"])
        .with(r#"nodes = [{ name = "NODE3", hardware = { largest_free_block_mib = 12 } }]"#),
    not_applicable("no virtual server yet", TWO_NODES_2003).with("virtual_servers = []"),
    unknown(
        "it is not known for an active node",
        TWO_NODES_2003,
        &["nodes[NODE1].hardware.largest_free_block_mib"],
    )
    .without(&["nodes[NODE1].hardware.largest_free_block_mib"]),
];
