//! What a question about a row is.

use crate::item::{Item, KeepRaw, Skip};
use crate::stream::json::Raw;
use serde::de::{DeserializeSeed, Deserializer};

/// A row with its payload as written; without it when nothing asks for it.
pub type Row<'a> = Item<'a, Option<Raw<'a>>>;

/// A question about a row that its keys outside the payload answer. It keeps no state: the answer depends on the row alone,
/// whatever the order of the rows and the number of threads.
pub trait Predicate: Send + Sync {
    /// Whether the row is wanted. A row that lacks what is asked about is not.
    fn matches(&self, row: &Row<'_>) -> bool;
}

/// Keeps the payload as written, or reads past it.
pub struct Payload {
    /// Whether to keep it.
    pub keep: bool,
}

impl<'de> DeserializeSeed<'de> for Payload {
    type Value = Option<Raw<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.keep {
            KeepRaw.deserialize(deserializer).map(Some)
        } else {
            Skip.deserialize(deserializer).map(|()| None)
        }
    }
}

/// A row from its line, for the tables of tests.
#[cfg(test)]
pub(crate) fn row(line: &str) -> Row<'_> {
    crate::item::parse(line.as_bytes(), Payload { keep: true }).unwrap()
}
