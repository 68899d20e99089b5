//! Profiles: what each of them has on, and whose words it judges by.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::{
    BaseProfile, Profile, Severity, audit_cluster,
    testing::{altered, reference::TWO_NODES_2003},
};

/// The full names of the rules that a profile has on.
fn rules(base: BaseProfile) -> Vec<String> {
    let plan = excluster::book().plan(&base.into()).unwrap();
    plan.rules().map(|rule| rule.meta().full_name()).collect()
}

/// The severities of what a rule finds in a cluster under a profile.
fn severities(base: BaseProfile, rule: &str, with: &str) -> Vec<Severity> {
    let cluster = altered(TWO_NODES_2003, &[], with).unwrap();
    let plan = excluster::book().plan(&Profile::from(base).select([rule.into()])).unwrap();
    audit_cluster(&plan, &cluster).findings().map(|(_, finding)| finding.severity).collect()
}

#[test]
fn strict_has_every_rule_and_the_others_have_parts_of_it() {
    let strict = rules(BaseProfile::Strict);
    assert_eq!(strict.len(), excluster::book().rules().len());
    for base in [BaseProfile::Article, BaseProfile::Recommended, BaseProfile::Build] {
        let part = rules(base);
        assert!(part.len() < strict.len() && part.iter().all(|rule| strict.contains(rule)), "{base:?}");
    }
}

#[test]
fn recommended_leaves_out_best_practices_that_the_article_does_not_name() {
    let book = excluster::book();
    for rule in book.rules().map(rules_core::Rule::meta) {
        let is_practice = rule.severity == Severity::Information && !rule.is_in_article();
        assert_eq!(BaseProfile::Recommended.contains(rule), !is_practice, "{}", rule.full_name());
    }
    assert!(rules(BaseProfile::Recommended).contains(&"cluster/identical-hardware".to_owned()));
}

#[test]
fn build_judges_what_comes_before_setup() {
    let build = rules(BaseProfile::Build);
    assert!(build.contains(&"exchange2003/msdtc-resource-exists".to_owned()));
    assert!(!build.contains(&"exchange2003/mta-once-per-cluster".to_owned()));
}

#[test]
fn the_article_is_held_to_its_words() {
    let by_hand = r#"dns = { dynamic_updates = false, host_records = ["mailclu1", "evs1"] }"#;
    let address = r#"virtual_servers = [{ name = "EVS1", client_endpoints = ["192.0.2.21"] }]"#;
    let elsewhere = r#"
        [[groups]]
        name = "Cluster Group"
        resources = [{ name = "MSDTC", type = "Generic Service", parameters = { service_name = "Spooler" } }]
        [[groups]]
        name = "MSDTC Group"
        resources = [{ name = "MSDTC 2", type = "Distributed Transaction Coordinator" }]
    "#;
    for (rule, with, recommended, article) in [
        ("dns-accepts-dynamic-updates", by_hand, Some(Severity::Information), Some(Severity::Error)),
        ("clients-use-virtual-server", address, Some(Severity::Information), None),
        ("msdtc-in-default-group", elsewhere, Some(Severity::Information), Some(Severity::Warning)),
    ] {
        for (base, expected) in [(BaseProfile::Recommended, recommended), (BaseProfile::Article, article)] {
            let expected: Vec<Severity> = expected.into_iter().collect();
            assert_eq!(severities(base, rule, with), expected, "{rule} under {base:?}");
        }
    }
}
