//! Masks of COCO: run lengths down the columns, as numbers or as the compressed string.

use super::fields::Runs;
use crate::check::finding::Rule;
use crate::check::rules::{COCO_MASK_COUNTS, COCO_MASK_EMPTY, COCO_MASK_SIZE, COCO_SEGMENTATION_INVALID};
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;

/// Extent of a mask, pixels; `right` and `bottom` are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// First column.
    pub left: u64,
    /// First row.
    pub top: u64,
    /// After the last column.
    pub right: u64,
    /// After the last row.
    pub bottom: u64,
    /// Number of pixels.
    pub area: u64,
}

/// Checks run lengths, column-major, first background. `image`: width and height in pixels. `None` when the extent cannot be told.
///
/// # Errors
/// Those of `say`.
pub fn check(
    runs: &Runs,
    image: Option<[u32; 2]>,
    say: &mut dyn FnMut(&'static Rule, Message) -> Result<(), StreamError>,
) -> Result<Option<Mask>, StreamError> {
    let side = |n: &f64| n.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(n);
    let (&[height, width], true) = (runs.size.values.as_slice(), runs.size.values.iter().all(side)) else {
        say(&COCO_SEGMENTATION_INVALID, tr!("coco-runs-no-size"))?;
        return Ok(None);
    };
    let (height, width) = (height as u64, width as u64);
    if let Some([w, h]) = image
        && [width, height] != [u64::from(w), u64::from(h)]
    {
        let message = if [height, width] == [u64::from(w), u64::from(h)] {
            tr!("coco-mask-size-turned", height, width, w, h)
        } else {
            tr!("coco-mask-size", height, width, w, h)
        };
        say(&COCO_MASK_SIZE, message)?;
        return Ok(None);
    }
    let length = |n: &f64| {
        if n.fract() == 0.0 && (0.0..1e15).contains(n) { Ok(*n as u64) } else { Err(tr!("coco-run-length", n)) }
    };
    let counts = match () {
        () if runs.is_text => decode(runs.text.as_bytes()),
        () if runs.counts.list && runs.counts.count == runs.counts.values.len() => {
            runs.counts.values.iter().map(length).collect()
        }
        () if runs.counts.list => Err(tr!("coco-run-number")),
        () => Err(tr!("coco-no-counts")),
    };
    let counts: Vec<u64> = match counts {
        Ok(counts) => counts,
        Err(e) => {
            say(&COCO_MASK_COUNTS, e)?;
            return Ok(None);
        }
    };
    let total = counts.iter().try_fold(0u64, |sum, n| sum.checked_add(*n));
    if total != Some(width * height) {
        let all = width * height;
        let message = match total {
            Some(total) => tr!("coco-mask-covers", total, height, width, all),
            None => tr!("coco-mask-covers-many", height, width, all),
        };
        say(&COCO_MASK_COUNTS, message)?;
        return Ok(None);
    }
    let mask = extent(&counts, height);
    if mask.area == 0 {
        say(&COCO_MASK_EMPTY, tr!("coco-mask-empty"))?;
        return Ok(None);
    }
    Ok(Some(mask))
}

/// Sides of a mask that is drawn, at most, pixels: the work is to be bounded by what is written.
const DRAWN: u64 = 1 << 16;

/// The run lengths of a mask that is sound, and its width and height, when it can be drawn.
pub fn runs_of(runs: &Runs) -> Option<(Vec<u64>, [u64; 2])> {
    let side = |n: &f64| (n.fract() == 0.0 && (1.0..=DRAWN as f64).contains(n)).then_some(*n as u64);
    let &[height, width] = runs.size.values.as_slice() else { return None };
    let (width, height) = (side(&width)?, side(&height)?);
    let whole = |n: &f64| (n.fract() == 0.0 && (0.0..1e15).contains(n)).then_some(*n as u64);
    let counts = match runs.is_text {
        true => decode(runs.text.as_bytes()).ok()?,
        false => runs.counts.values.iter().map(whole).collect::<Option<_>>()?,
    };
    let total = counts.iter().try_fold(0u64, |sum, n| sum.checked_add(*n))?;
    (total == width * height).then_some((counts, [width, height]))
}

/// The run lengths of a compressed string.
fn decode(text: &[u8]) -> Result<Vec<u64>, Message> {
    let mut counts: Vec<u64> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (mut value, mut shift) = (0i64, 0u32);
        loop {
            let Some(&byte) = text.get(at) else { return Err(tr!("coco-counts-cut")) };
            if !(48..112).contains(&byte) {
                return Err(tr!("coco-counts-byte", byte = at + 1));
            }
            if shift > 55 {
                return Err(tr!("coco-count-large"));
            }
            let group = i64::from(byte - 48);
            value |= (group & 0x1f) << shift;
            shift += 5;
            at += 1;
            if group & 0x20 == 0 {
                if group & 0x10 != 0 {
                    value |= -1 << shift;
                }
                break;
            }
        }
        if let Some(i) = counts.len().checked_sub(2).filter(|_| counts.len() > 2) {
            value = value.checked_add(counts[i] as i64).unwrap_or(-1);
        }
        counts.push(u64::try_from(value).map_err(|_| tr!("coco-count-negative"))?);
    }
    Ok(counts)
}

fn extent(counts: &[u64], height: u64) -> Mask {
    let mut mask = Mask { left: u64::MAX, top: u64::MAX, right: 0, bottom: 0, area: 0 };
    let mut at = 0;
    for (i, &n) in counts.iter().enumerate() {
        if i % 2 == 1 && n > 0 {
            let last = at + n - 1;
            mask.area += n;
            mask.left = mask.left.min(at / height);
            mask.right = mask.right.max(last / height + 1);
            let (mut top, mut bottom) = (at % height, last % height);
            if at / height != last / height {
                // The run continues in the next column, so it touches the lower and the upper edge.
                (top, bottom) = (0, height - 1);
            }
            mask.top = mask.top.min(top);
            mask.bottom = mask.bottom.max(bottom + 1);
        }
        at += n;
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::geometry::Size;
    use crate::convert::geometry::rle::{Scratch, encode};
    use crate::dm::mask::Run;

    #[test]
    fn our_own_masks_come_back() {
        let size = Size { w: 7, h: 5 };
        let runs = [Run { start: 8, length: 3 }, Run { start: 15, length: 3 }, Run { start: 23, length: 1 }];
        let mut text = Vec::new();
        encode(&runs, size, &mut Scratch::default(), &mut text);
        let counts = decode(&text).unwrap();
        assert_eq!(counts.iter().sum::<u64>(), 35);
        assert_eq!(extent(&counts, 5), Mask { left: 1, top: 1, right: 4, bottom: 4, area: 7 });
    }

    #[test]
    fn broken_codes_are_told() {
        assert!(decode(b"o").is_err() && decode(b"\x1f").is_err() && decode(b"oooooooooooooo0").is_err());
    }
}
