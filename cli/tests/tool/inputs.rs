//! Finding what to audit: folders, patterns, lists, the same file twice, and the order of it all.

use std::fs;

use crate::runner::{folder, run};

fn definition(name: &str) -> String {
    format!("format = 'cluster/1'\nname = '{name}'\n")
}

/// The names of the files that were audited, in their order, without the folder.
fn audited(root: &tempfile::TempDir, arguments: &[String]) -> Vec<String> {
    let ran = run([&["audit".to_owned(), "--format".to_owned(), "ndjson".to_owned()], arguments].concat());
    let root = format!("{}/", root.path().display());
    ran.out
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = if line["kind"] == "cluster" { "" } else { "!" };
            format!("{kind}{}", line["file"].as_str().unwrap().replace(&root, ""))
        })
        .collect()
}

#[test]
fn every_way_to_name_files_and_each_file_once() {
    let (a, b, c) = (definition("A"), definition("B"), definition("C"));
    let root = folder([
        ("b/c.toml", c.as_str()),
        ("b/b.toml", &b),
        ("a.toml", &a),
        ("notes.md", "# format"),
        ("list", "b/../a.toml\r\n\nb/c.toml\n"),
    ]);
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let list = path("list.nul");
    fs::write(&list, format!("{}\0{}\0", path("b/c.toml"), path("a.toml"))).unwrap();
    let all = ["a.toml", "b/b.toml", "b/c.toml"];
    for (arguments, expected) in [
        (vec![path("")], all.as_slice()),
        (vec![path("b"), path("a.toml"), path("b/*"), path("**/*.toml"), path("b/../a.toml")], &all),
        (vec![path("?.toml")], &all[..1]),
        (vec![path("b/[bx].toml")], &all[1..2]),
        (vec!["--files-from".to_owned(), list], &["a.toml", "b/c.toml"]),
        (vec![path("b/c.toml"), path("a.toml")], &["a.toml", "b/c.toml"]),
        (vec![path("notes.md"), path("a.toml")], &["a.toml", "!notes.md"]),
    ] {
        let audited = audited(&root, &arguments);
        let trimmed: Vec<&str> = audited.iter().map(|file| file.trim_start_matches('/')).collect();
        assert_eq!(trimmed, expected, "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_somewhere_once_and_never_round() {
    use std::os::unix::fs::symlink;

    let (a, b) = (definition("A"), definition("B"));
    let root = folder([("real/a.toml", a.as_str()), ("other/b.toml", &b)]);
    let at = |name: &str| root.path().join(name);
    symlink("..", at("real/up")).unwrap();
    symlink("../other", at("real/side")).unwrap();
    symlink("../real", at("other/back")).unwrap();
    symlink("a.toml", at("real/again.toml")).unwrap();
    symlink("nowhere", at("real/dangling.toml")).unwrap();
    let files = audited(&root, &[root.path().to_str().unwrap().to_owned()]);
    assert_eq!(files, ["other/b.toml", "other/back/a.toml", "!other/back/dangling.toml"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_not_waited_for() {
    let a = definition("A");
    let root = folder([("a.toml", a.as_str())]);
    let made = std::process::Command::new("mkfifo").arg(root.path().join("pipe.toml")).status();
    if made.is_ok_and(|status| status.success()) {
        let ran = run(["audit", "-v", root.path().to_str().unwrap()]);
        assert!(ran.out.contains("pipe.toml: skipped: it is a device, a socket or a pipe"), "{}", ran.out);
    }
}

#[test]
fn definitions_are_recognised_by_their_content() {
    let json = r#"{"format":"cluster/1","name":"A"}"#;
    let pretty = "{\n  \"format\": \"cluster/1\"\n}\n";
    let lines = format!("{json}\n{json}\n");
    let utf16: Vec<u8> =
        "\u{feff}format = 'cluster/1'\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = folder([
        ("a.txt", definition("A").as_str()),
        ("b", json),
        ("c.TOML", &definition("C")),
        ("d.definition", pretty),
        ("e.log", &lines),
        ("f.jsonl", &lines),
        ("g.toml", "\u{feff}format = 'cluster/1'\r\nname = 'G'\r\n"),
        ("mistyped.toml", "format = 'clutser/1'"),
        ("number.json", "{\"format\": 1}"),
        ("newer.toml", "format = 'cluster/9'"),
        ("x.json", "{\"name\": \"a package\"}"),
        ("x.jsonl", "{\"event\": 1}\n{\"event\": 2}\n"),
        ("x.log", "{\"event\": 1}\n{\"event\": 2}\n"),
        ("x.ndjson", "{\"format\":\"result/1\"}\n"),
        ("x.toml", "[package]\nname = 'x'\n"),
        ("x.js", "{ let a = 1 }"),
        ("x.md", "# The `format`\n"),
        ("x.report.json", "{\"format\": \"report/1\"}"),
    ]);
    fs::write(root.path().join("h.toml"), utf16).unwrap();
    fs::write(root.path().join("x.bin"), [0, 159, 146, 150]).unwrap();
    let files = audited(&root, &[root.path().to_str().unwrap().to_owned()]);
    let expected = [
        "a.txt",
        "b",
        "c.TOML",
        "d.definition",
        "e.log",
        "e.log",
        "f.jsonl",
        "f.jsonl",
        "g.toml",
        "h.toml",
        "!mistyped.toml",
        "!newer.toml",
        "!number.json",
    ];
    assert_eq!(files, expected);
    let ran = run(["audit", root.path().to_str().unwrap()]);
    assert!(ran.out.contains("skipped      9 files"), "{}", ran.out);
}

#[test]
fn an_export_of_the_registry_is_audited_where_it_says_something() {
    let ran = run(["audit", "../examples/artefacts/ex2003-ap-w2003.reg"]);
    assert!(ran.out.contains("could not judge `MAILCLU1`"), "{}", ran.out);
    assert!(ran.out.contains("1 cluster in 1 file"), "{}", ran.out);
}

#[test]
fn a_report_does_not_overwrite_a_definition_but_an_earlier_report() {
    let a = definition("A");
    let root = folder([("a.toml", a.as_str())]);
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let ran = run(["audit", &path(""), "--format", &format!("json={}", path("a.toml"))]);
    assert!(ran.err.contains("the report would overwrite it"), "{}", ran.err);
    assert_eq!(fs::read_to_string(path("a.toml")).unwrap(), a);

    let mut reports = Vec::new();
    for _ in 0..2 {
        let ran = run(["audit", &path(""), "--format", &format!("json={}", path("report.json"))]);
        assert_eq!(ran.exit, excluster::Exit::Clean, "{}", ran.err);
        reports.push(fs::read_to_string(path("report.json")).unwrap());
    }
    assert_eq!(reports[0], reports[1]);
    let twice = format!("json={}", path("report.json"));
    let ran = run(["audit", &path(""), "--format", &twice, "--format", &twice.replace("json=", "text=")]);
    assert!(ran.err.contains("give each a file of its own"), "{}", ran.err);
}

#[test]
fn a_definition_that_lost_its_first_line_is_refused_not_skipped() {
    let folder =
        folder([("a.toml", "format = 'cluster/1'\n"), ("b.toml", "name = 'B'\n[[nodes]]\nname = 'N1'\n")]);
    let ran = run(["audit", folder.path().to_str().unwrap()]);
    assert_eq!(ran.exit, excluster::Exit::Trouble);
    assert!(ran.out.contains("the definition has no `format`"), "{}", ran.out);
}

#[test]
fn a_list_of_files_may_be_utf_16() {
    let folder = folder([("a.toml", "format = 'cluster/1'\n"), ("b.toml", "format = 'cluster/1'\n")]);
    let listed = format!("{}\r\n", folder.path().join("a.toml").display());
    let list = folder.path().join("list.txt");
    let bytes: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(listed.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    std::fs::write(&list, bytes).unwrap();
    let ran = run(["audit", "--files-from", list.to_str().unwrap()]);
    assert!(ran.out.contains("1 cluster in 1 file"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_command_line_that_is_refused_leaves_the_files_that_it_names_as_they_are() {
    let folder = folder([("a.toml", "format = 'cluster/1'\n"), ("kept", "precious")]);
    let (input, kept) = (folder.path().join("a.toml"), folder.path().join("kept"));
    let formats = [format!("json={}", kept.display()), format!("ndjson={}", kept.display())];
    let ran = run(["audit", input.to_str().unwrap(), "--format", &formats[0], "--format", &formats[1]]);
    assert_eq!(ran.exit, excluster::Exit::Trouble);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "precious");
    run(["audit", input.to_str().unwrap(), "--format", &formats[0]]);
    assert!(
        std::fs::read_to_string(&kept).unwrap().starts_with("{\"format\":\"report/1\""),
        "and else it is replaced"
    );
}
