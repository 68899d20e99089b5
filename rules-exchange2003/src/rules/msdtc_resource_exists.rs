use rules_core::{
    Basis, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        GroupRef, LeadingTo, ResourceType,
    },
    passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The cluster has an MSDTC resource that depends on a disk and on a network name.
    ///
    /// The Distributed Transaction Coordinator is made separately, before Exchange is installed: on Windows 2000 by
    /// `comclust.exe` on every node, on Windows 2003 as a cluster resource. A disk and a network name must be among
    /// what it depends on, directly or through others; the Cluster service does not bring it online otherwise.
    ///
    /// A missing MSDTC is an error where a node has no Exchange yet, so that Setup is still to come, and a warning on a
    /// running cluster: only Setup and service packs use it, and Exchange runs without. A node that may own none of the
    /// Exchange resources of a running cluster is there for its vote only, and no Setup is expected on it. Where it is
    /// not known whether a node has Exchange, Setup may be still to come, and the missing MSDTC is an error. Whether
    /// MSDTC was online when Setup needed it is for `exchange2003/msdtc-online-at-setup` to say.
    ///
    /// # Why it matters
    ///
    /// Setup registers components of Exchange in a transaction that MSDTC coordinates. On a cluster node it looks for
    /// the clustered one, and stops where there is none. A running cluster meets that at its next service pack, in the
    /// middle of a maintenance window.
    ///
    /// # How to fix it
    ///
    /// Windows 2003: in Cluster Administrator, create a resource of the type *Distributed Transaction Coordinator* in
    /// the default group, dependent on its network name and its disk (`cluster res "MSDTC" /create /group:"Cluster
    /// Group" /type:"Distributed Transaction Coordinator"`, then `/adddep` for both), clear *Affect the group*, and
    /// bring it online. To add a dependency that is missing, take the MSDTC resource offline first.
    ///
    /// Windows 2000: run `comclust.exe` on each node, one after the other. It takes the first group with an address, a
    /// name and a disk, which should be the default group.
    pub static MSDTC_RESOURCE_EXISTS = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-resource-exists",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 2"),
            Source::TechNet("aa997638", "MSDTC Appears to Be Missing from a Cluster"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, table 3, on running Setup on a cluster server"),
            Source::TechNet("cc778140", "Checklist: Installing a Distributed Transaction Coordinator resource"),
            Source::Kb(290_624),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-001", "DTC-005"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let msdtcs = cluster.resources_of(&ResourceType::Msdtc);
    if !msdtcs.peek().is_empty() {
        for group in findings.each(cluster.groups()) {
            can_come_online(group, findings);
        }
    } else if findings.need_all(msdtcs).is_some() {
        let awaiting_setup =
            cluster.nodes().whose(|node| node.has_exchange(), |has| !has).filter(|node| !node.is_voter());
        let report = findings.report(cluster.groups().path(), "no resource is an MSDTC");
        match (awaiting_setup.peek(), awaiting_setup.gaps()) {
            ([], []) => {
                report.at_most(Severity::Warning);
            }
            // Setup may be still to come.
            ([], _) => {}
            ([node, ..], _) => {
                report.related(node.path(), "Exchange is not installed here yet");
            }
        }
    }
}

fn can_come_online(group: GroupRef<'_>, findings: &mut Findings) {
    let msdtcs = findings.each(group.resources_of(&ResourceType::Msdtc));
    if msdtcs.is_empty() {
        return;
    }
    let is_network_name = |kind: &ResourceType| *kind == ResourceType::NetworkName;
    let graph = group.dependencies();
    let disks = graph.leading_to(|resource| resource.r#type(), ResourceType::is_storage);
    let names = graph.leading_to(|resource| resource.r#type(), is_network_name);
    for msdtc in msdtcs {
        let mut lacks = |leading: &LeadingTo<'_>| {
            let found = leading.from(msdtc);
            found.peek().is_empty() && findings.need_all(found).is_some()
        };
        let what = match (lacks(&disks), lacks(&names)) {
            (true, true) => "disk and on no network name",
            (true, false) => "disk",
            (false, true) => "network name",
            (false, false) => continue,
        };
        let message = format!("`{}` depends on no {what}", msdtc.name());
        findings.report(msdtc.depends_on().path(), message);
    }
}

const EXAMPLES: &[Example] = &[
    passes("made in the default group", TWO_NODES_2003),
    passes("made by comclust", TWO_NODES_2000),
    passes("four nodes share it", FOUR_NODES_2003),
    passes("the disk through a mount point", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "Cluster Group"
        resources = [
            { name = "Mount Point", type = "Physical Disk", depends_on = ["Disk Q:"] },
            { name = "MSDTC", depends_on = ["Mount Point", "Cluster Name"] },
        ]
        "#,
    ),
    fails("missing on a running cluster", TWO_NODES_2003, &["groups"])
        .without(&["groups[Cluster Group].resources[MSDTC]"]),
    fails("missing before Setup", TWO_NODES_2003, &["groups"])
        .without(&[
            "groups[Cluster Group].resources[MSDTC]",
            "nodes[NODE1].exchange",
            "nodes[NODE2].exchange",
        ])
        .with(
            r#"
            [[nodes]]
            name = "NODE1"
            exchange = { installed = false }

            [[nodes]]
            name = "NODE2"
            exchange = { installed = false }
            "#,
        ),
    fails("missing where a node that only votes has no Exchange: a warning", TWO_NODES_2003, &["groups"])
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(r#"nodes = [{ name = "NODE3", exchange = { installed = false } }]"#),
    fails("missing where Setup may be still to come", TWO_NODES_2003, &["groups"])
        .without(&["groups[Cluster Group].resources[MSDTC]", "nodes[NODE1].exchange"]),
    fails(
        "it depends on the network name only",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[MSDTC].depends_on"],
    )
    .with(
        r#"
            [[groups]]
            name = "Cluster Group"
            resources = [{ name = "MSDTC", depends_on = ["Cluster Name"] }]
            "#,
    ),
    fails("it depends on nothing", TWO_NODES_2000, &["groups[Cluster Group].resources[MSDTC].depends_on"])
        .with(
            r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MSDTC", depends_on = [] }]
        "#,
        ),
    unknown("groups that are not all known", TWO_NODES_2003, &["groups"])
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(r#"partial = ["groups"]"#),
    unknown(
        "what it depends on is not known",
        TWO_NODES_2003,
        &["groups[Cluster Group].resources[MSDTC].depends_on"],
    )
    .without(&["groups[Cluster Group].resources[MSDTC].depends_on"]),
];
