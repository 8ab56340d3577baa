//! The report of every item: `metadata/export_report.json` and `.csv`, spooled so that it is never in memory whole.

use super::tally::ItemCounts;
use crate::convert::options::Detail;
use crate::convert::output::csv_cell::{push_quoted, safe};
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::number::push_int;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::{Text, lit};
use crate::stream::StreamError;

/// Gathers one line per item and output file.
pub struct ReportFiles {
    detail: Detail,
    json: Spool,
    csv: Spool,
    first: bool,
    /// For Excel, as the table of such an export.
    excel: bool,
    /// Memory for lines.
    line: Text,
    /// Memory for rows as they are.
    row: Vec<u8>,
}

const JSON: &str = "metadata/export_report.json";
const CSV: &str = "metadata/export_report.csv";
const COLUMNS: [&str; 9] = ["item", "file", "outcome", "seen", "written", "skipped", "failed", "lossy", "reasons"];

impl ReportFiles {
    /// An empty report, to be written to `out`. `excel`: its table begins with a byte order mark, and its lines end as Excel's do.
    pub fn new(detail: Detail, excel: bool, out: &Files) -> Self {
        let (json, csv) = (Spool::default(), Spool::default());
        Self { detail, json, csv, first: true, excel, line: out.new_text(), row: Vec::new() }
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
        self.json.put_text(self.line.get())?;
        self.csv_line(id, file, counts);
        self.csv.put_text(self.line.get())
    }

    /// The item's object in `self.line`.
    fn json_line(&mut self, id: &str, file: &str, renamed_from: Option<&str>, counts: &ItemCounts) {
        let line = &mut self.line;
        line.clear();
        if !std::mem::take(&mut self.first) {
            line.lit(lit!(",\n"));
        }
        line.lit(lit!("{\"item\":"));
        line.plain(id);
        line.lit(lit!(",\"file\":"));
        if file.is_empty() {
            line.lit(lit!("null"))
        } else {
            line.json_string(file)
        }
        line.lit(lit!(",\"outcome\":"));
        line.json_string(counts.outcome());
        line.lit(lit!(",\"annotations\":{"));
        let mut first = true;
        for (name, n) in counts.counts.named() {
            if !std::mem::take(&mut first) {
                line.byte::<b','>();
            }
            line.json_string(name);
            line.byte::<b':'>();
            line.int(n);
        }
        line.lit(lit!("},\"reasons\":{"));
        for (i, (reason, n)) in counts.reasons.iter().enumerate() {
            if i > 0 {
                line.byte::<b','>();
            }
            line.json_string(reason.code());
            line.byte::<b':'>();
            line.int(*n);
        }
        line.byte::<b'}'>();
        if let Some(stem) = renamed_from {
            line.lit(lit!(",\"renamed_from\":"));
            line.json_string(stem);
        }
        line.byte::<b'}'>();
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
        row.extend_from_slice(if self.excel { b"\r\n" } else { b"\n" });
        self.line.clear();
        self.line.plain_bytes(&self.row);
    }

    /// Writes the files.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, files: &mut Files) -> Result<(), StreamError> {
        if self.detail != Detail::Full {
            return Ok(());
        }
        spooled(files, JSON, "[\n", self.json, "\n]\n")?;
        let (mark, line_end) = if self.excel { ("\u{feff}", "\r\n") } else { ("", "\n") };
        spooled(files, CSV, &format!("{mark}{}{line_end}", COLUMNS.join(",")), self.csv, "")
    }
}

fn spooled(files: &mut Files, path: &str, before: &str, spool: Spool, after: &str) -> Result<(), StreamError> {
    let mut document = Document::new(path, files);
    document.text().plain(before);
    spool.replay_text(|record| {
        document.text().append(record);
        document.spill(files)
    })?;
    document.text().plain(after);
    document.finish(files)
}
