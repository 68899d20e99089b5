use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs, ExchangeVersion::V2003, GroupRef, WindowsPath},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The SMTP log of a virtual server is on one of its own shared disks.
    ///
    /// By default the SMTP virtual server logs to a folder of Windows, on the local disk of whichever node it runs on.
    /// A disk that is mounted in a folder counts by the drive that holds the folder. A group without any disk is
    /// reported by `exchange2003/virtual-server-resources-complete`.
    ///
    /// # Why it matters
    ///
    /// On local disks the log is in pieces after each failover, one on every node that the virtual server was on, and the
    /// piece that is needed may be on the node that is gone. A folder that only one node has, or that belongs to another
    /// virtual server, leaves the log empty after a failover.
    ///
    /// # How to fix it
    ///
    /// Make a folder on a disk of the virtual server. In System Manager, in the properties of its *Default SMTP Virtual
    /// Server*, *Enable logging*, *Properties*, choose it as log file directory; not in Internet Services Manager, whose
    /// settings the System Attendant overwrites. Copy the old logs if they are still needed.
    pub static SMTP_LOG_ON_OWN_DISK = {
        check,
        set: &EXCHANGE_2003,
        name: "smtp-log-on-own-disk",
        severity: Severity::Warning,
        stage: Stage::WithExchange,
        versions: &[V2003],
        sources: &[Source::TechNet("bb124140", "Cluster-Specific Configurations")],
        basis: Basis::Microsoft,
        covers: &["OPS-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    for evs in findings.each(cluster.evs()) {
        let storage = evs.group().flat_map(GroupRef::storage);
        if storage.peek().is_empty() {
            // A virtual server without any disk, or without its group, is the matter of other rules.
            findings.each(storage);
            continue;
        }
        let Some(log) = findings.need(evs.listed().smtp_log_path()) else { continue };
        if is_elsewhere(evs, log.value(), findings) {
            let message = format!("the SMTP log of `{}` is in `{log}`, on none of its own disks", evs.name());
            findings.report(log.path(), message);
        }
    }
}

/// Whether a folder is known to be on none of the virtual server's disks.
fn is_elsewhere(evs: Evs<'_>, folder: &WindowsPath, findings: &mut Findings) -> bool {
    let Some(drive) = folder.drive() else { return true };
    // A mount point has no letter: its folder is on the drive of another disk.
    let disks =
        evs.disks().filter(|disk| disk.mounted_on().peek().is_none() || disk.letter().peek().is_some());
    let own = disks.whose(|disk| disk.letter(), |letter| *letter == drive);
    own.peek().is_empty() && findings.need_all(own).is_some()
}

const EXAMPLES: &[Example] = &[
    passes("on the disk of the logs", TWO_NODES_2003),
    passes("each on a disk of its own", FOUR_NODES_2003),
    passes("in a disk mounted on the other one", TWO_NODES_2003).without(&["disks[Disk T:].letter"]).with(
        r#"
            disks = [{ name = "Disk T:", mounted_on = "Disk S:" }]
            virtual_servers = [{ name = "EVS1", smtp_log_path = 'S:\Logs\Smtp' }]
            "#,
    ),
    passes("a virtual server without a disk is the matter of another rule", TWO_NODES_2003)
        .without(&["groups[EVS1 Group].resources[Disk S:]", "groups[EVS1 Group].resources[Disk T:]"]),
    fails("in the folder of Windows", TWO_NODES_2003, &["virtual_servers[EVS1].smtp_log_path"])
        .with(r#"virtual_servers = [{ name = "EVS1", smtp_log_path = 'C:\WINDOWS\System32\LogFiles' }]"#),
    fails("on the disk of another virtual server", FOUR_NODES_2003, &["virtual_servers[EVS2].smtp_log_path"])
        .with(r#"virtual_servers = [{ name = "EVS2", smtp_log_path = 'T:\SmtpLog2' }]"#),
    fails("on a share", TWO_NODES_2003, &["virtual_servers[EVS1].smtp_log_path"])
        .with(r#"virtual_servers = [{ name = "EVS1", smtp_log_path = '\\FILES1\SmtpLog' }]"#),
    unknown("the folder of the log is not known", TWO_NODES_2003, &["virtual_servers[EVS1].smtp_log_path"])
        .without(&["virtual_servers[EVS1].smtp_log_path"]),
    unknown("the letter of a disk is not known", TWO_NODES_2003, &["disks[Disk T:].letter"])
        .without(&["disks[Disk T:].letter"]),
];
