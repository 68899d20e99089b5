//! What is to be there before the first step, by topic, as people check it: what all elements of a list have in common
//! is said once.

use std::collections::{BTreeMap, HashMap};

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
    let mut topics: Vec<(&str, Vec<Parts<'_>>)> = Vec::new();
    for fact in &plan.ground {
        let parts = Parts::of(fact);
        if NOT_CHECKED.contains(&parts.topic) {
            continue;
        }
        match topics.iter_mut().find(|(topic, _)| *topic == parts.topic) {
            Some((_, facts)) => facts.push(parts),
            None => topics.push((parts.topic, vec![parts])),
        }
    }
    let topic = |(topic, facts): (&str, Vec<Parts<'_>>)| Topic {
        title: topic.replace('_', " "),
        subjects: subjects(&facts),
    };
    topics.into_iter().map(topic).collect()
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
    let mut elements: Vec<&str> = Vec::new();
    let mut held: HashMap<(&str, &str), usize> = HashMap::new();
    let mut known = BTreeMap::new();
    for fact in facts {
        known.entry(fact.element).or_insert_with(|| elements.push(fact.element));
        *held.entry((fact.rest, &fact.value)).or_default() += 1;
    }
    let is_common = |fact: &Parts<'_>| {
        elements.len() > 1 && held.get(&(fact.rest, fact.value.as_str())) == Some(&elements.len())
    };
    let told = |fact: &Parts<'_>| (unescaped(fact.rest), fact.value.clone());
    let first = elements.first().copied().unwrap_or_default();
    let common = facts.iter().filter(|fact| fact.element == first && is_common(fact)).map(told);
    let names: Vec<String> = elements.iter().map(|element| unescaped(element)).collect();
    let each = format!("each of {}", names.join(", "));
    let mut subjects = vec![Subject { name: each, facts: common.collect() }];
    subjects.extend(elements.iter().zip(names).map(|(element, name)| {
        let own = facts.iter().filter(|fact| fact.element == *element && !is_common(fact));
        Subject { name, facts: own.map(told).collect() }
    }));
    subjects.retain(|subject| !subject.facts.is_empty());
    subjects
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
