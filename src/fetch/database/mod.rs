//! Rows straight from the database of an installation (backend.md §9), as the item lines that the API gives for them.
//!
//! ```text
//! session: one read-only snapshot ─► tables: what is there ─► select: SQL ─► rows ──filled rows──► emit
//! ```
//! Everything is read in one transaction, so what was counted is what comes, whatever happens meanwhile.

mod rows;
mod sample;
mod select;
mod tables;

use super::api::fill::{AHEAD, Slot};
use super::api::keys::Keys;
use super::api::settle::Account;
use super::dimensions::Dimensions;
use super::output::checkpoint;
use super::output::checkpoint::{Resume, Saver};
use super::output::emit;
use super::output::emit::Output;
use super::output::progress::Watch;
use super::{FetchError, Report, Request, join};
use crate::api::{ApiError, Target};
use crate::postgres::{DatabaseError, Dsn, Session};
use crate::stream::frame::{Kind, begin_line};
use crate::stream::{StreamError, Writer};
use select::Select;
use serde_json::{Map, Value, json};
use std::sync::atomic::Ordering::Relaxed;
use tables::Tables;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use url::Url;

pub use sample::describe as sample;

/// Where rows come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The database.
    pub dsn: Dsn,
    /// The Synapse server that relative URLs of files belong to, if known.
    pub host: Option<Url>,
}

/// What is known before the first row.
struct Prepared {
    /// Rows of the whole selection.
    count: u64,
    /// Rows that this run reads.
    left: u64,
    notes: Vec<String>,
}

/// Exports the rows, as [`super::run`] does from the API.
///
/// # Errors
/// The failure that ended the run; what was written then has no end frame.
pub fn run(
    runtime: &Runtime,
    source: &Source,
    request: &Request,
    open: impl FnOnce() -> Result<Writer, StreamError>,
    watch: &Watch,
) -> Result<Report, FetchError> {
    select::refuse(request)?;
    let identity = identity(source, request);
    let resume = request.resume.clone().unwrap_or_default();
    if let Some(earlier) = &request.resume {
        checkpoint::same(&earlier.identity, &identity)?;
    }
    if resume.complete {
        let account = Account { sent: resume.rows, expected: resume.expected, ..Account::default() };
        let rows = describe(request, resume.rows);
        return Ok(Report { rows, account, notes: vec!["it was complete already".into()] });
    }
    let (prepared_in, prepared) = oneshot::channel();
    let (slots_in, slots) = mpsc::channel(AHEAD);
    let reading = runtime.spawn(read(source.clone(), request.clone(), prepared_in, slots_in));
    let Ok(prepared) = runtime.block_on(prepared) else {
        // The reader ended before it had anything to say: with an error.
        join(runtime.block_on(reading))??;
        return Err(ApiError::Internal("the database was read and nobody said so".into()).into());
    };
    let expected = resume.expected.unwrap_or(prepared.count);
    watch.before.store(resume.rows, Relaxed);
    watch.expected.store(expected, Relaxed);
    let mut writer = open()?;
    let mut saver = Saver::new(request.checkpoint.clone(), false, identity.clone(), &resume);
    saver.expect(Some(expected));
    let mut output = Output { writer: &mut writer, saver: &mut saver, watch, keys: Keys::default() };
    let measure = Dimensions::of(request, || source.host.clone());
    let export = || -> Result<Account, FetchError> {
        if !request.bare && request.resume.is_none() {
            output.frame(&begin(source, request, identity, expected))?;
            output.writer.flush()?;
        }
        output.saver.save(false)?;
        let slots = match &measure {
            Some(measure) => measure.stage(runtime, request.target, slots),
            None => slots,
        };
        emit::rows(runtime, request.target, slots, &mut output)?;
        join(runtime.block_on(reading))??;
        settle(output.saver.rows(), &resume, expected, prepared.left)
    };
    let done = export();
    let account = super::conclude(writer, saver, request.bare, done)?;
    let mut notes = prepared.notes;
    notes.extend(account.notes());
    notes.extend(measure.iter().flat_map(Dimensions::notes));
    Ok(Report { rows: describe(request, account.sent), account, notes })
}

/// Compares what came with what the snapshot holds.
fn settle(sent: u64, resume: &Resume, expected: u64, left: u64) -> Result<Account, FetchError> {
    let came = sent - resume.rows;
    if came != left {
        let text = format!("{came} rows came and the database counts {left} in the same snapshot; run again");
        return Err(DatabaseError::Short(text).into());
    }
    // Only between a run and the one that goes on with it can rows come or go.
    let (added, vanished) = (sent.saturating_sub(expected), expected.saturating_sub(sent));
    Ok(Account { sent, expected: Some(expected), added, vanished, ..Account::default() })
}

/// Reads the rows in one snapshot and hands them on, after telling how many there are.
async fn read(
    source: Source,
    request: Request,
    prepared: oneshot::Sender<Prepared>,
    out: mpsc::Sender<Slot>,
) -> Result<(), DatabaseError> {
    let mut session = Session::open(&source.dsn).await?;
    let done = read_in(&mut session, &source, &request, prepared, out).await;
    match done {
        Ok(()) => Ok(()),
        Err(error) => Err(session.autopsy(error).await),
    }
}

async fn read_in(
    session: &mut Session,
    source: &Source,
    request: &Request,
    prepared: oneshot::Sender<Prepared>,
    out: mpsc::Sender<Slot>,
) -> Result<(), DatabaseError> {
    let mut notes = source.dsn.notes.clone();
    if session.exposed {
        notes.push("the connection to the database is not encrypted: add ?sslmode=verify-full to the DSN".into());
    }
    let place = session.place.clone();
    let snapshot = session.snapshot().await?;
    let tables = Tables::look(&snapshot, request.target, &place).await?;
    let select = Select::new(request, &tables)?;
    let resume = request.resume.clone().unwrap_or_default();
    let limited =
        |count: u64, before: u64| request.limit.map_or(count, |limit| count.min(limit.saturating_sub(before)));
    let whole = select.count(&snapshot, None, &place).await?;
    let left = match resume.last {
        Some(last) => select.count(&snapshot, Some(last), &place).await?,
        None => whole,
    };
    if whole == 0 && !select.project_is_known(&snapshot, &place).await? {
        notes.push(format!("the database has no task of project {}", select.project()));
    }
    let wanted = request.ids.len() as u64;
    if wanted > whole {
        let n = wanted - whole;
        notes.push(format!("{n} of the {wanted} ids in the list are not among the rows that were asked for"));
    }
    let left = limited(left, resume.rows);
    // Nobody there any more: the output could not be opened, and that is told elsewhere.
    if prepared.send(Prepared { count: limited(whole, 0), left, notes }).is_err() || left == 0 {
        return Ok(());
    }
    rows::stream(&snapshot, &select, resume.last, left, &out, &place).await
}

/// What identifies this export.
fn identity(source: &Source, request: &Request) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("host".into(), format!("postgres://{}", source.dsn.place).into());
    out.insert("target".into(), request.target.word().into());
    out.insert("query".into(), request.filters.query().to_json().into());
    out.insert("order".into(), "descending".into());
    if !request.ids.is_empty() {
        let digest = crate::api::payload::sha256(request.ids.join(",").as_bytes());
        out.insert("ids".into(), json!({"count": request.ids.len(), "sha256": digest}));
    }
    if let Some(limit) = request.limit {
        out.insert("limit".into(), limit.into());
    }
    if request.dimensions {
        out.insert("dimensions".into(), true.into());
    }
    out
}

/// The begin frame. It has no `classes`: the tables that are read do not hold the project's class order.
fn begin(source: &Source, request: &Request, identity: Map<String, Value>, count: u64) -> String {
    let mut extra = identity;
    let mut from = json!({"postgres": source.dsn.place});
    if let Some(host) = &source.host {
        from["host"] = host.origin().ascii_serialization().into();
    }
    extra.insert("source".into(), from);
    let project: Value = request.filters.get("project").and_then(|id| id.parse::<i64>().ok()).into();
    extra.insert("project".into(), json!({"id": project}));
    extra.insert("count".into(), count.into());
    begin_line(Kind::Items, &extra)
}

fn describe(request: &Request, rows: u64) -> String {
    let noun = if request.target == Target::Task { "task" } else { "assignment" };
    let plural = if rows == 1 { "" } else { "s" };
    format!("{rows} {noun}{plural} of project {}", request.filters.get("project").unwrap_or_default())
}
