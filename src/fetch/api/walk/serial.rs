//! The walk page after page, following the server's `next`: for ground truth, which has no ranges, and for lists whose ids are
//! no whole numbers.

use super::share::Share;
use super::{RowBatch, Walked, learn, page};
use crate::api::page::Mode;
use crate::api::{ApiError, Client, Id, Row};
use crate::fetch::api::part::ListPart;
use crate::fetch::api::plan::Plan;
use crate::fetch::output::keys::Keys;
use crate::tr;
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
    part: &ListPart,
    from: &From,
    out: &Sender<RowBatch>,
) -> Result<Walked, ApiError> {
    let path = plan.target.path();
    let base = plan.page_query(&part.filters);
    let mut walked = Walked::default();
    let mut size = plan.first_size();
    let mut seen = HashSet::new();
    let mut met = Met { below: from.below, any_order: plan.arrival, ..Met::default() };
    let (mut numbered, mut counted) = (false, None);
    let mut next = from.step.clone();
    let share = Share::new(client, plan, part);
    if let (Some(share), None) = (&share, &next) {
        match share.skip(from.below, &mut walked.met).await? {
            Some(step) => next = step,
            // Nothing lies further down.
            None => {
                walked.complete = true;
                return Ok(walked);
            }
        }
    }
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
            // The place that an earlier run remembered is gone: everything is walked again, what was written is passed over.
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
        let mut rows = met.sort_out(got.page.rows, path, &mut walked.duplicates)?;
        walked.shifted |= met.late;
        walked.met += rows.len() as u64;
        let keys = plan.keys;
        // In whatever order rows come, those below the share may have some of it behind them.
        let is_past = !plan.arrival && keys.is_some_and(|keys| rows.iter().any(|row| keys.is_above(&row.key)));
        rows.retain(|row| keys.is_none_or(|keys| keys.has(&row.key)));
        rows.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        walked.rows += rows.len() as u64;
        let cursor = if numbered { None } else { next.clone().map(Arc::new) };
        if !rows.is_empty() && out.send(RowBatch { rows, cursor }).await.is_err() {
            return Ok(walked);
        }
        let Some(step) = got.page.next else {
            walked.complete = true;
            return Ok(walked);
        };
        if !seen.insert(step.clone()) {
            let reason = tr!("api-next-again-at", key = step.0, value = step.1);
            return Err(ApiError::Protocol { what: path.into(), reason });
        }
        next = Some(step);
        if let Some(share) = share.as_ref().filter(|_| is_past) {
            share.count_rest(next, numbered.then_some(got.asked), &mut walked.met).await?;
            walked.complete = true;
            return Ok(walked);
        }
    }
}

/// Tells rows that were met before, and those that came behind the walk.
#[derive(Debug, Default)]
struct Met {
    /// Rows down to this key are from an earlier run.
    below: Option<i64>,
    /// Rows go out in whatever order they come.
    any_order: bool,
    keys: Keys,
    lowest: Option<i64>,
    /// The lowest before the page at hand.
    before: Option<i64>,
    /// Whether a new row lay above one that was met before.
    late: bool,
}

/// What a row is to the walk.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    New,
    Known,
    /// New, and above rows of earlier pages: it was added there meanwhile. In descending order it comes too late.
    Late,
    /// Above a row of its own page: the server does not keep the order that was asked for.
    Disorder,
}

impl Met {
    /// The rows that are new. Others were shifted by rows that were added in front; those of an earlier run are passed over before
    /// the first new one.
    fn sort_out(&mut self, rows: Vec<Row>, path: &str, duplicates: &mut u64) -> Result<Vec<Row>, ApiError> {
        let mut new = Vec::with_capacity(rows.len());
        self.before = self.lowest;
        for row in rows {
            match self.place(&row.key) {
                Standing::New => new.push(row),
                Standing::Known if self.keys.is_empty() => {}
                Standing::Known => *duplicates += 1,
                Standing::Late => {}
                Standing::Disorder => {
                    return Err(ApiError::Disorder { what: path.into(), id: row.key.plain() });
                }
            }
        }
        Ok(new)
    }

    fn place(&mut self, key: &Id) -> Standing {
        let number = key.number();
        let earlier = number.is_some_and(|n| self.below.is_some_and(|below| n >= below));
        if earlier || self.keys.has(key) {
            return Standing::Known;
        }
        if let Some(number) = number {
            let above = |other: Option<i64>| other.is_some_and(|other| number > other);
            if above(self.lowest) {
                self.late = true;
                if !self.any_order {
                    return if above(self.before) { Standing::Late } else { Standing::Disorder };
                }
            } else {
                self.lowest = Some(number);
            }
        }
        self.keys.add(key);
        Standing::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Disorder, Known, Late, New};

    #[test]
    fn rows_met_before_are_told() {
        let mut met = Met::default();
        let places = [9, 8, 8, 9, 5, 4].map(|n| met.place(&Id::Number(n)));
        assert_eq!((places, met.late), ([New, New, Known, Known, New, New], false));
        let text = Id::Other("\"a\"".into());
        assert_eq!((met.place(&text), met.place(&text), met.late), (New, Known, false));
        assert_eq!(met.place(&Id::Number(6)), Disorder);
        met.before = met.lowest;
        assert_eq!((met.place(&Id::Number(6)), met.place(&Id::Number(3)), met.late), (Late, New, true));
        let mut any = Met { any_order: true, ..Met::default() };
        assert_eq!([3, 7, 5, 7].map(|n| any.place(&Id::Number(n))), [New, New, New, Known]);
        let mut resumed = Met { below: Some(7), ..Met::default() };
        assert_eq!([9, 7, 6].map(|n| resumed.place(&Id::Number(n))), [Known, Known, New]);
    }
}
