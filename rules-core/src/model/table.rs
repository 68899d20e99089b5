//! The machinery behind the fact model: what a table of facts is, and how it is read, written, described and walked.
//!
//! Every table of the model is declared once, with `facts!`. From the declaration come the plain struct with public
//! [`Fact`] fields and chained setters, its reading (in place, keys in any order, unknown and duplicate keys
//! refused), its writing, its JSON Schema, its [`Shape`] for the report of every problem of a file, and the
//! accessors of its view, `At<'_, Table>`.

use std::{fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor},
};

use super::Fact;
use crate::{
    input::{json::Fill, tree::Tree},
    words,
};

/// What a fact can hold: a word, a number, a name, a table of further facts, or a list of any of these.
pub trait Term: Default + Reflect + Fill + Serialize + for<'de> Deserialize<'de> + JsonSchema {
    /// How the term is written in a definition.
    const SHAPE: Shape;
}

/// How a term is written, for the pass that reports every problem of a malformed definition.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A table of facts: its keys and the shape of each.
    Table(&'static [(&'static str, &'static Shape)]),
    /// A list of terms of one shape.
    List(&'static Shape),
    /// A term, or the word `none`.
    OrNone(&'static Shape),
    /// Anything else.
    Leaf(LeafCheck),
}

/// Says what is wrong with the value of a leaf.
#[derive(Clone, Copy)]
pub struct LeafCheck(pub(crate) fn(&Tree<'_>) -> Result<(), String>);

impl LeafCheck {
    /// Checks a leaf by reading it: so that the report and the reader never differ.
    pub(crate) const fn of<T: for<'de> Deserialize<'de>>() -> Self {
        Self(|tree| T::deserialize(tree).map(drop).map_err(|error| error.to_string()))
    }
}

/// A value of the model as a path sees it.
pub trait Reflect {
    /// The known value of a key of a table.
    fn key(&self, _key: super::Key) -> Option<&dyn Reflect> {
        None
    }

    /// The keys of a table that are known.
    fn known_keys(&self) -> Vec<super::Key> {
        Vec::new()
    }

    /// The known value of a key of a table, to change.
    fn key_mut(&mut self, _key: super::Key) -> Option<&mut dyn Reflect> {
        None
    }

    /// Makes a key of a table unknown.
    fn forget_key(&mut self, _key: super::Key) {}

    /// Makes a key of a table known again that was just forgotten.
    fn recall_key(&mut self, _key: super::Key) {}

    /// An element of a list, to change.
    fn item_mut(&mut self, _index: usize) -> Option<&mut dyn Reflect> {
        None
    }

    /// How many elements a list (or entries a free table) has.
    fn items(&self) -> usize {
        0
    }

    /// An element of a list, or the value of an entry of a free table.
    fn item(&self, _index: usize) -> Option<&dyn Reflect> {
        None
    }

    /// The key of an entry of a free table.
    fn entry_name(&self, _index: usize) -> Option<&str> {
        None
    }

    /// What the value is called as an element of a list.
    fn name(&self) -> Option<&str> {
        None
    }
}

impl<T: Term> Reflect for Vec<T> {
    fn items(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Option<&dyn Reflect> {
        self.get(index).map(|item| item as &dyn Reflect)
    }

    fn item_mut(&mut self, index: usize) -> Option<&mut dyn Reflect> {
        self.get_mut(index).map(|item| item as &mut dyn Reflect)
    }
}

impl<T: Term> Term for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

/// Declares terms that are leaves and have no name of their own.
macro_rules! leaves {
    ($($leaf:ty),* $(,)?) => { $(
        impl $crate::model::table::Reflect for $leaf {}
        impl $crate::model::table::Term for $leaf {
            const SHAPE: $crate::model::table::Shape =
                $crate::model::table::Shape::Leaf($crate::model::table::LeafCheck::of::<$leaf>());
        }
    )* };
}
pub(crate) use leaves;

leaves!(bool, u32, u64);

impl Reflect for String {
    fn name(&self) -> Option<&str> {
        Some(self)
    }
}

impl Term for String {
    const SHAPE: Shape = Shape::Leaf(LeafCheck::of::<Self>());
}

/// A table of the model, as the reader fills it.
pub(crate) trait Table: Default {
    /// The keys in their declared order: at most 64.
    const KEYS: &'static [&'static str];

    /// What the table is, for messages.
    const WHAT: &'static str;

    /// Reads the value of the key with this index.
    fn read_fact<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;

    /// Makes every fact unknown.
    fn forget_all(&mut self);
}

/// Reads a value into the storage of an earlier one.
pub(crate) struct InPlace<'p, T>(pub(crate) &'p mut T);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for InPlace<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        T::deserialize_in_place(deserializer, self.0)
    }
}

/// Reads a table into the storage of an earlier one.
pub(crate) fn read_table<'de, T: Table, D: Deserializer<'de>>(
    deserializer: D,
    place: &mut T,
) -> Result<(), D::Error> {
    deserializer.deserialize_map(TableVisitor(place))
}

struct TableVisitor<'p, T>(&'p mut T);

impl<'de, T: Table> Visitor<'de> for TableVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a table ({})", T::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        const { assert!(T::KEYS.len() <= 64, "the keys read are remembered in 64 bits") };
        self.0.forget_all();
        let mut read = 0_u64;
        let mut expected = 0;
        while let Some(index) = map.next_key_seed(KeyAmong::<T> { expected, table: PhantomData })? {
            if read & (1 << index) != 0 {
                return Err(A::Error::custom(format_args!("duplicate key `{}`", T::KEYS[index])));
            }
            self.0.read_fact(index, &mut map)?;
            read |= 1 << index;
            expected = index + 1;
        }
        Ok(())
    }
}

/// Finds the index of a key. Most definitions have their keys in the declared order, so the search begins where the
/// last one ended.
struct KeyAmong<T> {
    expected: usize,
    table: PhantomData<T>,
}

impl<'de, T: Table> DeserializeSeed<'de> for KeyAmong<T> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Table> Visitor<'_> for KeyAmong<T> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<usize, E> {
        (self.expected..T::KEYS.len())
            .chain(0..self.expected)
            .find(|&index| T::KEYS[index] == key)
            .ok_or_else(|| E::custom(unknown_key(key, T::KEYS.iter().copied())))
    }
}

/// The message about a key that a table does not have.
pub(crate) fn unknown_key<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    format!("unknown key `{}`{}", words::shortened(key), words::did_you_mean_suffix(key, known))
}

/// The schema of a table: one property a fact, nothing else allowed.
pub(crate) fn table_schema(doc: &str, properties: Vec<(&'static str, &str, Schema)>) -> Schema {
    let properties: serde_json::Map<String, serde_json::Value> = properties
        .into_iter()
        .map(|(key, doc, mut schema)| {
            schema.insert("description".to_owned(), paragraph(doc).into());
            (key.to_owned(), schema.into())
        })
        .collect();
    json_schema!({
        "description": paragraph(doc),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A doc comment as running text.
pub(crate) fn paragraph(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema of a fact's value.
pub(crate) fn value_schema<T: Term>(_: &Fact<T>, generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Declares a table of facts; see the [module](self). `[name]` after the table's name is the key that names it as an
/// element of a list.
macro_rules! facts {
    (
        $(#[doc = $doc:literal])+
        pub struct $Table:ident $([$label:ident])? {
            $( $(#[doc = $fact_doc:literal])+ $fact:ident: $Type:ty, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Table {
            $( $(#[doc = $fact_doc])+ pub $fact: $crate::model::Fact<$Type>, )+
        }

        /// Setters, for definitions built in code.
        impl $Table {
            $(
                #[doc = concat!("Sets `", stringify!($fact), "`: ", $($fact_doc,)+)]
                #[must_use]
                pub fn $fact(mut self, value: impl Into<$Type>) -> Self {
                    self.$fact.set(value);
                    self
                }
            )+
        }

        impl<'a> $crate::model::At<'a, $Table> {
            $(
                $(#[doc = $fact_doc])+
                #[inline]
                pub fn $fact(self) -> $crate::model::At<'a, $Type> {
                    self.below($crate::model::Key::$fact, |table| table.$fact.get())
                }
            )+
        }

        impl $crate::model::table::Table for $Table {
            const KEYS: &'static [&'static str] = &[$( $crate::model::Key::$fact.name() ),+];
            const WHAT: &'static str = stringify!($Table);

            fn read_fact<'de, A: serde::de::MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error> {
                let mut here = 0;
                $(
                    if index == here {
                        return map.next_value_seed($crate::model::table::InPlace(&mut self.$fact));
                    }
                    here += 1;
                )+
                unreachable!("{} has {here} keys, and {index} is none of them", stringify!($Table))
            }

            fn forget_all(&mut self) {
                $( self.$fact.forget(); )+
            }
        }

        impl $crate::input::json::Fill for $Table {
            fn fill(&mut self, json: &mut $crate::input::json::Json<'_>) -> $crate::input::json::Filled {
                $crate::model::table::Table::forget_all(self);
                if !json.enters_table()? {
                    return Some(());
                }
                // One round reads keys that come in the declared order.
                loop {
                    let mut found = false;
                    $(
                        if json.takes_key(const { $crate::model::key::plain(concat!(stringify!($fact), "\":")) }) {
                            self.$fact.fill(json)?;
                            if !json.next_key()? {
                                return Some(());
                            }
                            found = true;
                        }
                    )+
                    if !found {
                        return None;
                    }
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Table {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut table = Self::default();
                $crate::model::table::read_table(deserializer, &mut table)?;
                Ok(table)
            }

            fn deserialize_in_place<D: serde::Deserializer<'de>>(deserializer: D, place: &mut Self) -> Result<(), D::Error> {
                $crate::model::table::read_table(deserializer, place)
            }
        }

        impl serde::Serialize for $Table {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(
                    if let Some(value) = self.$fact.get() {
                        map.serialize_entry($crate::model::Key::$fact.name(), value)?;
                    }
                )+
                map.end()
            }
        }

        impl schemars::JsonSchema for $Table {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Table).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let table = Self::default();
                $crate::model::table::table_schema(
                    concat!($($doc, "\n"),+),
                    vec![$( (
                        $crate::model::Key::$fact.name(),
                        concat!($($fact_doc, "\n"),+),
                        $crate::model::table::value_schema(&table.$fact, generator),
                    ) ),+],
                )
            }
        }

        impl $crate::model::table::Reflect for $Table {
            fn key(&self, key: $crate::model::Key) -> Option<&dyn $crate::model::table::Reflect> {
                match key {
                    $( $crate::model::Key::$fact => self.$fact.get().map(|value| value as &dyn $crate::model::table::Reflect), )+
                    _ => None,
                }
            }

            fn known_keys(&self) -> Vec<$crate::model::Key> {
                [$( self.$fact.is_known().then_some($crate::model::Key::$fact) ),+].into_iter().flatten().collect()
            }

            fn key_mut(&mut self, key: $crate::model::Key) -> Option<&mut dyn $crate::model::table::Reflect> {
                match key {
                    $( $crate::model::Key::$fact => self.$fact.get_mut().map(|value| value as &mut dyn $crate::model::table::Reflect), )+
                    _ => None,
                }
            }

            fn forget_key(&mut self, key: $crate::model::Key) {
                match key {
                    $( $crate::model::Key::$fact => self.$fact.forget(), )+
                    _ => {}
                }
            }

            fn recall_key(&mut self, key: $crate::model::Key) {
                match key {
                    $( $crate::model::Key::$fact => self.$fact.recall(), )+
                    _ => {}
                }
            }

            $(
                fn name(&self) -> Option<&str> {
                    self.$label.get().and_then($crate::model::table::Reflect::name)
                }
            )?
        }

        impl $crate::model::table::Term for $Table {
            const SHAPE: $crate::model::table::Shape = $crate::model::table::Shape::Table(&[
                $( ($crate::model::Key::$fact.name(), &<$Type as $crate::model::table::Term>::SHAPE) ),+
            ]);
        }
    };
}
pub(crate) use facts;
