//! A missing fact is never a pass: taking any one fact away from a definition never turns a failed or unknown outcome into
//! passed or not applicable, and never makes a finding milder that is still there.
//!
//! Every rule is tried on the reference clusters, on the example fleet, and on every mutation, in each of which one
//! requirement is broken. On the examples of rules only the rule itself is tried: they are the same reference clusters with
//! changes that matter to their own rule, and every rule on every fact of every example would be a hundred times the work.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{fs, path::Path};

use rayon::prelude::*;
use rules_core::{
    Auditor, Finding, Outcome, Plan, Profile, RuleBook, Selector, Severity,
    fleet::{audit_fleet, fleet_facts},
    input::{self, Syntax},
    model::{Cluster, FactPath, Key, PathStep},
    testing::{altered, describe, reference},
};

/// A definition, and which rules are tried on it.
struct Definition {
    name: String,
    cluster: Cluster,
    /// Full names; none: every rule.
    rules: Vec<Selector>,
}

impl Definition {
    fn for_every_rule((name, cluster): (String, Cluster)) -> Self {
        Self { name, cluster, rules: Vec::new() }
    }
}

fn definitions() -> Vec<Definition> {
    let references = reference::ALL
        .iter()
        .map(|it| (it.name.to_owned(), input::read(it.definition, Syntax::Toml).unwrap()));
    let mut all: Vec<Definition> =
        references.chain(fleet()).chain(mutations()).map(Definition::for_every_rule).collect();
    for rule in excluster::book().rules() {
        let rule_name = rule.meta().full_name();
        for example in rule.meta().examples {
            let name = format!("{rule_name}: {}", example.title);
            let rules = vec![rule_name.as_str().into()];
            all.push(Definition { name, cluster: example.cluster().unwrap(), rules });
        }
    }
    all
}

/// The files of a folder of the repository, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let file =
        |path: &Path| (path.file_name()?.to_str().map(str::to_owned)).zip(fs::read_to_string(path).ok());
    files.iter().filter_map(|path| file(path)).collect()
}

fn fleet() -> Vec<(String, Cluster)> {
    let mut all = Vec::new();
    for (name, text) in files("../examples/fleet") {
        match name.rsplit_once('.') {
            Some((_, "toml")) => all.push((name, input::read(&text, Syntax::Toml).unwrap())),
            Some((_, "json")) => all.push((name, input::read(&text, Syntax::Json).unwrap())),
            Some((_, "ndjson")) => {
                let clusters = text.lines().map(|line| input::read(line, Syntax::Json).unwrap());
                let numbered = clusters.zip(1..);
                all.extend(numbered.map(|(cluster, line)| (format!("{name}:{line}"), cluster)));
            }
            _ => {}
        }
    }
    all
}

/// The clusters of `mutations/`: see `mutations.rs`.
fn mutations() -> Vec<(String, Cluster)> {
    let mut all = Vec::new();
    for (file, text) in files("tests/mutations") {
        let table: toml::Table = text.parse().unwrap();
        for mutation in table.get("mutation").and_then(toml::Value::as_array).into_iter().flatten() {
            let text = |key: &str| mutation.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let without = mutation.get("without").and_then(toml::Value::as_array).into_iter().flatten();
            let without: Vec<&str> = without.filter_map(toml::Value::as_str).collect();
            let reference = reference::named(text("cluster")).unwrap();
            let cluster = altered(reference.definition, &without, text("with")).unwrap();
            all.push((format!("{file}, {}: {}", text("row"), text("breaks")), cluster));
        }
    }
    assert!(!all.is_empty(), "the mutations are found");
    all
}

/// What is said about the definition, not about the cluster: without `partial` a list would claim to be complete.
const NO_FACTS: &[Key] = &[Key::format, Key::partial, Key::source];

fn is_settled(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_))
}

/// A finding of the second outcome that was harder in the first.
fn softened<'o>(before: &Outcome, after: &'o Outcome) -> Option<&'o Finding> {
    after.findings().iter().find(|finding| {
        let at = |outcome: &Outcome, path: FactPath| -> Vec<Severity> {
            let here = outcome.findings().iter().filter(|other| other.path == path);
            let mut severities: Vec<_> = here.map(|other| other.severity).collect();
            severities.sort_unstable();
            severities
        };
        let (were, are) = (at(before, finding.path), at(after, finding.path));
        if were.len() == are.len() {
            return were.iter().zip(&are).any(|(was, is)| is < was);
        }
        // One of several at this place may have become unknown: the others are told by what they say.
        let same = |other: &&Finding| other.path == finding.path && other.message == finding.message;
        before.findings().iter().filter(same).any(|other| finding.severity < other.severity)
    })
}

/// What of a definition turned when one fact was taken away: outcomes that were failed or unknown and are passed or not
/// applicable, and findings that are milder.
fn turned(book: &RuleBook, definition: &Definition) -> Vec<String> {
    let Definition { name, cluster, rules } = definition;
    let of = |rules: Vec<Selector>| book.plan(&Profile::strict().select(rules)).unwrap();
    let all = if rules.is_empty() { book.plan(&Profile::strict()).unwrap() } else { of(rules.clone()) };
    let whole = Auditor::new(&all).audit(cluster);
    // Only what is not settled can turn.
    let unsettled = whole.outcomes.iter().filter(|(_, outcome)| !is_settled(outcome));
    let names: Vec<Selector> = unsettled.map(|(rule, _)| rule.full_name().as_str().into()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let plan = of(names);
    let before = Auditor::new(&plan).audit(cluster);
    let mut auditor = Auditor::new(&plan);
    let mut less = cluster.clone();
    let mut turned = Vec::new();
    for path in cluster.fact_paths() {
        if path.steps().any(|step| NO_FACTS.iter().any(|&key| step == PathStep::Key(key))) {
            continue;
        }
        less.without(path, |less| {
            let after = auditor.audit(less);
            for ((rule, before), (_, after)) in before.outcomes.iter().zip(&after.outcomes) {
                if is_settled(after) || softened(before, after).is_some() {
                    turned.push(format!(
                        "{name}\n  without {}\n  {} was {}\n  and is {}",
                        path.names(cluster),
                        rule.full_name(),
                        describe(before, cluster),
                        describe(after, less),
                    ));
                }
            }
        });
    }
    assert!(less == *cluster, "{name} is whole again");
    turned
}

/// What a fleet rule says of a small fleet: whether it finds anything, or lacks anything.
fn is_fleet_settled(plan: &Plan, clusters: &[Cluster]) -> bool {
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
            if is_fleet_settled(&plan, &clusters) {
                return turned;
            }
            for (place, cluster) in clusters.iter().enumerate() {
                for path in cluster.fact_paths() {
                    if path.steps().any(|step| NO_FACTS.iter().any(|&key| step == PathStep::Key(key))) {
                        continue;
                    }
                    let mut less = clusters.clone();
                    less[place].forget(path);
                    if is_fleet_settled(&plan, &less) {
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
fn taking_a_fact_away_never_settles_an_outcome_and_never_softens_a_finding() {
    let book = excluster::book();
    let definitions = definitions();
    let turned: Vec<String> =
        definitions.par_iter().flat_map_iter(|definition| turned(&book, definition)).collect();
    let cases: usize = definitions.iter().map(|definition| definition.cluster.fact_paths().len()).sum();
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
