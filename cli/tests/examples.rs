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

/// What the program prints of an audit of the fleet, or of a part of it.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_excluster"))
        .args(["audit", "--exit-zero"])
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What the program reports of each cluster of the fleet, by its file, in order.
fn reports(profile: &str) -> Vec<(String, Value)> {
    printed(&["examples/fleet", "--format", "ndjson", "--profile", profile])
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

/// The worst first, what one rule found together, and no more lines than a person reads.
#[test]
fn the_report_of_an_inherited_cluster_is_short_enough_to_act_on() {
    let report = printed(&["examples/fleet/inherited-linden-2003.toml"]);
    golden::assert_golden("tests/fixtures/expected/inherited.txt", &report);
    let titles =
        report.lines().filter_map(|line| line.split_once('[').filter(|(_, rest)| rest.contains("]: ")));
    let severities: Vec<&str> =
        titles.map(|(severity, _)| severity).filter(|it| it.chars().all(char::is_alphabetic)).collect();
    let order = ["error", "warning", "information"];
    assert!(
        severities.is_sorted_by_key(|severity| order.iter().position(|it| it == severity)),
        "{severities:?}"
    );
    let (rules, findings) = (severities.len(), report.matches("= also: ").count() + severities.len());
    assert!(rules >= 20 && findings > 30, "{findings} findings of {rules} rules");
    assert!(report.lines().count() <= 5 * rules + findings, "{} lines", report.lines().count());
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
