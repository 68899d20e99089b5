use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2000},
    not_applicable, passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The Exchange file system of Exchange 2000 has the same drive letter on every node.
    ///
    /// The Exchange file system (ExIFS) shows the databases of a virtual server as files, by default on `M:`. Where that
    /// letter is taken when the service starts, the next free one is used. Every node with Exchange is compared with what
    /// most of them have. Exchange 2003 has no such drive unless somebody turns it on.
    ///
    /// # Why it matters
    ///
    /// Shares, web folders and scripts that lead to the drive lead nowhere on the node that has it under another letter. And
    /// a letter that shifted shows that something else took `M:` there.
    ///
    /// # How to fix it
    ///
    /// See what has the letter on the node that differs. Give a mapped drive or a CD-ROM drive another letter. Leave a
    /// shared disk as it is, since the paths of its data would change, and set the same free letter for the Exchange
    /// file system on all nodes: `DriveLetter` under `HKLM\SYSTEM\CurrentControlSet\Services\EXIFS\Parameters`. It
    /// takes effect when the Information Store next comes online on that node: move the virtual server there at a quiet
    /// hour. Never back up or scan the drive for viruses.
    pub static SAME_EXIFS_DRIVE = {
        check,
        set: &EXCHANGE_2003,
        name: "same-exifs-drive",
        severity: Severity::Error,
        stage: Stage::WithExchange,
        versions: &[V2000],
        sources: &[Source::ThirdParty("a book on Exchange 2000 Server at flylib.com (2.554.1.149), installing it in a cluster")],
        basis: Basis::ThirdParty,
        covers: &["DSK-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster.exchange_nodes();
    if nodes.is_complete() && nodes.peek().len() < 2 {
        return findings.not_applicable("fewer than two nodes have Exchange");
    }
    for [(node, odd), (other, usual)] in findings.differing(nodes, |node| node.exchange().exifs_drive()) {
        let (node, other) = (node.name(), other.name());
        let message =
            format!("the Exchange file system is drive {odd}: on `{node}`, and {usual}: on `{other}`");
        findings.report(odd.path(), message).related(usual.path(), "the usual one");
    }
}

const EXAMPLES: &[Example] = &[
    passes("M: on both nodes", TWO_NODES_2000),
    passes("another letter on both nodes", TWO_NODES_2000).with(
        r#"
        nodes = [
            { name = "NODE1", exchange = { exifs_drive = "Y" } },
            { name = "NODE2", exchange = { exifs_drive = "Y" } },
        ]
        "#,
    ),
    fails("N: on one node", TWO_NODES_2000, &["nodes[NODE2].exchange.exifs_drive"]).with(
        r#"
        nodes = [{ name = "NODE2", exchange = { exifs_drive = "N" } }]
        "#,
    ),
    not_applicable("Exchange 2003", TWO_NODES_2003),
    not_applicable("one node has Exchange so far", TWO_NODES_2000)
        .without(&["nodes[NODE2].exchange"])
        .with(r#"nodes = [{ name = "NODE2", exchange = { installed = false } }]"#),
    unknown("the letter on a node is not known", TWO_NODES_2000, &["nodes[NODE2].exchange.exifs_drive"])
        .without(&["nodes[NODE2].exchange.exifs_drive"]),
];
