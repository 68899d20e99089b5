//! A missing fact is never a pass: taking any one fact away from any example definition never turns a failed or
//! unknown outcome into passed or not applicable.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{fs, path::Path};

use rayon::prelude::*;
use rules_core::{
    Outcome, Plan, Profile, RuleBook, Selector, audit_cluster,
    fleet::{audit_fleet, fleet_facts},
    input::{self, Syntax},
    model::{Cluster, Key, PathStep},
    testing::{describe, reference},
};

/// The definitions that rules are shown on, the reference clusters and the example fleet, by name.
fn definitions() -> Vec<(String, Cluster)> {
    let mut all: Vec<(String, Cluster)> = reference::ALL
        .iter()
        .map(|it| (it.name.to_owned(), input::read(it.definition, Syntax::Toml).unwrap()))
        .collect();
    for rule in excluster::book().rules() {
        for example in rule.meta().examples {
            let name = format!("{}: {}", rule.meta().full_name(), example.title);
            all.push((name, example.cluster().unwrap()));
        }
    }
    all.extend(fleet());
    all
}

fn fleet() -> Vec<(String, Cluster)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fleet");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => all.push((name, input::read(&text, Syntax::Toml).unwrap())),
            Some("json") => all.push((name, input::read(&text, Syntax::Json).unwrap())),
            Some("ndjson") => {
                let clusters = text.lines().map(|line| input::read(line, Syntax::Json).unwrap());
                all.extend(
                    clusters.enumerate().map(|(line, cluster)| (format!("{name}:{}", line + 1), cluster)),
                );
            }
            _ => {}
        }
    }
    all
}

/// What is said about the definition, not about the cluster: without `partial` a list would claim to be complete.
const NO_FACTS: &[Key] = &[Key::format, Key::partial, Key::source];

/// The outcomes that turned from failed or unknown into passed or not applicable when one fact was taken away.
fn turned(book: &RuleBook, name: &str, cluster: &Cluster) -> Vec<String> {
    let settled = |outcome: &Outcome| matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_));
    let all = book.plan(&Profile::recommended()).unwrap();
    let whole = audit_cluster(&all, cluster);
    // Only what is not settled can turn.
    let unsettled = whole.outcomes.iter().filter(|(_, outcome)| !settled(outcome));
    let names: Vec<Selector> = unsettled.map(|(rule, _)| rule.full_name().as_str().into()).collect();
    let Some(plan) = (!names.is_empty()).then(|| book.plan(&Profile::recommended().select(names)).unwrap())
    else {
        return Vec::new();
    };
    let mut turned = Vec::new();
    for path in cluster.fact_paths() {
        if path.steps().any(|step| NO_FACTS.iter().any(|&key| step == PathStep::Key(key))) {
            continue;
        }
        let mut less = cluster.clone();
        less.forget(path);
        for (rule, after) in audit_cluster(&plan, &less).outcomes {
            if settled(&after) {
                let before = whole.outcome(&rule.full_name()).unwrap();
                turned.push(format!(
                    "{name}\n  without {}\n  {} was {}\n  and is {}",
                    path.names(cluster),
                    rule.full_name(),
                    describe(before, cluster),
                    describe(&after, &less),
                ));
            }
        }
    }
    turned
}

/// What a fleet rule says of a small fleet: whether it finds anything, or lacks anything.
fn is_settled(plan: &Plan, clusters: &[Cluster]) -> bool {
    let lacks =
        |cluster: &Cluster| fleet_facts(plan, cluster).rules.iter().any(|facts| !facts.missing.is_empty());
    audit_fleet(plan, clusters).findings().next().is_none() && !clusters.iter().any(lacks)
}

#[test]
fn taking_a_fact_away_never_settles_what_is_between_clusters() {
    let book = excluster::book();
    let rules: Vec<_> = book.fleet_rules().collect();
    let examples = rules.iter().flat_map(|rule| rule.meta().fleets.iter().map(move |it| (rule.meta(), it)));
    let turned: Vec<String> = examples
        .collect::<Vec<_>>()
        .par_iter()
        .flat_map_iter(|(rule, example)| {
            let name = rule.full_name();
            let plan = book.plan(&Profile::strict().select([name.as_str().into()])).unwrap();
            let clusters = example.clusters().unwrap();
            let mut turned = Vec::new();
            if is_settled(&plan, &clusters) {
                return turned;
            }
            for (place, cluster) in clusters.iter().enumerate() {
                for path in cluster.fact_paths() {
                    if path.steps().any(|step| NO_FACTS.iter().any(|&key| step == PathStep::Key(key))) {
                        continue;
                    }
                    let mut less = clusters.clone();
                    less[place].forget(path);
                    if is_settled(&plan, &less) {
                        let path = path.names(cluster);
                        turned.push(format!("{name}: {}: without {}: {path}", example.title, place + 1));
                    }
                }
            }
            turned
        })
        .collect();
    assert!(turned.is_empty(), "{} fleets turned:\n{}", turned.len(), turned.join("\n"));
}

#[test]
fn taking_a_fact_away_never_settles_an_outcome() {
    let book = excluster::book();
    let definitions = definitions();
    let turned: Vec<String> =
        definitions.par_iter().flat_map_iter(|(name, cluster)| turned(&book, name, cluster)).collect();
    let cases: usize = definitions.iter().map(|(_, cluster)| cluster.fact_paths().len()).sum();
    println!(
        "{} definitions, {cases} facts taken away one at a time, {} rules",
        definitions.len(),
        book.rules().len()
    );
    assert!(
        turned.is_empty(),
        "{} outcomes turned, among them\n\n{}",
        turned.len(),
        turned[..turned.len().min(40)].join("\n\n")
    );
}
