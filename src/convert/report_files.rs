//! The report of every item: `metadata/export_report.json` and `.csv`, spooled so that it is never in memory whole.

use super::files::Files;
use super::options::Detail;
use super::report::ItemCounts;
use super::spool::Spool;
use crate::files::push_escaped;
use crate::stream::StreamError;
use serde_json::{Map, Value, json};

/// Gathers one line per item and output file.
pub struct ReportFiles {
    detail: Detail,
    json: Spool,
    csv: Spool,
    first: bool,
}

const JSON: &str = "metadata/export_report.json";
const CSV: &str = "metadata/export_report.csv";
const COLUMNS: [&str; 9] = ["item", "file", "outcome", "seen", "written", "skipped", "failed", "lossy", "reasons"];

impl ReportFiles {
    /// An empty report.
    pub fn new(detail: Detail) -> Self {
        Self { detail, json: Spool::default(), csv: Spool::default(), first: true }
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
        let c = &counts.counts;
        let item: Value = serde_json::from_str(id).unwrap_or_else(|_| id.into());
        let mut body = Map::new();
        body.insert("item".into(), item);
        body.insert("file".into(), if file.is_empty() { Value::Null } else { file.into() });
        body.insert("outcome".into(), counts.outcome().into());
        body.insert(
            "annotations".into(),
            json!({"seen": c.seen, "written": c.written, "skipped": c.skipped, "failed": c.failed, "lossy": c.lossy}),
        );
        let reasons: Map<String, Value> =
            counts.reasons.iter().map(|(r, n)| (r.code().to_owned(), (*n).into())).collect();
        body.insert("reasons".into(), reasons.into());
        if let Some(stem) = renamed_from {
            body.insert("renamed_from".into(), stem.into());
        }
        let mut line = if self.first { String::new() } else { ",\n".to_owned() };
        self.first = false;
        line.push_str(&Value::Object(body).to_string());
        let mut escaped = Vec::with_capacity(line.len() + 64);
        push_escaped(&mut escaped, &line);
        self.json.put(&escaped)?;

        let reasons: Vec<String> = counts.reasons.iter().map(|(r, n)| format!("{r}:{n}")).collect();
        let id_text = id.trim_matches('"');
        let numbers = [c.seen, c.written, c.skipped, c.failed, c.lossy].map(|n| n.to_string());
        let cells = [id_text, file, counts.outcome()].into_iter().chain(numbers.iter().map(String::as_str));
        let mut csv = csv::WriterBuilder::new().from_writer(Vec::new());
        let row = cells.map(super::csv_cell::safe).chain([reasons.join(" ").into()]);
        let written = csv.write_record(row.map(|c| c.into_owned().into_bytes()));
        let bytes = written
            .map_err(|_| StreamError::Internal("csv"))
            .and_then(|()| csv.into_inner().map_err(|_| StreamError::Internal("csv")))?;
        escaped.clear();
        push_escaped(&mut escaped, &String::from_utf8_lossy(&bytes));
        self.csv.put(&escaped)
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
