//! What every format keeps to, whatever the fleet.

use std::fmt::Write as _;

use excluster::Exit;

use crate::runner::{folder, run, run_with};

/// Some hundred definitions, of each outcome.
fn fleet() -> tempfile::TempDir {
    let mut files = Vec::new();
    for number in 0..300 {
        let name = match number % 7 {
            0 => "node",
            _ => "NODE",
        };
        let broken = if number % 50 == 0 { "nmae = 'X'\n" } else { "" };
        files.push((
            format!("{number:03}.toml"),
            format!("format = 'cluster/1'\nname = 'C{number}'\n{broken}nodes = [{{ name = '{name}' }}]\n"),
        ));
    }
    let mut lines = String::new();
    for number in 0..2_000 {
        writeln!(lines, "{{\"format\":\"cluster/1\",\"nodes\":[{{\"name\":\"n{number}\"}}]}}").unwrap();
    }
    files.push(("150.ndjson".to_owned(), lines));
    folder(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let fleet = fleet();
    let path = fleet.path().to_str().unwrap();
    for format in ["text", "concise", "json", "ndjson"] {
        let outputs = ["1", "4"].map(|jobs| {
            let ran = run(["audit", "--jobs", jobs, "--format", format, path]);
            (ran.out, ran.err)
        });
        assert!(outputs[0] == outputs[1], "{format}");
    }
}

#[test]
fn no_format_drops_a_finding() {
    let fleet = fleet();
    let path = fleet.path().to_str().unwrap();
    let findings = 2_000 + (0..300).filter(|number| number % 7 == 0 && number % 50 != 0).count();
    let count =
        |format: &str, needle: &str| run(["audit", "--format", format, path]).out.matches(needle).count();
    assert_eq!(count("text", "is not in capitals"), findings);
    assert_eq!(count("concise", "is not in capitals"), findings);
    assert_eq!(count("json", "is not in capitals"), findings);
    assert_eq!(count("ndjson", "is not in capitals"), findings);
}

#[test]
fn no_format_drops_what_is_found_between_clusters() {
    let root = folder([
        ("a.toml", "format = 'cluster/1'\nname = 'A'\nnodes = [{ name = 'N1' }, { name = 'N2' }]"),
        ("b.toml", "format = 'cluster/1'\nname = 'B'\nnodes = [{ name = 'n1' }]"),
        ("c.toml", "format = 'cluster/1'\nname = 'C'\nnodes = [{ name = 'N2' }]"),
    ]);
    let path = root.path().to_str().unwrap();
    for format in ["text", "concise", "json", "ndjson"] {
        let ran = run(["audit", "--format", format, path]);
        assert_eq!(ran.out.matches("is a node of 2 clusters").count(), 2, "{format}: {}", ran.out);
        let part = run(["audit", "--part", "--format", format, path]);
        assert!(!part.out.contains("is a node of 2 clusters"), "{format}: {}", part.out);
    }
    assert_eq!(run(["audit", "--select", "one-home", path]).exit, Exit::Clean);
    assert_eq!(run(["audit", "--select", "one-home", "--fail-on", "warning", path]).exit, Exit::Findings);
}

#[test]
fn two_definitions_of_one_cluster_are_not_compared() {
    let one = "format = 'cluster/1'\nname = 'A'\nnodes = [{ name = 'N1' }]";
    let root = folder([("a.toml", one), ("b.toml", one)]);
    let ran = run(["audit", "--format", "json", root.path().to_str().unwrap()]);
    assert!(!ran.out.contains("is a node of"), "{}", ran.out);
}

#[test]
fn a_fleet_rule_that_breaks_is_an_outcome() {
    let root = folder([("a.toml", "format = 'cluster/1'\nname = 'BREAK FLEET'\nnodes = []")]);
    let path = root.path().to_str().unwrap();
    for format in ["text", "concise", "json", "ndjson"] {
        let ran = run(["audit", "--format", format, path]);
        assert_eq!(ran.exit, Exit::Broken, "{format}");
        assert!(ran.out.contains("as it was told to"), "{format}: {}", ran.out);
    }
}

#[test]
fn what_differs_between_nodes_is_shown() {
    let node = |name: &str, memory: u32| {
        format!(
            "{{ name = '{name}', domain = 'example.com', hardware = {{ memory_mib = {memory}, hba = 'QLA2340' }} }}"
        )
    };
    let nodes = [node("N1", 4096), node("N2", 4096), node("N3", 2048)].join(", ");
    let text = format!("format = 'cluster/1'\nname = 'A'\nnodes = [{nodes}]");
    let root = folder([("a.toml", text.as_str())]);
    let path = root.path().to_str().unwrap();
    let book = excluster::book();
    let audit = |options: &[&str]| {
        let arguments = ["audit", "--profile", "strict"].iter().chain(options).chain([&path]);
        run_with(&book, arguments.copied()).out
    };
    let report: serde_json::Value = serde_json::from_str(&audit(&["--format", "json"])).unwrap();
    let drift = report["results"][0]["drift"].as_array().unwrap();
    let [memory] = &drift[..] else { panic!("{drift:?}") };
    assert_eq!(memory["setting"], "hardware.memory_mib");
    assert_eq!((&memory["unit"], &memory["usual"]), (&"MiB".into(), &"4096".into()));
    assert_eq!(memory["rule"], "cluster/identical-hardware");
    assert_eq!(memory["nodes"][2]["value"], "2048");
    assert_eq!(memory["nodes"][2]["odd"], true);
    assert_eq!(memory["nodes"][0]["at"]["path"], "nodes[N1].hardware.memory_mib");
    let table = "note: the nodes of `A` differ\n                 N1    N2    N3\n  memory in MiB  4096  4096  2048 *  (cluster/identical-hardware)\n";
    let text = audit(&["--verbose"]);
    assert!(text.contains(table), "{text}");
    assert!(!audit(&[]).contains("differ\n"), "only if asked for");
}

#[test]
fn several_formats_at_once() {
    let fleet = fleet();
    let path = fleet.path().to_str().unwrap();
    let target = folder([]);
    let file = target.path().join("report.json");
    let request = format!("json={}", file.display());
    let ran = run(["audit", "--format", "concise", "--format", &request, path]);
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(report["format"], "report/1");
    assert_eq!(report["results"].as_array().unwrap().len(), 2_300);
    assert_eq!(report["summary"]["counts"]["clusters"], 2_294);
    assert_eq!(report["summary"]["refused"], 6);
    assert!(ran.err.starts_with("2294 clusters in 295 files, 4 rules and 1 between clusters"), "{}", ran.err);
}

#[test]
fn places_are_those_of_the_file() {
    let line = r#"{"format":"cluster/1","name":"é","nodes":[{"name":"n"}]}"#;
    let text = format!("{line}\n\n{line}\n");
    let root = folder([("fleet.ndjson", text.as_str())]);
    let ran = run(["audit", "--format", "ndjson", root.path().to_str().unwrap()]);
    let last: serde_json::Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    let at = &last["findings"][0]["at"];
    let number = |key: &str| usize::try_from(at["place"][key].as_u64().unwrap()).unwrap();
    let (offset, length) = (number("offset"), number("length"));
    assert_eq!(&text[offset..offset + length], "\"n\"");
    assert_eq!((number("line"), number("column")), (3, 51));
    assert_eq!((&at["path"], &at["pointer"]), (&"nodes[n].name".into(), &"/nodes/0/name".into()));
}
