//! The envelopes of lists: v1 (`results`, with or without `count`) and v2 (`data`, `meta.pagination`); backend.md §3, §4.

use super::client::not_json;
use super::error::ApiError;
use super::hold::Holding;
use super::retry::Trouble;
use super::row::{Body, Row};
use super::target::Target;
use crate::tr;
use crate::words::Message;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::Arc;
use url::Url;

/// How the server divides a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The server gives a cursor for the next page; any depth costs the same.
    Cursor,
    /// The server counts pages; deep ones are slow, and rows that come or go shift the rest.
    Number,
}

/// One page of a v1 list.
#[derive(Debug)]
pub struct Page {
    /// The rows of the page, in the server's order.
    pub rows: Vec<Row>,
    /// The parameter that leads to the next page: (`cursor` | `page`, value). `None`: this is the last.
    pub next: Option<(String, String)>,
    /// How the server divides the list.
    pub mode: Mode,
    /// Rows in the whole list, in page-number mode.
    pub count: Option<u64>,
    /// Length of the body, bytes.
    pub bytes: usize,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    next: Option<Cow<'a, str>>,
    /// `Some` when the key is there, whatever its value.
    #[serde(default, deserialize_with = "present")]
    count: Option<Value>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Page {
    /// Reads a page; its bytes count as held until its last row is gone.
    ///
    /// # Errors
    /// [`Trouble::Passing`] for anything that is no such envelope (cut, or an HTML page); [`Trouble::Fatal`] for a whole page with
    /// rows or a `next` that cannot be used.
    pub fn parse(body: Vec<u8>, target: Target, holding: &Holding) -> Result<Self, Trouble> {
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&body) else { return Err(not_json(&body)) };
        let base = body.as_ptr() as usize;
        let spans = envelope.results.iter().map(|raw| {
            let start = raw.get().as_ptr() as usize - base;
            start..start + raw.get().len()
        });
        let spans: Vec<_> = spans.collect();
        let next = match envelope.next.as_deref().filter(|n| !n.is_empty()) {
            None => None,
            Some(next) => Some(
                next_parameter(next)
                    .map_err(|reason| Trouble::Fatal(ApiError::Protocol { what: target.path().into(), reason }))?,
            ),
        };
        let mode = if envelope.count.is_some() { Mode::Number } else { Mode::Cursor };
        let count = envelope.count.as_ref().and_then(Value::as_u64);
        let bytes = body.len();
        let body = Arc::new(Body::new(body, holding));
        let rows: Result<Vec<_>, _> = spans.into_iter().map(|span| Row::new(&body, span, target)).collect();
        Ok(Self { rows: rows.map_err(Trouble::Fatal)?, next, mode, count, bytes })
    }
}

/// The parameter of a `next` that leads on: an absolute or relative URL with `cursor` or `page` in it, or a bare cursor. Only the
/// parameter is taken: the host of the URL is the server's own idea of its name, and our token must not follow it.
fn next_parameter(next: &str) -> Result<(String, String), Message> {
    let looks_like_url = next.contains("://") || next.starts_with('/') || next.starts_with('?');
    if !looks_like_url {
        return Ok(("cursor".into(), next.to_owned()));
    }
    let base = Url::parse("http://x/").map_err(|e| e.to_string())?;
    let url = base.join(next).map_err(|_| tr!("api-next-no-url"))?;
    let find = |key: &str| url.query_pairs().find(|(k, _)| k == key).map(|(k, v)| (k.into_owned(), v.into_owned()));
    find("cursor").or_else(|| find("page")).ok_or_else(|| tr!("api-next-no-page"))
}

/// One page of a small list, v1 or v2.
#[derive(Debug)]
pub struct Values {
    /// The entries, as the server wrote them.
    pub entries: Vec<Box<RawValue>>,
    /// As [`Page::next`].
    pub next: Option<(String, String)>,
}

#[derive(Deserialize)]
struct SmallList {
    #[serde(alias = "data")]
    results: Vec<Box<RawValue>>,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    meta: Value,
}

/// Reads a page of a small list in either envelope.
///
/// # Errors
/// As [`Page::parse`].
pub fn values(body: Vec<u8>) -> Result<Values, Trouble> {
    let Ok(list) = serde_json::from_slice::<SmallList>(&body) else { return Err(not_json(&body)) };
    let cursor = list.meta.pointer("/pagination/next_cursor").and_then(Value::as_str).map(str::to_owned);
    let next = match list.next.or(cursor).filter(|n| !n.is_empty()) {
        None => None,
        Some(next) => Some(
            next_parameter(&next)
                .map_err(|reason| Trouble::Fatal(ApiError::Protocol { what: "a list".into(), reason }))?,
        ),
    };
    Ok(Values { entries: list.results, next })
}

/// The object inside a v2 envelope, or the v1 object itself.
pub fn single(value: Value) -> Value {
    match value {
        Value::Object(mut map) if map.contains_key("data") && map.contains_key("meta") => {
            map.remove("data").unwrap_or_default()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Page, Trouble> {
        Page::parse(text.as_bytes().to_vec(), Target::Task, &Holding::default())
    }

    #[test]
    fn modes_are_told_by_the_envelope() {
        let number =
            parse(r#"{"count": 3, "next": "http://h/sdk/tasks/?page=2&a=b", "results": [{"id": 5}]}"#).unwrap();
        assert_eq!((number.mode, number.count, number.rows.len()), (Mode::Number, Some(3), 1));
        assert_eq!(number.next, Some(("page".into(), "2".into())));
        let cursor = parse(r#"{"next": "https://other/?cursor=cD0x%3D", "previous": null, "results": []}"#).unwrap();
        assert_eq!((cursor.mode, cursor.count), (Mode::Cursor, None));
        assert_eq!(cursor.next, Some(("cursor".into(), "cD0x=".into())));
        assert_eq!(parse(r#"{"count": null, "results": []}"#).unwrap().mode, Mode::Number);
    }

    #[test]
    fn anything_else_is_asked_again_or_refused() {
        for text in ["", "<html>", r#"{"count": 3, "results": [{"id":1}, {"id"#, r#"{"detail": "x"}"#, "[]"] {
            assert!(matches!(parse(text), Err(Trouble::Passing { .. })), "{text}");
        }
        for text in [r#"{"results": [], "next": "http://h/?a=1"}"#, r#"{"results": [{}]}"#] {
            assert!(matches!(parse(text), Err(Trouble::Fatal(_))), "{text}");
        }
    }

    #[test]
    fn small_lists_come_in_both_envelopes() {
        let v2 = values(br#"{"data":[{"id":1}],"meta":{"pagination":{"next_cursor":"abc"}}}"#.to_vec()).unwrap();
        assert_eq!((v2.entries.len(), v2.next), (1, Some(("cursor".into(), "abc".into()))));
        let v1 = values(br#"{"count":1,"next":null,"results":[1]}"#.to_vec()).unwrap();
        assert_eq!((v1.entries.len(), v1.next), (1, None));
        assert_eq!(single(serde_json::json!({"data": {"id": 1}, "meta": {}})), serde_json::json!({"id": 1}));
        assert_eq!(single(serde_json::json!({"id": 1})), serde_json::json!({"id": 1}));
    }
}
