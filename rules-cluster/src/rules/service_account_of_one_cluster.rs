use rules_core::{
    Basis, EVERY_VERSION, Severity, Source, Stage,
    fleet::{
        FleetExample, FleetFindings, Holders, Triples, fleet_fails, fleet_incomplete, fleet_passes, folded,
        kept, member, parts,
    },
    fleet_rule,
    model::{AccountKind, At, ClusterRef, ServiceAccount},
    testing::reference::{CCR_2007_WINDOWS_2008, SECOND_2003, TWO_NODES_2003},
};

use crate::CLUSTER;

fleet_rule! {
    /// Each cluster has a Cluster service account of its own.
    ///
    /// The rule compares the accounts of the Cluster service on nodes with Windows 2000 and 2003; Windows Server
    /// 2008 has none. `DOMAIN\name` and a user principal name are one account if the DNS name of the domain begins
    /// with its NetBIOS name, or `directory.domains` says so. Accounts of one computer (Local System, local users)
    /// are not compared.
    ///
    /// # Why it matters
    ///
    /// An account that is locked out, or whose password expires, stops the Cluster service of every cluster that
    /// uses it; a change of its password has to reach all nodes of all of them at once. Who takes over one node
    /// gets the rights of the account on all the others.
    ///
    /// # How to fix it
    ///
    /// Make an account for each cluster, with the rights of the old one on its nodes and no more. Changing the
    /// account means stopping the Cluster service on all nodes of a cluster, so plan an outage for each;
    /// `cluster/service-account-is-local-admin` describes the steps. Do not change the password of the shared
    /// account, nor take its rights away, before the last cluster has its own.
    pub static SERVICE_ACCOUNT_OF_ONE_CLUSTER = {
        collect,
        judge,
        set: &CLUSTER,
        name: "service-account-of-one-cluster",
        severity: Severity::Information,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("what one account can stop should be one cluster")],
        basis: Basis::Practice,
        covers: &["ACC-009"],
        fleets: EXAMPLES,
    }
}

fn collect(cluster: ClusterRef<'_>, triples: &mut Triples) {
    for node in triples.each(cluster.nodes().members()) {
        if node.windows().version().peek().is_some_and(|version| version.is_2008()) {
            continue;
        }
        let kind = node.account_fact(At::<ServiceAccount>::kind);
        if matches!(kind.peek(), Some(AccountKind::LocalSystem | AccountKind::LocalUser)) {
            continue;
        }
        let Some(account) = triples.need(node.cluster_account()) else { continue };
        let written = account.as_str();
        let by_domain = written.split_once('\\').map(|(domain, user)| (user, domain));
        let (user, domain) = by_domain.or_else(|| written.rsplit_once('@')).unwrap_or((written, ""));
        let domain = match domain {
            "" => triples.domain(cluster),
            domain => cluster.domain_key(&domain.into()),
        };
        triples.hold(folded(user), format!("{domain} {}", kept(written)), account.path());
    }
}

fn judge(holders: &Holders<'_>, findings: &mut FleetFindings) {
    for group in holders.by_domain(|value| parts::<2>(value)[0]) {
        let clusters = group.clusters();
        if clusters > 1 {
            let [_, account] = parts(group.list[0].value);
            let message =
                format!("`{account}` is the Cluster service account of {clusters} clusters{}", group.doubt());
            findings.report(&group.list, message);
        }
    }
}

const EXAMPLES: &[FleetExample] = &[
    fleet_passes("an account for each cluster", &[member(TWO_NODES_2003, ""), member(SECOND_2003, "")]),
    fleet_passes(
        "Windows 2008 has no such account",
        &[member(TWO_NODES_2003, ""), member(CCR_2007_WINDOWS_2008, r#"name = "MAILCLU2""#)],
    ),
    fleet_passes(
        "local users, which are of one computer each",
        &[
            member(TWO_NODES_2003, r#"service_account = { name = "cluster", kind = "local-user" }"#),
            member(SECOND_2003, r#"service_account = { name = "cluster", kind = "local-user" }"#),
        ],
    ),
    fleet_passes(
        "accounts of two domains",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r"service_account = { name = 'BRANCH\clustersvc' }"),
        ],
    ),
    fleet_fails(
        "one account for two clusters, once as a UPN",
        &[
            member(TWO_NODES_2003, ""),
            member(SECOND_2003, r#"service_account = { name = "ClusterSvc@corp.example.com" }"#),
        ],
        &[&["1: service_account.name", "2: service_account.name"]],
    ),
    fleet_incomplete(
        "an account that is not known",
        &[member(TWO_NODES_2003, ""), member(SECOND_2003, "").without(&["service_account.name"])],
        &["2: service_account.name"],
    ),
];
