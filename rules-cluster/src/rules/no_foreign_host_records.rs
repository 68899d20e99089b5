use rules_core::{
    Basis, EVERY_VERSION, Example, Findings, Severity, Source, Stage, fails,
    model::{ClusterRef, Evs},
    passes, rule,
    testing::reference::{FOUR_NODES_2003, SCC_2007, TWO_NODES_2003},
    unknown,
};

use crate::CLUSTER;

rule! {
    /// No host record of the cluster or of a virtual server belongs to another account.
    ///
    /// In a zone with secure updates, a host (A) record may be changed by the account that made it. The Cluster
    /// service makes the records of its network names with its own account, or with the computer account of the
    /// name. It cannot change a record that an earlier cluster, a former service account or a stand-alone server
    /// left behind. Records of other names do not matter here.
    ///
    /// # Why it matters
    ///
    /// DNS refuses the update, and the record keeps the old address, to which clients and other servers then go.
    /// If *DNS Registration must succeed* is on, the Network Name does not even come online, and Exchange with it.
    ///
    /// # How to fix it
    ///
    /// Make sure that no other computer uses the name any more. Delete the old record in the DNS console, and wait
    /// until every DNS server of the zone has seen that. Then take the Network Name offline and bring it online
    /// again in a maintenance window, because its virtual server goes offline with it: the name registers anew. A
    /// record that was made by hand on purpose does not count as foreign.
    pub static NO_FOREIGN_HOST_RECORDS = {
        check,
        set: &CLUSTER,
        name: "no-foreign-host-records",
        severity: Severity::Error,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[
            Source::Kb(302_389),
            Source::Microsoft("Windows Server 2003 help, name resolution in server clusters (cc784571)"),
        ],
        basis: Basis::Microsoft,
        covers: &["NAM-007"],
        examples: EXAMPLES,
    }
}

fn check(cluster: ClusterRef<'_>, findings: &mut Findings) {
    let records = findings.each(cluster.dns().foreign_records());
    if records.is_empty() {
        return;
    }
    let virtual_servers = findings.each(cluster.evs()).into_iter().map(Evs::name);
    let names: Vec<_> = std::iter::once(cluster.name())
        .chain(virtual_servers)
        .filter_map(|name| findings.need(name))
        .collect();
    for record in records {
        let Some(host) = record.peek() else { continue };
        for name in &names {
            if findings.need(cluster.is_host(host, name)).is_some_and(|is_host| *is_host) {
                let message = format!("the host record `{host}` belongs to another account");
                findings.report(record.path(), message).related(name.path(), "whose name it is");
            }
        }
    }
}

const EXAMPLES: &[Example] = &[
    passes("no foreign record", FOUR_NODES_2003),
    passes("a record of some other server, and one of another domain", SCC_2007)
        .with(r#"dns = { foreign_records = ["files.corp.example.com", "cms1.branch.example.com"] }"#),
    fails(
        "a record that an earlier cluster left behind",
        TWO_NODES_2003,
        &[r"dns.foreign_records[evs1\.corp\.example\.com]"],
    )
    .with(r#"dns = { foreign_records = ["evs1.corp.example.com"] }"#),
    fails("the cluster's own, by its short name", SCC_2007, &["dns.foreign_records[MAILCLU1]"])
        .with(r#"dns = { foreign_records = ["MAILCLU1"] }"#),
    unknown("nobody looked", TWO_NODES_2003, &["dns.foreign_records"]).without(&["dns.foreign_records"]),
    unknown("the domain of the nodes is not known", TWO_NODES_2003, &["nodes"])
        .without(&["nodes"])
        .with(r#"dns = { foreign_records = ["evs1.corp.example.com"] }"#),
];
