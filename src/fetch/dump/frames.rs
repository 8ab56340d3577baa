//! One end frame in place of those of all parts, and the changes that they bring together.

use crate::stream::checkpoint::{KEY, Span, whole_of_shards};
use crate::stream::frame::end_line;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Counts of an end frame that add up.
const SUMS: [&str; 4] = ["expected", "duplicates", "added", "vanished"];

/// The end frames so far.
#[derive(Debug, Default)]
pub struct Ends {
    frames: u64,
    body: Map<String, Value>,
    /// The line of a single one.
    line: String,
    spans: Vec<Span>,
    /// A part did not say all of it.
    lacks: bool,
}

impl Ends {
    /// Takes the end frame of a part.
    pub fn add(&mut self, body: &Map<String, Value>, line: &[u8]) {
        self.frames += 1;
        let spans = body.get(KEY).and_then(|spans| Vec::<Span>::deserialize(spans).ok());
        self.lacks |= self.frames > 1 && spans.is_some() != self.body.contains_key(KEY);
        self.spans.extend(spans.into_iter().flatten());
        if self.frames == 1 {
            self.body = body.clone();
            self.line = String::from_utf8_lossy(line).into_owned();
            return;
        }
        // What all parts say in the same way holds for the whole.
        self.body.retain(|key, value| {
            let Some(more) = body.get(key) else { return false };
            match (value.as_u64(), more.as_u64()) {
                (Some(a), Some(b)) if SUMS.contains(&key.as_str()) => {
                    *value = (a + b).into();
                    true
                }
                _ => value == more || key == KEY || key == "count",
            }
        });
    }

    /// A part was cut.
    pub fn lack(&mut self) {
        self.lacks = true;
    }

    /// The end frame of the undivided run, which stopped after `limit` rows. `expected`: the rows that it expects, where the parts do not
    /// know theirs.
    pub fn line(mut self, rows: u64, limit: Option<u64>, expected: Option<u64>) -> String {
        if self.frames == 1
            && expected.is_none()
            && !self.lacks
            && self.body.get("count").and_then(Value::as_u64) == Some(rows)
        {
            return self.line;
        }
        for key in ["@stream", "count"] {
            self.body.shift_remove(key);
        }
        let known = self.body.get("expected").and_then(Value::as_u64);
        let capped = limit.and_then(|limit| known.map(|known| known.min(limit)));
        if let Some(expected) = capped.or(expected) {
            // It stands first in a frame of a run that knows it.
            self.body.shift_insert(0, "expected".into(), expected.into());
            for (key, n) in [
                ("expected", expected),
                ("added", rows.saturating_sub(expected)),
                ("vanished", expected.saturating_sub(rows)),
            ] {
                self.body.insert(key.into(), n.into());
            }
        }
        if self.lacks {
            self.body.shift_remove(KEY);
        } else {
            join_spans(&mut self.body, self.spans.into_iter());
        }
        end_line(rows, &self.body)
    }
}

/// The changes that all parts bring together, in place of those of one.
pub fn join_spans(body: &mut Map<String, Value>, spans: impl Iterator<Item = Span>) {
    if !body.contains_key(KEY) {
        return;
    }
    match serde_json::to_value(whole_of_shards(spans.collect())) {
        Ok(spans) => drop(body.insert(KEY.into(), spans)),
        Err(_) => drop(body.shift_remove(KEY)),
    }
}
