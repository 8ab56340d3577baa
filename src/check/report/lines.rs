//! A line of text or of JSON for each finding.

use super::{Counts, Report, sentence, shortened};
use crate::check::finding::{Place, Rule, Severity};
use crate::stream::{StreamError, Writer};
use crate::tr;
use crate::words::{Many, Message, Worded};
use serde::Serialize;

/// What the lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text in English, for programs.
    Text,
    /// Text in the language of the process, for people.
    Spoken,
    /// JSON.
    Json,
}

/// Lines.
pub struct Lines {
    out: Writer,
    form: Form,
    /// Of each rule only so many are written, then their number.
    most: Option<u64>,
}

impl Lines {
    /// `most`: how many of each rule are written; all of them without.
    pub fn new(out: Writer, form: Form, most: Option<u64>) -> Self {
        Self { out, form, most }
    }

    /// A message in the language of the lines.
    fn told<'m>(&self, message: &'m Message) -> &'m str {
        if self.form == Form::Spoken { message.spoken() } else { message.english() }
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

impl Report for Lines {
    fn finding(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), StreamError> {
        if self.most.is_some_and(|most| number > most) {
            return Ok(());
        }
        let Rule { code, severity, reader, .. } = *rule;
        if self.form == Form::Json {
            let Place { path, line, at } = place;
            let line = Line { severity, code, path, line, at, message: shortened(message.english()), reader };
            let line = serde_json::to_vec(&line).map_err(|_| StreamError::Internal("finding"))?;
            return self.out.line(&line);
        }
        let severity = severity.words();
        let line = sentence(place, &format!("{}: {code}: ", self.told(&severity)), self.told(message));
        self.out.line(line.as_bytes())
    }

    fn finish(mut self: Box<Self>, counts: &Counts, _: &[Message]) -> Result<(), StreamError> {
        if let (Some(most), true) = (self.most, self.form != Form::Json) {
            for (code, (severity, n)) in counts.iter().filter(|(_, (_, n))| *n > most) {
                let more = tr!("check-more-findings", more = Many(n - most), severity, code);
                self.out.line(self.told(&more).as_bytes())?;
            }
        }
        self.out.finish()
    }
}
