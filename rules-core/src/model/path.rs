//! [`FactPath`]: where a fact stands in a definition.

use std::{cell::RefCell, collections::HashMap, fmt::Write as _};

use super::{
    Cluster, Key, Scalar,
    table::{Reflect, Shape, Term as _},
};
use crate::words;

/// The most steps from the root of a definition to any of its facts:
/// `groups`, 0, `resources`, 3, `parameters`, `other`, 1.
const MAX_STEPS: usize = 7;

/// Where a fact stands in a definition, known or not: a small, `Copy` list of keys and list indexes.
///
/// It is rendered in two ways: [`names`](FactPath::names) for people, waivers and baselines
/// (`groups[EVS1 Group].resources[EVS1 IP].parameters.address`) and [`pointer`](FactPath::pointer) for programs
/// (`/groups/1/resources/0/parameters/address`).
///
/// Paths order as their facts do in the fact model; list elements by their index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactPath {
    length: u32,
    steps: [Step; MAX_STEPS],
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Step(u32);

impl Step {
    const KEY: u32 = 1 << 31;
}

/// One step of a [`FactPath`], taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// Into the value of a key.
    Key(Key),
    /// Into an element of a list, or an entry of a free table, counted from 0.
    Index(usize),
}

impl FactPath {
    /// The whole definition.
    pub const ROOT: Self = Self { length: 0, steps: [Step(0); MAX_STEPS] };

    /// The path of a key below this one.
    #[must_use]
    pub fn key(self, key: Key) -> Self {
        self.step(Step(Step::KEY | key as u32))
    }

    /// The path of a list element (or of an entry of a free table) below this one, counted from 0.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        let index = u32::try_from(index).expect("lists are limited to a million elements");
        self.step(Step(index))
    }

    fn step(mut self, step: Step) -> Self {
        self.steps[self.length as usize] = step;
        self.length += 1;
        self
    }

    /// The path without its last step; the root is its own parent.
    #[must_use]
    pub fn parent(mut self) -> Self {
        if self.length > 0 {
            self.length -= 1;
            self.steps[self.length as usize] = Step(0);
        }
        self
    }

    /// The first `length` steps of the path.
    #[must_use]
    pub fn prefix(self, length: usize) -> Self {
        let mut path = self;
        while path.length as usize > length {
            path = path.parent();
        }
        path
    }

    /// The steps from the root.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = PathStep> + ExactSizeIterator + '_ {
        self.steps[..self.length as usize].iter().map(|&Step(code)| {
            if code & Step::KEY == 0 {
                PathStep::Index(code as usize)
            } else {
                PathStep::Key(Key::ALL[(code & !Step::KEY) as usize])
            }
        })
    }

    /// The path by names, as people write it: `groups[EVS1 Group].resources[EVS1 IP].parameters.address`.
    ///
    /// An element of a list is named by its name (`nodes[NODE1]`), one without a name, or with one that no path has
    /// room for, by its place (`setup[#3]`, counted from 1), and the second of two with the same name by both
    /// (`resources[IP#2]`). The characters `\ [ ] # * .` of a name are written with a `\` before them.
    pub fn names(self, cluster: &Cluster) -> String {
        Names::of(cluster).of_path(self)
    }

    /// The path as a JSON Pointer (RFC 6901): `/groups/1/resources/0/parameters/address`.
    pub fn pointer(self, cluster: &Cluster) -> String {
        let mut text = String::new();
        let mut here: Option<&dyn Reflect> = Some(cluster);
        for step in self.steps() {
            text.push('/');
            match step {
                PathStep::Key(key) => {
                    text.push_str(key.name());
                    here = here.and_then(|here| here.key(key));
                }
                PathStep::Index(index) => {
                    match here.and_then(|here| here.entry_name(index)) {
                        Some(entry) => text.push_str(&entry.replace('~', "~0").replace('/', "~1")),
                        None => write!(text, "{index}").expect("a string takes any text"),
                    }
                    here = here.and_then(|here| here.item(index));
                }
            }
        }
        text
    }

    /// The fact that the path leads to, whichever element of a list it is of: the same path through the first ones.
    #[must_use]
    pub fn kind(mut self) -> Self {
        for step in &mut self.steps {
            if step.0 & Step::KEY == 0 {
                *step = Step(0);
            }
        }
        self
    }

    /// The [kind](Self::kind) of fact as people write it: `nodes[*].domain_controller`.
    pub fn pattern(self) -> String {
        let mut text = String::new();
        for step in self.steps() {
            match step {
                PathStep::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key.name());
                }
                PathStep::Index(_) => text.push_str("[*]"),
            }
        }
        text
    }

    /// The path that a text by names stands for in this cluster; `None` where an element of a list on the way is not
    /// there. What its keys stand for need not be known.
    ///
    /// # Errors
    /// What is wrong with the text: a malformed step, or a key that the fact model does not have there.
    pub fn resolve(names: &str, cluster: &Cluster) -> Result<Option<Self>, PathSyntaxError> {
        let pattern = PathPattern::parse(names)?;
        Ok(pattern.resolve(cluster))
    }

    /// The [kind](Self::kind) of the fact that a path [by names](Self::names) leads to, for those who do not have the
    /// cluster. `None` if it is not of the form of a path.
    pub fn kind_of(names: &str) -> Option<Self> {
        let mut path = Self::ROOT;
        let mut rest = names;
        let mut is_free = false;
        while !rest.is_empty() {
            if path.length as usize == MAX_STEPS {
                return None;
            }
            if let Some(inside) = rest.strip_prefix('[') {
                let (_, after) = take_until(inside, &[']']);
                (path, rest) = (path.index(0), after.strip_prefix(']')?);
            } else {
                let (key, after) = take_until(rest, &['.', '[']);
                path = if is_free { path.index(0) } else { path.key(Key::named(&key)?) };
                is_free = !is_free && matches!(key.as_str(), "labels" | "other");
                rest = after;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        Some(path)
    }

    /// Whether something is known at this path.
    pub fn exists(self, cluster: &Cluster) -> bool {
        let mut here: &dyn Reflect = cluster;
        for step in self.steps() {
            let next = match step {
                PathStep::Key(key) => here.key(key),
                PathStep::Index(index) => here.item(index),
            };
            let Some(next) = next else { return false };
            here = next;
        }
        true
    }
}

/// Facts by path.
impl Cluster {
    /// The paths of every known fact, tables and lists before what is in them.
    pub fn fact_paths(&self) -> Vec<FactPath> {
        let mut paths = Vec::new();
        let mut open: Vec<(FactPath, &dyn Reflect)> = vec![(FactPath::ROOT, self)];
        while let Some((path, value)) = open.pop() {
            for key in value.known_keys() {
                paths.push(path.key(key));
                open.extend(value.key(key).map(|value| (path.key(key), value)));
            }
            open.extend((0..value.items()).filter_map(|index| Some((path.index(index), value.item(index)?))));
        }
        paths.sort_unstable();
        paths
    }

    /// Makes the fact at a path unknown. Elements of lists stay: a path that ends in one changes nothing.
    pub fn forget(&mut self, path: FactPath) {
        let mut steps = path.steps();
        let Some(PathStep::Key(last)) = steps.next_back() else { return };
        let mut here: &mut dyn Reflect = self;
        for step in steps {
            let next = match step {
                PathStep::Key(key) => here.key_mut(key),
                PathStep::Index(index) => here.item_mut(index),
            };
            let Some(next) = next else { return };
            here = next;
        }
        here.forget_key(last);
    }
}

impl std::fmt::Debug for FactPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for step in self.steps() {
            match step {
                PathStep::Key(key) => write!(f, "/{}", key.name())?,
                PathStep::Index(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}

/// The [paths by names](FactPath::names) of one cluster, for many paths: which elements of a long list have the same
/// name is found out once.
pub struct Names<'c> {
    cluster: &'c Cluster,
    /// For each element of a long list, how many before it have its name.
    namesakes: RefCell<HashMap<FactPath, Vec<usize>>>,
}

impl<'c> Names<'c> {
    /// Lists with fewer elements are looked through each time.
    const LONG: usize = 32;

    /// The longest name that stands in a path, in bytes. Names of Windows have at most 255 characters; a longer one
    /// would be written out for every fact below it.
    const LONGEST_NAME: usize = 1024;

    /// The paths of this cluster.
    pub fn of(cluster: &'c Cluster) -> Self {
        Self { cluster, namesakes: RefCell::default() }
    }

    /// A path by names: see [`FactPath::names`].
    pub fn of_path(&self, path: FactPath) -> String {
        let mut text = String::new();
        let mut here: Option<&dyn Reflect> = Some(self.cluster);
        for (depth, step) in path.steps().enumerate() {
            match step {
                PathStep::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key.name());
                    here = here.and_then(|here| here.key(key));
                }
                PathStep::Index(index) => {
                    if let Some(entry) = here.and_then(|here| here.entry_name(index)) {
                        text.push('.');
                        escape(&mut text, entry);
                    } else {
                        text.push('[');
                        self.element(&mut text, || path.prefix(depth), here, index);
                        text.push(']');
                    }
                    here = here.and_then(|here| here.item(index));
                }
            }
        }
        text
    }

    fn element(
        &self,
        text: &mut String,
        path: impl FnOnce() -> FactPath,
        list: Option<&dyn Reflect>,
        index: usize,
    ) {
        let named = list.and_then(|list| Some((list, list.item(index)?.name()?)));
        let Some((list, name)) = named.filter(|(_, name)| name.len() <= Self::LONGEST_NAME) else {
            write!(text, "#{}", index + 1).expect("a string takes any text");
            return;
        };
        escape(text, name);
        let earlier = if list.items() < Self::LONG {
            let others = (0..index).filter_map(|earlier| list.item(earlier)?.name());
            others.filter(|other| super::same_name(other, name)).count()
        } else {
            self.namesakes.borrow_mut().entry(path()).or_insert_with(|| namesakes(list))[index]
        };
        if earlier > 0 {
            write!(text, "#{}", earlier + 1).expect("a string takes any text");
        }
    }
}

/// For each element of a list, how many before it have its name, as [`same_name`](super::same_name) sees it.
fn namesakes(list: &dyn Reflect) -> Vec<usize> {
    let mut seen: HashMap<(bool, String), usize> = HashMap::new();
    (0..list.items())
        .map(|index| {
            let Some(name) = list.item(index).and_then(Reflect::name) else { return 0 };
            let lowered = name.chars().flat_map(char::to_lowercase).collect();
            let count = seen.entry((name.is_ascii(), lowered)).or_default();
            *count += 1;
            *count - 1
        })
        .collect()
}

fn escape(text: &mut String, name: &str) {
    for character in name.chars() {
        if matches!(character, '\\' | '[' | ']' | '#' | '*' | '.') {
            text.push('\\');
        }
        text.push(character);
    }
}

/// A path by names, as people write it, with `*` for every element of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    steps: Vec<PatternStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternStep {
    Key(Key),
    /// The key of a free table (`labels.customer`).
    Entry(String),
    Every,
    /// The nth element of the list, from 1.
    Nth(usize),
    /// The nth element of this name, from 1.
    Named(String, usize),
}

/// What is wrong with a path by names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathSyntaxError {
    /// Not of the form `key[name].key`.
    #[error(
        "`{0}` is not a path: write keys with dots between them, and `[name]`, `[#2]` or `[*]` after a list"
    )]
    Malformed(String),
    /// A key that no definition has there.
    #[error("`{key}` is not a key of {table}{suggestion}")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// What it was taken for a key of.
        table: String,
        /// `; did you mean …?` or nothing.
        suggestion: String,
    },
}

impl PathPattern {
    /// Reads a path by names.
    ///
    /// # Errors
    /// A malformed step, or a key that the fact model does not have there.
    pub fn parse(text: &str) -> Result<Self, PathSyntaxError> {
        let malformed = || PathSyntaxError::Malformed(words::shortened(text).into_owned());
        let mut steps = Vec::new();
        let mut rest = text;
        let mut shape = &Cluster::SHAPE;
        loop {
            let table = text[..text.len() - rest.len()].trim_end_matches('.');
            let (key, after) = take_until(rest, &['.', '[']);
            if key.is_empty() {
                return Err(malformed());
            }
            if let Some(PatternStep::Key(Key::labels | Key::other)) = steps.last() {
                steps.push(PatternStep::Entry(key));
                shape = &Scalar::SHAPE;
            } else {
                let (Shape::Table(keys) | Shape::OrNone(Shape::Table(keys))) = shape else {
                    return Err(malformed());
                };
                let known = keys.iter().find(|(name, _)| *name == key);
                let known = known.and_then(|(name, shape)| Some((Key::named(name)?, shape)));
                let (known, below) = known.ok_or_else(|| unknown_key(&key, table, keys))?;
                steps.push(PatternStep::Key(known));
                shape = below;
            }
            rest = after;
            while let Some(inside) = rest.strip_prefix('[') {
                let Shape::List(element) = shape else { return Err(malformed()) };
                shape = element;
                let (step, after) = PatternStep::element(inside).ok_or_else(malformed)?;
                steps.push(step);
                rest = after;
            }
            if rest.is_empty() {
                return Ok(Self { text: text.to_owned(), steps });
            }
            rest = rest.strip_prefix('.').ok_or_else(malformed)?;
        }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path of this cluster is, or may be, among those that the pattern stands for: an element whose name is
    /// not known may be the one of any name.
    pub fn matches(&self, path: FactPath, cluster: &Cluster) -> bool {
        if path.steps().len() != self.steps.len() {
            return false;
        }
        let mut here: Option<&dyn Reflect> = Some(cluster);
        path.steps().zip(&self.steps).all(|(step, pattern)| {
            let fits = match (step, pattern) {
                (PathStep::Key(key), PatternStep::Key(wanted)) => key == *wanted,
                (PathStep::Index(index), pattern) => here.is_some_and(|list| pattern.may_be(list, index)),
                _ => false,
            };
            here = here.and_then(|here| match step {
                PathStep::Key(key) => here.key(key),
                PathStep::Index(index) => here.item(index),
            });
            fits
        })
    }

    /// The one path that the pattern stands for; none where an element of a list is not there, or is a `*`. What its
    /// keys stand for need not be known.
    pub fn resolve(&self, cluster: &Cluster) -> Option<FactPath> {
        let mut path = FactPath::ROOT;
        let mut here: Option<&dyn Reflect> = Some(cluster);
        for step in &self.steps {
            if let PatternStep::Key(key) = step {
                path = path.key(*key);
                here = here.and_then(|here| here.key(*key));
            } else {
                let index = step.find(here?)?;
                path = path.index(index);
                here = here.and_then(|here| here.item(index));
            }
        }
        Some(path)
    }
}

fn unknown_key(key: &str, table: &str, keys: &[(&str, &Shape)]) -> PathSyntaxError {
    PathSyntaxError::UnknownKey {
        key: words::shortened(key).into_owned(),
        table: match table {
            "" => "a cluster definition".to_owned(),
            table => format!("`{}`", words::shortened(table)),
        },
        suggestion: words::did_you_mean_suffix(key, keys.iter().map(|(name, _)| *name)),
    }
}

impl PatternStep {
    /// The part of `name]…` before the bracket, and what follows it.
    fn element(inside: &str) -> Option<(Self, &str)> {
        let (name, after) = take_until(inside, &[']', '#', '*']);
        if let Some(after) = after.strip_prefix("*]").filter(|_| name.is_empty()) {
            return Some((Self::Every, after));
        }
        if let Some(after) = after.strip_prefix('#') {
            let (ordinal, after) = after.split_once(']')?;
            let ordinal = ordinal.parse().ok().filter(|&ordinal| ordinal > 0)?;
            return Some((
                if name.is_empty() { Self::Nth(ordinal) } else { Self::Named(name, ordinal) },
                after,
            ));
        }
        let after = after.strip_prefix(']')?;
        Some((Self::Named(name, 1), after))
    }

    /// Whether an element of a list is, or may be, the one that is meant.
    fn may_be(&self, list: &dyn Reflect, index: usize) -> bool {
        match self {
            Self::Every => true,
            Self::Named(wanted, _) => match list.item(index).and_then(Reflect::name) {
                // Most elements have another name: the list need not be looked through for that.
                Some(name) => super::same_name(name, wanted) && self.find(list) == Some(index),
                None => true,
            },
            _ => self.find(list) == Some(index),
        }
    }

    fn find(&self, list: &dyn Reflect) -> Option<usize> {
        let mut indexes = 0..list.items();
        match self {
            Self::Key(_) | Self::Every => None,
            Self::Nth(ordinal) => indexes.find(|index| index + 1 == *ordinal),
            Self::Entry(name) => indexes.find(|&index| list.entry_name(index) == Some(name)),
            Self::Named(name, ordinal) => indexes
                .filter(|&index| {
                    list.item(index)
                        .and_then(Reflect::name)
                        .is_some_and(|other| super::same_name(other, name))
                })
                .nth(ordinal - 1),
        }
    }
}

/// The text before the first unescaped character of `stops`, without its escapes, and the rest from that character.
fn take_until<'t>(text: &'t str, stops: &[char]) -> (String, &'t str) {
    let mut taken = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if stops.contains(&character) {
            return (taken, &text[at..]);
        }
        if character == '\\' {
            taken.extend(characters.next().map(|(_, escaped)| escaped));
        } else {
            taken.push(character);
        }
    }
    (taken, "")
}
