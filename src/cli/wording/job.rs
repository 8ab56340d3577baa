//! Errors of jobs.

use crate::job::JobError;
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for JobError {
    fn words(&self) -> Message {
        match self {
            Self::Usage(e) => e.words(),
            Self::Api(e) => e.words(),
            Self::Stream(e) => e.words(),
            Self::NoJob { id, host } => tr!("job-none", id, host),
            Self::NoPlugin { plugin, host } => tr!("job-no-plugin", plugin, host),
            Self::NoId { host } => tr!("job-no-id", host),
            Self::ManyIds { host, ids } => tr!("job-many-ids", host, ids = ids.join(", ")),
            Self::Status { id, status } => tr!("job-bad-status", id, status = ?status),
            Self::Pack { path, reason } => tr!("job-not-packed", path = path.display(), reason),
        }
    }
}
