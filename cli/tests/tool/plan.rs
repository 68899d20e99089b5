//! The command `plan`: what gets a runbook, what gets its findings instead, and what every format keeps to.

use excluster::Exit::{self, Broken, Clean, Findings, Trouble};

use crate::{
    golden::assert_golden,
    runner::{Ran, folder, run},
};

const FORMATS: [&str; 6] = ["text", "markdown", "json", "csv", "cmd", "mermaid"];

const GOOD: &str = "format = 'cluster/1'\nname = 'GOOD'\nexchange = '2003'\nnodes = [{ name = 'N1', state = 'up' }]\ngroups = [{ name = 'G', owner = 'N1' }]\n";

/// What `plan` says of a definition.
fn plan(definition: &str, options: &[&str]) -> Ran {
    let folder = folder([("wanted.toml", definition)]);
    let path = folder.path().join("wanted.toml");
    let ran = run(["plan", path.to_str().unwrap()].iter().chain(options));
    let hide = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
    Ran { exit: ran.exit, out: hide(ran.out), err: hide(ran.err) }
}

#[test]
fn the_runbook_is_as_it_was() {
    for (format, file) in FORMATS.iter().zip(["txt", "md", "json", "csv", "cmd", "mmd"]) {
        let ran = run(["plan", "--format", format, "tests/fixtures/plan/mailclu1.toml"]);
        assert_eq!((ran.exit, ran.err.as_str()), (Clean, ""), "{format}");
        // The repository has no line ends of Windows; that the scripts have them is a test below.
        assert_golden(format!("tests/fixtures/expected/plan.{file}"), &ran.out.replace("\r\n", "\n"));
    }
    let coloured = run(["plan", "--color", "always", "tests/fixtures/plan/mailclu1.toml"]);
    let plain = run(["plan", "tests/fixtures/plan/mailclu1.toml"]);
    assert!(coloured.out.contains("\u{1b}[") && !plain.out.contains('\u{1b}'));
}

#[test]
fn a_definition_that_cannot_work_gets_its_findings() {
    let bad = GOOD.replace("'N1'", "'n1'");
    let ran = plan(&bad, &[]);
    assert_eq!((ran.exit, ran.out.as_str()), (Findings, ""));
    assert!(ran.err.contains("error[test/capitals]: `n1` is not in capitals"), "{}", ran.err);
    assert!(ran.err.contains("--> wanted.toml:4:19: nodes[n1].name"), "{}", ran.err);
    let last = "error: `GOOD` cannot be built as it is defined: 1 error\n  help: mend the definition; `--force` prints the runbook all the same\n";
    assert!(ran.err.ends_with(last), "{}", ran.err);

    let forced = plan(&bad, &["--force"]);
    assert_eq!((forced.exit, &forced.err), (Findings, &ran.err));
    assert!(forced.out.contains("NOT PROVEN: the rules find errors"), "{}", forced.out);
    assert!(forced.out.contains("error       `n1` is not in capitals at nodes[n1].name"), "{}", forced.out);
    assert_eq!(plan(&bad, &["--ignore", "capitals"]).exit, Clean);
}

#[test]
fn a_warning_is_told_and_no_obstacle() {
    let two = GOOD.replace("groups = [", "groups = [{ name = 'H', owner = 'N1' }, ");
    let ran = plan(&two, &[]);
    assert_eq!((ran.exit, ran.err.as_str()), (Clean, ""));
    assert!(ran.out.contains("warning     `N1` owns more than one group at groups[G].owner"), "{}", ran.out);
}

#[test]
fn what_was_done_does_not_count_against_what_is_wanted() {
    let log = "setup = [{ step = 'forest-prep', started = '2007-05-07T09:00:00' }]\n";
    let ran = plan(&(GOOD.to_owned() + log), &["--format", "json"]);
    assert_eq!(ran.exit, Clean, "{}", ran.err);
    assert!(!ran.out.contains("2007-05-07"), "{}", ran.out);
}

#[test]
fn every_obstacle_has_its_exit_code_and_says_what_to_do() {
    let renamed = |name: &str| GOOD.replace("GOOD", name);
    for (definition, exit, says) in [
        (
            GOOD.replace("exchange = '2003'", ""),
            Findings,
            "the definition has no `exchange`\n  help: there are procedures for `2003`",
        ),
        (
            GOOD.replace("2003", "2007"),
            Findings,
            "there is no build procedure for Exchange 2007\n  help: there are procedures for `2003`",
        ),
        (GOOD.replace("'G'", "'100%'"), Findings, "error: `100%` cannot stand in a command"),
        (GOOD.replace("'G'", "\"a\\u202eb\""), Findings, "error: `a\\u{202e}b` cannot stand in a command"),
        (
            renamed("STUBBORN"),
            Broken,
            "the runbook does not work: `install N1` cannot be done: it was told not to",
        ),
        (renamed("ASTRAY"), Broken, "the runbook does not end in what is wanted: nodes[N1].state = \"up\""),
        (renamed("UNSOUND"), Broken, "the runbook ends in a cluster with 1 error"),
        (renamed("BREAK"), Broken, "error: 1 rule broke"),
        ("format = 'cluster/1'\nnmae = 'A'".to_owned(), Trouble, "unknown key `nmae`"),
        ("name = 'A'".to_owned(), Trouble, "error: "),
    ] {
        let ran = plan(&definition, &[]);
        assert_eq!((ran.exit, ran.out.as_str()), (exit, ""), "{definition}\n{}", ran.err);
        assert!(ran.err.contains(says) && ran.err.contains("help: "), "{}", ran.err);
    }
    for name in ["STUBBORN", "ASTRAY", "UNSOUND"] {
        let ran = plan(&renamed(name), &["--force"]);
        assert_eq!(ran.exit, Broken);
        assert!(ran.out.contains("NOT PROVEN: "), "{}", ran.out);
    }
}

#[test]
fn one_definition_at_a_time() {
    let line = r#"{"format":"cluster/1","name":"A","exchange":"2003","nodes":[],"groups":[]}"#;
    let two = format!("{line}\n{line}\n");
    let root = folder([
        ("one.ndjson", line),
        ("two.ndjson", two.as_str()),
        ("none.ndjson", "\n"),
        ("export.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\Cluster]\r\n"),
        ("notes.txt", "nothing"),
        ("folder/a.toml", GOOD),
    ]);
    for (name, exit, says) in [
        ("one.ndjson", Clean, ""),
        (
            "two.ndjson",
            Trouble,
            "a runbook is made for one cluster, and this is a file with a definition in each line",
        ),
        ("none.ndjson", Trouble, "the file is empty"),
        ("export.reg", Trouble, "no definition of one that is wanted"),
        ("notes.txt", Trouble, "this is no definition"),
        ("folder", Trouble, "this is a folder"),
        ("*.ndjson", Trouble, "this is 3 files"),
        ("absent.toml", Trouble, "no such file"),
    ] {
        let ran = run(["plan", root.path().join(name).to_str().unwrap()]);
        assert_eq!(ran.exit, exit, "{name}: {}", ran.err);
        assert!(ran.err.contains(says), "{name}: {}", ran.err);
        assert_eq!(ran.out.is_empty(), exit != Clean, "{name}");
    }
}

#[test]
fn several_formats_at_once_and_never_over_the_definition() {
    let root = folder([("wanted.toml", GOOD)]);
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let json = format!("json={}", path("plan.json"));
    let ran = run(["plan", &path("wanted.toml"), "--format", "cmd", "--format", &json]);
    assert_eq!(ran.exit, Clean, "{}", ran.err);
    assert!(ran.out.starts_with("@echo off\r\n"), "{}", ran.out);
    assert!(std::fs::read_to_string(path("plan.json")).unwrap().starts_with("{\"format\":\"plan/1\""));

    let over = format!("text={}", path("wanted.toml"));
    let ran = run(["plan", &path("wanted.toml"), "--format", &over]);
    assert_eq!(ran.exit, Trouble);
    assert!(ran.err.contains("the runbook would overwrite it"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(path("wanted.toml")).unwrap(), GOOD);
    let ran = run(["plan", &path("wanted.toml"), "--format", "pdf"]);
    assert!(
        ran.err.contains("expected `text`, `markdown`, `json`, `csv`, `cmd` or `mermaid`"),
        "{}",
        ran.err
    );
}

/// Names that mean something to a terminal, a browser, a spreadsheet, cmd.exe or Mermaid.
const HOSTILE: [&str; 10] = [
    "\" & del *.* & rem \"",
    "%PATH%",
    "a\u{1b}]0;owned\u{7}\u{202e}\u{9b}",
    "a\r\nformat c:",
    "=HYPERLINK(1)",
    "</script><img src=x onerror=alert(1)>",
    "`]) end %% {init}",
    "```",
    "^",
    "any",
];

#[test]
fn names_of_strangers_do_nothing() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let names = HOSTILE.map(quoted);
    let nodes: Vec<String> =
        names.iter().map(|name| format!("{{\"name\":{name},\"state\":\"up\",\"site\":{name}}}")).collect();
    let groups: Vec<String> = (0..names.len())
        .map(|index| {
            let resource =
                format!("{{\"name\":{},\"type\":\"IP Address\",\"state\":\"online\"}}", names[index]);
            format!("{{\"name\":{},\"owner\":{},\"resources\":[{resource}]}}", names[index], names[index])
        })
        .collect();
    let definition = format!(
        "{{\"format\":\"cluster/1\",\"name\":{},\"exchange\":\"2003\",\"nodes\":[{}],\"groups\":[{}]}}",
        names[0],
        nodes.join(","),
        groups.join(",")
    );
    let root = folder([("wanted.json", definition.as_str())]);
    let path = root.path().join("wanted.json");
    let path = path.to_str().unwrap();
    for format in FORMATS {
        let arguments = ["plan", "--force", "--ignore", "capitals", "--format", format, path];
        let ran = run(arguments);
        assert_eq!(ran.exit, Findings, "what cannot be quoted: {}", ran.err);
        // JSON is read by programs.
        let harmful = |character: char| {
            character.is_control() && !matches!(character, '\n' | '\r') || character == '\u{202e}'
        };
        assert!(format == "json" || !(ran.out.clone() + &ran.err).contains(harmful), "{format}: {}", ran.out);
        let lines = || ran.out.lines();
        assert!(!lines().any(|line| line.starts_with("format c:")), "{format}");
        match format {
            "cmd" => {
                assert!(ran.out.split('\n').all(|line| line.is_empty() || line.ends_with('\r')));
                // Nothing of the names is a variable, or stands behind an `&` that cmd.exe sees.
                let is_remark = |line: &str| line.starts_with("rem ");
                let seen = lines()
                    .filter(|line| !is_remark(line))
                    .map(|line| line.replace("^&", "").replace("%%", ""));
                for line in seen {
                    assert!(!line.contains("& del") && !line.contains("%PATH%"), "{line}");
                }
                assert!(ran.out.contains("set UNQUOTED_1=\r\n"), "{}", ran.out);
                assert!(ran.out.contains("cluster group \"%UNQUOTED_1%\" /create\r\n"), "{}", ran.out);
            }
            "csv" => {
                assert!(ran.out.split('\n').all(|line| line.is_empty() || line.ends_with('\r')));
                assert!(!ran.out.contains(",=") && !ran.out.contains(",\"="), "{}", ran.out);
            }
            "markdown" => {
                assert!(!ran.out.contains("<script") && !lines().any(|line| line == "```"), "{}", ran.out);
            }
            "mermaid" => {
                let drawn = |line: &&str| !line.starts_with("%% ");
                assert!(!ran.out.contains('{'), "{}", ran.out);
                assert!(!lines().filter(drawn).any(|line| line.contains(['<', '`', '%'])), "{}", ran.out);
            }
            _ => {}
        }
    }
    assert_eq!(run(["plan", path]).exit, Exit::Findings);
}
