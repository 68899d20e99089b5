//! Every problem of a text that the fast reader refused.

use std::{collections::HashSet, ops::Range};

use super::{
    InputError, LIMITS, Locator, Syntax,
    tree::{Entry, SyntaxError, Tree, Value},
};
use crate::{
    model::{Cluster, FactPath, Key, PathPattern, Shape, Stray, Term},
    words,
};

/// Whether a large text keeps within the limits on levels and list elements.
pub(super) fn within_limits(text: &str, syntax: Syntax) -> bool {
    text.len() <= syntax.longest() && syntax.parse(text).1.is_empty()
}

/// Every problem of a text, in its order. `refusal` is what the fast reader said, for the case that this pass finds
/// nothing.
pub(super) fn of(text: &str, syntax: Syntax, refusal: Option<String>) -> Vec<InputError> {
    if text.trim().is_empty() {
        return vec![InputError::new(
            "the file is empty",
            "restore it from where it came, or remove it from the fleet",
        )];
    }
    if text.len() > syntax.longest() {
        return vec![InputError::too_long(syntax)];
    }
    let (tree, syntax_errors) = syntax.parse(text);
    let mut list = List { text, problems: Vec::new(), more: 0 };
    for error in &syntax_errors {
        list.syntax(error, syntax);
    }
    if let Some(tree) = &tree {
        list.walk(tree, &Cluster::SHAPE);
        list.format(tree, syntax, syntax_errors.is_empty());
    }
    list.problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.span.start));
    if list.problems.is_empty() {
        let message = refusal
            .filter(|refusal| !refusal.is_empty())
            .unwrap_or_else(|| "it is not a cluster definition".to_owned());
        list.problems
            .push(InputError::new(message, "compare it with the schema: `excluster schema cluster`"));
    }
    list.finish()
}

/// What is wrong with the lists that a definition calls incomplete. A list that is meant and not found would pass for a
/// complete one.
pub(super) fn of_partial(text: &str, syntax: Syntax, cluster: &Cluster) -> Vec<InputError> {
    let partial = cluster.partial.get().map_or(&[][..], Vec::as_slice);
    if partial.is_empty() {
        return Vec::new();
    }
    let strays = PathPattern::strays(partial, cluster);
    if strays.is_empty() {
        return Vec::new();
    }
    let locator = Locator::new(text, syntax);
    let mut list = List { text, problems: Vec::new(), more: 0 };
    for (place, stray) in strays {
        let span = locator.find(FactPath::ROOT.key(Key::partial).index(place)).span;
        let pattern = words::shortened(partial[place].as_str()).into_owned();
        match stray {
            Stray::NoList => list.add(
                &span,
                format!("`{pattern}` is no list"),
                "`partial` names lists that are incomplete, such as `nodes` or `groups[*].resources`",
            ),
            Stray::Nothing { closest } => {
                let hint = closest.map_or_else(
                    || "name a list of this definition, or remove it".to_owned(),
                    |closest| format!("did you mean `{}`?", words::shortened(&closest)),
                );
                list.add(&span, format!("`{pattern}` names nothing in this definition"), hint);
            }
        }
    }
    list.finish()
}

struct List<'t> {
    text: &'t str,
    problems: Vec<InputError>,
    more: usize,
}

impl List<'_> {
    fn add(&mut self, span: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.problems.push(InputError::new(message, hint).at(self.text, span.clone()));
        }
    }

    fn finish(mut self) -> Vec<InputError> {
        if self.more > 0 {
            let message = format!("{} more problems are not listed", self.more);
            self.problems.push(InputError::new(message, "mend those above first"));
        }
        self.problems
    }

    /// Whether further problems are only counted.
    fn is_full(&self) -> bool {
        self.problems.len() >= LIMITS.errors
    }

    fn syntax(&mut self, error: &SyntaxError, syntax: Syntax) {
        let at_end = error.span.start >= self.text.trim_end().len();
        let hint = if error.message.contains("NUL") {
            "restore the file from where it came".to_owned()
        } else if error.message.starts_with("more than ") {
            "no cluster needs so many; one cluster is one definition, and a fleet is NDJSON, one cluster a line".to_owned()
        } else if error.message.contains("nested deeper") {
            "no definition needs so many levels; the file is something else, or damaged".to_owned()
        } else if syntax == Syntax::Toml && error.message.contains("escape") {
            r"write paths of Windows in single quotes, where `\` stands for itself: 'D:\Exchsrvr'".to_owned()
        } else if at_end {
            "the text ends too early: the file may have been cut off; restore it from where it came"
                .to_owned()
        } else {
            format!("mend the {} there", syntax.as_str())
        };
        self.add(&error.span, error.message.clone(), hint);
    }

    /// The one key that every definition must have. A text with errors may have it where it cannot be read.
    fn format(&mut self, tree: &Tree<'_>, syntax: Syntax, well_formed: bool) {
        let Value::Table(entries) = &tree.value else { return };
        if well_formed && entries.iter().all(|entry| entry.key != "format") {
            let line = match syntax {
                Syntax::Toml => "`format = \"cluster/1\"`",
                Syntax::Json => "`\"format\": \"cluster/1\"`",
            };
            self.add(
                &(0..0),
                "the definition has no `format`",
                format!("add {line} if this is a cluster definition"),
            );
        }
    }

    fn walk(&mut self, tree: &Tree<'_>, shape: &Shape) {
        match (&tree.value, shape) {
            (Value::Unreadable, _) => {}
            (Value::Null, _) => self.add(
                &tree.span,
                "`null` says neither that something is unknown nor that there is none",
                "leave the key out if the fact is not known; write `[]` for a list that is known to be empty",
            ),
            (Value::Table(entries), Shape::Table(keys)) => self.table(entries, keys),
            (Value::List(items), Shape::List(item)) => {
                for tree in items {
                    self.walk(tree, item);
                }
            }
            (Value::Text(text), Shape::OrNone(_)) if text == "none" => {}
            (Value::Table(_), Shape::OrNone(shape)) => self.walk(tree, shape),
            (_, Shape::Leaf(check)) => {
                if let Err(message) = (check.0)(tree) {
                    let hint = leaf_hint(&tree.value, &message);
                    self.add(&tree.span, message, hint);
                }
            }
            (_, Shape::Table(_)) => self.wrong_kind(tree, "a table"),
            (_, Shape::List(_)) => self.wrong_kind(tree, "a list"),
            (_, Shape::OrNone(_)) => self.wrong_kind(tree, "a table, or the word `none`"),
        }
    }

    fn table(&mut self, entries: &[Entry<'_>], keys: &[(&'static str, &'static Shape)]) {
        let mut seen = HashSet::new();
        for entry in entries {
            if !seen.insert(&*entry.key) {
                let message = format!("duplicate key `{}`", words::shortened(&entry.key));
                self.add(&entry.key_span, message, "keep the one that is right");
            }
            if let Some((_, shape)) = keys.iter().find(|(key, _)| *key == entry.key) {
                self.walk(&entry.value, shape);
            } else if self.is_full() {
                // Looking for what was meant takes long where there are millions.
                self.more += 1;
            } else {
                let names = keys.iter().map(|(key, _)| *key);
                let hint = words::closest(&entry.key, names).map_or_else(
                    || "remove it, or put it under `labels` if it is a fact of your own".to_owned(),
                    |closest| format!("did you mean `{closest}`?"),
                );
                self.add(&entry.key_span, format!("unknown key `{}`", words::shortened(&entry.key)), hint);
            }
        }
    }

    fn wrong_kind(&mut self, tree: &Tree<'_>, expected: &str) {
        let message = format!("{} where {expected} is expected", kind(&tree.value));
        let hint = match (&tree.value, expected) {
            (Value::Table(_), "a list") => {
                "write `[[…]]` for the elements of a list of tables, or put `[ ]` around it".to_owned()
            }
            (_, "a list") => "put `[ ]` around it".to_owned(),
            _ => format!("write {expected} there"),
        };
        self.add(&tree.span, message, hint);
    }
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "true or false",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Text(_) => "a text",
        Value::Time(_) => "a time without quotes",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
        Value::Unreadable => "something that cannot be read",
    }
}

fn leaf_hint(value: &Value<'_>, message: &str) -> String {
    match value {
        Value::Time(_) => "put the time in quotes".to_owned(),
        Value::Integer(_) | Value::Float(_) if message.contains("quotes") || message.contains("string") => {
            "put it in quotes".to_owned()
        }
        Value::Text(_) if message.contains("expected u") || message.contains("boolean") => {
            "write it without quotes".to_owned()
        }
        _ => "write a value that the schema allows: `excluster schema cluster`".to_owned(),
    }
}

/// The `format` that the first lines of a text claim, for texts that cannot be parsed as far as that.
pub(super) fn format_in_broken_text(text: &str) -> Option<String> {
    let mut head = text.len().min(4096);
    while !text.is_char_boundary(head) {
        head -= 1;
    }
    let at = text[..head].find("cluster/")?;
    let before = text[..at].trim_end_matches(['"', '\'', ' ', '\t', '=', ':']);
    before.ends_with("format").then(|| {
        text[at..].chars().take_while(|character| !matches!(character, '"' | '\'')).take(40).collect()
    })
}
