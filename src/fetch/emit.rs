//! Lines out, and the accounting at the end: what was expected, what came, what that means.

use super::FetchError;
use super::fill::Slot;
use super::plan::Plan;
use super::walk::Walked;
use crate::api::{ApiError, Client};
use crate::stream::Writer;
use crate::stream::frame::end_line;
use serde_json::Map;
use std::sync::atomic::Ordering::Relaxed;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

/// Writes item lines in order until the rows end; flushes whenever it has to wait.
///
/// # Errors
/// The first failure of a row, or of the output.
pub fn rows(runtime: &Runtime, plan: &Plan, mut from: Receiver<Slot>, writer: &mut Writer) -> Result<u64, FetchError> {
    let mut line = Vec::new();
    let mut sent = 0;
    loop {
        let slot = match from.try_recv() {
            Ok(slot) => slot,
            Err(TryRecvError::Disconnected) => return Ok(sent),
            Err(TryRecvError::Empty) => {
                writer.flush()?;
                match from.blocking_recv() {
                    Some(slot) => slot,
                    None => return Ok(sent),
                }
            }
        };
        let filled = match slot {
            Slot::Ready(filled) => filled?,
            Slot::Coming(task) => {
                if !task.is_finished() {
                    writer.flush()?;
                }
                runtime.block_on(task).map_err(|e| ApiError::Internal(format!("a download stopped: {e}")))??
            }
        };
        line.clear();
        filled.row.write_line(plan.target, filled.data.as_deref(), &mut line);
        writer.put(&line)?;
        sent += 1;
        // One row of 28 MB must not cost its memory for the rest of the run.
        line.shrink_to(1 << 20);
    }
}

/// What was expected and what came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Item lines written.
    pub sent: u64,
    /// Rows that the server counted before the walk.
    pub expected: Option<u64>,
    /// Rows met twice and dropped.
    pub duplicates: u64,
    /// Rows more than expected: they were added during the walk.
    pub added: u64,
    /// Rows fewer than expected that the server no longer counts either: they were removed during the walk.
    pub vanished: u64,
}

/// Compares what came with what was expected.
///
/// # Errors
/// [`ApiError::Short`] when rows are missing that the server still counts.
pub async fn settle(client: &Client, plan: &Plan, sent: u64, walked: Walked) -> Result<Account, ApiError> {
    let expected = plan.expected();
    let mut account = Account { sent, expected, duplicates: walked.duplicates, ..Account::default() };
    let Some(expected) = expected else { return Ok(account) };
    account.added = sent.saturating_sub(expected);
    if sent < expected {
        let now = client.count(plan.target, &plan.filters).await?.unwrap_or(expected);
        let now = plan.limit.map_or(now, |limit| now.min(limit));
        if sent < now {
            return Err(ApiError::Short(format!(
                "{sent} rows came and the server counts {now}: {} are missing; nothing after this stage is published, run again",
                now - sent
            )));
        }
        account.vanished = expected - sent;
    }
    Ok(account)
}

impl Account {
    /// The end frame.
    pub fn end_line(&self, client: &Client) -> String {
        let mut extra = Map::new();
        if let Some(expected) = self.expected {
            extra.insert("expected".into(), expected.into());
        }
        extra.insert("duplicates".into(), self.duplicates.into());
        extra.insert("added".into(), self.added.into());
        extra.insert("vanished".into(), self.vanished.into());
        extra.insert("retries".into(), client.meter().retries.load(Relaxed).into());
        end_line(self.sent, &extra)
    }

    /// What the user should know when the list changed under us.
    pub fn notes(&self) -> Vec<String> {
        let told = [
            (self.added, "added during the walk and are included"),
            (self.vanished, "removed during the walk and are not included"),
            (self.duplicates, "met twice, because the list changed, and are included once"),
        ];
        told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} rows were {what}")).collect()
    }
}
