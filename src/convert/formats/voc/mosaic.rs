//! The masks of one image, painted over each other: which of them is on top at every pixel, as runs. Both planes follow from it,
//! and neither exists as pixels: what is in memory is the masks as they came, one row, and the runs.

use super::area::Area;
use super::fill::Scratch;
use crate::convert::engine::classes::ClassRef;
use crate::convert::geometry::Size;
use std::ops::Range;

/// What a mask is in the planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Its class.
    pub class: ClassRef,
    /// Its index in the object plane; 0 when it is not an object.
    pub object: u8,
}

/// The masks of one image, painted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mosaic {
    /// Size of the image.
    pub size: Size,
    /// The masks, in paint order.
    pub tiles: Vec<Tile>,
    /// Pairs of varints in row-major order: number of the tile on top (0: none, else its place + 1), number of pixels.
    runs: Vec<u8>,
}

impl Mosaic {
    /// Paints masks over each other, the first at the bottom.
    pub fn paint(size: Size, layers: Vec<(Tile, Area)>, scratch: &mut Scratch) -> Self {
        let (tiles, mut areas): (Vec<Tile>, Vec<Area>) = layers.into_iter().unzip();
        let rows: Vec<Range<u32>> = areas.iter().map(|a| a.rows(size)).collect();
        let mut todo: Vec<usize> = (0..areas.len()).collect();
        todo.sort_by_key(|&i| std::cmp::Reverse(rows[i].start));
        let mut active: Vec<usize> = Vec::new();
        let mut on_top = vec![0u32; size.w as usize];
        let mut runs = RunWriter::default();
        for y in 0..size.h {
            let before = active.len();
            while let Some(i) = todo.pop_if(|i| rows[*i].start <= y) {
                active.push(i);
            }
            if active.len() > before {
                active.sort_unstable();
            }
            active.retain(|&i| rows[i].end > y);
            if active.is_empty() {
                runs.push(0, size.w.into());
                continue;
            }
            on_top.fill(0);
            for &i in &active {
                let number = i as u32 + 1;
                areas[i].row(y, size, scratch, |span| on_top[span.start as usize..span.end as usize].fill(number));
            }
            for run in on_top.chunk_by(|a, b| a == b) {
                runs.push(run[0], run.len() as u64);
            }
        }
        Self { size, tiles, runs: runs.finish() }
    }

    /// Calls `each` with the tile number (see `runs`) and the length of every run.
    pub fn each_run(&self, mut each: impl FnMut(u32, u64)) {
        let mut rest = &self.runs[..];
        while let (Some(number), Some(length)) = (take(&mut rest), take(&mut rest)) {
            each(number as u32, length);
        }
    }

    /// How many of the masks are nowhere on top.
    pub fn hidden(&self) -> usize {
        let mut seen = vec![false; self.tiles.len() + 1];
        self.each_run(|number, _| seen[number as usize] = true);
        seen.iter().skip(1).filter(|seen| !**seen).count()
    }

    /// Appends it in a form that [`Mosaic::read`] reads.
    pub fn write(&self, out: &mut Vec<u8>) {
        for n in [self.size.w.into(), self.size.h.into(), self.tiles.len() as u64] {
            put(out, n);
        }
        for tile in &self.tiles {
            let (class, listed) = match tile.class {
                ClassRef::Listed(i) => (i, 1),
                ClassRef::Unlisted(i) => (i, 0),
            };
            put(out, u64::from(class) << 1 | listed);
            out.push(tile.object);
        }
        out.extend_from_slice(&self.runs);
    }

    /// Reads what [`Mosaic::write`] wrote; `None` for anything else.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let from = &mut bytes;
        let mut side = || u32::try_from(take(from)?).ok();
        let size = Size { w: side()?, h: side()? };
        let count = side()?;
        let mut tiles = Vec::new();
        for _ in 0..count {
            let class = take(from)?;
            let index = u32::try_from(class >> 1).ok()?;
            let class = if class & 1 == 1 { ClassRef::Listed(index) } else { ClassRef::Unlisted(index) };
            let (&object, rest) = from.split_first()?;
            *from = rest;
            tiles.push(Tile { class, object });
        }
        Some(Self { size, tiles, runs: from.to_vec() })
    }
}

/// Writes runs, joining those of one tile.
#[derive(Default)]
struct RunWriter {
    out: Vec<u8>,
    number: u32,
    length: u64,
}

impl RunWriter {
    fn push(&mut self, number: u32, length: u64) {
        if number != self.number {
            self.close();
            self.number = number;
        }
        self.length += length;
    }

    fn close(&mut self) {
        if self.length > 0 {
            put(&mut self.out, self.number.into());
            put(&mut self.out, self.length);
            self.length = 0;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.close();
        self.out
    }
}

/// Appends a number, seven bits a byte, lowest first; the high bit says that more follow.
fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::formats::voc::fill::Fill;
    use crate::dm::mask::Run;

    const SIZE: Size = Size { w: 4, h: 3 };

    fn layer(object: u8, runs: &[(u64, u64)]) -> (Tile, Area) {
        let runs = runs.iter().map(|&(start, length)| Run { start, length }).collect();
        (Tile { class: ClassRef::Unlisted(300), object }, Area::Runs(runs))
    }

    fn runs(mosaic: &Mosaic) -> Vec<(u32, u64)> {
        let mut out = Vec::new();
        mosaic.each_run(|number, length| out.push((number, length)));
        out
    }

    #[test]
    fn later_masks_lie_on_top_and_runs_go_over_rows() {
        let layers = vec![layer(0, &[(1, 8)]), layer(1, &[(3, 2)]), layer(2, &[(4, 1), (11, 1)])];
        let mosaic = Mosaic::paint(SIZE, layers, &mut Scratch::default());
        assert_eq!(runs(&mosaic), [(0, 1), (1, 2), (2, 1), (3, 1), (1, 4), (0, 2), (3, 1)]);
    }

    #[test]
    fn rings_and_runs_mix() {
        let ring = Fill::new(&[[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [0.0, 2.0]], SIZE);
        let tile = Tile { class: ClassRef::Listed(0), object: 2 };
        let layers = vec![layer(1, &[(1, 2)]), (tile, Area::Rings(vec![ring]))];
        let mosaic = Mosaic::paint(SIZE, layers, &mut Scratch::default());
        assert_eq!(runs(&mosaic), [(2, 2), (1, 1), (0, 1), (2, 2), (0, 2), (2, 2), (0, 2)]);
    }

    #[test]
    fn spooled_form_reads_back() {
        let mosaic = Mosaic::paint(SIZE, vec![layer(254, &[(0, 5)])], &mut Scratch::default());
        let mut bytes = Vec::new();
        mosaic.write(&mut bytes);
        assert_eq!(Mosaic::read(&bytes), Some(mosaic));
        assert_eq!(Mosaic::read(&bytes[..3]), None);
    }
}
