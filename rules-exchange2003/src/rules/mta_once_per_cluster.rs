use rules_core::{
    Basis, Example, Findings, Severity, Source, fails,
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
    /// The cluster has one Message Transfer Agent, with its first virtual server.
    ///
    /// Creating the System Attendant of the first virtual server brings the MTA resource with it. Every later virtual
    /// server uses that one: the MTA runs once in a cluster, on whichever node owns its group.
    ///
    /// # Why it matters
    ///
    /// Without an MTA, mail to Exchange 5.5 servers, X.400 connectors and some gateways stays in the queues of every
    /// virtual server. Two of them are not supported: they share one queue folder and one identity.
    ///
    /// # How to fix it
    ///
    /// A missing MTA cannot be made alone. Take the first virtual server offline, delete its System Attendant
    /// *resource* in Cluster Administrator and create it again with the same data path: mailboxes and settings stay
    /// where they are, and the MTA comes back (KB 922254). Never choose *Remove Exchange Virtual Server* for this: that
    /// destroys the server object.
    ///
    /// A second MTA: delete the MTA resource that is not in the group of the first virtual server.
    pub static MTA_ONCE_PER_CLUSTER = {
        check,
        set: &EXCHANGE_2003,
        name: "mta-once-per-cluster",
        severity: Severity::Error,
        versions: &[V2000, V2003],
        sources: &[Source::Article("limitations 13 and 14"), Source::Kb(259_197), Source::Kb(922_254)],
        basis: Basis::Microsoft,
        covers: &["RES-015"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let evs = cluster.evs();
    if evs.peek().is_empty() {
        if findings.need_all(evs).is_some() {
            findings.not_applicable("there is no virtual server yet: the first one brings the MTA");
        }
        return;
    }
    let mtas = cluster.resources_of(&ResourceType::Mta);
    match mtas.peek() {
        [] => {
            if findings.need_all(mtas).is_some() {
                findings.report(cluster.groups().path(), "no resource is an MTA");
            }
        }
        [first, extra @ ..] => {
            for mta in extra {
                findings
                    .report(mta.path(), format!("`{}` is one MTA too many", mta.name()))
                    .related(first.path(), "the first MTA");
            }
            findings.need_all(mtas);
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("two nodes with one virtual server", TWO_NODES_2003),
    passes("later virtual servers share the first one's", FOUR_NODES_2003),
    fails("an MTA in a second group", FOUR_NODES_2003, &["groups[EVS2 Group].resources[MTA (EVS2)]"]).with(
        r#"
        [[groups]]
        name = "EVS2 Group"
        resources = [{ name = "MTA (EVS2)", type = "Microsoft Exchange Message Transfer Agent" }]
        "#,
    ),
    fails("no MTA at all", TWO_NODES_2000, &["groups"])
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)]"]),
    not_applicable("no virtual server yet", TWO_NODES_2003)
        .with("virtual_servers = []")
        .without(&["groups[EVS1 Group]"]),
    unknown("a resource without a type", TWO_NODES_2003, &["groups[EVS1 Group].resources[MTA (EVS1)].type"])
        .without(&["groups[EVS1 Group].resources[MTA (EVS1)].type"]),
];
