//! A line of text or of JSON for each finding.

use super::{Counts, Report, sentence};
use crate::check::finding::{Place, Rule, Severity};
use crate::stream::{StreamError, Writer};
use crate::text::number;
use serde::Serialize;

/// Lines.
pub struct Lines {
    out: Writer,
    json: bool,
    /// Of each rule only so many are written, then their number.
    most: Option<u64>,
}

impl Lines {
    /// `json`: a line of JSON each, else a line of text. `most`: how many of each rule are written; all of them without.
    pub fn new(out: Writer, json: bool, most: Option<u64>) -> Self {
        Self { out, json, most }
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
        message: &str,
        number: u64,
    ) -> Result<(), StreamError> {
        if self.most.is_some_and(|most| number > most) {
            return Ok(());
        }
        let Rule { code, severity, reader, .. } = *rule;
        if self.json {
            let Place { path, line, at } = place;
            let line = Line { severity, code, path, line, at, message, reader };
            let line = serde_json::to_vec(&line).map_err(|_| StreamError::Internal("finding"))?;
            return self.out.line(&line);
        }
        self.out.line(sentence(place, &format!("{}: {code}: ", severity.word()), message).as_bytes())
    }

    fn finish(&mut self, counts: &Counts, _: &[String]) -> Result<(), StreamError> {
        if let (Some(most), false) = (self.most, self.json) {
            for (code, (severity, n)) in counts.iter().filter(|(_, (_, n))| *n > most) {
                let more = number(n - most);
                let text = format!("… and {more} more of {}: {code}: --max-findings all writes them", severity.word());
                self.out.line(text.as_bytes())?;
            }
        }
        self.out.flush()
    }
}
