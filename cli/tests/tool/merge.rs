//! Reports of parts become the report of the whole.

use std::{fs, path::Path};

use excluster::Exit;
use rules_core::RuleBook;
use serde_json::Value;
use tempfile::TempDir;

use crate::runner::{Ran, folder, run, run_with};

/// The files of the example fleet, in order.
fn example_files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fleet");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = entries.map(|path| path.to_str().unwrap().to_owned()).collect();
    files.sort();
    files
}

fn audit(book: &RuleBook, options: &[&str], files: &[String]) -> String {
    let files = files.iter().map(String::as_str);
    run_with(book, ["audit", "--exit-zero"].into_iter().chain(options.iter().copied()).chain(files)).out
}

/// Writes these parts, and merges them.
fn merge(options: &[&str], parts: &[&str]) -> Ran {
    merge_with(&test_book(), options, parts)
}

fn merge_with(book: &RuleBook, options: &[&str], parts: &[&str]) -> Ran {
    let names: Vec<String> = (1..=parts.len()).map(|number| format!("part{number}")).collect();
    let root = folder(names.iter().map(String::as_str).zip(parts.iter().copied()));
    let paths = names.iter().map(|name| root.path().join(name).to_str().unwrap().to_owned());
    let options = options.iter().map(|&option| option.to_owned());
    run_with(book, ["merge".to_owned()].into_iter().chain(options).chain(paths))
}

fn test_book() -> RuleBook {
    RuleBook::of(&[&crate::runner::TEST]).unwrap()
}

/// Two files whose nodes have one name, and the parts with one of them each.
fn two_parts(format: &str) -> (TempDir, [String; 2], String) {
    let root = folder([
        ("a.toml", "format = 'cluster/1'\nname = 'A'\nnodes = [{ name = 'n1' }]"),
        ("b.toml", "format = 'cluster/1'\nname = 'B'\nnodes = [{ name = 'N1' }]"),
    ]);
    let files = ["a.toml", "b.toml"].map(|name| root.path().join(name).to_str().unwrap().to_owned());
    let parts = files.each_ref().map(|file| run(["audit", "--part", "--format", format, file]).out);
    let whole = run(["audit", "--format", format, &files[0], &files[1]]).out;
    (root, parts, whole)
}

#[test]
fn parts_of_the_example_fleet_become_the_report_of_the_whole() {
    let (book, files) = (excluster::book(), example_files());
    for profile in ["recommended", "strict"] {
        let options = |format| ["--profile", profile, "--format", format];
        let whole = audit(&book, &options("json"), &files);
        let report: Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(report["summary"]["counts"]["clusters"], 31);
        let cuts: &[[usize; 2]] = if profile == "strict" { &[[9, 17], [0, 1]] } else { &[[1, 25]] };
        for &cuts in cuts {
            let pieces = [&files[..cuts[0]], &files[cuts[0]..cuts[1]], &files[cuts[1]..]];
            let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
            let parts: Vec<[String; 2]> = pieces
                .map(|piece| {
                    let part = |format| audit(&book, &[&options(format)[..], &["--part"]].concat(), piece);
                    [part("json"), part("ndjson")]
                })
                .collect();
            for format in [0, 1] {
                let parts: Vec<&str> = parts.iter().map(|part| part[format].as_str()).collect();
                let ran = merge_with(&book, &["--profile", profile, "--exit-zero"], &parts);
                assert_eq!(ran.exit, Exit::Clean, "{}", ran.err);
                assert!(ran.out == whole, "{profile}, {cuts:?}, {format}");
                let lines = merge_with(&book, &options("ndjson"), &parts).out;
                assert!(lines == audit(&book, &options("ndjson"), &files), "{profile}, {cuts:?}, {format}");
            }
        }
    }
}

#[test]
fn what_is_between_parts_is_found_in_every_format() {
    for part_format in ["json", "ndjson"] {
        let (_root, [a, b], _) = two_parts(part_format);
        for format in ["text", "concise", "json", "ndjson"] {
            let ran = merge(&["--format", format, "--fail-on", "warning"], &[&a, &b]);
            assert_eq!(ran.out.matches("is a node of 2 clusters").count(), 1, "{format}: {}", ran.out);
            assert_eq!(ran.out.matches("is not in capitals").count(), 1, "{format}: {}", ran.out);
            assert_eq!(ran.exit, Exit::Findings);
        }
    }
    let (_root, [a, b], _) = two_parts("json");
    let text = merge(&["--format", "text"], &[&a, &b]).out;
    assert!(text.contains("a.toml:3:19: nodes[n1].name of `A`\n --> "), "{text}");
    assert!(text.contains("2 clusters in 2 files, 4 rules and 1 between clusters"), "{text}");
}

#[test]
fn a_part_may_be_a_whole_report_or_put_on_several_lines() {
    let (_root, [a, b], whole) = two_parts("json");
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&a).unwrap()).unwrap();
    let merged: Value = serde_json::from_str(&merge(&[], &[&pretty, &b]).out).unwrap();
    assert_eq!(merged, serde_json::from_str::<Value>(&whole).unwrap());
    assert_eq!(merge(&[], &[&whole]).out, whole, "of one report comes the same");
}

#[test]
fn lines_of_the_standard_input_of_two_runs_are_not_the_same() {
    let (_root, [a, b], _) = two_parts("ndjson");
    let of_stdin = |part: &str| {
        let mut line: Value = serde_json::from_str(part).unwrap();
        line["file"] = "<stdin>".into();
        line.to_string() + "\n"
    };
    let ran = merge(&[], &[&of_stdin(&a), &of_stdin(&b)]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["summary"]["files"], &report["inputs"]), (&0.into(), &serde_json::json!(["-", "-"])));
    let ran = merge(&[], &[&of_stdin(&a), &of_stdin(&a)]);
    assert!(ran.err.contains("holds exactly what"), "{}", ran.err);
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let (root, [a, b], _) = two_parts("json");
    let file = root.path().join("b.toml").to_str().unwrap().to_owned();
    let other_rules = run(["audit", "--part", "--format", "json", "--ignore", "capitals", &file]).out;
    let other_lines = run(["audit", "--part", "--format", "ndjson", "--ignore", "capitals", &file]).out;
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let old = b.replacen(&version, "\"version\":\"0.0.9\"", 1);
    let cut = &b[..b.len() / 2];
    let odd = b.replacen("result/1", "result/9", 1);
    for (parts, problem) in [
        ([&a, &a], "a.toml:1`, which `"),
        ([&a, &other_rules], "part2` was made with other rules"),
        ([&a, &other_lines], "part2` was made with other rules"),
        ([&a, &old], "part2` was made by version 0.0.9"),
        ([&a, &cut.to_owned()], "part2` is no report of this program"),
        ([&a, &odd], "has the format `result/9`"),
        ([&a, &"{}".to_owned()], "it has no `format`"),
        ([&a, &"format = 'cluster/1'".to_owned()], "is no report of this program: line 1"),
        ([&a, &String::new()], "is no report of this program"),
    ] {
        let ran = merge(&[], &parts.map(String::as_str));
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::Trouble, ""), "{problem}");
        assert!(ran.err.contains(problem) && ran.err.contains("help: "), "{problem}: {}", ran.err);
    }
}

#[test]
fn parts_are_not_overwritten() {
    let (root, [a, _], _) = two_parts("json");
    let file = root.path().join("part.json");
    fs::write(&file, &a).unwrap();
    let file = file.to_str().unwrap();
    let ran = run(["merge", "--format", &format!("json={file}"), file]);
    assert!(ran.err.contains("the report would overwrite it"), "{}", ran.err);
    assert_eq!(fs::read_to_string(file).unwrap(), a);
    let ran = run(["merge", "-", "-"]);
    assert!(ran.err.contains("one part only"), "{}", ran.err);
}
