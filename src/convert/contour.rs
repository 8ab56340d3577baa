//! Outlines of pixel masks: the outer borders of connected regions, followed on runs, never on a bitmap.
//!
//! The borders are those of Suzuki and Abe, "Topological structural analysis of digitized binary images by border following"
//! (1985): foreground connected over eight neighbours, background over four; a region inside a hole of another one is not
//! outlined. Of every horizontal, vertical or diagonal stretch only the end points are kept. Points are centres of pixels. This is
//! what OpenCV calls `RETR_EXTERNAL` with `CHAIN_APPROX_SIMPLE`, point for point.
//!
//! Time and memory grow with the number of runs, not with the size of the image.

use crate::dm::mask::Run;
use std::cmp::Ordering;
use std::ops::Range;

/// Foreground pixels `from..=to` of one row.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: u32,
    to: u32,
}

/// A row with foreground.
#[derive(Clone, Copy, Debug)]
struct Row {
    y: u32,
    /// Its first span.
    first: u32,
    /// The row above has foreground too.
    joined: bool,
}

/// A mask and its outlines; keeps its memory from mask to mask.
#[derive(Debug, Default)]
pub struct Contours {
    rows: Vec<Row>,
    spans: Vec<Span>,
    regions: Forest,
    gaps: Forest,
    points: Vec<[u32; 2]>,
    outlines: Vec<Range<usize>>,
    has_hole: bool,
}

impl Contours {
    /// Outlines a mask: `runs` sorted and apart, in an image of this width.
    pub fn trace(&mut self, runs: &[Run], width: u32) {
        self.points.clear();
        self.outlines.clear();
        self.cut(runs, width);
        self.connect();
        self.has_hole = (1..=self.spans.len()).any(|gap| self.gaps.root(gap) != OUTSIDE);
        for row in 0..self.rows.len() {
            for span in self.spans_of(row) {
                let first_of_region = self.regions.root(span) == span;
                if first_of_region && self.gaps.root(self.gap_before(row, span)) == OUTSIDE {
                    let start = self.points.len();
                    self.follow(row, span);
                    canonical(&mut self.points[start..]);
                    self.outlines.push(start..self.points.len());
                }
            }
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

    /// Cuts runs into rows. Of whole rows that follow each other only the first and the last are kept: between them a border can
    /// but go straight on.
    fn cut(&mut self, runs: &[Run], width: u32) {
        self.rows.clear();
        self.spans.clear();
        let wide = u64::from(width);
        for run in runs {
            let (mut start, end) = (run.start, run.start + run.length);
            while start < end {
                let (y, from) = (start / wide, start % wide);
                let length = (wide - from).min(end - start);
                self.span(y as u32, Span { from: from as u32, to: (from + length - 1) as u32 }, false);
                start += length;
                let whole_rows = (end - start) / wide;
                if from == 0 && length == wide && whole_rows > 1 {
                    start += (whole_rows - 1) * wide;
                    self.span((start / wide) as u32, Span { from: 0, to: width - 1 }, true);
                    start += wide;
                }
            }
        }
    }

    /// Adds a span; `joined` says that its row touches the one before although rows between them were left out.
    fn span(&mut self, y: u32, span: Span, joined: bool) {
        match self.rows.last() {
            Some(row) if row.y == y => {}
            last => {
                let joined = joined || last.is_some_and(|above| above.y + 1 == y);
                self.rows.push(Row { y, first: self.spans.len() as u32, joined });
            }
        }
        self.spans.push(span);
    }

    fn spans_of(&self, row: usize) -> Range<usize> {
        let end = self.rows.get(row + 1).map_or(self.spans.len(), |next| next.first as usize);
        self.rows[row].first as usize..end
    }

    /// Number of the background left of a span. The gap after span `i` has the number `i + 1`.
    fn gap_before(&self, row: usize, span: usize) -> usize {
        if span == self.rows[row].first as usize { OUTSIDE } else { span }
    }

    /// Finds which spans are one region, and which gaps one background.
    fn connect(&mut self) {
        self.regions.reset(self.spans.len());
        self.gaps.reset(self.spans.len() + 1);
        for row in 0..self.rows.len() {
            let here = self.spans_of(row);
            // What follows the last span of a row is outside.
            self.gaps.join(OUTSIDE, here.end);
            if row > 0 && self.rows[row].joined {
                let above = self.spans_of(row - 1);
                self.join_regions(above.clone(), here.clone());
                self.join_gaps(above, here);
            } else {
                self.open(here);
                if row > 0 {
                    self.open(self.spans_of(row - 1));
                }
            }
        }
        if let Some(last) = self.rows.len().checked_sub(1) {
            self.open(self.spans_of(last));
        }
    }

    /// The gaps of a row beside an empty one are outside.
    fn open(&mut self, spans: Range<usize>) {
        for span in spans {
            self.gaps.join(OUTSIDE, span + 1);
        }
    }

    fn join_regions(&mut self, above: Range<usize>, here: Range<usize>) {
        let (mut a, mut b) = (above.start, here.start);
        while a < above.end && b < here.end {
            let (up, down) = (self.spans[a], self.spans[b]);
            // Corners touch: one pixel to either side.
            if up.from <= down.to.saturating_add(1) && down.from <= up.to.saturating_add(1) {
                self.regions.join(a, b);
            }
            if up.to < down.to { a += 1 } else { b += 1 }
        }
    }

    /// Gaps of two rows are one background where they share a column.
    fn join_gaps(&mut self, above: Range<usize>, here: Range<usize>) {
        // Gap `k` of a row is what precedes its span `k`; the last one follows all spans. Columns are counted from 1, so that
        // there is one on either side of the image.
        let edges = |spans: &[Span], list: &Range<usize>, k: usize| {
            let left = if k == list.start { 0 } else { u64::from(spans[k - 1].to) + 2 };
            let right = if k == list.end { u64::MAX } else { u64::from(spans[k].from) };
            (left, right)
        };
        let number = |list: &Range<usize>, k: usize| if k == list.start { OUTSIDE } else { k };
        let (mut a, mut b) = (above.start, here.start);
        while a <= above.end && b <= here.end {
            let (up, down) = (edges(&self.spans, &above, a), edges(&self.spans, &here, b));
            if up.0 <= down.1 && down.0 <= up.1 {
                self.gaps.join(number(&above, a), number(&here, b));
            }
            if up.1 < down.1 { a += 1 } else { b += 1 }
        }
    }

    /// The span of a row that holds column `x`.
    fn span_at(&self, row: usize, x: u32) -> Option<Span> {
        let spans = &self.spans[self.spans_of(row)];
        let at = spans.partition_point(|s| s.to < x);
        spans.get(at).copied().filter(|s| s.from <= x)
    }

    /// The row a step up (−1) or down (1), if it has foreground and touches.
    fn beside(&self, row: usize, dy: i8) -> Option<usize> {
        match dy {
            0 => Some(row),
            1 => self.rows.get(row + 1).filter(|next| next.joined).map(|_| row + 1),
            _ => {
                if self.rows[row].joined {
                    row.checked_sub(1)
                } else {
                    None
                }
            }
        }
    }

    /// The neighbour in a direction, if it is foreground.
    fn neighbour(&self, (row, x): Pixel, direction: u8) -> Option<Pixel> {
        let (dx, dy) = STEPS[usize::from(direction & 7)];
        // Left of column 0 is `u32::MAX`, which no span holds.
        let x = x.wrapping_add_signed(i32::from(dx));
        let row = self.beside(row, dy)?;
        self.span_at(row, x).map(|_| (row, x))
    }

    /// Follows the outer border of a region from its first pixel, counter-clockwise, and appends its corners.
    fn follow(&mut self, row: usize, span: usize) {
        let start = (row, self.spans[span].from);
        // The last pixel of the border is the neighbour found first when turning clockwise from the left.
        let Some((towards_last, last)) =
            [3, 2, 1, 0, 7, 6, 5].into_iter().find_map(|d| self.neighbour(start, d).map(|p| (d, p)))
        else {
            self.emit(start);
            return;
        };
        let (mut here, mut from, mut heading) = (start, towards_last, towards_last ^ 4);
        // A border is finite; every pixel of it has a neighbour, at worst the one it was entered from.
        while let Some((direction, next)) = (1..=8).find_map(|turn| {
            let d = (from + turn) & 7;
            self.neighbour(here, d).map(|p| (d, p))
        }) {
            if direction != heading {
                self.emit(here);
                heading = direction;
            }
            if next == start && here == last {
                break;
            }
            let (skipped, end) = self.straight(next, direction);
            if end == start && skipped == Some(last) {
                break;
            }
            here = end;
            from = direction ^ 4;
        }
    }

    /// How far a border that entered `at` going east or west certainly goes on: the pixel before the end, if it moved, and the end.
    fn straight(&self, at: Pixel, direction: u8) -> (Option<Pixel>, Pixel) {
        let (row, x) = at;
        let Some(own) = self.span_at(row, x).filter(|_| matches!(direction, EAST | WEST)) else { return (None, at) };
        // Going east the region is on the left hand: what is below may turn the border; going west, what is above.
        let end = if direction == EAST {
            let below = self.beside(row, 1).and_then(|r| {
                let spans = &self.spans[self.spans_of(r)];
                spans.get(spans.partition_point(|s| s.to < x.saturating_sub(1))).map(|s| s.from)
            });
            own.to.min(below.map_or(u32::MAX, |from| from.saturating_sub(1)))
        } else {
            let above = self.beside(row, -1).and_then(|r| {
                let spans = &self.spans[self.spans_of(r)];
                spans[..spans.partition_point(|s| s.from <= x.saturating_add(1))].last().map(|s| s.to)
            });
            own.from.max(above.map_or(0, |to| to.saturating_add(1)))
        };
        match direction {
            EAST if end > x => (Some((row, end - 1)), (row, end)),
            WEST if end < x => (Some((row, end + 1)), (row, end)),
            _ => (None, at),
        }
    }

    fn emit(&mut self, (row, x): Pixel) {
        self.points.push([x, self.rows[row].y]);
    }
}

/// A foreground pixel: the place of its row in [`Contours::rows`], its column.
type Pixel = (usize, u32);

/// The eight neighbours, counter-clockwise from the east: columns to the right, rows down.
const STEPS: [(i8, i8); 8] = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)];
const EAST: u8 = 0;
const WEST: u8 = 4;
/// The background around everything.
const OUTSIDE: usize = 0;

/// Disjoint sets of numbers, each known by its smallest member.
#[derive(Debug, Default)]
struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn reset(&mut self, n: usize) {
        self.parent.clear();
        self.parent.extend(0..n as u32);
    }

    fn root(&mut self, i: usize) -> usize {
        let mut i = i;
        while self.parent[i] as usize != i {
            self.parent[i] = self.parent[self.parent[i] as usize];
            i = self.parent[i] as usize;
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b) as u32;
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
