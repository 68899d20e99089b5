//! Reading definitions: what is legal, what is refused, and where.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::{
    input::{self, Claim, Syntax, decode},
    model::{Cluster, OrNone, ResourceType, WindowsEdition, WindowsVersion},
    testing::reference,
};

/// The problems of a text, each as `line:column message | hint`.
fn problems(text: &str, syntax: Syntax) -> Vec<String> {
    let problems = input::read(text, syntax).unwrap_err();
    let place = |problem: &input::InputError| {
        problem.place.as_ref().map_or("-".to_owned(), |place| format!("{}:{}", place.line, place.column))
    };
    problems
        .iter()
        .map(|problem| format!("{} {} | {}", place(problem), problem.message, problem.hint))
        .collect()
}

#[test]
fn the_same_in_toml_and_json() {
    for reference::Reference { name, definition: text, .. } in reference::ALL {
        let cluster = input::read(text, Syntax::Toml).unwrap();
        let json = serde_json::to_string(&cluster).unwrap();
        assert_eq!(input::read(&json, Syntax::Json).unwrap(), cluster, "{name}");
        assert_eq!(input::read(&input::to_toml(&cluster), Syntax::Toml).unwrap(), cluster, "{name}");
    }
}

#[test]
fn windows_own_words_are_read_loosely() {
    let text = r#"
        format = "cluster/1"
        exchange = "Exchange Server 2003"
        quorum = { witness = "none" }
        [[nodes]]
        windows = { version = "Windows Server 2003", edition = "2003 ADVANCED" }
        [[nodes]]
        windows = { version = "2000", edition = "Advanced Server" }
        [[groups]]
        resources = [{ type = "microsoft exchange SYSTEM attendant" }, { type = "Veritas Volume Manager Disk Group" }]
    "#;
    let cluster = input::read(text, Syntax::Toml).unwrap();
    let cluster = cluster.view();
    assert_eq!(cluster.quorum().witness().peek(), Some(&OrNone::None));
    let (nodes, _) = cluster.nodes().members().into_parts();
    assert_eq!(nodes[0].windows().version().peek(), Some(&WindowsVersion::V2003));
    assert_eq!(nodes[0].windows().edition().peek(), Some(&WindowsEdition::Enterprise));
    assert_eq!(nodes[1].windows().edition().peek(), Some(&WindowsEdition::Advanced));
    let (resources, _) = cluster.resources().into_parts();
    assert_eq!(resources[0].r#type().peek(), Some(&ResourceType::SystemAttendant));
    assert!(resources[1].r#type().peek().unwrap().is_storage());
}

#[test]
fn every_problem_of_a_file_is_listed_with_its_place() {
    let text = "format = \"cluster/1\"\nexchange = 2003\nnmae = \"X\"\n[[nodes]]\nstate = \"upp\"\ndomain_controller = \"no\"\n\
                [directory]\nexchange_55_site = 1\n";
    assert_eq!(
        problems(text, Syntax::Toml),
        [
            "2:12 invalid type: integer `2003`, expected a word in quotes | put it in quotes",
            "3:1 unknown key `nmae` | did you mean `name`?",
            "5:9 unknown word `upp`, expected `up`, `down`, `paused`, `member`, `joining` or `not-joined`; did you mean `up`? \
             | write a value that the schema allows: `excluster schema cluster`",
            "6:21 invalid type: string \"no\", expected a boolean | write it without quotes",
            "8:20 invalid type: integer `1`, expected a boolean | write a value that the schema allows: `excluster schema cluster`",
        ]
    );
}

#[test]
fn refusals_have_their_place_and_say_what_to_do() {
    let deep = format!(r#"{{"format": "cluster/1", "labels": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let json = |text: &str| problems(text, Syntax::Json);
    let toml = |text: &str| problems(text, Syntax::Toml);
    let first = |problems: Vec<String>| problems.into_iter().next().unwrap();

    let too_deep = "1:98 nested deeper than 64 levels | no definition needs so many levels; the file is something else, or damaged";
    assert!(json(&deep).iter().any(|problem| problem == too_deep), "{:?}", json(&deep));
    assert_eq!(
        json(r#"{"format": "cluster/1", "nodes": null}"#),
        [
            "1:34 `null` says neither that something is unknown nor that there is none | leave the key out if the fact is not known; \
          write `[]` for a list that is known to be empty"
        ]
    );
    assert_eq!(
        json(r#"{"format": "cluster/1", "name": "A", "name": "B"}"#),
        ["1:38 duplicate key `name` | keep the one that is right"]
    );
    assert!(first(json(r#"{"format": "cluster/1", "name": "A\u0000B"}"#)).contains("a NUL character"));
    assert!(first(toml("format = \"cluster/1\"\nname = \"A\\u0000B\"")).starts_with("2:"));
    assert_eq!(
        toml(""),
        ["- the file is empty | restore it from where it came, or remove it from the fleet"]
    );
    assert_eq!(
        toml("name = \"A\""),
        ["1:1 the definition has no `format` | add `format = \"cluster/1\"` if this is a cluster definition"]
    );
    assert!(first(toml("format = \"cluster/9\"")).contains("newest one known is `cluster/1`"));
    assert!(
        first(toml("format = \"cluster/1\"\n[[nodes]]\nname = \"NO"))
            .contains("the file may have been cut off")
    );
    assert!(
        first(toml("format = \"cluster/1\"\nname = \"A\"\nname = \"B\"")).starts_with("3:1 "),
        "duplicate keys in TOML"
    );
    assert!(
        first(toml("format = \"cluster/1\"\n[[setup]]\nstarted = 2005-03-01T09:00:00"))
            .ends_with("put the time in quotes")
    );
    assert_eq!(
        toml("format = \"cluster/1\"\nnodes = { name = \"A\" }"),
        [
            "2:9 a table where a list is expected | write `[[…]]` for the elements of a list of tables, or put `[ ]` around it"
        ]
    );
}

#[test]
fn too_many_problems_are_counted() {
    let keys: Vec<String> = (0..80).map(|number| format!("key{number} = 1")).collect();
    let text = format!(
        "format = \"cluster/1\"
{}",
        keys.join(
            "
"
        )
    );
    let problems = problems(&text, Syntax::Toml);
    assert_eq!(
        (problems.len(), problems.last().unwrap().as_str()),
        (51, "- 30 more problems are not listed | mend those above first")
    );
}

#[test]
fn bytes_become_text_or_say_where_they_do_not() {
    let text = "format = \"cluster/1\"\r\nname = \"Zürich\"\r\n";
    let utf16 = |unit: fn(u16) -> [u8; 2], bom: [u8; 2]| {
        bom.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        utf16(u16::to_le_bytes, [0xff, 0xfe]),
        utf16(u16::to_be_bytes, [0xfe, 0xff]),
    ] {
        let decoded = decode(&bytes).unwrap();
        assert_eq!(input::read(&decoded, Syntax::Toml).unwrap(), Cluster::new("Zürich"));
    }
    let refused = |bytes: &[u8]| {
        let problem = decode(bytes).unwrap_err();
        let place = problem.place.unwrap();
        (place.line, place.column, problem.message)
    };
    assert_eq!(refused(b"a = 1\nb\xfc = 2"), (2, 2, "the byte 0xfc is not UTF-8".to_owned()));
    assert_eq!(
        refused(b"a\0"),
        (1, 2, "a NUL character: this is no text, or UTF-16 without a byte order mark".to_owned())
    );
    assert_eq!(refused(b"\xff\xfea\0\n\0b\0c"), (2, 2, "UTF-16 with an odd number of bytes".to_owned()));
    assert_eq!(refused(b"\xff\xfea\0\x00\xd8"), (1, 2, "half a character, 0xd800, in UTF-16".to_owned()));
}

#[test]
fn a_broken_text_still_shows_that_it_was_a_definition() {
    let cluster = || Claim::Format("cluster/1".to_owned());
    for (text, syntax, expected) in [
        ("format = \"cluster/1\"\n[[nodes", Syntax::Toml, cluster()),
        ("{\"format\": \"cluster/1\", \"na", Syntax::Json, cluster()),
        ("{\"format\": 1}", Syntax::Json, Claim::Format(String::new())),
        ("[[nodes]]\nname = \"A\"", Syntax::Toml, Claim::Unmarked),
        ("[package]\nname = \"x\"", Syntax::Toml, Claim::Nothing),
        ("[1]", Syntax::Json, Claim::Nothing),
        ("{\"a\": ", Syntax::Json, Claim::Broken),
        (" \n", Syntax::Toml, Claim::Broken),
    ] {
        assert_eq!(input::claim(text, syntax), expected, "{text}");
    }
}

#[test]
fn paths_in_double_quotes_are_refused_with_the_way_out() {
    let text = "format = \"cluster/1\"\n[[nodes]]\nexchange = { install_path = \"D:\\new\" }";
    let expected = "3:29 a path of Windows with a control character; in TOML, write paths in single quotes: 'D:\\Exchsrvr'";
    assert!(problems(text, Syntax::Toml)[0].starts_with(expected), "{:?}", problems(text, Syntax::Toml));
    let text = "format = \"cluster/1\"\n[[nodes]]\nexchange = { install_path = \"D:\\Exchsrvr\" }";
    assert!(problems(text, Syntax::Toml)[0].contains("single quotes"), "{:?}", problems(text, Syntax::Toml));
}
