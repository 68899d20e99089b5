//! The proof of the catalogue: one requirement at a time is broken in a good cluster, and exactly the rules that cover
//! the requirement find it. `mutations/` holds what is broken, a file for each part of the catalogue; what came of it
//! stands in `docs/mutations.md`, which this test writes.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod golden;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use rayon::prelude::*;
use rules_core::{
    Outcome, Plan, Profile, audit_cluster,
    model::Cluster,
    testing::{altered, describe, reference},
};
use serde::Deserialize;

/// A file of mutations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutations {
    mutation: Vec<Mutation>,
}

/// One requirement, broken in one good cluster.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    /// The row of the catalogue.
    row: String,
    /// The name of the reference cluster.
    cluster: String,
    /// What is broken, in a few words.
    breaks: String,
    /// What is taken away, as paths by names.
    #[serde(default)]
    without: Vec<String>,
    /// What is laid over the rest, in TOML.
    #[serde(default)]
    with: String,
    /// The rules that find it, by full name: each of them covers the row.
    fires: Vec<String>,
    /// Rules for other rows that rightly see the same change.
    #[serde(default)]
    also: Vec<String>,
}

impl Mutation {
    fn cluster(&self) -> Result<Cluster, String> {
        let reference = reference::named(&self.cluster).ok_or("no reference cluster is called so")?;
        let without: Vec<&str> = self.without.iter().map(String::as_str).collect();
        altered(reference.definition, &without, &self.with)
    }

    /// What is wrong with the mutation, if anything is.
    fn check(&self, plan: &Plan) -> Result<(), String> {
        let cluster = self.cluster()?;
        let expected: BTreeSet<&String> = self.fires.iter().chain(&self.also).collect();
        let mut found = BTreeSet::new();
        for (rule, outcome) in audit_cluster(plan, &cluster).outcomes {
            let name = rule.full_name();
            match outcome {
                Outcome::Passed | Outcome::NotApplicable(_) => {}
                Outcome::Failed(_) => {
                    let covers = rule.covers.contains(&self.row.as_str());
                    if self.fires.contains(&name) && !covers {
                        return Err(format!("{name} fires, but does not cover the row"));
                    }
                    if self.also.contains(&name) && covers {
                        return Err(format!("{name} covers the row, and belongs to `fires`"));
                    }
                    if !expected.contains(&name) {
                        return Err(format!("{name} fires, too: {}", describe(&outcome, &cluster)));
                    }
                    found.insert(name);
                }
                Outcome::Unknown(_) | Outcome::Broken(_) => {
                    return Err(format!("{name} is {}", describe(&outcome, &cluster)));
                }
            }
        }
        let silent: Vec<_> = expected.into_iter().filter(|name| !found.contains(*name)).collect();
        if silent.is_empty() { Ok(()) } else { Err(format!("{silent:?} did not fire")) }
    }
}

fn mutations() -> Vec<Mutation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let read: Mutations =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        all.extend(read.mutation);
    }
    all.sort_by_key(|mutation| mutation.row.clone());
    all
}

#[test]
fn exactly_the_rules_that_cover_a_requirement_see_it_broken() {
    let plan = excluster::book().plan(&Profile::strict()).unwrap();
    let wrong: Vec<String> = mutations()
        .par_iter()
        .filter_map(|mutation| {
            let problem = mutation.check(&plan).err()?;
            Some(format!("{} in {} ({}): {problem}", mutation.row, mutation.cluster, mutation.breaks))
        })
        .collect();
    assert!(wrong.is_empty(), "{} mutations are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_rule_sees_every_requirement_that_it_covers_broken() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mutation in mutations() {
        seen.entry(mutation.row).or_default().extend(mutation.fires);
    }
    let nobody = BTreeSet::new();
    let mut unproven = Vec::new();
    for rule in excluster::book().rules() {
        let name = rule.meta().full_name();
        for row in rule.meta().covers {
            if !seen.get(*row).unwrap_or(&nobody).contains(&name) {
                unproven.push(format!("{row}: {name}"));
            }
        }
    }
    assert!(
        unproven.is_empty(),
        "no mutation shows {} of what rules cover:\n{}",
        unproven.len(),
        unproven.join("\n")
    );
}

#[test]
fn the_page_of_mutations_is_current() {
    let mut page = String::from(
        "# One requirement at a time\n\n\
        <!-- Generated by cli/tests/mutations.rs; `UPDATE_GOLDENS=1 cargo test` writes it. -->\n\n\
        Each line breaks one requirement of the [catalogue](catalogue.md) in a good cluster, and names the rules that find it,\n\
        of all rules there are. No other rule fires but those in brackets, which guard another requirement that the same\n\
        change breaks. What exactly is changed stands in `cli/tests/mutations/`.\n\n\
        | row | broken | in | found by |\n|---|---|---|---|\n",
    );
    for mutation in mutations() {
        let Mutation { row, breaks, cluster, fires, also, .. } = mutation;
        let names =
            |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let also = if also.is_empty() { String::new() } else { format!(" ({})", names(&also)) };
        writeln!(page, "| {row} | {breaks} | {cluster} | {}{also} |", names(&fires)).unwrap();
    }
    golden::assert_golden("../docs/mutations.md", &page);
}
