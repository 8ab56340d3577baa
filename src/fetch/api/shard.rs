//! `--shard I/N`: disjoint, complete, balanced parts of one export for several machines that do not talk to each other.
//!
//! Assignments and tasks: the id space is cut at N−1 bounds into shares of about the same number of rows. Each machine finds the
//! bounds by itself, by counting (`bounds`). The bounds are in the begin frame, and `I/N@B1,B2,…` gives them.
//! Ground truth, which has no ranges: the event's number modulo N. A list of ids: the I-th stretch of the list.

use super::bounds;
use super::part::ListPart;
use super::walk::segments::Range;
use crate::api::{ApiError, Client, Id, Target};
use crate::exit::UsageError;
use crate::selection::Shard;
use crate::tr;
use serde_json::{Value, json};

impl Shard {
    /// Narrows a part to the share of this shard.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Usage`] when the server's ids cannot be divided.
    pub async fn narrow(&mut self, client: &Client, target: Target, part: &mut ListPart) -> Result<(), ApiError> {
        let (Some(span), Some(count)) = (part.span, part.count) else {
            return Err(UsageError::new(tr!("list-undivided")).into());
        };
        if self.bounds.is_empty() {
            self.bounds = bounds::find(client, target, part, span, count, self.of).await?;
        }
        let mine = self.range(span);
        part.filters = part.within(mine);
        part.count = if mine.is_empty() { Some(0) } else { client.count(target, &part.filters).await? };
        part.span = Some(mine);
        Ok(())
    }

    /// The share of this shard in a span.
    fn range(&self, span: Range) -> Range {
        let (low, high) = self.ends();
        let low = low.map_or(span.low, |b| b.max(span.low));
        let high = high.map_or(span.high, |b| b.min(span.high));
        Range { low, high: high.max(low) }
    }

    /// Whether a row of a list without ranges belongs to this shard.
    pub fn has(&self, key: &Id) -> bool {
        let number = key.number().unwrap_or_else(|| {
            // FNV-1a: any fixed hash does, all machines must agree.
            let hash = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
            key.plain().bytes().fold(0xcbf2_9ce4_8422_2325, hash) as i64
        });
        number.rem_euclid(self.of as i64) == self.index as i64
    }

    /// The stretch of a list that belongs to this shard.
    pub fn stretch<'a, T>(&self, list: &'a [T]) -> &'a [T] {
        let at = |n: usize| list.len() * n / self.of;
        &list[at(self.index)..at(self.index + 1)]
    }

    /// For the begin frame.
    pub fn to_json(&self) -> Value {
        let mut out = json!({"index": self.index + 1, "of": self.of});
        if !self.bounds.is_empty() {
            out["bounds"] = self.bounds.clone().into();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_the_span_once_wherever_it_grows() {
        for span in [Range { low: 5, high: 1000 }, Range { low: 0, high: 5000 }, Range { low: 300, high: 320 }] {
            let shares: Vec<Range> =
                (0..4).map(|index| Shard { index, of: 4, bounds: vec![256, 320, 512] }.range(span)).collect();
            let full: Vec<&Range> = shares.iter().filter(|r| !r.is_empty()).collect();
            assert!(full.windows(2).all(|w| w[0].high == w[1].low), "{shares:?}");
            assert_eq!((full[0].low, full[full.len() - 1].high), (span.low, span.high));
        }
    }

    #[test]
    fn every_row_and_every_place_of_a_list_has_one_shard() {
        let shards: Vec<Shard> = (0..4).map(|index| Shard { index, of: 4, bounds: vec![] }).collect();
        assert!((-20..20).all(|n| shards.iter().filter(|s| s.has(&Id::Number(n))).count() == 1));
        let list: Vec<u32> = (0..10).collect();
        assert_eq!(shards.iter().flat_map(|s| s.stretch(&list)).copied().collect::<Vec<_>>(), list);
    }
}
