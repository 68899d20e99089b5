use std::fmt::Display;

use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, Hardware, NodeRef, Set},
    passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// All nodes have the same hardware.
    ///
    /// The rule compares the model, the processors and their number, the memory, and the host bus adapter. What
    /// differs from most nodes is a finding. A node without Exchange that may own no Exchange resource does not
    /// count: it is there for its vote in the quorum.
    ///
    /// This is a recommendation and no more: Microsoft's qualification of clusters does not ask for identical
    /// servers, as long as the solution as a whole is supported (`cluster/certified-solution`).
    ///
    /// # Why it matters
    ///
    /// A virtual server that moves to a weaker node may be online and still too slow for its users. One set of
    /// drivers, firmware and spare parts is easier to keep right than two, and a fault that follows the hardware
    /// is found sooner.
    ///
    /// # How to fix it
    ///
    /// Nothing has to be done at once. Add the memory or processors that are missing, node by node, after its
    /// groups were moved away. When you replace a node, take one like the others. Until then make the weaker node
    /// the passive one, with the preferred owners of the groups.
    pub static IDENTICAL_HARDWARE = {
        check,
        set: &CLUSTER,
        name: "identical-hardware",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Article("best practice 1"), Source::TechNet("cc787244", "Server Requirements")],
        basis: Basis::Article,
        covers: &["PLT-022"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.nodes().members().filter(|node| !node.is_voter());
    alike(&nodes, findings, "model", "", At::<Hardware>::model);
    alike(&nodes, findings, "processor", "", At::<Hardware>::processor);
    alike(&nodes, findings, "number of processors", "", At::<Hardware>::processors);
    alike(&nodes, findings, "memory", " MiB", At::<Hardware>::memory_mib);
    alike(&nodes, findings, "host bus adapter", "", At::<Hardware>::hba);
}

fn alike<'a, T: PartialEq + Display + 'a>(
    nodes: &Set<NodeRef<'a>>,
    findings: &mut Findings,
    what: &str,
    unit: &str,
    fact: impl Fn(At<'a, Hardware>) -> At<'a, T>,
) {
    for [(node, odd), (other, usual)] in findings.differing(nodes.clone(), |node| fact(node.hardware())) {
        let (node, other) = (node.name(), other.name());
        let message = format!("the {what} of `{node}` is `{odd}`{unit}, that of `{other}` `{usual}`{unit}");
        findings.report(odd.path(), message).related(usual.path(), "the usual one");
    }
}

const EXAMPLES: &[Example] = &[
    passes("four of a kind", FOUR_NODES_2003),
    passes("one node has nothing to differ from", TWO_NODES_2003)
        .without(&["nodes[NODE1].hardware", "nodes[NODE2]"]),
    passes("a small computer that only votes", CCR_2007).with(
        r#"
        [[nodes]]
        name = "VOTER1"
        exchange = { installed = false }
        hardware = { model = "OptiPlex GX270", memory_mib = 512 }
        "#,
    ),
    fails(
        "less memory and another adapter",
        TWO_NODES_2003,
        &["nodes[NODE2].hardware.memory_mib", "nodes[NODE2].hardware.hba"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        hardware = { memory_mib = 2048, hba = "LP9002" }
        "#,
    ),
    fails(
        "a third node that is to have Exchange, too",
        CCR_2007,
        &["nodes[NODE3].hardware.memory_mib"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE3"
        exchange = { installed = false }
        hardware = { memory_mib = 512 }
        [[groups]]
        name = "CMS1"
        resources = [{ name = "Exchange System Attendant (CMS1)", possible_owners = ["NODE1", "NODE2", "NODE3"] }]
        "#,
    ),
    fails("the first of four is the odd one", FOUR_NODES_2003, &["nodes[NODE1].hardware.model"]).with(
        r#"
        [[nodes]]
        name = "NODE1"
        hardware = { model = "ProLiant ML570 G3" }
        "#,
    ),
    unknown("the processor of a node is not known", TWO_NODES_2000, &["nodes[NODE2].hardware.processor"])
        .without(&["nodes[NODE2].hardware.processor"]),
];
