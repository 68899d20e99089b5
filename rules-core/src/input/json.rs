//! JSON as programs write it, read straight into the storage of an earlier definition.
//!
//! This reader guesses: that the keys of a table come in their declared order, and that every value is what its key
//! wants. Where the text is anything else (an unknown key, a key given twice, `null`, a fraction, lists without end,
//! broken JSON) it gives up without a word, and the text is read by readers that can say what is wrong. It accepts
//! nothing that they refuse, and reads what it accepts as they do.

#[cfg(test)]
mod tests;

/// A value that JSON is read into.
pub trait Fill {
    /// Reads the next value of a text into the storage of an earlier one, of which nothing is left.
    fn fill(&mut self, json: &mut Json<'_>) -> Filled;
}

/// `None` if the reader gives up. What it filled so far is good for nothing but its storage.
pub(crate) type Filled = Option<()>;

/// What is still to be read of a text in JSON, from the beginning of a token.
#[derive(Debug)]
pub struct Json<'t> {
    rest: &'t str,
    /// How many more list elements are read.
    elements: usize,
    /// The last text that had escapes, without them.
    unescaped: String,
}

impl<'t> Json<'t> {
    /// Reads a whole text whose lists have at most so many elements together.
    pub(super) fn read(text: &'t str, elements: usize, into: &mut impl Fill) -> Filled {
        let mut json = Self { rest: text, elements, unescaped: String::new() };
        json.skip_space();
        into.fill(&mut json)?;
        json.rest.is_empty().then_some(())
    }

    /// Steps into a table, as far as its first key; false if it is empty.
    #[inline]
    pub(crate) fn enters_table(&mut self) -> Option<bool> {
        self.takes("{").then_some(())?;
        let empty = self.takes("}");
        (empty || self.takes_quote()).then_some(!empty)
    }

    /// Steps over a key, if it is this one, given with its end: `name":`. Space before the colon is rare.
    #[inline]
    pub(crate) fn takes_key(&mut self, key: &'static str) -> bool {
        self.rest.as_bytes().starts_with(key.as_bytes()) && self.takes(key)
    }

    /// Steps from a value in a table to the next key; false if there is none, and the table is left.
    #[inline]
    pub(crate) fn next_key(&mut self) -> Option<bool> {
        let more = self.takes(",");
        if more { self.takes_quote() } else { self.takes("}") }.then_some(more)
    }

    /// Steps into a list; false if it is empty.
    #[inline]
    pub(crate) fn enters_list(&mut self) -> Option<bool> {
        self.takes("[").then(|| !self.takes("]"))
    }

    /// Steps from one element of a list to the next; false if there is none, and the list is left.
    #[inline]
    pub(crate) fn next_element(&mut self) -> Option<bool> {
        self.elements = self.elements.checked_sub(1)?;
        let more = self.takes(",");
        (more || self.takes("]")).then_some(more)
    }

    /// Steps over a token and the space behind it, if it comes next.
    #[inline]
    pub(crate) fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        if let Some(rest) = rest {
            self.rest = rest;
            self.skip_space();
        }
        rest.is_some()
    }

    /// The text that comes next, without its quotes and escapes.
    pub(crate) fn text(&mut self) -> Option<&str> {
        self.takes_quote().then_some(())?;
        self.text_within()
    }

    /// The text that was just entered.
    pub(crate) fn text_within(&mut self) -> Option<&str> {
        let plain = self.plain_text();
        if self.takes("\"") { Some(plain) } else { self.text_with_escapes(plain) }
    }

    /// The text that begins so, and goes on with an escape.
    #[cold]
    fn text_with_escapes(&mut self, beginning: &str) -> Option<&str> {
        self.unescaped.clear();
        self.unescaped.push_str(beginning);
        while !self.takes("\"") {
            let character = self.escaped_character()?;
            self.unescaped.push(character);
            let plain = self.plain_text();
            self.unescaped.push_str(plain);
        }
        Some(&self.unescaped)
    }

    /// The whole number, not negative, that comes next.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        if digits > 1 && number.starts_with('0') {
            return None;
        }
        self.rest = rest;
        self.skip_space();
        number.parse().ok()
    }

    /// The first byte of what comes next.
    #[inline]
    pub(crate) fn next(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.next() {
            self.rest = &self.rest[1..];
        }
    }

    /// Steps into a text or key.
    #[inline]
    fn takes_quote(&mut self) -> bool {
        let rest = self.rest.strip_prefix('"');
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Steps over characters that stand for themselves.
    #[inline]
    fn plain_text(&mut self) -> &'t str {
        let (plain, rest) = self.rest.split_at(plain_bytes(self.rest.as_bytes()));
        self.rest = rest;
        plain
    }

    /// Steps over an escape. Characters in two halves are left to other readers, and no text may hold a NUL.
    fn escaped_character(&mut self) -> Option<char> {
        let mut rest = self.rest.strip_prefix('\\')?.chars();
        let character = match rest.next()? {
            itself @ ('"' | '\\' | '/') => itself,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let mut code = 0;
                for _ in 0..4 {
                    code = code * 16 + rest.next()?.to_digit(16)?;
                }
                char::from_u32(code).filter(|&character| character != '\0')?
            }
            _ => return None,
        };
        self.rest = rest.as_str();
        Some(character)
    }
}

/// How many bytes come before the first that is a quote, a backslash or a control character.
#[inline]
fn plain_bytes(bytes: &[u8]) -> usize {
    let each = |byte: u8| u64::MAX / 0xff * u64::from(byte);
    // The highest bit of every byte that is below a number; behind the first such byte perhaps of others, too.
    let below = |word: u64, number: u8| word.wrapping_sub(each(number)) & !word & each(0x80);
    let (words, _) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // With this bit flipped, control characters are still below all others, and the quote comes next.
        let special = below(word ^ each(0x02), 0x21) | below(word ^ each(b'\\'), 1);
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let checked = words.len() * 8;
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    checked + bytes[checked..].iter().position(is_special).unwrap_or(bytes.len() - checked)
}

impl Fill for bool {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        *self = json.takes("true");
        (*self || json.takes("false")).then_some(())
    }
}

impl Fill for u32 {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        *self = json.number()?.try_into().ok()?;
        Some(())
    }
}

impl Fill for u64 {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        *self = json.number()?;
        Some(())
    }
}

impl Fill for String {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        let text = json.text()?;
        self.clear();
        self.push_str(text);
        Some(())
    }
}

impl<T: Fill + Default> Fill for Vec<T> {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        let mut length = 0;
        let mut more = json.enters_list()?;
        while more {
            if length == self.len() {
                self.push(T::default());
            }
            self[length].fill(json)?;
            length += 1;
            more = json.next_element()?;
        }
        self.truncate(length);
        Some(())
    }
}
