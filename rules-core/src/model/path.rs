//! [`FactPath`]: where a fact stands in a definition.

use std::{
    cell::RefCell,
    cmp::Ordering,
    collections::{HashMap, HashSet},
    fmt::Write as _,
    ops::ControlFlow,
};

use super::{
    Cluster, Key, Scalar, index,
    table::{Reflect, Shape, Term as _},
};
use crate::words;

/// The most steps from the root of a definition to any of its facts:
/// `groups`, 0, `resources`, 3, `parameters`, `other`, 1.
const MAX_STEPS: usize = 7;

/// Where a fact stands in a definition, known or not: a small, `Copy` list of keys and list indexes.
///
/// It is rendered in two ways: [`names`](FactPath::names) for people
/// (`groups[EVS1 Group].resources[EVS1 IP].parameters.address`) and [`pointer`](FactPath::pointer) for programs
/// (`/groups/1/resources/0/parameters/address`).
///
/// Paths order as their facts do in the fact model; list elements by their index.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FactPath {
    // A path stands beside every fact that a rule looks at, so it is packed, and one more step costs a shift by as many
    // bits as it takes: from the highest bit down zeros, a one, and the steps; the last one stands in the lowest bits. Two
    // words, as one of 128 bits would have to be aligned.
    high: u64,
    low: u64,
}

/// The bits of a step into a key: a one, and the key.
const KEY_BITS: u32 = 1 + 9;
/// The bits of a step into an element of a list: a zero, and the index.
const INDEX_BITS: u32 = 1 + 20;

const _: () = {
    assert!(Key::ALL.len() <= 1 << (KEY_BITS - 1));
    assert!(INDEX_BITS == 2 * KEY_BITS + 1);
    // `groups`, 0, `resources`, 0, `depends_on_any`, 0, 0 is the longest.
    assert!(1 + 3 * KEY_BITS + 4 * INDEX_BITS <= u128::BITS);
};

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
    pub const ROOT: Self = Self { high: 0, low: 1 };

    /// The path of a key below this one.
    #[must_use]
    #[inline]
    pub fn key(self, key: Key) -> Self {
        self.step(1 << (KEY_BITS - 1) | key as u32, KEY_BITS)
    }

    /// The path of a list element (or of an entry of a free table) below this one, counted from 0.
    #[must_use]
    #[inline]
    pub fn index(self, index: usize) -> Self {
        assert!(index < 1 << (INDEX_BITS - 1), "lists are limited to a million elements");
        #[expect(clippy::cast_possible_truncation, reason = "it was just compared with a million")]
        self.step(index as u32, INDEX_BITS)
    }

    #[inline]
    fn step(self, code: u32, bits: u32) -> Self {
        debug_assert!(self.taken() + bits < u128::BITS, "no fact of the model lies deeper");
        Self::packed(self.bits() << bits | u128::from(code))
    }

    #[inline]
    fn bits(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    fn packed(bits: u128) -> Self {
        Self { high: (bits >> 64) as u64, low: bits as u64 }
    }

    /// How many bits the steps take.
    #[inline]
    fn taken(self) -> u32 {
        u128::BITS - 1 - self.bits().leading_zeros()
    }

    /// The steps, the first one in the highest bits.
    #[inline]
    fn left_aligned(self) -> u128 {
        self.bits() << self.bits().leading_zeros() << 1
    }

    /// How many steps there are.
    #[inline]
    fn length(self) -> usize {
        // A step into a list takes as many bits as two into keys, and one more: so many are those that are left over.
        (self.taken() / KEY_BITS - self.taken() % KEY_BITS) as usize
    }

    /// The bits that a number of steps take, or all steps where there are fewer.
    #[inline]
    fn taken_by(self, steps: usize) -> u32 {
        let (bits, all) = (self.left_aligned(), self.taken());
        (0..steps).fold(0, |taken, _| if taken < all { taken + bits_of_step(bits << taken) } else { all })
    }

    /// Which element of a list of the cluster's own (`nodes`, `groups`) the path leads to or through.
    #[inline]
    pub(super) fn root_index(self) -> Option<usize> {
        self.index_at(KEY_BITS)
    }

    /// Which element of a list in an element of a list of the cluster's own (`groups[…].resources`) the path leads to or
    /// through.
    #[inline]
    pub(super) fn inner_index(self) -> Option<usize> {
        self.index_at(KEY_BITS).and_then(|_| self.index_at(KEY_BITS + INDEX_BITS + KEY_BITS))
    }

    /// The index of the step that begins at a bit, if it is one into a list.
    #[inline]
    fn index_at(self, begin: u32) -> Option<usize> {
        match (self.taken() > begin).then(|| step_of(self.left_aligned() << begin)) {
            Some(PathStep::Index(index)) => Some(index),
            _ => None,
        }
    }

    /// The path without its last step; the root is its own parent.
    #[must_use]
    pub fn parent(self) -> Self {
        self.prefix(self.length().saturating_sub(1))
    }

    /// The first `length` steps of the path.
    #[must_use]
    pub fn prefix(self, length: usize) -> Self {
        Self::packed(self.bits() >> (self.taken() - self.taken_by(length)))
    }

    /// The steps from the root.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = PathStep> + ExactSizeIterator + '_ {
        let mut steps = [PathStep::Index(0); MAX_STEPS];
        let mut bits = self.left_aligned();
        for step in &mut steps[..self.length()] {
            *step = step_of(bits);
            bits <<= bits_of_step(bits);
        }
        steps.into_iter().take(self.length())
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
    pub fn kind(self) -> Self {
        self.steps().fold(Self::ROOT, |path, step| match step {
            PathStep::Key(key) => path.key(key),
            PathStep::Index(_) => path.index(0),
        })
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
            // A text of strangers may have more steps than any fact.
            if path.length() == MAX_STEPS || path.taken() + INDEX_BITS >= u128::BITS {
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
        if let Some((table, key)) = self.table_of(path) {
            table.forget_key(key);
        }
    }

    /// Looks at the cluster as if the fact at a path were not known. The cluster stays as it is; no copy is made.
    pub fn without<R>(&mut self, path: FactPath, look: impl FnOnce(&Self) -> R) -> R {
        let was_known = path.exists(self);
        self.forget(path);
        let seen = look(self);
        if let Some((table, key)) = self.table_of(path).filter(|_| was_known) {
            table.recall_key(key);
        }
        seen
    }

    /// The table that has the fact at a path, to change, and the fact's key in it.
    fn table_of(&mut self, path: FactPath) -> Option<(&mut dyn Reflect, Key)> {
        let mut here: &mut dyn Reflect = self;
        for step in path.parent().steps() {
            here = match step {
                PathStep::Key(key) => here.key_mut(key)?,
                PathStep::Index(index) => here.item_mut(index)?,
            };
        }
        match path.steps().next_back()? {
            PathStep::Key(key) => Some((here, key)),
            PathStep::Index(_) => None,
        }
    }
}

/// The step in the highest bits.
#[inline]
fn step_of(bits: u128) -> PathStep {
    if is_key(bits) {
        PathStep::Key(Key::ALL[(bits << 1 >> (u128::BITS - KEY_BITS + 1)) as usize])
    } else {
        PathStep::Index((bits >> (u128::BITS - INDEX_BITS)) as usize)
    }
}

/// How many bits the step in the highest ones takes.
#[inline]
fn bits_of_step(bits: u128) -> u32 {
    if is_key(bits) { KEY_BITS } else { INDEX_BITS }
}

/// Whether the step in the highest bits is one into a key.
#[inline]
fn is_key(bits: u128) -> bool {
    bits >> (u128::BITS - 1) == 1
}

impl Ord for FactPath {
    /// By how many steps there are, then by the steps: no step's code is the beginning of another's, so that the numbers
    /// order as the steps do.
    fn cmp(&self, other: &Self) -> Ordering {
        let order = |path: &Self| (path.length(), path.left_aligned());
        order(self).cmp(&order(other))
    }
}

impl PartialOrd for FactPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    /// Adds every path of a cluster among those that the patterns stand for, as [`matches`](Self::matches) tells them, in
    /// order and each once.
    pub(crate) fn expand<'p>(
        patterns: impl Iterator<Item = &'p Self>,
        cluster: &Cluster,
        paths: &mut Vec<FactPath>,
    ) {
        let mut finder = Finder::of(cluster);
        let mut seen = HashSet::new();
        let mut most = 1024;
        for pattern in patterns.filter(|pattern| seen.insert(&pattern.steps)) {
            finder.find(pattern, |path| {
                paths.push(path);
                ControlFlow::Continue(())
            });
            if paths.len() > most {
                paths.sort_unstable();
                paths.dedup();
                most = 1024.max(paths.len() * 2);
            }
        }
        paths.sort_unstable();
        paths.dedup();
    }

    /// The patterns, by their places, that stand for no list of a cluster. Every element of a list without any is none
    /// that is missing.
    pub(crate) fn strays(patterns: &[Self], cluster: &Cluster) -> Vec<(usize, Stray)> {
        let mut finder = Finder::of(cluster);
        let mut strays = Vec::new();
        for (place, pattern) in patterns.iter().enumerate() {
            if !matches!(pattern.shape(), Some(Shape::List(_))) {
                strays.push((place, Stray::NoList));
                continue;
            }
            let mut is_found = false;
            let lost = finder.find(pattern, |_| {
                is_found = true;
                ControlFlow::Break(())
            });
            if let Some((list, depth)) = lost.filter(|_| !is_found) {
                // Looking for what was meant takes long where there are many.
                let closest =
                    (strays.len() < MOST_SUGGESTIONS).then(|| pattern.closest(list?, depth)).flatten();
                strays.push((place, Stray::Nothing { closest }));
            }
        }
        strays
    }

    /// The shape of what the pattern stands for.
    fn shape(&self) -> Option<&'static Shape> {
        self.steps.iter().try_fold(&Cluster::SHAPE, |shape, step| match (step, shape) {
            (PatternStep::Key(key), Shape::Table(keys) | Shape::OrNone(Shape::Table(keys))) => {
                keys.iter().find(|(name, _)| *name == key.name()).map(|(_, shape)| *shape)
            }
            (PatternStep::Entry(_) | PatternStep::Key(_), _) => None,
            (_, Shape::List(element)) => Some(*element),
            _ => None,
        })
    }

    /// The pattern with the name of an element of a list in the place of one that none has.
    fn closest(&self, list: &dyn Reflect, depth: usize) -> Option<String> {
        let PatternStep::Named(wanted, _) = &self.steps[depth] else { return None };
        let names: Vec<&str> = (0..list.items()).filter_map(|index| list.item(index)?.name()).collect();
        let closest = words::closest(wanted, names.iter().copied())?;
        let mut escaped = String::new();
        escape(&mut escaped, closest);
        let mut written = String::new();
        escape(&mut written, wanted);
        Some(self.text.replacen(&format!("[{written}]"), &format!("[{escaped}]"), 1))
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

/// So many patterns that stand for nothing get a suggestion.
const MOST_SUGGESTIONS: usize = 50;

/// Why a pattern stands for no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    /// It does not lead to a list.
    NoList,
    /// An element of a list on the way is not there.
    Nothing {
        /// A pattern that may be meant.
        closest: Option<String>,
    },
}

/// Finds what patterns stand for in one cluster; elements of a list by name are looked up.
struct Finder<'c> {
    cluster: &'c Cluster,
    names: HashMap<FactPath, index::Names>,
}

impl<'c> Finder<'c> {
    fn of(cluster: &'c Cluster) -> Self {
        Self { cluster, names: HashMap::new() }
    }

    /// Shows every path that a pattern stands for, until told to stop, and gives the last list that has none of the
    /// elements wanted of it, where it is known, with the step that wants them.
    fn find(
        &mut self,
        pattern: &PathPattern,
        mut show: impl FnMut(FactPath) -> ControlFlow<()>,
    ) -> Option<(Option<&'c dyn Reflect>, usize)> {
        let mut missing = None;
        let mut open: Vec<(FactPath, usize, Option<&'c dyn Reflect>)> =
            vec![(FactPath::ROOT, 0, Some(self.cluster))];
        while let Some((path, depth, here)) = open.pop() {
            let Some(step) = pattern.steps.get(depth) else {
                if show(path).is_break() {
                    return missing;
                }
                continue;
            };
            if let PatternStep::Key(key) = step {
                open.push((path.key(*key), depth + 1, here.and_then(|here| here.key(*key))));
                continue;
            }
            let before = open.len();
            let mut push = |index| {
                let item = here.and_then(|list| list.item(index));
                open.push((path.index(index), depth + 1, item));
            };
            match (step, here) {
                (PatternStep::Every, list) => {
                    (0..list.map_or(0, Reflect::items)).for_each(push);
                    continue;
                }
                (PatternStep::Named(name, ordinal), Some(list)) => {
                    let names = self.names.entry(path).or_insert_with(|| index::Names::of_items(list));
                    let same = |&index: &usize| {
                        let other = list.item(index).and_then(Reflect::name);
                        other.is_some_and(|other| super::same_name(other, name))
                    };
                    names.candidates(name).filter(same).nth(ordinal - 1).into_iter().for_each(&mut push);
                    names.unnamed().for_each(push);
                }
                (_, list) => list.and_then(|list| step.find(list)).into_iter().for_each(push),
            }
            if open.len() == before {
                missing = Some((here, depth));
            }
        }
        missing
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
            Self::Nth(ordinal) => (ordinal - 1 < list.items()).then(|| ordinal - 1),
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
