//! Outlines of pixel masks: the outer borders of connected regions, followed on runs, never on a bitmap.
//!
//! The borders are those of Suzuki and Abe, "Topological structural analysis of digitized binary images by border following"
//! (1985): foreground connected over eight neighbours, background over four; a region inside a hole of another one is not
//! outlined. Of every horizontal, vertical or diagonal stretch only the end points are kept. Points are centres of pixels. This is
//! what OpenCV calls `RETR_EXTERNAL` with `CHAIN_APPROX_SIMPLE`, point for point.
//!
//! Time and memory grow with the number of runs, not with the size of the image.

mod plane;

use crate::dm::mask::Run;
use plane::{Pixel, Plane};
use std::cmp::Ordering;
use std::ops::Range;

/// A mask and its outlines; keeps its memory from mask to mask.
#[derive(Debug, Default)]
pub struct Contours {
    plane: Plane,
    points: Vec<[u32; 2]>,
    outlines: Vec<Range<usize>>,
    has_hole: bool,
}

impl Contours {
    /// Outlines a mask: `runs` sorted and apart, in an image of this width.
    pub fn trace(&mut self, runs: &[Run], width: u32) {
        self.points.clear();
        self.outlines.clear();
        self.plane.lay_out(runs, width);
        self.has_hole = self.plane.has_hole();
        for (row, span) in self.plane.outer_starts() {
            let start = self.points.len();
            self.follow((row, span.from));
            canonical(&mut self.points[start..]);
            self.outlines.push(start..self.points.len());
        }
        let points = &self.points;
        self.outlines.sort_by(|a, b| points[a.clone()].cmp(&points[b.clone()]));
    }

    /// The outlines that are polygons, that is have three distinct points or more: pixels, in the order of their points. Each
    /// begins where, and runs in the direction in which, the list of its points is lexically smallest.
    pub fn polygons(&self) -> impl Iterator<Item = &[[u32; 2]]> {
        self.outlines.iter().map(|range| &self.points[range.clone()]).filter(|points| has_three(points))
    }

    /// Whether some background is enclosed by foreground.
    pub fn has_hole(&self) -> bool {
        self.has_hole
    }

    /// Follows the outer border of a region from its first pixel, counter-clockwise, and appends its corners.
    fn follow(&mut self, start: Pixel) {
        // The last pixel of the border is the neighbour found first when turning clockwise from the left.
        let Some((towards_last, last)) =
            [3, 2, 1, 0, 7, 6, 5].into_iter().find_map(|d| self.plane.neighbour(start, d).map(|p| (d, p)))
        else {
            self.emit(start);
            return;
        };
        let (mut here, mut from, mut heading) = (start, towards_last, towards_last ^ 4);
        // A border is finite; every pixel of it has a neighbour, at worst the one it was entered from.
        while let Some((direction, next)) = (1..=8).find_map(|turn| {
            let d = (from + turn) & 7;
            self.plane.neighbour(here, d).map(|p| (d, p))
        }) {
            if direction != heading {
                self.emit(here);
                heading = direction;
            }
            if next == start && here == last {
                break;
            }
            let (skipped, end) = self.plane.straight(next, direction);
            if end == start && skipped == Some(last) {
                break;
            }
            here = end;
            from = direction ^ 4;
        }
    }

    fn emit(&mut self, (row, x): Pixel) {
        self.points.push([x, self.plane.y(row)]);
    }
}

fn has_three(points: &[[u32; 2]]) -> bool {
    let Some(a) = points.first() else { return false };
    let Some(b) = points.iter().find(|p| *p != a) else { return false };
    points.iter().any(|p| p != a && p != b)
}

/// Turns and mirrors a closed line of points to the lexically smallest of its forms.
fn canonical(points: &mut [[u32; 2]]) {
    let n = points.len();
    let Some(&least) = points.iter().min() else { return };
    let walk = |start: usize, back: bool| {
        (0..n).map(move |k| if back { (start + n - k) % n } else { (start + k) % n }).map(|i| points[i])
    };
    let mut best = (0, false);
    let mut chosen = false;
    for start in (0..n).filter(|&i| points[i] == least) {
        for back in [false, true] {
            if !chosen || walk(start, back).cmp(walk(best.0, best.1)) == Ordering::Less {
                (best, chosen) = ((start, back), true);
            }
        }
    }
    if best.1 {
        points.reverse();
        best.0 = n - 1 - best.0;
    }
    points.rotate_left(best.0);
}

#[cfg(test)]
mod tests;
