use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{Architecture, ClusterRef, ExchangeVersion},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, SCC_2007, TWO_NODES_2000},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All nodes are of the same architecture.
    ///
    /// 32-bit, x64 and Itanium nodes cannot be mixed in one cluster, whatever the version of Windows. A node that
    /// only votes is no exception. The architecture that most nodes have counts as the right one, unless the
    /// others have the one that Exchange is made for: x64 for Exchange 2007, 32 bits before.
    ///
    /// # Why it matters
    ///
    /// Resource DLLs, drivers and Exchange itself are built for one architecture: what runs on one node cannot run on
    /// the other. The wizard that forms a cluster, and the validation of Windows Server 2008, refuse such a node.
    ///
    /// # How to fix it
    ///
    /// Replace the node that differs: move its groups away, remove Exchange from it with Setup, evict it from the
    /// cluster, install Windows of the right architecture, join it again and install Exchange. To go from 32 to 64
    /// bits as a whole, build a new cluster and move the mailboxes: there is no rolling upgrade between
    /// architectures.
    pub static SAME_ARCHITECTURE = {
        check,
        set: &CLUSTER,
        name: "same-architecture",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::TechNet("cc787244", "Server Requirements"),
            Source::TechNet("cc770399", "Understanding Cluster Validation Tests: System Configuration"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-017"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let of_exchange = cluster.exchange().peek().map(|exchange| architecture_of(*exchange));
    for [mut odd_one, mut usual_one] in
        findings.differing(cluster.nodes(), |node| node.windows().architecture())
    {
        if of_exchange.is_some_and(|right| odd_one.1 == right) {
            std::mem::swap(&mut odd_one, &mut usual_one);
        }
        let [(node, odd), (other, usual)] = [odd_one, usual_one];
        let message = format!("`{}` is `{odd}`, `{}` `{usual}`", node.name(), other.name());
        findings.report(odd.path(), message).related(usual.path(), "the usual one");
    }
}

/// What an Exchange version is made for.
fn architecture_of(exchange: ExchangeVersion) -> Architecture {
    if exchange < ExchangeVersion::V2007 { Architecture::X86 } else { Architecture::X64 }
}

const EXAMPLES: &[Example] = &[
    passes("32 bits on all", FOUR_NODES_2003),
    passes("64 bits on all", SCC_2007),
    passes("one node has nothing to differ from", TWO_NODES_2000).without(&["nodes[NODE2]"]),
    fails("a 64-bit node among 32-bit ones", FOUR_NODES_2003, &["nodes[NODE2].windows.architecture"]).with(
        r#"
        [[nodes]]
        name = "NODE2"
        windows = { architecture = "x64" }
        "#,
    ),
    fails("the first node is the wrong one", SCC_2007, &["nodes[NODE1].windows.architecture"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { architecture = "x86" }
        "#,
    ),
    fails("an old computer as the voter", CCR_2007, &["nodes[VOTER1].windows.architecture"]).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        windows = { version = "2003", edition = "enterprise", architecture = "x86" }
        exchange = { installed = false }
        "#,
    ),
    unknown("the architecture of a node is not known", CCR_2007, &["nodes[NODE1].windows.architecture"])
        .without(&["nodes[NODE1].windows.architecture"]),
];
