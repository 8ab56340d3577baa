//! Polygons of COCO: flat lists of coordinates, one a ring.

use super::fields::Rings;
use crate::check::finding::Rule;
use crate::check::rules::{COCO_RING_FLAT, COCO_RING_INSIDE, COCO_RING_SHORT, COCO_SEGMENTATION_INVALID};
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;

/// Comparisons of points and edges that are made for one annotation.
const WORK: usize = 10_000_000;

/// What a polygon covers, pixels.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Left, top, right and bottom.
    pub around: [f64; 4],
    /// The sum of the areas of the rings.
    pub area: f64,
    /// The sum of their lengths.
    pub length: f64,
}

/// Checks rings, each `[x1, y1, x2, y2, …]` in pixels. `None` when what they cover cannot be told.
///
/// # Errors
/// Those of `say`.
pub fn check(
    rings: &Rings,
    say: &mut dyn FnMut(&'static Rule, Message) -> Result<(), StreamError>,
) -> Result<Option<Extent>, StreamError> {
    let mut valid = true;
    let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut extent = Extent { around: [low, low, high, high], area: 0.0, length: 0.0 };
    let mut whole = 0;
    for (i, ring) in each(rings).enumerate() {
        let Some(ring) = ring.filter(|ring| ring.len().is_multiple_of(2)) else {
            valid = false;
            say(&COCO_SEGMENTATION_INVALID, tr!("coco-ring-pairs", i))?;
            continue;
        };
        if ring.len() < 6 {
            valid = false;
            let message = tr!("coco-ring-short", i, numbers = ring.len());
            say(&COCO_RING_SHORT, message)?;
            continue;
        }
        let area = twice_area(ring).abs() / 2.0;
        if area == 0.0 {
            say(&COCO_RING_FLAT, tr!("coco-ring-flat", i))?;
            continue;
        }
        whole += 1;
        extent.area += area;
        let mut last = [ring[ring.len() - 2], ring[ring.len() - 1]];
        for point in ring.chunks_exact(2) {
            let [x, y] = [point[0], point[1]];
            let [left, top, right, bottom] = extent.around;
            extent.around = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
            extent.length += (x - last[0]).hypot(y - last[1]);
            last = [x, y];
        }
    }
    if whole > 1 {
        inside(rings, say)?;
    }
    Ok((valid && whole > 0).then_some(extent))
}

/// The rings; `None` for one that is not a list of numbers.
fn each(rings: &Rings) -> impl Iterator<Item = Option<&[f64]>> {
    let starts = std::iter::once(0).chain(rings.ends.iter().map(|(end, _)| *end));
    starts.zip(&rings.ends).map(|(start, (end, numbers))| numbers.then(|| &rings.values[start..*end]))
}

/// Finds a ring that lies in another.
fn inside(
    rings: &Rings,
    say: &mut dyn FnMut(&'static Rule, Message) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    let whole: Vec<&[f64]> = each(rings).flatten().filter(|r| r.len() >= 6 && twice_area(r) != 0.0).collect();
    for (i, inner) in whole.iter().enumerate() {
        let around = |outer: &&[f64]| {
            !std::ptr::eq(*outer, *inner)
                && inner.len() / 2 * outer.len() / 2 <= WORK
                && twice_area(outer).abs() > twice_area(inner).abs()
                && inner.chunks_exact(2).all(|p| strictly_inside([p[0], p[1]], outer))
        };
        if whole.iter().take(1000).any(around) {
            let message = tr!("coco-ring-inside", ring = i + 1);
            return say(&COCO_RING_INSIDE, message);
        }
    }
    Ok(())
}

/// Twice the area inside a ring, by its sign clockwise or not.
fn twice_area(ring: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut last = [ring[ring.len() - 2], ring[ring.len() - 1]];
    for point in ring.chunks_exact(2) {
        sum += last[0] * point[1] - point[0] * last[1];
        last = [point[0], point[1]];
    }
    sum
}

/// Whether a point lies inside a ring by the even-odd rule and not on its border.
fn strictly_inside([x, y]: [f64; 2], ring: &[f64]) -> bool {
    let mut inside = false;
    let [mut ax, mut ay] = [ring[ring.len() - 2], ring[ring.len() - 1]];
    for point in ring.chunks_exact(2) {
        let [bx, by] = [point[0], point[1]];
        let cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        let between = x >= ax.min(bx) && x <= ax.max(bx) && y >= ay.min(by) && y <= ay.max(by);
        if cross == 0.0 && between {
            return false;
        }
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
        [ax, ay] = [bx, by];
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_not_on_the_border() {
        let square = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0];
        assert!(strictly_inside([1.0, 1.0], &square));
        assert!(!strictly_inside([4.0, 2.0], &square) && !strictly_inside([5.0, 1.0], &square));
    }
}
