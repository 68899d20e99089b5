//! A definition as a tree in which every key and value knows its place in the text.
//!
//! The derived reader is fast, but it stops at the first problem and forgets where things stood. This tree is
//! for what happens off that path: to report every problem of a malformed definition, and to find the line
//! and column of a path once there is something to say about it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
///
/// The span covers the value as written: quotes, brackets and braces are part of it. Some tables have no
/// braces in TOML: the span of a `[table]` and of an element of `[[tables]]` is its header, that of a list of
/// such elements its first header, and that of a table which only dotted keys or longer headers imply is the
/// part of the first one that names it. The document itself spans the whole text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree<'s> {
    /// The bytes of the text that the value takes.
    pub(crate) span: Range<usize>,
    /// What is there.
    pub(crate) value: Value<'s>,
}

/// What a [`Tree`] holds at one place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'s> {
    /// JSON's `null`; TOML has none.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; one past 64 bits is [`Value::Unreadable`].
    Integer(i64),
    /// A number with a fraction or an exponent; in TOML also `inf` and `nan`.
    Float(f64),
    /// Text, with its escapes resolved.
    Text(Cow<'s, str>),
    /// A date, a time or both without quotes, which only TOML has.
    Time(String),
    /// A list, in its order.
    List(Vec<Tree<'s>>),
    /// A table, in the order of the text. A JSON key that is given twice is here twice; a TOML one is a
    /// syntax error.
    Table(Vec<Entry<'s>>),
    /// Something that cannot be read, for which there is a [`SyntaxError`]; it might have been anything.
    Unreadable,
}

/// A key of a table with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry<'s> {
    /// The key, with its escapes resolved.
    pub(crate) key: Cow<'s, str>,
    /// The bytes of the text that the key takes, quotes included.
    pub(crate) key_span: Range<usize>,
    /// The value under the key.
    pub(crate) value: Tree<'s>,
}

/// Something in the text that is not TOML or JSON, or that no definition may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// The bytes of the text in question; empty where something is missing.
    pub(crate) span: Range<usize>,
    /// What is wrong, in one line, without the place.
    pub(crate) message: String,
}

/// What a text may demand before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Levels of lists and tables, the document itself being the first.
    pub(crate) depth: usize,
    /// Elements of all lists together.
    pub(crate) elements: usize,
    /// Tables among them: each takes much more memory than the text that it is written in.
    pub(crate) tables: usize,
    /// Errors that are listed one by one; the rest is only counted.
    pub(crate) errors: usize,
}

/// A place in a text as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The line, from 1. Lines end with a line feed.
    pub(crate) line: u64,
    /// The column in Unicode characters, from 1.
    pub(crate) column: u64,
}

/// The largest TOML text, in bytes, that is searched for errors after the first. The `toml` crate keeps all
/// errors until the end, 300 bytes for each byte of a text that is nothing but errors.
const RECOVERABLE_TOML: usize = 1 << 20;

const NUL: &str = "a NUL character (\\u0000) in text; names of Windows never hold one, so the file is damaged \
                   or was converted wrongly";
const OUT_OF_RANGE: &str = "number out of range";

/// Reads TOML, as far as it can be read, and lists its errors in the order of the text.
///
/// With errors the tree may lack anything that the text has: after a key without a value, for example, the
/// rest is missing. If a text above [`RECOVERABLE_TOML`] has errors there is no tree, and the second error
/// listed says that the first is the only one.
///
/// The `toml` crate stops at 80 levels of its own, within one value as within one key, so the stack is safe
/// whatever the limits.
pub(crate) fn parse_toml<'s>(text: &'s str, limits: &Limits) -> (Option<Tree<'s>>, Vec<SyntaxError>) {
    let mut reader = Reader::new(text, limits);
    if text.len() > RECOVERABLE_TOML
        && let Err(error) = DeTable::parse(text)
    {
        reader.report_toml(&error);
        reader.report(text.len()..text.len(), "only the first error of a TOML text above 1 MiB is listed");
        return (None, reader.into_errors());
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.report_toml(error);
    }
    reader.broken = errors.iter().filter_map(|error| Some(error.span()?.start)).collect();
    reader.broken.sort_unstable();
    let tree = reader.toml(0..text.len(), DeValue::Table(document.into_inner()), 1);
    (Some(tree), reader.into_errors())
}

/// Reads JSON. The first syntax error is the only one, and leaves no tree; numbers and texts that are well
/// formed but cannot be represented are listed one by one.
///
/// Each level scans its content again to find the ends of its values, so the time grows with the size of the
/// text times its depth, which is limited.
pub(crate) fn parse_json<'s>(text: &'s str, limits: &Limits) -> (Option<Tree<'s>>, Vec<SyntaxError>) {
    let mut reader = Reader::new(text, limits);
    // Scanning for the end of a value needs no stack, however deep the value is.
    let tree = match serde_json::from_str::<&RawValue>(text) {
        Ok(document) => Some(reader.json(document, 1)),
        Err(error) => {
            reader.report(json_span(text, &error), json_message(&error));
            None
        }
    };
    (tree, reader.into_errors())
}

/// The line and column of a byte of the text; of the end if the text has fewer bytes, and of the whole
/// character if the byte is inside one.
pub(crate) fn position(text: &str, byte: usize) -> Position {
    Position::START.after(&text[..text.floor_char_boundary(byte)])
}

/// Positions in a text that is asked about many times: each costs the same, wherever it is.
#[derive(Debug)]
pub(crate) struct Positions<'s> {
    text: &'s str,
    /// The position of the character at every [`STRIDE`](Self::STRIDE)th byte.
    marks: Vec<Position>,
}

impl<'s> Positions<'s> {
    const STRIDE: usize = 4096;

    pub(crate) fn new(text: &'s str) -> Self {
        let mut marks = vec![Position::START];
        let mut here = Position::START;
        for mark in 1..=text.len() / Self::STRIDE {
            here = here.after(&text[Self::start(text, mark - 1)..Self::start(text, mark)]);
            marks.push(here);
        }
        Self { text, marks }
    }

    /// As [`position`].
    pub(crate) fn of(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let mark = byte / Self::STRIDE;
        self.marks[mark].after(&self.text[Self::start(self.text, mark)..byte])
    }

    fn start(text: &str, mark: usize) -> usize {
        text.floor_char_boundary(mark * Self::STRIDE)
    }
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };

    /// The position behind a text that starts here.
    fn after(self, text: &str) -> Self {
        let columns = |text: &str| text.chars().count() as u64;
        match text.rfind('\n') {
            None => Self { column: self.column + columns(text), ..self },
            Some(last) => Self {
                line: self.line + text.matches('\n').count() as u64,
                column: columns(&text[last + 1..]) + 1,
            },
        }
    }
}

/// What both languages share while a text is read: counting, and collecting errors.
struct Reader<'s, 'l> {
    text: &'s str,
    limits: &'l Limits,
    elements: usize,
    tables: usize,
    errors: Vec<SyntaxError>,
    unlisted: usize,
    /// Where the syntax errors of TOML start, in ascending order.
    broken: Vec<usize>,
}

impl<'s, 'l> Reader<'s, 'l> {
    fn new(text: &'s str, limits: &'l Limits) -> Self {
        Self { text, limits, elements: 0, tables: 0, errors: Vec::new(), unlisted: 0, broken: Vec::new() }
    }

    fn report(&mut self, span: Range<usize>, message: impl Into<String>) {
        if self.errors.len() < self.limits.errors {
            self.errors.push(SyntaxError { span, message: message.into() });
        } else {
            self.unlisted += 1;
        }
    }

    fn unreadable(&mut self, span: &Range<usize>, message: impl Into<String>) -> Value<'s> {
        self.report(span.clone(), message);
        Value::Unreadable
    }

    fn too_deep(&self) -> String {
        format!("nested deeper than {} levels", self.limits.depth)
    }

    /// Counts a list element; false if it is one too many, which is said of the first.
    fn admits_element(&mut self, is_table: bool, span: impl FnOnce() -> Range<usize>) -> bool {
        self.elements += 1;
        self.tables += usize::from(is_table);
        let Limits { elements, tables, .. } = *self.limits;
        if self.elements == elements.saturating_add(1) {
            self.report(span(), format!("more than {elements} list elements"));
            // One error is enough for both.
            self.tables = usize::MAX;
        } else if is_table && self.tables == tables.saturating_add(1) {
            self.report(span(), format!("more than {tables} tables in lists"));
            self.elements = usize::MAX / 2;
        }
        self.elements <= elements && self.tables <= tables
    }

    fn check_text(&mut self, span: &Range<usize>, text: &str) {
        if text.contains('\0') {
            self.report(span.clone(), NUL);
        }
    }

    fn into_errors(mut self) -> Vec<SyntaxError> {
        self.errors.sort_by_key(|error| error.span.start);
        // Every list that the end of the text leaves open is the same error at the same place.
        self.errors.dedup();
        if self.unlisted > 0 {
            let end = self.text.len();
            let message = format!("{} further errors are not listed", self.unlisted);
            self.errors.push(SyntaxError { span: end..end, message });
        }
        self.errors
    }
}

impl<'s> Reader<'s, '_> {
    fn report_toml(&mut self, error: &toml::de::Error) {
        // Only a key of too many parts comes without a place.
        let span = error.span().unwrap_or(0..0);
        let message = match self.text.get(span.clone()) {
            Some("null") if error.message().starts_with("invalid") => {
                "TOML has no `null`; a fact that is not known is left out".to_owned()
            }
            _ if error.message().contains("recursion") => self.too_deep(),
            _ => error.message().replace('\n', " "),
        };
        self.report(span, message);
    }

    fn toml(&mut self, span: Range<usize>, value: DeValue<'s>, level: usize) -> Tree<'s> {
        let value = match value {
            DeValue::Array(_) | DeValue::Table(_) if level > self.limits.depth => {
                self.unreadable(&span, self.too_deep())
            }
            DeValue::Array(elements) => {
                let mut list = Vec::with_capacity(elements.len());
                for element in elements {
                    let span = element.span();
                    let is_table = matches!(element.get_ref(), DeValue::Table(_));
                    if !self.admits_element(is_table, || span.clone()) {
                        break;
                    }
                    list.push(self.toml(span, element.into_inner(), level + 1));
                }
                Value::List(list)
            }
            DeValue::Table(entries) => {
                let mut table = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key_span = key.span();
                    // Where a key is missing, the parser goes on with an empty one.
                    if !key_span.is_empty() {
                        let key = key.into_inner();
                        self.check_text(&key_span, &key);
                        let value = self.toml(value.span(), value.into_inner(), level + 1);
                        table.push(Entry { key, key_span, value });
                    }
                }
                Value::Table(table)
            }
            _ if self.is_broken(&span) => Value::Unreadable,
            DeValue::Boolean(truth) => Value::Bool(truth),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| self.unreadable(&span, OUT_OF_RANGE), Value::Integer),
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(float) if !float.is_infinite() || number.as_str().ends_with("inf") => Value::Float(float),
                _ => self.unreadable(&span, OUT_OF_RANGE),
            },
            DeValue::String(text) => {
                self.check_text(&span, &text);
                Value::Text(text)
            }
            DeValue::Datetime(time) => Value::Time(time.to_string()),
        };
        Tree { span, value }
    }

    /// Whether a number, text or the like is a guess of the parser, which it makes up where a value is
    /// missing or has a syntax error inside or right behind it.
    fn is_broken(&self, span: &Range<usize>) -> bool {
        let next = self.broken.partition_point(|&error| error < span.start);
        span.is_empty() || self.broken.get(next).is_some_and(|&error| error <= span.end)
    }
}

impl<'s> Reader<'s, '_> {
    fn json(&mut self, raw: &'s RawValue, level: usize) -> Tree<'s> {
        let json = raw.get();
        let span = self.span_of(json);
        let value = if level > self.limits.depth && json.starts_with(['[', '{']) {
            self.unreadable(&span, self.too_deep())
        } else {
            serde_json::Deserializer::from_str(json)
                .deserialize_any(JsonValue { reader: self, json, level })
                .unwrap_or_else(|error| self.unreadable(&span, json_message(&error)))
        };
        if let Value::Text(text) = &value {
            self.check_text(&span, text);
        }
        Tree { span, value }
    }

    /// The place of a part of the text, which `RawValue` borrows from it.
    fn span_of(&self, part: &'s str) -> Range<usize> {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        start..start + part.len()
    }
}

/// Turns one JSON value into a [`Value`]; what is inside it goes through [`Reader::json`] again.
struct JsonValue<'r, 's, 'l> {
    reader: &'r mut Reader<'s, 'l>,
    json: &'s str,
    level: usize,
}

impl<'s> JsonValue<'_, 's, '_> {
    fn whole_number<E: Error>(&self) -> Result<Value<'s>, E> {
        self.json.parse().map(Value::Integer).map_err(|_| E::custom(OUT_OF_RANGE))
    }
}

impl<'s> Visitor<'s> for JsonValue<'_, 's, '_> {
    type Value = Value<'s>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'s>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value<'s>, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Value<'s>, E> {
        self.whole_number()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Value<'s>, E> {
        self.whole_number()
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value<'s>, E> {
        // serde_json makes floats of large whole numbers and of `-0` too.
        if self.json.contains(['.', 'e', 'E']) { Ok(Value::Float(number)) } else { self.whole_number() }
    }

    fn visit_borrowed_str<E>(self, text: &'s str) -> Result<Value<'s>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'s>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'s>>(self, mut elements: A) -> Result<Value<'s>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<&RawValue>()? {
            let span = self.reader.span_of(element.get());
            if !self.reader.admits_element(element.get().starts_with('{'), || span) {
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
            list.push(self.reader.json(element, self.level + 1));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'s>>(self, mut entries: A) -> Result<Value<'s>, A::Error> {
        let mut table = Vec::new();
        while let Some((key, value)) = entries.next_entry::<&RawValue, &RawValue>()? {
            if table.len() == self.reader.limits.elements {
                let span = self.reader.span_of(key.get());
                self.reader.report(span, format!("more than {} keys in a table", table.len()));
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                break;
            }
            let key = self.reader.json(key, self.level + 1);
            let value = self.reader.json(value, self.level + 1);
            if let Value::Text(text) = key.value {
                table.push(Entry { key: text, key_span: key.span, value });
            }
        }
        Ok(Value::Table(table))
    }
}

/// The character that `serde_json` stopped at, or the end of the text if it wanted more.
fn json_span(text: &str, error: &serde_json::Error) -> Range<usize> {
    if error.is_eof() {
        return text.len()..text.len();
    }
    let lines_before = error.line().saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    let read = line_start + error.column();
    // The culprit is the last byte that was read, maybe a line feed; but a control character is refused
    // unread.
    let refused_unread = json_message(error).starts_with("control character");
    let start = text.floor_char_boundary(if refused_unread { read } else { read.saturating_sub(1) });
    start..text.ceil_char_boundary(start + 1)
}

/// The message without the place that `serde_json` appends.
fn json_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { depth: 64, elements: 1_000, tables: 500, errors: 100 };

    type Parse = for<'s> fn(&'s str, &Limits) -> (Option<Tree<'s>>, Vec<SyntaxError>);

    fn read(parse: Parse, text: &str) -> Tree<'_> {
        let (tree, errors) = parse(text, &LIMITS);
        assert_eq!(errors, [], "{text}");
        tree.expect("a tree where there are no errors")
    }

    /// Errors as the text that their span cuts out, and their message.
    fn errors(parse: Parse, text: &str) -> Vec<(&str, String)> {
        let (_, errors) = parse(text, &LIMITS);
        errors.into_iter().map(|error| (&text[error.span], error.message)).collect()
    }

    /// Follows keys and indexes, separated by slashes.
    fn at<'t, 's>(tree: &'t Tree<'s>, path: &str) -> &'t Tree<'s> {
        path.split('/').fold(tree, |tree, step| match &tree.value {
            Value::List(list) => &list[step.parse::<usize>().expect("an index")],
            Value::Table(entries) => {
                &entries.iter().find(|entry| entry.key == step).expect("a key of the table").value
            }
            scalar => panic!("no `{step}` in {scalar:?}"),
        })
    }

    fn keys<'t>(tree: &'t Tree<'_>) -> Vec<&'t str> {
        let Value::Table(entries) = &tree.value else { panic!("not a table: {tree:?}") };
        entries.iter().map(|entry| &*entry.key).collect()
    }

    fn text(value: &str) -> Value<'_> {
        Value::Text(value.into())
    }

    fn place(text: &str, byte: usize) -> (u64, u64) {
        let Position { line, column } = position(text, byte);
        (line, column)
    }

    #[test]
    fn toml_spans_cut_out_what_was_written() {
        let source = r#"
name = "MAILCLU1"
"quoted key" = { a.b = 0x10, list = [1.5, 'C:\x', true] }
when = 2005-03-01T09:00:00
[directory]
domains = [{ name = "é\t" }]
[[nodes]]
name = "NODE1"
[[nodes]]
hardware.memory.mib = 4_096
hardware.memory.ecc = true
[nodes.windows]
build = 3790
"#;
        let tree = read(parse_toml, source);
        assert_eq!(tree.span, 0..source.len());
        assert_eq!(keys(&tree), ["name", "quoted key", "when", "directory", "nodes"]);
        for (path, written, value) in [
            ("name", r#""MAILCLU1""#, text("MAILCLU1")),
            ("quoted key/a/b", "0x10", Value::Integer(16)),
            ("quoted key/list/0", "1.5", Value::Float(1.5)),
            ("quoted key/list/1", r"'C:\x'", text(r"C:\x")),
            ("quoted key/list/2", "true", Value::Bool(true)),
            ("when", "2005-03-01T09:00:00", Value::Time("2005-03-01T09:00:00".to_owned())),
            ("directory/domains/0/name", r#""é\t""#, text("é\t")),
            ("nodes/1/hardware/memory/mib", "4_096", Value::Integer(4096)),
            ("nodes/1/windows/build", "3790", Value::Integer(3790)),
        ] {
            let found = at(&tree, path);
            assert_eq!((&source[found.span.clone()], &found.value), (written, &value), "{path}");
        }
        for (path, line, written) in [
            ("quoted key/list", 3, r"[1.5, 'C:\x', true]"),
            ("directory", 5, "[directory]"),
            ("directory/domains/0", 6, r#"{ name = "é\t" }"#),
            ("nodes", 7, "[[nodes]]"),
            ("nodes/0", 7, "[[nodes]]"),
            ("nodes/1", 9, "[[nodes]]"),
            ("nodes/1/hardware", 10, "hardware"),
            ("nodes/1/hardware/memory", 10, "memory"),
            ("nodes/1/windows", 12, "[nodes.windows]"),
        ] {
            let span = at(&tree, path).span.clone();
            assert_eq!((place(source, span.start).0, &source[span]), (line, written), "{path}");
        }
        let Value::Table(entries) = &tree.value else { panic!("the document is a table") };
        assert_eq!(&source[entries[1].key_span.clone()], r#""quoted key""#);
        assert_eq!(&source[entries[4].key_span.clone()], "nodes");
    }

    #[test]
    fn json_spans_cut_out_what_was_written() {
        let source = r#" {"name" : "é\u00e9", "nodes": [ {"up": true, "disks": [ ]}, null, -0.5e1, -7 ] } "#;
        let tree = read(parse_json, source);
        assert_eq!(&source[tree.span.clone()], source.trim());
        for (path, written, value) in [
            ("name", r#""é\u00e9""#, text("éé")),
            ("nodes/0/up", "true", Value::Bool(true)),
            ("nodes/0/disks", "[ ]", Value::List(Vec::new())),
            ("nodes/1", "null", Value::Null),
            ("nodes/2", "-0.5e1", Value::Float(-5.0)),
            ("nodes/3", "-7", Value::Integer(-7)),
        ] {
            let found = at(&tree, path);
            assert_eq!((&source[found.span.clone()], &found.value), (written, &value), "{path}");
        }
        assert_eq!(&source[at(&tree, "nodes/0").span.clone()], r#"{"up": true, "disks": [ ]}"#);
        let Value::Table(entries) = &tree.value else { panic!("the document is a table") };
        assert_eq!(&source[entries[0].key_span.clone()], r#""name""#);
    }

    #[test]
    fn json_keeps_duplicate_keys() {
        let tree = read(parse_json, r#"{"b": 1, "a": 2, "b": 3, "\u0062": 4}"#);
        assert_eq!(keys(&tree), ["b", "a", "b", "b"]);
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        for (parse, source) in [(parse_toml as Parse, "a = 'x'"), (parse_json, r#"{"a": "x"}"#)] {
            let tree = read(parse, source);
            assert!(matches!(at(&tree, "a").value, Value::Text(Cow::Borrowed("x"))), "{source}");
        }
    }

    #[test]
    fn every_syntax_error_of_toml_is_listed_in_order() {
        let source = "a = 1\na = 2\nb = [1, , 2]\nc = \"open\nd = null\ne = 01\nf = 5\n[null]\n[null]\n";
        let expected = [
            ("a", "duplicate key"),
            (",", "extra comma in array, expected value"),
            ("", "invalid basic string, expected `\"`"),
            ("null", "TOML has no `null`; a fact that is not known is left out"),
            ("0", "unexpected leading zero, expected nothing"),
            ("null", "duplicate key"),
        ];
        assert_eq!(errors(parse_toml, source), expected.map(|(cut, message)| (cut, message.to_owned())));
        let (tree, _) = parse_toml(source, &LIMITS);
        let tree = tree.expect("what could be read");
        assert_eq!(keys(&tree), ["a", "b", "c", "d", "e", "f", "null"]);
        for key in ["c", "d", "e"] {
            assert_eq!(at(&tree, key).value, Value::Unreadable, "{key}");
        }
        assert_eq!(at(&tree, "a").value, Value::Integer(1));
        assert_eq!(at(&tree, "f").value, Value::Integer(5));
    }

    #[test]
    fn missing_keys_and_values_are_not_made_up() {
        let (tree, errors) = parse_toml("= 1\nname =\nlist = [{ x = 1, y }]\n", &LIMITS);
        let tree = tree.expect("what could be read");
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert_eq!(keys(&tree), ["name", "list"]);
        assert_eq!(at(&tree, "name").value, Value::Unreadable);
        assert_eq!(at(&tree, "list/0/x").value, Value::Integer(1));
        assert_eq!(at(&tree, "list/0/y").value, Value::Unreadable);
    }

    #[test]
    fn a_large_broken_toml_text_is_refused_at_its_first_error() {
        let source = "= 1\n".repeat(RECOVERABLE_TOML / 4 + 1);
        let (tree, errors) = parse_toml(&source, &LIMITS);
        let [first, note] = &errors[..] else { panic!("{errors:?}") };
        assert_eq!((tree, first.span.clone()), (None, 0..0));
        assert_eq!(note.message, "only the first error of a TOML text above 1 MiB is listed");
    }

    #[test]
    fn a_syntax_error_of_json_has_its_place() {
        for (source, cut, line_and_column, message) in [
            ("", "", (1, 1), "EOF while parsing a value"),
            ("{\"a\": [1,\n", "", (2, 1), "EOF while parsing a value"),
            ("{\"a\": \"op", "", (1, 10), "EOF while parsing a string"),
            ("{\"é\": 1\n \"b\": 2}", "\"", (2, 2), "expected `,` or `}`"),
            ("[\"é\", é]", "é", (1, 7), "expected value"),
            ("{}\r\nx", "x", (2, 1), "trailing characters"),
            ("{a: 1}", "a", (1, 2), "key must be a string"),
            ("[-\n1]", "\n", (1, 3), "invalid number"),
            ("\"\\q\"", "q", (1, 3), "invalid escape"),
            ("[\"a\nb\"]", "\n", (1, 4), "control character (\\u0000-\\u001F) found while parsing a string"),
        ] {
            let (tree, errors) = parse_json(source, &LIMITS);
            let [error] = &errors[..] else { panic!("{source:?}: {errors:?}") };
            assert_eq!(tree, None, "{source:?}");
            assert_eq!((&source[error.span.clone()], &*error.message), (cut, message), "{source:?}");
            assert_eq!(place(source, error.span.start), line_and_column, "{source:?}");
        }
    }

    #[test]
    fn what_cannot_be_represented_is_unreadable() {
        let out_of_range = |number| (number, OUT_OF_RANGE.to_owned());
        let source =
            r#"{"a": 9223372036854775808, "b": -99999999999999999999, "c": 1e999, "d": "\ud800", "e": -0}"#;
        let (tree, _) = parse_json(source, &LIMITS);
        let tree = tree.expect("the syntax is right");
        assert_eq!(
            errors(parse_json, source),
            [
                out_of_range("9223372036854775808"),
                out_of_range("-99999999999999999999"),
                out_of_range("1e999"),
                (r#""\ud800""#, "unexpected end of hex escape".to_owned()),
            ]
        );
        assert_eq!(at(&tree, "d").value, Value::Unreadable);
        assert_eq!(at(&tree, "e").value, Value::Integer(0));

        let source = "a = 0xffffffffffffffff\nb = 1e999\nc = -inf\nd = nan\ne = -9223372036854775808\n";
        assert_eq!(errors(parse_toml, source), [out_of_range("0xffffffffffffffff"), out_of_range("1e999")]);
        let (tree, _) = parse_toml(source, &LIMITS);
        let tree = tree.expect("the syntax is right");
        assert_eq!(at(&tree, "a").value, Value::Unreadable);
        assert_eq!(at(&tree, "c").value, Value::Float(f64::NEG_INFINITY));
        assert!(matches!(at(&tree, "d").value, Value::Float(nan) if nan.is_nan()));
        assert_eq!(at(&tree, "e").value, Value::Integer(i64::MIN));
    }

    #[test]
    fn nul_characters_in_texts_and_keys_are_errors() {
        let nul = |cut| (cut, NUL.to_owned());
        let source = r#"{"ok": "\\u0000", "N\u0000": "A\u0000B"}"#;
        assert_eq!(errors(parse_json, source), [nul(r#""N\u0000""#), nul(r#""A\u0000B""#)]);
        let source = "ok = '\\u0000'\n\"N\\u0000\" = [\"A\\U00000000\", \"\\x00\"]\n";
        assert_eq!(
            errors(parse_toml, source),
            [nul(r#""N\u0000""#), nul(r#""A\U00000000""#), nul(r#""\x00""#)]
        );
    }

    #[test]
    fn depth_is_limited() {
        for (parse, before, after) in [(parse_toml as Parse, "a = ", "\n"), (parse_json, "{\"a\": ", "}")] {
            // The document is the first of the levels.
            let nested = |levels: usize| {
                format!("{before}{}{}{after}", "[".repeat(levels - 1), "]".repeat(levels - 1))
            };
            read(parse, &nested(64));
            assert_eq!(errors(parse, &nested(66)), [("[[]]", "nested deeper than 64 levels".to_owned())]);
            for levels in [200, 100_000] {
                let (_, errors) = parse(&nested(levels), &LIMITS);
                assert_eq!(errors[0].message, "nested deeper than 64 levels");
                assert_eq!(errors[0].span.start, before.len() + 63);
            }
        }
        let source = format!("{}z = 1", "a.".repeat(200));
        assert_eq!(errors(parse_toml, &source), [("", "nested deeper than 64 levels".to_owned())]);
        let source = format!("[{}z]\n", "a.".repeat(62));
        read(parse_toml, &source);
        let source = format!("[{}z]\n", "a.".repeat(63));
        assert_eq!(errors(parse_toml, &source), [(source.trim(), "nested deeper than 64 levels".to_owned())]);
        assert_eq!(errors(parse_json, &"[".repeat(100_000)), [("", "EOF while parsing a list".to_owned())]);
    }

    #[test]
    fn list_elements_are_limited() {
        let limits = Limits { elements: 3, ..LIMITS };
        for (parse, source) in [
            (parse_toml as Parse, "a = [1, [2], 3, 4]\nb = [5, 6]\n"),
            (parse_json, r#"{"a": [1, [2], 3, 4], "b": [5, 6]}"#),
        ] {
            let (tree, errors) = parse(source, &limits);
            let [error] = &errors[..] else { panic!("{errors:?}") };
            assert_eq!((&source[error.span.clone()], &*error.message), ("3", "more than 3 list elements"));
            let tree = tree.expect("what was within the limit");
            assert_eq!(at(&tree, "a/1/0").value, Value::Integer(2));
            assert_eq!(at(&tree, "b").value, Value::List(Vec::new()));
        }
    }

    #[test]
    fn tables_in_lists_are_limited() {
        let limits = Limits { tables: 2, ..LIMITS };
        for (parse, source) in [
            (parse_toml as Parse, "a = [{}, 1, {}, {}]\n[[b]]\n"),
            (parse_json, r#"{"a": [{}, 1, {}, {}], "b": [{}]}"#),
        ] {
            let (_, errors) = parse(source, &limits);
            let [error] = &errors[..] else { panic!("{errors:?}") };
            assert_eq!(
                (error.span.start, &*error.message),
                (source.find("}]").unwrap() - 1, "more than 2 tables in lists")
            );
        }
    }

    #[test]
    fn keys_of_a_table_are_limited() {
        let (_, errors) =
            parse_json(r#"{"a": 1, "b": 2, "c": 3, "d": 4}"#, &Limits { elements: 2, ..LIMITS });
        assert_eq!(errors, [SyntaxError { span: 17..20, message: "more than 2 keys in a table".to_owned() }]);
    }

    #[test]
    fn listed_errors_are_limited_and_the_rest_is_counted() {
        let limits = Limits { errors: 2, ..LIMITS };
        for (parse, source) in
            [(parse_toml as Parse, "a=01\nb=01\nc=01\nd=01\n"), (parse_json, "[1e999,1e999,1e999,1e999]")]
        {
            let (_, errors) = parse(source, &limits);
            assert_eq!(errors.len(), 3);
            assert_eq!(errors[2].message, "2 further errors are not listed");
        }
    }

    #[test]
    fn truncated_toml_is_reported_once_at_its_end() {
        assert_eq!(errors(parse_toml, "a = [[["), [("", "unclosed array, expected `]`".to_owned())]);
        let (tree, errors) = parse_toml("a = 1\nb = {\nx = 1,\n", &LIMITS);
        assert_eq!(errors[0].message, "unclosed inline table, expected `}`");
        assert_eq!(at(&tree.expect("what could be read"), "b/x").value, Value::Integer(1));
    }

    #[test]
    fn an_empty_text_is_an_empty_toml_document() {
        assert_eq!(read(parse_toml, ""), Tree { span: 0..0, value: Value::Table(Vec::new()) });
    }

    #[test]
    fn carriage_returns_do_not_shift_places() {
        let source = "a = 1\r\n# é\r\n[t]\r\nb = \"\"\"x\r\ny\"\"\"\r\n";
        let tree = read(parse_toml, source);
        assert_eq!(place(source, at(&tree, "t").span.start), (3, 1));
        assert_eq!(place(source, at(&tree, "t/b").span.start), (4, 5));
        let source = "{\r\n  \"a\": [\r\n    1\r\n  ]\r\n}";
        assert_eq!(place(source, at(&read(parse_json, source), "a/0").span.start), (3, 5));
    }

    #[test]
    fn columns_count_characters() {
        let source = "é=\"ü𝄞\"\r\nx";
        for (byte, line_and_column) in [
            (0, (1, 1)),
            (1, (1, 1)), // inside `é`
            (2, (1, 2)),
            (4, (1, 4)),
            (8, (1, 5)),  // inside `𝄞`
            (10, (1, 6)), // the closing quote
            (13, (2, 1)),
            (14, (2, 2)), // the end
            (usize::MAX, (2, 2)),
        ] {
            assert_eq!(place(source, byte), line_and_column, "byte {byte}");
        }
        assert_eq!(place("", 0), (1, 1));
        assert_eq!(place("a\n", 2), (2, 1));
    }

    #[test]
    fn many_positions_are_as_single_ones() {
        let text = "é\n宽\r\nabc𝄞".repeat(2000);
        let positions = Positions::new(&text);
        for byte in (0..text.len() + 3).step_by(7) {
            assert_eq!(positions.of(byte), position(&text, byte), "byte {byte}");
        }
    }
}
