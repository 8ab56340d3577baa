//! What can be wrong with one line of the input.

use super::names::NameError;
use crate::sink::dataset::digest::Mismatch;
use crate::sink::originals::origin::BadHost;
use crate::words::Message;
use std::path::PathBuf;

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is not a file line: no JSON, another kind of line, or a path or content that breaks a rule.
    #[error("{0}")]
    Malformed(Message),
    /// It names a local file, and such lines are not allowed.
    #[error("{path:?}: it names a local file")]
    LocalFile {
        /// Path in the dataset.
        path: String,
    },
    /// It names a local file of what the new dataset replaces.
    #[error("{path:?}: the file that it names, {file:?}, lies in the destination")]
    InDestination {
        /// Path in the dataset.
        path: String,
        /// The file, as the line names it.
        file: PathBuf,
    },
    /// Its URL is relative, and the server that it belongs to is not known.
    #[error("{path:?}: its URL is relative")]
    RelativeUrl {
        /// Path in the dataset.
        path: String,
    },
    /// Its path collides with that of another line.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Its content is not what it promises.
    #[error("{path:?} is not what its line says: {mismatch}")]
    Mismatch {
        /// Path in the dataset.
        path: String,
        /// What differs.
        mismatch: Mismatch,
    },
    /// It gives a URL or a file for a path whose earlier parts were text.
    #[error("{path:?} began with text, and a url or file cannot continue it")]
    MixedParts {
        /// Path in the dataset.
        path: String,
    },
    /// The begin frame names a server that is not one.
    #[error(transparent)]
    Host(#[from] BadHost),
}

impl From<Message> for LineError {
    fn from(reason: Message) -> Self {
        Self::Malformed(reason)
    }
}
