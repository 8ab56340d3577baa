//! Polygon → spans of pixels, row by row, by the rule of the platform's rasteriser (`ImageDraw.polygon` of Pillow on a bitmap),
//! so that a mask drawn here is the mask drawn there, to the pixel.
//!
//! The rule:
//! * Corners are cut to whole pixels, towards zero.
//! * A horizontal edge paints all of its pixels.
//! * Any other edge crosses every row from its upper to its lower end, both included. Its lower end counts twice, unless it lies
//!   on the last row of the polygon: where one edge hands over to the next there are three crossings of one column, which
//!   together act as one; in a lower tip there are four, which paint the tip.
//! * The crossings of a row are sorted and paired; a pair paints from the first, rounded with halves away from zero, to the second,
//!   rounded with halves towards zero.
//! * Two slanted edges that part from one column (or, on the last row, meet in it) and both move more than a pixel to the same side
//!   would leave the tip unconnected: the crossing of the later one is drawn to a pixel from the nearer of them.
//!
//! Columns are computed in `f32` as the platform does, because rounding decides ties.

use crate::convert::geometry::Size;
use std::collections::HashMap;
use std::ops::Range;

/// An edge that is not horizontal.
#[derive(Clone, Copy, Debug)]
struct Edge {
    /// Where it begins in the order of the ring; columns are counted from here.
    from: [i32; 2],
    /// First row.
    top: i32,
    /// Last row.
    bottom: i32,
    /// Columns per row.
    slope: f32,
    /// Its place in the ring.
    place: usize,
}

impl Edge {
    fn column(&self, row: i32) -> f32 {
        (i64::from(row) - i64::from(self.from[1])) as f32 * self.slope + self.from[0] as f32
    }
}

/// Memory that rows of any polygon use in turn.
#[derive(Debug, Default)]
pub struct Scratch {
    columns: Vec<f32>,
    /// Rounded column of a tip → the first edge there, as an index into the edges.
    tips: HashMap<i64, usize>,
}

/// A ring being filled, from the first row to the last.
#[derive(Clone, Debug)]
pub struct Fill {
    size: Size,
    /// By first row, then by place.
    edges: Vec<Edge>,
    /// Horizontal edges by row: row, first and last column.
    flats: Vec<[i32; 3]>,
    top: i32,
    bottom: i32,
    next_edge: usize,
    next_flat: usize,
    active: Vec<usize>,
}

impl Fill {
    /// The fill of a ring of finite points, pixels, cut at the edges of the image. The ring may be closed or not.
    pub fn new(ring: &[[f64; 2]], size: Size) -> Self {
        let corner = |p: &[f64; 2]| [p[0] as i32, p[1] as i32];
        let mut fill = Self {
            size,
            edges: Vec::with_capacity(ring.len()),
            flats: Vec::new(),
            top: i32::MAX,
            bottom: i32::MIN,
            next_edge: 0,
            next_flat: 0,
            active: Vec::new(),
        };
        let next = ring.iter().cycle().skip(1);
        for (place, (a, b)) in ring.iter().zip(next).enumerate() {
            let (a, b) = (corner(a), corner(b));
            if place + 1 < ring.len() || a != b {
                fill.add(a, b, place);
            }
        }
        fill.edges.sort_unstable_by_key(|e| (e.top, e.place));
        fill.flats.sort_unstable();
        fill
    }

    fn add(&mut self, a: [i32; 2], b: [i32; 2], place: usize) {
        let (top, bottom) = (a[1].min(b[1]), a[1].max(b[1]));
        self.top = self.top.min(top);
        self.bottom = self.bottom.max(bottom);
        if top == bottom {
            return self.flats.push([top, a[0].min(b[0]), a[0].max(b[0])]);
        }
        let along = |axis: usize| (i64::from(b[axis]) - i64::from(a[axis])) as f32;
        self.edges.push(Edge { from: a, top, bottom, slope: along(0) / along(1), place });
    }

    /// The rows of the image that it may paint on.
    pub fn rows(&self) -> Range<u32> {
        let end = (i64::from(self.bottom) + 1).clamp(0, i64::from(self.size.h)) as u32;
        (self.top.max(0) as u32).min(end)..end
    }

    /// Calls `paint` with the columns painted on a row; spans may overlap and come in any order. Rows are asked for in ascending
    /// order; those left out are passed over.
    pub fn row(&mut self, row: u32, scratch: &mut Scratch, mut paint: impl FnMut(Range<u32>)) {
        let Ok(y) = i32::try_from(row) else { return };
        let width = i64::from(self.size.w);
        let mut span = |first: i64, last: i64| {
            let (first, end) = (first.max(0), (last + 1).min(width));
            if first < end {
                paint(first as u32..end as u32);
            }
        };
        while let Some(&[at, first, last]) = self.flats.get(self.next_flat).filter(|f| f[0] <= y) {
            self.next_flat += 1;
            if at == y {
                span(first.into(), last.into());
            }
        }
        while self.edges.get(self.next_edge).is_some_and(|e| e.top <= y) {
            self.active.push(self.next_edge);
            self.next_edge += 1;
        }
        let edges = &self.edges;
        self.active.retain(|&i| edges[i].bottom >= y);
        self.crossings(y, scratch);
        for pair in scratch.columns.chunks_exact(2) {
            span(halves_away(pair[0]), halves_towards(pair[1]));
        }
    }

    /// The crossings of a row, sorted.
    fn crossings(&self, y: i32, Scratch { columns, tips }: &mut Scratch) {
        let last_row = y == self.bottom;
        let is_tip = |e: &Edge| e.slope != 0.0 && if last_row { e.bottom == y } else { e.top == y };
        tips.clear();
        for &i in self.active.iter().filter(|&&i| is_tip(&self.edges[i])) {
            let first = tips.entry(tip_key(self.edges[i].column(y))).or_insert(i);
            if self.edges[i].place < self.edges[*first].place {
                *first = i;
            }
        }
        columns.clear();
        for e in self.active.iter().map(|&i| &self.edges[i]) {
            let column = e.column(y);
            if e.bottom == y && !last_row {
                columns.extend([column, column]);
                continue;
            }
            let other = if is_tip(e) { tips.get(&tip_key(column)).map(|&i| &self.edges[i]) } else { None };
            columns.push(match other.filter(|o| o.place < e.place) {
                Some(other) => {
                    let beside = if last_row { y - 1 } else { y + 1 };
                    connected(column, e.column(beside), other.column(beside))
                }
                None => column,
            });
        }
        columns.sort_unstable_by(f32::total_cmp);
    }

    /// Goes back to before the first row.
    pub fn rewind(&mut self) {
        (self.next_edge, self.next_flat) = (0, 0);
        self.active.clear();
    }
}

fn tip_key(column: f32) -> i64 {
    column.round() as i64
}

/// A tip's column, drawn to a pixel from the nearer of its two edges on the row beside it.
fn connected(tip: f32, a: f32, b: f32) -> f32 {
    if tip > a + 1.0 && tip > b + 1.0 {
        a.max(b).round() + 1.0
    } else if tip < a - 1.0 && tip < b - 1.0 {
        a.min(b).round() - 1.0
    } else {
        tip
    }
}

fn halves_away(n: f32) -> i64 {
    if n >= 0.0 { (n + 0.5).floor() as i64 } else { -((f64::from(n.abs()) + 0.5).floor() as i64) }
}

fn halves_towards(n: f32) -> i64 {
    if n >= 0.0 { (n - 0.5).ceil() as i64 } else { -((f64::from(n.abs()) - 0.5).ceil() as i64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of `.` and `#`.
    fn drawn(ring: &[[f64; 2]], w: u32, h: u32) -> Vec<String> {
        let mut fill = Fill::new(ring, Size { w, h });
        let mut scratch = Scratch::default();
        let mut picture = vec![vec!['.'; w as usize]; h as usize];
        for y in fill.rows() {
            fill.row(y, &mut scratch, |span| picture[y as usize][span.start as usize..span.end as usize].fill('#'));
        }
        picture.into_iter().map(String::from_iter).collect()
    }

    /// The pictures are what the platform's rasteriser draws of these rings.
    #[test]
    fn pictures_are_those_of_the_platform() {
        let cases: [(&[[f64; 2]], &[&str]); 7] = [
            (&[[0.9, 0.0], [5.9, 2.0], [1.0, 4.0]], &["#.....", "###...", ".#####", ".###..", ".#...."]),
            (
                &[[0.0, 0.0], [6.0, 4.0], [6.0, 0.0], [0.0, 4.0]],
                &["#.....#", "##...##", "#######", "##...##", "#.....#"],
            ),
            // Tips that a plain crossing rule would leave unconnected.
            (&[[11.0, 0.0], [0.0, 2.0], [3.0, 2.0]], &["........####", "......##....", "####........", "............"]),
            (&[[3.0, 0.0], [0.0, 0.0], [11.0, 2.0]], &["####........", "......##....", "........####"]),
            (&[[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]], &["#....", ".#...", "..#..", "...#.", "....#"]),
            (&[[-3.0, -2.0], [2.0, 1.0], [9.0, 9.0], [-3.0, 9.0]], &["#...", "###.", "####"]),
            (&[[-0.9, -0.9], [1.5, -0.4], [1.2, 1.9]], &["##.", ".#.", "..."]),
        ];
        for (ring, want) in cases {
            assert_eq!(drawn(ring, want[0].len() as u32, want.len() as u32), want, "{ring:?}");
        }
    }

    #[test]
    fn a_closed_ring_is_the_same_ring() {
        let open = [[0.0, 0.0], [5.0, 1.0], [2.0, 4.0]];
        let closed = [open[0], open[1], open[2], open[0]];
        assert_eq!(drawn(&open, 6, 5), drawn(&closed, 6, 5));
    }

    #[test]
    fn numbers_of_any_size_stay_inside() {
        let ring = [[-1e300, 1.0], [1e300, 1.0], [5e9, 1e300], [-4e18, 2.5e9]];
        assert_eq!(drawn(&ring, 3, 4), ["...", "###", "###", "###"]);
        let above = [[0.0, -9.0], [4.0, -9.0], [2.0, -1.0]];
        assert!(Fill::new(&above, Size { w: 3, h: 4 }).rows().is_empty());
    }
}
