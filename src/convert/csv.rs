//! `csv`: one row an annotation, any tool, RFC 4180.

use super::classes::Classes;
use super::csv_cell::safe;
use super::files::Files;
use super::format::{Collector, Cx, Format, Needs, Per, Record, RunEnd, Unit};
use super::json::{class_lines, image_path};
use super::number::{push_float, push_int};
use super::report::Fate;
use super::spool::{Hole, escape, fill, push};
use crate::dm::mask::MaskData;
use crate::dm::{Annotation, Geometry, Reason};
use crate::files::push_escaped;
use crate::stream::StreamError;
use crate::stream::json::{Raw, Str};

const TABLE: &str = "annotations/annotations.csv";
const COLUMNS: [&str; 18] = [
    "item_id",
    "file_name",
    "width",
    "height",
    "split",
    "media",
    "annotation_id",
    "tool",
    "class",
    "x",
    "y",
    "w",
    "h",
    "rotation",
    "points",
    "geometry",
    "attributes",
    "problem",
];

/// A table of annotations.
pub struct Csv {
    /// Text as it is instead of escaped for a file line.
    pub bare: bool,
}

impl Format for Csv {
    fn needs(&self) -> Needs {
        Needs { per: Per::Media, size: false, raw: false }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        let Some(media) = unit.media else { return };
        let mut table = csv::WriterBuilder::new().buffer_capacity(4096).from_writer(Vec::new());
        for a in &media.annotations {
            // A vector takes every write.
            let _ = table.write_record(self.cells(unit, &media.key, a, cx));
            if !a.class.is_empty() {
                let _ = cx.class(a);
            }
            cx.count(unit, a, Fate::Written(&[]));
        }
        let rows = table.into_inner().unwrap_or_default();
        if self.bare {
            cx.body.extend_from_slice(&rows);
        } else {
            escape(&rows, cx.body);
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Table { bare: self.bare, begun: false })
    }

    fn bare_document(&self) -> Option<&'static str> {
        Some(TABLE)
    }
}

impl Csv {
    /// The cells of one row; the output name is a hole, because it is not known yet.
    fn cells(&self, unit: &Unit<'_, '_>, media: &str, a: &Annotation<'_>, cx: &Cx<'_>) -> [Vec<u8>; 18] {
        let text = |t: &str| safe(t).into_owned().into_bytes();
        let mut name = Vec::new();
        push(&mut name, Hole::Name);
        let (width, height) = unit.size.map_or((String::new(), String::new()), |s| (s.w.to_string(), s.h.to_string()));
        let mut g = Cells::of(unit, a);
        let attributes = if a.attributes.is_empty() { String::new() } else { object(&a.attributes) };
        let raw = if a.raw.is_empty() { String::new() } else { object(&a.raw) };
        [
            text(unit.id),
            name,
            width.into_bytes(),
            height.into_bytes(),
            text(unit.split),
            text(media),
            text(&a.id),
            text(a.tool_label()),
            text(cx.classes.rename(&a.class)),
            std::mem::take(&mut g.x),
            std::mem::take(&mut g.y),
            std::mem::take(&mut g.w),
            std::mem::take(&mut g.h),
            std::mem::take(&mut g.rotation),
            g.points,
            if g.frames.is_empty() { raw.into_bytes() } else { g.frames },
            attributes.into_bytes(),
            a.problem.map_or("", Reason::code).into(),
        ]
    }
}

/// The geometry of an annotation as cells.
#[derive(Default)]
struct Cells {
    x: Vec<u8>,
    y: Vec<u8>,
    w: Vec<u8>,
    h: Vec<u8>,
    rotation: Vec<u8>,
    points: Vec<u8>,
    frames: Vec<u8>,
}

impl Cells {
    fn of(unit: &Unit<'_, '_>, a: &Annotation<'_>) -> Self {
        let c = &unit.arena.coordinates;
        let mut cells = Self::default();
        match &a.geometry {
            Geometry::Box(r, rotation) => {
                for (cell, n) in [(&mut cells.x, r.x), (&mut cells.y, r.y), (&mut cells.w, r.w), (&mut cells.h, r.h)] {
                    number(cell, n);
                }
                if *rotation != 0.0 {
                    number(&mut cells.rotation, *rotation);
                }
            }
            Geometry::Point([x, y]) => {
                number(&mut cells.x, *x);
                number(&mut cells.y, *y);
            }
            Geometry::Polygon(r) | Geometry::Polyline(r) | Geometry::Points(r) => {
                pairs(&mut cells.points, &c.pairs[r.clone()])
            }
            Geometry::Rings(r) => {
                list(&mut cells.points, &c.rings[r.clone()], |out, ring| pairs(out, &c.pairs[ring.clone()]))
            }
            Geometry::Mask(m) => match &m.data {
                MaskData::Numbers(r) => list(&mut cells.points, &c.numbers[r.clone()], |out, n| number(out, *n)),
                MaskData::Pairs(r) => pairs(&mut cells.points, &c.pairs[r.clone()]),
                MaskData::Empty => cells.points.extend_from_slice(b"[]"),
            },
            Geometry::Frames(frames) => {
                let entries: serde_json::Map<_, _> = frames
                    .iter()
                    .map(|(frame, r, angle)| {
                        (
                            frame.to_string(),
                            serde_json::json!({"x": r.x, "y": r.y, "width": r.w, "height": r.h, "rotation": angle}),
                        )
                    })
                    .collect();
                cells.frames = serde_json::Value::from(entries).to_string().into_bytes();
            }
            Geometry::None | Geometry::Other => {}
        }
        cells
    }
}

/// A number as a person would write it: whole ones without a point; nothing for one that is not finite.
fn number(out: &mut Vec<u8>, n: f64) {
    if n.fract() == 0.0 && n.abs() < 1e15 {
        push_int(out, n as i64);
    } else if n.is_finite() {
        push_float(out, n);
    }
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

fn pairs(out: &mut Vec<u8>, pairs: &[[f64; 2]]) {
    list(out, pairs, |out, pair| list(out, pair, |out, n| number(out, *n)));
}

/// Keys and raw values as a JSON object.
fn object(entries: &[(Str<'_>, Raw<'_>)]) -> String {
    let mut out = b"{".to_vec();
    for (i, (key, value)) in entries.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
        push_escaped(&mut out, key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value.readable().as_bytes());
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}

/// Writes the rows as they come.
struct Table {
    bare: bool,
    begun: bool,
}

impl Table {
    fn header(&mut self, out: &mut Files) -> Result<(), StreamError> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let end = if self.bare { "\n" } else { "\\n" };
        out.text(TABLE, format!("{}{end}", COLUMNS.join(",")).as_bytes(), true, None)
    }
}

impl Collector for Table {
    fn record(&mut self, r: &Record<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        self.header(out)?;
        let mut cell = csv::WriterBuilder::new().from_writer(Vec::new());
        let name = format!("{}{}", r.stem, r.ext);
        let _ = cell.write_record([&*safe(&name)]);
        let mut cell = cell.into_inner().unwrap_or_default();
        cell.pop();
        let mut text = Vec::with_capacity(r.body.len() + 64);
        fill(r.body, &mut text, |_, out| if self.bare { out.extend_from_slice(&cell) } else { escape(&cell, out) });
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
