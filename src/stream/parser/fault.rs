//! What is wrong with a line.

use crate::tr;
use crate::words::{Message, Worded};
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// What is wrong with a line, or with a value that a visitor has no use for.
#[derive(Debug)]
pub struct Error(Box<Reason>);

#[derive(Debug)]
enum Reason {
    /// It is not JSON.
    Json { fault: Fault, ended: bool, at: usize },
    /// It is not UTF-8 from this byte on.
    Encoding { at: usize },
    /// A value of another kind than the visitor takes.
    Kind { word: &'static str, found: Found, english: String, expected: String },
    /// An object without a key.
    Missing(&'static str),
    /// An object that has a key twice.
    Twice(&'static str),
    /// What a visitor says.
    Told(String),
}

/// Where JSON ends to be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// More after the value.
    Trailing,
    /// No value where one has to be.
    NoValue,
    /// Neither a comma nor a closing bracket.
    NoComma,
    /// No key.
    NoKey,
    /// No colon behind a key.
    NoColon,
    /// A character that is not whole.
    CutCharacter,
    /// A number that is none.
    Number,
    /// A number that no type holds.
    HugeNumber,
    /// Too many lists and objects in each other.
    Depth,
    /// A string with a control character, or without its end.
    String,
    /// Half of a surrogate pair.
    Surrogate,
    /// An escape that JSON does not have.
    Escape,
    /// An escape of a character without its digits.
    Digits,
}

impl Fault {
    const ALL: [Self; 13] = [
        Self::Trailing,
        Self::NoValue,
        Self::NoComma,
        Self::NoKey,
        Self::NoColon,
        Self::CutCharacter,
        Self::Number,
        Self::HugeNumber,
        Self::Depth,
        Self::String,
        Self::Surrogate,
        Self::Escape,
        Self::Digits,
    ];

    fn english(self) -> &'static str {
        match self {
            Self::Trailing => "more after the value",
            Self::NoValue => "expected a value",
            Self::NoComma => "expected a comma or a closing bracket",
            Self::NoKey => "expected a key",
            Self::NoColon => "expected a colon",
            Self::CutCharacter => "a character is cut",
            Self::Number => "not a number",
            Self::HugeNumber => "a number that is too large",
            Self::Depth => "nested too deeply",
            Self::String => "a string with a control character, or without its closing quote",
            Self::Surrogate => "half of a surrogate pair",
            Self::Escape => "an unknown escape",
            Self::Digits => "\\u needs four hexadecimal digits",
        }
    }
}

impl Worded for Fault {
    fn words(&self) -> Message {
        match self {
            Self::Trailing => tr!("json-trailing"),
            Self::NoValue => tr!("json-no-value"),
            Self::NoComma => tr!("json-no-comma"),
            Self::NoKey => tr!("json-no-key"),
            Self::NoColon => tr!("json-no-colon"),
            Self::CutCharacter => tr!("json-cut-character"),
            Self::Number => tr!("json-number"),
            Self::HugeNumber => tr!("json-huge-number"),
            Self::Depth => tr!("json-depth"),
            Self::String => tr!("json-string"),
            Self::Surrogate => tr!("json-surrogate"),
            Self::Escape => tr!("json-escape"),
            Self::Digits => tr!("json-digits"),
        }
    }
}

/// What stands where something else has to be.
#[derive(Debug)]
enum Found {
    Scalar(String),
    Text(String),
    Null,
    List,
    Object,
    Other,
}

impl Found {
    fn of(found: Unexpected<'_>) -> Self {
        match found {
            Unexpected::Bool(b) => Self::Scalar(b.to_string()),
            Unexpected::Unsigned(n) => Self::Scalar(n.to_string()),
            Unexpected::Signed(n) => Self::Scalar(n.to_string()),
            Unexpected::Float(n) => Self::Scalar(n.to_string()),
            Unexpected::Str(text) => Self::Text(text.to_owned()),
            Unexpected::Unit | Unexpected::Option => Self::Null,
            Unexpected::Seq => Self::List,
            Unexpected::Map => Self::Object,
            _ => Self::Other,
        }
    }
}

impl Worded for Found {
    fn words(&self) -> Message {
        match self {
            Self::Scalar(text) => text.into(),
            Self::Text(text) => format!("{text:?}").into(),
            Self::Null => "null".into(),
            Self::List => tr!("json-found-list"),
            Self::Object => tr!("json-found-object"),
            Self::Other => tr!("json-found-other"),
        }
    }
}

impl Error {
    /// The text is not JSON at this offset; `ended`: it ends there.
    pub(super) fn json(fault: Fault, ended: bool, at: usize) -> Self {
        Self(Box::new(Reason::Json { fault, ended, at }))
    }

    /// The text is not UTF-8 at this offset.
    pub(in crate::stream) fn encoding(at: usize) -> Self {
        Self(Box::new(Reason::Encoding { at }))
    }

    fn kind(word: &'static str, found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (english, expected) = (found.to_string(), expected.to_string());
        Self(Box::new(Reason::Kind { word, found: Found::of(found), english, expected }))
    }

    /// What is wrong without where it is: a document that is read piece by piece knows its place better.
    pub fn without_place(&self) -> Message {
        match &*self.0 {
            Reason::Json { fault, ended: true, .. } => tr!("json-cut-there", fault),
            Reason::Json { fault, .. } => tr!("json-wrong-there", fault),
            _ => self.words(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Reason::Json { fault, ended, at } => {
                let ended = if *ended { "the text ends early, " } else { "" };
                write!(f, "not valid JSON: {ended}{} at column {}", fault.english(), at + 1)
            }
            Reason::Encoding { at } => write!(f, "not valid UTF-8 at byte {}", at + 1),
            Reason::Kind { word, english, expected, .. } => write!(f, "invalid {word}: {english}, expected {expected}"),
            Reason::Missing(key) => write!(f, "missing field `{key}`"),
            Reason::Twice(key) => write!(f, "duplicate field `{key}`"),
            Reason::Told(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Box::new(Reason::Told(message.to_string())))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::kind("type", found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::kind("value", found, expected)
    }

    fn missing_field(key: &'static str) -> Self {
        Self(Box::new(Reason::Missing(key)))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self(Box::new(Reason::Twice(key)))
    }
}

impl Worded for Error {
    fn words(&self) -> Message {
        let words = match &*self.0 {
            Reason::Json { fault, ended: true, at } => tr!("json-cut", fault, column = at + 1),
            Reason::Json { fault, at, .. } => tr!("json-wrong", fault, column = at + 1),
            Reason::Encoding { at } => tr!("json-not-utf8", byte = at + 1),
            Reason::Kind { found, expected, .. } => match kind(expected) {
                Some(expected) => return tr!("json-kind", expected, found),
                None => tr!("json-other-kind", found),
            },
            Reason::Missing(key) => tr!("json-missing", key),
            Reason::Twice(key) => tr!("json-twice", key),
            Reason::Told(text) => return told(text),
        };
        Message::told(self.to_string(), words)
    }
}

impl From<Error> for Message {
    fn from(error: Error) -> Self {
        error.words()
    }
}

/// What visitors expect, in their words, and what it is.
fn kind(expected: &str) -> Option<Message> {
    Some(match expected {
        "a row" | "a row (a JSON object)" => tr!("json-a-row"),
        "a string" | "a name" | "a key" | "a class" | "a class name" | "string" | "a borrowed string" => {
            tr!("json-a-string")
        }
        "an object" | "a map" | "groups by media" | "boxes by frame" | "an annotation" => tr!("json-an-object"),
        "a list of media" | "lists of annotations" | "a list of annotations" | "a sequence" => tr!("json-a-list"),
        "an annotation payload" => tr!("json-a-payload"),
        "a number" | "coordinates" | "a number or a point" | "u64" | "i64" | "u32" | "f64" => tr!("json-a-number"),
        "a boolean" => tr!("json-a-boolean"),
        // A struct, as serde calls it.
        other if other.starts_with("struct ") => tr!("json-an-object"),
        _ => return None,
    })
}

/// What the visitors of this crate say themselves, which is English.
fn told(text: &str) -> Message {
    let known = [tr!("row-data-at-url"), tr!("row-data-twice"), tr!("row-late-frame")];
    if let Some(message) = known.into_iter().find(|message| message.english() == text) {
        return message;
    }
    match text.strip_prefix("the text in `data` cannot be read: ") {
        // The text is read by a parser of its own, whose words come as those of a visitor.
        Some(reason) => tr!("row-data-unreadable", reason = json(reason).unwrap_or_else(|| reason.into())),
        None => text.into(),
    }
}

/// What a parser has said: `not valid JSON: expected a key at column 2`.
fn json(said: &str) -> Option<Message> {
    let (what, column) = said.strip_prefix("not valid JSON: ")?.rsplit_once(" at column ")?;
    let (what, ended) = what.strip_prefix("the text ends early, ").map_or((what, false), |what| (what, true));
    let fault = Fault::ALL.into_iter().find(|fault| fault.english() == what)?;
    Some(Error::json(fault, ended, column.parse::<usize>().ok()?.checked_sub(1)?).words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::Error as _;

    #[test]
    fn the_english_is_that_of_the_catalogue() {
        for fault in Fault::ALL {
            assert_eq!(fault.words().english(), fault.english());
            for ended in [false, true] {
                let error = Error::json(fault, ended, 4);
                let Reason::Json { at, .. } = &*error.0 else { panic!() };
                let words = if ended {
                    tr!("json-cut", fault, column = at + 1)
                } else {
                    tr!("json-wrong", fault, column = at + 1)
                };
                assert_eq!(words.english(), error.to_string());
            }
        }
        assert_eq!(tr!("json-not-utf8", byte = 3usize).english(), Error::encoding(2).to_string());
        assert_eq!(tr!("json-missing", key = "id").english(), Error::missing_field("id").to_string());
        assert_eq!(tr!("json-twice", key = "id").english(), Error::duplicate_field("id").to_string());
    }
}
