//! Where rows come from: the API, a database, or whatever else can give rows in order.

use super::output::keys::Keys;
use super::{FetchError, Request, RowCounts};
use crate::api::{ApiError, Row, Target};
use crate::tr;
use crate::words::{Many, Message};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use url::Url;

/// Rows that may be ready or under way ahead of the output.
pub const AHEAD: usize = 512;

/// A source of rows. An export asks it for a plan, takes its rows, and lets it compare what came with what should have come.
pub trait Source {
    /// What [`Source::rows`] needs to know of the plan.
    type Plan;
    /// What [`Source::settle`] needs to know of how the rows were read.
    type Reading;

    /// Finds out what there is to export, before the output is opened.
    ///
    /// # Errors
    /// The source cannot be reached, refuses, or cannot do what the request asks for.
    fn plan(&self, runtime: &Runtime, request: &Request) -> Result<(Overview, Self::Plan), FetchError>;

    /// The ids at which the parts of an export divided by `of` begin, but for the lowest part; ascending.
    ///
    /// # Errors
    /// As [`Source::plan`], and when its ids cannot be divided.
    fn bounds(&self, runtime: &Runtime, request: &Request, of: usize) -> Result<Vec<i64>, FetchError>;

    /// Begins to read, and gives the rows in the order in which they are to be written: those after what `request.resume` has. A row
    /// that cannot be read is its slot's error; when reading itself fails, the slots end early and `settle` has the error.
    fn rows(&self, runtime: &Runtime, request: &Request, plan: Self::Plan) -> (Receiver<Slot>, Self::Reading);

    /// Compares what was written with what should have come.
    ///
    /// # Errors
    /// What ended the reading early; rows that are missing.
    fn settle(
        &self,
        runtime: &Runtime,
        request: &Request,
        reading: Self::Reading,
        written: &Written<'_>,
    ) -> Result<RowCounts, FetchError>;
}

/// What is known of an export before its first row.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What identifies the export ([`Request::identity`]).
    pub identity: Map<String, Value>,
    /// The begin frame, without newline.
    pub begin: String,
    /// Rows of a complete export, unless the source cannot tell.
    pub expected: Option<u64>,
    /// What the rows belong to, in words: `project 42 "Roads"`.
    pub scope: Message,
    /// The Synapse server that relative URLs of files belong to, if known.
    pub own_host: Option<Url>,
    /// The source's clock and ours, if the source says.
    pub clock: Option<Clock>,
    /// Things the user should know.
    pub notes: Vec<Message>,
}

/// What time it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// By the source.
    pub there: Timestamp,
    /// By this machine.
    pub here: Timestamp,
}

impl Overview {
    /// So many rows, in words.
    pub fn describe(&self, target: Target, rows: u64) -> Message {
        let noun = match target {
            Target::Assignment => "assignment",
            Target::Task => "task",
            Target::GroundTruth => "ground-truth event",
        };
        tr!("fetched", rows = Many(rows), noun, scope = self.scope)
    }
}

/// What an export has written.
#[derive(Debug)]
pub struct Written<'a> {
    /// Rows that came, those of earlier runs included. More than the item lines when rows are left out here.
    pub rows: u64,
    /// Rows that were expected when the export began.
    pub expected: Option<u64>,
    /// Rows of an increment that came more than once, by several of their dates, beyond the first time.
    pub again: u64,
    /// The keys of the rows of this run.
    pub keys: &'a Keys,
}

/// A row with everything that its item line needs.
#[derive(Debug)]
pub struct Filled {
    /// The row.
    pub row: Row,
    /// JSON that stands in place of the row's `data`.
    pub data: Option<Vec<u8>>,
    /// Sizes of the row's images in pixels, as JSON `{media key: {"width", "height"}}`, where the row lacks them.
    pub dimensions: Option<String>,
    /// Query key and value that led to the row's page, if a walk can begin there again.
    pub cursor: Option<Arc<(String, String)>>,
    /// Whether it is to be written.
    pub wanted: bool,
    /// The row's share of the bytes that may be ahead, given back when the line is written.
    pub _share: Option<OwnedSemaphorePermit>,
}

/// A filled row, now or soon.
#[derive(Debug)]
pub enum Slot {
    /// Complete.
    Ready(Result<Filled, ApiError>),
    /// Being downloaded.
    Coming(JoinHandle<Result<Filled, ApiError>>),
}
