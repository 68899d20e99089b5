//! Exit codes, the same for every format.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use excluster::Exit::{self, Broken, Clean, Findings, Trouble};

use crate::runner::{folder, run};

const CLEAN: &str = "format = 'cluster/1'\nname = 'A'\nexchange = '2003'\nnodes = []\ngroups = []\n";
const ERROR: &str =
    "format = 'cluster/1'\nname = 'A'\nexchange = '2003'\nnodes = [{ name = 'a' }]\ngroups = []\n";
const WARNING: &str = "format = 'cluster/1'\nname = 'A'\nexchange = '2003'\nnodes = []\ngroups = [{ owner = 'A' }, { owner = 'A' }]\n";
const UNKNOWN: &str = "format = 'cluster/1'\n";
const BROKEN: &str = "format = 'cluster/1'\nname = 'BREAK'\n";
const REFUSED: &str = "format = 'cluster/1'\nname = 1\n";

#[test]
fn what_was_found_decides_and_the_highest_wins() {
    #[rustfmt::skip]
    let table: &[(&[&str], &[&str], Exit)] = &[
        (&[CLEAN],                 &[],                          Clean),
        (&[ERROR],                 &[],                          Findings),
        (&[WARNING],               &[],                          Clean),
        (&[WARNING],               &["--fail-on", "warning"],     Findings),
        (&[WARNING],               &["--fail-on", "information"], Findings),
        (&[CLEAN],                 &["--fail-on", "unknown"],     Clean),
        (&[UNKNOWN],               &[],                          Clean),
        (&[UNKNOWN],               &["--fail-on", "unknown"],     Findings),
        (&[ERROR],                 &["--ignore", "capitals"],     Clean),
        (&[ERROR, REFUSED],        &[],                          Trouble),
        (&[ERROR, REFUSED, BROKEN], &[],                         Broken),
        (&[ERROR],                 &["--exit-zero"],             Clean),
        (&[ERROR, REFUSED],        &["--exit-zero"],             Clean),
        (&[ERROR, BROKEN],         &["--exit-zero"],             Broken),
    ];
    for (definitions, arguments, exit) in table {
        let files: Vec<_> = (1..).map(|number| format!("{number}.toml")).zip(definitions.iter()).collect();
        let folder = folder(files.iter().map(|(name, text)| (name.as_str(), **text)));
        for format in ["text", "concise", "json", "ndjson"] {
            let path = folder.path().to_str().unwrap();
            let ran = run(["audit", "--format", format, path].iter().chain(*arguments));
            assert_eq!(ran.exit, *exit, "{arguments:?} {format}\n{}\n{}", ran.out, ran.err);
        }
    }
}

#[test]
fn mistakes_on_the_command_line_are_2_whatever_is_asked_for() {
    let folder = folder([("clean.toml", CLEAN), ("empty/readme.txt", "nothing")]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (clean, empty, absent) = (path("clean.toml"), path("empty"), path("absent.toml"));
    let pattern = path("*.yaml");
    for arguments in [
        vec!["audit"],
        vec!["audit", "--wat", &clean],
        vec!["audit", "--jobs", "100000", &clean],
        vec!["frobnicate"],
        vec!["audit", &absent, &clean],
        vec!["audit", &empty, &clean],
        vec!["audit", &pattern, &clean],
        vec!["audit", "--select", "no-such-rule", &clean],
        vec!["audit", "--ignore", "all", &clean],
        vec!["audit", "--format", "pdf", &clean],
        vec!["audit", "--format", "json=", &clean],
        vec!["audit", "--format", "json", "--format", "text", &clean],
        vec!["audit", "--input-format", "toml", &clean],
        vec!["audit", "--files-from", &absent],
        vec!["audit", "--quiet", "--verbose", &clean],
        vec!["explain", "no-such-rule"],
        vec!["schema", "dog"],
    ] {
        let arguments = arguments.into_iter().chain(["--color", "never"]);
        let ran = run(arguments.clone());
        assert_eq!(ran.exit, Trouble, "{:?}\n{}", arguments.collect::<Vec<_>>(), ran.out);
        assert!(ran.err.contains("error: ") || ran.out.contains("error: "), "{}", ran.err);
    }
    let ran = run(["audit", "--exit-zero", &absent, &clean]);
    assert_eq!(ran.exit, Trouble);
    assert!(ran.out.contains("1 cluster in 1 file"), "the rest is audited: {}", ran.out);
}

#[test]
fn a_mistyped_rule_is_answered_with_the_right_one() {
    let ran = run(["explain", "capitols"]);
    assert_eq!(
        ran.err,
        "error: no rule is called `capitols`; did you mean `test/capitals`?\n  help: `excluster rules` lists the rules\n"
    );
}

#[test]
fn help_and_version_are_no_errors() {
    for (arguments, says) in [
        (["--help", "-h"].as_slice(), "Usage: excluster"),
        (&["--version"], "excluster 0."),
        (&["audit", "--help"], "Exit codes"),
    ] {
        let ran = run(arguments);
        assert_eq!((ran.exit, ran.err.as_str()), (Clean, ""));
        assert!(ran.out.contains(says), "{}", ran.out);
    }
}

/// The binary with the rules that are shipped.
fn tool() -> Command {
    Command::new(env!("CARGO_BIN_EXE_excluster"))
}

#[test]
fn the_binary_ends_with_the_code() {
    for (arguments, code) in [(vec!["rules"], 0), (vec!["explain", "nothing"], 2)] {
        let output = tool().args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn one_line_in_is_one_line_out() {
    // Twice the same names, which `--part` leaves to `merge`.
    let good = r#"{"format":"cluster/1","name":"ONE"}"#;
    let input = format!("{good}\n{{\"format\":\"clus\n\n{good}");
    for (input, lines) in [(input.as_str(), 3), ("", 0)] {
        let mut child = tool()
            .args(["audit", "--input-format", "ndjson", "--format", "ndjson", "--exit-zero", "--part", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(out.lines().count(), lines, "{out}");
        for line in out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!((&line["format"], &line["file"]), (&"result/1".into(), &"<stdin>".into()));
        }
    }
}

#[test]
fn a_pipe_that_nobody_reads_ends_the_run_quietly() {
    let folder = folder([]);
    let fleet = folder.path().join("fleet.ndjson");
    fs::write(&fleet, "{\"format\":\"cluster/1\",\"name\":\"ONE\"}\n".repeat(5_000)).unwrap();
    for format in ["text", "json", "ndjson"] {
        let mut child = tool()
            .args(["audit", "--format", format])
            .arg(&fleet)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}
