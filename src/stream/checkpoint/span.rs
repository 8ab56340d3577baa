//! Which changes the streams of an input bring.

use super::KEY;
use crate::stream::Frame;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The changes that a stream brings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// What identifies the export.
    pub export: Map<String, Value>,
    /// From this moment on; `None`: all that there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Up to this moment; `None`: not all of it came.
    pub to: Option<Timestamp>,
}

/// The spans of streams that follow each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans {
    /// Those of the stream that has begun.
    pub(super) open: Vec<Span>,
    pub(super) whole: Vec<Span>,
}

impl Spans {
    /// Takes the next frame in order.
    pub fn frame(&mut self, frame: &Frame) {
        match frame {
            Frame::Begin(begin) => {
                self.close();
                self.open = read(&begin.body);
            }
            Frame::End { body, .. } => {
                let came = read(body);
                if !came.is_empty() {
                    self.open.clear();
                }
                self.close();
                came.into_iter().for_each(|span| self.add(span));
            }
            _ => {}
        }
    }

    /// Lines were passed over: what came is not all.
    pub fn hold(&mut self) {
        for span in self.whole.iter_mut().chain(&mut self.open) {
            span.to = None;
        }
    }

    /// All of them, for an end frame; `None` when nothing was said of them.
    pub fn to_json(&self) -> Option<Value> {
        let open = self.open.iter().map(|span| Span { to: None, ..span.clone() });
        let all: Vec<Span> = self.whole.iter().cloned().chain(open).collect();
        if all.is_empty() { None } else { serde_json::to_value(all).ok() }
    }

    /// A stream is over, and what it began with was not confirmed.
    fn close(&mut self) {
        for span in std::mem::take(&mut self.open) {
            self.add(Span { to: None, ..span });
        }
    }

    /// Adds a span, joined to those of its export that it touches.
    pub(super) fn add(&mut self, mut span: Span) {
        while let Some(at) = self.whole.iter().position(|other| touch(other, &span)) {
            let other = self.whole.swap_remove(at);
            span = Span { from: other.from.min(span.from), to: other.to.max(span.to), ..span };
        }
        self.whole.push(span);
    }
}

/// What a frame says.
fn read(body: &Map<String, Value>) -> Vec<Span> {
    body.get(KEY).and_then(|spans| Vec::deserialize(spans).ok()).unwrap_or_default()
}

/// Whether two spans of one export are one span.
fn touch(a: &Span, b: &Span) -> bool {
    a.export == b.export
        && match (a.to, b.to) {
            (Some(a_to), Some(b_to)) => a.from <= Some(b_to) && b.from <= Some(a_to),
            (None, None) => a.from == b.from,
            _ => false,
        }
}
