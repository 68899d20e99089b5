//! What is to be there before the first step, by topic, as people check it: what all elements of a list have in common
//! is said once.

use std::collections::HashMap;

use super::document::{Fact, Plan};

/// What stands in the head of a runbook, or is nothing to look at.
const NOT_CHECKED: &[&str] = &[
    "name",
    "exchange",
    "layout",
    "partial",
    "virtual_server_mode",
    "failures_to_survive",
    "labels",
    "source",
];

/// What belongs together: `nodes`.
pub(super) struct Topic {
    /// In words.
    pub(super) title: String,
    pub(super) subjects: Vec<Subject>,
}

/// What some facts are about.
pub(super) struct Subject {
    /// The element of a list, or all of them; of a topic that is no list, nothing.
    pub(super) name: String,
    /// What is said of it, a line for each table: `windows: edition enterprise, version 2003`.
    pub(super) lines: Vec<String>,
}

/// The topics, in the order of a definition.
pub(super) fn topics(plan: &Plan) -> Vec<Topic> {
    let mut facts: Vec<Parts<'_>> = plan.ground.iter().map(Parts::of).collect();
    facts.retain(|fact| !NOT_CHECKED.contains(&fact.topic));
    let topics = facts.chunk_by(|one, other| one.topic == other.topic);
    topics.map(|facts| Topic { title: facts[0].topic.replace('_', " "), subjects: subjects(facts) }).collect()
}

fn subjects(facts: &[Parts<'_>]) -> Vec<Subject> {
    let elements: Vec<&[Parts<'_>]> = facts.chunk_by(|one, other| one.element == other.element).collect();
    let names: Vec<String> = elements.iter().map(|facts| facts[0].name()).collect();
    let mut holders: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for fact in facts {
        *holders.entry(fact.said_of_an_element()).or_default() += 1;
    }
    let is_common =
        |fact: &Parts<'_>| elements.len() > 1 && holders[&fact.said_of_an_element()] == elements.len();
    let subject = |name: String, facts: &[Parts<'_>], common: bool| {
        Subject::of(name, facts.iter().filter(|fact| is_common(fact) == common).collect())
    };
    let each = subject(format!("each of {}", names.join(", ")), elements[0], true);
    let own = elements.iter().zip(&names).map(|(facts, name)| subject(name.clone(), facts, false));
    [each].into_iter().chain(own).filter(|subject| !subject.lines.is_empty()).collect()
}

impl Subject {
    /// What stands in no table is said first.
    fn of(name: String, mut facts: Vec<&Parts<'_>>) -> Self {
        facts.sort_by_key(|fact| !fact.table.is_empty());
        let line = |facts: &[&Parts<'_>]| {
            let said = facts.iter().map(|fact| fact.said()).collect::<Vec<_>>().join(", ");
            match facts[0].table {
                "" => said,
                table => format!("{}: {said}", unescaped(table)),
            }
        };
        Self { name, lines: facts.chunk_by(|one, other| one.table == other.table).map(line).collect() }
    }
}

/// A fact, taken apart: `nodes[NODE1].windows.version`.
struct Parts<'f> {
    topic: &'f str,
    element: &'f str,
    /// The table that it stands in, within the element.
    table: &'f str,
    key: &'f str,
    value: String,
}

impl<'f> Parts<'f> {
    fn of(fact: &'f Fact) -> Self {
        let path = fact.path.as_str();
        let (topic, after) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
        let (element, rest) = match after.strip_prefix('[') {
            Some(after) => after.split_at(end_of_name(after)),
            None => ("", after),
        };
        let rest = rest.trim_start_matches(']').trim_start_matches('.');
        let (table, key) = rest.rsplit_once('.').unwrap_or(("", rest));
        Self { topic, element, table, key, value: fact.shown() }
    }

    /// The element as people write it.
    fn name(&self) -> String {
        if self.element.is_empty() { String::new() } else { format!("`{}`", unescaped(self.element)) }
    }

    /// What other elements may have, too.
    fn said_of_an_element(&self) -> (&str, &str, &str) {
        (self.table, self.key, &self.value)
    }

    fn said(&self) -> String {
        if self.key.is_empty() { self.value.clone() } else { format!("{} {}", self.key, self.value) }
    }
}

/// Where the name of an element ends: at the first bracket without a `\` before it.
fn end_of_name(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, character)| {
        let ends = *character == ']' && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(index, _)| index)
}

/// A part of a path as it is in the definition.
fn unescaped(path: &str) -> String {
    let mut escaped = false;
    let is_kept = |character: &char| {
        let is_escape = *character == '\\' && !escaped;
        escaped = is_escape;
        !is_escape
    };
    path.chars().filter(is_kept).collect()
}
