//! Definitions: from text in TOML, JSON or NDJSON to a [`Cluster`], with everything that is wrong, and back from a
//! [`FactPath`] to its line and column.
//!
//! [`read_into`] fills an earlier cluster's storage, with a reader that knows nothing of lines; only when it fails, the
//! text is read again into a tree with spans, and every problem is listed. JSON is guessed before: a reader that knows
//! which key comes next fills the same storage in half the time, or gives up. Likewise a [`Locator`] reads a text again
//! only when there is something to point at.

mod encoding;
pub(crate) mod json;
pub mod lines;
mod problems;
pub(crate) mod tree;
mod tree_reader;

use std::ops::Range;

use serde::Deserialize as _;

pub use self::encoding::{Utf16Reader, decode};
use self::json::Json;
use self::tree::{Limits, Positions, Tree, Value, parse_json, parse_toml};
use crate::model::{Cluster, FactPath, PathStep};

/// The longest definition in JSON, in bytes; longer lines of NDJSON are skipped and reported. No cluster needs a
/// hundredth of it, and a line is held in memory.
pub const LONGEST_JSON: usize = 16 << 20;

/// The longest definition in TOML, in bytes. Lower than for JSON: the time that reading TOML takes can grow with the
/// square of a hostile text's length.
pub const LONGEST_TOML: usize = 4 << 20;

/// What a definition may hold. A node takes about 2 KB of memory, so that the tables of a hostile text take 200 MB at most.
const LIMITS: Limits = Limits { depth: 64, elements: 1_000_000, tables: 100_000, errors: 50 };

/// How a definition is written. NDJSON is one definition in JSON for each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// TOML 1.1.
    Toml,
    /// JSON (RFC 8259).
    Json,
}

impl Syntax {
    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Toml => "TOML",
            Self::Json => "JSON",
        }
    }

    /// The longest definition that is read, in bytes.
    pub fn longest(self) -> usize {
        match self {
            Self::Toml => LONGEST_TOML,
            Self::Json => LONGEST_JSON,
        }
    }

    fn parse(self, text: &str) -> (Option<Tree<'_>>, Vec<tree::SyntaxError>) {
        match self {
            Self::Toml => parse_toml(text, &LIMITS),
            Self::Json => parse_json(text, &LIMITS),
        }
    }
}

/// A place in a text: the first character of what it points at, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column in Unicode characters, from 1.
    pub column: u64,
    /// The bytes of the text.
    pub span: Range<usize>,
}

impl Place {
    /// The place of some bytes of a text.
    pub fn of(text: &str, span: Range<usize>) -> Self {
        let position = tree::position(text, span.start);
        Self { line: position.line, column: position.column, span }
    }
}

/// Something in a definition that keeps it from being read, for the one who owns the data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    /// Where it is in the text; `None` where it concerns the text as a whole.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl InputError {
    /// A problem of a text as a whole.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: hint.into() }
    }

    /// A definition that is longer than any that is read.
    pub fn too_long(syntax: Syntax) -> Self {
        let (most, name) = (syntax.longest(), syntax.as_str());
        Self::new(
            format!("the definition is longer than the {most} bytes that are read of {name}"),
            "a definition is one cluster: split the file, or write NDJSON, one cluster a line",
        )
    }

    /// The same problem in a text that is one line of a longer one.
    pub(crate) fn in_line(mut self, number: u64) -> Self {
        match &mut self.place {
            Some(place) => place.line = number,
            None => self.place = Some(Place { line: number, column: 1, span: 0..0 }),
        }
        self
    }

    /// The same problem at a place of the text.
    #[must_use]
    pub fn at(mut self, text: &str, span: Range<usize>) -> Self {
        self.place = Some(Place::of(text, span));
        self
    }
}

/// Reads a definition.
///
/// # Errors
/// Every problem of the text, in its order: at most 50, then a count.
pub fn read(text: &str, syntax: Syntax) -> Result<Cluster, Vec<InputError>> {
    let mut cluster = Cluster::default();
    read_into(text, syntax, &mut cluster)?;
    Ok(cluster)
}

/// Reads a definition into the storage of an earlier one, of which nothing is left.
///
/// # Errors
/// Every problem of the text, in its order: at most 50, then a count. The cluster is then empty.
pub fn read_into(text: &str, syntax: Syntax, cluster: &mut Cluster) -> Result<(), Vec<InputError>> {
    let readable = fill(text, syntax, cluster);
    let problems = if readable.is_ok() && cluster.format.is_known() {
        problems::of_partial(text, syntax, cluster)
    } else {
        problems::of(text, syntax, readable.err())
    };
    if problems.is_empty() {
        return Ok(());
    }
    *cluster = Cluster::default();
    Err(problems)
}

/// The fast path: what it refuses is looked at again by [`problems`].
fn fill(text: &str, syntax: Syntax, cluster: &mut Cluster) -> Result<(), String> {
    let may_guess = syntax == Syntax::Json && text.len() <= LONGEST_JSON;
    if may_guess && Json::read(text, LIMITS.tables, cluster).is_some() {
        return Ok(());
    }
    fill_surely(text, syntax, cluster)
}

/// Reads whatever is a definition, and nothing else.
fn fill_surely(text: &str, syntax: Syntax, cluster: &mut Cluster) -> Result<(), String> {
    let within_limits = text.len() <= SMALL || problems::within_limits(text, syntax);
    if !within_limits || has_escaped_nul(text, syntax) {
        return Err(String::new());
    }
    match syntax {
        Syntax::Toml => {
            let document = toml::Deserializer::parse(text).map_err(|error| error.message().to_owned())?;
            Cluster::deserialize_in_place(document, cluster).map_err(|error| error.message().to_owned())
        }
        Syntax::Json => {
            let mut document = serde_json::Deserializer::from_str(text);
            Cluster::deserialize_in_place(&mut document, cluster)
                .and_then(|()| document.end())
                .map_err(|error| error.to_string())
        }
    }
}

/// Texts up to this size cannot hold more list elements or tables than the limits allow: `{},` is the shortest one.
const SMALL: usize = 256 << 10;
const _: () = assert!(SMALL / 3 < LIMITS.tables && SMALL / 2 < LIMITS.elements);

/// Whether the text may hold an escaped NUL character; the tree tells for sure.
fn has_escaped_nul(text: &str, syntax: Syntax) -> bool {
    let has = |escape: &str| memchr::memmem::find(text.as_bytes(), escape.as_bytes()).is_some();
    let suspected = match syntax {
        Syntax::Json => has("\\u0000"),
        Syntax::Toml => has("\\u0000") || has("\\U00000000") || has("\\x00"),
    };
    suspected && !syntax.parse(text).1.is_empty()
}

/// What a text claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A table with this `format` (`cluster/1`); empty if that is no text. The rest of the text may be broken.
    Format(String),
    /// A table without `format`, but with `nodes`, `groups` or `virtual_servers`: a definition that lost its first line.
    Unmarked,
    /// Well-formed, but no table, or one that has nothing of a definition.
    Nothing,
    /// Not well-formed, or empty, and no `format` can be made out.
    Broken,
}

/// What a text claims to be. Also looks into texts that are not well-formed.
pub fn claim(text: &str, syntax: Syntax) -> Claim {
    let (tree, errors) = syntax.parse(text);
    let claimed = tree.as_ref().and_then(|tree| match &tree.value {
        Value::Table(entries) => entries.iter().find(|entry| entry.key == "format"),
        _ => None,
    });
    match claimed.map(|entry| &entry.value.value) {
        Some(Value::Text(format)) => Claim::Format(format.to_string()),
        Some(_) => Claim::Format(String::new()),
        None if tree.as_ref().is_some_and(is_about_a_cluster) => Claim::Unmarked,
        None if errors.is_empty() && !text.trim().is_empty() => Claim::Nothing,
        None => problems::format_in_broken_text(text).map_or(Claim::Broken, Claim::Format),
    }
}

fn is_about_a_cluster(tree: &Tree<'_>) -> bool {
    let telling = ["nodes", "groups", "virtual_servers"];
    let Value::Table(entries) = &tree.value else { return false };
    entries.iter().any(|entry| telling.contains(&&*entry.key) && matches!(entry.value.value, Value::List(_)))
}

/// Writes a definition as TOML, its facts in the order of the model.
pub fn to_toml(cluster: &Cluster) -> String {
    toml::to_string(cluster).expect("every definition can be written as TOML")
}

/// Finds the places of paths in the text that a cluster was read from.
#[derive(Debug)]
pub struct Locator<'t> {
    positions: Positions<'t>,
    first_line: u64,
    tree: Option<Tree<'t>>,
}

impl<'t> Locator<'t> {
    /// Reads the text again, with spans.
    pub fn new(text: &'t str, syntax: Syntax) -> Self {
        Self { positions: Positions::new(text), first_line: 1, tree: syntax.parse(text).0 }
    }

    /// The same places in a text of which this one is a part that begins with this line.
    #[must_use]
    pub fn starting_at(mut self, line: u64) -> Self {
        self.first_line = line;
        self
    }

    /// Where a path stands: its value, or the nearest thing above it that the text has.
    pub fn find(&self, path: FactPath) -> Place {
        let mut span = 0..0;
        let mut here = self.tree.as_ref();
        for step in path.steps() {
            let next = here.and_then(|tree| match (&tree.value, step) {
                (Value::Table(entries), PathStep::Key(key)) => entries
                    .iter()
                    .find(|entry| entry.key == key.name())
                    .map(|entry| (&entry.value, &entry.key_span)),
                (Value::Table(entries), PathStep::Index(index)) => {
                    entries.get(index).map(|entry| (&entry.value, &entry.key_span))
                }
                (Value::List(items), PathStep::Index(index)) => {
                    items.get(index).map(|item| (item, &item.span))
                }
                _ => None,
            });
            let Some((tree, place)) = next else { break };
            span = if matches!(tree.value, Value::Table(_) | Value::List(_)) {
                place.clone()
            } else {
                tree.span.clone()
            };
            here = Some(tree);
        }
        let position = self.positions.of(span.start);
        Place { line: position.line + self.first_line - 1, column: position.column, span }
    }
}
