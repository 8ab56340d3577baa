//! The report of every item: `metadata/export_report.json` and `.csv`, spooled so that it is never in memory whole.

use super::tally::ItemCounts;
use crate::convert::options::Detail;
use crate::convert::output::csv_cell::{push_quoted, safe};
use crate::convert::output::files::Files;
use crate::convert::output::number::push_int;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::{JsonText, lit};
use crate::file_line::push_escaped_bytes;
use crate::stream::StreamError;

/// Gathers one line per item and output file.
pub struct ReportFiles {
    detail: Detail,
    json: Spool,
    csv: Spool,
    first: bool,
    /// Memory for lines, ready to stand in a JSON string.
    line: Vec<u8>,
    /// Memory for rows as they are.
    row: Vec<u8>,
}

/// Report lines are parts of the `text` of a file line.
const TEXT: JsonText = JsonText { bare: false };

const JSON: &str = "metadata/export_report.json";
const CSV: &str = "metadata/export_report.csv";
const COLUMNS: [&str; 9] = ["item", "file", "outcome", "seen", "written", "skipped", "failed", "lossy", "reasons"];

impl ReportFiles {
    /// An empty report.
    pub fn new(detail: Detail) -> Self {
        Self { detail, json: Spool::default(), csv: Spool::default(), first: true, line: Vec::new(), row: Vec::new() }
    }

    /// Adds an item. `file` is empty when it has none of its own; `renamed_from` is the stem it did not get.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn item(
        &mut self,
        id: &str,
        file: &str,
        renamed_from: Option<&str>,
        counts: &ItemCounts,
    ) -> Result<(), StreamError> {
        if self.detail != Detail::Full {
            return Ok(());
        }
        self.json_line(id, file, renamed_from, counts);
        self.json.put(&self.line)?;
        self.csv_line(id, file, counts);
        self.csv.put(&self.line)
    }

    /// The item's object in `self.line`.
    fn json_line(&mut self, id: &str, file: &str, renamed_from: Option<&str>, counts: &ItemCounts) {
        let (line, t) = (&mut self.line, TEXT);
        line.clear();
        if !std::mem::take(&mut self.first) {
            t.lit(line, lit!(",\n"));
        }
        t.lit(line, lit!("{\"item\":"));
        t.raw(line, id);
        t.lit(line, lit!(",\"file\":"));
        if file.is_empty() {
            t.lit(line, lit!("null"))
        } else {
            t.string(line, file)
        }
        t.lit(line, lit!(",\"outcome\":"));
        t.string(line, counts.outcome());
        t.lit(line, lit!(",\"annotations\":{"));
        let mut first = true;
        for (name, n) in counts.counts.named() {
            if !std::mem::take(&mut first) {
                line.push(b',');
            }
            t.string(line, name);
            line.push(b':');
            push_int(line, n);
        }
        t.lit(line, lit!("},\"reasons\":{"));
        for (i, (reason, n)) in counts.reasons.iter().enumerate() {
            if i > 0 {
                line.push(b',');
            }
            t.string(line, reason.code());
            line.push(b':');
            push_int(line, *n);
        }
        line.push(b'}');
        if let Some(stem) = renamed_from {
            t.lit(line, lit!(",\"renamed_from\":"));
            t.string(line, stem);
        }
        line.push(b'}');
    }

    /// The item's row in `self.line`.
    fn csv_line(&mut self, id: &str, file: &str, counts: &ItemCounts) {
        let row = &mut self.row;
        row.clear();
        push_quoted(row, &safe(id.trim_matches('"')));
        row.push(b',');
        push_quoted(row, &safe(file));
        row.push(b',');
        row.extend_from_slice(counts.outcome().as_bytes());
        for (_, n) in counts.counts.named() {
            row.push(b',');
            push_int(row, n);
        }
        row.push(b',');
        for (i, (reason, n)) in counts.reasons.iter().enumerate() {
            if i > 0 {
                row.push(b' ');
            }
            row.extend_from_slice(reason.code().as_bytes());
            row.push(b':');
            push_int(row, *n);
        }
        row.push(b'\n');
        self.line.clear();
        push_escaped_bytes(&mut self.line, &self.row);
    }

    /// Writes the files.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, files: &mut Files) -> Result<(), StreamError> {
        if self.detail != Detail::Full {
            return Ok(());
        }
        spooled(files, JSON, b"[\\n", self.json, b"\\n]\\n")?;
        let header = format!("{}\\n", COLUMNS.join(","));
        spooled(files, CSV, header.as_bytes(), self.csv, b"")
    }
}

/// How much text one file line holds when a long document is written in parts.
pub const PART: usize = 256 * 1024;

/// Writes a document made of a spool, in parts. All bytes are ready to stand in a JSON string.
///
/// # Errors
/// When the output cannot be written.
pub fn spooled(files: &mut Files, path: &str, before: &[u8], spool: Spool, after: &[u8]) -> Result<(), StreamError> {
    let mut part = before.to_vec();
    spool.replay(|record| {
        part.extend_from_slice(record);
        if part.len() >= PART {
            files.text(path, &part, true, None)?;
            part.clear();
        }
        Ok(())
    })?;
    part.extend_from_slice(after);
    files.text(path, &part, false, None)
}
