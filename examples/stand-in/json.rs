//! JSON as text: objects taken apart and put together without touching what is inside.
//!
//! Numbers such as `1.10` and the order of keys must reach the client as the dump has them, so nothing here
//! goes through a document model.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of one object, in order, values as written.
#[derive(Debug, Default)]
pub struct Fields<'a>(pub Vec<(String, &'a str)>);

impl<'a> Fields<'a> {
    /// Takes an object apart; anything else has no members.
    pub fn of(text: &'a str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The value of a key, unless it is absent or null.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().find(|(k, _)| k == key)?;
        (*value != "null").then_some(*value)
    }

    /// The first of several keys that has a value.
    pub fn first(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// A value that is a string.
    pub fn text(&self, key: &str) -> Option<String> {
        serde_json::from_str(self.get(key)?).ok()
    }

    /// A value that is a number of pixels.
    pub fn size(&self, key: &str) -> Option<u32> {
        let number: f64 = serde_json::from_str(self.get(key)?).ok()?;
        (1.0..=20_000.0).contains(&number).then_some(number as u32)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de str)>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut out = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    out.push((key, value.get()));
                }
                Ok(out)
            }
        }
        deserializer.deserialize_map(Members).map(Fields)
    }
}

/// The elements of an array as written; anything else has none.
pub fn elements(text: &str) -> Vec<&str> {
    let list: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
    list.into_iter().map(RawValue::get).collect()
}

/// A JSON string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes one object member by member.
#[derive(Debug)]
pub struct Object(String);

impl Object {
    /// `{`
    pub fn new() -> Self {
        Object(String::from("{"))
    }

    /// Adds a member whose value is JSON already.
    pub fn raw(mut self, key: &str, json: impl fmt::Display) -> Self {
        use fmt::Write;
        if self.0.len() > 1 {
            self.0.push(',');
        }
        let _ = write!(self.0, "{}:{json}", quote(key));
        self
    }

    /// Adds a member that is a string.
    pub fn text(self, key: &str, text: &str) -> Self {
        self.raw(key, quote(text))
    }

    /// `}`
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// The name of a file object: the first of the three keys that servers use.
pub fn file_name(file: &Fields) -> Option<String> {
    ["file_name_original", "filename", "name"].iter().find_map(|key| file.text(key))
}

/// Copies a value, replacing the `url` of every file object in it. `change` gets the file's name (or the last
/// part of its URL).
pub fn map_urls(json: &str, change: &mut dyn FnMut(&str) -> String) -> String {
    match json.as_bytes().first() {
        Some(b'{') => {
            let fields = Fields::of(json);
            let mut out = Object::new();
            for (key, value) in &fields.0 {
                out = match (key.as_str(), serde_json::from_str::<String>(value)) {
                    ("url", Ok(url)) => {
                        let tail = || url.rsplit('/').next().unwrap_or("file").to_owned();
                        let name = file_name(&fields).unwrap_or_else(tail);
                        out.text(key, &change(&name))
                    }
                    _ => out.raw(key, map_urls(value, change)),
                };
            }
            out.end()
        }
        Some(b'[') => {
            let parts: Vec<_> = elements(json).into_iter().map(|part| map_urls(part, change)).collect();
            format!("[{}]", parts.join(","))
        }
        _ => json.to_owned(),
    }
}
