//! The first stage: rows of a Synapse project, task list or ground-truth version as item lines (design.md §2, backend.md).
//!
//! ```text
//! plan ──► walk: which pages ──rows──► fill: payloads ──filled rows, in order──► emit: frames, lines, accounting
//! ```
//! A walk knows nothing of payloads and lines; whatever finds rows can stand in its place.

pub mod api;
pub mod database;
mod dimensions;
pub mod discover;
pub mod output;

use crate::api::query::Filters;
use crate::api::{ApiError, Client, Target};
use crate::exit::{Classified, Exit};
use crate::postgres::DatabaseError;
use crate::stream::{StreamError, Writer};
use api::keys::Keys;
use api::plan::Plan;
use api::settle::Account;
use api::shard::Shard;
use dimensions::Dimensions;
use output::checkpoint::{Checkpoint, Resume, Saver};
use output::emit::Output;
use output::progress::Watch;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// What to export, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Which rows.
    pub target: Target,
    /// The user's filters with the project or version among them.
    pub filters: Filters,
    /// Only these ids; empty = all.
    pub ids: Vec<String>,
    /// Only rows that are new or were labelled again since this complete run.
    pub since: Option<Checkpoint>,
    /// Stop after so many rows.
    pub limit: Option<u64>,
    /// Item lines only, no frames.
    pub bare: bool,
    /// Rows go out as they come, not in descending order of their ids.
    pub arrival: bool,
    /// Rows a page, instead of what suits them.
    pub page_size: Option<usize>,
    /// Sizes of images that the rows do not tell are read from the images.
    pub dimensions: bool,
    /// Images may lie at private addresses.
    pub allow_private_urls: bool,
    /// One of several parts of the export.
    pub shard: Option<Shard>,
    /// Compare all ids with the server's at the end.
    pub verify: bool,
    /// Where to remember how far the run came.
    pub checkpoint: Option<PathBuf>,
    /// How far an earlier run came.
    pub resume: Option<Resume>,
}

/// A failure of this stage.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Of the backend.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Of the database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Of the output.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl FetchError {
    /// The word for the `code` of an error frame; `None` when no frame can be written any more.
    fn code(&self) -> Option<&'static str> {
        match self {
            FetchError::Api(e) => Some(e.code()),
            FetchError::Database(e) => Some(e.code()),
            FetchError::Stream(_) => None,
        }
    }
}

impl Classified for FetchError {
    fn exit(&self) -> Exit {
        match self {
            FetchError::Api(e) => e.exit(),
            FetchError::Database(e) => e.exit(),
            FetchError::Stream(e) => e.exit(),
        }
    }
}

pub use discover::sample::{describe as sample, in_words as sample_in_words};

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

/// Exports the rows: a begin frame, item lines, an end frame; an error frame when it fails after the begin frame. The output is
/// opened only when it is known what will be exported, and that it may go on where an earlier run ended.
///
/// # Errors
/// The failure that ended the run; what was written then has no end frame.
pub fn run(
    runtime: &Runtime,
    client: &Client,
    request: &Request,
    open: impl FnOnce() -> Result<Writer, StreamError>,
    watch: &Watch,
) -> Result<Report, FetchError> {
    let plan = Arc::new(runtime.block_on(Plan::make(client, request))?);
    let resume = request.resume.clone().unwrap_or_default();
    let earlier = request.since.as_ref().map(|c| &c.identity).or(request.resume.as_ref().map(|r| &r.identity));
    if let Some(earlier) = earlier {
        output::checkpoint::same(earlier, &plan.identity())?;
    }
    let expected = resume.expected.or(plan.expected());
    watch.before.store(resume.rows, Relaxed);
    watch.expected.store(expected.unwrap_or(0), Relaxed);
    if resume.complete {
        let account = Account { sent: resume.rows, expected, ..Account::default() };
        return Ok(Report { rows: plan.describe(resume.rows), account, notes: vec!["it was complete already".into()] });
    }
    let mut writer = open()?;
    let at_end = request.since.is_some();
    let mut saver = Saver::new(request.checkpoint.clone(), at_end, plan.identity(), &resume);
    saver.expect(expected);
    let mut output = Output { writer: &mut writer, saver: &mut saver, watch, keys: Keys::default() };
    let measure = Dimensions::of(request, || Some(client.credentials().host.clone()));
    let done = export(runtime, client, request, &plan, expected, &mut output, measure.as_ref());
    let account = conclude(writer, saver, request.bare, done)?;
    let mut notes = plan.notes.clone();
    notes.extend(account.notes());
    notes.extend(measure.iter().flat_map(Dimensions::notes));
    let wanted = request.ids.len() as u64;
    if wanted > account.sent && request.limit.is_none() && request.shard.is_none() {
        let n = wanted - account.sent;
        notes.push(format!("{n} of the {wanted} ids in the list are not among the rows that were asked for"));
    }
    Ok(Report { rows: plan.describe(account.sent), account, notes })
}

/// Ends the output: with an end frame, or with an error frame when the run failed.
fn conclude(
    mut writer: Writer,
    mut saver: Saver,
    bare: bool,
    done: Result<Account, FetchError>,
) -> Result<Account, FetchError> {
    match done {
        Ok(account) => {
            if !bare {
                let end = account.end_line();
                writer.line(end.as_bytes())?;
                saver.wrote(end.len() + 1);
            }
            writer.finish()?;
            saver.save(true)?;
            Ok(account)
        }
        Err(error) => {
            if !bare && let Some(code) = error.code() {
                let flushed = writer.flush().is_ok() && saver.save(false).is_ok();
                let line = crate::stream::frame::error_line(code, &error.to_string());
                // What is reported is the failure itself; this line is for the stages that follow.
                let _ = flushed.then(|| writer.line(line.as_bytes()).and_then(|()| writer.finish()));
            }
            Err(error)
        }
    }
}

/// All rows, and what became of them.
fn export(
    runtime: &Runtime,
    client: &Client,
    request: &Request,
    plan: &Arc<Plan>,
    expected: Option<u64>,
    output: &mut Output<'_>,
    measure: Option<&Dimensions>,
) -> Result<Account, FetchError> {
    if !request.bare && request.resume.is_none() {
        output.frame(&plan.begin_line(&client.host()))?;
        output.writer.flush()?;
    }
    output.saver.save(false)?;
    let (pages_in, pages_out) = mpsc::channel(1);
    let walking = runtime.spawn(api::walk::run(client.clone(), plan.clone(), request.resume.clone(), pages_in));
    let (rows_in, rows_out) = mpsc::channel(api::fill::AHEAD);
    runtime.spawn(api::fill::run(client.clone(), plan.clone(), pages_out, rows_in));
    let rows_out = match measure {
        Some(measure) => measure.stage(runtime, plan.target, rows_out),
        None => rows_out,
    };
    output::emit::rows(runtime, plan.target, rows_out, output)?;
    let walked = join(runtime.block_on(walking))??;
    let below = request.resume.as_ref().and_then(|r| r.last);
    let done = api::settle::Done { expected, sent: output.saver.rows(), walked, keys: &output.keys, below };
    runtime.block_on(api::settle::settle(client, plan, &done, request.verify))
}

/// The result of a task that cannot be cancelled.
fn join<T>(joined: Result<T, tokio::task::JoinError>) -> Result<T, ApiError> {
    joined.map_err(|e| ApiError::Internal(format!("a task stopped: {e}")))
}
