use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Validation, WindowsVersion},
    passes, rule,
    testing::reference::{CCR_2007, SCC_2007, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The hardware is a supported cluster solution, and the software on the nodes is made for clusters.
    ///
    /// With Windows 2000 and 2003 the solution as a whole (servers, adapters, switches, storage) has to be listed
    /// in the cluster category of the Hardware Compatibility List, later the Windows Catalog; it is not enough
    /// that each part is listed somewhere. Cluster continuous replication is the exception: it shares no storage,
    /// and listed servers will do.
    ///
    /// With Windows Server 2008 the cluster has to pass *Validate a Configuration*: a failed test is an error, a
    /// test that warns is a warning. In a cluster with shared storage a test that was left out is reported as
    /// information; with continuous replication there is no shared storage to test.
    ///
    /// Software on a node that is known not to be cluster-aware is reported as information.
    ///
    /// # Why it matters
    ///
    /// Failover asks things of the hardware that a single server never needs: reservations of disks, resets of the
    /// bus, and drivers that survive both. Whether a combination can do it shows in tests, or in the first outage.
    /// Microsoft supports only combinations that were tested. Backup and anti-virus software that knows nothing of
    /// clusters holds disks open when they should move.
    ///
    /// # How to fix it
    ///
    /// Ask the maker of the hardware for a listed configuration, and bring drivers and firmware to the versions
    /// that it names. On Windows Server 2008 run *Validate a Configuration* again in Failover Cluster Management
    /// and repair what its report names. The storage tests take disks offline: choose a time at which the virtual
    /// servers may be offline, or test a spare disk. For software, ask its maker for the version for clusters.
    pub static CERTIFIED_SOLUTION = {
        check,
        set: &CLUSTER,
        name: "certified-solution",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Article("limitation 1"),
            Source::TechNet("cc787244", "Server Requirements"),
            Source::Kb(258_750),
            Source::TechNet("cc770399", "Understanding Cluster Validation Tests: System Configuration"),
            Source::TechNet("aa997928", "Advantages of Cluster Continuous Replication over Single Copy Clusters"),
        ],
        basis: Basis::Microsoft,
        covers: &["PLT-020", "PLT-021", "RES-029"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if !findings.each(cluster.nodes_on(|windows| !windows.is_2008())).is_empty() {
        solution_is_listed(cluster, findings);
    }
    if !findings.each(cluster.nodes_on(WindowsVersion::is_2008)).is_empty() {
        validation_passed(cluster, findings);
    }
    for software in findings.each(cluster.nodes().members().flat_map(|node| node.software().members())) {
        if findings.need(software.cluster_aware()).is_some_and(|aware| !*aware) {
            let message = format!("`{}` is not cluster-aware", software.name());
            findings.report(software.cluster_aware().path(), message).at_most(Severity::Information);
        }
    }
}

fn solution_is_listed(cluster: ClusterRef<'_>, findings: &mut Findings) {
    if cluster.shares_storage().peek() == Some(&false) {
        return;
    }
    let Some(listed) = findings.need(cluster.solution().listed()) else { return };
    if !*listed && findings.need(cluster.shares_storage()).is_some() {
        findings.report(listed.path(), "the solution as a whole is not listed for clusters");
    }
}

fn validation_passed(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let solution = cluster.solution();
    if let Some(result) = findings.need(solution.validation()) {
        match *result {
            Validation::Passed => {}
            Validation::Warnings => {
                findings.report(result.path(), "the validation has warnings").at_most(Severity::Warning);
            }
            Validation::Failed => {
                let report = findings.report(result.path(), "the validation failed");
                for test in solution.failed_tests().members().peek() {
                    report.related(test.path(), "a test that failed");
                }
            }
        }
    }
    if findings.need(cluster.shares_storage()).is_some_and(|shares| *shares) {
        for test in findings.each(solution.skipped_tests()) {
            let message = format!("the validation test `{test}` was left out");
            findings.report(test.path(), message).at_most(Severity::Information);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("a listed solution", TWO_NODES_2000),
    passes("a cluster that was validated", SCC_2007),
    passes("continuous replication on listed servers", CCR_2007).with("solution = { listed = false }"),
    passes("continuous replication, whatever is listed", CCR_2007).without(&["solution"]),
    passes("continuous replication, validated without the storage tests", CCR_2007).with(
        r#"
        solution = { validation = "passed", skipped_tests = ["Validate Disk Failover"] }
        nodes = [
          { name = "NODE1", windows = { version = "2008" } },
          { name = "NODE2", windows = { version = "2008" } },
        ]
        "#,
    ),
    fails("a solution of parts", TWO_NODES_2003, &["solution.listed"]).with("solution = { listed = false }"),
    fails("a failed validation", SCC_2007, &["solution.validation"]).with(
        r#"solution = { validation = "failed", failed_tests = ["Validate SCSI-3 Persistent Reservation"] }"#,
    ),
    fails("a validation with warnings", SCC_2007, &["solution.validation"])
        .with(r#"solution = { validation = "warnings" }"#),
    fails(
        "a validation without its storage tests",
        SCC_2007,
        &["solution.skipped_tests[Validate Disk Failover]"],
    )
    .with(r#"solution = { skipped_tests = ["Validate Disk Failover"] }"#),
    fails(
        "backup software for single servers",
        TWO_NODES_2003,
        &["nodes[NODE2].software[Backup agent].cluster_aware"],
    )
    .with(
        r#"
        [[nodes]]
        name = "NODE2"
        software = [{ name = "Backup agent", cluster_aware = false }]
        "#,
    ),
    unknown("whether the solution is listed is not known", TWO_NODES_2003, &["solution.listed"])
        .without(&["solution"]),
    unknown("no report of a validation", SCC_2007, &["solution.validation"])
        .without(&["solution.validation"]),
    unknown("what runs on a node is not known", TWO_NODES_2003, &["nodes[NODE1].software"])
        .without(&["nodes[NODE1].software"]),
];
