//! The begin frames of dumps: what each of them says that it is. Of many dumps at once, as each may be a request to a store.

use super::Parts;
use super::error::DumpError;
use crate::fetch::FetchError;
use crate::fetch::api::plan::TOTAL;
use crate::stream::checkpoint::{KEY, Span};
use crate::stream::readable::Readable;
use crate::stream::{Frame, Kind, Reader, StreamError};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Dumps whose begin frames are read at the same time.
const AT_ONCE: usize = 16;

/// Keys of a begin frame in which the parts of one export agree.
pub const SAME: [&str; 14] = [
    "host",
    "target",
    "query",
    "ids",
    "selection",
    "limit",
    "order",
    "dimensions",
    "ids_only",
    "source",
    "project",
    "ground_truth_dataset_version",
    "ground_truth_dataset",
    "classes",
];

/// What is kept of a begin frame.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which of the dumps.
    pub at: usize,
    /// The part, from 1, and of how many; `None` for a dump of its own.
    pub shard: Option<(u64, u64)>,
    /// Whether it says at which ids it was cut.
    pub is_cut_known: bool,
    /// What each key of [`SAME`] has, and last how the export was cut: hashed.
    pub same: [u64; SAME.len() + 1],
    /// The frame, hashed.
    pub frame: u64,
    /// Rows that it expects.
    pub count: Option<u64>,
    /// Rows that all parts together have, where only that is known.
    pub total: Option<u64>,
    /// The changes that it brings, if it is part of a series.
    pub spans: Vec<Span>,
}

/// Reads the begin frames of all dumps.
///
/// # Errors
/// The first dump that is none, or cannot be read.
pub fn read(parts: &Parts, line_cap: usize) -> Result<Vec<Head>, FetchError> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new((0..parts.len()).map(|_| None).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(parts.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Relaxed);
                    let Some(part) = parts.get(at) else { return };
                    let head = body(&**part, line_cap).map(|(body, frame)| Head::new(at, &body, frame));
                    if let Ok(mut found) = found.lock() {
                        found[at] = Some(head);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.into_iter().flatten().collect()
}

/// The begin frame of a dump, and its hash.
///
/// # Errors
/// [`DumpError`] when there is none, [`StreamError`] when it cannot be read.
pub fn body(part: &dyn Readable, line_cap: usize) -> Result<(Map<String, Value>, u64), FetchError> {
    let name = || part.name().to_owned();
    let of_part = |error| DumpError::Part { name: name(), error: Box::new(error) };
    let mut reader = Reader::from_read(part.name(), part.open()?, line_cap)?;
    let Some(batch) = reader.next_batch()? else { return Err(DumpError::Empty { name: name() }.into()) };
    let Some(line) = batch.lines().next() else { return Err(DumpError::NoFrame { name: name() }.into()) };
    if !batch.is_frame {
        return Err(match batch.form(&line) {
            Some(_) => batch.bad_line(&line, "").into(),
            None => DumpError::NoFrame { name: name() }.into(),
        });
    }
    match Frame::parse(line.bytes).map_err(|reason| batch.bad_line(&line, reason))? {
        Frame::Begin(begin) if begin.kind == Some(Kind::Files) => {
            Err(of_part(StreamError::WrongKind(Kind::Files)).into())
        }
        Frame::Begin(begin) => Ok((begin.body, hash(line.bytes))),
        Frame::Error(error) => Err(of_part(StreamError::Upstream(error)).into()),
        Frame::End { .. } | Frame::Other => Err(DumpError::NoFrame { name: name() }.into()),
    }
}

impl Head {
    fn new(at: usize, body: &Map<String, Value>, frame: u64) -> Self {
        let shard = body.get("shard").unwrap_or(&Value::Null);
        let number = |key: &str| shard[key].as_u64();
        let mut same = [0; SAME.len() + 1];
        for (place, key) in same.iter_mut().zip(SAME) {
            *place = hash(body.get(key).unwrap_or(&Value::Null).to_string().as_bytes());
        }
        same[SAME.len()] = hash(format!("{} {}", shard["of"], shard["bounds"]).as_bytes());
        Self {
            at,
            shard: number("index").zip(number("of")),
            is_cut_known: shard["bounds"].is_array() || number("of") == Some(1),
            same,
            frame,
            count: body.get("count").and_then(Value::as_u64),
            total: body.get(TOTAL).and_then(Value::as_u64),
            spans: body.get(KEY).and_then(|spans| Vec::deserialize(spans).ok()).unwrap_or_default(),
        }
    }
}

/// The same in one run for the same bytes.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
