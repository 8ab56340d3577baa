//! `--flatten-attributes`: a column for each attribute. Which there are is known at the end only, so rows are spooled as parts: a
//! cell for every column but `attributes`, then name and cell of each attribute.

use super::Csv;
use super::columns::Column;
use super::row::{annotation_cell, attribute_cell};
use super::row_cells::{RowCells, RowColumns};
use super::style::{LongCells, TABLE, name_cell};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, RenderContext, RunEnd, Unit};
use crate::convert::output::csv_cell::Style;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::hole::fill;
use crate::convert::output::layout::class_lines;
use crate::convert::output::parts::Parts;
use crate::convert::output::spool::Spool;
use crate::dm::Annotation;
use crate::stream::StreamError;
use crate::tr;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Attribute columns a table may have; each costs a cell in every row.
const MAX_COLUMNS: usize = 10_000;

/// Pushes one row: the number of its attributes, then its cells, then name and cell of each attribute.
pub fn push_row(table: &Csv, unit: &Unit<'_, '_>, a: &Annotation<'_>, of_row: &RowCells, cx: &mut RenderContext<'_>) {
    let meet = |cell: &[u8]| {
        if let Some(long) = &table.long {
            long.meet(cell);
        }
    };
    cx.parts.push_number(a.attributes.len() as u64);
    let mut cell = Vec::new();
    for (at, column) in table.columns.iter().enumerate().filter(|(_, c)| **c != Column::Attributes) {
        cell.clear();
        match of_row.get(at) {
            Some(known) => cell.extend_from_slice(known),
            None => annotation_cell(column, unit, a, table.style, cx, &mut cell),
        }
        meet(&cell);
        cx.parts.push_bytes(&cell);
    }
    for (name, value) in &a.attributes {
        cx.parts.push_str(name);
        cell.clear();
        attribute_cell(Some(value), table.style, &mut cell);
        meet(&cell);
        cx.parts.push_bytes(&cell);
    }
}

/// Spools rows, writes the table at the end.
pub struct FlatTable {
    columns: Vec<Column>,
    style: Style,
    long: Option<Arc<LongCells>>,
    of_rows: Arc<RowColumns>,
    attributes: BTreeSet<String>,
    rows: Spool,
}

impl FlatTable {
    /// An empty table.
    pub fn new(table: &Csv) -> Self {
        Self {
            columns: table.columns.clone(),
            style: table.style,
            long: table.long.clone(),
            of_rows: table.of_rows.clone(),
            attributes: BTreeSet::new(),
            rows: Spool::default(),
        }
    }
}

impl Collector for FlatTable {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let file_name = name_cell(r, self.style);
        let cells = self.columns.iter().filter(|c| **c != Column::Attributes).count();
        let mut parts = r.parts;
        while !parts.is_empty() {
            let attributes = parts.number()?;
            let mut row = out.new_parts();
            row.push_number(attributes);
            for _ in 0..cells {
                let cell = parts.bytes_part()?;
                row.make_bytes(|out| fill(cell, out, |_, out| out.extend_from_slice(&file_name)));
            }
            for _ in 0..attributes {
                let name = parts.str()?;
                if !self.attributes.contains(name) {
                    self.attributes.insert(name.to_owned());
                }
                row.push_str(name);
                row.push_bytes(parts.bytes_part()?);
            }
            self.rows.put(row.bytes())?;
            if self.attributes.len() > MAX_COLUMNS {
                return Err(StreamError::Cut(tr!("csv-too-many-columns", most = MAX_COLUMNS)));
            }
        }
        Ok(TABLE.to_owned())
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let Self { columns, style, long, of_rows, attributes, rows } = *self;
        out.notes.extend(long.and_then(|long| long.note()));
        if rows.records > 0 {
            out.notes.extend(of_rows.notes());
        }
        let names: Vec<String> = attributes.iter().map(|n| Column::Attribute(n.clone()).name()).collect();
        let header = columns.iter().flat_map(|c| match c {
            Column::Attributes => names.clone(),
            other => vec![other.name()],
        });
        let cells = columns.iter().filter(|c| **c != Column::Attributes).count();
        let mut document = Document::new(TABLE, out);
        document.text().plain_bytes(&style.header(header));
        rows.replay(|row| {
            let mut parts = Parts::of(row);
            let count = parts.number()?;
            let cells: Vec<&[u8]> = (0..cells).map(|_| parts.bytes_part()).collect::<Result<_, _>>()?;
            let mut own = HashMap::new();
            for _ in 0..count {
                own.insert(parts.str()?, parts.bytes_part()?);
            }
            document.text().plain_bytes(&line(&columns, &cells, &attributes, &own, style));
            document.spill(out)
        })?;
        document.finish(out)?;
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}

/// One line of the table.
fn line(
    columns: &[Column],
    cells: &[&[u8]],
    attributes: &BTreeSet<String>,
    own: &HashMap<&str, &[u8]>,
    style: Style,
) -> Vec<u8> {
    let mut cells = cells.iter();
    let mut all: Vec<&[u8]> = Vec::with_capacity(columns.len() + attributes.len());
    for column in columns {
        match column {
            Column::Attributes => all.extend(attributes.iter().map(|n| own.get(n.as_str()).copied().unwrap_or(b""))),
            _ => all.extend(cells.next()),
        }
    }
    let mut line = all.join(&style.delimiter);
    if line.is_empty() {
        line.extend_from_slice(b"\"\"");
    }
    line.extend_from_slice(style.line_end().as_bytes());
    line
}
