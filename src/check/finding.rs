//! What a check says: findings by rule, reported as they are found.

use super::board::Board;
use super::images::Parts;
use super::objects::Objects;
use super::report::{Counts, Report};
use crate::stream::StreamError;
use crate::tr;
use crate::words::{Message, Worded};
use serde::Serialize;

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

impl Worded for Severity {
    fn words(&self) -> Message {
        match self {
            Self::Advice => tr!("severity-advice"),
            Self::Misread => tr!("severity-misread"),
            Self::Dropped => tr!("severity-dropped"),
            Self::Rejected => tr!("severity-rejected"),
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

impl Rule {
    /// Whether one of these readers does it; names in small letters.
    fn is_done_by(&self, readers: &[String]) -> bool {
        let mut names = self.reader.split(", ");
        names.any(|name| name == "all" || readers.iter().any(|reader| reader.eq_ignore_ascii_case(name)))
    }
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
    message: Message,
}

/// Where findings go.
enum To {
    Report(Box<dyn Report>),
    /// Of a worker thread: they are written in the order of the dataset, not in that of the threads.
    Waiting(Vec<Waiting>),
}

/// Writes findings and counts them, and what was read.
pub struct Findings {
    to: To,
    /// Only what these readers do is reported; names in small letters.
    readers: Option<Vec<String>>,
    counts: Counts,
    /// What was read so far.
    pub tally: Tally,
    /// The objects of the dataset that is read.
    pub objects: Objects,
    /// The pictures of the dataset that is read.
    pub pictures: Parts,
    /// What is part of the dataset and could not be read, a line each.
    pub unread: Vec<Message>,
    /// Keeps pictures, objects and findings for whoever draws them; nothing is kept without.
    pub board: Option<Board>,
}

impl Findings {
    /// Nothing found yet. `readers`: only what one of these does is reported, by name in any case; all of it without.
    pub fn new(report: Box<dyn Report>, readers: Option<&[String]>) -> Self {
        let readers = readers.map(|names| names.iter().map(|name| name.to_ascii_lowercase()).collect());
        Self { readers, ..Self::to(To::Report(report)) }
    }

    /// Keeps what a worker finds until [`Findings::append`].
    pub fn waiting() -> Self {
        Self::to(To::Waiting(Vec::new()))
    }

    fn to(to: To) -> Self {
        let (counts, tally, objects) = (Counts::new(), Tally::default(), Objects::default());
        Self { to, readers: None, counts, tally, objects, pictures: Parts::default(), unread: Vec::new(), board: None }
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
            self.add(rule, Place { path: &path, line, at: &at }, message)?;
        }
        Ok(())
    }

    /// Reports one.
    ///
    /// # Errors
    /// [`StreamError::Write`] and [`StreamError::Closed`] of the output.
    pub fn add(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        message: impl Into<Message>,
    ) -> Result<(), StreamError> {
        let report = match &mut self.to {
            To::Report(report) => report,
            To::Waiting(found) => {
                let Place { path, line, at } = place;
                let [path, at] = [path, at].map(str::to_owned);
                found.push(Waiting { rule, path, line, at, message: message.into() });
                return Ok(());
            }
        };
        if self.readers.as_ref().is_some_and(|readers| !rule.is_done_by(readers)) {
            return Ok(());
        }
        let (_, number) = self.counts.entry(rule.code).or_insert((rule.severity, 0));
        *number += 1;
        let message = message.into();
        if let Some(board) = &mut self.board {
            board.finding(rule, place, &message)?;
        }
        report.finding(rule, place, &message, *number)
    }

    /// How often each rule was broken, by code.
    pub fn counts(&self) -> &Counts {
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

    /// Writes what comes after the last one.
    ///
    /// # Errors
    /// As [`Findings::add`].
    pub fn finish(&mut self) -> Result<(), StreamError> {
        match std::mem::replace(&mut self.to, To::Waiting(Vec::new())) {
            To::Report(report) => report.finish(&self.counts, &self.unread),
            To::Waiting(_) => Ok(()),
        }
    }
}
