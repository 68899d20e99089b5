//! Paths: how they read, what they resolve to, and that they reach every fact.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use rules_core::{
    input::{self, Locator, Syntax},
    model::{Cluster, FactPath, Key, Node, PathPattern, PathStep, Shape, Term},
    testing::reference,
};

const AWKWARD: &str = r#"
format = "cluster/1"
partial = ["groups", "groups[*].resources"]
labels = { "a.b" = 1, customer = "Contoso" }

[[groups]]
name = "EVS [1]"
resources = [{ name = "IP" }, { name = "ip", parameters = { other = { "x/y" = true } } }, { state = "online" }]
[[setup]]
step = "form-cluster"
node = "NODE1"
"#;

fn awkward() -> Cluster {
    input::read(AWKWARD, Syntax::Toml).unwrap()
}

#[test]
fn names_are_escaped_duplicates_are_counted_and_nameless_elements_are_numbered() {
    let cluster = awkward();
    let names: Vec<String> = cluster.fact_paths().iter().map(|path| path.names(&cluster)).collect();
    for expected in [
        r"groups[EVS \[1\]].resources[IP].name",
        r"groups[EVS \[1\]].resources[ip#2].parameters.other",
        r"groups[EVS \[1\]].resources[\#3].state",
        "setup[#1].node",
        "labels",
    ] {
        let expected = expected.replace(r"[\#3]", "[#3]");
        assert!(names.contains(&expected), "{expected} is not among\n{}", names.join("\n"));
    }
}

#[test]
fn both_renderings_lead_back_to_the_path() {
    let references = reference::ALL.iter().map(|it| (it.name, it.definition));
    for (name, text) in references.chain([("awkward", AWKWARD)]) {
        let cluster = input::read(text, Syntax::Toml).unwrap();
        let json = serde_json::to_value(&cluster).unwrap();
        for path in cluster.fact_paths() {
            let names = path.names(&cluster);
            assert_eq!(FactPath::resolve(&names, &cluster), Ok(Some(path)), "{name}: {names}");
            assert_eq!(FactPath::kind_of(&names), Some(path.kind()), "{name}: {names}");
            assert!(
                json.pointer(&path.pointer(&cluster)).is_some(),
                "{name}: {names} is not {}",
                path.pointer(&cluster)
            );
        }
    }
}

#[test]
fn entries_of_free_tables_have_paths() {
    let cluster = awkward();
    let entry = cluster.view().labels().entry("a.b");
    assert_eq!(entry.path().names(&cluster), r"labels.a\.b");
    assert_eq!(FactPath::resolve(r"labels.a\.b", &cluster), Ok(Some(entry.path())));
    assert_eq!(FactPath::kind_of(r"labels.a\.b"), Some(entry.path().kind()));
    let absent = cluster.view().labels().entry("nothing");
    assert_eq!((absent.path().names(&cluster).as_str(), absent.peek()), ("labels", None));
}

#[test]
fn kinds_of_paths_are_told_without_a_cluster() {
    let kind = |names: &str| FactPath::kind_of(names).map(FactPath::pattern);
    assert_eq!(kind("").as_deref(), Some(""));
    assert_eq!(
        kind(r"nodes[a\]b.c#2].interfaces[#3].speed").as_deref(),
        Some("nodes[*].interfaces[*].speed")
    );
    assert_eq!(kind("nodes[NODE1"), None);
    assert_eq!(kind("nodes.nonsense"), None);
    assert_eq!(kind(&"nodes".repeat(20)), None);
    assert_eq!(kind(&["nodes"; 20].join(".")), None, "no path is so long");
}

#[test]
fn malformed_paths_say_what_is_wrong() {
    for (text, expected) in [
        (
            "",
            "`` is not a path: write keys with dots between them, and `[name]`, `[#2]` or `[*]` after a list",
        ),
        (
            "nodes[NODE1",
            "`nodes[NODE1` is not a path: write keys with dots between them, and `[name]`, `[#2]` or `[*]` after a list",
        ),
        (
            "nodes[#0]",
            "`nodes[#0]` is not a path: write keys with dots between them, and `[name]`, `[#2]` or `[*]` after a list",
        ),
        ("nodse", "`nodse` is not a key of a cluster definition; did you mean `nodes`?"),
        ("nodes[*].domian", "`domian` is not a key of `nodes[*]`; did you mean `domain`?"),
        ("nodes[*].resources", "`resources` is not a key of `nodes[*]`"),
        (
            "nodes.name",
            "`nodes.name` is not a path: write keys with dots between them, and `[name]`, `[#2]` or `[*]` after a list",
        ),
    ] {
        assert_eq!(PathPattern::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_partial_list_is_not_complete_and_others_are() {
    let cluster = awkward();
    assert!(!cluster.view().groups().members().is_complete());
    let group = cluster.view().groups().members().peek()[0];
    assert_eq!(
        (group.resources().members().is_complete(), group.resources().members().peek().len()),
        (false, 3)
    );
    assert!(cluster.view().setup().members().is_complete());
    assert!(!cluster.view().nodes().members().is_complete(), "absent is not known");
}

#[test]
fn a_path_is_found_in_the_text_or_else_what_is_nearest_to_it() {
    let cluster = awkward();
    let locator = Locator::new(AWKWARD, Syntax::Toml);
    let cut = |names: &str| {
        let path = FactPath::resolve(names, &cluster).unwrap().unwrap();
        let place = locator.find(path);
        (place.line, AWKWARD[place.span].to_owned())
    };
    assert_eq!(cut(r"groups[EVS \[1\]].resources[ip#2].name"), (8, "\"ip\"".to_owned()));
    assert_eq!(cut("labels.customer"), (4, "\"Contoso\"".to_owned()));
    assert_eq!(cut("setup[#1].started"), (9, "[[setup]]".to_owned()), "the nearest that is there");
    let json = serde_json::to_string(&cluster).unwrap();
    let path = FactPath::resolve("setup[#1].node", &cluster).unwrap().unwrap();
    let place = Locator::new(&json, Syntax::Json).starting_at(7).find(path);
    assert_eq!((place.line, &json[place.span]), (7, "\"NODE1\""));
}

#[test]
fn elements_of_long_lists_are_named_as_those_of_short_ones() {
    // The Kelvin sign is no `k` to Windows, which compares ASCII with ASCII.
    let names = ["Node", "NODE", "é", "É", "k", "\u{212a}", "K"];
    let rendered = |times: usize| {
        let nodes = names.iter().cycle().take(times).map(|name| Node::default().name(*name));
        let cluster = Cluster::new("X").nodes(nodes.collect::<Vec<_>>());
        let paths = (0..times).map(|index| FactPath::ROOT.key(Key::nodes).index(index).names(&cluster));
        paths.collect::<Vec<_>>()
    };
    let (short, long) = (rendered(31), rendered(100));
    assert_eq!(short, long[..31]);
    assert_eq!(long[7..10], ["nodes[Node#3]", "nodes[NODE#4]", "nodes[é#3]"]);
}

#[test]
fn an_element_with_an_endless_name_is_named_by_its_place() {
    let endless = "x".repeat(1 << 20);
    let cluster = Cluster::new("X").nodes([Node::default(), Node::default().name(endless).site("HQ")]);
    let path = FactPath::ROOT.key(Key::nodes).index(1).key(Key::site);
    assert_eq!(path.names(&cluster), "nodes[#2].site");
    assert_eq!(FactPath::resolve("nodes[#2].site", &cluster), Ok(Some(path)));
}

#[test]
fn a_kind_of_fact_is_the_same_for_every_element() {
    let cluster = input::read(reference::TWO_NODES_2003, Syntax::Toml).unwrap();
    let path = |names| FactPath::resolve(names, &cluster).unwrap().unwrap();
    let (first, second) = (path("nodes[NODE1].windows.build"), path("nodes[NODE2].windows.build"));
    assert_eq!((first.kind(), first.kind()), (second.kind(), first), "the first node is the pattern");
    assert_eq!(second.pattern(), "nodes[*].windows.build");
    assert_eq!(FactPath::ROOT.pattern(), "");
}

/// Walks the shape of the model: every key has its `Key`, and no path is longer than a `FactPath` can hold.
#[test]
fn every_key_of_the_model_is_a_key_and_no_path_is_too_long() {
    fn walk(shape: &Shape, path: FactPath, reached: &mut Vec<Key>) {
        match shape {
            Shape::Table(keys) => {
                for (name, shape) in *keys {
                    let key = Key::named(name).unwrap_or_else(|| panic!("`{name}` has no key"));
                    reached.push(key);
                    walk(shape, path.key(key), reached);
                }
            }
            Shape::List(shape) => walk(shape, path.index(0), reached),
            Shape::OrNone(shape) => walk(shape, path, reached),
            Shape::Leaf(_) => {}
        }
    }
    let mut reached = Vec::new();
    walk(&Cluster::SHAPE, FactPath::ROOT, &mut reached);
    let unused: Vec<_> = Key::ALL.iter().filter(|key| !reached.contains(key)).collect();
    assert!(unused.is_empty(), "keys of no table: {unused:?}");
}

#[test]
fn paths_order_by_length_then_step_by_step() {
    let steps = |path: &FactPath| {
        let codes = path.steps().map(|step| match step {
            PathStep::Index(index) => (0, index),
            PathStep::Key(key) => (1, key as usize),
        });
        codes.collect::<Vec<_>>()
    };
    let mut paths = input::read(reference::FOUR_NODES_2003, Syntax::Toml).unwrap().fact_paths();
    let element = FactPath::ROOT.key(Key::groups).index(999_999);
    let deep = element.key(Key::resources).index(999_999).key(Key::depends_on_any).index(999_999);
    paths.extend([FactPath::ROOT, element, deep, deep.index(0), deep.index(999_999)]);
    for path in &paths {
        let rebuilt = path.steps().fold(FactPath::ROOT, |path, step| match step {
            PathStep::Index(index) => path.index(index),
            PathStep::Key(key) => path.key(key),
        });
        assert_eq!(rebuilt, *path);
        let count = path.steps().len();
        let (shorter, prefix) = (steps(&path.parent()), steps(path));
        assert_eq!(shorter, prefix[..count.saturating_sub(1)]);
        assert!((0..=count).all(|length| steps(&path.prefix(length)) == prefix[..length]), "{path:?}");
    }
    let by_steps = |path: &FactPath| (path.steps().len(), steps(path));
    paths.sort_unstable();
    assert!(paths.is_sorted_by_key(by_steps));
    assert!(paths.windows(2).all(|pair| pair[0] != pair[1]), "no two of them are the same");
}
