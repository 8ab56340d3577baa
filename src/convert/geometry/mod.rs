//! Boxes and rings against the image they lie in. Pixels, y down; angles in radians, clockwise on the screen.

pub mod contour;
pub mod keypoints;
pub mod rle;

use crate::dm::{Reason, Rect};

/// What to do with geometry outside the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Bounds {
    /// Cut it at the edge and report `CLIPPED_TO_IMAGE`.
    #[default]
    Clip,
    /// Refuse it: `INVALID_GEOMETRY`.
    Reject,
    /// Leave it as it is.
    Keep,
}

/// Width and height of an image, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Size {
    fn w(self) -> f64 {
        f64::from(self.w)
    }

    fn h(self) -> f64 {
        f64::from(self.h)
    }
}

/// A box inside the image. Gives the box and whether it was clipped.
///
/// # Errors
/// [`Reason::InvalidBoundingBox`] without area; [`Reason::InvalidGeometry`] when it is outside and `bounds` rejects, or nothing of
/// it lies inside.
pub fn fit_rect(r: Rect, size: Size, bounds: Bounds) -> Result<(Rect, bool), Reason> {
    if r.w <= 0.0 || r.h <= 0.0 {
        return Err(Reason::InvalidBoundingBox);
    }
    let (right, bottom) = (r.x + r.w, r.y + r.h);
    let inside = r.x >= 0.0 && r.y >= 0.0 && right <= size.w() && bottom <= size.h();
    if inside || bounds == Bounds::Keep {
        return Ok((r, false));
    }
    if bounds == Bounds::Reject {
        return Err(Reason::InvalidGeometry);
    }
    let (x, y) = (r.x.max(0.0), r.y.max(0.0));
    let cut = Rect { x, y, w: right.min(size.w()) - x, h: bottom.min(size.h()) - y };
    if cut.w > 0.0 && cut.h > 0.0 { Ok((cut, true)) } else { Err(Reason::InvalidGeometry) }
}

/// Twice the signed area of a ring (shoelace), summed in the order of its points.
pub fn twice_area(ring: &[[f64; 2]]) -> f64 {
    let cross = |a: &[f64; 2], b: &[f64; 2]| a[0] * b[1] - b[0] * a[1];
    let (Some(first), Some(last)) = (ring.first(), ring.last()) else { return 0.0 };
    ring.windows(2).fold(0.0, |sum, edge| sum + cross(&edge[0], &edge[1])) + cross(last, first)
}

/// Area of a ring, square pixels.
pub fn area(ring: &[[f64; 2]]) -> f64 {
    twice_area(ring).abs() / 2.0
}

/// The tight box around points; zero-sized for no points.
pub fn hull(points: &[[f64; 2]]) -> Rect {
    let first = points.first().copied().unwrap_or_default();
    let (mut low, mut high) = (first, first);
    for p in points {
        for i in 0..2 {
            low[i] = low[i].min(p[i]);
            high[i] = high[i].max(p[i]);
        }
    }
    Rect { x: low[0], y: low[1], w: high[0] - low[0], h: high[1] - low[1] }
}

/// Checks a ring and puts it into `out`, inside the image as `bounds` says. Gives whether it was clipped.
///
/// # Errors
/// [`Reason::InvalidPolygon`] with fewer than three distinct finite points, or without area; [`Reason::InvalidGeometry`] as
/// [`fit_rect`].
pub fn fit_ring(ring: &[[f64; 2]], size: Size, bounds: Bounds, out: &mut Vec<[f64; 2]>) -> Result<bool, Reason> {
    out.clear();
    if !ring.iter().flatten().all(|n| n.is_finite()) || distinct(ring) < 3 {
        return Err(Reason::InvalidPolygon);
    }
    let inside = ring.iter().all(|p| p[0] >= 0.0 && p[1] >= 0.0 && p[0] <= size.w() && p[1] <= size.h());
    if inside || bounds == Bounds::Keep {
        out.extend_from_slice(ring);
        let hull = hull(out);
        let flat = area(out) <= 0.0 || hull.w <= 0.0 || hull.h <= 0.0;
        return if flat { Err(Reason::InvalidPolygon) } else { Ok(false) };
    }
    if bounds == Bounds::Reject {
        return Err(Reason::InvalidGeometry);
    }
    clip_ring(ring, size, out);
    if distinct(out) < 3 || area(out) <= 0.0 {
        return Err(if area(ring) <= 0.0 { Reason::InvalidPolygon } else { Reason::InvalidGeometry });
    }
    Ok(true)
}

/// Number of distinct points, counted up to three.
pub fn distinct(points: &[[f64; 2]]) -> usize {
    let Some(a) = points.first() else { return 0 };
    let Some(b) = points.iter().find(|p| *p != a) else { return 1 };
    if points.iter().any(|p| p != a && p != b) { 3 } else { 2 }
}

/// Cuts a ring at the four edges of the image, one after the other (Sutherland and Hodgman, 1974).
fn clip_ring(ring: &[[f64; 2]], size: Size, out: &mut Vec<[f64; 2]>) {
    out.extend_from_slice(ring);
    let mut from = Vec::with_capacity(ring.len() + 4);
    for (axis, limit, keep_low) in [(0, 0.0, false), (0, size.w(), true), (1, 0.0, false), (1, size.h(), true)] {
        std::mem::swap(out, &mut from);
        out.clear();
        let inside = |p: &[f64; 2]| if keep_low { p[axis] <= limit } else { p[axis] >= limit };
        let Some(mut last) = from.last().copied() else { return };
        for &p in &from {
            if inside(&p) != inside(&last) {
                let t = (limit - last[axis]) / (p[axis] - last[axis]);
                let mut cut = [0.0; 2];
                cut[axis] = limit;
                cut[1 - axis] = last[1 - axis] + t * (p[1 - axis] - last[1 - axis]);
                out.push(cut);
            }
            if inside(&p) {
                out.push(p);
            }
            last = p;
        }
    }
    out.dedup();
    while out.len() > 1 && out.first() == out.last() {
        out.pop();
    }
}

/// The four corners of a box turned by `angle` about its centre, clockwise from the top left.
pub fn corners(r: Rect, angle: f64) -> [[f64; 2]; 4] {
    let (cx, cy) = (r.x + r.w / 2.0, r.y + r.h / 2.0);
    let (sin, cos) = angle.sin_cos();
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(sx, sy)| {
        let (dx, dy) = (sx * r.w / 2.0, sy * r.h / 2.0);
        [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    const SIZE: Size = Size { w: 10, h: 20 };

    #[test]
    fn boxes_are_clipped_rejected_or_kept() {
        let r = Rect { x: -2.0, y: 5.0, w: 6.0, h: 20.0 };
        let cut = Rect { x: 0.0, y: 5.0, w: 4.0, h: 15.0 };
        assert_eq!(fit_rect(r, SIZE, Bounds::Clip), Ok((cut, true)));
        assert_eq!(fit_rect(r, SIZE, Bounds::Reject), Err(Reason::InvalidGeometry));
        assert_eq!(fit_rect(r, SIZE, Bounds::Keep), Ok((r, false)));
        let outside = Rect { x: 10.0, y: 0.0, w: 5.0, h: 5.0 };
        assert_eq!(fit_rect(outside, SIZE, Bounds::Clip), Err(Reason::InvalidGeometry));
        assert_eq!(fit_rect(Rect { w: 0.0, ..r }, SIZE, Bounds::Keep), Err(Reason::InvalidBoundingBox));
    }

    #[test]
    fn rings_are_clipped_to_the_image() {
        let mut out = Vec::new();
        let ring = [[-5.0, 5.0], [5.0, 5.0], [5.0, 10.0], [-5.0, 10.0]];
        assert_eq!(fit_ring(&ring, SIZE, Bounds::Clip, &mut out), Ok(true));
        assert_eq!(area(&out), 25.0);
        assert_eq!(hull(&out), Rect { x: 0.0, y: 5.0, w: 5.0, h: 5.0 });
        let far = [[20.0, 5.0], [25.0, 5.0], [25.0, 10.0]];
        assert_eq!(fit_ring(&far, SIZE, Bounds::Clip, &mut out), Err(Reason::InvalidGeometry));
    }

    #[test]
    fn rings_without_area_are_refused() {
        let mut out = Vec::new();
        for bad in [
            &[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]][..],
            &[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]],
            &[[0.0, 0.0], [1.0, f64::NAN], [2.0, 5.0]],
        ] {
            assert_eq!(fit_ring(bad, SIZE, Bounds::Keep, &mut out), Err(Reason::InvalidPolygon));
        }
    }

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let got = hull(&corners(Rect { x: 2.0, y: 8.0, w: 6.0, h: 2.0 }, std::f64::consts::FRAC_PI_2));
        let want = [4.0, 6.0, 2.0, 6.0];
        for (a, b) in [got.x, got.y, got.w, got.h].iter().zip(want) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
