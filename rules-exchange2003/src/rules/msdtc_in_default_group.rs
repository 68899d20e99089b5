use rules_core::{
    Basis, ByArticle, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        ResourceType,
    },
    not_applicable, passes, rule,
    testing::reference::{FOUR_NODES_2003, TWO_NODES_2000, TWO_NODES_2003},
    unknown,
};

use crate::EXCHANGE_2003;

rule! {
    /// The MSDTC resource is in the default group.
    ///
    /// The default group is the one with the cluster's own name, called *Cluster Group* in English. The Exchange 2003
    /// Deployment Guide wants MSDTC there, and the article always does. KB 243204 prefers a group for MSDTC alone, with
    /// a disk, an address and a name of its own, and says that an MSDTC that works elsewhere may stay. Microsoft's
    /// cluster support team accepts the default group, but only where a failure of MSDTC does not affect the group. So
    /// another place is worth a note and no more; what MSDTC does when it fails matters more.
    ///
    /// # Why it matters
    ///
    /// MSDTC needs a disk and a name. The default group has both, and it is always online somewhere, which Exchange
    /// Setup relies on. In the group of a virtual server, MSDTC comes and goes with it, and takes it along when it
    /// fails.
    ///
    /// # How to fix it
    ///
    /// An MSDTC with a group of its own can stay: waive the finding. Otherwise, while nobody installs anything, take
    /// the MSDTC resource offline, remove its dependencies, move it with *Change Group* in Cluster Administrator, make
    /// it depend on the name and the disk of the default group, and bring it online; if it does not start there, its
    /// log is on the old disk, and KB 243204 says how to make one anew. Then clear *Affect the group* in its properties
    /// (`cluster res "MSDTC" /prop RestartAction=1`).
    pub static MSDTC_IN_DEFAULT_GROUP = {
        check,
        set: &EXCHANGE_2003,
        name: "msdtc-in-default-group",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: &[V2000, V2003],
        sources: &[
            Source::Article("step 2 and best practice 6"),
            Source::Microsoft("Exchange Server 2003 Deployment Guide, table 3, on running Setup on a cluster server"),
            Source::Kb(243_204),
            Source::Microsoft("Ask the Core Team, \"Top 10 Best Practice Tips for Windows Server 2003 Cluster Service\""),
            Source::TechNet("aa997579", "MSDTC Outages Will Affect Cluster Group"),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-003"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let msdtcs = findings.each(cluster.resources_of(&ResourceType::Msdtc));
    if msdtcs.is_empty() {
        return findings.not_applicable("there is no MSDTC resource");
    }
    let [default_group] = findings.each(cluster.default_group())[..] else {
        return findings.not_applicable("there is no default group");
    };
    for msdtc in msdtcs {
        let group = msdtc.group();
        if group.path() != default_group.path() {
            let names = (msdtc.name(), group.name(), default_group.name());
            let message = format!("`{}` is in the group `{}`, not in `{}`", names.0, names.1, names.2);
            findings
                .report(msdtc.path(), message)
                .by_article(ByArticle::Severity(Severity::Warning))
                .related(default_group.path(), "the default group");
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("in the default group", TWO_NODES_2003),
    passes("in the default group of a Windows 2000 cluster", TWO_NODES_2000),
    passes("a default group with a German name", TWO_NODES_2003).without(&["groups[Cluster Group]"]).with(
        r#"
        [[groups]]
        name = "Clustergruppe"
        resources = [
            { name = "Clustername", type = "Network Name", parameters = { name = "MAILCLU1" } },
            { name = "MSDTC", type = "Distributed Transaction Coordinator" },
        ]
        "#,
    ),
    fails("in a group of its own", TWO_NODES_2003, &["groups[MSDTC Group].resources[MSDTC]"])
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(
            r#"
            [[groups]]
            name = "MSDTC Group"
            resources = [{ name = "MSDTC", type = "Distributed Transaction Coordinator" }]
            "#,
        ),
    not_applicable("no MSDTC resource", FOUR_NODES_2003).without(&["groups[Cluster Group].resources[MSDTC]"]),
    not_applicable("no group has the cluster's name or its quorum", TWO_NODES_2003).without(&[
        "groups[Cluster Group].resources[Cluster Name]",
        "groups[Cluster Group].resources[Disk Q:]",
    ]),
    unknown(
        "neither the cluster's name nor its quorum tells the default group",
        TWO_NODES_2003,
        &["quorum.resource"],
    )
    .without(&["groups[Cluster Group].resources[Cluster Name]", "quorum.resource"]),
    unknown("no groups", TWO_NODES_2003, &["groups"]).without(&["groups"]),
    unknown("a resource without a type", TWO_NODES_2003, &["groups[Cluster Group].resources[MSDTC].type"])
        .without(&["groups[Cluster Group].resources[MSDTC].type"]),
];
