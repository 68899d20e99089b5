use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, ExchangeVersion::V2007, NodeRef, QuorumKind, WindowsVersion},
    not_applicable, passes, rule,
    testing::reference::{CCR_2007, CCR_2007_WINDOWS_2008, SCC_2007_WINDOWS_2003},
    unknown,
};

use crate::{EXCHANGE_2007, facts::WITNESS_UPDATE};

rule! {
    /// Every node with Windows 2003 knows file share witnesses, by Service Pack 2 or by the update of KB 921181.
    ///
    /// The rule looks at clusters that have a Majority Node Set with a file share witness. Service Pack 2 contains the
    /// update; with Service Pack 1 it has to be installed on each node. On Windows 2008 the witness is part of failover
    /// clustering.
    ///
    /// # Why it matters
    ///
    /// The property `MNSFileShare` means nothing to a node without the update. It counts the nodes alone: when the other
    /// one fails, it stops too, and with it the clustered mailbox server.
    ///
    /// # How to fix it
    ///
    /// Install Service Pack 2 of Windows, or the update, first on the passive node. Restart it, move the clustered
    /// mailbox server there with `Move-ClusteredMailboxServer`, then do the same on the other node. After both, move the
    /// default group to the other node and back, so that the witness takes effect.
    pub static WITNESS_SUPPORTED_BY_WINDOWS = {
        check,
        set: &EXCHANGE_2007,
        name: "witness-supported-by-windows",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2007],
        sources: &[
            Source::Kb(921_181),
            Source::ThirdParty("techgenix.com, installing cluster continuous replication of Exchange 2007, part 2"),
        ],
        basis: Basis::ThirdParty,
        covers: &["QUO-005"],
        examples: EXAMPLES,
    }
}

/// The service pack of Windows 2003 that contains the update.
const SERVICE_PACK: u32 = 2;

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let Some(kind) = findings.need(cluster.quorum().kind()) else { return };
    if *kind != QuorumKind::MajorityNodeSet {
        return findings.not_applicable("the quorum is no Majority Node Set");
    }
    let Some(witness) = findings.need_all(cluster.file_share_witness()) else { return };
    let [witness] = witness[..] else {
        return findings.not_applicable("there is no file share witness");
    };
    for node in findings.each(cluster.nodes_on(WindowsVersion::is_2003)) {
        if lacks_update(node, findings) {
            let message = format!(
                "`{}` has neither Service Pack {SERVICE_PACK} nor KB{WITNESS_UPDATE}, and knows no witness",
                node.name()
            );
            findings.report(node.windows().path(), message).related(witness.path(), "the witness");
        }
    }
}

/// Whether a node is known to be without the service pack and without the update.
fn lacks_update(node: NodeRef<'_>, findings: &mut Findings) -> bool {
    let windows = node.windows();
    let has_update = windows.has_update(WITNESS_UPDATE);
    if has_update.peek() == Some(&true) {
        return false;
    }
    let is_old = findings.need(windows.service_pack()).is_some_and(|pack| *pack.value() < SERVICE_PACK);
    is_old && findings.need(has_update).is_some()
}

const EXAMPLES: &[Example] = &[
    passes("Service Pack 2", CCR_2007),
    passes("Service Pack 1 and the update", CCR_2007).with(
        r#"
        nodes = [
            { name = "NODE1", windows = { service_pack = 1, updates = ["KB921181"] } },
            { name = "NODE2", windows = { service_pack = 1, updates = ["Q921181"] } },
        ]
        "#,
    ),
    passes("which updates there are does not matter with Service Pack 2", CCR_2007)
        .without(&["nodes[NODE1].windows.updates", "nodes[NODE2].windows.updates"]),
    fails("Service Pack 1 on one node", CCR_2007, &["nodes[NODE2].windows"]).with(
        r#"
        nodes = [{ name = "NODE2", windows = { service_pack = 1 } }]
        "#,
    ),
    not_applicable("Windows 2008", CCR_2007_WINDOWS_2008),
    not_applicable("a shared disk", SCC_2007_WINDOWS_2003),
    not_applicable("a third node votes instead", CCR_2007).with(
        r#"
        quorum = { witness = "none" }
        nodes = [{ name = "NODE3", windows = { service_pack = 1 } }]
        "#,
    ),
    unknown("the service pack is not known", CCR_2007, &["nodes[NODE2].windows.service_pack"])
        .without(&["nodes[NODE2].windows.service_pack"]),
    unknown("the updates are not known", CCR_2007, &["nodes[NODE2].windows.updates"])
        .without(&["nodes[NODE2].windows.updates"])
        .with(r#"nodes = [{ name = "NODE2", windows = { service_pack = 1 } }]"#),
    unknown("whether there is a witness is not known", CCR_2007, &["quorum.witness"])
        .without(&["quorum.witness"]),
];
