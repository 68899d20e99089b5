//! [`Fact`]: a value that may not be known.

use serde::{Deserialize, Deserializer};

use crate::input::json::{Fill, Filled, Json};

/// A value that may not be known.
///
/// Absent means *not known*; it never means a default, "no" or "none". Unlike an `Option`, a forgotten fact keeps
/// its storage: reading a hundred thousand definitions one after the other into the same
/// [`Cluster`](super::Cluster) refills strings and lists instead of allocating them anew.
#[derive(Clone, Default)]
pub struct Fact<T> {
    known: bool,
    /// Meaningless while `known` is false: what was there before.
    value: T,
}

impl<T> Fact<T> {
    /// The value, where it is known.
    pub fn get(&self) -> Option<&T> {
        self.known.then_some(&self.value)
    }

    /// The value to change, where it is known.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.known.then_some(&mut self.value)
    }

    /// Whether the value is known.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Makes the value known.
    pub fn set(&mut self, value: impl Into<T>) {
        self.value = value.into();
        self.known = true;
    }

    /// Makes known again what was just [forgotten](Self::forget).
    pub(super) fn recall(&mut self) {
        self.known = true;
    }

    /// Makes the value unknown, keeping its storage for the next one.
    pub fn forget(&mut self) {
        self.known = false;
    }
}

impl<T: Default> Fact<T> {
    /// The value to change; a value not known before starts from its type's default: no facts, an empty list.
    pub fn get_or_default(&mut self) -> &mut T {
        if !self.known {
            self.value = T::default();
            self.known = true;
        }
        &mut self.value
    }
}

impl<T: PartialEq> PartialEq for Fact<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for Fact<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for Fact<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.get() {
            Some(value) => value.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self { known: true, value }
    }
}

impl<T: Default> From<Option<T>> for Fact<T> {
    fn from(value: Option<T>) -> Self {
        Self { known: value.is_some(), value: value.unwrap_or_default() }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }

    fn deserialize_in_place<D: Deserializer<'de>>(deserializer: D, place: &mut Self) -> Result<(), D::Error> {
        T::deserialize_in_place(deserializer, &mut place.value)?;
        place.known = true;
        Ok(())
    }
}

impl<T: Fill> Fill for Fact<T> {
    /// A fact that is known already would be given twice.
    fn fill(&mut self, json: &mut Json<'_>) -> Filled {
        if self.known {
            return None;
        }
        self.known = true;
        self.value.fill(json)
    }
}
