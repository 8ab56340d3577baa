//! What a template will see of a unit, as bytes: made by a worker, read by whoever renders. One JSON object, so that it can be
//! spooled and read back whenever.

use crate::convert::engine::classes::{ClassRef, Classes};
use crate::convert::engine::row_value::MAX_DEPTH;
use crate::convert::format::{RenderContext, Unit};
use crate::convert::formats::csv::row::{list, number, object, pairs};
use crate::convert::geometry::{corners, hull};
use crate::convert::output::number::push_int;
use crate::dm::mask::Run;
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::file_line::push_escaped;
use crate::stream::json::{Raw, Str, nests_deeper_than};
use minijinja::Value;
use serde::Deserialize;
use std::ops::Range;

/// An annotation that a template can be shown.
pub struct Seen {
    class: ClassRef,
    runs: Vec<Run>,
    assumed: bool,
    /// Of a box: the upright box of the part inside the image, as all formats have it.
    upright: Option<Rect>,
}

impl Seen {
    /// What is lost of it.
    pub fn losses(&self) -> &'static [Reason] {
        if self.assumed { &[Reason::MaskEncodingAssumed] } else { &[] }
    }
}

/// Looks at an annotation: its class, its mask.
///
/// # Errors
/// Why a template cannot be shown it.
pub fn see(unit: &Unit<'_, '_>, a: &Annotation<'_>, cx: &mut RenderContext<'_>) -> Result<Seen, Reason> {
    a.problem.map_or(Ok(()), Err)?;
    if a.attributes.iter().chain(&a.raw).any(|(_, value)| nests_deeper_than(value.text().as_bytes(), MAX_DEPTH)) {
        return Err(Reason::MalformedAnnotation);
    }
    finite(unit, &a.geometry)?;
    let (mut runs, mut assumed) = (Vec::new(), false);
    if let Geometry::Mask(mask) = &a.geometry {
        let size = unit.size.ok_or(Reason::ImageSizeUnknown)?;
        mask.runs(unit.arena, size.w, size.h, &mut runs)?;
        assumed = mask.assumed();
    }
    let upright = match (&a.geometry, unit.size) {
        (Geometry::Box(rect, angle), Some(size)) => cx.fit(size).upright(*rect, *angle, cx.rings, &mut Vec::new()).ok(),
        _ => None,
    };
    Ok(Seen { class: cx.list_class(a)?, runs, assumed, upright })
}

/// Whether every point is a pair of numbers; boxes and single points are when they are read.
fn finite(unit: &Unit<'_, '_>, geometry: &Geometry<'_>) -> Result<(), Reason> {
    let c = &unit.arena.coordinates;
    let all = |r: &Range<usize>| c.pairs[r.clone()].iter().flatten().all(|n| n.is_finite());
    match geometry {
        Geometry::Polygon(r) if !all(r) => Err(Reason::InvalidPolygon),
        Geometry::Rings(r) if !c.rings[r.clone()].iter().all(all) => Err(Reason::InvalidPolygon),
        Geometry::Polyline(r) | Geometry::Points(r) if !all(r) => Err(Reason::InvalidGeometry),
        _ => Ok(()),
    }
}

/// A unit as bytes.
pub fn bytes(
    unit: &Unit<'_, '_>,
    annotations: &[Annotation<'_>],
    seen: &[Result<Seen, Reason>],
    classes: &Classes,
) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(b"{\"id\":\"");
    push_escaped(&mut out, unit.id);
    for (key, text) in [("ext", &*unit.name.ext), ("split", unit.split)] {
        string(&mut out, key, text);
    }
    string(&mut out, "media", unit.media.map_or("", |m| &m.key));
    out.push(b'"');
    if let Some(size) = unit.size {
        out.extend_from_slice(b",\"size\":[");
        push_int(&mut out, size.w);
        out.push(b',');
        push_int(&mut out, size.h);
        out.push(b']');
    }
    out.extend_from_slice(b",\"annotations\":[");
    let mut first = true;
    for (a, seen) in annotations.iter().zip(seen).filter_map(|(a, s)| Some((a, s.as_ref().ok()?))) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        annotation(&mut out, unit, a, seen, classes.rename(&a.class));
    }
    out.extend_from_slice(b"],\"item\":");
    out.extend_from_slice(unit.line);
    out.push(b'}');
    out
}

/// Ends a string and begins the one of the next key.
fn string(out: &mut Vec<u8>, key: &str, text: &str) {
    out.extend_from_slice(b"\",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":\"");
    push_escaped(out, text);
}

fn annotation(out: &mut Vec<u8>, unit: &Unit<'_, '_>, a: &Annotation<'_>, seen: &Seen, class: &str) {
    let c = &unit.arena.coordinates;
    out.extend_from_slice(b"[");
    match seen.class {
        ClassRef::Listed(n) => push_int(out, n),
        ClassRef::Unlisted(n) => push_int(out, -i64::from(n) - 1),
    }
    out.extend_from_slice(b",{\"id\":\"");
    push_escaped(out, &a.id);
    string(out, "tool", a.tool_label());
    string(out, "class", class);
    out.extend_from_slice(b"\",\"class_id\":0,\"attributes\":");
    object(out, &a.attributes);
    let mut field = |key: &str, make: &mut dyn FnMut(&mut Vec<u8>)| {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        let before = out.len();
        make(out);
        if out.len() == before {
            out.extend_from_slice(b"null");
        }
    };
    let turned = match &a.geometry {
        Geometry::Box(r, angle) => Some((*r, *angle)),
        _ => None,
    };
    field("bbox", &mut |out| {
        if let Some(r) = bounds(unit, a, &seen.runs) {
            list(out, &[r.x, r.y, r.w, r.h], |out, n| number(out, *n));
        }
    });
    field("upright", &mut |out| {
        if let Some(r) = seen.upright {
            list(out, &[r.x, r.y, r.w, r.h], |out, n| number(out, *n));
        }
    });
    field("rotation", &mut |out| number(out, turned.map_or(0.0, |t| t.1)));
    field("corners", &mut |out| {
        if let Some((r, angle)) = turned {
            pairs(out, &corners(r, angle));
        }
    });
    field("points", &mut |out| match &a.geometry {
        Geometry::Polygon(r) | Geometry::Polyline(r) | Geometry::Points(r) => pairs(out, &c.pairs[r.clone()]),
        Geometry::Point(p) => pairs(out, &[*p]),
        _ => {}
    });
    field("rings", &mut |out| match &a.geometry {
        Geometry::Polygon(r) => list(out, &[r], |out, r| pairs(out, &c.pairs[(*r).clone()])),
        Geometry::Rings(r) => list(out, &c.rings[r.clone()], |out, ring| pairs(out, &c.pairs[ring.clone()])),
        _ => {}
    });
    field("runs", &mut |out| {
        if matches!(a.geometry, Geometry::Mask(_)) {
            list(out, &seen.runs, |out, run| list(out, &[run.start, run.length], |out, n| push_int(out, *n)));
        }
    });
    field("frames", &mut |out| {
        if let Geometry::Frames(boxes) = &a.geometry {
            crate::convert::formats::csv::row::frames(out, boxes);
        }
    });
    field("group", &mut |out| {
        if let Some(group) = a.group.and_then(|g| unit.media?.groups.get(g)) {
            out.push(b'"');
            push_escaped(out, &group.id);
            out.push(b'"');
        }
    });
    field("raw", &mut |out| object(out, &a.raw));
    out.extend_from_slice(b"}]");
}

/// The box of an annotation, or the tight one around its points or pixels.
fn bounds(unit: &Unit<'_, '_>, a: &Annotation<'_>, runs: &[Run]) -> Option<Rect> {
    let c = &unit.arena.coordinates;
    match &a.geometry {
        Geometry::Box(r, _) => Some(*r),
        Geometry::Polygon(r) | Geometry::Polyline(r) | Geometry::Points(r) => Some(hull(&c.pairs[r.clone()])),
        Geometry::Rings(r) => {
            let points: Vec<[f64; 2]> = c.rings[r.clone()].iter().flat_map(|r| c.pairs[r.clone()].to_vec()).collect();
            Some(hull(&points))
        }
        Geometry::Mask(_) => mask_bounds(runs, u64::from(unit.size?.w)),
        Geometry::Point(_) | Geometry::Frames(_) | Geometry::None | Geometry::Other => None,
    }
}

/// The tight box around row-major runs; a run that goes on in the next row spans the whole width.
fn mask_bounds(runs: &[Run], width: u64) -> Option<Rect> {
    let first = runs.first()?;
    let (mut left, mut right, mut bottom) = (width, 0, 0);
    for run in runs {
        let last = run.start + run.length - 1;
        let (from, to) = (run.start % width, last % width);
        let wraps = run.start / width != last / width;
        left = left.min(if wraps { 0 } else { from });
        right = right.max(if wraps { width } else { to + 1 });
        bottom = last / width + 1;
    }
    let top = first.start / width;
    Some(Rect { x: left as f64, y: top as f64, w: (right - left) as f64, h: (bottom - top) as f64 })
}

/// A unit read back.
#[derive(Deserialize)]
pub struct Wire<'a> {
    /// The item's id as text.
    #[serde(borrow)]
    pub id: Str<'a>,
    /// Extension of the original, with its dot.
    #[serde(borrow)]
    pub ext: Str<'a>,
    /// Its split.
    #[serde(borrow)]
    pub split: Str<'a>,
    /// Key of its media.
    #[serde(borrow)]
    pub media: Str<'a>,
    /// Width and height, pixels.
    #[serde(default)]
    pub size: Option<[u32; 2]>,
    /// Class number (negative: provisional number `-n - 1`) and fields of each annotation.
    pub annotations: Vec<(i64, Value)>,
    /// The row.
    #[serde(borrow)]
    pub item: Raw<'a>,
}

/// The class that a number of [`Wire::annotations`] stands for.
pub fn class_of(number: i64) -> ClassRef {
    match u32::try_from(number) {
        Ok(n) => ClassRef::Listed(n),
        Err(_) => ClassRef::Unlisted(u32::try_from(-(number + 1)).unwrap_or(u32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_tight_boxes() {
        let runs = |list: &[(u64, u64)]| list.iter().map(|&(start, length)| Run { start, length }).collect::<Vec<_>>();
        let rect = |x, y, w, h| Some(Rect { x, y, w, h });
        assert_eq!(mask_bounds(&runs(&[(11, 2), (22, 1)]), 10), rect(1.0, 1.0, 2.0, 2.0));
        assert_eq!(mask_bounds(&runs(&[(9, 2)]), 10), rect(0.0, 0.0, 10.0, 2.0));
        assert_eq!(mask_bounds(&[], 10), None);
    }

    #[test]
    fn class_numbers_come_back() {
        assert_eq!([class_of(3), class_of(-1)], [ClassRef::Listed(3), ClassRef::Unlisted(0)]);
    }
}
