//! Which dumps are joined, and in which order: all parts of one export, each once.

use super::error::DumpError;
use super::heads::{self, Head, SAME};
use super::{Options, Parts};
use crate::fetch::api::plan::TOTAL;
use crate::fetch::{FetchError, Note};
use crate::stream::frame::{Kind, begin_line};
use crate::stream::readable::Readable;
use crate::stream::{Begin, Frame, Progress, Reader, StreamError};
use crate::tr;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Parts that are missing and named.
const NAMED: usize = 10;

/// The dumps to join.
#[derive(Debug)]
pub struct Chosen {
    /// Their heads, in the order of the undivided run.
    pub heads: Vec<Head>,
    /// What is good to know.
    pub told: Vec<Note>,
    /// What is not as it should be, and was accepted.
    pub accepted: Vec<Note>,
    /// The begin frame of the first.
    body: Map<String, Value>,
}

/// Chooses among these dumps.
///
/// # Errors
/// [`DumpError`] when they are not all parts of one export, each once.
pub fn choose(parts: &Parts, heads: Vec<Head>, options: &Options) -> Result<Chosen, FetchError> {
    one_export(parts, &heads, options)?;
    let name = |head: &Head| parts[head.at].name().to_owned();
    let (mut told, mut accepted) = (Vec::new(), Vec::new());
    let mut each: BTreeMap<Option<u64>, Head> = BTreeMap::new();
    for head in heads {
        let index = head.shard.map(|(index, _)| index);
        let Some(first) = each.get(&index) else {
            each.insert(index, head);
            continue;
        };
        let (a, b) = (&*parts[first.at], &*parts[head.at]);
        let (one, other) = (attempt(a, options.line_cap)?, attempt(b, options.line_cap)?);
        if one.sha256 != other.sha256 {
            let cut = if one.is_whole == other.is_whole {
                None
            } else {
                Some(if one.is_whole { name(&head) } else { name(first) })
            };
            return Err(DumpError::Differ { part: label(&head), name: name(first), other: name(&head), cut }.into());
        }
        told.push(tr!("dump-twice-same", part = label(&head), name = name(first), other = name(&head)).into());
    }
    if let Some((_, of)) = each.values().find_map(|head| head.shard) {
        let missing: Vec<u64> = (1..=of).filter(|index| !each.contains_key(&Some(*index))).collect();
        if !missing.is_empty() {
            let list: Vec<String> = missing.iter().take(NAMED).map(|index| format!("{index}/{of}")).collect();
            let more = if missing.len() > NAMED { ", …" } else { "" };
            let error = DumpError::Missing { parts: list.join(", ") + more, missing: missing.len() as u64, of };
            if !options.allow_partial {
                return Err(error.into());
            }
            accepted.push(tr!("dump-missing-accepted", why = error).into());
        }
    }
    let heads: Vec<Head> = each.into_values().rev().collect();
    let Some(first) = heads.first() else { return Err(StreamError::Empty.into()) };
    if let Some(head) = heads.iter().find(|head| head.shard.is_some() && !head.is_cut_known) {
        return Err(DumpError::Uncut { name: name(head) }.into());
    }
    let (body, _) = heads::body(&*parts[first.at], options.line_cap)?;
    Ok(Chosen { heads, told, accepted, body })
}

/// Checks that all are of one export, and cut in one way.
fn one_export(parts: &Parts, heads: &[Head], options: &Options) -> Result<(), FetchError> {
    let mut exports: HashMap<_, Vec<&Head>> = HashMap::new();
    heads.iter().for_each(|head| exports.entry(head.same).or_default().push(head));
    if exports.len() < 2 {
        return Ok(());
    }
    // The one that most dumps are of is meant; of two, the first that was named.
    let meant = exports.values().max_by_key(|dumps| (dumps.len(), std::cmp::Reverse(dumps[0].at)));
    let Some(meant) = meant.map(|dumps| dumps[0]) else { return Ok(()) };
    let Some(foreign) = heads.iter().find(|head| head.same != meant.same) else { return Ok(()) };
    let (is, other) = (&*parts[foreign.at], &*parts[meant.at]);
    let (name, of) = (is.name().to_owned(), other.name().to_owned());
    let key = SAME.iter().zip(foreign.same.iter().zip(&meant.same)).find(|(_, (a, b))| a != b).map(|(key, _)| *key);
    let key = key.unwrap_or("shard");
    let value = |part: &dyn Readable| -> Result<String, FetchError> {
        let (body, _) = heads::body(part, options.line_cap)?;
        let mut value = body.get(key).cloned().unwrap_or_default();
        if let Some(shard) = value.as_object_mut().filter(|_| key == "shard") {
            shard.shift_remove("index");
        }
        Ok(clip(&value.to_string()))
    };
    Err(DumpError::Foreign { name, of, key, is: value(is)?, was: value(other)? }.into())
}

/// The beginning of a long text.
fn clip(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a dump is called in a message.
fn label(head: &Head) -> String {
    head.shard.map_or_else(|| "1/1".to_owned(), |(index, of)| format!("{index}/{of}"))
}

/// A dump that is compared with another of the same part.
struct Attempt {
    sha256: [u8; 32],
    is_whole: bool,
}

fn attempt(part: &dyn Readable, line_cap: usize) -> Result<Attempt, FetchError> {
    let mut reader = Reader::from_read(part.name(), part.open()?, line_cap)?;
    let (mut sha256, mut progress) = (Sha256::new(), Progress::new(Kind::Items));
    let mut is_whole = true;
    loop {
        let batch = match reader.next_batch() {
            Ok(Some(batch)) => batch,
            Ok(None) => break,
            Err(StreamError::Cut(_)) => {
                is_whole = false;
                break;
            }
            Err(e) => return Err(e.into()),
        };
        sha256.update(&*batch.bytes);
        for line in batch.lines() {
            match batch.is_frame.then(|| Frame::parse(line.bytes)) {
                None => progress.data(1),
                Some(frame) => is_whole &= frame.is_ok_and(|frame| progress.frame(&frame).is_ok()),
            }
        }
    }
    is_whole &= !matches!(
        progress.finish(false),
        Err(StreamError::NoEnd { .. } | StreamError::Lost { .. } | StreamError::Upstream(_))
    );
    Ok(Attempt { sha256: sha256.finalize().into(), is_whole })
}

impl Chosen {
    /// Rows that the undivided run expects, as far as the parts say.
    pub fn count(&self) -> Option<u64> {
        let count: Option<u64> = self.heads.iter().map(|head| head.count).sum();
        count.or(self.total()).map(|count| self.limit().map_or(count, |limit| count.min(limit)))
    }

    /// Rows of all parts, where that is all that they say.
    fn total(&self) -> Option<u64> {
        self.heads.first().and_then(|head| head.total)
    }

    /// Rows that the end frame of the undivided run expects, where those of the parts do not say it.
    pub fn expected(&self) -> Option<u64> {
        // What is chosen of the rows after they came, nobody expects.
        let known = self.total().filter(|_| !self.body.contains_key("selection"));
        known.map(|total| self.limit().map_or(total, |limit| total.min(limit)))
    }

    /// Rows after which the undivided run stops.
    pub fn limit(&self) -> Option<u64> {
        self.body.get("limit").and_then(Value::as_u64)
    }

    /// The begin frame of the undivided run.
    ///
    /// # Errors
    /// [`StreamError::Line`], which cannot be: the frame was read before.
    pub fn begin_line(&self, pass_on: fn(&Begin) -> Option<Map<String, Value>>) -> Result<String, StreamError> {
        let mut body = self.body.clone();
        let begin = Begin { body: body.clone(), ..Begin::default() };
        body = pass_on(&begin).unwrap_or(body);
        if !self.heads.iter().any(|head| head.shard.is_some()) {
            return Ok(Value::Object(body).to_string());
        }
        for key in ["@stream", "kind", "version", "tool", "shard"] {
            body.shift_remove(key);
        }
        let count = self.count();
        let joined = body.into_iter().filter_map(|(key, value)| match (&*key, count) {
            ("count" | TOTAL, Some(count)) => Some(("count".to_owned(), count.into())),
            ("count" | TOTAL, None) => None,
            _ => Some((key, value)),
        });
        let mut body: Map<String, Value> = joined.collect();
        super::frames::join_spans(&mut body, self.heads.iter().flat_map(|head| head.spans.iter().cloned()));
        Ok(begin_line(Kind::Items, &body))
    }
}
