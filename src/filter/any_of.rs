//! How a value of an item is compared with what the user asked for: as text. Numbers by their digits as written, strings by
//! their content in Unicode NFC, objects by the keys that name them. Upper and lower case differ, and a number is an id: it is not
//! compared with names.

use crate::item::Pairs;
use crate::path::nfc;
use crate::stream::json::{Raw, Str};

/// Values a user asks for, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyOf(Vec<String>);

impl AnyOf {
    /// Any of these; names typed on another system than the rows come from may be composed differently.
    pub fn new(values: impl IntoIterator<Item = String>) -> Self {
        Self(values.into_iter().map(|v| nfc(&v).into_owned()).collect())
    }

    /// The values.
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this text, which is in NFC, is one of them.
    pub fn has(&self, text: &str) -> bool {
        self.0.iter().any(|wanted| wanted == text)
    }

    /// Whether a string or a number is one of them; `null`, lists and objects are not.
    pub fn has_value(&self, raw: &Raw<'_>) -> bool {
        any_text(raw, &mut |text| self.has(text))
    }

    /// Whether a value, one of `keys` of an object, or any element of a list of these is one of them.
    pub fn has_any(&self, raw: &Raw<'_>, keys: &[&str]) -> bool {
        any_name(raw, keys, &mut |text| self.has(text))
    }
}

/// Asks about a string, in NFC, or a number; `null`, lists and objects are neither.
pub fn any_text(raw: &Raw<'_>, ask: &mut impl FnMut(&str) -> bool) -> bool {
    match raw.text().as_bytes().first() {
        Some(b'"') => raw.read::<Str<'_>>().is_some_and(|text| ask(&nfc(&text))),
        Some(b'-' | b'0'..=b'9') => ask(raw.text()),
        _ => false,
    }
}

/// Asks about a value, `keys` of an object, and elements of a list of these, until an answer is yes.
pub fn any_name(raw: &Raw<'_>, keys: &[&str], ask: &mut impl FnMut(&str) -> bool) -> bool {
    if raw.text().starts_with('[') {
        return raw.read::<Vec<Raw<'_>>>().is_some_and(|list| list.iter().any(|one| any_of_one(one, keys, ask)));
    }
    any_of_one(raw, keys, ask)
}

fn any_of_one(raw: &Raw<'_>, keys: &[&str], ask: &mut impl FnMut(&str) -> bool) -> bool {
    if raw.text().starts_with('{') {
        let mut named = |(key, value): &(Str<'_>, Raw<'_>)| {
            let is_id = &**key == "id";
            keys.contains(&&**key) && any_text(value, &mut |text| (is_id || !is_number(text)) && ask(text))
        };
        return raw.read::<Pairs<'_>>().is_some_and(|Pairs(entries)| entries.iter().any(&mut named));
    }
    any_text(raw, ask)
}

/// Whether a text is a number, and so an id.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Gives every name that [`any_name`] would ask about.
pub fn each_name(raw: &Raw<'_>, keys: &[&str], each: &mut dyn FnMut(&str)) {
    any_name(raw, keys, &mut |name| {
        each(name);
        false
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn values_compare_as_text() {
        let cases = [
            ("12", "12", true),
            ("12", "\"12\"", true),
            ("12", "12.0", false),
            ("12345678901234567890123", "12345678901234567890123", true),
            ("a", r#""\u0061""#, true),
            ("e\u{301}", "\"\u{e9}\"", true),
            ("null", "null", false),
            ("true", "true", false),
            ("a", r#"{"name":"a"}"#, true),
            ("a", r#"{"other":"a","name":"b"}"#, false),
            ("7", r#"{"id":8,"name":"7"}"#, false),
            ("7", r#"{"id":"7","name":"8"}"#, true),
            ("7", r#"["7"]"#, true),
            ("7a", r#"{"id":8,"name":"7a"}"#, true),
            ("A", r#"{"name":"a"}"#, false),
            ("7", r#"[1,{"id":7}]"#, true),
            ("7", "[[7]]", false),
            ("7", "[]", false),
        ];
        for (wanted, value, expected) in cases {
            let any_of = AnyOf::new([wanted.to_owned()]);
            assert_eq!(any_of.has_any(&Raw(Cow::Borrowed(value)), &["id", "name"]), expected, "{wanted} in {value}");
        }
    }
}
