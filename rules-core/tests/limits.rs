//! What no definition may demand, and lists that are called incomplete and are not there.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::input::{self, Syntax};

fn problems(text: &str, syntax: Syntax) -> Vec<(String, String)> {
    let problems = input::read(text, syntax).unwrap_err().into_iter();
    problems.map(|problem| (problem.message, problem.hint)).collect()
}

#[test]
fn three_megabytes_of_empty_nodes_are_refused() {
    let nodes =
        |count: usize| format!(r#"{{"format": "cluster/1", "nodes": [{}{{}}]}}"#, "{},".repeat(count - 1));
    assert_eq!(
        input::read(&nodes(100_000), Syntax::Json).unwrap().view().nodes().members().peek().len(),
        100_000
    );
    let [(message, hint)] = &problems(&nodes(1_000_000), Syntax::Json)[..] else { panic!("one problem") };
    assert_eq!(message, "more than 100000 tables in lists");
    assert!(hint.contains("NDJSON"), "{hint}");
}

const GROUPS: &str = r#"
[[groups]]
name = "EVS1 Group"
resources = [{ name = "EVS1 IP" }]
"#;

fn partial(pattern: &str, groups: &str) -> Vec<(String, String)> {
    problems(&format!("format = \"cluster/1\"\npartial = [\"nodes\", \"{pattern}\"]\n{groups}"), Syntax::Toml)
}

#[test]
fn a_list_that_is_called_incomplete_is_there() {
    let one = |pattern: &str| {
        let [problem] = &partial(pattern, GROUPS)[..] else { panic!("one problem of {pattern}") };
        problem.clone()
    };
    let (message, hint) = one("groups[ESV1 Group].resources");
    assert_eq!(message, "`groups[ESV1 Group].resources` names nothing in this definition");
    assert_eq!(hint, "did you mean `groups[EVS1 Group].resources`?");
    assert_eq!(one("groups[#2].resources").1, "name a list of this definition, or remove it");
    assert_eq!(
        one("groups[EVS1 Group#2].resources").0,
        "`groups[EVS1 Group#2].resources` names nothing in this definition"
    );
    assert_eq!(
        one("groups[*].resources[EVS2 IP].depends_on").1,
        "did you mean `groups[*].resources[EVS1 IP].depends_on`?"
    );
    for no_list in ["groups[EVS1 Group]", "groups[*].owner", "quorum", "labels.customer"] {
        let (message, hint) = one(no_list);
        assert_eq!(message, format!("`{no_list}` is no list"));
        assert!(hint.contains("`nodes`"), "{hint}");
    }
    assert_eq!(partial("groups[EVS1 Group].resources", "").len(), 1, "there are no groups");
}

#[test]
fn a_list_that_is_called_incomplete_may_be_absent_or_have_no_elements() {
    for (pattern, rest) in [
        ("groups", ""),
        ("groups[*].resources", ""),
        ("groups[evs1 group].resources[EVS1 IP].depends_on", GROUPS),
        ("groups[EVS9 Group].resources", "groups = [{ owner = \"NODE1\" }]"),
        ("standby_targets", GROUPS),
    ] {
        let text = format!("format = \"cluster/1\"\npartial = [\"{pattern}\"]\n{rest}");
        assert!(input::read(&text, Syntax::Toml).is_ok(), "{pattern}");
    }
}

#[test]
fn what_is_wrong_with_partial_has_its_place() {
    let text = format!(
        "format = \"cluster/1\"\npartial = [\n  \"nodes\",\n  \"disk\",\n  \"groups[X].resources\",\n]\n{GROUPS}"
    );
    let problems = input::read(&text, Syntax::Toml).unwrap_err();
    assert_eq!(problems.len(), 1, "an unknown key comes first: {problems:?}");
    let text = text.replace("\"disk\"", "\"disks[*].name\"");
    let lines: Vec<_> = input::read(&text, Syntax::Toml).unwrap_err();
    let lines: Vec<_> = lines.iter().map(|problem| problem.place.as_ref().unwrap().line).collect();
    assert_eq!(lines, [4, 5]);
}
