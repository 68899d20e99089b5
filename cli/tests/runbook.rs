//! The runbooks of the reference clusters: complete, proven, and true to the article's order.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;

mod golden;

/// The statements of the article about order and creation, as `docs/article.md` numbers them.
const ORDER_AND_CREATION: &[&str] = &[
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P9a", "P10", "P11", "P12", "P12a", "P13", "P14",
    "P15", "F4", "F5", "B3", "B6", "B7", "L6", "L7", "L11", "L13", "L14",
];

/// The reference clusters whose runbooks stand in `examples/runbooks`, to be read.
const SHOWN: &[&str] =
    &["two-nodes-2000", "four-nodes-2003", "scc-2007-windows-2003", "scc-2007", "ccr-2007"];

/// What `plan` prints of a reference cluster. That it ends with 0 says that the runbook is proven: the simulator takes every
/// step, and ends in the cluster that was wanted, in which no rule finds an error.
fn runbook(name: &str, format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_excluster"))
        .args(["plan", "--format", format, &format!("rules-core/reference/{name}.toml")])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn names() -> impl Iterator<Item = &'static str> {
    rules_core::testing::reference::ALL.iter().map(|reference| reference.name)
}

#[test]
fn the_runbooks_to_be_read_are_current() {
    for name in SHOWN {
        golden::assert_golden(format!("../examples/runbooks/{name}.md"), &runbook(name, "markdown"));
    }
}

#[test]
fn every_reference_cluster_is_built_without_a_finding_or_an_open_question() {
    for name in names() {
        let document: Value = serde_json::from_str(&runbook(name, "json")).unwrap();
        let proof = &document["proof"];
        assert_eq!(
            (&proof["proven"], &proof["failed"], &proof["unknown"]),
            (&true.into(), &0.into(), &0.into())
        );
        assert_eq!(proof["findings"].as_array().unwrap().len(), 0, "{name}: {proof}");
    }
}

#[test]
fn what_the_article_says_of_order_and_creation_is_in_the_steps() {
    let mut followed = BTreeSet::new();
    for name in names() {
        let document: Value = serde_json::from_str(&runbook(name, "json")).unwrap();
        for step in document["steps"].as_array().unwrap() {
            let statements = step["article"].as_array().unwrap();
            followed.extend(statements.iter().map(|it| it.as_str().unwrap().to_owned()));
        }
    }
    let missing: Vec<_> = ORDER_AND_CREATION.iter().filter(|it| !followed.contains(**it)).collect();
    assert!(missing.is_empty(), "no step follows {missing:?}");
}

#[test]
fn a_definition_that_says_too_little_gets_no_runbook() {
    let folder = tempfile::tempdir().unwrap();
    for (definition, complaint) in [
        ("exchange = '2003'", "the definition has no `nodes`, `nodes[*].domain`, `virtual_servers`"),
        (
            "exchange = '2007'\nvirtual_servers = []\nnodes = [{ name = 'N1', domain = 'a.example' }]",
            "has no `layout`",
        ),
        (
            "exchange = '2003'\npartial = ['nodes']\nvirtual_servers = []\nnodes = [{ name = 'N1', domain = 'a.example' }]",
            "the definition says itself that `nodes` is incomplete",
        ),
    ] {
        let file = folder.path().join("wanted.toml");
        std::fs::write(&file, format!("format = 'cluster/1'\nname = 'MAILCLU1'\n{definition}\n")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_excluster")).arg("plan").arg(&file).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{definition}: {error}");
        assert!(error.contains(complaint), "{definition}: {error}");
    }
}
