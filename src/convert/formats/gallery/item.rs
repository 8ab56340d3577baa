//! An item as the page reads it.
//!
//! ```json
//! "size":[640,480],"annotations":[{"id":"a","tool":"bounding_box","class":"car","attributes":[["color","red"]],"box":[1,2,30,40,0]}]
//! ```
//! All coordinates are as the payload has them, pixels and radians. Where they are is under a key of their kind:
//!
//! | key | what |
//! |---|---|
//! | `box` | x, y, width, height, rotation |
//! | `frames` | boxes by frame: the frame as text, then as `box` |
//! | `rings` | the rings of a polygon, `x, y, x, y, …` each |
//! | `line` | an open line, likewise |
//! | `points` | joints, likewise |
//! | `runs` | a mask: pixels to skip, pixels to paint, and so on, row by row |
//! | `raw` | what this program does not draw: key and JSON as text |
//!
//! `problem` is what is wrong with an annotation, or with where it lies. Values of attributes and of `raw` are strings of the page, so that
//! no key of theirs is one of an object: an attribute that is a text is that text, anything else is JSON.

use super::facts::Facts;
use crate::convert::engine::split::scalar;
use crate::convert::format::{RenderContext, Unit};
use crate::convert::geometry::fit::{Fit, rings_of};
use crate::convert::geometry::{Bounds, Rotated, Size};
use crate::convert::output::text::{Lit, Text, lit};
use crate::dm::mask::Run;
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::presigned::without_secrets;
use crate::stream::json::{Raw, Str};
use std::borrow::Cow;

/// Appends what an item has besides its name and place, and adds its annotations to the facts.
pub fn write(unit: &Unit<'_, '_>, facts: &mut Facts, cx: &mut RenderContext<'_>) {
    head(unit, facts, cx.parts.text());
    let (mut runs, mut losses) = (Vec::new(), Vec::new());
    for (i, a) in unit.media.map_or(&[][..], |m| &m.annotations).iter().enumerate() {
        losses.clear();
        let class = cx.classes.rename(&a.class);
        facts.annotation(a.tool_label(), class);
        let seen = look(unit, a, cx, &mut runs, &mut losses);
        let problem = match &seen {
            Err(reason) => Some(*reason),
            // Of what other formats change here only this is about the annotation itself.
            Ok(_) => losses.contains(&Reason::ClippedToImage).then_some(Reason::ClippedToImage),
        };
        if let (Ok(Some(rect)), Some(size)) = (seen, unit.size) {
            facts.shape(rect, size);
        }
        if let Some(reason) = problem {
            facts.reason(reason);
        }
        let out = cx.parts.text();
        out.lit(if i > 0 { lit!(",{\"id\":") } else { lit!("{\"id\":") });
        out.json_string(&a.id);
        text(out, lit!(",\"tool\":"), a.tool_label());
        text(out, lit!(",\"class\":"), class);
        text(out, lit!(",\"problem\":"), problem.map_or("", Reason::code));
        if let Some(group) = a.group {
            out.lit(lit!(",\"group\":"));
            out.int(group);
        }
        if !a.attributes.is_empty() {
            pairs(out, lit!(",\"attributes\":["), &a.attributes, |value| {
                let text = scalar(Raw(Cow::Borrowed(&*value))).map(Cow::into_owned);
                text.map_or(value, Cow::Owned)
            });
        }
        place(out, unit, a, &runs);
        out.byte::<b'}'>();
    }
    cx.parts.text().byte::<b']'>();
}

/// Appends what the row says, up to the annotations.
fn head(unit: &Unit<'_, '_>, facts: &Facts, out: &mut Text) {
    text(out, lit!(",\"media\":"), unit.media.map_or("", |m| &m.key));
    text(out, lit!(",\"kind\":"), &facts.kind);
    text(out, lit!(",\"split\":"), unit.split);
    text(out, lit!(",\"labeler\":"), &facts.labelers.join(", "));
    text(out, lit!(",\"status\":"), &facts.status);
    text(out, lit!(",\"review\":"), &facts.review);
    text(out, lit!(",\"day\":"), &facts.day);
    if let Some(rate) = facts.rate {
        out.lit(lit!(",\"rate\":"));
        out.number(rate);
    }
    if let Some(Size { w, h }) = unit.size {
        out.lit(lit!(",\"size\":["));
        out.int(w);
        out.byte::<b','>();
        out.int(h);
        out.byte::<b']'>();
    }
    out.lit(lit!(",\"annotations\":["));
}

/// Appends a key and a text, unless that is empty.
fn text(out: &mut Text, key: Lit, value: &str) {
    if !value.is_empty() {
        out.lit(key);
        out.json_string(value);
    }
}

/// Appends a key and a list of names, each with its value as `show` makes it of JSON in which presigned URLs have no query.
fn pairs(out: &mut Text, key: Lit, list: &[(Str<'_>, Raw<'_>)], show: impl for<'v> Fn(Cow<'v, str>) -> Cow<'v, str>) {
    out.lit(key);
    for (i, (name, value)) in list.iter().enumerate() {
        out.lit(if i > 0 { lit!(",[") } else { lit!("[") });
        out.json_string(name);
        out.byte::<b','>();
        let json = value.text();
        // Only what has a query can be presigned.
        out.json_string(&show(if json.contains('?') { without_secrets(json).0 } else { json.into() }));
        out.byte::<b']'>();
    }
    out.byte::<b']'>();
}

/// Judges where an annotation lies: its upright box in the image, when it has one. `runs` takes the pixels of a mask.
///
/// # Errors
/// What is wrong with it.
fn look(
    unit: &Unit<'_, '_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    runs: &mut Vec<Run>,
    losses: &mut Vec<Reason>,
) -> Result<Option<Rect>, Reason> {
    runs.clear();
    a.problem.map_or(Ok(()), Err)?;
    let Some(size) = unit.size else {
        return if matches!(a.geometry, Geometry::Mask(_)) { Err(Reason::ImageSizeUnknown) } else { Ok(None) };
    };
    let fit = Fit { size, bounds: Bounds::Clip, rotated: Rotated::Best };
    match &a.geometry {
        Geometry::Box(rect, angle) if *angle != 0.0 => {
            fit.turned(*rect, *angle, cx.rings, losses)?;
            Ok(Some(*rect))
        }
        Geometry::Box(rect, _) => fit.upright(*rect, 0.0, cx.rings, losses).map(Some),
        Geometry::Mask(mask) => {
            // Of a mask that is wrong the runs are in no order: none of them is drawn.
            fit.mask(mask, unit.arena, runs, losses).inspect_err(|_| runs.clear())?;
            Ok(crate::convert::geometry::rle::extent(runs, size).map(|extent| extent.bbox))
        }
        Geometry::Polygon(_) | Geometry::Rings(_) => fit.around(&a.geometry, unit.arena, cx.rings, losses).map(Some),
        _ => Ok(None),
    }
}

/// Appends where an annotation is.
fn place(out: &mut Text, unit: &Unit<'_, '_>, a: &Annotation<'_>, runs: &[Run]) {
    let c = &unit.arena.coordinates;
    match &a.geometry {
        Geometry::Box(rect, angle) => {
            out.lit(lit!(",\"box\":["));
            numbers(out, sides(rect, *angle));
            out.byte::<b']'>();
        }
        Geometry::Frames(frames) => {
            out.lit(lit!(",\"frames\":["));
            for (i, (frame, rect, angle)) in frames.iter().enumerate() {
                out.lit(if i > 0 { lit!(",[") } else { lit!("[") });
                out.json_string(frame);
                out.byte::<b','>();
                numbers(out, sides(rect, *angle));
                out.byte::<b']'>();
            }
            out.byte::<b']'>();
        }
        Geometry::Polygon(_) | Geometry::Rings(_) => {
            out.lit(lit!(",\"rings\":["));
            for (i, ring) in rings_of(&a.geometry, c).enumerate() {
                out.lit(if i > 0 { lit!(",[") } else { lit!("[") });
                numbers(out, ring.iter().flatten().copied());
                out.byte::<b']'>();
            }
            out.byte::<b']'>();
        }
        Geometry::Polyline(range) => points(out, lit!(",\"line\":["), c.pairs.get(range.clone())),
        Geometry::Points(range) => points(out, lit!(",\"points\":["), c.pairs.get(range.clone())),
        Geometry::Point(point) => points(out, lit!(",\"points\":["), Some(std::slice::from_ref(point))),
        Geometry::Mask(_) => pixels(out, runs),
        Geometry::None | Geometry::Other if !a.raw.is_empty() => pairs(out, lit!(",\"raw\":["), &a.raw, |json| json),
        Geometry::None | Geometry::Other => {}
    }
}

fn sides(r: &Rect, angle: f64) -> impl Iterator<Item = f64> {
    [r.x, r.y, r.w, r.h, angle].into_iter()
}

fn points(out: &mut Text, key: Lit, points: Option<&[[f64; 2]]>) {
    out.lit(key);
    numbers(out, points.unwrap_or_default().iter().flatten().copied());
    out.byte::<b']'>();
}

/// Appends the runs of a mask: how many pixels are left out, how many belong to it, and so on.
fn pixels(out: &mut Text, runs: &[Run]) {
    out.lit(lit!(",\"runs\":["));
    let mut end = 0;
    for (i, run) in runs.iter().enumerate() {
        if i > 0 {
            out.byte::<b','>();
        }
        out.int(run.start - end);
        out.byte::<b','>();
        out.int(run.length);
        end = run.start + run.length;
    }
    out.byte::<b']'>();
}

/// Appends numbers with commas between them; one that is not finite is `null`.
fn numbers(out: &mut Text, list: impl Iterator<Item = f64>) {
    for (i, n) in list.enumerate() {
        if i > 0 {
            out.byte::<b','>();
        }
        if n.is_finite() {
            out.number(n);
        } else {
            out.lit(lit!("null"));
        }
    }
}
