//! The cells of a table's rows, but for those that [`super::row_cells`] fills. Those made of JSON never begin like a formula.

use super::columns::Column;
use crate::convert::engine::split::scalar;
use crate::convert::format::{RenderContext, Unit};
use crate::convert::output::csv_cell::Style;
use crate::convert::output::hole::{Hole, push};
use crate::convert::output::number::{push_int, push_number};
use crate::dm::mask::MaskData;
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::file_line::push_escaped;
use crate::stream::json::{Raw, Str};

/// Appends one cell of an annotation's row. The output name is a hole, because it is not known yet.
pub fn annotation_cell(
    column: &Column,
    unit: &Unit<'_, '_>,
    a: &Annotation<'_>,
    style: Style,
    cx: &RenderContext<'_>,
    out: &mut Vec<u8>,
) {
    match column {
        Column::AnnotationId => style.push_text(out, &a.id),
        Column::Tool => style.push_text(out, a.tool_label()),
        Column::Class => style.push_text(out, cx.classes.rename(&a.class)),
        Column::Problem => out.extend_from_slice(a.problem.map_or("", Reason::code).as_bytes()),
        Column::Attributes if !a.attributes.is_empty() => style.push_cell(out, |json| object(json, &a.attributes)),
        Column::Attribute(name) => attribute_cell(a.attribute(name), style, out),
        Column::X | Column::Y | Column::W | Column::H => place(column, &a.geometry, out),
        Column::Rotation => match &a.geometry {
            Geometry::Box(_, angle) if *angle != 0.0 => number(out, *angle),
            _ => {}
        },
        Column::Points => style.push_cell(out, |json| points(json, unit, &a.geometry)),
        Column::Geometry => match &a.geometry {
            Geometry::Frames(boxes) => style.push_cell(out, |json| frames(json, boxes)),
            _ if a.raw.is_empty() => {}
            _ => style.push_cell(out, |json| object(json, &a.raw)),
        },
        Column::Media => style.push_text(out, unit.media.map_or("", |m| &m.key)),
        common => unit_cell(common, unit, style, out),
    }
}

/// Appends one cell of an item's row.
pub fn item_cell(column: &Column, unit: &Unit<'_, '_>, style: Style, cx: &RenderContext<'_>, out: &mut Vec<u8>) {
    let media = &unit.payload.media;
    let annotations = || media.iter().flat_map(|m| &m.annotations);
    match column {
        Column::Annotations => push_int(out, annotations().count()),
        Column::Tools => style.push_cell(out, |json| distinct(json, annotations().map(Annotation::tool_label))),
        Column::Classes => {
            let classes = annotations().map(|a| cx.classes.rename(&a.class)).filter(|c| !c.is_empty());
            style.push_cell(out, |json| distinct(json, classes));
        }
        Column::Media => style.push_cell(out, |json| distinct(json, media.iter().map(|m| &*m.key))),
        common => unit_cell(common, unit, style, out),
    }
}

/// Cells that both tables have.
fn unit_cell(column: &Column, unit: &Unit<'_, '_>, style: Style, out: &mut Vec<u8>) {
    match (column, unit.size) {
        (Column::ItemId, _) => style.push_text(out, unit.id),
        (Column::FileName, _) => push(out, Hole::Name),
        (Column::Width, Some(size)) => push_int(out, size.w),
        (Column::Height, Some(size)) => push_int(out, size.h),
        (Column::Split, _) => style.push_text(out, unit.split),
        _ => {}
    }
}

/// An attribute as a cell: the content of a string, else the JSON of the value; `null` and absence are empty.
pub fn attribute_cell(value: Option<&Raw<'_>>, style: Style, out: &mut Vec<u8>) {
    let Some(value) = value else { return };
    match scalar(value.clone()) {
        Some(text) => style.push_text(out, &text),
        None if matches!(value.text(), "null" | "\"\"") => {}
        None => style.push_text(out, &value.readable()),
    }
}

fn place(column: &Column, geometry: &Geometry<'_>, out: &mut Vec<u8>) {
    let n = match (geometry, column) {
        (Geometry::Box(Rect { x, .. }, _), Column::X) | (Geometry::Point([x, _]), Column::X) => x,
        (Geometry::Box(Rect { y, .. }, _), Column::Y) | (Geometry::Point([_, y]), Column::Y) => y,
        (Geometry::Box(Rect { w, .. }, _), Column::W) => w,
        (Geometry::Box(Rect { h, .. }, _), Column::H) => h,
        _ => return,
    };
    number(out, *n);
}

fn points(out: &mut Vec<u8>, unit: &Unit<'_, '_>, geometry: &Geometry<'_>) {
    let c = &unit.arena.coordinates;
    match geometry {
        Geometry::Polygon(r) | Geometry::Polyline(r) | Geometry::Points(r) => pairs(out, &c.pairs[r.clone()]),
        Geometry::Rings(r) => list(out, &c.rings[r.clone()], |out, ring| pairs(out, &c.pairs[ring.clone()])),
        Geometry::Mask(m) => match &m.data {
            MaskData::Numbers(r) => list(out, &c.numbers[r.clone()], |out, n| number(out, *n)),
            MaskData::Pairs(r) => pairs(out, &c.pairs[r.clone()]),
            MaskData::Empty => out.extend_from_slice(b"[]"),
        },
        Geometry::Box(..) | Geometry::Point(_) | Geometry::Frames(_) | Geometry::None | Geometry::Other => {}
    }
}

/// Boxes by frame: `{"0":{"x":…,"y":…,"width":…,"height":…,"rotation":…}}`.
pub fn frames(out: &mut Vec<u8>, frames: &[(Str<'_>, Rect, f64)]) {
    out.push(b'{');
    for (i, (frame, r, angle)) in frames.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
        push_escaped(out, frame);
        let mut before: &[u8] = b"\":{\"";
        for (key, n) in [("x", r.x), ("y", r.y), ("width", r.w), ("height", r.h), ("rotation", *angle)] {
            out.extend_from_slice(before);
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":");
            number(out, n);
            before = b",\"";
        }
        out.push(b'}');
    }
    out.push(b'}');
}

/// A number as a person would write it: whole ones without a point; `null` (in a list) for one that is not finite.
pub fn number(out: &mut Vec<u8>, n: f64) {
    if n.is_finite() {
        push_number(out, n);
    } else {
        out.extend_from_slice(b"null");
    }
}

/// A JSON list.
pub fn list<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

/// A JSON list of pairs.
pub fn pairs(out: &mut Vec<u8>, pairs: &[[f64; 2]]) {
    list(out, pairs, |out, pair| list(out, pair, |out, n| number(out, *n)));
}

/// Keys and raw values as a JSON object.
pub fn object(out: &mut Vec<u8>, entries: &[(Str<'_>, Raw<'_>)]) {
    out.push(b'{');
    for (i, (key, value)) in entries.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
        push_escaped(out, key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value.readable().as_bytes());
    }
    out.push(b'}');
}

/// A JSON list of the distinct texts, in order of first appearance.
fn distinct<'t>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'t str>) {
    let unique: indexmap::IndexSet<&str> = texts.collect();
    let unique: Vec<&str> = unique.into_iter().collect();
    list(out, &unique, |out, text| {
        out.push(b'"');
        push_escaped(out, text);
        out.push(b'"');
    });
}
