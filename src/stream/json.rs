//! The one place that names the JSON parser of the hot path, so that the choice (docs/decisions.md) can be measured again.

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Deref;

/// A JSON value kept as the bytes it was written in, borrowed from the line.
pub type Raw<'a> = sonic_rs::LazyValue<'a>;

/// Parses one line, borrowing from it.
///
/// # Errors
/// One line of text: what is wrong and at which byte of the line.
pub fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, String> {
    sonic_rs::from_slice(line).map_err(|e| describe(&e))
}

/// The parser's message without its multi-line excerpt.
fn describe(e: &sonic_rs::Error) -> String {
    let text = e.to_string();
    let first = text.lines().next().unwrap_or("not valid JSON").trim_end();
    format!("not valid JSON: {first}")
}

/// A JSON string, borrowed from the line unless it has escapes. Unlike a bare [`Cow`], it also borrows inside `Option` and `Vec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Str<'a>(pub Cow<'a, str>);

impl Deref for Str<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Str<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
