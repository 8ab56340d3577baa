//! JSON of the hot path, through the parser of this crate: whole lines, and values kept as they were written.

use super::parser::{BOTH, Parser, RAW};
pub use super::parser::{Error as ParseError, Fault, POINT};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Deref;

/// A JSON value kept as it was written, borrowed from the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw<'a>(pub Cow<'a, str>);

impl<'a> Raw<'a> {
    /// The JSON text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The JSON text, with `null` for numbers that no float can hold: what is written must be readable.
    pub fn readable(&self) -> Cow<'_, str> {
        match without_huge_numbers(self.0.as_bytes()).map(String::from_utf8) {
            Some(Ok(text)) => Cow::Owned(text),
            _ => Cow::Borrowed(&self.0),
        }
    }

    /// Parses the value; `None` when it is not a `T`.
    pub fn read<'s, T: Deserialize<'s>>(&'s self) -> Option<T> {
        from_text(&self.0).ok()
    }

    /// Parses the value with a seed.
    ///
    /// # Errors
    /// One line of text saying what the seed did not like; the value is known to be JSON.
    pub fn read_with<'s, S: DeserializeSeed<'s>>(&'s self, seed: S) -> Result<S::Value, ParseError> {
        seed.deserialize(&mut Parser::new(&self.0))
    }

    /// Parses an object or a list, borrowing from the line itself; `None` when it is not a `T`.
    pub fn read_borrowed<T: Deserialize<'a>>(&self) -> Option<T> {
        match self.0 {
            Cow::Borrowed(text) => from_text(text).ok(),
            Cow::Owned(_) => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Raw<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value as it is written")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Raw<'de>, E> {
                Ok(Raw(Cow::Borrowed(text)))
            }
        }
        deserializer.deserialize_newtype_struct(RAW, Text)
    }
}

/// A value read with a seed, and its text.
pub struct WithText<S>(pub S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for WithText<S> {
    type Value = (S::Value, &'de str);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(BOTH, self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for WithText<S> {
    type Value = (S::Value, &'de str);
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value and its text")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut both: A) -> Result<Self::Value, A::Error> {
        let value = both.next_element_seed(self.0)?;
        value.zip(both.next_element()?).ok_or_else(|| A::Error::custom("a value without its text"))
    }
}

/// Parses one line, borrowing from it.
///
/// # Errors
/// One line of text: what is wrong and where in the line.
pub fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, ParseError> {
    parse_with(line, PhantomData)
}

/// Parses one line with a seed, which can hold buffers to fill. As [`parse`] otherwise.
///
/// # Errors
/// As [`parse`].
pub fn parse_with<'a, S: DeserializeSeed<'a>>(line: &'a [u8], seed: S) -> Result<S::Value, ParseError> {
    let text = simdutf8::basic::from_utf8(line).map_err(|_| {
        let at = std::str::from_utf8(line).err().map_or(0, |e| e.valid_up_to());
        ParseError::encoding(at)
    })?;
    let mut parser = Parser::new(text);
    let value = seed.deserialize(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// The value at the front of a text that may go on.
#[derive(Debug)]
pub enum Front<T> {
    /// The value, and how much of the text it takes, bytes.
    Value(T, usize),
    /// The value may go on behind the end of the text.
    More,
    /// What is wrong, and the byte of the text.
    Wrong(ParseError, usize),
}

/// Parses the value at the front of a text with a seed that finds nothing wrong itself.
pub fn parse_front<'a, S: DeserializeSeed<'a>>(text: &'a str, seed: S) -> Front<S::Value> {
    /// No token is longer that is judged as a whole.
    const TOKEN: usize = 64;
    let mut parser = Parser::new(text);
    match seed.deserialize(&mut parser) {
        Ok(value) => Front::Value(value, parser.at()),
        Err(_) if parser.at() + TOKEN >= text.len() => Front::More,
        Err(e) => Front::Wrong(e, parser.at()),
    }
}

/// Parses a text that is known to be UTF-8, borrowing from it.
///
/// # Errors
/// The mistake and its byte in the text.
pub fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ParseError> {
    let mut parser = Parser::new(text);
    let value = T::deserialize(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// The text with `null` for every number that is too large for a float (`1e999`): JSON's grammar allows them, no parser can hold
/// them, and one such number would cost a whole line. `None` when the text has no such number.
pub fn without_huge_numbers(json: &[u8]) -> Option<Vec<u8>> {
    /// The shortest number without exponent that can be too large, digits.
    const LONG: usize = 309;
    let mut out: Option<Vec<u8>> = None;
    let (mut copied, mut i) = (0, 0);
    while let Some(&byte) = json.get(i) {
        let start = i;
        i += 1;
        match byte {
            b'"' => loop {
                // A string without end is not JSON.
                let k = memchr::memchr2(b'"', b'\\', json.get(i..)?)?;
                let escape = json[i + k] == b'\\';
                i += k + 1 + usize::from(escape);
                if !escape {
                    break;
                }
            },
            b'-' | b'0'..=b'9' => {
                let rest = &json[start..];
                let length = rest.iter().position(|b| !matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                i = start + length.unwrap_or(rest.len());
                let number = &json[start..i];
                let suspect = number.len() >= LONG || number.iter().any(|b| matches!(b, b'e' | b'E'));
                if suspect && is_huge(number) {
                    let out = out.get_or_insert_with(Vec::new);
                    out.extend_from_slice(&json[copied..start]);
                    out.extend_from_slice(b"null");
                    copied = i;
                }
            }
            _ => {}
        }
    }
    let mut out = out?;
    out.extend_from_slice(&json[copied..]);
    Some(out)
}

/// Whether this is a number by JSON's grammar and infinite as a float.
fn is_huge(number: &[u8]) -> bool {
    let text = std::str::from_utf8(number).unwrap_or_default();
    text.parse().is_ok_and(f64::is_infinite) && from_text::<IgnoredAny>(text).is_ok()
}

/// Whether brackets outside strings ever nest deeper than `limit`.
pub fn nests_deeper_than(line: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_string, mut i) = (0usize, false, 0);
    while i < line.len() {
        if in_string {
            match memchr::memchr2(b'"', b'\\', &line[i..]) {
                Some(k) if line[i + k] == b'\\' => i += k + 2,
                Some(k) => {
                    in_string = false;
                    i += k + 1;
                }
                None => return false,
            }
            continue;
        }
        match line[i] {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        i += 1;
    }
    false
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

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn hostile_nesting_is_an_error_not_a_crash() {
        for n in [1_000, 20_000, 10_000_000] {
            for open in ["[", "{\"a\":"] {
                assert!(parse::<IgnoredAny>(open.repeat(n).as_bytes()).is_err());
                assert!(parse::<serde_json::Value>(open.repeat(n).as_bytes()).is_err());
            }
        }
    }

    #[test]
    fn skipped_values_are_checked_too() {
        #[derive(Deserialize)]
        struct Head {
            #[allow(dead_code)]
            id: u64,
        }
        #[derive(Deserialize)]
        struct Kept<'a> {
            #[allow(dead_code)]
            #[serde(borrow)]
            x: Option<Raw<'a>>,
        }
        for bad in [
            &b"{\"id\":1,\"x\":[1,]}"[..],
            b"{\"id\":1,\"x\":tru}",
            b"{\"id\":1,\"x\":\"\xff\"}",
            b"{\"id\":1} x",
            b"{\"id\":1,\"x\":01}",
            b"{\"id\":1",
        ] {
            assert!(parse::<Head>(bad).is_err(), "{}", String::from_utf8_lossy(bad));
            assert!(parse::<Kept<'_>>(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
        assert!(parse::<Head>(b"{\"x\":{\"y\":[1e999,\"\\u00e9\"]},\"id\":1}").is_ok());
    }

    #[test]
    fn numbers_that_no_float_can_hold_become_null() {
        let tame = |text: &str| without_huge_numbers(text.as_bytes()).map(|b| String::from_utf8(b).unwrap());
        let digits = "9".repeat(400);
        for (text, expected) in [
            (r#"{"a":1e999,"b":[-2.5E+400,1e9]}"#, Some(r#"{"a":null,"b":[null,1e9]}"#)),
            (r#"{"1e999":"1e999\"1e999","x":1e999}"#, Some(r#"{"1e999":"1e999\"1e999","x":null}"#)),
            (r#"["1e999\\",1e999"#, Some(r#"["1e999\\",null"#)),
            (&digits, Some("null")),
            (r#"{"a":1e308,"b":"1e999","c":1e-999,"d":12345678901234567890}"#, None),
            ("[01e999,1.e999,1e999e1,\"1e999", None),
            ("\"\\", None),
        ] {
            assert_eq!(tame(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn strings_borrow_unless_escaped() {
        let v: Vec<Str<'_>> = parse(b"[\"a\",\"\\u0062\"]").unwrap();
        assert!(matches!(v[0].0, Cow::Borrowed("a")) && matches!(&v[1].0, Cow::Owned(s) if s == "b"));
    }
}
