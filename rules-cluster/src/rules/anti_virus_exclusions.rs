use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::ClusterRef,
    passes, rule,
    testing::reference::{CCR_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// Anti-virus software on the nodes leaves the quorum folder, the databases and the logs alone.
    ///
    /// In the definition `excludes_exchange` says for each program on a node whether it does. Enter `true` also
    /// for software that scans no files, such as a backup agent or a scanner that only looks at messages inside
    /// the store.
    ///
    /// Exclude the quorum disk with its folder `\MSCS`, and `%SystemRoot%\Cluster`; databases, transaction logs
    /// and checkpoint files; the folders of the MTA, the SMTP queue and the full-text index; and on Exchange 2000
    /// the drive `M:`. With a file share witness also exclude the folder of that share, on the computer that holds
    /// it.
    ///
    /// # Why it matters
    ///
    /// A file scanner that locks or quarantines a log file or a database takes the storage group offline, or
    /// damages it. One that keeps a file open on the quorum disk makes the failover of that disk fail. Such
    /// trouble often comes with a new virus pattern, and then on all nodes at once.
    ///
    /// # How to fix it
    ///
    /// Enter the folders as exclusions in the scanner, both for scans on access and for scheduled scans, on every
    /// node: also the folders on shared disks that the node does not own at the moment. Check the list again
    /// whenever you add a storage group.
    pub static ANTI_VIRUS_EXCLUSIONS = {
        check,
        set: &CLUSTER,
        name: "anti-virus-exclusions",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(328_841),
            Source::Microsoft("Exchange Server 2007 help, File-Level Antivirus Scanning on Exchange 2007"),
        ],
        basis: Basis::Microsoft,
        covers: &["RES-029"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for node in findings.each(cluster.nodes()) {
        for software in findings.each(node.software()) {
            if let Some(excludes) = findings.need(software.excludes_exchange())
                && !*excludes
            {
                let message = format!(
                    "`{}` on `{}` scans the folders of the cluster and of Exchange",
                    software.name(),
                    node.name()
                );
                findings.report(excludes.path(), message);
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("the folders are excluded", TWO_NODES_2003),
    passes("a node without such software", CCR_2007).with(
        r#"
        [[nodes]]
        name = "NODE1"
        software = []
        "#,
    ),
    fails(
        "a scanner without exclusions on the passive node",
        TWO_NODES_2003,
        &["nodes[NODE2].software[Anti-virus].excludes_exchange"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        software = [{ name = "Anti-virus", excludes_exchange = false }]
        "#,
    ),
    unknown("nobody looked", TWO_NODES_2003, &["nodes[NODE1].software[Anti-virus].excludes_exchange"])
        .without(&["nodes[NODE1].software[Anti-virus].excludes_exchange"]),
    unknown("what else is on the node is not known", CCR_2007, &["nodes[NODE2].software"])
        .without(&["nodes[NODE2].software"]),
];
