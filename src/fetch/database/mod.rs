//! Rows straight from the database of an installation, as the item lines that the API gives for them.
//!
//! ```text
//! session: one read-only snapshot ─► tables: what is there ─► select: SQL ─► rows ──► slots
//! ```
//! Everything is read in one transaction, so what was counted is what comes, whatever happens meanwhile. A part of a divided export is a
//! range of ids in a snapshot of its own.

mod rows;
mod sample;
mod select;
mod tables;

use super::source::{AHEAD, Clock, Overview, Slot, Source, Written};
use super::{FetchError, Request, RowCounts, join};
use crate::api::ApiError;
use crate::postgres::{DatabaseError, Dsn, Session};
use crate::selection::Shard;
use crate::stream::frame::{Kind, begin_line};
use crate::tr;
use crate::words::Message;
use jiff::Timestamp;
use select::Select;
use serde_json::{Map, Value, json};
use std::time::SystemTime;
use tables::Tables;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_postgres::Transaction;
use url::Url;

pub use sample::describe as sample;

/// The database of an installation.
#[derive(Clone, Debug)]
pub struct Database {
    /// Where it is.
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
    /// Which part of a divided export, with its bounds.
    shard: Option<Shard>,
    clock: Clock,
    notes: Vec<Message>,
}

/// A snapshot that is being read.
pub struct Reading {
    task: JoinHandle<Result<(), DatabaseError>>,
    /// Rows that it should give.
    left: u64,
}

impl Source for Database {
    /// The reading begins with the plan: what was counted and what is read has to be one snapshot.
    type Plan = (Receiver<Slot>, Reading);
    type Reading = Reading;

    fn plan(&self, runtime: &Runtime, request: &Request) -> Result<(Overview, Self::Plan), FetchError> {
        select::refuse(request)?;
        let (prepared_in, prepared) = oneshot::channel();
        let (slots_in, slots) = mpsc::channel(AHEAD);
        let task = runtime.spawn(read(self.clone(), request.clone(), prepared_in, slots_in));
        let Ok(prepared) = runtime.block_on(prepared) else {
            // The reader ended before it had anything to say: with an error.
            join(runtime.block_on(task))??;
            return Err(ApiError::Internal("the database was read and nobody said so".into()).into());
        };
        let identity = request.identity(&format!("postgres://{}", self.dsn.place), prepared.shard.as_ref());
        let overview = Overview {
            begin: begin(self, request, identity.clone(), prepared.count),
            identity,
            expected: Some(prepared.count),
            scope: tr!("database-project", id = request.filters.get("project").unwrap_or_default()),
            own_host: self.host.clone(),
            clock: Some(prepared.clock),
            notes: prepared.notes,
        };
        Ok((overview, (slots, Reading { task, left: prepared.left })))
    }

    fn bounds(&self, runtime: &Runtime, request: &Request, of: usize) -> Result<Vec<i64>, FetchError> {
        select::refuse(request)?;
        Ok(runtime.block_on(async {
            let mut session = Session::open(&self.dsn).await?;
            match bounds_in(&mut session, request, of).await {
                Ok(bounds) => Ok(bounds),
                Err(error) => Err(session.autopsy(error).await),
            }
        })?)
    }

    fn rows(&self, _: &Runtime, _: &Request, plan: Self::Plan) -> (Receiver<Slot>, Reading) {
        plan
    }

    fn settle(
        &self,
        runtime: &Runtime,
        request: &Request,
        reading: Reading,
        written: &Written<'_>,
    ) -> Result<RowCounts, FetchError> {
        join(runtime.block_on(reading.task))??;
        let (sent, expected) = (written.rows, written.expected.unwrap_or(written.rows));
        let came = sent - request.resume.as_ref().map_or(0, |resume| resume.rows);
        if came != reading.left {
            return Err(DatabaseError::Short(tr!("database-short", came, left = reading.left)).into());
        }
        // Only between a run and the one that continues it can rows come or go.
        let (added, vanished) = (sent.saturating_sub(expected), expected.saturating_sub(sent));
        Ok(RowCounts { sent, expected: written.expected, added, vanished, ..RowCounts::default() })
    }
}

/// Reads the rows in one snapshot and hands them on, after telling how many there are.
async fn read(
    database: Database,
    request: Request,
    prepared: oneshot::Sender<Prepared>,
    out: mpsc::Sender<Slot>,
) -> Result<(), DatabaseError> {
    let mut session = Session::open(&database.dsn).await?;
    let done = read_in(&mut session, &database, &request, prepared, out).await;
    match done {
        Ok(()) => Ok(()),
        Err(error) => Err(session.autopsy(error).await),
    }
}

async fn read_in(
    session: &mut Session,
    database: &Database,
    request: &Request,
    prepared: oneshot::Sender<Prepared>,
    out: mpsc::Sender<Slot>,
) -> Result<(), DatabaseError> {
    let mut notes = database.dsn.notes.clone();
    if session.exposed {
        notes.push(tr!("database-unencrypted"));
    }
    let place = session.place.clone();
    let snapshot = session.snapshot().await?;
    let clock = clock(&snapshot, &place).await?;
    let tables = Tables::look(&snapshot, request.target, &place).await?;
    let mut select = Select::new(request, &tables)?;
    let mut shard = request.shard.clone();
    if let Some(shard) = &mut shard {
        if shard.bounds.is_empty() && shard.of > 1 {
            shard.bounds = select.bounds(&snapshot, shard.of, &place).await?;
        }
        select.narrow(shard.ends());
    }
    let resume = request.resume.clone().unwrap_or_default();
    let limited =
        |count: u64, before: u64| request.source_limit().map_or(count, |limit| count.min(limit.saturating_sub(before)));
    let whole = select.count(&snapshot, None, &place).await?;
    let left = match resume.last {
        Some(last) => select.count(&snapshot, Some(last), &place).await?,
        None => whole,
    };
    if whole == 0 && shard.is_none() && !select.project_is_known(&snapshot, &place).await? {
        notes.push(tr!("database-no-task", project = select.project()));
    }
    let left = limited(left, resume.rows);
    // The receiver is gone when the output could not be opened, which is reported elsewhere.
    if prepared.send(Prepared { count: limited(whole, 0), left, shard, clock, notes }).is_err() || left == 0 {
        return Ok(());
    }
    rows::stream(&snapshot, &select, resume.last, left, &out, &place).await
}

/// The bounds between `of` parts of the rows, in a snapshot of their own.
async fn bounds_in(session: &mut Session, request: &Request, of: usize) -> Result<Vec<i64>, DatabaseError> {
    let place = session.place.clone();
    let snapshot = session.snapshot().await?;
    let tables = Tables::look(&snapshot, request.target, &place).await?;
    Select::new(request, &tables)?.bounds(&snapshot, of, &place).await
}

/// What time it is in the database, when the snapshot begins.
async fn clock(snapshot: &Transaction<'_>, place: &str) -> Result<Clock, DatabaseError> {
    let of = |e: tokio_postgres::Error| DatabaseError::of(&e, place);
    let row = snapshot.query_one("SELECT now()", &[]).await.map_err(of)?;
    let here = Timestamp::now();
    let there = Timestamp::try_from(row.try_get::<_, SystemTime>(0).map_err(of)?).unwrap_or(here);
    Ok(Clock { there, here })
}

/// The begin frame. It has no `classes`: the tables that are read do not hold the project's class order.
fn begin(database: &Database, request: &Request, identity: Map<String, Value>, count: u64) -> String {
    let mut extra = identity;
    let mut from = json!({"postgres": database.dsn.place});
    if let Some(host) = &database.host {
        from["host"] = host.origin().ascii_serialization().into();
    }
    extra.insert("source".into(), from);
    let project: Value = request.filters.get("project").and_then(|id| id.parse::<i64>().ok()).into();
    extra.insert("project".into(), json!({"id": project}));
    extra.insert("count".into(), count.into());
    begin_line(Kind::Items, &extra)
}
