//! What is said during a run.

use crate::sink::originals::reason::Reason;
use crate::words::Message;
use std::fmt;

/// What the user should know during a run that goes well otherwise. [`fmt::Display`] gives one line.
#[derive(Clone, Debug)]
pub enum Notice {
    /// An original could not be downloaded.
    Original {
        /// The path that it would have in the dataset.
        path: String,
        /// Its URL without query.
        url: String,
        /// Why not.
        reason: Reason,
    },
    /// Anything else.
    Text(Message),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original { path, url, reason } => write!(f, "{path}: {reason} ({url})"),
            Self::Text(text) => write!(f, "{text}"),
        }
    }
}
