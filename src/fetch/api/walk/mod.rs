//! Which pages: the walk over the parts of an export. [`serial`] follows the server's `next` and works for every list, `share` crosses
//! what is not wanted of one; [`ranges`] walks id ranges of assignments and tasks side by side.

pub mod ranges;
pub mod segments;
pub mod serial;
mod share;

use super::pace::PageSize;
use super::plan::Plan;
use crate::api::client::BODY_CAP;
use crate::api::page::Page;
use crate::api::retry::Trouble;
use crate::api::{ApiError, Client, Query, Row};
use crate::fetch::output::state::Resume;
use ranges::{Ended, Job};
use segments::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;

/// A page of several rows that grows longer than this is asked for again with fewer rows, bytes. Two of the longest rows seen fit.
const PAGE_CAP: usize = 64 << 20;

/// Rows in the order in which they go out.
#[derive(Debug)]
pub struct RowBatch {
    /// The rows.
    pub rows: Vec<Row>,
    /// Query key and value that led to the page of these rows, if the walk can begin there again.
    pub cursor: Option<Arc<(String, String)>>,
}

/// What a walk met.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walked {
    /// Rows handed on.
    pub rows: u64,
    /// Rows met a second time and dropped, because the list changed during the walk.
    pub duplicates: u64,
    /// Rows met, those of other shards included.
    pub met: u64,
    /// Whether rows may have slipped between two pages: the list changed while its pages were told apart by their number, or the
    /// server does not keep it in order.
    pub shifted: bool,
    /// Whether the walk ended because the server had no more, and not because enough rows came.
    pub complete: bool,
    /// The ranges that were walked with the number of rows in each, from the highest down.
    pub covered: Vec<(Range, u32)>,
}

/// A page and what it took.
#[derive(Debug)]
pub struct Got {
    /// The page.
    pub page: Page,
    /// Rows asked for in the try that succeeded.
    pub asked: usize,
    /// Whether a larger page failed before.
    pub shrunk: bool,
    /// Time from the first try.
    pub took: Duration,
}

/// Walks all parts of a plan, or what an earlier run left of them.
///
/// # Errors
/// [`ApiError`]. When the receiver goes away the walk ends early without one.
pub async fn run(
    client: Client,
    plan: Arc<Plan>,
    resume: Option<Resume>,
    out: Sender<RowBatch>,
) -> Result<Walked, ApiError> {
    let mut all = Walked { complete: true, ..Walked::default() };
    let below = resume.as_ref().and_then(|r| r.last);
    let step = resume.as_ref().and_then(|r| r.cursor.clone());
    let before = resume.as_ref().map_or(0, |r| r.rows);
    for part in &plan.parts {
        let left = plan.limit.map(|limit| limit.saturating_sub(before + all.rows));
        if left == Some(0) {
            all.complete = false;
            break;
        }
        let mut from = serial::From { below, step: step.clone(), limit: left };
        let few = left.is_some_and(|left| left <= plan.target.page_size() as u64);
        if let Some(range) = part.below(below).filter(|_| client.concurrency().1 > 1 && !few) {
            let base = plan.page_query(&part.without_ids);
            let ids_per_row = part.ids_per_row();
            let job = Job { base, ranges: vec![range], ids_per_row, limit: left, arrival: plan.arrival };
            match ranges::run(&client, &plan, &job, &out).await? {
                Ended::Whole(walked) => {
                    all.add(walked);
                    continue;
                }
                Ended::NoRanges(walked, low_water) => {
                    from.limit = left.map(|left| left - walked.rows);
                    from.below = low_water.or(below);
                    all.add(walked);
                    all.complete = true;
                }
            }
        }
        all.add(serial::run(&client, &plan, part, &from, &out).await?);
    }
    Ok(all)
}

impl Walked {
    fn add(&mut self, other: Walked) {
        self.rows += other.rows;
        self.duplicates += other.duplicates;
        self.met += other.met;
        self.shifted |= other.shifted;
        self.complete &= other.complete;
        self.covered.extend(other.covered);
    }
}

/// Asks for one page of `rows` rows; asks for fewer when the failures look as if size was the reason.
///
/// # Errors
/// [`ApiError`].
pub async fn page(
    client: &Client,
    plan: &Plan,
    base: &Query,
    step: &[(&str, String)],
    rows: usize,
) -> Result<Got, ApiError> {
    let mut asked = rows;
    let mut suspicious = 0;
    let began = Instant::now();
    // The number of a page means nothing without its size.
    let shrinks = plan.page_size.is_none() && step.iter().all(|(key, _)| *key != "page");
    let ask = |trouble: Option<&Trouble>| {
        match trouble {
            // The first such failure may be chance; a 413 is not.
            Some(Trouble::Passing { may_be_size: true, .. }) => suspicious += 1,
            Some(Trouble::TooLarge(_)) => suspicious = suspicious.max(1) + 1,
            _ => {}
        }
        if shrinks && trouble.is_some() && suspicious > 1 {
            asked = (asked / 2).max(1);
        }
        let query = base.clone().with("page_size", asked.to_string());
        let cap = if asked > 1 && shrinks { PAGE_CAP } else { BODY_CAP };
        (step.iter().fold(query, |q, (key, value)| q.with(key, value.clone())), cap)
    };
    let page = client.get_with(plan.target.path(), ask, |body| Page::parse(body, plan.target, &plan.holding)).await?;
    Ok(Got { page, shrunk: asked < rows, asked, took: began.elapsed() })
}

/// Tells the page size what a page taught.
pub fn learn(size: &mut PageSize, got: &Got) {
    if got.shrunk {
        size.shrunk_to(got.asked);
    }
    size.good(got.asked, got.page.rows.len(), got.page.bytes, got.took, got.page.next.is_some());
}
