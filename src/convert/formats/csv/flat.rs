//! `--flatten-attributes`: a column for each attribute. Which there are is known at the end only, so rows are spooled as pieces
//! (each with its length): a cell for every column but `attributes`, then name and cell of each attribute.

use super::columns::Column;
use super::row::{annotation_cell, attribute_cell};
use super::{Style, TABLE, name_cell};
use crate::convert::engine::classes::Classes;
use crate::convert::format::{Collector, Cx, Record, RunEnd, Unit};
use crate::convert::formats::json::class_lines;
use crate::convert::output::files::Files;
use crate::convert::output::spool::{Spool, fill};
use crate::convert::report::files::PART;
use crate::dm::Annotation;
use crate::stream::StreamError;
use std::collections::{BTreeSet, HashMap};

/// Attribute columns a table may have; each costs a cell in every row.
const MAX_COLUMNS: usize = 10_000;

/// Appends one row: the number of its attributes, then its pieces.
pub fn push_row(columns: &[Column], unit: &Unit<'_, '_>, a: &Annotation<'_>, cx: &Cx<'_>, out: &mut Vec<u8>) {
    push_length(out, a.attributes.len());
    for column in columns.iter().filter(|c| **c != Column::Attributes) {
        push_piece(out, |cell| annotation_cell(column, unit, a, cx, cell));
    }
    for (name, value) in &a.attributes {
        push_piece(out, |piece| piece.extend_from_slice(name.as_bytes()));
        push_piece(out, |cell| attribute_cell(Some(value), cell));
    }
}

fn push_length(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

/// Appends what `make` appends, with its length in front.
fn push_piece(out: &mut Vec<u8>, make: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    push_length(out, 0);
    make(out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// Reads rows back.
struct Pieces<'p>(&'p [u8]);

impl<'p> Pieces<'p> {
    fn take(&mut self, n: usize) -> Result<&'p [u8], StreamError> {
        let (piece, rest) = self.0.split_at_checked(n).ok_or(StreamError::Internal("spooled row"))?;
        self.0 = rest;
        Ok(piece)
    }

    fn length(&mut self) -> Result<usize, StreamError> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    }

    fn piece(&mut self) -> Result<&'p [u8], StreamError> {
        let length = self.length()?;
        self.take(length)
    }
}

/// Spools rows, writes the table at the end.
pub struct FlatTable {
    columns: Vec<Column>,
    style: Style,
    attributes: BTreeSet<Vec<u8>>,
    rows: Spool,
}

impl FlatTable {
    /// An empty table.
    pub fn new(columns: Vec<Column>, style: Style) -> Self {
        Self { columns, style, attributes: BTreeSet::new(), rows: Spool::default() }
    }
}

impl Collector for FlatTable {
    fn record(&mut self, r: &Record<'_>, _: &Classes, _: &mut Files) -> Result<String, StreamError> {
        let name = name_cell(r);
        let cells = self.columns.iter().filter(|c| **c != Column::Attributes).count();
        let mut from = Pieces(r.body);
        while !from.0.is_empty() {
            let attributes = from.length()?;
            let mut row = Vec::new();
            push_length(&mut row, attributes);
            for _ in 0..cells {
                let cell = from.piece()?;
                push_piece(&mut row, |out| fill(cell, out, |_, out| out.extend_from_slice(&name)));
            }
            for _ in 0..attributes {
                let (name, cell) = (from.piece()?, from.piece()?);
                if !self.attributes.contains(name) {
                    self.attributes.insert(name.to_vec());
                }
                push_piece(&mut row, |out| out.extend_from_slice(name));
                push_piece(&mut row, |out| out.extend_from_slice(cell));
            }
            self.rows.put(&row)?;
            if self.attributes.len() > MAX_COLUMNS {
                return Err(StreamError::Cut(format!(
                    "--flatten-attributes would need more than {MAX_COLUMNS} columns; leave it out, or pick some: \
                     --columns item_id,attr.NAME"
                )));
            }
        }
        Ok(TABLE.to_owned())
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let Self { columns, style, attributes, rows } = *self;
        let names = attributes.iter().map(|n| Column::Attribute(String::from_utf8_lossy(n).into_owned()).name());
        let names: Vec<String> = names.collect();
        let header = columns.iter().flat_map(|c| match c {
            Column::Attributes => names.clone(),
            other => vec![other.name()],
        });
        let mut text = style.header(header);
        rows.replay(|row| {
            let mut from = Pieces(row);
            let count = from.length()?;
            let cells = columns.iter().filter(|c| **c != Column::Attributes).count();
            let cells: Vec<&[u8]> = (0..cells).map(|_| from.piece()).collect::<Result<_, _>>()?;
            let mut own = HashMap::with_capacity(count);
            for _ in 0..count {
                let name = from.piece()?;
                own.insert(name, from.piece()?);
            }
            text.extend_from_slice(&style.ready(line(&columns, &cells, &attributes, &own, style)));
            if text.len() >= PART {
                out.text(TABLE, &text, true, None)?;
                text.clear();
            }
            Ok(())
        })?;
        out.text(TABLE, &text, false, None)?;
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}

/// One line of the table.
fn line(
    columns: &[Column],
    cells: &[&[u8]],
    attributes: &BTreeSet<Vec<u8>>,
    own: &HashMap<&[u8], &[u8]>,
    style: Style,
) -> Vec<u8> {
    let mut cells = cells.iter();
    let mut all: Vec<&[u8]> = Vec::with_capacity(columns.len() + attributes.len());
    for column in columns {
        match column {
            Column::Attributes => all.extend(attributes.iter().map(|n| own.get(n.as_slice()).copied().unwrap_or(b""))),
            _ => all.extend(cells.next()),
        }
    }
    let mut line = all.join(&b","[..]);
    if line.is_empty() {
        line.extend_from_slice(b"\"\"");
    }
    line.extend_from_slice(style.line_end());
    line
}
