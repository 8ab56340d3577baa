//! Pixel masks as sorted row-major runs; never as bitmaps.

use super::payload::Arena;
use super::reason::Reason;
use std::ops::Range;

/// A half-open run of foreground pixels in row-major order: `start..start + length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Row-major index of the first pixel: `y * width + x`.
    pub start: u64,
    /// Number of pixels, at least 1.
    pub length: u64,
}

/// How a mask is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A list of row-major indices.
    Indices,
    /// A list of `[start, length]`.
    Runs,
}

/// The list a mask came as.
#[derive(Clone, Debug, PartialEq)]
pub enum MaskData {
    /// A range of `coordinates.numbers` in the arena: row-major indices, from 0.
    Numbers(Range<usize>),
    /// A range of `coordinates.pairs` in the arena: `[start, length]`, row-major, from 0.
    Pairs(Range<usize>),
    /// An empty list.
    Empty,
}

/// A mask as read: the data and what the metadata says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskRef {
    /// The list.
    pub data: MaskData,
    /// What `isCompressed`, `compressionFormat` or `encoding` say; `None` when they are absent (older rows).
    pub declared: Option<Encoding>,
}

impl MaskRef {
    /// Whether nothing declares the encoding, so that the shape of the list decides (`MASK_ENCODING_ASSUMED`).
    pub fn assumed(&self) -> bool {
        self.declared.is_none()
    }

    /// The mask as sorted, non-overlapping, non-adjacent runs inside an image of `width × height` pixels.
    ///
    /// # Errors
    /// [`Reason::InvalidMaskEncoding`] for data that contradicts its metadata, is not integral, overlaps, or is out of bounds.
    pub fn runs(&self, arena: &Arena, width: u32, height: u32, out: &mut Vec<Run>) -> Result<(), Reason> {
        out.clear();
        let pixels = u64::from(width) * u64::from(height);
        match (&self.data, self.declared) {
            (MaskData::Empty, _) => return Ok(()),
            (MaskData::Numbers(r), None | Some(Encoding::Indices)) => {
                for &n in &arena.coordinates.numbers[r.clone()] {
                    let start = integer(n)?;
                    match out.last_mut() {
                        Some(last) if last.start + last.length == start => last.length += 1,
                        _ => out.push(Run { start, length: 1 }),
                    }
                }
            }
            (MaskData::Pairs(r), None | Some(Encoding::Runs)) => {
                for &[start, length] in &arena.coordinates.pairs[r.clone()] {
                    let run = Run { start: integer(start)?, length: integer(length)? };
                    if run.length == 0 {
                        return Err(Reason::InvalidMaskEncoding);
                    }
                    out.push(run);
                }
            }
            _ => return Err(Reason::InvalidMaskEncoding),
        }
        normalise(out, pixels)
    }
}

/// Largest integer below which every `f64` is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn integer(n: f64) -> Result<u64, Reason> {
    if (0.0..EXACT).contains(&n) && n.fract() == 0.0 { Ok(n as u64) } else { Err(Reason::InvalidMaskEncoding) }
}

/// Sorts, refuses overlaps and pixels outside the image, joins neighbours.
fn normalise(runs: &mut Vec<Run>, pixels: u64) -> Result<(), Reason> {
    if !runs.is_sorted_by_key(|r| r.start) {
        runs.sort_unstable_by_key(|r| r.start);
    }
    let mut end = 0;
    for (i, run) in runs.iter().enumerate() {
        if (i > 0 && run.start < end) || run.start + run.length > pixels {
            return Err(Reason::InvalidMaskEncoding);
        }
        end = run.start + run.length;
    }
    runs.dedup_by(|next, kept| {
        let touch = kept.start + kept.length == next.start;
        if touch {
            kept.length += next.length;
        }
        touch
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(data: &[f64], declared: Option<Encoding>) -> Result<Vec<(u64, u64)>, Reason> {
        let mut arena = Arena::default();
        arena.coordinates.numbers = data.to_vec();
        let mask = MaskRef { data: MaskData::Numbers(0..data.len()), declared };
        let mut out = Vec::new();
        mask.runs(&arena, 4, 3, &mut out)?;
        Ok(out.iter().map(|r| (r.start, r.length)).collect())
    }

    #[test]
    fn indices_in_any_order_become_runs() {
        assert_eq!(runs(&[5.0, 1.0, 2.0, 3.0, 4.0, 11.0], None), Ok(vec![(1, 5), (11, 1)]));
        assert_eq!(runs(&[], Some(Encoding::Indices)), Ok(vec![]));
    }

    #[test]
    fn everything_wrong_is_an_encoding_error() {
        for bad in [&[1.0, 1.0][..], &[12.0], &[-1.0], &[0.5], &[f64::NAN], &[3.0, 1.0, 2.0, 3.0]] {
            assert_eq!(runs(bad, None), Err(Reason::InvalidMaskEncoding), "{bad:?}");
        }
        assert_eq!(runs(&[1.0], Some(Encoding::Runs)), Err(Reason::InvalidMaskEncoding));
    }
}
