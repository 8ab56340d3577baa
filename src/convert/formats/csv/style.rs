//! How the table looks: where it is, its header, how its lines end.

use crate::convert::engine::record::RecordRef;
use crate::convert::output::csv_cell::{push_quoted, push_text, safe};

/// Where the one document of the format is.
pub const TABLE: &str = "annotations/annotations.csv";

/// How lines are written.
#[derive(Clone, Copy)]
pub struct Style {
    /// For Excel: a byte order mark, so that it reads UTF-8, and CRLF.
    pub excel: bool,
}

impl Style {
    /// What a line ends with.
    pub fn line_end(self) -> &'static [u8] {
        if self.excel { b"\r\n" } else { b"\n" }
    }

    /// The header line.
    pub fn header(self, names: impl Iterator<Item = String>) -> Vec<u8> {
        let mut line = if self.excel { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        for (i, name) in names.enumerate() {
            if i > 0 {
                line.push(b',');
            }
            push_text(&mut line, &name);
        }
        line.extend_from_slice(self.line_end());
        line
    }
}

/// The cell with a record's output name.
pub fn name_cell(r: &RecordRef<'_>) -> Vec<u8> {
    let mut cell = Vec::with_capacity(r.stem.len() + r.name.ext.len() + 2);
    let name = format!("{}{}", r.stem, r.name.ext);
    push_quoted(&mut cell, &safe(&name));
    cell
}
