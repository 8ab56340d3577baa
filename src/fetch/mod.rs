//! The first stage: rows of a Synapse project, task list or ground-truth version as item lines (design.md §2, backend.md).
//!
//! ```text
//! plan ──► walk: which pages ──rows──► fill: payloads ──filled rows, in order──► emit: frames, lines, accounting
//! ```
//! A walk knows nothing of payloads and lines; whatever finds rows can stand in its place.

pub mod discover;
pub mod doctor;
pub mod emit;
mod fill;
pub mod ids;
pub mod plan;
mod sample;
mod table;
mod walk;

use crate::api::{ApiError, Client, Target};
use crate::exit::{Classified, Exit};
use crate::stream::{StreamError, Writer};
use emit::Account;
use plan::Plan;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// What to export, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Which rows.
    pub target: Target,
    /// The user's filters with the project or version among them.
    pub filters: crate::api::query::Filters,
    /// Stop after so many rows.
    pub limit: Option<u64>,
    /// Item lines only, no frames.
    pub bare: bool,
    /// Rows a page, instead of what the target begins with.
    pub page_size: Option<usize>,
}

/// A failure of this stage.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Of the backend.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Of the output.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl Classified for FetchError {
    fn exit(&self) -> Exit {
        match self {
            FetchError::Api(e) => e.exit(),
            FetchError::Stream(e) => e.exit(),
        }
    }
}

pub use sample::describe as sample;

/// The runtime that all requests of a run share.
///
/// # Errors
/// [`ApiError::Internal`] when the system gives no threads.
pub fn runtime(threads: usize) -> Result<Runtime, ApiError> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(2)).enable_all().build();
    built.map_err(|e| ApiError::Internal(format!("no threads: {e}")))
}

/// What a complete run has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// Rows by what became of them.
    pub account: Account,
    /// The rows in words.
    pub rows: String,
    /// Things the user should know.
    pub notes: Vec<String>,
}

/// Exports the rows to `writer`: a begin frame, item lines, an end frame; an error frame when it fails after the begin frame.
///
/// # Errors
/// The failure that ended the run; what was written then has no end frame.
pub fn run(runtime: &Runtime, client: &Client, request: &Request, mut writer: Writer) -> Result<Report, FetchError> {
    let plan = Arc::new(runtime.block_on(Plan::make(client, request))?);
    if !request.bare {
        writer.line(plan.begin_line().as_bytes())?;
        writer.flush()?;
    }
    match rows(runtime, client, &plan, &mut writer) {
        Ok(account) => {
            if !request.bare {
                writer.line(account.end_line(client).as_bytes())?;
            }
            writer.finish()?;
            let mut notes = plan.notes.clone();
            notes.extend(account.notes());
            Ok(Report { rows: plan.describe(account.sent), account, notes })
        }
        Err(error) => {
            if !request.bare
                && let FetchError::Api(told) = &error
            {
                let line = crate::stream::frame::error_line(told.code(), &told.to_string());
                // What is reported is the failure itself; this line is for the stages that follow.
                let _ = writer.line(line.as_bytes()).and_then(|()| writer.finish());
            }
            Err(error)
        }
    }
}

/// All rows, and what became of them.
fn rows(runtime: &Runtime, client: &Client, plan: &Arc<Plan>, writer: &mut Writer) -> Result<Account, FetchError> {
    let (pages_in, pages_out) = mpsc::channel(2);
    let walking = runtime.spawn(walk::serial(client.clone(), plan.clone(), pages_in));
    let (rows_in, rows_out) = mpsc::channel(fill::AHEAD);
    runtime.spawn(fill::run(client.clone(), plan.clone(), pages_out, rows_in));
    let sent = emit::rows(runtime, plan, rows_out, writer)?;
    let walked = runtime.block_on(walking).map_err(|e| ApiError::Internal(format!("the walk stopped: {e}")))??;
    Ok(runtime.block_on(emit::settle(client, plan, sent, walked))?)
}
