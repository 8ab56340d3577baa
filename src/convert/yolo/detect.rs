//! `detect`: `class xc yc w h`.

use super::row::Frame;
use crate::convert::format::Cx;
use crate::convert::geometry::{Bounds, corners, fit_rect, hull};
use crate::convert::options::Rotated;
use crate::dm::{Annotation, Geometry, Reason};

/// Appends the row of a box. A rotated box becomes its upright hull.
///
/// # Errors
/// Why there is no row.
pub fn row(frame: Frame<'_>, a: &Annotation<'_>, cx: &mut Cx<'_>, losses: &mut Vec<Reason>) -> Result<(), Reason> {
    let Geometry::Box(rect, rotation) = &a.geometry else { return Err(Reason::UnsupportedAnnotationType) };
    if rect.w <= 0.0 || rect.h <= 0.0 {
        return Err(Reason::InvalidBoundingBox);
    }
    let upright = match (*rotation == 0.0, cx.options.rotated) {
        (true, _) => *rect,
        (false, Rotated::Skip) => return Err(Reason::UnsupportedOrientedBoundingBox),
        (false, Rotated::Best | Rotated::Hull) => {
            losses.push(Reason::RotationDropped);
            hull(&corners(*rect, *rotation))
        }
    };
    let (fitted, clipped) = fit_rect(upright, frame.size, cx.options.bounds)?;
    if clipped {
        losses.push(Reason::ClippedToImage);
    } else if cx.options.bounds == Bounds::Keep && !frame.takes(fitted) {
        return Err(Reason::InvalidGeometry);
    }
    let class = cx.class(a)?;
    frame.style.open(cx.body, class);
    for n in frame.centred(fitted) {
        frame.style.number(cx.body, n);
    }
    frame.style.close(cx.body);
    Ok(())
}
