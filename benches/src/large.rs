//! Clusters of the largest size that Exchange allows: a reference cluster of the rules, with its first node and its first
//! virtual server eight and seven times.

use rules_core::{
    input::{Syntax, read},
    model::Cluster,
    testing::reference,
};
use serde_json::{Value, json};

/// Exchange 2003: 8 nodes, 7 virtual servers, 89 resources.
pub fn exchange_2003() -> Cluster {
    large(reference::TWO_NODES_2003, "EVS1", |group, number| {
        // The first virtual server brings the one MTA; all have two more virtual servers of protocols.
        let resources = list(group, "resources");
        if number > 1 {
            resources.retain(|resource| resource["name"] != format!("MTA (EVS{number})"));
        }
        for protocol in ["SMTP", "HTTP"] {
            let own = format!("{protocol} (EVS{number})");
            let mut second = named(resources, &own).clone();
            second["name"] = json!(format!("{protocol} 2 (EVS{number})"));
            resources.push(second);
        }
    })
}

/// Exchange 2007, a single copy cluster: 8 nodes, 7 clustered mailbox servers, 87 resources.
pub fn exchange_2007() -> Cluster {
    large(reference::SCC_2007, "CMS1", |group, number| {
        let resources = list(group, "resources");
        let second = named(resources, &format!("Second Storage Group/Mailbox Database 2 (CMS{number})"));
        let more = (3..=6).map(|database| {
            let mut copy = second.clone();
            copy["name"] = json!(format!("Mailbox Database {database} (CMS{number})"));
            copy
        });
        let more: Vec<Value> = more.collect();
        resources.extend(more);
    })
}

const NODES: usize = 8;

/// The letters of the disks for data and logs of each virtual server.
const LETTERS: [[&str; 2]; NODES - 1] =
    [["S", "T"], ["U", "V"], ["W", "X"], ["Y", "Z"], ["F", "G"], ["H", "I"], ["J", "K"]];

fn large(reference: &str, first_server: &str, adapt: impl Fn(&mut Value, usize)) -> Cluster {
    let small = read(reference, Syntax::Toml).expect("a reference cluster is well-formed");
    let mut cluster = serde_json::to_value(small).expect("a cluster can be written as JSON");

    let copies = |value: &Value, copy: &dyn Fn(&str, usize) -> String, count: usize| -> Vec<Value> {
        let text = value.to_string();
        (1..=count).map(|number| copy(&text, number).parse().expect("a copy of JSON is JSON")).collect()
    };
    let node = |text: &str, number: usize| {
        text.replace("NODE1", &format!("NODE{number}"))
            .replace("192.0.2.11/", &format!("192.0.2.{}/", 10 + number))
            .replace("10.0.0.1/", &format!("10.0.0.{number}/"))
    };
    let stem = first_server.trim_end_matches('1');
    let server = |text: &str, number: usize| {
        let [data, logs] = LETTERS[number - 1];
        let mut text = text
            .replace("S:", "\u{1}:")
            .replace("T:", &format!("{logs}:"))
            .replace("\u{1}:", &format!("{data}:"))
            .replace("NODE1", &format!("NODE{number}"))
            .replace("192.0.2.21/", &format!("192.0.2.{}/", 20 + number));
        for stem in [stem, &stem.to_lowercase()] {
            text = text.replace(&format!("{stem}1"), &format!("{stem}{number}"));
        }
        text
    };
    let owners: Vec<String> = (1..=NODES).map(|number| format!("NODE{number}")).collect();

    cluster["nodes"] = copies(&cluster["nodes"][0], &node, NODES).into();
    let servers = copies(&cluster["virtual_servers"][0], &server, NODES - 1);
    cluster["virtual_servers"] = servers.into();

    let mut groups: Vec<Value> = Vec::new();
    for group in list(&mut cluster, "groups").drain(..) {
        if group.to_string().contains(first_server) {
            let mut copies = copies(&group, &server, NODES - 1);
            copies.iter_mut().zip(1..).for_each(|(copy, number)| adapt(copy, number));
            groups.extend(copies);
        } else {
            groups.push(group);
        }
    }
    for group in &mut groups {
        let preferred = list(group, "preferred_owners");
        if !preferred.is_empty() {
            // The node that runs the virtual server, then the one that stands by.
            let own = preferred[0].clone();
            *preferred = vec![own, json!(owners[NODES - 1])];
        }
        for resource in list(group, "resources") {
            resource["possible_owners"] = json!(owners);
        }
    }
    cluster["groups"] = groups.into();

    let mut disks = Vec::new();
    for disk in list(&mut cluster, "disks").drain(..) {
        let letter = disk["letter"].as_str().expect("a disk has a letter").to_owned();
        match ["S", "T"].iter().position(|own| *own == letter) {
            Some(which) => disks.extend(LETTERS.iter().map(|letters| {
                let mut copy = disk.clone();
                copy["letter"] = json!(letters[which]);
                copy["name"] = json!(format!("Disk {}:", letters[which]));
                copy
            })),
            None => disks.push(disk),
        }
    }
    cluster["disks"] = disks.into();

    cluster["setup"] = log(list(&mut cluster, "setup"), first_server, &node, &server).into();
    read(&cluster.to_string(), Syntax::Json).expect("the copies are well-formed")
}

/// The log of the small cluster with every step on a node or a virtual server once for each, in the order of events.
fn log(
    steps: &[Value],
    first_server: &str,
    node: &dyn Fn(&str, usize) -> String,
    server: &dyn Fn(&str, usize) -> String,
) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut of_server: Vec<&Value> = Vec::new();
    for step in steps {
        let text = step.to_string();
        let copies = |numbers: std::ops::RangeInclusive<usize>| {
            let text = text.clone();
            numbers.map(move |number| -> Value { node(&text, number).parse().expect("a copy is JSON") })
        };
        if text.contains(first_server) {
            of_server.push(step);
        } else if step["step"] == "form-cluster" {
            all.push(step.clone());
            all.extend(copies(2..=NODES).map(|mut step| {
                step["step"] = json!("join-node");
                step
            }));
        } else if step["node"] == "NODE1" {
            all.extend(copies(1..=NODES));
        } else if step["node"].is_null() {
            all.push(step.clone());
        }
    }
    for number in 1..NODES {
        let copies = of_server.iter().map(|step| server(&step.to_string(), number));
        all.extend(copies.map(|step| -> Value { step.parse().expect("a copy is JSON") }));
    }
    for (hour, step) in all.iter_mut().enumerate() {
        let day = 1 + hour / 24;
        step["started"] = json!(format!("2008-03-{day:02}T{:02}:00:00", hour % 24));
        step["finished"] = json!(format!("2008-03-{day:02}T{:02}:40:00", hour % 24));
    }
    all
}

fn list<'v>(value: &'v mut Value, key: &str) -> &'v mut Vec<Value> {
    value[key].as_array_mut().expect("the reference cluster has the list")
}

fn named<'v>(list: &'v [Value], name: &str) -> &'v Value {
    list.iter().find(|element| element["name"] == name).expect("the reference cluster has the element")
}

#[cfg(test)]
mod tests {
    use rules_core::{Outcome, Profile, audit_cluster, testing::describe};

    use super::*;

    #[test]
    fn large_clusters_are_good_and_of_the_stated_size() {
        let plan = excluster::book().plan(&Profile::recommended()).unwrap();
        for (cluster, resources) in [(exchange_2003(), 89), (exchange_2007(), 87)] {
            assert_eq!(cluster.view().resources().peek().len(), resources);
            assert_eq!(cluster.view().evs().peek().len(), NODES - 1);
            for (rule, outcome) in audit_cluster(&plan, &cluster).outcomes {
                let judged = matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_));
                assert!(judged, "{} is {}", rule.full_name(), describe(&outcome, &cluster));
            }
        }
    }
}
