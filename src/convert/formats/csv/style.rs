//! Where the table is, the name of a record, and cells that are too long.

use crate::convert::engine::record::RecordRef;
use crate::convert::output::csv_cell::Style;
use crate::text::safe;
use crate::tr;
use crate::words::{Many, Message};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Where the one document of the format is.
pub const TABLE: &str = "annotations/annotations.csv";

/// The cell with a record's output name.
pub fn name_cell(r: &RecordRef<'_>, style: Style) -> Vec<u8> {
    let mut cell = Vec::with_capacity(r.stem.len() + r.name.ext.len() + 2);
    let name = format!("{}{}", r.stem, r.name.ext);
    style.push_quoted(&mut cell, &safe(&name));
    cell
}

/// Cells that are longer than Excel takes.
#[derive(Debug, Default)]
pub struct LongCells(AtomicU64);

impl LongCells {
    /// The most characters of a cell, in UTF-16 as Excel counts them.
    const MOST: usize = 32_767;

    /// Counts a cell, as it is written, when it is too long.
    pub fn meet(&self, cell: &[u8]) {
        // Each character is a byte at least.
        if cell.len() <= Self::MOST {
            return;
        }
        let text = String::from_utf8_lossy(cell);
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let length = match quoted {
            Some(inner) => inner.encode_utf16().count() - inner.matches("\"\"").count(),
            None => text.encode_utf16().count(),
        };
        if length > Self::MOST {
            self.0.fetch_add(1, Relaxed);
        }
    }

    /// What the user should know of them.
    pub fn note(&self) -> Option<Message> {
        let n = self.0.load(Relaxed);
        let (cells, most) = (Many(n), Self::MOST);
        (n > 0).then(|| tr!("excel-cells", most, cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_measured_as_excel_does() {
        for (cell, long) in [
            ("x".repeat(32_767), false),
            ("x".repeat(32_768), true),
            (format!("\"{}\"", "x".repeat(32_767)), false),
            (format!("\"{},\"", "x".repeat(32_767)), true),
            (format!("\"{}\"", "\"\"".repeat(32_767)), false),
            (format!("\"{}\"", "\"\"".repeat(32_768)), true),
            ("가".repeat(32_767), false),
            ("가".repeat(32_768), true),
            ("😀".repeat(16_383), false),
            ("😀".repeat(16_384), true),
        ] {
            let cells = LongCells::default();
            cells.meet(cell.as_bytes());
            assert_eq!(cells.note().is_some(), long, "{} bytes", cell.len());
        }
    }
}
