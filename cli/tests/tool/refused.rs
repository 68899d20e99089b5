//! Inputs that cannot be read: each is said to be so, with its place, and the rest is audited.

use std::fs;

use crate::runner::{folder, run};

const GOOD: &str = "format = 'cluster/1'\nname = 'GOOD'\n";

/// What a file with these bytes is refused with, in the concise format, without the folder.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let root = folder([("good.toml", GOOD)]);
    fs::write(root.path().join(name), bytes).unwrap();
    let ran = run(["audit", "--format", "concise", root.path().to_str().unwrap()]);
    assert_eq!(ran.exit, excluster::Exit::Trouble, "{}", ran.out);
    assert!(ran.err.starts_with("1 cluster in 1 file"), "the rest is audited: {}", ran.err);
    assert!(ran.err.contains("that could not be read"), "{}", ran.err);
    ran.out.replace(&format!("{}/", root.path().display()), "")
}

#[test]
fn every_refusal_has_its_place() {
    let format = "format = \"cluster/1\"\n";
    let nested = format!("{format}labels = {}1{}", "[".repeat(200), "]".repeat(200));
    let nested_json =
        format!("{{\"format\":\"cluster/1\",\"labels\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for (name, text, says) in [
        ("cut.toml", format!("{format}nodes = [{{ name = "), "cut.toml:2:"),
        ("cut.json", "{\"format\":\"cluster/1\",\"name\":\"A".to_owned(), "cut.json:1:32: error "),
        ("type.toml", format!("{format}name = 1"), "type.toml:2:8: error invalid type"),
        (
            "unknown.toml",
            format!("{format}nmae = 'A'"),
            "unknown.toml:2:1: error unknown key `nmae` (did you mean `name`?)",
        ),
        ("twice.toml", format!("{format}name = 'A'\nname = 'B'"), "twice.toml:3:1: error duplicate key"),
        (
            "twice.json",
            "{\"format\":\"cluster/1\",\"name\":\"A\",\"name\":\"B\"}".to_owned(),
            "twice.json:1:34: error duplicate key",
        ),
        (
            "null.json",
            "{\"format\":\"cluster/1\",\"name\":null}".to_owned(),
            "null.json:1:30: error `null` says",
        ),
        ("nul.toml", format!("{format}name = 'A\0'"), "nul.toml:2:10: error a NUL character"),
        (
            "nul.json",
            "{\"format\":\"cluster/1\",\"name\":\"A\\u0000\"}".to_owned(),
            "nul.json:1:30: error a NUL character",
        ),
        ("empty.toml", String::new(), "empty.toml: error the file is empty"),
        ("empty.json", "\n".to_owned(), "empty.json: error the file is empty"),
        ("empty.ndjson", String::new(), "empty.ndjson: error the file is empty"),
        ("newer.toml", "format = 'cluster/9'".to_owned(), "newer.toml:1:10: error "),
        ("deep.toml", nested, "deep.toml:2:"),
        ("deep.json", nested_json, "nested deeper than 64 levels"),
        (
            "long.toml",
            format!("{format}# {}", "x".repeat(5 << 20)),
            "long.toml: error the definition is longer than the 4194304 bytes",
        ),
    ] {
        let out = refused(name, &text);
        assert!(out.contains(says), "{name}: {out}");
    }
    let out = refused("latin.toml", b"format = 'cluster/1'\nname = 'M\xfcnchen'");
    assert!(out.contains("latin.toml:2:10: error the byte 0xfc is not UTF-8"), "{out}");
    let out = refused("half.toml", b"\xff\xfef\0o\0r");
    assert!(out.contains("half.toml:1:3: error UTF-16 with an odd number of bytes"), "{out}");
}

#[test]
fn a_line_that_is_refused_does_not_keep_the_others_from_being_audited() {
    let good = r#"{"format":"cluster/1","name":"A"}"#;
    let root = folder([]);
    let lines = [
        good.as_bytes(),
        b"{\"format\":\"cluster/1\",\"name\":1}",
        b"{\"format\":\"cluster/1\",\"name\":\"M\xfc\"}",
        b"garbage",
        good.as_bytes(),
    ];
    let file = root.path().join("fleet.ndjson");
    fs::write(&file, lines.join(b"\r\n".as_slice())).unwrap();
    let ran = run(["audit", "--format", "concise", file.to_str().unwrap()]);
    let out = ran.out.replace(&format!("{}/", root.path().display()), "");
    for says in
        ["fleet.ndjson:2:30: error", "fleet.ndjson:3:32: error the byte 0xfc", "fleet.ndjson:4:1: error"]
    {
        assert!(out.contains(says), "{out}");
    }
    assert!(ran.err.contains("2 clusters in 1 file") && ran.err.contains("3 inputs"), "{}", ran.err);
}

#[test]
fn a_line_may_not_be_of_any_length() {
    let root = folder([]);
    let file = root.path().join("fleet.ndjson");
    let good = r#"{"format":"cluster/1","name":"A"}"#;
    let long = format!("{{\"format\":\"cluster/1\",\"name\":\"{}\"}}", "x".repeat(65 << 20));
    fs::write(&file, [good, &long, good].join("\n")).unwrap();
    let ran = run(["audit", "--format", "concise", file.to_str().unwrap()]);
    assert!(ran.out.contains("fleet.ndjson:2:1: error the line has 68157472 bytes"), "{}", ran.out);
    assert!(ran.err.contains("2 clusters in 1 file"), "{}", ran.err);
}

#[test]
fn names_of_strangers_do_nothing_to_the_terminal() {
    let long = "x".repeat(1 << 20);
    let text = format!(
        "format = 'cluster/1'\nname = \"\\u001b]0;owned\\u0007\\u202e\\u009b\\n\"\nnodes = [{{ name = '{long}' }}, {{ name = \"a\\u001b[31m\" }}]\n"
    );
    let root = folder([("a.toml", text.as_str()), ("b\u{1b}[31m.toml", "format = 'cluster/1'\nnmae = 'B'")]);
    for format in ["text", "concise"] {
        let ran = run(["audit", "--verbose", "--format", format, root.path().to_str().unwrap()]);
        let harmful =
            |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
        assert!(!(ran.out + &ran.err).contains(harmful), "{format}");
    }
    let ran = run(["audit", root.path().to_str().unwrap()]);
    assert!(ran.out.len() < 10_000, "{} bytes", ran.out.len());
    assert!(ran.out.contains("bytes)…"), "{}", ran.out);
}

#[test]
fn what_is_no_file_is_an_error_and_the_rest_is_audited() {
    let root = folder([("good.toml", GOOD)]);
    let absent = root.path().join("absent.toml");
    let good = root.path().join("good.toml");
    let ran = run(["audit", absent.to_str().unwrap(), good.to_str().unwrap()]);
    assert!(ran.out.contains("error: there is no such file or folder"), "{}", ran.out);
    assert!(ran.out.contains("1 cluster in 1 file"), "{}", ran.out);
}

#[test]
fn a_folder_without_a_definition_is_a_mistake() {
    let root = folder([("readme.md", "nothing")]);
    let ran = run(["audit", root.path().to_str().unwrap()]);
    assert!(ran.out.contains("there is no definition in the folder: 1 file was looked at"), "{}", ran.out);
}
