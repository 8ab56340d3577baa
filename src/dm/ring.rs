//! Rings: lists of points `[x, y]` in pixels, the last joined to the first.

use super::Rect;

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
