//! Rows of the database as rows of the API: the same keys in the same order, JSON handed on as the database has it.
//!
//! `jsonb` keeps numbers to the last digit but not their spelling (`1e2` is `100`), and sorts keys by length and bytes; what it
//! prints between them, a blank after each `:` and `,`, is left out, as the API leaves it out.

use super::select::{Field, Select};
use crate::api::hold::Holding;
use crate::api::payload::Payload;
use crate::api::row::Body;
use crate::api::{ApiError, Row, Target};
use crate::fetch::source::{Filled, Slot};
use crate::postgres::DatabaseError;
use crate::tr;
use futures_util::StreamExt;
use memchr::{memchr2, memchr3};
use std::pin::pin;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio_postgres::Transaction;
use tokio_postgres::types::{FromSql, Type};

/// Bytes of rows that may wait for the output, KiB.
const BYTES_AHEAD: usize = 32 * 1024;

type Boxed = Box<dyn std::error::Error + Sync + Send>;

/// JSON as the database sends it.
struct Json<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Json<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        match raw {
            // The version of its binary form, which is text.
            [1, json @ ..] if *kind == Type::JSONB => Ok(Json(Some(json))),
            _ if *kind == Type::JSONB => Err("a version of jsonb that is not known".into()),
            _ => Ok(Json(Some(raw))),
        }
    }
    fn from_sql_null(_: &Type) -> Result<Self, Boxed> {
        Ok(Json(None))
    }
    fn accepts(kind: &Type) -> bool {
        [Type::JSONB, Type::JSON, Type::TEXT, Type::VARCHAR].contains(kind)
    }
}

/// Reads rows and hands them on in order.
///
/// # Errors
/// [`DatabaseError`]. When the receiver goes away it ends early without one.
pub async fn stream(
    snapshot: &Transaction<'_>,
    select: &Select,
    below: Option<i64>,
    limit: u64,
    out: &Sender<Slot>,
    place: &str,
) -> Result<(), DatabaseError> {
    let of = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
    let (fields, target, project) = (select.fields().collect::<Vec<_>>(), select.target(), select.project());
    let room = Arc::new(Semaphore::new(BYTES_AHEAD));
    let rows = snapshot.query_raw(&select.rows(below, limit), select.values()).await.map_err(of)?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.next().await {
        let row = row.map_err(of)?;
        let mut json = Vec::with_capacity(row.raw_size_bytes() + 256);
        write(&row, &fields, project, &mut json).map_err(of)?;
        let kib = u32::try_from((json.len() / 1024 + 1).min(BYTES_AHEAD)).unwrap_or(u32::MAX);
        let Ok(share) = room.clone().acquire_many_owned(kib).await else { return Ok(()) };
        let filled = Filled { _share: Some(share), ..fill(json, target)? };
        if out.send(Slot::Ready(Ok(filled))).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// A row as the emitter takes it.
pub fn fill(json: Vec<u8>, target: Target) -> Result<Filled, DatabaseError> {
    let length = json.len();
    let bad = |json: &[u8]| DatabaseError::Row {
        id: String::from_utf8_lossy(json).chars().skip("{\"id\":".len()).take_while(|c| *c != ',').collect(),
        reason: tr!("database-no-json"),
    };
    let body = Arc::new(Body::new(json, &Holding::default()));
    let row = Row::new(&body, 0..length, target).map_err(|_| bad(&body.bytes))?;
    let data = match Payload::of(&row) {
        Ok(Payload::Text(data)) => Some(data),
        // Payloads do not lie elsewhere here: what looks like a reference to one is handed on as it is.
        Ok(Payload::Inline | Payload::Stored(_)) => None,
        Err(ApiError::Row { id, reason }) => return Err(DatabaseError::Row { id, reason }),
        Err(other) => return Err(DatabaseError::Row { id: row.id.plain(), reason: other.to_string().into() }),
    };
    Ok(Filled { row, data, dimensions: None, cursor: None, wanted: true, _share: None })
}

/// Writes a row as the API words it.
pub fn write(
    row: &tokio_postgres::Row,
    fields: &[Field],
    project: i64,
    out: &mut Vec<u8>,
) -> Result<(), tokio_postgres::Error> {
    let mut unit = false;
    for (at, field) in fields.iter().enumerate() {
        match field {
            Field::Id => {
                let id: i64 = row.try_get(at)?;
                out.extend_from_slice(format!("{{\"id\":{id},\"project\":{project}").as_bytes());
            }
            Field::Task => {
                let id: i64 = row.try_get(at)?;
                out.extend_from_slice(format!(",\"task\":{{\"id\":{id}}}").as_bytes());
            }
            Field::Text(key) => {
                let text: Option<&str> = row.try_get(at)?;
                named(key, out);
                out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            }
            Field::Moment(key) => {
                let at: Option<SystemTime> = row.try_get(at)?;
                named(key, out);
                out.extend_from_slice(serde_json::Value::from(at.and_then(moment)).to_string().as_bytes());
            }
            Field::UnitId => {
                let id: Option<i64> = row.try_get(at)?;
                unit = id.is_some();
                match id {
                    Some(id) => out.extend_from_slice(format!(",\"data_unit\":{{\"id\":{id}").as_bytes()),
                    None => out.extend_from_slice(b",\"data_unit\":null"),
                }
            }
            Field::Unit(_) if !unit => {}
            Field::Unit(key) => {
                named(key, out);
                value(&row.try_get(at)?, out);
            }
            Field::Data => {
                if unit {
                    out.push(b'}');
                }
                named("data", out);
                value(&row.try_get(at)?, out);
            }
        }
    }
    out.push(b'}');
    Ok(())
}

fn named(key: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

fn value(json: &Json<'_>, out: &mut Vec<u8>) {
    match json.0 {
        Some(json) => compact(json, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// A point in time as the API writes it: UTC, with microseconds where there are any.
fn moment(at: SystemTime) -> Option<String> {
    let at = jiff::Timestamp::try_from(at).ok()?;
    Some(if at.subsec_microsecond() == 0 && at.subsec_millisecond() == 0 {
        format!("{at:.0}")
    } else {
        format!("{at:.6}")
    })
}

/// Copies JSON without the white space between its tokens.
fn compact(mut json: &[u8], out: &mut Vec<u8>) {
    // Only blanks come from `jsonb`; `json` and text columns hold what was once put into them.
    while let Some(at) = memchr3(b'"', b' ', b'\n', json) {
        out.extend(json[..at].iter().filter(|b| !b.is_ascii_whitespace()));
        if json[at] != b'"' {
            json = &json[at + 1..];
            continue;
        }
        let mut end = at + 1;
        while let Some(next) = memchr2(b'"', b'\\', &json[end..]) {
            end += next + 1;
            if json[end - 1] == b'"' {
                break;
            }
            end = (end + 1).min(json.len());
        }
        out.extend_from_slice(&json[at..end]);
        json = &json[end..];
    }
    out.extend(json.iter().filter(|b| !b.is_ascii_whitespace()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_and_strings_stay() {
        for (json, expected) in [
            (
                r#"{"a": [1, 2.50, -3], "b c": "d, e: \" f \\", "g": null}"#,
                r#"{"a":[1,2.50,-3],"b c":"d, e: \" f \\","g":null}"#,
            ),
            ("[ 1,\n\t2 ]\r\n", "[1,2]"),
            (r#""\\""#, r#""\\""#),
            ("12345678901234567890", "12345678901234567890"),
            (r#"{"한 글": "자 동차"}"#, r#"{"한 글":"자 동차"}"#),
            // Not JSON: what follows finds out; nothing panics.
            (r#"{"a\"#, r#"{"a\"#),
            (r#""abc"#, r#""abc"#),
        ] {
            let mut out = Vec::new();
            compact(json.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn moments_are_the_apis() {
        let at = |text: &str| moment(SystemTime::try_from(text.parse::<jiff::Timestamp>().unwrap()).unwrap()).unwrap();
        assert_eq!(at("2026-01-31T09:00:00+09:00"), "2026-01-31T00:00:00Z");
        assert_eq!(at("2026-01-31T00:00:00.5Z"), "2026-01-31T00:00:00.500000Z");
        assert_eq!(at("2026-01-31T00:00:00.000001Z"), "2026-01-31T00:00:00.000001Z");
    }
}
