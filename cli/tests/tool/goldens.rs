//! Generated files, and what the tool prints, are as they were. `UPDATE_GOLDENS=1` rewrites them.

use crate::{golden::assert_golden, runner::run};

#[test]
fn the_page_of_rules_is_current() {
    assert_golden("../docs/rules.md", &excluster::rules_page(&excluster::book()));
}

#[test]
fn the_schemas_are_current() {
    for kind in ["cluster", "report", "plan"] {
        let ran = run(["schema", kind]);
        assert_golden(format!("../schemas/{kind}.schema.json"), &ran.out);
    }
}

/// Every format on one small fleet with every outcome.
#[test]
fn what_is_printed_is_as_it_was() {
    for (golden, arguments) in [
        ("text.txt", ["audit", "tests/fixtures/fleet"].as_slice()),
        ("verbose.txt", &["audit", "--verbose", "--jobs", "4", "tests/fixtures/fleet"]),
        ("coloured.txt", &["audit", "--color", "always", "tests/fixtures/fleet/alpha.toml"]),
        ("quiet.txt", &["audit", "--quiet", "tests/fixtures/fleet"]),
        ("concise.txt", &["audit", "--format", "concise", "tests/fixtures/fleet"]),
        ("report.json", &["audit", "--format", "json", "--ignore", "layout", "tests/fixtures/fleet"]),
        ("report.ndjson", &["audit", "--format", "ndjson", "tests/fixtures/fleet"]),
        ("rules.txt", &["rules", "--select", "test,TST-001", "--ignore", "warning"]),
        ("rules.json", &["rules", "--format", "json"]),
        ("part.ndjson", &["audit", "--format", "ndjson", "--part", "tests/fixtures/fleet"]),
        ("explain-fleet.md", &["explain", "--format", "markdown", "one-home"]),
        ("explain.txt", &["explain", "capitals"]),
        ("explain.md", &["explain", "--format", "markdown", "test/capitals"]),
        ("explain.json", &["explain", "--format", "json", "capitals"]),
    ] {
        let ran = run(arguments);
        let err = if ran.err.is_empty() { String::new() } else { format!("--- stderr\n{}", ran.err) };
        assert_golden(format!("tests/fixtures/expected/{golden}"), &(ran.out + &err));
    }
}
