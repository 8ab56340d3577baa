//! The walk page after page, following the server's `next`: for ground truth, which has no ranges, and for lists whose ids are
//! no whole numbers.

use super::{Walked, page};
use crate::api::page::Mode;
use crate::api::{ApiError, Client, Id, Row};
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

/// Walks a part. Rows come in descending order of their key; one that does not was met before (rows were added in front and
/// shifted the rest) and is dropped.
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
    let mut keys = Keys { last: from.below, ..Keys::default() };
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
        let mut rows = keys.sort_out(got.page.rows, &mut walked.duplicates);
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

/// Tells rows that were met before, for a list in descending order of whole numbers in no memory, for other keys by a set.
#[derive(Debug, Default)]
struct Keys {
    last: Option<i64>,
    /// Whether a row below `last` came already; until then rows above it are from an earlier run, not met twice.
    moving: bool,
    others: HashSet<Id>,
}

impl Keys {
    fn sort_out(&mut self, rows: Vec<Row>, duplicates: &mut u64) -> Vec<Row> {
        let mut new = Vec::with_capacity(rows.len());
        for row in rows {
            if self.is_new(&row.key) {
                new.push(row);
            } else if self.moving {
                *duplicates += 1;
            }
        }
        new
    }

    fn is_new(&mut self, key: &Id) -> bool {
        let new = match key.number() {
            Some(n) if self.last.is_none_or(|last| n < last) => {
                self.last = Some(n);
                true
            }
            Some(_) => false,
            None => self.others.insert(key.clone()),
        };
        self.moving |= new;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_met_before_are_told() {
        let mut keys = Keys::default();
        let news: Vec<bool> = [9, 8, 8, 9, 5, 6, 4].map(|n| keys.is_new(&Id::Number(n))).to_vec();
        assert_eq!(news, [true, true, false, false, true, false, true]);
        let text = Id::Other("\"a\"".into());
        assert!(keys.is_new(&text) && !keys.is_new(&text));
    }
}
