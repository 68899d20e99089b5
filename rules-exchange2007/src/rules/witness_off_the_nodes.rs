use std::net::IpAddr;

use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{At, ClusterRef, ExchangeVersion::V2007, Name, Witness},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007},
    unknown,
};

use crate::EXCHANGE_2007;

rule! {
    /// The file share witness is on a computer that is no node of the cluster.
    ///
    /// The rule compares the computer that holds the share, and the name in its path, with the nodes and with the name
    /// of the cluster, which always leads to one of them. An IP address in the path does not tell whose it is.
    /// Microsoft recommends a Hub Transport server in the site of the nodes.
    ///
    /// # Why it matters
    ///
    /// The witness is there for the moment when a node is lost. On a node it is lost together with it: two of three votes
    /// go at once, and the other node stops as well.
    ///
    /// # How to fix it
    ///
    /// Make a folder and a share on another computer, a Hub Transport server for example, with Full Control for the account
    /// that the cluster uses (Windows 2003: the Cluster service account; Windows 2008: the computer object of the
    /// cluster). Windows 2003: `cluster res "Majority Node Set" /priv MNSFileShare=\\HUB1\MNS_FSW_MAILCLU1`, then move the
    /// default group to the other node and back. Windows 2008: *More Actions, Configure Cluster Quorum Settings*. The
    /// cluster goes on running; remove the old share afterwards.
    pub static WITNESS_OFF_THE_NODES = {
        check,
        set: &EXCHANGE_2007,
        name: "witness-off-the-nodes",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[Source::TechNet("bb676490", "How to Configure the Node and File Share Majority Quorum")],
        basis: Basis::Microsoft,
        covers: &["QUO-011"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(witness) = findings.need_all(cluster.file_share_witness()) else { return };
    let [witness] = witness[..] else {
        return findings.not_applicable("there is no file share witness");
    };
    let named = witness.share().peek().and_then(|share| share.computer());
    let named = named.filter(|computer| computer.parse::<IpAddr>().is_err()).map(Name::from);
    let named_by_itself = named.is_some() && witness.by_alias().peek() == Some(&false);
    if !named_by_itself {
        // An alias may stand for any computer, but a node's own name for that node alone.
        let is_node = named.as_ref().is_some_and(|named| is_a_node(cluster, named));
        if !is_node && findings.need(witness.host()).is_none() {
            return;
        }
    }
    on_a_node(cluster, witness, named.as_ref(), findings);
}

fn is_a_node(cluster: ClusterRef<'_>, computer: &Name) -> bool {
    let nodes = cluster.nodes().members();
    nodes.peek().iter().any(|node| {
        node.name().peek().is_some_and(|name| cluster.is_host(computer, name).peek() == Some(&true))
    })
}

fn on_a_node(
    cluster: ClusterRef<'_>,
    witness: At<'_, Witness>,
    named: Option<&Name>,
    findings: &mut Findings,
) {
    let nodes = findings.each(cluster.nodes());
    let mut computers: Vec<_> =
        nodes.map(|node| (node.name(), node.path(), "a node of the cluster", "the node")).collect();
    computers.push((cluster.name(), cluster.name().path(), "a name of the cluster's own", "the name"));
    let (host, share) = (witness.host(), witness.share());
    for (name, place, what, label) in computers {
        let Some(name) = findings.need(name) else { continue };
        for (computer, path) in [(host.peek(), host.path()), (named, share.path())] {
            let Some(computer) = computer else { continue };
            if findings.need(cluster.is_host(computer, name.value())).is_some_and(|is_it| *is_it) {
                let message = format!("the file share witness is on `{name}`, {what}");
                findings.report(path, message).related(place, label);
                break;
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a Hub Transport server", CCR_2007),
    passes("Windows 2008", CCR_2007_WINDOWS_2008),
    passes("the share names its computer", CCR_2007).without(&["quorum.witness.host"]),
    passes("the share names its computer in full", CCR_2007).with(
        r#"
        quorum = { witness = { share = '\\hub1.corp.example.com\MNS_FSW_MAILCLU1', host = "hub1.corp.example.com" } }
        "#,
    ),
    fails("a share of the second node", CCR_2007, &["quorum.witness.host"]).with(
        r#"
        quorum = { witness = { share = '\\NODE2\Witness', host = "NODE2" } }
        "#,
    ),
    fails("an alias of a node", CCR_2007_WINDOWS_2008, &["quorum.witness.host"]).with(
        r#"
        quorum = { witness = { share = '\\FSW\Witness', host = "node1.corp.example.com", by_alias = true } }
        "#,
    ),
    fails("the share names a node", CCR_2007, &["quorum.witness.share"])
        .without(&["quorum.witness.host", "quorum.witness.by_alias"])
        .with(r"quorum = { witness = { share = '\\NODE2\Witness' } }"),
    fails("a share of the cluster's own name", CCR_2007, &["quorum.witness.host"]).with(
        r#"
        quorum = { witness = { share = '\\MAILCLU1\Witness', host = "MAILCLU1" } }
        "#,
    ),
    not_applicable("a disk is the witness", SCC_2007),
    not_applicable("no witness", CCR_2007).with(r#"quorum = { witness = "none" }"#),
    unknown("what an alias stands for is not known", CCR_2007, &["quorum.witness.host"])
        .without(&["quorum.witness.host"])
        .with(r"quorum = { witness = { by_alias = true } }"),
    unknown("it is not known whose address it is", CCR_2007, &["quorum.witness.host"])
        .without(&["quorum.witness.host"])
        .with(r"quorum = { witness = { share = '\\192.0.2.12\Witness' } }"),
    unknown("there may be more nodes", CCR_2007, &["nodes"]).with(r#"partial = ["nodes"]"#),
];
