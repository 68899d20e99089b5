use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, SetupAction},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// The disks of the virtual servers were empty before Exchange was set up.
    ///
    /// The definition can say so in two places, and either is enough for a finding: for each disk, and in the
    /// setup log for the moment at which an installation began. Only the disks in the groups of virtual servers
    /// count; the quorum disk does not. An installation that began after a virtual server had been made is not
    /// judged: it finds that server's data there, as it should.
    ///
    /// Disaster recovery is exempt: there the disks hold the data that is to be recovered.
    ///
    /// # Why it matters
    ///
    /// Exchange makes its folders on the disk when a virtual server is created. Databases and logs that an earlier
    /// server left in the same folders can keep the new databases from mounting, or get mixed up with them.
    ///
    /// # How to fix it
    ///
    /// Before a virtual server is made, move the old files to another disk. Once it runs, do not clean up by
    /// guess. Compare the files on the disk with the paths of each storage group in System Manager. Back up
    /// everything, then move what belongs to no database of this server to another disk, and delete it there when
    /// nobody has missed it for a while.
    pub static DISKS_EMPTY_BEFORE_SETUP = {
        check,
        set: &CLUSTER,
        name: "disks-empty-before-setup",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Article("fact 5")],
        basis: Basis::Article,
        covers: &["DSK-019"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let recoveries = cluster.recoveries();
    if !recoveries.peek().is_empty() {
        return findings.not_applicable("the disks of a disaster recovery hold the data to recover");
    }
    let disks = findings.each(cluster.evs().flat_map(Evs::disks));
    let installs = findings.each(cluster.steps(SetupAction::InstallExchange));
    if disks.is_empty() && installs.is_empty() {
        return findings.not_applicable("there is neither a disk of a virtual server nor an installation");
    }
    for disk in disks {
        let Some(empty) = findings.need(disk.empty_before_setup()) else { continue };
        if empty == false {
            findings.report(empty.path(), format!("`{}` was not empty before Setup", disk.name()));
        }
    }
    let creations = cluster.virtual_server_creations();
    for install in installs {
        let made_before = install.earlier(creations.clone());
        if !made_before.peek().is_empty() {
            continue;
        }
        let Some(empty) = findings.need(install.disks_empty()) else { continue };
        if empty == false && findings.need_all(made_before).is_some() {
            let message = format!("the disks were not empty when Setup began on `{}`", install.node());
            findings.report(empty.path(), message);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes", TWO_NODES_2003),
    passes("three virtual servers", FOUR_NODES_2003),
    passes("the local disks of a CCR", CCR_2007),
    passes("the quorum disk holds the quorum log", TWO_NODES_2003).with(
        r#"
        disks = [{ name = "Disk Q:", empty_before_setup = false }]
        "#,
    ),
    passes("a node that was added when the virtual server had users", TWO_NODES_2003).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", disks_empty = true, started = "2004-02-03" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-02-04" },
            { step = "install-exchange", node = "NODE2", disks_empty = false, started = "2006-09-12" },
        ]
        "#,
    ),
    fails("a disk with the files of an old server", TWO_NODES_2003, &["disks[Disk S:].empty_before_setup"])
        .with(
            r#"
        disks = [{ name = "Disk S:", empty_before_setup = false }]
        "#,
        ),
    fails("the log says so", TWO_NODES_2003, &["setup[#1].disks_empty"]).with(
        r#"
        setup = [
            { step = "install-exchange", node = "NODE1", disks_empty = false, started = "2004-02-03" },
            { step = "create-virtual-server", virtual_server = "EVS1", started = "2004-02-04" },
        ]
        "#,
    ),
    not_applicable("a disaster recovery", TWO_NODES_2003).with(
        r#"
        setup = [{ step = "disaster-recovery", node = "NODE1", disks_empty = false }]
        "#,
    ),
    not_applicable("before anything of Exchange", TWO_NODES_2003)
        .without(&["groups[EVS1 Group]"])
        .with("setup = []\nvirtual_servers = []"),
    unknown("what was on a disk is not known", TWO_NODES_2003, &["disks[Disk T:].empty_before_setup"])
        .without(&["disks[Disk T:].empty_before_setup"]),
    unknown("no log", TWO_NODES_2003, &["setup"]).without(&["setup"]),
    unknown("a log that may lack the creation", TWO_NODES_2003, &["setup"]).with(
        r#"
        partial = ["setup"]
        setup = [{ step = "install-exchange", node = "NODE2", disks_empty = false }]
        "#,
    ),
    unknown("a disk resource without a disk", TWO_NODES_2003, &["disks"]).without(&["disks[Disk S:]"]),
];
