//! Closed and open vocabularies: the words that a fact may be.

use schemars::{Schema, json_schema};

use crate::words;

/// Declares a vocabulary of our own words, kebab-case: exactly these, anything else is an error with a suggestion.
macro_rules! closed_vocabulary {
    (
        $(#[doc = $doc:literal])+
        pub enum $Word:ident { $( $(#[doc = $word_doc:literal])+ $Variant:ident = $text:literal $(| $alias:literal)*, )+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Word {
            #[default]
            $( $(#[doc = $word_doc])+ $Variant, )+
        }

        impl $Word {
            /// Every word.
            pub const ALL: &'static [Self] = &[$( Self::$Variant ),+];

            /// The word as definitions have it.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $text, )+ }
            }

            const WORDS: &'static [(Self, &'static str, &'static [&'static str])] = &[$( (Self::$Variant, $text, &[$($alias),*]) ),+];
        }

        impl std::str::FromStr for $Word {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $( $text => Ok(Self::$Variant), )+
                    _ => $crate::model::vocabulary::find_alias(text, Self::WORDS).ok_or_else(|| {
                        $crate::model::vocabulary::unknown_word(text, Self::ALL.iter().map(|word| word.as_str()))
                    }),
                }
            }
        }

        impl schemars::JsonSchema for $Word {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Word).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::model::vocabulary::closed_schema(concat!($($doc, "\n"),+), Self::WORDS)
            }
        }

        $crate::model::vocabulary::word!($Word);
    };
}
pub(crate) use closed_vocabulary;

/// Declares a vocabulary of Windows' words: read without regard to case, spacing and punctuation, old and new names
/// alike; other words are kept as `Other`.
macro_rules! open_vocabulary {
    (
        $(#[doc = $doc:literal])+
        pub enum $Word:ident { $( $(#[doc = $word_doc:literal])+ $Variant:ident = $text:literal $(| $alias:literal)*, )+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Word {
            $( $(#[doc = $word_doc])+ $Variant, )+
            /// Any other word, as written.
            Other(String),
        }

        impl $Word {
            /// The word as definitions have it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $text, )+
                    Self::Other(text) => text,
                }
            }

            /// The number of the word in their order; how many there are for any other.
            pub fn code(&self) -> u8 {
                enum Code { $( $Variant, )+ Other }
                match self {
                    $( Self::$Variant => Code::$Variant as u8, )+
                    Self::Other(_) => Code::Other as u8,
                }
            }

            const WORDS: &'static [(Self, &'static str, &'static [&'static str])] = &[$( (Self::$Variant, $text, &[$($alias),*]) ),+];
        }

        impl Default for $Word {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<&str> for $Word {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$Variant, )+
                    _ => $crate::model::vocabulary::find_alias(text, Self::WORDS).unwrap_or_else(|| Self::Other(text.to_owned())),
                }
            }
        }

        impl std::str::FromStr for $Word {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl schemars::JsonSchema for $Word {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Word).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::model::vocabulary::open_schema(concat!($($doc, "\n"),+), Self::WORDS)
            }
        }

        $crate::model::vocabulary::word!($Word);
    };
}
pub(crate) use open_vocabulary;

/// What both kinds of vocabulary share: reading by `FromStr`, writing by `as_str`.
macro_rules! word {
    ($Word:ident) => {
        impl std::fmt::Display for $Word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $Word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Word {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $Word;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a word in quotes")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$Word, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }

        impl $crate::input::json::Fill for $Word {
            fn fill(&mut self, json: &mut $crate::input::json::Json<'_>) -> $crate::input::json::Filled {
                *self = json.text()?.parse().ok()?;
                Some(())
            }
        }

        // In a path by names a word of a list is called by itself: `protocols[imap4]`.
        impl $crate::model::table::Reflect for $Word {
            fn name(&self) -> Option<&str> {
                Some(self.as_str())
            }
        }

        impl $crate::model::table::Term for $Word {
            const SHAPE: $crate::model::table::Shape =
                $crate::model::table::Shape::Leaf($crate::model::table::LeafCheck::of::<Self>());
        }
    };
}
pub(crate) use word;

/// What is ignored between the letters and digits of a word that is read loosely.
fn is_punctuation(character: char) -> bool {
    matches!(character, ' ' | '-' | '_' | '.' | ',' | '(' | ')' | '/')
}

/// The same class for the pattern of a schema.
const PUNCTUATION: &str = "[ _.,()/-]*";

/// The word that a loosely written text stands for. A vocabulary without aliases is read exactly.
pub(crate) fn find_alias<W: Clone>(text: &str, words: &[(W, &'static str, &[&str])]) -> Option<W> {
    if words.iter().all(|(_, _, aliases)| aliases.is_empty()) {
        return None;
    }
    words
        .iter()
        .find(|(_, canonical, aliases)| {
            same_word(text, canonical) || aliases.iter().any(|alias| same_word(text, alias))
        })
        .map(|(word, ..)| word.clone())
}

fn same_word(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
        text.chars()
            .filter(|&character| !is_punctuation(character))
            .map(|character| character.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

/// The message about a word that a closed vocabulary does not have.
pub(crate) fn unknown_word<'w>(text: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    let suggestion = words::did_you_mean_suffix(text, known.clone());
    format!("unknown word `{}`, expected {}{suggestion}", words::shortened(text), words::alternatives(known))
}

type Words<W> = [(W, &'static str, &'static [&'static str])];

pub(crate) fn closed_schema<W>(doc: &str, words: &Words<W>) -> Schema {
    let canonical: Vec<&str> = words.iter().map(|(_, canonical, _)| *canonical).collect();
    let description = super::table::paragraph(doc);
    let loose: Vec<String> = words
        .iter()
        .flat_map(|(_, canonical, aliases)| std::iter::once(canonical).chain(*aliases))
        .map(|text| loose_pattern(text))
        .collect();
    if words.iter().all(|(_, _, aliases)| aliases.is_empty()) {
        json_schema!({ "description": description, "type": "string", "enum": canonical })
    } else {
        let pattern = format!("^{PUNCTUATION}({}){PUNCTUATION}$", loose.join("|"));
        json_schema!({
            "description": description,
            "type": "string",
            "anyOf": [{ "enum": canonical }, { "pattern": pattern }],
        })
    }
}

pub(crate) fn open_schema<W>(doc: &str, words: &Words<W>) -> Schema {
    let canonical: Vec<&str> = words.iter().map(|(_, canonical, _)| *canonical).collect();
    json_schema!({
        "description": format!("{} Read without regard to case, spacing and punctuation; other words are legal.", super::table::paragraph(doc)),
        "type": "string",
        "anyOf": [{ "enum": canonical }, { "pattern": "" }],
    })
}

/// A regular expression for a word read loosely.
fn loose_pattern(text: &str) -> String {
    let letters: Vec<String> = text
        .chars()
        .filter(|&character| !is_punctuation(character))
        .map(|character| {
            if character.is_ascii_alphabetic() {
                format!("[{}{}]", character.to_ascii_uppercase(), character.to_ascii_lowercase())
            } else {
                character.to_string()
            }
        })
        .collect();
    letters.join(PUNCTUATION)
}
