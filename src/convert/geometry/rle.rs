//! COCO's mask code: runs down the columns, as deltas in printable characters. Works on runs throughout; no bitmap is made.
//!
//! The counts alternate between background and foreground, beginning with background, over the pixels in column-major order.
//! From the third on each count is written as its difference from the one two before, in groups of five bits, lowest first, with
//! a continuation bit, offset by 48 (COCO API, `maskApi.c`, `rleToString`).

use super::Size;
use crate::dm::Rect;
use crate::dm::mask::Run;

/// Toggles handled at once; a mask with more is cut into stripes of columns.
const STRIPE: u64 = 4 << 20;

/// Bounding box and area of a mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Tight box, pixels.
    pub bbox: Rect,
    /// Pixels.
    pub area: u64,
}

/// The extent of sorted row-major runs; `None` for an empty mask.
pub fn extent(runs: &[Run], size: Size) -> Option<Extent> {
    let width = u64::from(size.w);
    let (mut left, mut right, mut area) = (width, 0, 0);
    for run in runs {
        area += run.length;
        let x = run.start % width;
        if x + run.length > width {
            // The run goes on in the next row, so it touches both edges (or is a part of two rows that do together).
            left = 0;
            right = width;
        } else {
            left = left.min(x);
            right = right.max(x + run.length);
        }
    }
    let (first, last) = (runs.first()?, runs.last()?);
    let top = first.start / width;
    let bottom = (last.start + last.length - 1) / width + 1;
    let bbox = Rect { x: left as f64, y: top as f64, w: (right - left) as f64, h: (bottom - top) as f64 };
    Some(Extent { bbox, area })
}

/// Memory for [`encode`], used again from mask to mask.
#[derive(Debug, Default)]
pub struct Scratch {
    toggles: Vec<u64>,
    last: Vec<(u32, u32)>,
    row: Vec<(u32, u32)>,
}

/// Appends the compressed counts of a mask given as sorted, non-adjacent row-major runs.
pub fn encode(runs: &[Run], size: Size, scratch: &mut Scratch, out: &mut Vec<u8>) {
    let (w, h) = (u64::from(size.w), u64::from(size.h));
    let total: u64 = runs.iter().map(|r| 2 * r.length.min(w)).sum();
    let stripes = (total / STRIPE + 1).min(w.max(1));
    let mut counts = Counts { out, before: [0; 2], written: 0, position: 0, pending: None };
    for s in 0..stripes {
        let (from, to) = ((w * s / stripes) as u32, (w * (s + 1) / stripes) as u32);
        toggles(runs, size, from, to, scratch);
        scratch.toggles.iter().for_each(|&at| counts.toggle(at));
    }
    counts.finish(w * h);
}

/// Column-major places where the mask changes inside columns `from..to`, sorted; the start of a column may appear twice.
fn toggles(runs: &[Run], size: Size, from: u32, to: u32, scratch: &mut Scratch) {
    let Scratch { toggles, last, row } = scratch;
    toggles.clear();
    last.clear();
    let (width, height) = (u64::from(size.w), u64::from(size.h));
    let mut y = 0;
    let mut pending = runs.iter().flat_map(|r| rows(*r, width)).peekable();
    while let Some(&(next_y, ..)) = pending.peek() {
        if next_y > y && !last.is_empty() {
            // An empty row in between: everything ends.
            row.clear();
            differ(last, row, |x| toggles.push(u64::from(x) * height + y));
            last.clear();
        }
        y = next_y;
        row.clear();
        while let Some(&(ry, a, b)) = pending.peek().filter(|r| r.0 == y) {
            let _ = ry;
            let (a, b) = (a.max(from), b.min(to));
            if a < b {
                row.push((a, b));
            }
            pending.next();
        }
        differ(last, row, |x| toggles.push(u64::from(x) * height + y));
        std::mem::swap(last, row);
        y += 1;
    }
    row.clear();
    differ(last, row, |x| toggles.push(u64::from(x) * height + y));
    toggles.sort_unstable();
}

/// A run cut at the row ends: `(y, first x, end x)`.
fn rows(run: Run, width: u64) -> impl Iterator<Item = (u64, u32, u32)> {
    let (mut at, end) = (run.start, run.start + run.length);
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let (y, x) = (at / width, at % width);
        let stop = (x + (end - at)).min(width);
        at += stop - x;
        Some((y, x as u32, stop as u32))
    })
}

/// Calls `each` with every column that is in one of two sorted lists of intervals but not in both.
fn differ(a: &[(u32, u32)], b: &[(u32, u32)], mut each: impl FnMut(u32)) {
    let edges = |list: &[(u32, u32)], i: usize| list.get(i / 2).map(|p| if i.is_multiple_of(2) { p.0 } else { p.1 });
    let (mut i, mut k, mut at) = (0, 0, 0u32);
    loop {
        let next = match (edges(a, i), edges(b, k)) {
            (Some(x), Some(y)) => x.min(y),
            (Some(x), None) | (None, Some(x)) => x,
            (None, None) => return,
        };
        if (i % 2) != (k % 2) {
            (at..next).for_each(&mut each);
        }
        at = next;
        while edges(a, i) == Some(next) {
            i += 1;
        }
        while edges(b, k) == Some(next) {
            k += 1;
        }
    }
}

/// Turns toggles into counts and writes them.
struct Counts<'o> {
    out: &'o mut Vec<u8>,
    /// The last count and the one before.
    before: [u64; 2],
    written: u64,
    position: u64,
    pending: Option<u64>,
}

impl Counts<'_> {
    fn toggle(&mut self, at: u64) {
        // A run that ends where the next column's begins is one run.
        if self.pending == Some(at) {
            self.pending = None;
        } else if let Some(at) = self.pending.replace(at) {
            self.commit(at);
        }
    }

    fn commit(&mut self, at: u64) {
        self.count(at - self.position);
        self.position = at;
    }

    fn finish(mut self, total: u64) {
        if let Some(at) = self.pending.take() {
            self.commit(at);
        }
        if self.position < total || self.written == 0 {
            self.count(total - self.position);
        }
    }

    fn count(&mut self, count: u64) {
        let mut value = count as i64 - if self.written > 2 { self.before[1] as i64 } else { 0 };
        self.before = [count, self.before[0]];
        self.written += 1;
        loop {
            let bits = (value & 0x1f) as u8;
            value >>= 5;
            let more = if bits & 0x10 == 0 { value != 0 } else { value != -1 };
            self.out.push(bits + 48 + if more { 0x20 } else { 0 });
            if !more {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn runs_of(bits: &[bool]) -> Vec<Run> {
        let mut out: Vec<Run> = Vec::new();
        for (i, _) in bits.iter().enumerate().filter(|(_, b)| **b) {
            match out.last_mut() {
                Some(r) if r.start + r.length == i as u64 => r.length += 1,
                _ => out.push(Run { start: i as u64, length: 1 }),
            }
        }
        out
    }

    /// The counts by the definition, from the bitmap.
    fn slow(bits: &[bool], w: usize, h: usize) -> Vec<u64> {
        let mut counts = vec![0];
        let mut now = false;
        for i in 0..w * h {
            let bit = bits[(i % h) * w + i / h];
            if bit != now {
                counts.push(0);
                now = bit;
            }
            *counts.last_mut().unwrap() += 1;
        }
        counts
    }

    fn decode(text: &[u8]) -> Vec<u64> {
        let (mut out, mut i): (Vec<i64>, usize) = (Vec::new(), 0);
        while i < text.len() {
            let (mut x, mut k) = (0i64, 0);
            loop {
                let c = i64::from(text[i]) - 48;
                i += 1;
                x |= (c & 0x1f) << (5 * k);
                k += 1;
                if c & 0x20 == 0 {
                    if c & 0x10 != 0 {
                        x |= -1i64 << (5 * k);
                    }
                    break;
                }
            }
            if out.len() > 2 {
                x += out[out.len() - 2];
            }
            out.push(x);
        }
        out.into_iter().map(|n| n as u64).collect()
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_bitmap(w in 1usize..12, h in 1usize..12, seed in proptest::collection::vec(any::<bool>(), 144)) {
            let bits = &seed[..w * h];
            let size = Size { w: w as u32, h: h as u32 };
            let mut out = Vec::new();
            encode(&runs_of(bits), size, &mut Scratch::default(), &mut out);
            prop_assert_eq!(decode(&out), slow(bits, w, h));
            let on: Vec<(usize, usize)> = (0..w * h).filter(|&i| bits[i]).map(|i| (i % w, i / w)).collect();
            let got = extent(&runs_of(bits), size);
            prop_assert_eq!(got.map(|e| e.area as usize), if on.is_empty() { None } else { Some(on.len()) });
            if let Some(e) = got {
                let (x0, x1) = (on.iter().map(|p| p.0).min().unwrap(), on.iter().map(|p| p.0).max().unwrap());
                let (y0, y1) = (on.iter().map(|p| p.1).min().unwrap(), on.iter().map(|p| p.1).max().unwrap());
                let want = Rect { x: x0 as f64, y: y0 as f64, w: (x1 - x0 + 1) as f64, h: (y1 - y0 + 1) as f64 };
                prop_assert_eq!(e.bbox, want);
            }
        }
    }

    #[test]
    fn stripes_change_nothing() {
        // Every second row of a wide image: many toggles.
        let (w, h) = (STRIPE / 16, 40u64);
        let runs: Vec<Run> = (0..h / 2).map(|y| Run { start: 2 * y * w, length: w }).collect();
        let mut out = Vec::new();
        encode(&runs, Size { w: w as u32, h: h as u32 }, &mut Scratch::default(), &mut out);
        let counts = decode(&out);
        assert_eq!(counts.iter().sum::<u64>(), w * h);
        assert!(counts[0] == 0 && counts[1..].iter().all(|&c| c == 1));
    }
}
