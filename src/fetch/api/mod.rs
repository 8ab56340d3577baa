//! Rows from the API: which requests, in which order, and what becomes of them.
//!
//! ```text
//! plan ──► walk: which pages ──rows──► fill: payloads ──► slots      settle: what came against what the server counts
//! ```

mod bounds;
pub mod dates;
pub mod fill;
pub mod pace;
pub mod part;
pub mod plan;
pub mod settle;
pub mod shard;
pub mod walk;

use super::source::{AHEAD, Clock, Overview, Slot, Source, Written};
use super::{FetchError, Request, RowCounts, join};
use crate::api::{ApiError, Client};
use crate::selection::Shard;
use plan::Plan;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use walk::Walked;

/// A walk that was begun.
pub struct Walk {
    plan: Arc<Plan>,
    walking: JoinHandle<Result<Walked, ApiError>>,
}

impl Source for Client {
    type Plan = Arc<Plan>;
    type Reading = Walk;

    fn plan(&self, runtime: &Runtime, request: &Request) -> Result<(Overview, Arc<Plan>), FetchError> {
        let plan = runtime.block_on(Plan::make(self, request))?;
        let identity = request.identity(&plan.host, plan.shard.as_ref());
        let overview = Overview {
            begin: plan.begin_line(&identity),
            identity,
            expected: plan.expected(),
            scope: plan.scope_in_words(),
            own_host: Some(self.credentials().host.clone()),
            clock: self.clock().map(|(there, here)| Clock { there, here }),
            notes: plan.notes.clone(),
        };
        Ok((overview, Arc::new(plan)))
    }

    fn bounds(&self, runtime: &Runtime, request: &Request, of: usize) -> Result<Vec<i64>, FetchError> {
        let request = Request { shard: Some(Shard { index: 0, of, bounds: Vec::new() }), ..request.clone() };
        let plan = runtime.block_on(Plan::make(self, &request))?;
        Ok(plan.shard.map(|shard| shard.bounds).unwrap_or_default())
    }

    fn rows(&self, runtime: &Runtime, request: &Request, plan: Arc<Plan>) -> (Receiver<Slot>, Walk) {
        let (pages_in, pages_out) = mpsc::channel(1);
        let walking = runtime.spawn(walk::run(self.clone(), plan.clone(), request.resume.clone(), pages_in));
        let (rows_in, rows_out) = mpsc::channel(AHEAD);
        runtime.spawn(fill::run(self.clone(), plan.clone(), pages_out, rows_in));
        (rows_out, Walk { plan, walking })
    }

    fn settle(
        &self,
        runtime: &Runtime,
        request: &Request,
        reading: Walk,
        written: &Written<'_>,
    ) -> Result<RowCounts, FetchError> {
        let walked = join(runtime.block_on(reading.walking))??;
        let below = request.resume.as_ref().and_then(|r| r.last);
        let Written { rows: sent, expected, again, keys } = *written;
        let done = settle::Done { expected, sent, again, walked, keys, below };
        runtime.block_on(settle::settle(self, &reading.plan, &done, request.verify))
    }
}
