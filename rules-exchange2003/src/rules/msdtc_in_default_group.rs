use rules_core::{
    Basis, ByArticle, Example, Findings, Severity, Source, Stage, fails,
    model::{
        ClusterRef,
        ExchangeVersion::{V2000, V2003},
        GroupRef, ResourceRef, ResourceType,
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
    /// Deployment Guide wants MSDTC there, and so does the article *Exchange Clustering Basics*, always. KB 243204
    /// prefers a group for MSDTC alone, with a disk, an address and a name of its own, and says that an MSDTC that
    /// works elsewhere may stay. Microsoft's cluster support team accepts the default group, but only where a failure
    /// of MSDTC does not affect the group. So another place is information and no more, even the group of a virtual
    /// server; what MSDTC does when it fails matters more (`exchange2003/msdtc-failure-contained`).
    ///
    /// On Windows 2000 the place is easily an accident: `comclust.exe` puts the resource into the first group, by the
    /// alphabet, that has an address, a network name and a disk. Where one MSDTC is in the default group, a second one
    /// elsewhere is reported by `cluster/one-msdtc-resource`.
    ///
    /// # Why it matters
    ///
    /// MSDTC needs a disk and a name. The default group has both, and it is always online somewhere, which Exchange
    /// Setup relies on. In the group of a virtual server, MSDTC keeps its log on a disk of Exchange and goes offline with
    /// it: the disk cannot be replaced, nor the virtual server retired, without breaking MSDTC.
    ///
    /// # How to fix it
    ///
    /// An MSDTC that works can stay where it is, above all on a cluster in production: clear *Affect the group* in its
    /// properties (`cluster res "MSDTC" /prop RestartAction=1`), and leave it there.
    ///
    /// Otherwise move it while nobody installs anything and no transaction is open. Nothing of a virtual server depends
    /// on it.
    ///
    /// On Windows 2003 take the MSDTC resource offline, remove its dependencies, move it with *Change Group* in Cluster
    /// Administrator, make it depend on the name and the disk of the default group, and bring it online; if it does not
    /// start there, its log is on the old disk, and KB 243204 says how to make one anew.
    ///
    /// On Windows 2000 see that the group that is to hold MSDTC has an address, a name and a disk, and comes first by
    /// the alphabet (a group can be renamed for the moment); take the MSDTC resource offline and delete it, run
    /// `comclust.exe -r` and then `comclust.exe` on each node, one after the other, as KB 243204 describes.
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
            Source::Kb(290_624),
            Source::Microsoft("Ask the Core Team, \"Top 10 Best Practice Tips for Windows Server 2003 Cluster Service\""),
            Source::TechNet("aa997579", "MSDTC Outages Will Affect Cluster Group"),
        ],
        basis: Basis::Microsoft,
        covers: &["DTC-003", "DTC-008"],
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
    let is_in_place = |msdtc: &ResourceRef<'_>| msdtc.group().path() == default_group.path();
    if msdtcs.iter().any(is_in_place) {
        return;
    }
    for msdtc in msdtcs {
        let group = msdtc.group();
        let beside = if has_exchange(group) { " together with Exchange" } else { "" };
        let names = (msdtc.name(), group.name(), default_group.name());
        let message = format!("`{}` is in the group `{}`{beside}, not in `{}`", names.0, names.1, names.2);
        findings
            .report(msdtc.path(), message)
            .by_article(ByArticle::Severity(Severity::Warning))
            .related(default_group.path(), "the default group");
    }
}

fn has_exchange(group: GroupRef<'_>) -> bool {
    let exchange = group.resources().whose(|resource| resource.r#type(), ResourceType::is_exchange);
    !exchange.peek().is_empty()
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
    passes("a second one elsewhere, which is another rule's finding", TWO_NODES_2003).with(
        r#"
        [[groups]]
        name = "EVS1 Group"
        resources = [{ name = "MSDTC 2", type = "Distributed Transaction Coordinator" }]
        "#,
    ),
    fails("together with a virtual server", TWO_NODES_2000, &["groups[EVS1 Group].resources[MSDTC]"])
        .without(&["groups[Cluster Group].resources[MSDTC]"])
        .with(
            r#"
            [[groups]]
            name = "EVS1 Group"
            resources = [{ name = "MSDTC", type = "Distributed Transaction Coordinator" }]
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
