//! The accounting at the end: what was expected, what came, and what is missing. A shortfall is an error, never a success.

use super::FetchError;
use super::plan::Plan;
use super::walk::segments::Range;
use super::walk::{self, Walked};
use crate::api::{ApiError, Client};
use crate::stream::frame::end_line;
use serde_json::Map;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Requests spent on finding out where rows are missing.
const SEARCHES: usize = 64;
/// Missing ids or ranges that are named.
const NAMED: usize = 10;
/// Rows a page when only ids are asked for.
const IDS_A_PAGE: usize = 1000;

/// What was expected and what came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Item lines written, those of earlier runs included.
    pub sent: u64,
    /// Rows that the server counted before the walk.
    pub expected: Option<u64>,
    /// Rows met twice and dropped.
    pub duplicates: u64,
    /// Rows more than expected: they were added during the walk.
    pub added: u64,
    /// Rows that came, or were counted, and that the server does not have any more.
    pub vanished: u64,
    /// Whether all ids were compared with the server's at the end.
    pub verified: bool,
}

impl Account {
    /// The end frame. It holds nothing that depends on luck (retries, time), so that a resumed run ends like an undisturbed one.
    pub fn end_line(&self) -> String {
        let mut extra = Map::new();
        if let Some(expected) = self.expected {
            extra.insert("expected".into(), expected.into());
        }
        extra.insert("duplicates".into(), self.duplicates.into());
        extra.insert("added".into(), self.added.into());
        extra.insert("vanished".into(), self.vanished.into());
        if self.verified {
            extra.insert("verified".into(), true.into());
        }
        end_line(self.sent, &extra)
    }

    /// What the user should know when the list changed under us.
    pub fn notes(&self) -> Vec<String> {
        let told = [
            (self.added, "more than the server counted at first: they were added during the walk and are included"),
            (self.vanished, "removed from the server during the walk"),
            (self.duplicates, "met twice, because the list changed, and are included once"),
        ];
        told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} rows were {what}")).collect()
    }
}

/// Compares what came with what was expected.
///
/// # Errors
/// [`ApiError::Short`] when rows are missing that the server still counts.
pub async fn settle(
    client: &Client,
    plan: &Plan,
    expected: Option<u64>,
    sent: u64,
    walked: &Walked,
) -> Result<Account, ApiError> {
    let mut account = Account { sent, expected, duplicates: walked.duplicates, ..Account::default() };
    let Some(expected) = expected else { return Ok(account) };
    account.added = sent.saturating_sub(expected);
    if sent < expected {
        let mut now = 0;
        for part in &plan.parts {
            now += client.count(plan.target, &part.filters).await?.or(part.count).unwrap_or(0);
        }
        let now = plan.limit.map_or(now, |limit| now.min(limit));
        if sent < now {
            let places = places(client, plan, walked).await?;
            return Err(ApiError::Short(format!(
                "{sent} rows came and the server counts {now}: {} are missing{places}; run again, with --resume to fetch only what is missing at the end",
                now - sent
            )));
        }
        account.vanished = expected - sent;
    }
    Ok(account)
}

/// Where rows are missing, in words: ranges of ids whose count differs from what came, found by halving.
async fn places(client: &Client, plan: &Plan, walked: &Walked) -> Result<String, ApiError> {
    let [part] = plan.parts.as_slice() else { return Ok(String::new()) };
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
                found.push(format!("{missing} with ids {} to {}", range.low, range.high - 1));
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
    Ok(if found.is_empty() { String::new() } else { format!(" ({})", found.join(", ")) })
}

/// Walks the ids of the list once more and compares them with those that came.
///
/// # Errors
/// [`ApiError::Short`] naming ids that the server has and that did not come.
pub async fn verify(
    client: &Client,
    plan: &Plan,
    below: Option<i64>,
    mut came: Vec<i64>,
    account: &mut Account,
) -> Result<(), FetchError> {
    let light = Plan { light: true, page_size: Some(IDS_A_PAGE), limit: None, ..plan.clone() };
    let resume = below.map(|last| super::checkpoint::Resume { last: Some(last), ..Default::default() });
    let (batches_in, mut batches) = mpsc::channel(2);
    let walking = tokio::spawn(walk::run(client.clone(), Arc::new(light), resume, batches_in));
    let mut there = Vec::new();
    while let Some(batch) = batches.recv().await {
        there.extend(batch.rows.iter().filter_map(|row| row.key.number()));
    }
    super::join(walking.await)??;
    came.sort_unstable();
    there.sort_unstable();
    // A limit ends the walk early: what lies below was not asked for. What lies above the first row is newer than the walk.
    let lowest = if plan.limit.is_some() { came.first().copied().unwrap_or(i64::MAX) } else { i64::MIN };
    let highest = came.last().copied().unwrap_or(i64::MAX);
    let looked_at = |id: &i64| (lowest..=highest).contains(id);
    let missing: Vec<i64> =
        there.iter().copied().filter(looked_at).filter(|id| came.binary_search(id).is_err()).collect();
    if !missing.is_empty() {
        let named: Vec<String> = missing.iter().take(NAMED).map(i64::to_string).collect();
        let more = if missing.len() > NAMED { ", …" } else { "" };
        let n = missing.len();
        let text = format!("{n} rows are on the server and did not come: {}{more}; run again", named.join(", "));
        return Err(ApiError::Short(text).into());
    }
    let gone = came.iter().filter(|id| there.binary_search(id).is_err()).count() as u64;
    account.vanished = account.vanished.max(gone);
    account.verified = true;
    Ok(())
}
