//! Text of definitions as a terminal may have it: nothing in it moves the cursor, turns the line round or hides.

use std::{borrow::Cow, fmt::Write as _};

/// A text with its control characters, bidirectional overrides and invisible characters as escapes (`\x1b`,
/// `\u{202e}`), on one line.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_escape) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped.into()
}

/// Adds a character, escaped where it needs to be.
pub(crate) fn push_escaped(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\0'..='\x1f' | '\x7f' => {
            write!(text, "\\x{:02x}", u32::from(character)).expect("a string takes any text");
        }
        _ if needs_escape(character) => text.extend(character.escape_unicode()),
        _ => text.push(character),
    }
}

fn needs_escape(character: char) -> bool {
    matches!(
        character,
        // C0, DEL and C1
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // soft hyphen, Arabic letter mark, Mongolian vowel separator
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        // zero width, marks and overrides of direction, separators of lines and paragraphs
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        // invisible operators, isolates of direction
        | '\u{2060}'..='\u{206f}'
        // byte order mark, annotations, tags
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// A text is shown whole up to this many bytes.
const LONGEST: usize = 240;

/// [Escaped](escape), and if it is long, without its middle: both ends of a message say something.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return escape(text);
    }
    let head = text.floor_char_boundary(LONGEST / 2);
    let tail = text.ceil_char_boundary(text.len() - LONGEST / 4);
    let cut = tail - head;
    format!("{}…({cut} bytes)…{}", escape(&text[..head]), escape(&text[tail..])).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_mislead_is_visible() {
        for (text, expected) in [
            ("EVS1 宽 é", "EVS1 宽 é"),
            ("a\x1b[31mb\x07", "a\\x1b[31mb\\x07"),
            ("a\u{9b}31m\x7f", "a\\u{9b}31m\\x7f"),
            ("one\r\n\ttwo", "one\\r\\n\\ttwo"),
            ("\u{202e}txt.exe\u{2069}", "\\u{202e}txt.exe\\u{2069}"),
            ("no\u{200b}thing", "no\\u{200b}thing"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn a_long_text_keeps_both_ends() {
        let long = format!("`{}` is one MTA too many", "é".repeat(1 << 20));
        let shown = shown(&long);
        assert!(shown.len() < 300, "{}", shown.len());
        assert!(shown.starts_with("`éé") && shown.ends_with("` is one MTA too many"), "{shown}");
    }
}
