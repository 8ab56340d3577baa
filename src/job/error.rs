//! What can go wrong with a job, besides that it fails.

use crate::api::ApiError;
use crate::exit::{Advice, Classified, Exit, UsageError};
use crate::stream::StreamError;
use std::io;
use std::path::PathBuf;

/// A job that cannot be started, found, or followed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A request that cannot be followed.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The backend, or Ray's dashboard.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The output cannot be written.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// There is no such job.
    #[error("there is no job {id} on {host}")]
    NoJob {
        /// Its id.
        id: String,
        /// The host that was asked.
        host: String,
    },
    /// There is no such plugin.
    #[error("there is no plugin {plugin} on {host}")]
    NoPlugin {
        /// Its code or id.
        plugin: String,
        /// The host that was asked.
        host: String,
    },
    /// The run was accepted, and the answer does not say which job it is.
    #[error("the run was accepted, but {host} does not say the id of the job")]
    NoId {
        /// The host that was asked.
        host: String,
    },
    /// The run was accepted, and it is one of several jobs.
    #[error("the run was accepted, but {host} does not say which of these jobs it is: {}", ids.join(", "))]
    ManyIds {
        /// The host that was asked.
        host: String,
        /// Ids of jobs that were made at that time.
        ids: Vec<String>,
    },
    /// A status that is none of the five there are.
    #[error("job {id} has the status {status:?}, which is none that we know")]
    Status {
        /// The job.
        id: String,
        /// What the server says.
        status: String,
    },
    /// A file of the package cannot be read or packed.
    #[error("cannot pack {}: {reason}", path.display())]
    Pack {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
}

impl Classified for JobError {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(e) => e.exit(),
            Self::Api(e) => e.exit(),
            Self::Stream(e) => e.exit(),
            Self::NoJob { .. } | Self::NoPlugin { .. } => Exit::Refused,
            Self::NoId { .. } | Self::ManyIds { .. } | Self::Status { .. } => Exit::Remote,
            Self::Pack { .. } => Exit::Usage,
        }
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::Api(ApiError::Unsure { .. }) | Self::NoJob { .. } | Self::NoId { .. } => Some(Advice::ListJobs),
            Self::NoPlugin { .. } => Some(Advice::ListPlugins),
            // There are no projects here.
            Self::Api(ApiError::NotFound { .. }) => Some(Advice::CheckHost),
            Self::Api(e) => e.advice(),
            _ => None,
        }
    }
}
