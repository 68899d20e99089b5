//! What the steps say.

use std::collections::BTreeSet;

use rules_core::{
    RuleBook,
    runbook::{How, Phase, Value, can_be_quoted},
};

use super::{REFERENCES, read, runbook};

#[test]
fn every_step_says_why_how_to_see_that_it_worked_and_how_to_take_it_back() {
    let book = RuleBook::of(&[&rules_cluster::CLUSTER, &rules_exchange2003::EXCHANGE_2003]).unwrap();
    for definition in REFERENCES {
        let runbook = runbook(&read(definition));
        let ids: BTreeSet<&str> = runbook.steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids.len(), runbook.steps.len(), "each id is there once");
        let phases: Vec<Phase> = runbook.steps.iter().map(|step| step.phase).collect();
        assert!(phases.is_sorted(), "{phases:?}");
        for step in &runbook.steps {
            let id = &step.id;
            assert!(!step.title.is_empty() && !step.title.ends_with('.'), "{id}: {}", step.title);
            for text in [step.why, &step.check, &step.undo] {
                assert!(text.ends_with('.') && !text.contains("  "), "{id}: {text:?}");
            }
            assert!(!step.how.is_empty(), "{id}");
            for rule in step.proven_by {
                assert!(book.find(rule).is_ok(), "{id}: there is no rule `{rule}`");
            }
            for value in step.how.iter().flat_map(How::values) {
                assert!(
                    matches!(value, Value::Blank { .. }) || can_be_quoted(&value.to_string()),
                    "{id}: {value}"
                );
            }
        }
    }
}

#[test]
fn the_statements_of_the_article_about_the_build_are_followed() {
    let article = include_str!("../../../docs/article.md");
    let followed: BTreeSet<&str> = REFERENCES
        .iter()
        .flat_map(|definition| runbook(&read(definition)).steps)
        .flat_map(|step| step.article)
        .copied()
        .collect();
    for statement in &followed {
        assert!(article.contains(&format!("| {statement} |")), "the article has no {statement}");
    }
    let about_the_build = (1..=14).map(|number| format!("P{number}")).chain(["P9a".into(), "P12a".into()]);
    let left: Vec<String> = about_the_build.filter(|it| !followed.contains(it.as_str())).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_the_definition_does_not_say_is_left_to_be_filled_in() {
    let runbook = runbook(&read(rules_core::testing::reference::TWO_NODES_2003));
    assert_eq!(
        runbook.blanks(),
        [
            ("EVS1_ADMINISTRATIVE_GROUP", "the administrative group of the virtual server"),
            ("EVS1_ROUTING_GROUP", "the routing group of the virtual server"),
        ]
    );
}
