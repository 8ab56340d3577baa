//! `detect`: `class xc yc w h`.

use super::row::Frame;
use crate::convert::format::RenderContext;
use crate::convert::geometry::Bounds;
use crate::dm::{Annotation, Geometry, Reason, Rect};

/// Appends the row of a box. A rotated box becomes its upright hull.
///
/// # Errors
/// Why there is no row.
pub fn row(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
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

/// The upright box of a box, inside the image as `--bounds` says.
///
/// # Errors
/// As [`crate::convert::geometry::fit::Fit::upright`]; [`Reason::InvalidGeometry`] with `--bounds keep` when Ultralytics does not
/// take it; [`Reason::InvalidBoundingBox`] when six decimals leave it no width or no height.
pub fn upright(
    rect: Rect,
    rotation: f64,
    frame: Frame<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<Rect, Reason> {
    let fit = cx.fit(frame.size);
    let fitted = fit.upright(rect, rotation, cx.rings, losses)?;
    if fit.bounds == Bounds::Keep && !frame.takes(fitted) {
        return Err(Reason::InvalidGeometry);
    }
    if !frame.shows(fitted) {
        return Err(Reason::InvalidBoundingBox);
    }
    Ok(fitted)
}
