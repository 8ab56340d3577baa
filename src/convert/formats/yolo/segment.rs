//! `segment`: `class x1 y1 x2 y2 …`, at least three points; a row for each ring of a polygon and each outer border of a mask.

use super::row::Frame;
use crate::convert::format::Cx;
use crate::convert::geometry::contour::Contours;
use crate::convert::geometry::{Bounds, fit_ring};
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
    cx: &mut Cx<'_>,
    scratch: &mut Scratch,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let coordinates = &frame.arena.coordinates;
    match &a.geometry {
        Geometry::Polygon(range) => {
            let ring = coordinates.pairs.get(range.clone()).ok_or(Reason::InvalidPolygon)?;
            polygon(frame, a, ring, cx, losses)
        }
        Geometry::Rings(range) => {
            let rings = coordinates.rings.get(range.clone()).ok_or(Reason::InvalidPolygon)?;
            let mut written = 0;
            for ring in rings {
                let ring = coordinates.pairs.get(ring.clone()).ok_or(Reason::InvalidPolygon)?;
                match polygon(frame, a, ring, cx, losses) {
                    Ok(()) => written += 1,
                    // Nothing of this ring lies inside the image; of others something may.
                    Err(Reason::InvalidGeometry) if cx.options.bounds == Bounds::Clip => {
                        lose(losses, Reason::ClippedToImage);
                    }
                    Err(reason) => return Err(reason),
                }
            }
            if written > 0 { Ok(()) } else { Err(Reason::InvalidGeometry) }
        }
        Geometry::Mask(mask) => match cx.options.segmentation {
            Segmentation::Instance => outlines(frame, a, mask, cx, scratch, losses),
            Segmentation::Semantic => Err(Reason::SemanticSegmentationUnsupported),
            Segmentation::Exclude => Err(Reason::SegmentationExcluded),
        },
        _ => Err(Reason::UnsupportedAnnotationType),
    }
}

fn lose(losses: &mut Vec<Reason>, reason: Reason) {
    if !losses.contains(&reason) {
        losses.push(reason);
    }
}

fn polygon(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    ring: &[[f64; 2]],
    cx: &mut Cx<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    if fit_ring(ring, frame.size, cx.options.bounds, cx.ring)? {
        lose(losses, Reason::ClippedToImage);
    } else if cx.options.bounds == Bounds::Keep && !frame.takes_points(cx.ring) {
        return Err(Reason::InvalidGeometry);
    }
    let class = cx.list_class(a)?;
    frame.points(cx.parts.text(), class, cx.ring);
    Ok(())
}

fn outlines(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    mask: &MaskRef,
    cx: &mut Cx<'_>,
    scratch: &mut Scratch,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    mask.runs(frame.arena, frame.size.w, frame.size.h, &mut scratch.runs)?;
    scratch.contours.trace(&scratch.runs, frame.size.w);
    let mut polygons = scratch.contours.polygons().peekable();
    if polygons.peek().is_none() {
        return Err(Reason::MaskContourUnrepresentable);
    }
    let class = cx.list_class(a)?;
    for points in polygons {
        cx.ring.clear();
        cx.ring.extend(points.iter().map(|p| p.map(f64::from)));
        frame.points(cx.parts.text(), class, cx.ring);
    }
    if mask.assumed() {
        losses.push(Reason::MaskEncodingAssumed);
    }
    if scratch.contours.has_hole() {
        losses.push(Reason::MaskHoleDropped);
    }
    Ok(())
}
