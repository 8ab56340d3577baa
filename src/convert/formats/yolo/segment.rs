//! `segment`: `class x1 y1 x2 y2 …`, at least three points; a row for each ring of a polygon and each outer border of a mask,
//! and for the corners of a box if they are wanted.

use super::args::ObjectParts;
use super::row::Frame;
use super::{detect, obb};
use crate::convert::format::RenderContext;
use crate::convert::formats::shapes::Boxes;
use crate::convert::geometry::contour::Contours;
use crate::convert::geometry::fit::rings_of;
use crate::convert::geometry::{Bounds, Rotated, hull};
use crate::convert::options::Segmentation;
use crate::dm::mask::{MaskRef, Run};
use crate::dm::{Annotation, Geometry, Reason, Rect};

/// Memory for masks, used again from one to the next.
#[derive(Default)]
pub struct Scratch {
    runs: Vec<Run>,
    contours: Contours,
}

/// Appends the rows of a polygon, of a mask, or with `--boxes polygon` of a box.
///
/// # Errors
/// Why there is no row.
pub fn rows(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    scratch: &mut Scratch,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    match &a.geometry {
        Geometry::Polygon(_) | Geometry::Rings(_) => polygon(frame, a, cx, losses),
        Geometry::Mask(mask) => {
            objects_only(cx)?;
            outlines(frame, a, mask, cx, scratch, losses)
        }
        Geometry::Box(rect, rotation) if cx.options.formats.shapes.boxes == Some(Boxes::Polygon) => {
            rectangle(*rect, *rotation, frame, cx, losses)?;
            parts(frame, a, cx, losses).map_err(|reason| match reason {
                Reason::InvalidPolygon => Reason::InvalidBoundingBox,
                other => other,
            })
        }
        _ => Err(Reason::UnsupportedAnnotationType),
    }
}

/// Whether masks are wanted as objects, which is all that rows can describe.
///
/// # Errors
/// What keeps masks out.
pub fn objects_only(cx: &RenderContext<'_>) -> Result<(), Reason> {
    match cx.options.segmentation {
        Segmentation::Instance => Ok(()),
        Segmentation::Semantic => Err(Reason::SemanticSegmentationUnsupported),
        Segmentation::Exclude => Err(Reason::SegmentationExcluded),
    }
}

/// Puts the corners of a box into `cx.rings`; of a rotated one that reaches over the edge, the outline of the part inside.
fn rectangle(
    rect: Rect,
    rotation: f64,
    frame: Frame<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let fit = cx.fit(frame.size);
    if rotation == 0.0 || fit.rotated != Rotated::Best {
        let corners = obb::square(detect::upright(rect, rotation, frame, cx, losses)?);
        cx.rings.set([&corners[..]]);
        return Ok(());
    }
    fit.turned(rect, rotation, cx.rings, losses)?;
    if fit.bounds == Bounds::Keep && !frame.takes_points(cx.rings.points()) {
        return Err(Reason::InvalidGeometry);
    }
    Ok(())
}

fn polygon(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let fit = cx.fit(frame.size);
    fit.rings(rings_of(&a.geometry, &frame.arena.coordinates), cx.rings, losses)?;
    // Joined they are one row, with one box around it.
    let taken = match cx.options.formats.yolo.parts {
        ObjectParts::Join => frame.takes_points(cx.rings.points()),
        ObjectParts::Separate => cx.rings.iter().all(|ring| frame.takes_points(ring)),
    };
    if fit.bounds == Bounds::Keep && !taken {
        return Err(Reason::InvalidGeometry);
    }
    parts(frame, a, cx, losses)
}

/// Appends the rows of an object whose outlines are in `cx.rings`.
fn parts(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    if cx.rings.count() > 1 {
        match cx.options.formats.yolo.parts {
            ObjectParts::Join => cx.rings.join(),
            ObjectParts::Separate => losses.push(Reason::ObjectPartsSeparated),
        }
    }
    if !cx.rings.iter().any(|ring| frame.shows(hull(ring))) {
        return Err(Reason::InvalidPolygon);
    }
    let class = cx.list_class(a)?;
    let out = cx.parts.text();
    for ring in cx.rings.iter().filter(|ring| frame.shows(hull(ring))) {
        frame.points(out, class, ring);
    }
    Ok(())
}

fn outlines(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    mask: &MaskRef,
    cx: &mut RenderContext<'_>,
    scratch: &mut Scratch,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    cx.fit(frame.size).mask(mask, frame.arena, &mut scratch.runs, losses)?;
    scratch.contours.trace(&scratch.runs, frame.size.w);
    cx.rings.set_pixels(scratch.contours.polygons());
    if cx.rings.count() == 0 {
        return Err(Reason::MaskContourUnrepresentable);
    }
    if scratch.contours.has_hole() {
        losses.push(Reason::MaskHoleDropped);
    }
    parts(frame, a, cx, losses)
}
