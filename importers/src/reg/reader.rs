//! The syntax of a `.reg` file, statement by statement.

use encoding_rs::WINDOWS_1252;

use super::{MAX_ERRORS, RegError, RegProblem, Version};
use crate::registry::{Data, Key, KeyId, MAX_LEVELS, TreeBuilder};

/// Reads the statements of a file, and goes on behind each problem.
pub(super) struct Reader<'t> {
    cursor: Cursor<'t>,
    version: Version,
    /// The most keys and values, together.
    limit: usize,
    tree: TreeBuilder,
    /// The key that values belong to: none before the first, and none after a problem that may hide a key.
    key: Option<KeyId>,
    errors: Vec<RegError>,
    /// The first problem that `errors` has no place for, and how many there are.
    more: Option<(RegError, usize)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, version: Version, limit: usize) -> Reader<'t> {
        let (cursor, tree) = (Cursor::new(text), TreeBuilder::default());
        Reader { cursor, version, limit, tree, key: None, errors: Vec::new(), more: None }
    }

    /// Reads what follows the first line.
    pub(super) fn read(mut self) -> Result<Key, Vec<RegError>> {
        self.cursor.next_line();
        while !self.cursor.is_at_end() {
            let start = self.cursor.here;
            if let Err(error) = self.statement() {
                if self.cursor.here.line != start.line {
                    self.key = None;
                }
                self.report(error);
            }
            if self.tree.len() > self.limit {
                self.report(self.cursor.error(start, RegProblem::TooMany { limit: self.limit }));
                break;
            }
            self.cursor.next_line();
        }
        if let Some((first, count)) = self.more {
            self.errors.push(RegError { problem: RegProblem::More { count }, ..first });
        }
        if self.errors.is_empty() { Ok(self.tree.finish()) } else { Err(self.errors) }
    }

    fn report(&mut self, error: RegError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        } else {
            self.more.get_or_insert((error, 0)).1 += 1;
        }
    }

    /// What starts on this line; a value may end on a later one.
    fn statement(&mut self) -> Result<(), RegError> {
        self.cursor.skip_blanks();
        let start = self.cursor.here;
        match self.cursor.peek() {
            Some('[') => self.key(start),
            Some('@' | '"') => self.value(start),
            _ if self.cursor.is_at_line_end_or_comment() => Ok(()),
            _ => Err(self.cursor.error(start, RegProblem::UnknownLine)),
        }
    }

    fn key(&mut self, start: Mark) -> Result<(), RegError> {
        self.key = None;
        // The last bracket closes, because a name may hold one.
        let Some(length) = self.cursor.line().rfind(']') else {
            return Err(self.unexpected(start, RegProblem::UnclosedKey));
        };
        let path = &self.cursor.take(length)[1..];
        if path.starts_with('-') {
            return Err(self.cursor.error(start, RegProblem::Removal));
        }
        let levels = path.split('\\').count();
        if levels > MAX_LEVELS {
            return Err(self.cursor.error(start, RegProblem::TooDeep { levels }));
        }
        if path.split('\\').any(str::is_empty) {
            return Err(self.cursor.error(start, RegProblem::EmptyKeyName));
        }
        self.cursor.eat("]");
        self.end()?;
        self.key = self.tree.key(path.split('\\'), start.line);
        Ok(())
    }

    fn value(&mut self, start: Mark) -> Result<(), RegError> {
        let name = if self.cursor.eat("@") { String::new() } else { self.quoted(start)? };
        self.cursor.skip_blanks();
        if !self.cursor.eat("=") {
            return Err(self.unexpected(start, RegProblem::NoEqualsSign));
        }
        self.cursor.skip_blanks();
        let data = self.data(start)?;
        self.end()?;
        match self.key {
            Some(key) => self
                .tree
                .value(key, name, data, start.line)
                .map_err(|first_line| self.cursor.error(start, RegProblem::DuplicateValue { first_line })),
            // Said once; after another problem it may be no more than a consequence.
            None if self.errors.is_empty() => Err(self.cursor.error(start, RegProblem::ValueBeforeKey)),
            None => Ok(()),
        }
    }

    fn data(&mut self, start: Mark) -> Result<Data, RegError> {
        match self.cursor.peek() {
            Some('"') => return self.quoted(start).map(Data::Text),
            Some('-') => return Err(self.cursor.error(start, RegProblem::Removal)),
            _ => {}
        }
        if self.cursor.eat("dword:") {
            return self.dword(start).map(Data::Dword);
        }
        let Some(kind) = self.hex_type() else {
            return Err(self.unexpected(start, RegProblem::UnknownData));
        };
        let bytes = self.hex_bytes(start)?;
        let is_text = matches!(kind, 1 | 2 | 7);
        Ok(if is_text && self.version == Version::Four {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
            Data::from_raw(kind, &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        } else {
            Data::from_raw(kind, &bytes)
        })
    }

    /// Text between quotes, line breaks included.
    fn quoted(&mut self, start: Mark) -> Result<String, RegError> {
        let mut text = String::new();
        let mut bad_escape = None;
        self.cursor.eat("\"");
        loop {
            text.push_str(self.cursor.take_until(&['"', '\\']));
            let special = self.cursor.here;
            if self.cursor.eat("\"") {
                return bad_escape.map_or(Ok(text), Err);
            } else if self.cursor.eat("\\\\") {
                text.push('\\');
            } else if self.cursor.eat("\\\"") {
                text.push('"');
            } else if self.cursor.eat("\\") {
                // Reported at the end of the text, so that reading goes on behind it.
                bad_escape.get_or_insert_with(|| self.cursor.error(special, RegProblem::Escape));
            } else {
                return Err(self.cursor.error(start, RegProblem::Cut));
            }
        }
    }

    fn dword(&mut self, start: Mark) -> Result<u32, RegError> {
        let digits = self.cursor.hex_digits();
        let Some(number) = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 8) else {
            return Err(self.unexpected(start, RegProblem::Dword));
        };
        self.cursor.take(digits.len());
        if digits.len() < 8 && self.cursor.is_at_end() {
            return Err(self.cursor.error(start, RegProblem::Cut));
        }
        Ok(number)
    }

    /// The number of the type in `hex:` or `hex(type):`.
    fn hex_type(&mut self) -> Option<u32> {
        if self.cursor.eat("hex:") {
            return Some(3);
        }
        let digits = self.cursor.line().strip_prefix("hex(")?.split_once("):")?.0;
        let kind = u32::from_str_radix(digits, 16).ok()?;
        self.cursor.take("hex():".len() + digits.len());
        Some(kind)
    }

    fn hex_bytes(&mut self, start: Mark) -> Result<Vec<u8>, RegError> {
        let mut bytes = Vec::new();
        let is_continued = self.continuation()?;
        if is_continued || !self.cursor.is_at_line_end_or_comment() {
            bytes.push(self.hex_byte(start)?);
            while self.cursor.eat(",") {
                self.continuation()?;
                bytes.push(self.hex_byte(start)?);
            }
        }
        // Without a line break nobody can tell whether these are all.
        if self.cursor.is_at_end() { Err(self.cursor.error(start, RegProblem::Cut)) } else { Ok(bytes) }
    }

    fn hex_byte(&mut self, start: Mark) -> Result<u8, RegError> {
        let digits = self.cursor.hex_digits();
        let Some(byte) = u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 2) else {
            return Err(self.unexpected(start, RegProblem::HexByte));
        };
        self.cursor.take(digits.len());
        self.cursor.skip_blanks();
        Ok(byte)
    }

    /// Goes on to the next line if there is a backslash, and says whether.
    fn continuation(&mut self) -> Result<bool, RegError> {
        self.cursor.skip_blanks();
        let is_continued = self.cursor.eat("\\");
        if is_continued {
            self.end()?;
            self.cursor.next_line();
            self.cursor.skip_blanks();
        }
        Ok(is_continued)
    }

    /// Nothing but a comment may follow on the line.
    fn end(&mut self) -> Result<(), RegError> {
        self.cursor.skip_blanks();
        if self.cursor.is_at_line_end_or_comment() {
            Ok(())
        } else {
            Err(self.cursor.error(self.cursor.here, RegProblem::Trailing))
        }
    }

    /// A problem here, unless the file simply ends on this line, in the middle of what began at `start`.
    fn unexpected(&self, start: Mark, problem: RegProblem) -> RegError {
        if self.cursor.line().len() == self.cursor.rest().len() {
            self.cursor.error(start, RegProblem::Cut)
        } else {
            self.cursor.error(self.cursor.here, problem)
        }
    }
}

/// The problem that the text ends where it does.
pub(super) fn error_after(text: &str, problem: RegProblem) -> RegError {
    let mut cursor = Cursor::new(text);
    cursor.take(text.len());
    cursor.error(cursor.here, problem)
}

/// A place in the text.
#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: usize,
    line: u32,
    line_offset: usize,
}

struct Cursor<'t> {
    text: &'t str,
    here: Mark,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, here: Mark { offset: 0, line: 1, line_offset: 0 } }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.here.offset..]
    }

    /// The rest of the line, without its line break.
    fn line(&self) -> &'t str {
        let rest = self.rest();
        rest.split_once('\n').map_or(rest, |(line, _)| line)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    fn is_at_line_end_or_comment(&self) -> bool {
        matches!(self.peek(), None | Some('\n' | ';'))
    }

    fn hex_digits(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !byte.is_ascii_hexdigit());
        &rest[..end.unwrap_or(rest.len())]
    }

    /// Moves on by a number of bytes.
    fn take(&mut self, length: usize) -> &'t str {
        let taken = &self.rest()[..length];
        for byte in taken.bytes() {
            self.here.offset += 1;
            if byte == b'\n' {
                self.here.line += 1;
                self.here.line_offset = self.here.offset;
            }
        }
        taken
    }

    /// Moves up to the first of these characters, or to the end.
    fn take_until(&mut self, stops: &[char]) -> &'t str {
        let rest = self.rest();
        self.take(rest.find(stops).unwrap_or(rest.len()))
    }

    fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.take(expected.len());
        }
        found
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.take(rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len());
    }

    fn next_line(&mut self) {
        self.take_until(&['\n']);
        self.eat("\n");
    }

    fn error(&self, at: Mark, problem: RegProblem) -> RegError {
        let column = self.text[at.line_offset..at.offset].chars().count() + 1;
        RegError { line: at.line, column: u32::try_from(column).unwrap_or(u32::MAX), problem }
    }
}
