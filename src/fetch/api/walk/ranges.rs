//! The parallel walk over id ranges, for assignments and tasks: many first pages of small ranges instead of one long way. No
//! request goes deep, in either page mode, and rows that come or go elsewhere in the list move nothing.

use super::segments::{Range, Segments};
use super::{Got, RowBatch, Walked, learn, page};
use crate::api::{ApiError, Client, Query, Row};
use crate::fetch::api::pace::PageSize;
use crate::fetch::api::plan::Plan;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::sync::Arc;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

/// Bytes of pages that may be held or under way, besides the page that the output waits for.
const BYTES_AHEAD: usize = 40 << 20;

/// How a parallel walk ended.
#[derive(Debug)]
pub enum Ended {
    /// As it should.
    Whole(Walked),
    /// The server does not know id ranges. What was handed on so far is right, down to this key (exclusive), if any.
    NoRanges(Walked, Option<i64>),
}

/// What to walk, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// The query of a page without range and size.
    pub base: Query,
    /// The ids to cover.
    pub ranges: Vec<Range>,
    /// Ids per row to expect.
    pub ids_per_row: f64,
    /// Stop after so many rows; `None` = all.
    pub limit: Option<u64>,
    /// Rows go out as they come, not in descending order.
    pub arrival: bool,
}

type Coming = FuturesUnordered<JoinHandle<(Range, Result<Got, ApiError>)>>;

/// Walks the ranges of a job.
///
/// # Errors
/// [`ApiError`]. When the receiver goes away the walk ends early without one.
pub async fn run(client: &Client, plan: &Arc<Plan>, job: &Job, out: &Sender<RowBatch>) -> Result<Ended, ApiError> {
    let mut size = plan.cautious_size();
    let mut segments = Segments::new(job.ranges.iter().copied(), job.ids_per_row);
    let mut coming: Coming = FuturesUnordered::new();
    let mut walked = Walked::default();
    let mut low_water = None;
    let mut floor = i64::MIN;
    while !segments.is_empty() {
        begin(client, plan, job, &size, floor, &mut segments, &mut coming);
        tokio::select! {
            // Rows that can go out are handed on first: they are what memory waits for.
            biased;
            slot = out.reserve(), if segments.has_done(job.arrival) => {
                let Ok(slot) = slot else { return Ok(Ended::Whole(walked)) };
                let Some((range, rows)) = segments.take_done(job.arrival) else { continue };
                let mut rows = rows?;
                walked.covered.push((range, u32::try_from(rows.len()).unwrap_or(u32::MAX)));
                rows.truncate(job.limit.map_or(usize::MAX, |limit| usize::try_from(limit - walked.rows).unwrap_or(usize::MAX)));
                walked.rows += rows.len() as u64;
                low_water = Some(range.low);
                if !rows.is_empty() {
                    slot.send(RowBatch { rows, cursor: None });
                }
                if job.limit == Some(walked.rows) {
                    return Ok(Ended::Whole(walked));
                }
            }
            Some(done) = coming.next() => {
                let (range, got) = done.map_err(|e| ApiError::Internal(format!("a page task stopped: {e}")))?;
                let got = match got {
                    Ok(got) => got,
                    // What lies above still goes out; nothing below is begun any more.
                    Err(error) => {
                        floor = floor.max(range.high);
                        segments.finish(range, 0, None, Err(error));
                        continue;
                    }
                };
                learn(&mut size, &got);
                let Some((rows, reached)) = check(range, got) else { return Ok(Ended::NoRanges(walked, low_water)) };
                segments.finish(range, rows.len(), reached, Ok(rows));
            }
            () = plan.holding.freed() => {}
        }
    }
    walked.complete = true;
    Ok(Ended::Whole(walked))
}

/// Starts as many requests as limits and memory allow.
fn begin(
    client: &Client,
    plan: &Arc<Plan>,
    job: &Job,
    size: &PageSize,
    floor: i64,
    segments: &mut Segments<Result<Vec<Row>, ApiError>>,
    coming: &mut Coming,
) {
    let expected = size.bytes().max(1);
    while coming.len() < client.concurrency().1 {
        let ahead = plan.holding.bytes() + coming.len() * expected;
        // The range that the output waits for is always fetched, or nothing would ever move.
        if ahead + expected > BYTES_AHEAD && !segments.next_is_front() {
            return;
        }
        let rows = size.rows();
        let Some(range) = segments.begin(rows, floor) else { return };
        let (client, plan, base) = (client.clone(), plan.clone(), job.base.clone());
        coming.push(tokio::spawn(async move {
            let step = [("id__gte", range.low.to_string()), ("id__lt", range.high.to_string())];
            let got = page(&client, &plan, &base, &step, rows).await;
            (range, got)
        }));
    }
}

/// The rows of a page and where it ended, when they are what the range asked for: inside it, in descending order.
fn check(range: Range, got: Got) -> Option<(Vec<Row>, Option<i64>)> {
    let mut above = range.high;
    for row in &got.page.rows {
        let id = row.key.number().filter(|id| (range.low..above).contains(id))?;
        above = id;
    }
    let more = got.page.next.is_some();
    // A page without rows that promises more cannot be walked by ids.
    if more && got.page.rows.is_empty() {
        return None;
    }
    Some((got.page.rows, more.then_some(above)))
}
