//! What decides between rows: a key that rivals share, and a rank.

use crate::exit::UsageError;
use crate::item::Pairs;
use crate::selection::field::FieldPath;
use crate::selection::time::moment;
use crate::selection::words;
use crate::stream::json::{self, Raw, Str};
use crate::stream::sort::{Record, SIZE};
use crate::stream::{Begin, Frame};
use crate::tr;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use std::sync::Arc;

/// Bytes of the key in a record.
pub const KEY: usize = 16;
/// Bytes of the rank.
const RANK: usize = 16;
/// Bytes of a date in a rank.
const DATE: usize = 8;

/// What a row says of its identity and age.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow, default)]
    id: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pgh_id: Option<Raw<'a>>,
    #[serde(borrow, default)]
    target: Option<Raw<'a>>,
    #[serde(borrow, default)]
    project: Option<Raw<'a>>,
    #[serde(borrow, default)]
    created: Option<Raw<'a>>,
    #[serde(borrow, default)]
    label_submitted: Option<Raw<'a>>,
    #[serde(borrow, default)]
    last_labeled: Option<Raw<'a>>,
    #[serde(borrow, default)]
    last_reviewed: Option<Raw<'a>>,
    #[serde(borrow, default)]
    labeler_last_action_at: Option<Raw<'a>>,
    #[serde(borrow, default)]
    reviewer_last_action_at: Option<Raw<'a>>,
}

impl Row<'_> {
    /// The latest of all dates, microseconds since 1970; `None` without any.
    fn newest(&self, zone: &TimeZone) -> Option<i64> {
        let all = [
            &self.created,
            &self.label_submitted,
            &self.last_labeled,
            &self.last_reviewed,
            &self.labeler_last_action_at,
            &self.reviewer_last_action_at,
        ];
        let at = |raw: &Raw<'_>| Some(moment(&raw.read::<Str<'_>>()?, zone)?.as_microsecond());
        all.into_iter().flatten().filter_map(at).max()
    }
}

/// What a stream says of all of its rows: where their ids are ids of.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    host: Option<Arc<str>>,
    target: Option<Arc<str>>,
    project: Option<Arc<str>>,
    version: Option<Arc<str>>,
}

impl Scope {
    /// Takes the next frame in order.
    pub fn frame(&mut self, frame: &Frame) {
        if let Frame::Begin(begin) = frame {
            *self = Self::of(begin);
        }
    }

    fn of(begin: &Begin) -> Self {
        let body = Value::Object(begin.body.clone());
        let at = |pointer: &str| match body.pointer(pointer)? {
            Value::String(text) => Some(Arc::from(text.as_str())),
            Value::Number(number) => Some(Arc::from(number.to_string())),
            _ => None,
        };
        Self {
            host: at("/source/host").or_else(|| at("/host")),
            target: at("/target"),
            project: at("/project/id").or_else(|| at("/query/project")),
            version: at("/ground_truth_dataset_version/id"),
        }
    }
}

/// How rivals are found, and which of them stays.
#[derive(Clone, Debug)]
pub enum Rule {
    /// The newest row of an id; of equals the later in the input.
    Latest,
    /// One row of a value; the first rule that tells two rows apart decides, else the first in the input stays.
    OnePer(FieldPath, Arc<[Prefer]>),
}

/// Which rows are better.
#[derive(Clone, Debug, PartialEq)]
pub enum Prefer {
    /// The newer.
    Newest,
    /// The older.
    Oldest,
    /// Those with this value at a field.
    Value(FieldPath, String),
}

impl FromStr for Prefer {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let path = |field: &str| FieldPath::new(field);
        match text.split_once('=') {
            None if text == "newest" => Ok(Self::Newest),
            None if text == "oldest" => Ok(Self::Oldest),
            None => {
                let near = words::nearest(text, ["newest", "oldest"].into_iter());
                let hint = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
                Err(UsageError::new(tr!("prefer-expects", hint)))
            }
            Some(("review", value)) => {
                Ok(Self::Value(path("status_review")?, words::check(value, words::REVIEW)?.into()))
            }
            Some(("status", value)) => {
                Ok(Self::Value(path("status_label")?, words::check(value, words::LABELLING)?.into()))
            }
            Some((field, value)) => Ok(Self::Value(path(field)?, value.to_owned())),
        }
    }
}

impl Rule {
    /// One row of a value.
    ///
    /// # Errors
    /// [`UsageError`] when there are more rules than a rank has room for.
    pub fn one_per(field: FieldPath, prefer: &[Prefer]) -> Result<Self, UsageError> {
        let bytes: usize = prefer.iter().map(|rule| if matches!(rule, Prefer::Value(..)) { 1 } else { DATE }).sum();
        if bytes > RANK {
            return Err(UsageError::new(tr!("prefer-too-many")));
        }
        Ok(Self::OnePer(field, prefer.into()))
    }

    /// The record of a row; `None` when it has no rivals: it lacks the field, or cannot be read, which is for others to say.
    pub fn record(&self, scope: &Scope, line: &[u8], number: u64, zone: &TimeZone) -> Option<Record> {
        let row: Row<'_> = json::parse(line).ok()?;
        let text = |raw: &Option<Raw<'_>>| raw.as_ref().and_then(name);
        let target = text(&row.target).or_else(|| scope.target.as_deref().map(str::to_owned)).unwrap_or_default();
        let project = text(&row.project).or_else(|| scope.project.as_deref().map(str::to_owned)).unwrap_or_default();
        let date = |at: Option<i64>| at.map_or(0, |at| (at as u64 ^ (1 << 63)).max(1));
        let mut rank = [0; RANK];
        let (value, last) = match self {
            Self::Latest => {
                rank[..DATE].copy_from_slice(&date(row.newest(zone)).to_be_bytes());
                // An event of ground truth repeats the id of what it is about.
                let event = text(&row.pgh_id).filter(|_| target == "ground_truth");
                (event.or_else(|| text(&row.id))?, number)
            }
            Self::OnePer(field, prefer) => {
                let mut at = 0;
                for rule in prefer.iter() {
                    let newest = || date(row.newest(zone));
                    let (byte, long);
                    let part: &[u8] = match rule {
                        Prefer::Newest => {
                            long = newest().to_be_bytes();
                            &long
                        }
                        Prefer::Oldest => {
                            let newest = newest();
                            long = (if newest == 0 { 0 } else { u64::MAX - newest }).to_be_bytes();
                            &long
                        }
                        Prefer::Value(field, wanted) => {
                            byte = [u8::from(value_at(field, line).is_some_and(|value| value == *wanted))];
                            &byte
                        }
                    };
                    rank[at..at + part.len()].copy_from_slice(part);
                    at += part.len();
                }
                (value_at(field, line)?, u64::MAX - number)
            }
        };
        let target = if matches!(self, Self::Latest) { target.as_str() } else { "" };
        let host = scope.host.as_deref().unwrap_or_default();
        let version = scope.version.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [host, version, target, &project, &value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut record = [0; SIZE];
        record[..KEY].copy_from_slice(&hash.finalize()[..KEY]);
        record[KEY..KEY + RANK].copy_from_slice(&rank);
        record[KEY + RANK..].copy_from_slice(&last.to_be_bytes());
        Some(record)
    }

    /// The line that a record is of.
    pub fn line(&self, record: &Record) -> u64 {
        let mut last = [0; 8];
        last.copy_from_slice(&record[KEY + RANK..]);
        let last = u64::from_be_bytes(last);
        if matches!(self, Self::Latest) { last } else { u64::MAX - last }
    }
}

/// The id of a row as text; of an event of ground truth its number.
pub fn id_of(line: &[u8]) -> Option<String> {
    let row: Row<'_> = json::parse(line).ok()?;
    row.pgh_id.as_ref().and_then(name).or_else(|| row.id.as_ref().and_then(name))
}

/// The value at a field, as text; of an object its `id`.
pub fn value_at(field: &FieldPath, line: &[u8]) -> Option<String> {
    if let Some(value) = field.value(line) {
        return Some(value.into_owned());
    }
    field.with("id").value(line).map(Into::into)
}

/// A number or a string as text; of an object its `id`.
fn name(raw: &Raw<'_>) -> Option<String> {
    match raw.text().as_bytes().first()? {
        b'"' => raw.read::<Str<'_>>().map(|text| text.to_string()).filter(|text| !text.is_empty()),
        b'{' => {
            let Pairs(entries) = raw.read_borrowed()?;
            entries.iter().find(|(key, _)| **key == *"id").and_then(|(_, id)| name(id))
        }
        b'-' | b'0'..=b'9' => Some(raw.text().to_owned()),
        _ => None,
    }
}
