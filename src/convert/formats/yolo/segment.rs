//! `segment`: `class x1 y1 x2 y2 …`, at least three points; a row for each ring of a polygon and each outer border of a mask.

use super::args::ObjectParts;
use super::row::Frame;
use crate::convert::format::RenderContext;
use crate::convert::geometry::contour::Contours;
use crate::convert::geometry::fit::rings_of;
use crate::convert::geometry::{Bounds, hull};
use crate::convert::options::Segmentation;
use crate::dm::mask::{MaskRef, Run};
use crate::dm::{Annotation, Geometry, Reason};

/// Memory for masks, used again from one to the next.
#[derive(Default)]
pub struct Scratch {
    runs: Vec<Run>,
    contours: Contours,
}

/// Appends the rows of a polygon or a mask.
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
        Geometry::Mask(mask) => match cx.options.segmentation {
            Segmentation::Instance => outlines(frame, a, mask, cx, scratch, losses),
            Segmentation::Semantic => Err(Reason::SemanticSegmentationUnsupported),
            Segmentation::Exclude => Err(Reason::SegmentationExcluded),
        },
        _ => Err(Reason::UnsupportedAnnotationType),
    }
}

fn polygon(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let fit = cx.fit(frame.size);
    fit.rings(rings_of(&a.geometry, &frame.arena.coordinates), cx.rings, losses)?;
    if fit.bounds == Bounds::Keep && !cx.rings.iter().all(|ring| frame.takes_points(ring)) {
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
