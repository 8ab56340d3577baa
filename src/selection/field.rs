//! A field of a row, by its path.

use super::sought;
use crate::dm::shape::otherwise;
use crate::exit::UsageError;
use crate::item::{Pairs, text};
use crate::stream::error::UnknownName;
use crate::stream::json;
use crate::stream::json::{Raw, Str};
use crate::tr;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// A dotted path into the row, `data_unit.meta.weather`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Reads `a.b.c`.
    ///
    /// # Errors
    /// A text when a part is empty, and when it looks like shares: a sign that divides them, or no letter.
    pub fn new(path: &str) -> Result<Self, UsageError> {
        let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
        let like_shares = path.contains(['/', ',', ':', ';', '=', '%', '|']) || !path.contains(char::is_alphabetic);
        if like_shares || parts.iter().any(|part| part.is_empty() || part.trim() != part) {
            return Err(UsageError::new(tr!("no-field-path", ?path)));
        }
        Ok(Self(parts))
    }

    /// The path of a key of the object at this path.
    #[must_use]
    pub fn with(&self, key: &str) -> Self {
        Self(self.0.iter().cloned().chain([key.to_owned()]).collect())
    }

    /// Where a data unit has its category.
    pub fn of_category() -> Self {
        Self(["data_unit", "meta", "category"].map(str::to_owned).to_vec())
    }

    /// Whether it is this key of the row.
    pub fn is(&self, key: &str) -> bool {
        self.0.len() == 1 && self.0[0] == key
    }

    /// How many parts of the path a row has, and the keys beside the first part that is missing; those of the value itself when none
    /// is and it is an object. `line` must be valid JSON.
    pub fn reach(&self, line: &[u8]) -> (usize, Vec<String>) {
        let mut object = json::parse::<Pairs<'_>>(line).ok();
        for (depth, part) in self.0.iter().enumerate() {
            let Some(Pairs(entries)) = object else { return (depth, Vec::new()) };
            match entries.iter().find(|(key, _)| **key == **part) {
                Some((_, value)) => object = value.read_borrowed(),
                None => return (depth, entries.into_iter().map(|(key, _)| key.0.into_owned()).collect()),
            }
        }
        let keys = object.into_iter().flat_map(|Pairs(entries)| entries).map(|(key, _)| key.0.into_owned());
        (self.0.len(), keys.collect())
    }

    /// Whether so many parts are the whole path.
    pub fn ends_at(&self, depth: usize) -> bool {
        depth == self.0.len()
    }

    /// That nothing has a value there, although some rows have `depth` parts of the path and then these keys.
    pub fn unknown(&self, depth: usize, keys: &BTreeSet<String>) -> UnknownName {
        let whole = |key: &String| [&self.0[..depth], std::slice::from_ref(key)].concat().join(".");
        let word = self.0.get(depth).map_or("", String::as_str);
        let found = sought::unknown("a value at the field", word, keys);
        UnknownName {
            name: self.to_string(),
            near: found.near.as_ref().map(whole),
            others: found.others.iter().map(whole).collect(),
            ..found
        }
    }

    /// The value as text: the content of a string, the JSON text of a number or boolean; `None` for anything else.
    /// `line` must be valid JSON.
    pub fn value<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        scalar(self.raw(line)?)
    }

    /// The value as it is written, of any type. `line` must be valid JSON.
    pub fn raw<'a>(&self, line: &'a [u8]) -> Option<Raw<'a>> {
        let mut value = None;
        // Stopping there is an error to the parser only.
        let _ = json::parse_with(line, Find { path: &self.0, value: &mut value });
        value
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// Looks for the value at the end of a path, and stops there.
struct Find<'p, 'a> {
    path: &'p [String],
    value: &'p mut Option<Raw<'a>>,
}

impl<'de> DeserializeSeed<'de> for Find<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            *self.value = Some(Raw::deserialize(deserializer)?);
            return Err(D::Error::custom("found"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else { return Ok(()) };
        while let Some(key) = object.next_key::<Str<'de>>()? {
            if *key == **first {
                return object.next_value_seed(Find { path: rest, value: self.value });
            }
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
    otherwise!((); bool number text null list);
}

/// The text of a scalar value.
pub fn scalar(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    match raw.text().as_bytes().first()? {
        b'"' => text(&raw).map(|s| s.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_at_any_depth() {
        let line = br#"{"id":1,"a":{"b":{"c":"x\u00e9"},"n":1.10,"z":null}}"#;
        let get = |p: &str| FieldPath::new(p).unwrap().value(line).map(Cow::into_owned);
        assert_eq!(get("a.b.c").as_deref(), Some("xé"));
        assert_eq!(get("a.n").as_deref(), Some("1.10"));
        assert_eq!((get("a.z"), get("a.b"), get("q")), (None, None, None));
    }
}
