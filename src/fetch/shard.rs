//! `--shard I/N`: disjoint, complete, balanced parts of one export for several machines that do not talk to each other.
//!
//! Assignments and tasks: the id space is divided by a fixed grid of blocks, and block `b` belongs to shard `b mod N`. Which shard
//! an id belongs to does not depend on when a machine starts, as long as all use the same block width: a power of two made from
//! the list's density, told in the begin frame, and given by `I/N@WIDTH` when the list changes while machines start.
//! Ground truth, which has no ranges: the event's number modulo N.

use super::walk::segments::Range;
use crate::api::Id;
use serde_json::{Value, json};

/// Rows that a block should hold, as many as a page.
const ROWS: f64 = 256.0;
/// Blocks that each shard should get at least.
const BLOCKS: f64 = 16.0;

/// One part of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    pub index: u32,
    /// Of how many.
    pub of: u32,
    /// Width of a block, ids; 0 as long as it is not known.
    pub block: i64,
}

impl std::str::FromStr for Shard {
    type Err = String;

    /// `I/N` or `I/N@WIDTH`, I from 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || "expected I/N, with I from 1 to N (I/N@WIDTH to fix the width of blocks)".to_owned();
        let (part, width) = text.split_once('@').map_or((text, None), |(part, width)| (part, Some(width)));
        let (index, of) = part.split_once('/').ok_or_else(bad)?;
        let (index, of): (u32, u32) = (index.parse().map_err(|_| bad())?, of.parse().map_err(|_| bad())?);
        let block = width.map_or(Ok(0), str::parse::<i64>).map_err(|_| bad())?;
        if index == 0 || index > of || (width.is_some() && block < 1) {
            return Err(bad());
        }
        Ok(Self { index: index - 1, of, block })
    }
}

impl Shard {
    /// With a width made for a list, unless one was given.
    #[must_use]
    pub fn fit(self, span: Range, ids_per_row: f64) -> Self {
        if self.block > 0 {
            return self;
        }
        let width = (ROWS * ids_per_row).min(span.width() / (BLOCKS * f64::from(self.of))).max(1.0);
        Self { block: 1 << (width.log2().floor() as u32).min(40), ..self }
    }

    /// The blocks of this shard inside a span.
    pub fn ranges(&self, span: Range) -> Vec<Range> {
        let block = self.block.max(1);
        let first = span.low.div_euclid(block);
        let mine = i64::from(self.index);
        let of = i64::from(self.of);
        // The first block at or above `first` that is ours.
        let start = first + (mine - first).rem_euclid(of);
        let blocks = (0..).map(|n| start + n * of).take_while(|b| b * block < span.high);
        let cut = |b: i64| Range { low: (b * block).max(span.low), high: ((b + 1) * block).min(span.high) };
        blocks.map(cut).filter(|r| !r.is_empty()).collect()
    }

    /// Whether a row of a list without ranges belongs to this shard.
    pub fn has(&self, key: &Id) -> bool {
        let number = key.number().unwrap_or_else(|| {
            // FNV-1a: any fixed hash does, all machines must agree.
            key.plain().bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
                as i64
        });
        number.rem_euclid(i64::from(self.of)) == i64::from(self.index)
    }

    /// For the begin frame.
    pub fn to_json(self) -> Value {
        json!({"index": self.index + 1, "of": self.of, "block": self.block})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_disjoint_complete_and_balanced() {
        for (low, high, of) in [(0, 10_000, 4), (-77, 1_000, 3), (5, 6, 2), (123_456, 999_999, 7)] {
            let span = Range { low, high };
            let shards: Vec<_> =
                (0..of).map(|index| Shard { index, of, block: 0 }.fit(span, 1.0).ranges(span)).collect();
            let mut all: Vec<Range> = shards.iter().flatten().copied().collect();
            all.sort_by_key(|r| r.low);
            assert!(all.windows(2).all(|w| w[0].high == w[1].low), "{low}..{high} / {of}");
            assert_eq!((all[0].low, all[all.len() - 1].high), (low, high));
            let sizes: Vec<f64> = shards.iter().map(|s| s.iter().map(|r| r.width()).sum()).collect();
            let (least, most) =
                (sizes.iter().copied().fold(f64::MAX, f64::min), sizes.iter().copied().fold(0.0, f64::max));
            assert!(high - low < 100 || most / least < 1.2, "{sizes:?}");
        }
    }

    #[test]
    fn an_id_stays_in_its_shard_when_the_list_grows() {
        let shard = Shard { index: 1, of: 3, block: 64 };
        let before = shard.ranges(Range { low: 100, high: 5000 });
        let after = shard.ranges(Range { low: 3, high: 9000 });
        let within = |ranges: &[Range], id| ranges.iter().any(|r| (r.low..r.high).contains(&id));
        assert!((100..5000).all(|id| within(&before, id) == within(&after, id)));
    }

    #[test]
    fn forms() {
        assert_eq!("2/8".parse(), Ok(Shard { index: 1, of: 8, block: 0 }));
        assert_eq!("1/1@512".parse(), Ok(Shard { index: 0, of: 1, block: 512 }));
        for bad in ["0/2", "3/2", "1", "a/b", "1/2@0", "1/2@x"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
        let has = |n| (0..4).filter(|i| Shard { index: *i, of: 4, block: 0 }.has(&Id::Number(n))).count();
        assert!((-20..20).all(|n| has(n) == 1));
    }
}
