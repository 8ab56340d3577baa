//! What to export, and what came of it.

use super::output::state::Resume;
use crate::api::Target;
use crate::api::filters::Filters;
use crate::exit::Advice;
use crate::net::retry::RetryPolicy;
use crate::selection::Shard;
use crate::selection::choose::Choose;
use crate::stream::checkpoint::{self, Series, Span};
use crate::stream::frame::end_line;
use crate::stream::{Frame, StreamError};
use crate::tr;
use crate::words::Message;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// What to export, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Which rows.
    pub target: Target,
    /// The user's filters with the project or version among them.
    pub filters: Filters,
    /// Only these ids; empty = all.
    pub ids: Vec<String>,
    /// Which of the rows are wanted, asked of each row here: what the source cannot select by.
    pub choose: Option<Chooser>,
    /// The series that the export is part of, if any: then it has only what has changed since the one before.
    pub series: Option<Series>,
    /// Stop after so many rows.
    pub limit: Option<u64>,
    /// Item lines only, no frames.
    pub bare: bool,
    /// The ids of the rows only.
    pub ids_only: bool,
    /// Rows go out as they come, not in descending order of their ids.
    pub arrival: bool,
    /// Rows a page, instead of what suits them.
    pub page_size: Option<usize>,
    /// Sizes of images that the rows lack are read from the images.
    pub dimensions: bool,
    /// Images may lie at private addresses.
    pub allow_private_urls: bool,
    /// One of several parts of the export.
    pub shard: Option<Shard>,
    /// Compare all ids with the server's at the end.
    pub verify: bool,
    /// Where to remember how far the run came, for a later one.
    pub state: Option<PathBuf>,
    /// How far an earlier run came.
    pub resume: Option<Resume>,
    /// Further keys of the begin frame.
    pub begin: Map<String, Value>,
    /// Where the user is told of images that are asked for again.
    pub retries: Option<RetryPolicy>,
}

impl Request {
    /// What identifies an export of this request from a source: two runs with the same identity give the same rows. `shard` is that of
    /// the request with its bounds.
    pub fn identity(&self, source: &str, shard: Option<&Shard>) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("host".into(), source.into());
        out.insert("target".into(), self.target.word().into());
        out.insert("query".into(), self.filters.query().to_json().into());
        out.insert("order".into(), if self.arrival { "arrival" } else { "descending" }.into());
        if !self.ids.is_empty() {
            out.insert("ids".into(), json!({"count": self.ids.len(), "sha256": digest(&self.ids)}));
        }
        if let Some(limit) = self.limit {
            out.insert("limit".into(), limit.into());
        }
        if let Some(choose) = &self.choose {
            out.insert("selection".into(), choose.asked.clone().into());
        }
        if let Some(shard) = shard {
            out.insert("shard".into(), shard.to_json());
        }
        if self.dimensions {
            out.insert("dimensions".into(), true.into());
        }
        if self.ids_only {
            out.insert("ids_only".into(), true.into());
        }
        out
    }

    /// Rows after which the source need not give more. When rows are left out here, nobody knows before.
    pub fn source_limit(&self) -> Option<u64> {
        self.limit.filter(|_| self.choose.is_none())
    }

    /// The moment from which changes are to be fetched; `None`: everything.
    pub fn changed_since(&self) -> Option<jiff::Timestamp> {
        self.series.as_ref().and_then(Series::changed_since)
    }
}

/// A choice among rows, with what it asks.
#[derive(Clone)]
pub struct Chooser {
    /// The options that ask, without dashes, and their values, for comparing with an earlier run.
    pub asked: Map<String, Value>,
    /// The choice.
    pub by: Arc<dyn Choose>,
}

impl Chooser {
    /// The options that ask, as they are typed.
    pub fn options(&self) -> String {
        self.asked.keys().map(|option| format!("--{option}")).collect::<Vec<_>>().join(", ")
    }

    /// The classes that a begin frame lists exist, whether or not a row has one.
    pub fn list_classes(&self, begin: &str) {
        if let Ok(Frame::Begin(begin)) = Frame::parse(begin.as_bytes()) {
            self.by.list_classes(&begin.classes);
        }
    }

    /// Judges names that none of `rows` rows had: a slip, when these are all rows there are. Among rows that were selected otherwise,
    /// too, it may be chance, and is to be told only.
    ///
    /// # Errors
    /// [`StreamError::UnknownName`].
    pub fn judge_names(&self, request: &Request, rows: u64) -> Result<Option<String>, StreamError> {
        let Some(unknown) = self.by.unknown_name().filter(|_| rows > 0) else { return Ok(None) };
        let scope = request.target.scope();
        let all = request.ids.is_empty()
            && request.changed_since().is_none()
            && request.shard.is_none()
            && request.filters.query().to_json().keys().all(|key| key == scope);
        if all { Err(StreamError::UnknownName(Box::new(unknown))) } else { Ok(Some(unknown.to_string())) }
    }
}

impl fmt::Debug for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chooser").field(&self.asked).finish()
    }
}

/// SHA-256 of ids with commas between them, hexadecimal.
fn digest(ids: &[String]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(ids.join(",").as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// What a complete run has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// The rows in words: `24 assignments of project 42 "Roads"`.
    pub rows: Message,
    /// Things the user should know.
    pub notes: Vec<Note>,
    /// What changes the export has, when it is part of a series and has all of them.
    pub span: Option<Span>,
}

/// How many rows were expected and how many came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Item lines written, those of earlier runs included.
    pub sent: u64,
    /// Rows that the server counted before the walk.
    pub expected: Option<u64>,
    /// Rows met twice and dropped.
    pub duplicates: u64,
    /// Rows more than expected: they were added during the walk.
    pub added: u64,
    /// Rows that came, or were counted, and that the server does not have any more.
    pub vanished: u64,
    /// Whether all ids were compared with the server's at the end.
    pub verified: bool,
}

impl RowCounts {
    /// The end frame. It holds nothing that depends on luck (retries, time), so that a resumed run ends like an undisturbed one.
    pub fn end_line(&self, span: Option<&Span>) -> String {
        let mut extra = Map::new();
        if let Some(expected) = self.expected {
            extra.insert("expected".into(), expected.into());
        }
        extra.insert("duplicates".into(), self.duplicates.into());
        extra.insert("added".into(), self.added.into());
        extra.insert("vanished".into(), self.vanished.into());
        if self.verified {
            extra.insert("verified".into(), true.into());
        }
        if let Some(span) = span {
            extra.insert(checkpoint::KEY.into(), json!([span]));
        }
        end_line(self.sent, &extra)
    }

    /// What the user should know when the list changed during the walk.
    pub fn notes(&self) -> Vec<Message> {
        let some = |n: u64, told: fn(u64) -> Message| (n > 0).then(|| told(n));
        let told = [
            some(self.added, |n| tr!("walk-added", n)),
            some(self.vanished, |n| tr!("walk-vanished", n)),
            some(self.duplicates, |n| tr!("walk-twice", n)),
        ];
        told.into_iter().flatten().collect()
    }
}

/// What the user should know at the end, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What happened.
    pub text: Message,
    /// What helps.
    pub advice: Option<Advice>,
}

impl<T: Into<Message>> From<T> for Note {
    fn from(text: T) -> Self {
        Self { text: text.into(), advice: None }
    }
}
