//! `detect`: `class xc yc w h`.

use super::row::Frame;
use super::segment;
use crate::convert::format::RenderContext;
use crate::convert::formats::shapes::Polygons;
use crate::convert::geometry::Bounds;
use crate::dm::{Annotation, Geometry, Reason, Rect};

/// Appends the row of a box. A rotated box becomes its upright hull; so do polygons and masks with `--polygons box`.
///
/// # Errors
/// Why there is no row.
pub fn row(
    frame: Frame<'_>,
    a: &Annotation<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let fitted = match &a.geometry {
        Geometry::Box(rect, rotation) => upright(*rect, *rotation, frame, cx, losses)?,
        geometry if cx.options.formats.shapes.polygons == Some(Polygons::Box) => {
            if let Geometry::Mask(_) = geometry {
                segment::objects_only(cx)?;
            }
            let around = cx.fit(frame.size).around(geometry, frame.arena, cx.rings, losses)?;
            readable(around, frame, cx)?
        }
        _ => return Err(Reason::UnsupportedAnnotationType),
    };
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
    let fitted = cx.fit(frame.size).upright(rect, rotation, cx.rings, losses)?;
    readable(fitted, frame, cx)
}

/// A fitted box, if a row can hold it.
fn readable(fitted: Rect, frame: Frame<'_>, cx: &RenderContext<'_>) -> Result<Rect, Reason> {
    if cx.options.bounds == Bounds::Keep && !frame.takes(fitted) {
        return Err(Reason::InvalidGeometry);
    }
    if !frame.shows(fitted) {
        return Err(Reason::InvalidBoundingBox);
    }
    Ok(fitted)
}
