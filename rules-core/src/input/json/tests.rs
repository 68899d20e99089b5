//! A guess is right, or it is given up.

use std::{fmt::Write as _, sync::LazyLock};

use proptest::{prelude::*, sample::Index};
use serde_json::Value;

use super::Json;
use crate::{
    input::{self, LIMITS, Syntax},
    model::{Cluster, Solution},
    testing::reference,
};

/// What was read, written again: unlike names, texts are not the same if only their case differs.
fn written(cluster: &Cluster) -> String {
    serde_json::to_string(cluster).expect("a cluster can be written as JSON")
}

fn guessed(text: &str, into: &mut Cluster) -> Option<String> {
    Json::read(text, LIMITS.tables, into).map(|()| written(into))
}

fn sure(text: &str) -> Option<String> {
    let mut cluster = Cluster::default();
    input::fill_surely(text, Syntax::Json, &mut cluster).ok().map(|()| written(&cluster))
}

static REFERENCES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let read = |text| input::read(text, Syntax::Toml).expect("the reference clusters are read");
    let value = |text| serde_json::to_value(read(text)).expect("a cluster can be written as JSON");
    reference::ALL.iter().map(|reference| value(reference.definition)).collect()
});

/// Writes JSON with its keys in any order, with space where it may be, with escapes, and perhaps with a slip.
struct Writer {
    text: String,
    random: u64,
    /// Before how many values, keys and texts something slips in.
    slip: Option<usize>,
}

/// What slips in: before a value, before a key, into a text.
const SLIPS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "0",
    "-",
    "1.",
    "1e",
    "0.5,",
    "null,",
    "true",
    "none",
    "\"none\"",
    "18446744073709551615",
    "4294967296,",
    "\\u0000",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\n",
    "\\x",
    "\n",
    "\u{1}",
    "\u{1f}",
    "\u{7f}",
    "é",
    "𝄞",
    "{},",
    "[],",
    "name\":\"X\",\"",
    "labels\":{\"a\":-1,\"a\":2},\"",
    "nodes\":[],\"",
];

impl Writer {
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from(self.random >> 33).expect("31 bits") % bound
    }

    fn choose(&mut self, among: &[&str]) {
        let chosen = self.below(among.len());
        self.text.push_str(among[chosen]);
    }

    fn slip(&mut self) {
        if self.slip == Some(0) {
            self.choose(SLIPS);
        }
        self.slip = self.slip.and_then(|slip| slip.checked_sub(1));
    }

    fn space(&mut self) {
        self.choose(&["", "", " ", "\n  ", "\t", "\r\n"]);
    }

    fn value(&mut self, value: &Value) {
        self.slip();
        match value {
            Value::Object(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                let turn = self.below(entries.len().max(1));
                entries.rotate_left(turn);
                self.all(["{", "}"], entries, |writer, (key, value)| {
                    writer.text.push('"');
                    writer.slip();
                    writer.text.push_str(key);
                    writer.text.push_str("\":");
                    writer.space();
                    writer.value(value);
                });
            }
            Value::Array(items) => self.all(["[", "]"], items, Self::value),
            Value::String(text) => self.string(text),
            scalar => self.text.push_str(&scalar.to_string()),
        }
        self.space();
    }

    fn all<T>(
        &mut self,
        [open, close]: [&str; 2],
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) {
        self.text.push_str(open);
        self.space();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
                self.space();
            }
            write(self, item);
        }
        self.text.push_str(close);
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let slip = self.below(text.len() + 1);
        for (at, character) in text.char_indices() {
            if at == slip {
                self.slip();
            }
            match character {
                '"' | '\\' => self.text.extend(['\\', character]),
                ..'\u{ffff}' if self.below(8) == 0 => {
                    write!(self.text, "\\u{:04x}", u32::from(character)).expect("a text takes any");
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }
}

fn text(random: u64, slip: Option<usize>) -> String {
    let mut writer = Writer { text: String::new(), random, slip };
    let which = writer.below(REFERENCES.len());
    writer.value(&REFERENCES[which]);
    writer.text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_programs_write_is_guessed(seeds in prop::collection::vec(any::<u64>(), 1..3)) {
        let mut reused = Cluster::default();
        for seed in seeds {
            let text = text(seed, None);
            prop_assert_eq!(guessed(&text, &mut reused), sure(&text), "{}", text);
        }
    }

    #[test]
    fn a_guess_is_right_or_given_up(
        seeds in prop::collection::vec((any::<u64>(), 0..600_usize), 1..5),
        cut in prop::option::weighted(0.1, any::<Index>()),
    ) {
        let mut reused = Cluster::default();
        for (seed, slip) in seeds {
            let mut text = text(seed, Some(slip));
            if let Some(cut) = cut {
                text.truncate(text.floor_char_boundary(cut.index(text.len())));
            }
            if let Some(guess) = guessed(&text, &mut reused) {
                prop_assert_eq!(Some(guess), sure(&text), "{}", text);
            }
        }
    }
}

#[test]
fn what_is_out_of_the_ordinary_is_not_guessed() {
    for (entries, legal) in [
        (r#""name": "A", "name": "A""#, false),
        (r#""nmae": "A""#, false),
        (r#""n\u0061me": "A""#, true),
        (r#""name" : "A""#, true),
        (r#""name": null"#, false),
        (r#""name": "\ud83d\ude00""#, true),
        (r#""name": "\ud83d""#, false),
        (r#""name": "\u00""#, false),
        (r#""name": "A\u0000""#, false),
        ("\"name\": \"A\u{1}\"", false),
        (r#""name": "A"#, false),
        (r#""failures_to_survive": 01"#, false),
        (r#""failures_to_survive": -1"#, false),
        (r#""failures_to_survive": 1.0"#, false),
        (r#""failures_to_survive": 4294967296"#, false),
        (r#""failures_to_survive": 1 1"#, false),
        (r#""labels": {"a": -1, "b": 0.5}"#, true),
        (r#""labels": {"a": 1, "a": 1}"#, false),
        (r#""nodes": [{},]"#, false),
        (r#""nodes": [{}"#, false),
        (r#""nodes": [{"interfaces": [{"dhcp": truefalse}]}]"#, false),
        (r#""nodes": [{"name": "A",}]"#, false),
        (r#""quorum": {"witness": "nobody"}"#, false),
        (r#""name": "A"} {"#, false),
    ] {
        let text = format!(r#"{{"format": "cluster/1", {entries}}}"#);
        assert_eq!(guessed(&text, &mut Cluster::default()), None, "{text}");
        assert_eq!(sure(&text).is_some(), legal, "{text}");
    }
}

#[test]
fn lists_have_limits() {
    let text = |elements: usize| format!(r#"{{"failed_tests": [{}]}}"#, vec!["\"A\""; elements].join(","));
    let read = |elements| Json::read(&text(elements), 7, &mut Solution::default());
    assert_eq!((read(7), read(8)), (Some(()), None));
}
