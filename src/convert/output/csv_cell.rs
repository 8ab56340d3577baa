//! Cells of tables that people open in a spreadsheet.

use crate::text::safe;
use memchr::{memchr, memchr3};

/// How the tables of a run are written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// What stands between two cells, ASCII.
    pub delimiter: u8,
    /// For Excel: a byte order mark, so that it reads UTF-8, and CRLF.
    pub excel: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { delimiter: b',', excel: false }
    }
}

impl Style {
    /// What a file begins with.
    pub fn mark(self) -> &'static str {
        if self.excel { "\u{feff}" } else { "" }
    }

    /// What a line ends with.
    pub fn line_end(self) -> &'static str {
        if self.excel { "\r\n" } else { "\n" }
    }

    /// The beginning of a file: its mark and its header line.
    pub fn header(self, names: impl Iterator<Item = String>) -> Vec<u8> {
        let mut line = self.mark().as_bytes().to_vec();
        for (i, name) in names.enumerate() {
            if i > 0 {
                line.push(self.delimiter);
            }
            self.push_text(&mut line, &name);
        }
        line.extend_from_slice(self.line_end().as_bytes());
        line
    }

    /// Appends a cell of free text: safe, quoted when it has to be (RFC 4180). NUL, which marks the holes of a
    /// [`super::spool`], becomes U+FFFD.
    pub fn push_text(self, out: &mut Vec<u8>, cell: &str) {
        let cell = safe(cell);
        if memchr(0, cell.as_bytes()).is_some() {
            return self.push_quoted(out, &cell.replace('\0', "\u{fffd}"));
        }
        self.push_quoted(out, &cell);
    }

    /// Appends a cell as it is but for quoting.
    pub fn push_quoted(self, out: &mut Vec<u8>, cell: &str) {
        self.push_cell(out, |out| out.extend_from_slice(cell.as_bytes()));
    }

    /// Appends a cell that `make` appends, quoted when it has to be.
    pub fn push_cell(self, out: &mut Vec<u8>, make: impl FnOnce(&mut Vec<u8>)) {
        let start = out.len();
        make(out);
        let cell = &out[start..];
        if memchr3(b'"', self.delimiter, b'\n', cell).is_some() || memchr(b'\r', cell).is_some() {
            quote(out, start);
        }
    }
}

/// Puts what begins at `start` into quotes.
fn quote(out: &mut Vec<u8>, start: usize) {
    let cell = out.split_off(start);
    // Every byte may be a quote.
    out.resize(start + 2 * cell.len() + 2, b'"');
    let (_, _, written) = csv_core::quote(&cell, &mut out[start + 1..], b'"', b'"', true);
    out.truncate(start + 1 + written);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_csv_crate_reads_cells_back() {
        let cells = ["", "plain", "a,b", "say \"hi\"", "two\nlines", "cr\rlf\r\n", "자동차, \"빨강\"", " spaced "];
        let mut row = Vec::new();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                row.push(b',');
            }
            Style::default().push_text(&mut row, cell);
        }
        row.push(b'\n');
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&row[..]);
        let back = reader.records().next().unwrap().unwrap();
        assert_eq!(back.iter().collect::<Vec<_>>(), cells);
    }

    #[test]
    fn nul_does_not_look_like_a_hole() {
        let mut out = Vec::new();
        Style::default().push_text(&mut out, "a\0n1234");
        assert_eq!(String::from_utf8(out).unwrap(), "a\u{fffd}n1234");
    }
}
