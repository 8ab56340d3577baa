//! `obb`: `class x1 y1 x2 y2 x3 y3 x4 y4`, the corners of a rotated rectangle, clockwise from its own top left.
//!
//! A rectangle that reaches over the edge cannot be cut and stay a rectangle. With `--bounds clip`:
//! 1. corners at most 1 % of the image beyond its edges stay where they are: that is within what Ultralytics allows;
//! 2. else it becomes the smallest rectangle of the same rotation around the part inside the image, and `CLIPPED_TO_IMAGE` is
//!    reported. Its corners may still lie outside. Ultralytics does not check corners but the upright box around them, whose
//!    centre and sides are then within the image's;
//! 3. only if they are not, it becomes the upright box around the part inside, and `ROTATION_DROPPED` is reported too.

use super::detect;
use super::row::Frame;
use crate::convert::format::RenderContext;
use crate::convert::geometry::fit::{Fit, Quad};
use crate::convert::geometry::{Bounds, Rotated, hull};
use crate::dm::{Annotation, Geometry, Reason, Rect};

/// How far beyond the edges Ultralytics takes a coordinate, in shares of the image's side.
const TOLERANCE: f64 = 0.01;

/// Appends the row of a box.
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
    let quad = if *rotation == 0.0 || cx.options.rotated != Rotated::Best {
        square(detect::upright(*rect, *rotation, frame, cx, losses)?)
    } else {
        turned(*rect, *rotation, frame, cx, losses)?
    };
    let [long, short] = [[0, 1], [1, 2]].map(|[i, j]: [usize; 2]| hull(&[quad[i], quad[j]]));
    // A side is seen when its ends differ in six decimals, in x or in y.
    let [w, h] = frame.scale();
    let is_seen = |side: Rect| side.w / w > 0.5e-6 || side.h / h > 0.5e-6;
    if !(is_seen(long) && is_seen(short)) {
        return Err(Reason::InvalidBoundingBox);
    }
    let class = cx.list_class(a)?;
    frame.points(cx.parts.text(), class, &quad);
    Ok(())
}

/// The corners of an upright box.
pub fn square(Rect { x, y, w, h }: Rect) -> Quad {
    [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
}

fn turned(
    rect: Rect,
    angle: f64,
    frame: Frame<'_>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<Quad, Reason> {
    let fit = cx.fit(frame.size);
    let quad = fit.corners(rect, angle)?;
    let within = |slack: f64| {
        let ends = frame.scale().map(|n| -n * slack..=n * (1.0 + slack));
        quad.iter().all(|p| ends[0].contains(&p[0]) && ends[1].contains(&p[1]))
    };
    if within(0.0) {
        return Ok(quad);
    }
    let readable = frame.takes_points(&quad);
    match fit.bounds {
        Bounds::Keep if readable => return Ok(quad),
        Bounds::Keep | Bounds::Reject => return Err(Reason::InvalidGeometry),
        Bounds::Clip if readable && within(TOLERANCE) => return Ok(quad),
        Bounds::Clip => {}
    }
    Fit { bounds: Bounds::Clip, ..fit }.turned(rect, angle, cx.rings, losses)?;
    let inside = cx.rings.points();
    let tight = around(inside, angle);
    if frame.takes_points(&tight) {
        return Ok(tight);
    }
    losses.push(Reason::RotationDropped);
    Ok(square(hull(inside)))
}

/// The smallest rectangle of a rotation around points.
fn around(points: &[[f64; 2]], angle: f64) -> Quad {
    let (sin, cos) = angle.sin_cos();
    let turn = |[x, y]: [f64; 2], sin: f64| [x * cos - y * sin, x * sin + y * cos];
    let level: Vec<[f64; 2]> = points.iter().map(|&p| turn(p, -sin)).collect();
    square(hull(&level)).map(|p| turn(p, sin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::geometry::corners;

    #[test]
    fn the_smallest_rectangle_around_corners_is_the_rectangle() {
        let rect = Rect { x: 10.0, y: 20.0, w: 30.0, h: 7.0 };
        for angle in [0.3, -1.2, 2.9] {
            let (want, got) = (corners(rect, angle), around(&corners(rect, angle), angle));
            for (a, b) in want.iter().flatten().zip(got.iter().flatten()) {
                assert!((a - b).abs() < 1e-9, "{want:?} {got:?}");
            }
        }
    }
}
