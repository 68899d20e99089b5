//! Rules that compare clusters: in order, in parts, without a walk over all pairs.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::{
    Basis, EVERY_VERSION, FleetRule, Plan, Profile, RuleBook, RuleBookError, RuleMeta, RuleSet, Severity,
    Source, Stage, audit_fleet,
    fleet::{FleetFindings, FleetIndex, FleetPlace, Holders, Triples, clusters, fleet_facts, folded, kept},
    model::{Cluster, ClusterRef, Node},
};

static SITE: RuleSet = RuleSet { name: "site", summary: "rules of these tests" };

/// A rule made at run time: sites have one cluster.
struct OneSite(RuleMeta);

impl FleetRule for OneSite {
    fn meta(&self) -> &RuleMeta {
        &self.0
    }

    fn collect(&self, cluster: ClusterRef<'_>, triples: &mut Triples) {
        for node in triples.each(cluster.nodes()) {
            assert!(node.name().peek().is_none_or(|name| *name != *"BREAK"), "as it was told to");
            if let Some(site) = triples.need(node.site()) {
                triples.hold(folded(site.as_str()), "", site.path());
            }
        }
    }

    fn judge(&self, holders: &Holders<'_>, findings: &mut FleetFindings) {
        assert!(holders.key != "broken", "as it was told to");
        let report = findings.report(&holders.list, format!("{} clusters", clusters(&holders.list)));
        if clusters(&holders.list) == 2 {
            report.at_most(Severity::Information);
        }
    }
}

fn rule(name: &'static str) -> OneSite {
    OneSite(RuleMeta {
        set: &SITE,
        name,
        severity: Severity::Warning,
        stage: Stage::BeforeSetup,
        versions: EVERY_VERSION,
        sources: &[Source::Practice("a test")],
        basis: Basis::Practice,
        covers: &[],
        examples: &[],
        fleets: &[],
        docs: "A rule.",
        file: file!(),
    })
}

fn plan() -> Plan {
    let mut book = RuleBook::default();
    book.add_fleet(rule("one-site")).unwrap();
    book.plan(&Profile::strict()).unwrap()
}

fn cluster(name: &str, sites: &[&str]) -> Cluster {
    let node = |(number, site): (usize, &&str)| Node::default().name(format!("{name}-{number}")).site(*site);
    Cluster::new(name).nodes(sites.iter().enumerate().map(node).collect::<Vec<_>>())
}

#[test]
fn findings_are_in_the_order_of_the_fleet() {
    let fleet = [
        cluster("A", &["Oslo", "Bergen"]),
        cluster("B", &["BERGEN"]),
        cluster("C", &["oslo", "Bergen"]),
        cluster("D", &["Turku", "Turku"]),
    ];
    let plan = plan();
    let report = audit_fleet(&plan, &fleet);
    let findings: Vec<_> = report.findings().map(|(_, finding)| finding).collect();
    let [oslo, bergen] = findings[..] else { panic!("{findings:?}") };
    assert_eq!((oslo.key.as_str(), oslo.severity), ("oslo", Severity::Information));
    assert_eq!((bergen.key.as_str(), bergen.severity), ("bergen", Severity::Warning));
    let places = |place: &FleetPlace| (place.cluster, place.path.names(&fleet[place.cluster]));
    assert_eq!(
        bergen.holders.iter().map(places).collect::<Vec<_>>(),
        [
            (0, "nodes[A-1].site".to_owned()),
            (1, "nodes[B-0].site".to_owned()),
            (2, "nodes[C-1].site".to_owned())
        ]
    );
    assert_eq!(report.outcomes[0].1.participation.compared, 4);
}

#[test]
fn what_could_not_be_compared_is_counted_and_a_break_costs_one_outcome() {
    let nothing = Cluster::new("A").nodes([Node::default(), Node::default()]);
    let plan = plan();
    let report = audit_fleet(&plan, &[nothing, Cluster::new("B"), cluster("C", &["Oslo"])]);
    let participation = &report.outcomes[0].1.participation;
    assert_eq!((participation.compared, participation.incomplete), (1, 2));
    let missing: Vec<_> =
        participation.missing.iter().map(|(kind, clusters)| (kind.pattern(), *clusters)).collect();
    assert_eq!(missing, [("nodes".to_owned(), 1), ("nodes[*].site".to_owned(), 1)]);
    assert_eq!(participation.broken, None);

    for broken in
        [cluster("BREAK", &["Oslo"]).nodes([Node::default().name("BREAK")]), cluster("A", &["broken"])]
    {
        let report = audit_fleet(&plan, &[broken, cluster("B", &["broken"])]);
        let (_, outcome) = &report.outcomes[0];
        assert!(outcome.participation.broken.as_deref().unwrap().starts_with("as it was told to"));
        assert!(outcome.findings.is_empty());
    }
}

#[test]
fn one_key_in_every_cluster_is_no_walk_over_pairs() {
    let plan = plan();
    let facts = fleet_facts(&plan, &cluster("A", &["Oslo"]));
    let triple = &facts.rules[0].triples[0];
    let mut index = FleetIndex::new(&plan);
    for number in 0..200_000_u64 {
        index.add_cluster(Some(u128::from(number / 2) + 1));
        index.note(0, true, [], None);
        index.hold(0, &triple.key, &triple.value, number);
        index.hold(0, &format!("{number}"), "", number);
    }
    let report = index.judge(|cluster, token| (cluster, token));
    let findings: Vec<_> = report.findings().collect();
    let [(_, finding)] = &findings[..] else { panic!("{}", findings.len()) };
    assert_eq!(finding.message, "100000 clusters", "each is defined twice");
    assert_eq!((finding.holders[0], finding.holders[199_999]), ((0, 0), (199_999, 199_999)));
}

#[test]
fn names_that_are_none_are_not_kept_whole() {
    let long = "N".repeat(1 << 20);
    assert!(folded(&long).len() < 2048 && kept(&long).len() < 2048);
    assert_ne!(folded(&long), folded(&format!("{long}x")));
    assert_eq!(folded(&long), folded(&long.to_lowercase()));
    assert_eq!((folded("EVS1").as_str(), &*kept("EVS1")), ("evs1", "EVS1"));
}

#[test]
fn rules_of_both_kinds_share_their_names_and_selectors() {
    let mut book = RuleBook::default();
    book.add_fleet(rule("one-site")).unwrap();
    book.add_fleet(rule("another")).unwrap();
    let error = book.add_fleet(rule("one-site")).unwrap_err();
    assert!(matches!(error, RuleBookError::DuplicateRule { .. }));
    let names: Vec<_> = book.metas().iter().map(|meta| meta.full_name()).collect();
    assert_eq!(names, ["site/another", "site/one-site"]);
    assert_eq!(book.find("one-site").unwrap().name, "one-site");
    let plan = book.plan(&Profile::strict().ignore(["another".into()])).unwrap();
    assert_eq!(plan.fleet_rules().map(|rule| rule.meta().name).collect::<Vec<_>>(), ["one-site"]);
    assert!(plan.contains(book.find("one-site").unwrap()));
}
