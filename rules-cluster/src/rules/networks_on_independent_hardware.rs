use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Each cluster network can fail without another one: no adapter and no switch carries two of them.
    ///
    /// Two ports of one card count as one adapter. There is one finding for each node. Networks that the cluster
    /// does not use are not judged.
    ///
    /// # Why it matters
    ///
    /// The second network is there for the day on which the first one fails. If a card with several ports or one
    /// switch carries both, they fail together, and the nodes lose contact after all. According to Knowledge Base
    /// article 258750 a card with several ports is not good enough in most cases.
    ///
    /// # How to fix it
    ///
    /// Connect the private network through another card: use the adapter on the mainboard for one network and one
    /// in a slot for the other. Give it a switch of its own, or a crossover cable between two nodes; another VLAN
    /// on the same switch is not enough. Change one node after the other, after its groups were moved away.
    pub static NETWORKS_ON_INDEPENDENT_HARDWARE = {
        check,
        set: &CLUSTER,
        name: "networks-on-independent-hardware",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Kb(258_750)],
        basis: Basis::Microsoft,
        covers: &["NET-021"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        let mut sharing = findings.each(node.used_interfaces());
        sharing.retain(|adapter| findings.need(adapter.shares_hardware()).is_some_and(|shares| *shares));
        let [first, others @ ..] = &sharing[..] else { continue };
        let message = format!(
            "the adapter of `{}` on `{}` shares its card or its switch with another network",
            node.name(),
            first.network()
        );
        let report = findings.report(first.shares_hardware().path(), message);
        for other in others {
            report.related(other.shares_hardware().path(), "shares, too");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("cards and switches of their own", TWO_NODES_2003),
    passes("a network that the cluster does not use", CCR_2007).with(
        r#"
        networks = [{ name = "Backup", role = "disabled" }]
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Backup", shares_hardware = true }]
        [[nodes]]
        name = "NODE2"
        interfaces = [{ network = "Backup" }]
        "#,
    ),
    fails(
        "two ports of one card",
        SCC_2007,
        &["nodes[NODE1].interfaces[Public].shares_hardware"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE1"
        interfaces = [{ network = "Public", shares_hardware = true }, { network = "Heartbeat", shares_hardware = true }]
        "#,
    ),
    unknown(
        "what an adapter shares is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].interfaces[Public].shares_hardware"],
    )
    .without(&["nodes[NODE1].interfaces[Public].shares_hardware"]),
    unknown("the adapters of a node are not known", TWO_NODES_2003, &["nodes[NODE2].interfaces"])
        .without(&["nodes[NODE2].interfaces"]),
];
