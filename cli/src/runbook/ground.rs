//! What is to be there before the first step, by topic, as people check it: what all elements of a list have in common
//! is said once.

use std::collections::HashMap;

use super::document::{Fact, Plan};

/// What stands in the head of a runbook, or is nothing to look at.
const NOT_CHECKED: &[&str] = &["name", "exchange", "partial", "labels", "source"];

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
    /// Each fact, and its value.
    pub(super) facts: Vec<(String, String)>,
}

impl Subject {
    /// `NODE1: site HQ; windows.version 2003`.
    pub(super) fn in_words(&self) -> String {
        let facts = self.facts.iter().map(|(fact, value)| match fact.as_str() {
            "" => value.clone(),
            fact => format!("{fact} {value}"),
        });
        let facts = facts.collect::<Vec<_>>().join("; ");
        if self.name.is_empty() { facts } else { format!("{}: {facts}", self.name) }
    }
}

/// The topics, in the order of a definition.
pub(super) fn topics(plan: &Plan) -> Vec<Topic> {
    let mut facts: Vec<Parts<'_>> = plan.ground.iter().map(Parts::of).collect();
    facts.retain(|fact| !NOT_CHECKED.contains(&fact.topic));
    let topics = facts.chunk_by(|one, other| one.topic == other.topic);
    topics.map(|facts| Topic { title: facts[0].topic.replace('_', " "), subjects: subjects(facts) }).collect()
}

/// A fact, taken apart: `nodes[NODE1].windows.version`.
struct Parts<'f> {
    topic: &'f str,
    element: &'f str,
    rest: &'f str,
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
        Self { topic, element, rest, value: fact.shown() }
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

fn subjects(facts: &[Parts<'_>]) -> Vec<Subject> {
    let elements: Vec<&[Parts<'_>]> = facts.chunk_by(|one, other| one.element == other.element).collect();
    let names: Vec<String> = elements.iter().map(|facts| unescaped(facts[0].element)).collect();
    let mut holders: HashMap<(&str, &str), usize> = HashMap::new();
    for fact in facts {
        *holders.entry((fact.rest, &fact.value)).or_default() += 1;
    }
    let is_common =
        |fact: &Parts<'_>| elements.len() > 1 && holders[&(fact.rest, fact.value.as_str())] == elements.len();
    let told = |facts: &[Parts<'_>], common: bool| {
        let told = facts.iter().filter(|fact| is_common(fact) == common);
        told.map(|fact| (unescaped(fact.rest), fact.value.clone())).collect()
    };
    let each = Subject { name: format!("each of {}", names.join(", ")), facts: told(elements[0], true) };
    let own = elements.iter().zip(&names);
    let own = own.map(|(facts, name)| Subject { name: name.clone(), facts: told(facts, false) });
    [each].into_iter().chain(own).filter(|subject| !subject.facts.is_empty()).collect()
}

/// A name of a path as it is in the definition.
fn unescaped(path: &str) -> String {
    let mut escaped = false;
    let is_kept = |character: &char| {
        let is_escape = *character == '\\' && !escaped;
        escaped = is_escape;
        !is_escape
    };
    path.chars().filter(is_kept).collect()
}
