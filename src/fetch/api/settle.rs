//! The accounting at the end: what was expected, what came, and what is missing. A shortfall is an error, never a success.

use super::plan::{IDS_A_PAGE, Plan};
use super::walk;
use super::walk::Walked;
use super::walk::segments::Range;
use crate::api::{ApiError, Client, Id};
use crate::fetch::output::keys::Keys;
use crate::fetch::{FetchError, RowCounts};
use crate::tr;
use crate::words::Message;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Requests spent on finding out where rows are missing.
const SEARCHES: usize = 64;
/// Missing ids or ranges that are named.
const NAMED: usize = 10;

/// What a run did, to be compared with what the server says.
#[derive(Debug)]
pub struct Done<'a> {
    /// Rows that the server counted when the export began.
    pub expected: Option<u64>,
    /// Item lines written, those of earlier runs included.
    pub sent: u64,
    /// Rows that are in several parts of the list, beyond the first.
    pub again: u64,
    /// The walk.
    pub walked: Walked,
    /// The keys of the rows of this run.
    pub keys: &'a Keys,
    /// The key of the last row of earlier runs: this run looked only below it.
    pub below: Option<i64>,
}

/// Compares what came with what was expected; with all ids of the list when the user asks for it, or when nothing less tells
/// whether the rows are complete.
///
/// # Errors
/// [`ApiError::Short`] when rows are missing that the server still has.
pub async fn settle(client: &Client, plan: &Plan, done: &Done<'_>, verify: bool) -> Result<RowCounts, FetchError> {
    let (expected, sent, walked) = (done.expected.map(|n| n.saturating_sub(done.again)), done.sent, &done.walked);
    let mut counts = RowCounts { sent, expected, duplicates: walked.duplicates, ..RowCounts::default() };
    if let Some(expected) = expected {
        counts.added = sent.saturating_sub(expected);
        counts.vanished = expected.saturating_sub(sent);
        if sent < expected {
            let now = counted(client, plan).await?.saturating_sub(done.again);
            if sent < now {
                return Err(shortfall(client, plan, done, sent, now).await?.into());
            }
        }
    }
    // A shard of a list without ranges has no count of its own; that it met all rows of all shards is as good.
    let whole: Option<u64> = plan.parts.iter().map(|part| part.count).sum();
    let met_all = plan.keys.is_some() && done.below.is_none() && whole.is_some_and(|whole| walked.met >= whole);
    let uncounted = expected.is_none() && !met_all;
    if verify || walked.shifted || (uncounted && plan.limit != Some(sent)) {
        let seen = compare(client, plan, done).await?;
        if !seen.missing.is_empty() {
            let n = seen.missing.len();
            return Err(ApiError::Short(tr!("short-verified", n, missing = named(&seen.missing))).into());
        }
        counts.vanished = counts.vanished.max(seen.gone);
        counts.verified = true;
    }
    Ok(counts)
}

/// Rows that the server counts now.
async fn counted(client: &Client, plan: &Plan) -> Result<u64, ApiError> {
    let mut now = 0;
    for part in &plan.parts {
        now += client.count(plan.target, &part.filters).await?.or(part.count).unwrap_or(0);
    }
    Ok(plan.limit.map_or(now, |limit| now.min(limit)))
}

/// A shortfall in words: which ids, or where the server counts more than it lists.
async fn shortfall(client: &Client, plan: &Plan, done: &Done<'_>, sent: u64, now: u64) -> Result<ApiError, FetchError> {
    let missing = compare(client, plan, done).await?.missing;
    let n = now - sent;
    let told = match done.walked.duplicates {
        0 => tr!("short-told", sent, now, n),
        again => tr!("short-told-again", sent, now, n, again),
    };
    Ok(if !missing.is_empty() {
        ApiError::Short(tr!("short-among", told, missing = named(&missing)))
    } else if done.below.is_some() {
        ApiError::ShortBefore(told)
    } else {
        let places = places(client, plan, &done.walked).await?;
        ApiError::Short(tr!("short-unlisted", told, places))
    })
}

/// The first of some ids, in words.
fn named(ids: &[Id]) -> String {
    let more = if ids.len() > NAMED { ", …" } else { "" };
    let first: Vec<String> = ids.iter().take(NAMED).map(Id::plain).collect();
    format!("{}{more}", first.join(", "))
}

/// Where rows are missing, in words: ranges of ids whose count differs from what came, found by halving.
async fn places(client: &Client, plan: &Plan, walked: &Walked) -> Result<Message, ApiError> {
    let [part] = plan.parts.as_slice() else { return Ok(Message::default()) };
    let mut found = Vec::new();
    let mut open: Vec<&[(Range, u32)]> = vec![&walked.covered];
    for _ in 0..SEARCHES {
        let Some(slice) = open.pop() else { break };
        let (Some((top, _)), Some((bottom, _))) = (slice.first(), slice.last()) else { continue };
        let range = Range { low: bottom.low, high: top.high };
        let came: u64 = slice.iter().map(|(_, rows)| u64::from(*rows)).sum();
        let there = client.count(plan.target, &part.within(range)).await?.unwrap_or(came);
        match there.checked_sub(came) {
            None | Some(0) => {}
            Some(missing) if slice.len() == 1 => {
                found.push(tr!("short-range", missing, low = range.low, high = range.high - 1));
            }
            Some(_) => {
                let (upper, lower) = slice.split_at(slice.len() / 2);
                open.extend([lower, upper]);
            }
        }
        if found.len() == NAMED {
            break;
        }
    }
    Ok(if found.is_empty() { Message::default() } else { tr!("short-ranges", ranges = Message::list(found, ", ")) })
}

/// How the keys that came differ from those that the server lists.
#[derive(Debug, Default)]
struct Difference {
    /// Listed, and did not come; from the highest down.
    missing: Vec<Id>,
    /// How many came and are not listed any more.
    gone: u64,
}

/// Walks the ids of the list once more and compares them with those that came.
async fn compare(client: &Client, plan: &Plan, done: &Done<'_>) -> Result<Difference, FetchError> {
    let light = Plan { light: true, page_size: Some(IDS_A_PAGE), limit: None, arrival: true, ..plan.clone() };
    let resume = done.below.map(|last| crate::fetch::output::state::Resume { last: Some(last), ..Default::default() });
    let (batches_in, mut batches) = mpsc::channel(2);
    let walking = tokio::spawn(walk::run(client.clone(), Arc::new(light), resume, batches_in));
    let (first, last) = done.keys.span().unwrap_or((i64::MAX, i64::MAX));
    // A limit ends the walk early: what lies below was not asked for.
    let lowest = if plan.limit.is_some() { first } else { i64::MIN };
    // What lies above the list as it was at the beginning is newer than the walk.
    let highest = plan.parts.iter().filter_map(|part| part.span).map(|span| span.high - 1).max().unwrap_or(last);
    let highest = if done.below.is_some() { i64::MAX } else { highest };
    let mut found = Difference::default();
    let mut still_there = 0;
    while let Some(batch) = batches.recv().await {
        for row in batch.rows {
            if done.keys.has(&row.key) {
                still_there += 1;
            } else if row.key.number().is_none_or(|id| (lowest..=highest).contains(&id)) {
                found.missing.push(row.key.clone());
            }
        }
    }
    crate::fetch::join(walking.await)??;
    found.gone = done.keys.len().saturating_sub(still_there);
    Ok(found)
}
