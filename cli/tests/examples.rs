//! The example fleet tells the stories that its README says, and its good clusters are silent.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

mod golden;

const README: &str = "../examples/fleet/README.md";

/// Where the generated table begins, which goes to the end of the page.
const HEAD: &str = "| file | cluster | rules that find something |\n|---|---|---|\n";

/// The clusters in which nothing is wrong and nothing unknown.
const GOOD: &[&str] =
    &["bamberg-scc.toml", "bergen-2003.toml", "duisburg-ccr.json", "quayside-2000.toml", "zurich-2003.toml"];

/// What the program reports of each cluster of the fleet, by its file, in order.
fn reports(profile: &str) -> Vec<(String, Value)> {
    let output = Command::new(env!("CARGO_BIN_EXE_excluster"))
        .args(["audit", "examples/fleet", "--format", "ndjson", "--exit-zero", "--profile", profile])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|report| report["kind"] == "cluster")
        .map(|report| {
            (Path::new(text(&report["file"])).file_name().unwrap().to_str().unwrap().into(), report)
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(README)).unwrap().replace("\r\n", "\n")
}

#[test]
fn each_example_tells_its_story_and_no_other() {
    let readme = readme();
    let (prose, _) = readme.split_once(HEAD).unwrap();
    let mut page = format!("{prose}{HEAD}");
    for (file, report) in reports("recommended") {
        let findings = report["findings"].as_array().unwrap();
        let rules: BTreeSet<String> =
            findings.iter().map(|finding| format!("`{}`", text(&finding["rule"]))).collect();
        let rules = Vec::from_iter(rules).join(", ");
        page.push_str(
            &format!("| `{file}` | `{}` | {rules} |\n", text(&report["name"])).replace("|  |", "| |"),
        );
    }
    golden::assert_golden(README, &page);
}

#[test]
fn every_example_is_in_the_table_of_stories() {
    let readme = readme();
    let (prose, _) = readme.split_once(HEAD).unwrap();
    for (file, _) in reports("recommended") {
        assert!(prose.contains(&format!("| [`{file}`]({file}) |")), "{file}");
    }
}

#[test]
fn the_good_clusters_are_silent() {
    let mut noise = Vec::new();
    for (file, report) in reports("recommended") {
        if !GOOD.contains(&file.as_str()) {
            continue;
        }
        for outcome in report["outcomes"].as_array().unwrap() {
            if !matches!(text(&outcome["outcome"]), "passed" | "not-applicable") {
                noise.push(format!("{file}: {outcome}"));
            }
        }
    }
    assert!(noise.is_empty(), "{}", noise.join("\n"));
}

#[test]
fn the_good_clusters_follow_best_practice_too() {
    let strict = reports("strict");
    let good = strict.iter().filter(|(file, _)| GOOD.contains(&file.as_str()));
    let found: Vec<_> = good
        .flat_map(|(file, report)| report["findings"].as_array().unwrap().iter().map(move |it| (file, it)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
