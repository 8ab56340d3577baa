//! The walk page after page, following the server's `next`: for ground truth, which has no ranges, and for lists whose ids are
//! no whole numbers.

use super::{Walked, page};
use crate::api::page::Mode;
use crate::api::{ApiError, Client, Id, Row};
use crate::fetch::keys::Keys;
use crate::fetch::part::Part;
use crate::fetch::plan::Plan;
use crate::fetch::walk::{Batch, learn};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Where to begin, and when to stop.
#[derive(Clone, Debug, Default)]
pub struct From {
    /// Rows down to this key were written before: they are passed over.
    pub below: Option<i64>,
    /// What led to the page of the last of them, if that is known.
    pub step: Option<(String, String)>,
    /// Stop after so many rows; `None` = all.
    pub limit: Option<u64>,
}

/// Walks a part. Rows that were met before (others were added in front and shifted the rest) are dropped.
///
/// # Errors
/// [`ApiError`]. When the receiver goes away the walk ends early without one.
pub async fn run(
    client: &Client,
    plan: &Arc<Plan>,
    part: &Part,
    from: &From,
    out: &Sender<Batch>,
) -> Result<Walked, ApiError> {
    let path = plan.target.path();
    let base = plan.page_query(&part.filters);
    let mut walked = Walked::default();
    let mut size = plan.first_size();
    let mut seen = HashSet::new();
    let mut met = Met { below: from.below, ..Met::default() };
    let (mut numbered, mut counted) = (false, None);
    let mut next = from.step.clone();
    loop {
        let left = from.limit.map_or(u64::MAX, |limit| limit - walked.rows);
        if left == 0 {
            return Ok(walked);
        }
        let step: Vec<(&str, String)> = next.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        // Numbered pages all have the size of the first, or rows would be left out between two.
        let rows = size.rows().min(if numbered { usize::MAX } else { usize::try_from(left).unwrap_or(usize::MAX) });
        let got = match page(client, plan, &base, &step, rows).await {
            Ok(got) => got,
            // Rows were removed and there are fewer pages now.
            Err(ApiError::NotFound { .. }) if numbered && next.is_some() => {
                walked.shifted = true;
                walked.complete = true;
                return Ok(walked);
            }
            // The place that a checkpoint remembers is gone: everything is walked again, what was written is passed over.
            Err(ApiError::NotFound { .. }) if next.is_some() && next == from.step => {
                next = None;
                continue;
            }
            Err(error) => return Err(error),
        };
        if got.page.mode == Mode::Number && !numbered {
            numbered = true;
            size.freeze(got.asked);
        }
        learn(&mut size, &got);
        if numbered {
            walked.shifted |= counted.is_some_and(|before| Some(before) != got.page.count);
            counted = got.page.count;
        }
        let mut rows = met.sort_out(got.page.rows, &mut walked.duplicates);
        walked.shifted |= met.disorder;
        walked.met += rows.len() as u64;
        if let Some(shard) = plan.sifter() {
            rows.retain(|row| shard.has(&row.key));
        }
        rows.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        walked.rows += rows.len() as u64;
        let cursor = if numbered { None } else { next.clone().map(Arc::new) };
        if !rows.is_empty() && out.send(Batch { rows, cursor }).await.is_err() {
            return Ok(walked);
        }
        let Some(step) = got.page.next else {
            walked.complete = true;
            return Ok(walked);
        };
        if !seen.insert(step.clone()) {
            let reason = format!("its `next` leads back to a page seen before ({}={})", step.0, step.1);
            return Err(ApiError::Protocol { what: path.into(), reason });
        }
        next = Some(step);
    }
}

/// Tells rows that were met before.
#[derive(Debug, Default)]
struct Met {
    /// Rows down to this key are from an earlier run.
    below: Option<i64>,
    keys: Keys,
    lowest: Option<i64>,
    /// Whether a row came after one with a lower number: the server does not keep the order that was asked for.
    disorder: bool,
}

impl Met {
    /// The rows that are new. One that is not was shifted by others that were added in front; those of an earlier run are passed
    /// over before the first new one.
    fn sort_out(&mut self, rows: Vec<Row>, duplicates: &mut u64) -> Vec<Row> {
        let mut new = Vec::with_capacity(rows.len());
        for row in rows {
            if self.is_new(&row.key) {
                new.push(row);
            } else if !self.keys.is_empty() {
                *duplicates += 1;
            }
        }
        new
    }

    fn is_new(&mut self, key: &Id) -> bool {
        let earlier = key.number().is_some_and(|n| self.below.is_some_and(|below| n >= below));
        if earlier || self.keys.has(key) {
            return false;
        }
        self.keys.add(key);
        if let Some(number) = key.number() {
            self.disorder |= self.lowest.is_some_and(|lowest| number > lowest);
            self.lowest = Some(self.lowest.map_or(number, |lowest| lowest.min(number)));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_met_before_are_told() {
        let mut met = Met::default();
        let news: Vec<bool> = [9, 8, 8, 9, 5, 4].map(|n| met.is_new(&Id::Number(n))).to_vec();
        assert_eq!((news, met.disorder), (vec![true, true, false, false, true, true], false));
        let text = Id::Other("\"a\"".into());
        assert!(met.is_new(&text) && !met.is_new(&text) && !met.disorder);
        assert!(met.is_new(&Id::Number(6)) && met.disorder);
        let mut resumed = Met { below: Some(7), ..Met::default() };
        assert!(!resumed.is_new(&Id::Number(9)) && !resumed.is_new(&Id::Number(7)) && resumed.is_new(&Id::Number(6)));
    }
}
