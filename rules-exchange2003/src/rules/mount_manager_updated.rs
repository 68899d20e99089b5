use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2003, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// In a cluster with mount points, Windows 2003 gets an update of its mount manager before its first service pack.
    ///
    /// Exchange's Best Practices Analyzer warns of nodes whose `Mountmgr.sys` is older than a certain update: when they
    /// get Service Pack 1 of Windows Server 2003, mount points may fail. The rule looks at nodes with Windows 2003
    /// without a service pack, in a cluster with disks that are mount points. A node without any update is a warning.
    /// The number of the update could not be found, so a node that has some updates is information only:
    /// it is in order where the right one is among them. Windows 2003 R2 begins with Service Pack 1 and is not judged. Neither is a
    /// node that has a service pack already: the update would come too late.
    ///
    /// # Why it matters
    ///
    /// The databases and logs on a mount point cannot be found when the mount point fails: after the service pack the
    /// virtual server does not come online on that node. Where the service pack went onto all nodes at once, no node is
    /// left to run it.
    ///
    /// # How to fix it
    ///
    /// Back up the databases. Before you install a service pack, get the update of `Mountmgr.sys` that the Analyzer's
    /// article links to, and install it on every node, with the groups moved away. Then install Service Pack 2, the
    /// last one, node by node; move one virtual server to the first node and look at every mount point before you turn
    /// to the next.
    pub static MOUNT_MANAGER_UPDATED = {
        check,
        set: &EXCHANGE_2003,
        name: "mount-manager-updated",
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: &[V2003],
        sources: &[Source::Microsoft("Exchange Best Practices Analyzer, on Mountmgr.sys before Windows Server 2003 Service Pack 1")],
        basis: Basis::Microsoft,
        covers: &["PLT-025"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let nodes = cluster
        .nodes_on(|windows| windows == WindowsVersion::V2003)
        .whose(|node| node.windows().service_pack(), |pack| *pack == 0);
    let nodes = findings.each(nodes);
    if nodes.is_empty() {
        return;
    }
    let mount_points = findings.each(cluster.mount_points());
    let [first, ..] = mount_points[..] else { return };
    for node in nodes {
        let updates = node.windows().updates().members();
        // Any update may be the one that is meant; only a list that is complete and empty says that it is not there.
        let may_be_updated = !updates.peek().is_empty();
        if !may_be_updated && findings.need_all(updates).is_none() {
            continue;
        }
        let name = node.name();
        let message = if may_be_updated {
            format!("`{name}` has no service pack of Windows 2003, and may lack the update for mount points")
        } else {
            format!("`{name}` has neither a service pack of Windows 2003 nor the update for mount points")
        };
        let report = findings.report(node.windows().service_pack().path(), message);
        report.related(first.path(), "a mount point");
        if may_be_updated {
            report.at_most(Severity::Information);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("no mount points, and a service pack", TWO_NODES_2003),
    passes("mount points, and a service pack", TWO_NODES_2003).with(
        r#"
        [[disks]]
        name = "Disk S: Logs"
        mounted_on = "Disk S:"
        "#,
    ),
    passes("no service pack, and no mount points", TWO_NODES_2003).with(
        r#"
        [[nodes]]
        name = "NODE1"
        windows = { service_pack = 0 }
        "#,
    ),
    fails(
        "mount points, and a node without a service pack",
        TWO_NODES_2003,
        &["nodes[NODE2].windows.service_pack"],
    )
    .with(
        r#"
        [[disks]]
        name = "Disk S: Logs"
        mounted_on = "Disk S:"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 0 }
        "#,
    ),
    fails(
        "updates, of which one may be the right one",
        TWO_NODES_2003,
        &["nodes[NODE2].windows.service_pack"],
    )
    .with(
        r#"
        [[disks]]
        name = "Disk S: Logs"
        mounted_on = "Disk S:"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 0, updates = ["KB835732"] }
        "#,
    ),
    unknown("which updates the node has is not known", TWO_NODES_2003, &["nodes[NODE2].windows.updates"])
        .without(&["nodes[NODE2].windows.updates"])
        .with(
            r#"
        [[disks]]
        name = "Disk S: Logs"
        mounted_on = "Disk S:"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 0 }
        "#,
        ),
    not_applicable("Exchange 2000", TWO_NODES_2000),
    unknown("a disk that may be a mount point", TWO_NODES_2003, &["disks[Disk 5].letter"]).with(
        r#"
        [[disks]]
        name = "Disk 5"
        [[nodes]]
        name = "NODE2"
        windows = { service_pack = 0 }
        "#,
    ),
    unknown(
        "the service pack of a node is not known",
        TWO_NODES_2003,
        &["nodes[NODE1].windows.service_pack"],
    )
    .without(&["nodes[NODE1].windows.service_pack"]),
];
