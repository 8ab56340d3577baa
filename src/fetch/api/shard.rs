//! `--shard I/N`: disjoint, complete, balanced parts of one export for several machines that do not talk to each other.
//!
//! The keys are cut at N−1 bounds into shares of about the same number of rows. `I/N@B1,B2,…` gives the bounds; without them each
//! machine finds them by itself ([`super::bounds`]). They are in the begin frame.
//! Of assignments and tasks the server is asked for the range of ids, of a list of ids for those in the range. Ground truth has no
//! ranges: its events are walked, with their ids alone outside of the share.

use super::bounds;
use super::part::{self, ListPart};
use super::plan::Plan;
use super::walk::segments::Range;
use crate::api::filters::Filters;
use crate::api::{ApiError, Client, Id, Target};
use crate::exit::UsageError;
use crate::fetch::bounds::of_rows;
use crate::selection::Shard;
use crate::tr;
use serde_json::{Value, json};

/// The keys of a share: from the first number on, and below the second; `None` at an end that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The lowest key.
    pub low: Option<i64>,
    /// The first key above.
    pub high: Option<i64>,
}

impl KeyRange {
    /// Whether a row is in it. Keys that are no numbers are in the lowest share.
    pub fn has(self, key: &Id) -> bool {
        let Some(number) = key.number() else { return self.low.is_none() };
        self.low.is_none_or(|low| low <= number) && self.high.is_none_or(|high| number < high)
    }

    /// Whether a row lies below all of it.
    pub fn is_above(self, key: &Id) -> bool {
        self.low.zip(key.number()).is_some_and(|(low, number)| number < low)
    }
}

impl Shard {
    /// The share of a list of ids, in place of all of them.
    ///
    /// # Errors
    /// [`UsageError`] when ids are no whole numbers.
    pub fn narrow_list(&mut self, ids: &[String]) -> Result<Vec<String>, UsageError> {
        let undivided = |_| UsageError::new(tr!("list-undivided"));
        let mut numbers: Vec<i64> = ids.iter().map(|id| id.parse()).collect::<Result<_, _>>().map_err(undivided)?;
        numbers.sort_unstable();
        numbers.dedup();
        if self.bounds.is_empty() {
            let rows: Vec<(i64, u64)> = numbers.iter().zip(0..).map(|(id, below)| (*id, below)).collect();
            self.bounds = of_rows(&rows, numbers.len() as u64, self.of);
        }
        let keys = self.keys();
        Ok(numbers.into_iter().filter(|id| keys.has(&Id::Number(*id))).map(|id| id.to_string()).collect())
    }

    /// The keys of this share.
    pub fn keys(&self) -> KeyRange {
        let (low, high) = self.ends();
        KeyRange { low, high }
    }

    /// Narrows a part to the share of this shard.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Usage`] when the server's ids cannot be divided.
    async fn narrow(&mut self, client: &Client, target: Target, part: &mut ListPart) -> Result<(), ApiError> {
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

    /// For the begin frame.
    pub fn to_json(&self) -> Value {
        let mut out = json!({"index": self.index + 1, "of": self.of});
        if !self.bounds.is_empty() {
            out["bounds"] = self.bounds.clone().into();
        }
        out
    }
}

/// The filters of the lists to walk. Those of a list of ids are narrowed to the share of the shard: `None`, they are not.
///
/// # Errors
/// [`UsageError`] for a list that cannot be divided.
pub fn lists(
    target: Target,
    filters: &Filters,
    ids: &[String],
    shard: &mut Shard,
) -> Result<(Vec<Filters>, Option<Narrowed>), UsageError> {
    let (filters, ids) = part::listed(filters, ids)?;
    if ids.is_empty() || target == Target::GroundTruth {
        let lists = part::split(&filters, &ids)?;
        // Each list would be in an order of its own.
        return if lists.len() > 1 { Err(UsageError::new(tr!("ids-no-shard"))) } else { Ok((lists, None)) };
    }
    let ids = shard.narrow_list(&ids)?;
    // Without ids all rows would be asked for.
    let lists = if ids.is_empty() { Vec::new() } else { part::split(&filters, &ids)? };
    Ok((lists, Some(Narrowed)))
}

/// The lists to walk are those of the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrowed;

/// Narrows a plan to the share of its shard, unless its lists are narrowed.
///
/// # Errors
/// [`ApiError`]; [`ApiError::Usage`] when the server's ids cannot be divided.
pub async fn divide(client: &Client, plan: &mut Plan, narrowed: Option<Narrowed>) -> Result<(), ApiError> {
    let Some(mut shard) = plan.shard.take() else { return Ok(()) };
    if plan.target == Target::GroundTruth {
        if shard.bounds.is_empty() && shard.of > 1 {
            shard.bounds = bounds::walked(client, plan, shard.of).await?;
        }
        plan.keys = Some(shard.keys());
    } else if narrowed.is_none() {
        for part in &mut plan.parts {
            shard.narrow(client, plan.target, part).await?;
        }
    }
    plan.shard = Some(shard);
    Ok(())
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
    fn every_key_and_every_id_of_a_list_has_one_shard() {
        for bounds in [vec![], vec![-3, 5, 5]] {
            let list: Vec<String> = (-20..20).map(|n: i64| n.to_string()).collect();
            let mut all = Vec::new();
            for index in 0..4 {
                let mut shard = Shard { index, of: 4, bounds: bounds.clone() };
                let ids = shard.narrow_list(&list).unwrap();
                let keys = shard.keys();
                assert!(ids.iter().all(|id| keys.has(&Id::parse(id))) && ids.len() <= 18, "{ids:?}");
                all.extend(ids);
            }
            assert_eq!(all, list);
        }
        let shards = (0..3).map(|index| Shard { index, of: 3, bounds: vec![1, 9] }.keys());
        assert_eq!(shards.filter(|keys| keys.has(&Id::Other("\"a\"".into()))).count(), 1);
        assert!(Shard { index: 0, of: 2, bounds: vec![] }.narrow_list(&["a".into()]).is_err());
    }
}
