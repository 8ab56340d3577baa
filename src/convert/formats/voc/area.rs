//! What one mask covers, row by row, whether it came as rings or as runs.

use super::fill::{Fill, Scratch};
use crate::convert::geometry::Size;
use crate::dm::mask::Run;
use std::ops::Range;

/// What one mask covers.
#[derive(Clone, Debug)]
pub enum Area {
    /// Rings of one object, united.
    Rings(Vec<Fill>),
    /// Sorted row-major runs.
    Runs(Vec<Run>),
}

impl Area {
    /// The rows it may paint on.
    pub fn rows(&self, size: Size) -> Range<u32> {
        match self {
            Area::Rings(rings) => {
                let rows = || rings.iter().map(Fill::rows).filter(|r| !r.is_empty());
                rows().map(|r| r.start).min().unwrap_or(0)..rows().map(|r| r.end).max().unwrap_or(0)
            }
            Area::Runs(runs) => match (runs.first(), runs.last()) {
                (Some(first), Some(last)) => {
                    let row = |pixel: u64| (pixel / u64::from(size.w)) as u32;
                    row(first.start)..row(last.start + last.length - 1) + 1
                }
                _ => 0..0,
            },
        }
    }

    /// Calls `paint` with the columns covered on a row; rows are asked for in ascending order.
    pub fn row(&mut self, row: u32, size: Size, scratch: &mut Scratch, mut paint: impl FnMut(Range<u32>)) {
        match self {
            Area::Rings(rings) => rings.iter_mut().for_each(|ring| ring.row(row, scratch, &mut paint)),
            Area::Runs(runs) => {
                let start = u64::from(row) * u64::from(size.w);
                let end = start + u64::from(size.w);
                let first = runs.partition_point(|r| r.start + r.length <= start);
                for run in runs[first..].iter().take_while(|r| r.start < end) {
                    let column = |pixel: u64| (pixel.clamp(start, end) - start) as u32;
                    paint(column(run.start)..column(run.start + run.length));
                }
            }
        }
    }

    /// Whether it covers any pixel of the image.
    pub fn paints(&mut self, size: Size, scratch: &mut Scratch) -> bool {
        let mut any = false;
        for row in self.rows(size) {
            self.row(row, size, scratch, |_| any = true);
            if any {
                break;
            }
        }
        if let Area::Rings(rings) = self {
            rings.iter_mut().for_each(Fill::rewind);
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { w: 4, h: 3 };

    fn spans(area: &mut Area) -> Vec<(u32, Range<u32>)> {
        let (mut out, mut scratch) = (Vec::new(), Scratch::default());
        for y in area.rows(SIZE) {
            area.row(y, SIZE, &mut scratch, |span| out.push((y, span)));
        }
        out
    }

    #[test]
    fn runs_are_cut_at_row_ends() {
        let mut area = Area::Runs(vec![Run { start: 1, length: 1 }, Run { start: 3, length: 6 }]);
        assert_eq!(spans(&mut area), [(0, 1..2), (0, 3..4), (1, 0..4), (2, 0..1)]);
    }

    #[test]
    fn what_paints_nothing_is_known_beforehand() {
        let mut scratch = Scratch::default();
        let outside = Fill::new(&[[9.0, 0.0], [12.0, 0.0], [12.0, 2.0]], SIZE);
        assert!(!Area::Rings(vec![outside]).paints(SIZE, &mut scratch));
        assert!(!Area::Runs(Vec::new()).paints(SIZE, &mut scratch));
        let mut inside = Area::Rings(vec![Fill::new(&[[2.0, 0.0], [9.0, 0.0], [9.0, 1.0], [2.0, 1.0]], SIZE)]);
        assert!(inside.paints(SIZE, &mut scratch));
        // Asking must not have used it up.
        assert_eq!(spans(&mut inside).iter().map(|(y, _)| *y).max(), Some(1));
    }
}
