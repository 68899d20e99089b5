//! Free places of the model: a user's own facts, private properties without a key, and facts that may be `none`.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Error as _, IntoDeserializer, MapAccess, value::MapAccessDeserializer},
    ser::SerializeMap,
};

use super::{
    At,
    table::{LeafCheck, Reflect, Shape, Term, leaves},
};
use crate::input::json::{Fill, Filled, Json};

/// A value of a free table.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

impl Default for Scalar {
    fn default() -> Self {
        Self::Bool(false)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true or false")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Integer(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                i64::try_from(number).map(Scalar::Integer).map_err(|_| E::custom("the number is too large"))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar::Float(number))
            }

            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(truth))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl Fill for Scalar {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        *self = match json.next()? {
            b'"' => Self::Text(json.text()?.to_owned()),
            b'0'..=b'9' => Self::Integer(json.number()?.try_into().ok()?),
            _ => {
                let mut truth = false;
                truth.fill(json)?;
                Self::Bool(truth)
            }
        };
        Some(())
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, a number, true or false.",
            "anyOf": [{ "type": "string" }, { "type": "number" }, { "type": "boolean" }],
        })
    }
}

leaves!(Scalar);

/// A table whose keys are free: in the order of the definition, each key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FreeTable(Vec<(String, Scalar)>);

impl FreeTable {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Scalar> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Scalar>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Scalar)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<'a> At<'a, FreeTable> {
    /// The value of a key; where it is not there, the place is the table's.
    pub fn entry(self, key: &str) -> At<'a, Scalar> {
        let index = self.peek().and_then(|table| table.iter().position(|(name, _)| name == key));
        let path = index.map_or(self.path(), |index| self.path().index(index));
        At::new(self.root(), path, index.and_then(|index| self.peek()?.0.get(index).map(|(_, value)| value)))
    }
}

impl Serialize for FreeTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for FreeTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = FreeTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of texts, numbers, true or false")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FreeTable, A::Error> {
                let mut table = FreeTable::default();
                let mut keys = std::collections::HashSet::new();
                while let Some((key, value)) = map.next_entry::<String, Scalar>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
                    }
                    table.0.push((key, value));
                }
                Ok(table)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl Fill for FreeTable {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        self.0.clear();
        let mut more = json.enters_table()?;
        while more {
            let key = json.text_within()?.to_owned();
            // Each key is compared with all before it, which must not take long.
            if !json.takes(":") || self.0.len() == 64 || self.get(&key).is_some() {
                return None;
            }
            let mut value = Scalar::default();
            value.fill(json)?;
            self.0.push((key, value));
            more = json.next_key()?;
        }
        Some(())
    }
}

impl JsonSchema for FreeTable {
    fn schema_name() -> Cow<'static, str> {
        "FreeTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A table with keys of one's own.",
            "type": "object",
            "additionalProperties": generator.subschema_for::<Scalar>(),
        })
    }
}

impl Reflect for FreeTable {
    fn items(&self) -> usize {
        self.0.len()
    }

    fn item(&self, index: usize) -> Option<&dyn Reflect> {
        self.0.get(index).map(|(_, value)| value as &dyn Reflect)
    }

    fn entry_name(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(|(key, _)| key.as_str())
    }
}

impl Term for FreeTable {
    const SHAPE: Shape = Shape::Leaf(LeafCheck::of::<Self>());
}

/// A thing, or the word `none`: known not to be there.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum OrNone<T> {
    /// Known not to be there.
    #[default]
    None,
    /// There, and this is known of it.
    Some(T),
}

impl<T> From<T> for OrNone<T> {
    fn from(thing: T) -> Self {
        Self::Some(thing)
    }
}

impl<T> OrNone<T> {
    /// Whether it is known not to be there.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl<'a, T> At<'a, OrNone<T>> {
    /// The thing; not known where it is not there either.
    pub fn some(self) -> At<'a, T> {
        self.map(|value| match value {
            OrNone::None => None,
            OrNone::Some(thing) => Some(thing),
        })
    }
}

impl<T: Serialize> Serialize for OrNone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Some(thing) => thing.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = OrNone<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table, or the word `none`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OrNone<T>, E> {
                if text == "none" {
                    Ok(OrNone::None)
                } else {
                    T::deserialize(text.into_deserializer()).map(OrNone::Some)
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrNone<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OrNone::Some)
            }
        }

        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
    }
}

impl<T: Fill + Default> Fill for OrNone<T> {
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        if json.next()? == b'"' {
            *self = Self::None;
            return (json.text()? == "none").then_some(());
        }
        let mut thing = match std::mem::take(self) {
            Self::None => T::default(),
            Self::Some(thing) => thing,
        };
        thing.fill(json)?;
        *self = Self::Some(thing);
        Some(())
    }
}

impl<T: Term> JsonSchema for OrNone<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrNone", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "const": "none" }] })
    }
}

impl<T: Term> Reflect for OrNone<T> {
    fn key(&self, key: super::Key) -> Option<&dyn Reflect> {
        match self {
            Self::None => None,
            Self::Some(thing) => thing.key(key),
        }
    }

    fn known_keys(&self) -> Vec<super::Key> {
        match self {
            Self::None => Vec::new(),
            Self::Some(thing) => thing.known_keys(),
        }
    }

    fn key_mut(&mut self, key: super::Key) -> Option<&mut dyn Reflect> {
        match self {
            Self::None => None,
            Self::Some(thing) => thing.key_mut(key),
        }
    }

    fn forget_key(&mut self, key: super::Key) {
        if let Self::Some(thing) = self {
            thing.forget_key(key);
        }
    }

    fn recall_key(&mut self, key: super::Key) {
        if let Self::Some(thing) = self {
            thing.recall_key(key);
        }
    }
}

impl<T: Term> Term for OrNone<T> {
    const SHAPE: Shape = Shape::OrNone(&T::SHAPE);
}
