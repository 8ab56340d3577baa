//! One row of a list, kept as the bytes the server wrote; an item line is cut from them, never built anew.

use super::error::ApiError;
use super::hold::{Held, Holding};
use super::target::Target;
use crate::tr;
use crate::words::Message;
use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The id of a row: a number or a text, as the server wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    /// A whole number.
    Number(i64),
    /// Anything else, as JSON.
    Other(Box<str>),
}

impl Id {
    /// Reads the JSON of an id.
    pub fn parse(json: &str) -> Self {
        json.parse().map_or_else(|_| Id::Other(json.into()), Id::Number)
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<i64> {
        if let Id::Number(n) = self { Some(*n) } else { None }
    }

    /// As the value of a filter: a text without its quotes.
    pub fn plain(&self) -> String {
        match self {
            Id::Number(n) => n.to_string(),
            Id::Other(json) => serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_string()),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain())
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Id::Number(a), Id::Number(b)) => Some(a.cmp(b)),
            _ => (self == other).then_some(Ordering::Equal),
        }
    }
}

/// The body of a page, counted as held until its last row is gone.
#[derive(Debug)]
pub struct Body {
    /// The bytes of the page.
    pub bytes: Vec<u8>,
    _held: Held,
}

impl Body {
    /// Takes the bytes into account.
    pub fn new(bytes: Vec<u8>, holding: &Holding) -> Self {
        Self { _held: holding.take(bytes.capacity()), bytes }
    }
}

/// A row inside the body of its page.
#[derive(Clone, Debug)]
pub struct Row {
    page: Arc<Body>,
    span: Range<usize>,
    /// Range of the JSON of `data` in the page, if the row has any.
    data: Option<Range<usize>>,
    /// The key that is unique in the list ([`Target::unique`]).
    pub key: Id,
    /// The `id` of the row.
    pub id: Id,
    has_target: bool,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    pgh_id: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    target: Option<&'a RawValue>,
}

impl Row {
    /// Looks at a row of a page: `span` is one whole JSON object of `page`.
    ///
    /// # Errors
    /// [`ApiError::Protocol`] when it is no object, has no id, or has a key twice.
    pub fn new(page: &Arc<Body>, span: Range<usize>, target: Target) -> Result<Self, ApiError> {
        let bad = |reason: Message| ApiError::Protocol { what: format!("a row of {}", target.path()), reason };
        let text = &page.bytes[span.clone()];
        // The message of the parser may quote the row: only the place is reported.
        let head: Head<'_> = serde_json::from_slice(text)
            .map_err(|e| bad(tr!("api-row-unreadable", column = e.column(), bytes = text.len())))?;
        let unique = if target == Target::GroundTruth { head.pgh_id.or(head.id) } else { head.id };
        let Some(key) = named(unique) else {
            return Err(bad(tr!("api-row-no-key", key = target.unique())));
        };
        let id = Id::parse(named(head.id).unwrap_or(key));
        let data = head.data.map(|raw| {
            let start = raw.get().as_ptr() as usize - page.bytes.as_ptr() as usize;
            start..start + raw.get().len()
        });
        Ok(Self { page: page.clone(), key: Id::parse(key), id, data, has_target: head.target.is_some(), span })
    }

    /// The JSON of `data`.
    pub fn data(&self) -> Option<&[u8]> {
        self.data.clone().map(|range| &self.page.bytes[range])
    }

    /// Length in bytes as it came.
    pub fn len(&self) -> usize {
        self.span.len()
    }

    /// Appends a line with the row's id and nothing else of it; of an event of ground truth with its number, too.
    pub fn write_id(&self, target: Target, out: &mut Vec<u8>) {
        let json = |id: &Id| match id {
            Id::Number(number) => number.to_string(),
            Id::Other(json) => json.to_string(),
        };
        out.extend_from_slice(format!("{{\"target\":\"{}\",\"id\":{}", target.word(), json(&self.id)).as_bytes());
        if target == Target::GroundTruth {
            out.extend_from_slice(format!(",\"pgh_id\":{}", json(&self.key)).as_bytes());
        }
        out.extend_from_slice(b"}\n");
    }

    /// Appends the item line with its newline: `target` first, then the row's own bytes, with other JSON for `data` when given, then
    /// one more field (its key, which needs no escaping, and its JSON) when given. White space that would break the line is dropped.
    pub fn write_line(&self, target: Target, data: Option<&[u8]>, field: Option<(&str, &str)>, out: &mut Vec<u8>) {
        let more = data.map_or(0, <[u8]>::len) + field.map_or(0, |(key, json)| key.len() + json.len() + 4);
        out.reserve(self.span.len() + more + 32);
        // The row without its closing brace.
        let end = self.span.end - 1;
        let mut from = self.span.start;
        if !self.has_target {
            out.extend_from_slice(b"{\"target\":\"");
            out.extend_from_slice(target.word().as_bytes());
            out.extend_from_slice(b"\",");
            from += 1;
        }
        match (data, &self.data) {
            (Some(new), Some(old)) => {
                one_line(&self.page.bytes[from..old.start], out);
                one_line(new, out);
                one_line(&self.page.bytes[old.end..end], out);
            }
            _ => one_line(&self.page.bytes[from..end], out),
        }
        if let Some((key, json)) = field {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":");
            out.extend_from_slice(json.as_bytes());
        }
        out.extend_from_slice(b"}\n");
    }
}

/// The JSON of an id: a number or a text.
fn named(raw: Option<&RawValue>) -> Option<&str> {
    raw.map(RawValue::get).filter(|v| v.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()))
}

/// Copies JSON without line breaks. They can only stand between tokens: inside a string they would not be valid JSON.
fn one_line(mut json: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr2(b'\n', b'\r', json) {
        out.extend_from_slice(&json[..at]);
        json = &json[at + 1..];
    }
    out.extend_from_slice(json);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, target: Target) -> Result<Row, ApiError> {
        Row::new(&Arc::new(Body::new(text.as_bytes().to_vec(), &Holding::default())), 0..text.len(), target)
    }

    fn line(text: &str, target: Target, data: Option<&str>) -> String {
        let mut out = Vec::new();
        row(text, target).unwrap().write_line(target, data.map(str::as_bytes), None, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn bytes_stay_as_they_came() {
        let text = r#"{"id": 12345678901234567890, "x":1.10, "data": {"a" : 1e5}, "id2":"\u00e9"}"#;
        assert_eq!(line(text, Target::Task, None), format!("{{\"target\":\"task\",{}\n", &text[1..]));
        assert_eq!(
            line(text, Target::Task, Some("[1.0,\n2]")),
            "{\"target\":\"task\",\"id\": 12345678901234567890, \"x\":1.10, \"data\": [1.0,2], \"id2\":\"\\u00e9\"}\n"
        );
        assert_eq!(row(text, Target::Task).unwrap().key, Id::Other("12345678901234567890".into()));
    }

    #[test]
    fn pretty_rows_become_one_line_and_target_is_added_once() {
        let text = "{\r\n  \"id\": 1,\n  \"data\": null\n}";
        assert_eq!(line(text, Target::Assignment, None), "{\"target\":\"assignment\",  \"id\": 1,  \"data\": null}\n");
        let own = r#"{"id":1,"target":"x"}"#;
        assert_eq!(line(own, Target::Task, None), format!("{own}\n"));
        let mut out = Vec::new();
        row(own, Target::Task).unwrap().write_line(Target::Task, None, Some(("more", "[1]")), &mut out);
        assert_eq!(out, b"{\"id\":1,\"target\":\"x\",\"more\":[1]}\n");
    }

    #[test]
    fn ground_truth_is_told_apart_by_its_event() {
        let both = row(r#"{"id":7,"pgh_id":9}"#, Target::GroundTruth).unwrap();
        assert_eq!((both.key, both.id), (Id::Number(9), Id::Number(7)));
        assert_eq!(row(r#"{"id":"a-1"}"#, Target::Task).unwrap().key.plain(), "a-1");
    }

    #[test]
    fn a_row_that_could_pass_for_a_frame_does_not_start_like_one() {
        let text = r#"{"@stream":"end","id":1}"#;
        assert!(!crate::stream::frame::is_frame(line(text, Target::Task, None).as_bytes()));
    }

    #[test]
    fn rows_that_cannot_be_told_apart_are_refused() {
        for bad in ["[]", "{}", r#"{"id":null}"#, r#"{"id":[1]}"#, r#"{"id":1,"id":2}"#] {
            assert!(row(bad, Target::Assignment).is_err(), "{bad}");
        }
    }
}
