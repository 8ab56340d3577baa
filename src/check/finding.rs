//! What a check says: findings by rule, written as they are found.

use crate::stream::{StreamError, Writer};
use serde::Serialize;
use std::collections::BTreeMap;

/// How badly readers take a finding. The order is from mild to severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost, but it may surprise.
    Advice,
    /// A reader takes it for something else, without a word.
    Misread,
    /// A reader leaves it out.
    Dropped,
    /// A reader fails on it.
    Rejected,
}

impl Severity {
    /// The word in the output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Misread => "misread",
            Self::Dropped => "dropped",
            Self::Rejected => "rejected",
        }
    }
}

/// A rule. Its code is stable.
#[derive(Debug)]
pub struct Rule {
    /// The code in the output, `COCO_BBOX_INVALID`.
    pub code: &'static str,
    /// What readers do with data that breaks the rule.
    pub severity: Severity,
    /// The program that decides so.
    pub reader: &'static str,
    /// What the reader does, one line.
    pub meaning: &'static str,
}

/// Where in a dataset something was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'p> {
    /// File, relative to the dataset.
    pub path: &'p str,
    /// Line, from 1.
    pub line: Option<u64>,
    /// JSON path, element or annotation id inside the file; may be empty.
    pub at: &'p str,
}

impl<'p> Place<'p> {
    /// A whole file.
    pub fn file(path: &'p str) -> Self {
        Self { path, ..Self::default() }
    }

    /// A line of a file.
    pub fn line(path: &'p str, line: u64) -> Self {
        Self { path, line: Some(line), at: "" }
    }

    /// A part of a file.
    pub fn at(path: &'p str, at: &'p str) -> Self {
        Self { path, line: None, at }
    }
}

/// A finding as a line of JSON.
#[derive(Serialize)]
struct Line<'l> {
    severity: Severity,
    code: &'l str,
    path: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    at: &'l str,
    message: &'l str,
    reader: &'l str,
}

/// The longest message, characters.
const MESSAGE: usize = 400;

/// What was read of a dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Images with a record: a label file, an XML file, an element of `images`.
    pub images: u64,
    /// Boxes, polygons, masks and whatever else is drawn on them.
    pub annotations: u64,
}

/// A finding that waits for those before it.
#[derive(Debug)]
struct Waiting {
    rule: &'static Rule,
    path: String,
    line: Option<u64>,
    at: String,
    message: String,
}

/// Where findings go.
enum To {
    Output(Writer),
    /// Of a worker thread: they are written in the order of the dataset, not in that of the threads.
    Waiting(Vec<Waiting>),
}

/// Writes findings and counts them, and what was read.
pub struct Findings {
    to: To,
    json: bool,
    counts: BTreeMap<&'static str, (Severity, u64)>,
    /// What was read so far.
    pub tally: Tally,
    /// What is part of the dataset and could not be read, a line each.
    pub unread: Vec<String>,
}

impl Findings {
    /// Nothing found yet. `json`: a line of JSON each, else a line of text.
    pub fn new(out: Writer, json: bool) -> Self {
        Self { to: To::Output(out), json, counts: BTreeMap::new(), tally: Tally::default(), unread: Vec::new() }
    }

    /// Keeps what a worker finds until [`Findings::append`].
    pub fn waiting() -> Self {
        let to = To::Waiting(Vec::new());
        Self { to, json: false, counts: BTreeMap::new(), tally: Tally::default(), unread: Vec::new() }
    }

    /// Adds what a worker found.
    ///
    /// # Errors
    /// As [`Findings::add`].
    pub fn append(&mut self, worker: Self) -> Result<(), StreamError> {
        self.tally.images += worker.tally.images;
        self.tally.annotations += worker.tally.annotations;
        self.unread.extend(worker.unread);
        let To::Waiting(found) = worker.to else { return Err(StreamError::Internal("findings of a worker")) };
        for Waiting { rule, path, line, at, message } in found {
            self.add(rule, Place { path: &path, line, at: &at }, &message)?;
        }
        Ok(())
    }

    /// Reports one.
    ///
    /// # Errors
    /// [`StreamError::Write`] and [`StreamError::Closed`] of the output.
    pub fn add(&mut self, rule: &'static Rule, place: Place<'_>, message: &str) -> Result<(), StreamError> {
        let out = match &mut self.to {
            To::Output(out) => out,
            To::Waiting(found) => {
                let Place { path, line, at } = place;
                let [path, at, message] = [path, at, message].map(str::to_owned);
                found.push(Waiting { rule, path, line, at, message });
                return Ok(());
            }
        };
        self.counts.entry(rule.code).or_insert((rule.severity, 0)).1 += 1;
        let Rule { code, severity, reader, .. } = *rule;
        let Place { path, line, at } = place;
        // Messages quote the data, which can be of any length.
        let message = message.char_indices().nth(MESSAGE).map_or(message, |(end, _)| &message[..end]);
        if self.json {
            let line = Line { severity, code, path, line, at, message, reader };
            let line = serde_json::to_vec(&line).map_err(|_| StreamError::Internal("finding"))?;
            return out.line(&line);
        }
        let mut text = path.to_owned();
        if let Some(line) = line {
            text.push_str(&format!(":{line}"));
        }
        if !at.is_empty() {
            text.push_str(&format!(" {at}"));
        }
        text.push_str(&format!(": {}: {code}: {message}", severity.word()));
        // What a file holds must not break out of its line or reorder it on a terminal.
        let hidden = |c: char| {
            c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let text: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect();
        out.line(text.as_bytes())
    }

    /// How often each rule was broken, by code.
    pub fn counts(&self) -> &BTreeMap<&'static str, (Severity, u64)> {
        &self.counts
    }

    /// How many findings have this severity.
    pub fn of(&self, severity: Severity) -> u64 {
        self.counts.values().filter(|(s, _)| *s == severity).map(|(_, n)| n).sum()
    }

    /// Whether a reader would lose something.
    pub fn any_loss(&self) -> bool {
        self.counts.values().any(|(severity, _)| *severity > Severity::Advice)
    }

    /// Writes the rest.
    ///
    /// # Errors
    /// As [`Findings::add`].
    pub fn flush(&mut self) -> Result<(), StreamError> {
        match &mut self.to {
            To::Output(out) => out.flush(),
            To::Waiting(_) => Ok(()),
        }
    }
}
