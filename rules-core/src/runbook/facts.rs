//! Facts as parts of a definition: laid over a cluster, taken away from it, compared with it, listed one by one.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::model::Cluster;

/// The facts of a definition one by one.
pub struct Facts;

/// One fact of a definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Its path by names.
    pub path: String,
    /// Its value, as JSON.
    pub value: String,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.value)
    }
}

impl Facts {
    /// Every fact of a part of a definition: values, and lists without names as a whole. The name of an element is a fact
    /// only where nothing else is said of it.
    pub fn of(part: &Cluster) -> Vec<Statement> {
        let mut statements = Vec::new();
        list(&value(part), None, &mut String::new(), &mut statements);
        statements.retain(|statement| statement.path != "format");
        statements
    }

    /// Those facts of a part of a definition that a cluster does not hold.
    pub fn missing(part: &Cluster, cluster: &Cluster) -> Vec<Statement> {
        let held: std::collections::HashSet<Statement> = Self::of(cluster).into_iter().collect();
        let mut missing = Self::of(part);
        // That an element is there is not listed where more is known of it.
        missing.retain(|fact| {
            !held.contains(fact)
                && !fact
                    .path
                    .strip_suffix(".name")
                    .is_some_and(|element| held.iter().any(|it| it.path.starts_with(&format!("{element}."))))
        });
        missing
    }
}

/// Lays facts over those of a cluster: tables key by key, lists of named elements element by element, other lists and
/// values as a whole. A resource is in one group: facts of it in another group move it there.
pub(super) fn lay_over(cluster: &mut Cluster, facts: &Cluster) {
    let mut below = value(cluster);
    let above = value(facts);
    move_resources(&mut below, &above);
    merge(&mut below, above);
    *cluster = definition(below);
}

/// Moves resources into the groups that facts have them in.
fn move_resources(below: &mut Value, facts: &Value) {
    for group in elements(facts, "groups") {
        for resource in elements(group, "resources") {
            let Some(moved) = take_resource(below, group, resource) else { continue };
            let mut into = group.clone();
            into["resources"] = Value::Array(vec![moved]);
            merge(below, json!({ "groups": [into] }));
        }
    }
}

/// Takes a resource out of another group than this one.
fn take_resource(from: &mut Value, group: &Value, resource: &Value) -> Option<Value> {
    let groups = from.get_mut("groups")?.as_array_mut()?.iter_mut();
    let mut others = groups.filter(|other| !is_namesake(other, group));
    others.find_map(|other| {
        let resources = other.get_mut("resources")?.as_array_mut()?;
        let index = resources.iter().position(|other| is_namesake(other, resource))?;
        Some(resources.remove(index))
    })
}

fn elements<'v>(table: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    table.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Takes facts away from those of a cluster, and with the last fact of an element the element.
pub(super) fn take_away(cluster: &mut Cluster, facts: &Cluster) {
    let mut from = value(cluster);
    remove(&mut from, &value(facts), None);
    from["format"] = value(&Cluster::new(""))["format"].clone();
    *cluster = definition(from);
}

fn value(cluster: &Cluster) -> Value {
    serde_json::to_value(cluster).expect("a cluster can be written as JSON")
}

fn definition(value: Value) -> Cluster {
    serde_json::from_value(value).expect("facts of definitions make a definition")
}

/// What an element of a list is called by, which is not a fact of it.
fn label(element: &Value) -> Option<(&'static str, &str)> {
    ["name", "network"].into_iter().find_map(|key| Some((key, element.get(key)?.as_str()?)))
}

fn are_named(elements: &[Value]) -> bool {
    !elements.is_empty() && elements.iter().all(|element| label(element).is_some())
}

fn is_namesake(one: &Value, other: &Value) -> bool {
    matches!((label(one), label(other)), (Some((_, one)), Some((_, other))) if crate::model::same_name(one, other))
}

fn merge(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, above) in above {
                match below.get_mut(&key) {
                    Some(below) => merge(below, above),
                    None => drop(below.insert(key, above)),
                }
            }
        }
        (Value::Array(below), Value::Array(above)) if are_named(&above) => {
            for element in above {
                match below.iter_mut().find(|other| is_namesake(other, &element)) {
                    Some(below) => merge(below, element),
                    None => below.push(element),
                }
            }
        }
        (below, above) => *below = above,
    }
}

/// Whether nothing is left but the label.
fn remove(from: &mut Value, facts: &Value, label: Option<&str>) -> bool {
    match (from, facts) {
        (Value::Object(from), Value::Object(facts)) => {
            for (key, fact) in facts.iter().filter(|(key, _)| Some(key.as_str()) != label) {
                if from.get_mut(key).is_some_and(|from| remove(from, fact, None)) {
                    from.remove(key);
                }
            }
            from.is_empty() || from.len() == 1 && label.is_some_and(|label| from.contains_key(label))
        }
        (Value::Array(from), Value::Array(facts)) if are_named(facts) => {
            for fact in facts {
                let label = self::label(fact).map(|(key, _)| key);
                if let Some(index) = from.iter().position(|element| is_namesake(element, fact))
                    && remove(&mut from[index], fact, label)
                {
                    from.remove(index);
                }
            }
            from.is_empty()
        }
        _ => true,
    }
}

fn list(value: &Value, label: Option<&str>, path: &mut String, statements: &mut Vec<Statement>) {
    let length = path.len();
    match value {
        Value::Object(table) => {
            for (key, value) in said(table, label) {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                list(value, None, path, statements);
                path.truncate(length);
            }
        }
        Value::Array(elements) if are_named(elements) => {
            for element in elements {
                let (label, name) = self::label(element).expect("they are named");
                path.push('[');
                path.extend(name.chars().flat_map(|character| {
                    let escape = matches!(character, '\\' | '[' | ']' | '#' | '*' | '.').then_some('\\');
                    escape.into_iter().chain([character])
                }));
                path.push(']');
                list(element, Some(label), path, statements);
                path.truncate(length);
            }
        }
        _ => statements.push(Statement { path: path.clone(), value: value.to_string() }),
    }
}

/// What is said in a table: all but the label, or that alone.
fn said<'t>(
    table: &'t Map<String, Value>,
    label: Option<&str>,
) -> impl Iterator<Item = (&'t String, &'t Value)> {
    let only = table.len() == 1;
    table.iter().filter(move |(key, _)| only || Some(key.as_str()) != label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Group, Parameters, Resource, ResourceState};

    fn groups(groups: impl Into<Vec<Group>>) -> Cluster {
        Cluster::default().groups(groups)
    }

    fn group(name: &str, resources: impl Into<Vec<Resource>>) -> Group {
        Group::default().name(name).resources(resources)
    }

    fn resource(name: &str) -> Resource {
        Resource::default().name(name)
    }

    #[test]
    fn the_name_of_an_element_is_its_place_and_any_other_name_a_fact() {
        let named = resource("CMS1 Name").parameters(Parameters::default().name("CMS1").require_dns(true));
        let facts: Vec<String> =
            Facts::of(&groups([group("CMS1", [named])])).iter().map(Statement::to_string).collect();
        let parameters = "groups[CMS1].resources[CMS1 Name].parameters";
        assert_eq!(
            facts,
            [format!("{parameters}.name = \"CMS1\""), format!("{parameters}.require_dns = true")]
        );
    }

    #[test]
    fn a_resource_is_in_one_group() {
        let disk = || resource("Disk S:").state(ResourceState::Online);
        let mut cluster =
            Cluster::new("MAILCLU1").groups([group("Cluster Group", [resource("Cluster IP"), disk()])]);
        let moved = groups([group("CMS1", [resource("disk s:").state(ResourceState::Offline)])]);
        lay_over(&mut cluster, &moved);
        let expected = Cluster::new("MAILCLU1").groups([
            group("Cluster Group", [resource("Cluster IP")]),
            group("CMS1", [resource("disk s:").state(ResourceState::Offline)]),
        ]);
        assert_eq!(cluster, expected);
    }
}
