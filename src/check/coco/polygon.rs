//! Polygons of COCO: flat lists of coordinates, one a ring.

use crate::check::finding::Rule;
use crate::check::rules::{COCO_RING_FLAT, COCO_RING_INSIDE, COCO_RING_SHORT, COCO_SEGMENTATION_INVALID};
use crate::stream::StreamError;
use serde_json::Value;

/// Comparisons of points and edges that are made for one annotation.
const WORK: usize = 10_000_000;

/// Checks rings, each `[x1, y1, x2, y2, …]` in pixels. Gives left, top, right and bottom of all of them.
///
/// # Errors
/// Those of `say`.
pub fn check(
    rings: &[Value],
    say: &mut dyn FnMut(&'static Rule, &str) -> Result<(), StreamError>,
) -> Result<Option<[f64; 4]>, StreamError> {
    let mut whole: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut valid = true;
    for (i, ring) in rings.iter().enumerate() {
        let list = ring.as_array().map(Vec::as_slice).unwrap_or_default();
        let numbers: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
        if !ring.is_array() || numbers.len() != list.len() || !numbers.len().is_multiple_of(2) {
            valid = false;
            say(&COCO_SEGMENTATION_INVALID, &format!("segmentation[{i}] is no list of pairs of numbers"))?;
            continue;
        }
        if numbers.len() < 6 {
            valid = false;
            let message = format!("segmentation[{i}] has {} numbers, a ring needs six", numbers.len());
            say(&COCO_RING_SHORT, &message)?;
            continue;
        }
        let points: Vec<[f64; 2]> = numbers.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        if twice_area(&points) == 0.0 {
            say(&COCO_RING_FLAT, &format!("segmentation[{i}] has no area"))?;
        } else {
            whole.push(points);
        }
    }
    for (i, inner) in whole.iter().enumerate() {
        let around = |outer: &Vec<[f64; 2]>| {
            !std::ptr::eq(outer, inner)
                && inner.len() * outer.len() <= WORK
                && twice_area(outer).abs() > twice_area(inner).abs()
                && inner.iter().all(|p| strictly_inside(*p, outer))
        };
        if whole.iter().take(1000).any(around) {
            let message =
                format!("ring {} lies inside another: the reader fills it; write the mask as run lengths", i + 1);
            say(&COCO_RING_INSIDE, &message)?;
            break;
        }
    }
    let points = || whole.iter().flatten();
    let fold = |axis: usize, f: fn(f64, f64) -> f64, from: f64| points().map(|p| p[axis]).fold(from, f);
    let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
    let around = [fold(0, f64::min, low), fold(1, f64::min, low), fold(0, f64::max, high), fold(1, f64::max, high)];
    Ok((valid && !whole.is_empty()).then_some(around))
}

fn twice_area(ring: &[[f64; 2]]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|([x, y], [u, v])| x * v - u * y).sum()
}

/// Whether a point lies inside a ring by the even-odd rule and not on its border.
fn strictly_inside([x, y]: [f64; 2], ring: &[[f64; 2]]) -> bool {
    let mut inside = false;
    for (i, &[ax, ay]) in ring.iter().enumerate() {
        let [bx, by] = ring[(i + 1) % ring.len()];
        let cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        let between = x >= ax.min(bx) && x <= ax.max(bx) && y >= ay.min(by) && y <= ay.max(by);
        if cross == 0.0 && between {
            return false;
        }
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_not_on_the_border() {
        let square = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];
        assert!(strictly_inside([1.0, 1.0], &square));
        assert!(!strictly_inside([4.0, 2.0], &square) && !strictly_inside([5.0, 1.0], &square));
    }
}
