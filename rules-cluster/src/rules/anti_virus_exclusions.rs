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
    /// The fact `excludes_exchange` of the software tells. Say `true` also of software that scans no files, such as a backup
    /// agent or a scanner that looks at messages inside the store only.
    ///
    /// What is to be excluded: the quorum disk with its folder `\MSCS`, and `%SystemRoot%\Cluster`; databases, transaction
    /// logs and checkpoint files; the folders of MTA, SMTP queue and full-text index; on Exchange 2000 the drive `M:`. In a
    /// cluster with a file share witness also that share, on the computer that has it.
    ///
    /// # Why it matters
    ///
    /// A scanner for files that holds or quarantines a log file or a database takes the storage group offline, or spoils
    /// it. One that holds a file of the quorum disk while the disk is to move makes the failover fail. It hits on the
    /// day of a new virus pattern, on all nodes at once.
    ///
    /// # How to fix it
    ///
    /// Enter the folders as exclusions in the scanner, for scans on access and on schedule, on every node, by the drive
    /// letters that they have when the disks are on that node. Check the list again after every new storage group.
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
