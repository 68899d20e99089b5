//! The pages on the article and the catalogue say what the rule book says.

use std::{collections::BTreeSet, fs, path::Path};

use rules_core::{RuleBook, RuleMeta};

/// The statements of the article, in its order.
const STATEMENTS: &[&str] = &[
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P9a", "P10", "P11", "P12", "P12a", "P13", "P14",
    "P15", "F1", "F2a", "F2b", "F3", "F4", "F5", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "L1", "L2", "L3",
    "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "L14",
];

/// What `docs/catalogue.md` says of its confidence in a row.
const CONFIDENCE: &[&str] = &["read", "partly read", "third-party", "article", "memory", "derived"];

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of those tables of a page that have this many columns: their cells, without the heads.
fn rows(page: &str, columns: usize) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = page.lines().collect();
    lines
        .split(|line| !line.starts_with('|'))
        .flat_map(|table| table.iter().skip(2))
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == columns)
        .collect()
}

/// The words that a text sets in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn rules(book: &RuleBook) -> Vec<&RuleMeta> {
    book.metas()
}

#[test]
fn every_statement_of_the_article_has_one_row() {
    let page = page("article.md");
    let statements: Vec<&str> = rows(&page, 5).iter().map(|cells| cells[0]).collect();
    assert_eq!(statements, STATEMENTS);
}

#[test]
fn every_statement_is_served_by_rules_at_their_severity() {
    let (page, book) = (page("article.md"), excluster::book());
    for cells in rows(&page, 5) {
        let [statement, _, served_by, severity, _] = cells[..] else { unreachable!("five columns") };
        let serving: Vec<&RuleMeta> = quoted(served_by)
            .map(|name| book.find(name).unwrap_or_else(|error| panic!("{statement}: {error}")))
            .collect();
        let worst = serving.iter().map(|rule| rule.severity.as_str()).max_by_key(|severity| {
            ["information", "warning", "error"].iter().position(|other| other == severity)
        });
        assert_eq!(severity, worst.unwrap_or_default(), "{statement}: the severity of {served_by}");
        assert!(
            !serving.is_empty() || served_by == "runbook, planned",
            "{statement} names neither a rule nor the runbook: {served_by}"
        );
    }
}

#[test]
fn every_rule_name_in_the_article_is_in_the_book() {
    let (page, book) = (page("article.md"), excluster::book());
    let sets: BTreeSet<&str> = rules(&book).iter().map(|rule| rule.set.name).collect();
    let is_rule = |text: &&str| text.split_once('/').is_some_and(|(set, _)| sets.contains(set));
    for name in quoted(&page).filter(is_rule) {
        assert!(book.find(name).is_ok(), "no rule is called `{name}`");
    }
}

#[test]
fn the_catalogue_has_the_rows_that_rules_cover() {
    let (page, book) = (page("catalogue.md"), excluster::book());
    let written: Vec<&str> = rows(&page, 6).iter().map(|cells| cells[0]).collect();
    let rows: BTreeSet<&str> = written.iter().copied().collect();
    assert_eq!(rows.len(), written.len(), "a row of the catalogue is there twice");
    let covered: BTreeSet<&str> = rules(&book).iter().flat_map(|rule| rule.covers).copied().collect();
    let missing: Vec<_> = covered.difference(&rows).collect();
    assert!(missing.is_empty(), "rules cover rows that the catalogue does not have: {missing:?}");
    let idle: Vec<_> = rows.difference(&covered).collect();
    assert!(idle.is_empty(), "no rule covers these rows of the catalogue: {idle:?}");
}

#[test]
fn the_catalogue_keeps_to_its_words() {
    let page = page("catalogue.md");
    for cells in rows(&page, 6) {
        let [row, requirement, versions, severity, sources, confidence] = cells[..] else {
            unreachable!("six columns")
        };
        for (what, text) in [("requirement", requirement), ("versions", versions)] {
            assert!(!text.is_empty(), "{row} has no {what}");
        }
        let worst = severity.split(" (").next().unwrap_or_default();
        assert!(
            ["error", "warning", "information", "never reported"].contains(&worst),
            "{row}: the severity `{severity}`"
        );
        for part in confidence.split("; ") {
            let word = part.split(" (").next().unwrap_or_default();
            assert!(CONFIDENCE.contains(&word), "{row}: the confidence `{word}`");
        }
        let needs_none = matches!(confidence, "memory" | "derived");
        assert!(needs_none || !sources.is_empty(), "{row} is {confidence}, but names no source");
        assert!(confidence != "memory" || worst != "error", "{row} is an error from memory");
    }
}
