//! `csv`: one table, a row an annotation (any tool) or a row an item; RFC 4180.

pub mod args;
pub mod columns;
pub mod flat;
pub mod row;

use super::json::{class_lines, image_path};
use crate::convert::declaration::{Attributes, Declaration, Document, Per, Splits, Tools};
use crate::convert::engine::classes::Classes;
use crate::convert::format::{Collector, Cx, Format, Record, RunEnd, Unit};
use crate::convert::options::Options;
use crate::convert::output::csv_cell::{push_quoted, push_text};
use crate::convert::output::files::Files;
use crate::convert::output::spool::{escape, fill};
use crate::convert::report::tally::Fate;
use crate::stream::StreamError;
use args::Rows;
use columns::{ATTRIBUTE, Column};
use flat::{FlatTable, push_row};
use row::{annotation_cell, item_cell};
use std::sync::Arc;

/// The one document of the format.
pub const TABLE: &str = "annotations/annotations.csv";

/// One table.
pub static CSV: Declaration = Declaration {
    name: "csv",
    aliases: &["excel", "xls", "xlsx", "table", "tsv"],
    summary: "one table, a row an annotation (any tool) or an item; --excel for Excel",
    writes: "`annotations/annotations.csv`, a row an annotation, any tool; `images/`, `classes.txt`",
    unit: Per::Media,
    size: false,
    raw: false,
    tools: Tools::Any,
    attributes: Attributes::All,
    splits: Splits::Any,
    document: Some(Document { path: TABLE, splits: true }),
    options: &["rows", "columns", "excel", "flatten-attributes"],
    build: |o| Ok(Arc::new(Csv::build(o)?)),
};

/// A table of annotations or items.
pub struct Csv {
    rows: Rows,
    columns: Vec<Column>,
    /// Every attribute has a column of its own, so the header is known at the end only.
    flat: bool,
    style: Style,
}

/// How text is written.
#[derive(Clone, Copy)]
pub struct Style {
    /// As it is, instead of escaped for a file line.
    pub bare: bool,
    /// For Excel: a byte order mark, so that it reads UTF-8, and CRLF.
    pub excel: bool,
}

impl Style {
    /// What a line ends with.
    pub fn line_end(self) -> &'static [u8] {
        if self.excel { b"\r\n" } else { b"\n" }
    }

    /// The header line, ready for a file line.
    pub fn header(self, names: impl Iterator<Item = String>) -> Vec<u8> {
        let mut line = if self.excel { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        for (i, name) in names.enumerate() {
            if i > 0 {
                line.push(b',');
            }
            push_text(&mut line, &name);
        }
        line.extend_from_slice(self.line_end());
        self.ready(line)
    }

    /// Text as a file line takes it.
    pub fn ready(self, text: Vec<u8>) -> Vec<u8> {
        if self.bare {
            return text;
        }
        let mut escaped = Vec::with_capacity(text.len() + text.len() / 8);
        escape(&text, &mut escaped);
        escaped
    }
}

impl Csv {
    /// The table that the options describe.
    ///
    /// # Errors
    /// One line about columns that do not exist.
    pub fn build(o: &Options) -> Result<Self, String> {
        let csv = &o.formats.csv;
        let flat = csv.flatten_attributes;
        if flat && csv.rows == Rows::Items {
            return Err("--flatten-attributes needs rows of annotations: leave --rows items out".to_owned());
        }
        let mut columns = Column::choose(csv.rows, &csv.columns)?;
        if flat && !columns.contains(&Column::Attributes) {
            columns.push(Column::Attributes);
        }
        if flat && let Some(twice) = columns.iter().find(|c| matches!(c, Column::Attribute(_))) {
            let name = twice.name();
            return Err(format!("--columns {name}: --flatten-attributes writes every {ATTRIBUTE} column already"));
        }
        Ok(Self { rows: csv.rows, columns, flat, style: Style { bare: o.bare, excel: csv.excel } })
    }

    /// Appends the row that `cell` fills.
    fn row(&self, out: &mut Vec<u8>, mut cell: impl FnMut(&Column, &mut Vec<u8>)) {
        let start = out.len();
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            cell(column, out);
        }
        if out.len() == start {
            // One empty cell: an empty line would be read as no row at all.
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(self.style.line_end());
    }
}

impl Format for Csv {
    fn declaration(&self) -> &'static Declaration {
        &CSV
    }

    fn unit(&self) -> Per {
        if self.rows == Rows::Items { Per::Item } else { Per::Media }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        let mut rows = Vec::new();
        match self.rows {
            Rows::Items => self.row(&mut rows, |column, out| item_cell(column, unit, cx, out)),
            Rows::Annotations if self.flat => {
                for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
                    push_row(&self.columns, unit, a, cx, &mut rows);
                }
            }
            Rows::Annotations => {
                for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
                    self.row(&mut rows, |column, out| annotation_cell(column, unit, a, cx, out));
                }
            }
        }
        let own = unit.media.map_or(&[][..], std::slice::from_ref);
        for a in
            if self.rows == Rows::Items { &unit.payload.media[..] } else { own }.iter().flat_map(|m| &m.annotations)
        {
            if !a.class.is_empty() {
                // The class list is that of the data, also for classes that no schema lists.
                let _ = cx.class(a);
            }
            cx.count(unit, a, Fate::Written(&[]));
        }
        if self.style.bare || self.flat {
            cx.body.extend_from_slice(&rows);
        } else {
            escape(&rows, cx.body);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        if self.flat {
            return Box::new(FlatTable::new(self.columns.clone(), self.style));
        }
        let header = self.style.header(self.columns.iter().map(Column::name));
        Box::new(Table { style: self.style, header: Some(header) })
    }
}

/// Writes the rows as they come.
struct Table {
    style: Style,
    header: Option<Vec<u8>>,
}

impl Table {
    fn header(&mut self, out: &mut Files) -> Result<(), StreamError> {
        match self.header.take() {
            Some(header) => out.text(TABLE, &header, true, None),
            None => Ok(()),
        }
    }
}

/// The cell with a record's output name.
pub fn name_cell(r: &Record<'_>) -> Vec<u8> {
    let mut cell = Vec::with_capacity(r.stem.len() + r.ext.len() + 2);
    let name = format!("{}{}", r.stem, r.ext);
    push_quoted(&mut cell, &crate::convert::output::csv_cell::safe(&name));
    cell
}

impl Collector for Table {
    fn record(&mut self, r: &Record<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        self.header(out)?;
        let cell = self.style.ready(name_cell(r));
        let mut text = Vec::with_capacity(r.body.len() + 64);
        fill(r.body, &mut text, |_, out| out.extend_from_slice(&cell));
        if !text.is_empty() {
            out.text(TABLE, &text, true, Some(r.id))?;
        }
        Ok(TABLE.to_owned())
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        self.header(out)?;
        out.text(TABLE, b"", false, None)?;
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}
