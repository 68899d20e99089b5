//! The pages on the article and the catalogue say what the rule book says.

use std::{collections::BTreeSet, fs, path::Path};

use rules_core::{RuleBook, RuleMeta, Severity};

/// The statements of the article, in its order.
const STATEMENTS: &[&str] = &[
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P9a", "P10", "P11", "P12", "P12a", "P13", "P14",
    "P15", "F1", "F2a", "F2b", "F3", "F4", "F5", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "L1", "L2", "L3",
    "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "L14",
];

/// How many rows `docs/catalogue.md` has, with those that are not audited.
const ROWS: usize = 248;

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
        let worst = serving.iter().map(|rule| rule.severity).max();
        assert_eq!(severity, worst.map_or("", Severity::as_str), "{statement}: the severity of {served_by}");
        assert!(
            !serving.is_empty() || served_by == "runbook",
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
fn every_row_of_the_catalogue_is_judged_or_reasoned_away() {
    let (page, book) = (page("catalogue.md"), excluster::book());
    let (judged, reasoned_away) = (rows(&page, 6), rows(&page, 3));
    let written: Vec<&str> = judged.iter().chain(&reasoned_away).map(|cells| cells[0]).collect();
    let all: BTreeSet<&str> = written.iter().copied().collect();
    let covered: BTreeSet<&str> = rules(&book).iter().flat_map(|rule| rule.covers).copied().collect();
    let judging = rules(&book).iter().filter(|rule| !rule.covers.is_empty()).count();
    let left: Vec<&str> = judged.iter().map(|cells| cells[0]).filter(|row| !covered.contains(row)).collect();
    println!(
        "{} rows: {} judged by {judging} rules, {} reasoned away, {} left",
        all.len(),
        judged.len() - left.len(),
        reasoned_away.len(),
        match left.len() {
            0 => "none".to_owned(),
            some => some.to_string(),
        },
    );
    let mut wrong = Vec::new();
    let mut twice = BTreeSet::new();
    for row in &written {
        if !twice.insert(row) {
            wrong.push(format!("{row} is there twice"));
        }
    }
    if !left.is_empty() {
        wrong.push(format!("judged by no rule, and without a reason why not: {}", left.join(", ")));
    }
    wrong.extend(
        covered.difference(&all).map(|row| format!("rules cover {row}, which the page does not have")),
    );
    for cells in &reasoned_away {
        let [row, requirement, reason] = cells[..] else { unreachable!("three columns") };
        if covered.contains(row) {
            wrong.push(format!("{row} is judged by a rule, and is not to be reasoned away"));
        }
        if requirement.is_empty() || reason.is_empty() {
            wrong.push(format!("{row} has no requirement, or no reason why it is not audited"));
        }
    }
    assert!(wrong.is_empty(), "{} things are wrong with the catalogue:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(all.len(), ROWS, "the number of rows");
}

#[test]
fn no_row_of_the_catalogue_is_worse_than_its_rules() {
    let (page, book) = (page("catalogue.md"), excluster::book());
    let mut wrong = Vec::new();
    for cells in rows(&page, 6) {
        let (row, severity) = (cells[0], worst(cells[3]));
        let most =
            rules(&book).iter().filter(|rule| rule.covers.contains(&row)).map(|rule| rule.severity).max();
        let most = most.map_or("", Severity::as_str);
        if !most.is_empty() && rank(severity) > rank(most) {
            wrong.push(format!("{row}: `{severity}`, where its rules report `{most}` at most"));
        }
    }
    assert!(wrong.is_empty(), "{} rows are worse than their rules:\n{}", wrong.len(), wrong.join("\n"));
}

/// The worst severity of a cell: the word before those of milder cases.
fn worst(severity: &str) -> &str {
    severity.split(" (").next().unwrap_or_default()
}

/// The place of a severity among all of them, the mildest first.
fn rank(severity: &str) -> Option<usize> {
    Severity::ALL.iter().position(|other| other.as_str() == severity)
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
        assert!(rank(worst(severity)).is_some(), "{row}: the severity `{severity}`");
        for part in confidence.split("; ") {
            let word = part.split(" (").next().unwrap_or_default();
            assert!(CONFIDENCE.contains(&word), "{row}: the confidence `{word}`");
        }
        let needs_none = matches!(confidence, "memory" | "derived");
        assert!(needs_none || !sources.is_empty(), "{row} is {confidence}, but names no source");
        assert!(confidence != "memory" || worst(severity) != "error", "{row} is an error from memory");
    }
}
