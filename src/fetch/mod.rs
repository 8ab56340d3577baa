//! The first stage: rows of a Synapse project, task list or ground-truth version as item lines.
//!
//! ```text
//! source: plan ──► source: rows ──filled rows, in order──► output: frames, lines, state ──► source: settle
//! ```
//! * [`request`]: what to export, and what came of it; [`mod@export`]: how a run goes, whatever its source
//! * [`source`]: what a source of rows is; [`api`] and [`database`] are the two there are
//! * `bounds`: the ids at which the parts of an export end
//! * [`output`]: item lines, what can be resumed; `dimensions`: sizes of images, on the way to the output
//! * [`discover`]: what there is to export
//! * [`dump`]: saved dumps in place of a source

pub mod api;
mod bounds;
pub mod chosen;
#[cfg(feature = "postgres")]
pub mod database;
mod dimensions;
pub mod discover;
pub mod dump;
pub mod export;
pub mod output;
pub mod request;
pub mod source;

use crate::api::ApiError;
use crate::exit::{Advice, Classified, Exit, UsageError};
#[cfg(feature = "postgres")]
use crate::postgres::DatabaseError;
use crate::stream::StreamError;
use crate::stream::checkpoint::CheckpointError;
use output::state::ResumeError;
use tokio::runtime::Runtime;

use dump::DumpError;
pub use export::run;
pub use request::{Note, Report, Request, RowCounts};

/// A failure of this stage.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A request that cannot be followed.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The backend, or a row of it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The database, or a row of it.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// What an earlier run left cannot be continued.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// The checkpoint is not one of this export.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Dumps that are not all parts of one export.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The output cannot be written, or a list of ids cannot be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl FetchError {
    /// The error by its own type.
    fn inner(&self) -> &dyn Classified {
        match self {
            Self::Usage(e) => e,
            Self::Api(e) => e,
            #[cfg(feature = "postgres")]
            Self::Database(e) => e,
            Self::Resume(e) => e,
            Self::Checkpoint(e) => e,
            Self::Stream(e) => e,
            Self::Dump(e) => e,
        }
    }
}

impl Classified for FetchError {
    fn exit(&self) -> Exit {
        self.inner().exit()
    }

    fn advice(&self) -> Option<Advice> {
        self.inner().advice()
    }
}

/// The runtime that all requests of a run share.
///
/// # Errors
/// [`ApiError::Internal`] when the system gives no threads.
pub fn runtime(threads: usize) -> Result<Runtime, ApiError> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(2)).enable_all().build();
    built.map_err(|e| ApiError::Internal(format!("no threads: {e}")))
}

/// The result of a task that cannot be cancelled.
fn join<T>(joined: Result<T, tokio::task::JoinError>) -> Result<T, ApiError> {
    joined.map_err(|e| ApiError::Internal(format!("a task stopped: {e}")))
}
