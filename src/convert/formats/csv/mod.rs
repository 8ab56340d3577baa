//! `csv`: one table, a row an annotation (any tool) or a row an item; RFC 4180.

pub mod args;
pub mod columns;
pub mod flat;
pub mod row;
pub mod row_cells;
pub mod style;

use crate::convert::declaration::{Attributes, By, Declaration, Document, Splits, Tools, UnitKind, Unread};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::fields::{FieldUse, RowField};
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::FieldPath;
use crate::convert::format::{Collector, Format, RenderContext, RunEnd, Unit};
use crate::convert::options::Options;
use crate::convert::output::csv_cell::Style;
use crate::convert::output::files::Files;
use crate::convert::output::layout::{class_lines, image_path};
use crate::convert::output::text::TextRef;
use crate::convert::report::tally::Fate;
use crate::selection::sought::Sought;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use args::Rows;
use columns::{ATTRIBUTE, Column};
use flat::{FlatTable, push_row};
use row::{annotation_cell, item_cell};
use row_cells::{RowCells, RowColumns};
use std::sync::Arc;
use style::{LongCells, TABLE, name_cell};

/// One table.
pub static CSV: Declaration = Declaration {
    name: "csv",
    aliases: &["excel", "xls", "xlsx", "table", "tsv"],
    summary: "one table, a row an annotation (any tool) or an item; --excel for Excel",
    writes: "`annotations/annotations.csv`, a row an annotation, any tool; `images/`, `classes.txt`",
    unit: UnitKind::Media,
    size: false,
    raw: false,
    tools: Tools::Any,
    attributes: Attributes::All,
    splits: Splits::Any,
    by: By::Datasets,
    document: Some(Document { path: TABLE, splits: true }),
    options: &["rows", "columns", "excel", "delimiter", "flatten-attributes"],
    unread: &[Unread { with: "--bare", options: &["images", "report", "classes"] }],
    build: |o| Ok(Arc::new(Csv::build(o)?)),
};

/// A table of annotations or items.
pub struct Csv {
    rows: Rows,
    columns: Vec<Column>,
    /// Every attribute has a column of its own, so the header is known at the end only.
    flat: bool,
    style: Style,
    /// With Excel in mind: the cells that are too long for it.
    long: Option<Arc<LongCells>>,
    /// The attributes that are columns, and whether annotations have them.
    attributes: Arc<Sought>,
    /// The columns that the row around the payload fills.
    of_rows: Arc<RowColumns>,
    /// The fields of the row among them.
    fields: Vec<RowField>,
}

impl Csv {
    /// The table that the options describe.
    ///
    /// # Errors
    /// One line about columns that do not exist.
    pub fn build(o: &Options) -> Result<Self, Message> {
        let csv = &o.formats.csv;
        let flat = csv.flatten_attributes;
        if flat && csv.rows == Rows::Items {
            return Err(tr!("flatten-items"));
        }
        let mut columns = Column::choose(csv.rows, &csv.columns)?;
        if flat && !columns.contains(&Column::Attributes) {
            columns.push(Column::Attributes);
        }
        if flat && let Some(twice) = columns.iter().find(|c| matches!(c, Column::Attribute(_))) {
            let name = twice.name();
            return Err(tr!("columns-flattened", name, prefix = ATTRIBUTE));
        }
        let named = columns.iter().filter_map(|column| match column {
            Column::Attribute(name) => Some(name.clone()),
            _ => None,
        });
        let attributes = Arc::new(Sought::new("the attribute", named));
        let style = csv.style();
        let of_rows = Arc::new(RowColumns::new(&columns, style));
        let field = |path: &FieldPath| {
            let hint = columns::instead(csv.rows, &path.to_string());
            RowField { path: path.clone(), of: FieldUse::Cell, hint: Some(hint).filter(|hint| !hint.is_empty()) }
        };
        let fields = of_rows.fields().map(field).collect();
        let long = csv.excel.then(Arc::default);
        Ok(Self { rows: csv.rows, columns, flat, style, long, attributes, of_rows, fields })
    }

    /// Appends a row: the cells of `of_row`, and those that `cell` fills.
    fn row(&self, out: &mut Vec<u8>, of_row: &RowCells, mut cell: impl FnMut(&Column, &mut Vec<u8>)) {
        let start = out.len();
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                out.push(self.style.delimiter);
            }
            let cell_start = out.len();
            match of_row.get(i) {
                Some(known) => out.extend_from_slice(known),
                None => cell(column, out),
            }
            if let Some(long) = &self.long {
                long.meet(&out[cell_start..]);
            }
        }
        if out.len() == start {
            // One empty cell: an empty line would be read as no row at all.
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(self.style.line_end().as_bytes());
    }
}

impl Format for Csv {
    fn declaration(&self) -> &'static Declaration {
        &CSV
    }

    fn unit(&self) -> UnitKind {
        if self.rows == Rows::Items { UnitKind::Item } else { UnitKind::Media }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let (mut rows, of_row, style) = (Vec::new(), self.of_rows.cells(unit.line), self.style);
        match self.rows {
            Rows::Items => self.row(&mut rows, &of_row, |column, out| item_cell(column, unit, style, cx, out)),
            Rows::Annotations if self.flat => {
                for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
                    push_row(self, unit, a, &of_row, cx);
                }
            }
            Rows::Annotations => {
                for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
                    if self.attributes.is_open() {
                        a.attributes.iter().for_each(|(name, _)| self.attributes.meet(name));
                    }
                    self.row(&mut rows, &of_row, |column, out| annotation_cell(column, unit, a, style, cx, out));
                }
            }
        }
        let own = unit.media.map_or(&[][..], std::slice::from_ref);
        for a in
            if self.rows == Rows::Items { &unit.payload.media[..] } else { own }.iter().flat_map(|m| &m.annotations)
        {
            cx.note_class(a);
            cx.count(unit, a, Fate::Written(&[]));
        }
        if !self.flat {
            cx.parts.begin_text().plain_with_holes(&rows);
        }
    }

    fn fields(&self) -> &[RowField] {
        &self.fields
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        if self.flat {
            return Box::new(FlatTable::new(self));
        }
        Box::new(Table {
            header: Some(self.style.header(self.columns.iter().map(Column::name))),
            style: self.style,
            long: self.long.clone(),
            attributes: self.attributes.clone(),
            of_rows: self.of_rows.clone(),
        })
    }
}

/// Writes the rows as they come.
struct Table {
    /// The header line, until it is written.
    header: Option<Vec<u8>>,
    style: Style,
    long: Option<Arc<LongCells>>,
    attributes: Arc<Sought>,
    of_rows: Arc<RowColumns>,
}

impl Table {
    fn header(&mut self, out: &mut Files) -> Result<(), StreamError> {
        let Some(header) = self.header.take() else { return Ok(()) };
        let mut text = out.new_text();
        text.plain_bytes(&header);
        out.text(TABLE, text.get(), true, None)
    }
}

impl Collector for Table {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        self.header(out)?;
        let mut parts = r.parts;
        let (mut name, mut text) = (out.new_text(), out.new_text());
        name.plain_bytes(&name_cell(r, self.style));
        text.reserve(parts.size() + 64);
        text.fill(parts.text()?, |_, out| out.append(name.get()));
        if !text.is_empty() {
            out.text(TABLE, text.get(), true, Some(r.id.json()))?;
        }
        Ok(TABLE.to_owned())
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        // Rows came, and none has it.
        if let Some(unknown) = self.attributes.unknown().filter(|_| self.header.is_none()) {
            return Err(StreamError::UnknownName(Box::new(unknown)));
        }
        if self.header.is_none() {
            out.notes.extend(self.of_rows.notes());
        }
        self.header(out)?;
        out.notes.extend(self.long.and_then(|long| long.note()));
        out.text(TABLE, TextRef::EMPTY, false, None)?;
        out.plain("classes.txt", &class_lines(&end.classes.names))
    }
}
