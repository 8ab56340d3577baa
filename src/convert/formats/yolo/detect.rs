//! `detect`: `class xc yc w h`.

use super::row::Frame;
use crate::convert::format::Cx;
use crate::convert::geometry::{Bounds, corners, fit_rect, fit_ring, hull};
use crate::convert::options::Rotated;
use crate::dm::{Annotation, Geometry, Reason, Rect};

/// Appends the row of a box. A rotated box becomes its upright hull.
///
/// # Errors
/// Why there is no row.
pub fn row(frame: Frame<'_>, a: &Annotation<'_>, cx: &mut Cx<'_>, losses: &mut Vec<Reason>) -> Result<(), Reason> {
    let Geometry::Box(rect, rotation) = &a.geometry else { return Err(Reason::UnsupportedAnnotationType) };
    let fitted = upright(*rect, *rotation, frame, cx, losses)?;
    let class = cx.list_class(a)?;
    let out = cx.parts.text();
    frame.style.open(out, class);
    for n in frame.centred(fitted) {
        frame.style.number(out, n);
    }
    frame.style.close(out);
    Ok(())
}

/// The upright box of a box, inside the image as `--bounds` says. Of a rotated one that reaches over the edge it is the hull of
/// the part inside: the hull itself may lie inside where nothing of the box does.
///
/// # Errors
/// Why there is none.
pub fn upright(
    rect: Rect,
    rotation: f64,
    frame: Frame<'_>,
    cx: &mut Cx<'_>,
    losses: &mut Vec<Reason>,
) -> Result<Rect, Reason> {
    if rect.w <= 0.0 || rect.h <= 0.0 {
        return Err(Reason::InvalidBoundingBox);
    }
    let (size, bounds) = (frame.size, cx.options.bounds);
    let (fitted, clipped) = if rotation == 0.0 {
        fit_rect(rect, size, bounds)?
    } else if cx.options.rotated == Rotated::Skip {
        return Err(Reason::UnsupportedOrientedBoundingBox);
    } else {
        losses.push(Reason::RotationDropped);
        let clipped = fit_ring(&corners(rect, rotation), size, bounds, cx.ring)?;
        (hull(cx.ring), clipped)
    };
    if clipped {
        losses.push(Reason::ClippedToImage);
    } else if bounds == Bounds::Keep && !frame.takes(fitted) {
        return Err(Reason::InvalidGeometry);
    }
    Ok(fitted)
}
