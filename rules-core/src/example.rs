//! Examples of a rule: clusters that pass, fail or cannot be judged, as small changes to a reference cluster.

use std::fmt;

use crate::{
    input::{self, Syntax},
    model::{Cluster, FactPath},
};

/// A cluster on which a rule is shown, and what the rule says of it.
///
/// It is a base (usually one of [`reference`](crate::testing::reference)), from which facts or whole elements are
/// taken away, and over which a few lines of TOML are laid.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What is shown, in a few words.
    pub title: &'static str,
    /// The definition that the example starts from, in TOML.
    pub base: &'static str,
    /// What is taken away, as paths by names.
    pub without: &'static [&'static str],
    /// What is laid over the rest, in TOML: tables key by key, lists of named elements element by element, other
    /// lists and values as a whole.
    pub with: &'static str,
    /// What the rule says.
    pub expect: Expectation,
}

/// What a rule says of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It passes.
    Passes,
    /// It does not apply.
    NotApplicable,
    /// It fails, with a finding at each of these paths by names, in this order, and no other.
    Fails(&'static [&'static str]),
    /// It cannot be judged, because of these absent facts.
    Unknown(&'static [&'static str]),
}

/// A cluster that passes.
pub const fn passes(title: &'static str, base: &'static str) -> Example {
    Example { title, base, without: &[], with: "", expect: Expectation::Passes }
}

/// A cluster that fails, with a finding at each of these paths.
pub const fn fails(title: &'static str, base: &'static str, at: &'static [&'static str]) -> Example {
    Example { title, base, without: &[], with: "", expect: Expectation::Fails(at) }
}

/// A cluster that cannot be judged, because these facts are absent.
pub const fn unknown(title: &'static str, base: &'static str, absent: &'static [&'static str]) -> Example {
    Example { title, base, without: &[], with: "", expect: Expectation::Unknown(absent) }
}

/// A cluster to which the rule does not apply.
pub const fn not_applicable(title: &'static str, base: &'static str) -> Example {
    Example { title, base, without: &[], with: "", expect: Expectation::NotApplicable }
}

/// An example whose definition cannot be made: a mistake of the one who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the example \"{title}\": {problem}")]
pub struct ExampleError {
    title: &'static str,
    problem: String,
}

impl Example {
    /// Takes facts or whole elements of lists away.
    #[must_use]
    pub const fn without(mut self, paths: &'static [&'static str]) -> Self {
        self.without = paths;
        self
    }

    /// Lays a few lines of TOML over the definition.
    #[must_use]
    pub const fn with(mut self, overlay: &'static str) -> Self {
        self.with = overlay;
        self
    }

    /// The example's cluster.
    ///
    /// # Errors
    /// The base, the overlay or a path is malformed, or what is to be taken away is not there.
    pub fn cluster(&self) -> Result<Cluster, ExampleError> {
        altered(self.base, self.without, self.with)
            .map_err(|problem| ExampleError { title: self.title, problem })
    }
}

/// The cluster of a definition in TOML from which facts or whole elements of lists are taken away, as paths by names,
/// and over which a few lines of TOML are laid: tables key by key, lists of named elements element by element, other
/// lists and values as a whole.
///
/// # Errors
/// The definition, the overlay or a path is malformed, or what is to be taken away is not there.
pub(crate) fn altered(definition: &str, without: &[&str], with: &str) -> Result<Cluster, String> {
    let mut document: toml::Table =
        definition.parse().map_err(|problem| format!("the definition: {problem}"))?;
    let base =
        input::read(definition, Syntax::Toml).map_err(|problems| listed("the definition", &problems))?;
    let mut taken = Vec::new();
    for names in without {
        let path = FactPath::resolve(names, &base).map_err(|problem| problem.to_string())?;
        let path = path
            .filter(|path| path.exists(&base))
            .ok_or_else(|| format!("there is no `{names}` to take away"))?;
        taken.push(path);
    }
    // From the last to the first, so that the indexes of those still to go stay true.
    taken.sort_unstable();
    for path in taken.iter().rev() {
        take_away(&mut document, &path.pointer(&base));
    }
    let overlay: toml::Table = with.parse().map_err(|problem| format!("the overlay: {problem}"))?;
    lay_over(&mut document, overlay);
    let text = document.to_string();
    input::read(&text, Syntax::Toml).map_err(|problems| listed("the result", &problems))
}

fn listed(what: &str, problems: &[input::InputError]) -> String {
    let problems: Vec<String> =
        problems.iter().map(|problem| format!("{} ({})", problem.message, problem.hint)).collect();
    format!("{what}: {}", problems.join("; "))
}

fn take_away(document: &mut toml::Table, pointer: &str) {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, first)) = steps.split_last() else { return };
    let mut table = toml::Value::Table(std::mem::take(document));
    let mut here = Some(&mut table);
    for step in first {
        here = here.and_then(|here| match here {
            toml::Value::Table(table) => table.get_mut(step),
            toml::Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get_mut(index)),
            _ => None,
        });
    }
    match here {
        Some(toml::Value::Table(table)) => drop(table.remove(last)),
        Some(toml::Value::Array(items)) => {
            if let Some(index) = last.parse().ok().filter(|&index: &usize| index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
    if let toml::Value::Table(table) = table {
        *document = table;
    }
}

fn lay_over(document: &mut toml::Table, overlay: toml::Table) {
    for (key, value) in overlay {
        match (document.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            (Some(toml::Value::Array(below)), toml::Value::Array(above))
                if !above.is_empty() && above.iter().all(is_named) =>
            {
                for element in above {
                    let namesake = below
                        .iter_mut()
                        .find(|other| label(other).is_some() && label(other) == label(&element));
                    match (namesake, element) {
                        (Some(toml::Value::Table(below)), toml::Value::Table(above)) => {
                            lay_over(below, above);
                        }
                        (_, element) => below.push(element),
                    }
                }
            }
            (_, value) => {
                document.insert(key, value);
            }
        }
    }
}

fn is_named(element: &toml::Value) -> bool {
    label(element).is_some()
}

/// What an element of a list is called: its `name`, or of an interface its `network`.
fn label(element: &toml::Value) -> Option<&str> {
    element.get("name").or_else(|| element.get("network")).and_then(toml::Value::as_str)
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passes => "passes",
            Self::NotApplicable => "does not apply",
            Self::Fails(_) => "fails",
            Self::Unknown(_) => "cannot be judged",
        })
    }
}
