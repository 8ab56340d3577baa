//! Counts as a table, as CSV and as NDJSON. The last line is the total.

use super::counts::{Counts, Tally};
use super::key::{COLUMNS, CountBy};
use super::value::Value;
use crate::delimiter::Delimiter;
use crate::stream::StreamError;
use crate::table::Table;
use crate::text::safe;
use clap::ValueEnum;
use csv::Terminator;
use serde_json::json;
use std::io;

/// How counts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Aligned columns, for a terminal
    Table,
    /// Comma-separated values with a header line
    Csv,
    /// A JSON object a line
    Json,
}

/// How counts are written, in every detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// As what.
    pub form: Form,
    /// CSV as Excel opens it: with a byte order mark, lines end with CRLF.
    pub excel: bool,
    /// What stands between the cells of CSV.
    pub delimiter: Delimiter,
}

/// The first cell of the last line.
const TOTAL: &str = "total";

impl Counts {
    /// All lines, then the total.
    ///
    /// # Errors
    /// None that can be expected: it is written to memory.
    pub fn write(self, by: &CountBy, style: Style) -> Result<Vec<u8>, StreamError> {
        match style.form {
            Form::Table => Ok(self.table(by)),
            Form::Csv => self.csv(by, style).map_err(|_| StreamError::Internal("counts cannot be written as CSV")),
            Form::Json => Ok(self.json(by)),
        }
    }

    /// The cells of each line.
    fn cells(&self, by: &CountBy) -> impl Iterator<Item = Vec<String>> {
        let total = (0..by.keys.len()).map(|i| if i == 0 { TOTAL } else { "" }.to_owned()).collect();
        let lines = self.lines.iter().map(|(values, tally)| {
            let values = values.iter().map(|value| value.text().unwrap_or_default().to_owned());
            (values.collect::<Vec<_>>(), *tally)
        });
        lines.chain([(total, self.total)]).map(|(mut cells, Tally { items, objects })| {
            cells.extend([items.to_string(), objects.to_string()]);
            cells
        })
    }

    fn table(&self, by: &CountBy) -> Vec<u8> {
        let mut table = Table::new(&heads(by));
        self.cells(by).for_each(|cells| table.row(cells));
        table.render().into_bytes()
    }

    fn csv(&self, by: &CountBy, style: Style) -> io::Result<Vec<u8>> {
        let (mark, end) = match style.excel {
            true => ("\u{feff}", Terminator::CRLF),
            false => ("", Terminator::Any(b'\n')),
        };
        let mut out = csv::WriterBuilder::new();
        let out = out.delimiter(style.delimiter.byte()).terminator(end);
        let mut out = out.from_writer(mark.as_bytes().to_vec());
        out.write_record(heads(by).iter().map(|cell| safe(cell).into_owned()))?;
        for cells in self.cells(by) {
            out.write_record(cells.iter().map(|cell| safe(cell).into_owned()))?;
        }
        out.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn json(&self, by: &CountBy) -> Vec<u8> {
        let mut out = String::new();
        for (values, tally) in &self.lines {
            let pairs = by.keys.iter().zip(values).map(|(key, value)| pair(&key.name, value));
            push_line(&mut out, pairs, *tally);
        }
        push_line(&mut out, [format!("\"{TOTAL}\":true")].into_iter(), self.total);
        out.into_bytes()
    }
}

fn heads(by: &CountBy) -> Vec<&str> {
    by.keys.iter().map(|key| key.name.as_str()).chain(COLUMNS).collect()
}

fn pair(name: &str, value: &Value) -> String {
    format!("{}:{}", json!(name), json!(value.text()))
}

fn push_line(out: &mut String, pairs: impl Iterator<Item = String>, Tally { items, objects }: Tally) {
    let counts = [format!("\"items\":{items}"), format!("\"objects\":{objects}")];
    let all: Vec<String> = pairs.chain(counts).collect();
    out.push_str(&format!("{{{}}}\n", all.join(",")));
}
