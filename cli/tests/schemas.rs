//! The schema of a definition takes every example, and refuses what the reader refuses.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::{fs, path::Path};

use jsonschema::Validator;
use rules_core::{
    input::{self, Syntax},
    model::cluster_schema,
    testing::reference,
};
use serde_json::{Value, json};

fn validator() -> Validator {
    jsonschema::draft202012::new(&serde_json::to_value(cluster_schema()).unwrap()).unwrap()
}

/// What the schema says of a document; nothing if it is valid.
fn problems(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn of_toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// Every example definition: the fleet, the reference clusters, and the clusters that rules are shown on.
fn examples() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fleet")).unwrap() {
        let file = entry.unwrap().path();
        let (name, text) = (file.display().to_string(), fs::read_to_string(&file).unwrap());
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => all.push((name, of_toml(&text))),
            Some("json") => all.push((name, serde_json::from_str(&text).unwrap())),
            Some("ndjson") => {
                all.extend(text.lines().map(|line| (name.clone(), serde_json::from_str(line).unwrap())));
            }
            _ => {}
        }
    }
    all.extend(reference::ALL.iter().map(|it| (it.name.to_owned(), of_toml(it.definition))));
    for rule in excluster::book().rules() {
        for example in rule.meta().examples {
            let cluster = serde_json::to_value(example.cluster().unwrap()).unwrap();
            all.push((format!("{}: {}", rule.meta().full_name(), example.title), cluster));
        }
    }
    for rule in excluster::book().fleet_rules() {
        for example in rule.meta().fleets {
            for cluster in example.clusters().unwrap() {
                let name = format!("{}: {}", rule.meta().full_name(), example.title);
                all.push((name, serde_json::to_value(cluster).unwrap()));
            }
        }
    }
    all
}

#[test]
fn every_example_is_valid() {
    let validator = validator();
    let examples = examples();
    assert!(examples.len() > 300, "{}", examples.len());
    for (name, document) in examples {
        assert_eq!(problems(&validator, &document), [""; 0], "{name}");
    }
}

#[test]
fn schema_and_reader_agree_on_what_is_wrong_and_on_what_is_read_loosely() {
    let validator = validator();
    let node = |facts: Value| json!({ "format": "cluster/1", "nodes": [facts] });
    for (document, valid) in [
        (json!({ "format": "cluster/1" }), true),
        (json!({ "name": "MAILCLU1" }), false),
        (json!({ "format": "cluster/9" }), false),
        (json!({ "format": "cluster/1", "nmae": "MAILCLU1" }), false),
        (json!({ "format": "cluster/1", "nodes": null }), false),
        (json!({ "format": "cluster/1", "nodes": {} }), false),
        (json!({ "format": "cluster/1", "exchange": "Exchange Server 2003" }), true),
        (json!({ "format": "cluster/1", "exchange": "exchange-2003" }), true),
        (json!({ "format": "cluster/1", "exchange": "2010" }), false),
        (json!({ "format": "cluster/1", "exchange": 2003 }), false),
        (json!({ "format": "cluster/1", "labels": { "customer": "Contoso", "clusters": 3 } }), true),
        (json!({ "format": "cluster/1", "labels": { "customer": ["Contoso"] } }), false),
        (json!({ "format": "cluster/1", "quorum": { "witness": "none" } }), true),
        (json!({ "format": "cluster/1", "quorum": { "witness": { "host": "HUB1" } } }), true),
        (json!({ "format": "cluster/1", "quorum": { "witness": "HUB1" } }), false),
        (node(json!({ "state": "upp" })), false),
        (node(json!({ "local_drives": ["C", "d:"] })), true),
        (node(json!({ "local_drives": ["CD"] })), false),
        (node(json!({ "windows": { "edition": "2003 Advanced" } })), true),
        (node(json!({ "windows": { "edition": "some edition of a maker's" } })), true),
        (node(json!({ "windows": { "service_pack": -1 } })), false),
        (node(json!({ "interfaces": [{ "address": "192.0.2.1/24" }] })), true),
        (node(json!({ "interfaces": [{ "address": "node1" }] })), false),
    ] {
        let read = input::read(&document.to_string(), Syntax::Json);
        assert_eq!(read.is_ok(), valid, "the reader, on {document}: {read:?}");
        assert_eq!(problems(&validator, &document).is_empty(), valid, "the schema, on {document}");
    }
}
