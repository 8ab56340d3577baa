//! The rows of a mask: which spans of foreground touch, and which gaps between them are open to the outside.

use crate::dm::mask::Run;
use std::ops::Range;

/// Foreground pixels `from..=to` of one row.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// First column.
    pub from: u32,
    /// Last column.
    pub to: u32,
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

/// A mask cut into rows; keeps its memory from mask to mask.
#[derive(Debug, Default)]
pub struct Plane {
    rows: Vec<Row>,
    spans: Vec<Span>,
    regions: Forest,
    gaps: Forest,
}

impl Plane {
    /// Takes a mask: `runs` sorted and apart, in an image of this width.
    pub fn lay_out(&mut self, runs: &[Run], width: u32) {
        self.cut(runs, width);
        self.connect();
        self.regions.settle();
        self.gaps.settle();
    }

    /// Whether some background is enclosed by foreground.
    pub fn has_hole(&self) -> bool {
        (1..=self.spans.len()).any(|gap| self.gaps.root(gap) != OUTSIDE)
    }

    /// The first span, with its row, of every region that no other one encloses.
    pub fn outer_starts(&self) -> Vec<(usize, Span)> {
        let all = (0..self.rows.len()).flat_map(|row| self.spans_of(row).map(move |span| (row, span)));
        let outer = all.filter(|&(row, span)| {
            self.regions.root(span) == span && self.gaps.root(self.gap_before(row, span)) == OUTSIDE
        });
        outer.map(|(row, span)| (row, self.spans[span])).collect()
    }

    /// The height of a row in the image, pixels from the top.
    pub fn y(&self, row: usize) -> u32 {
        self.rows[row].y
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
    pub fn neighbour(&self, (row, x): Pixel, direction: u8) -> Option<Pixel> {
        let (dx, dy) = STEPS[usize::from(direction & 7)];
        // Left of column 0 is `u32::MAX`, which no span holds.
        let x = x.wrapping_add_signed(i32::from(dx));
        let row = self.beside(row, dy)?;
        self.span_at(row, x).map(|_| (row, x))
    }

    /// How far a border that entered `at` going east or west certainly goes on: the pixel before the end, if it moved, and the end.
    pub fn straight(&self, at: Pixel, direction: u8) -> (Option<Pixel>, Pixel) {
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
}

/// A foreground pixel: the place of its row in [`Plane::rows`], its column.
pub type Pixel = (usize, u32);

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

    /// Brings every number right under its smallest one. A parent is never larger than its child, so that one pass does it.
    fn settle(&mut self) {
        for i in 0..self.parent.len() {
            self.parent[i] = self.parent[self.parent[i] as usize];
        }
    }

    /// The smallest member of the set of `i`; of a settled forest.
    fn root(&self, i: usize) -> usize {
        self.parent[i] as usize
    }

    /// The smallest member so far; cuts the way to it short.
    fn find(&mut self, mut i: usize) -> usize {
        while self.parent[i] as usize != i {
            self.parent[i] = self.parent[self.parent[i] as usize];
            i = self.parent[i] as usize;
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b)] = a.min(b) as u32;
    }
}
