//! The report of every item: `metadata/export_report.json` and `.csv`, spooled so that it is never in memory whole.

use super::tally::ItemCounts;
use crate::convert::options::Detail;
use crate::convert::output::csv_cell::Style;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::number::push_int;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::{Text, lit};
use crate::stream::StreamError;
use crate::text::safe;

/// Gathers one line per item and output file.
pub struct ReportFiles {
    detail: Detail,
    json: Spool,
    csv: Spool,
    first: bool,
    /// As the table of the export.
    style: Style,
    /// Memory for lines.
    line: Text,
    /// Memory for rows as they are.
    row: Vec<u8>,
}

const JSON: &str = "metadata/export_report.json";
const CSV: &str = "metadata/export_report.csv";
const COLUMNS: [&str; 9] = ["item", "file", "outcome", "seen", "written", "skipped", "failed", "lossy", "reasons"];

impl ReportFiles {
    /// An empty report, to be written to `out`. `style`: that of its table.
    pub fn new(detail: Detail, style: Style, out: &Files) -> Self {
        let (json, csv) = (Spool::default(), Spool::default());
        Self { detail, json, csv, first: true, style, line: out.new_text(), row: Vec::new() }
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
        let (row, style) = (&mut self.row, self.style);
        row.clear();
        style.push_quoted(row, &safe(id.trim_matches('"')));
        row.push(style.delimiter);
        style.push_quoted(row, &safe(file));
        row.push(style.delimiter);
        row.extend_from_slice(counts.outcome().as_bytes());
        for (_, n) in counts.counts.named() {
            row.push(style.delimiter);
            push_int(row, n);
        }
        row.push(style.delimiter);
        style.push_cell(row, |row| {
            for (i, (reason, n)) in counts.reasons.iter().enumerate() {
                if i > 0 {
                    row.push(b' ');
                }
                row.extend_from_slice(reason.code().as_bytes());
                row.push(b':');
                push_int(row, *n);
            }
        });
        row.extend_from_slice(style.line_end().as_bytes());
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
        let header = self.style.header(COLUMNS.iter().map(|&name| name.to_owned()));
        spooled(files, CSV, &String::from_utf8_lossy(&header), self.csv, "")
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
