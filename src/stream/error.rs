//! What can go wrong between two stages.

use crate::exit::{Classified, Exit};
use std::io;

/// A failure to read, understand or write a stream.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// An input file could not be opened or read.
    #[error("cannot read {name}")]
    Read {
        /// File name, or `stdin`.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A line that cannot be used.
    #[error("{place}: {reason}")]
    Line {
        /// `FILE:LINE`.
        place: String,
        /// What is wrong and what to do about it.
        reason: String,
    },
    /// The stream began with a begin frame and stopped without an end frame.
    #[error("{0}")]
    Cut(String),
    /// A stage upstream failed and said so in an error frame.
    #[error("an earlier stage failed: {message} ({code}); nothing is published")]
    Upstream {
        /// The `code` of the error frame.
        code: String,
        /// The `message` of the error frame.
        message: String,
    },
    /// The output could not be written.
    #[error("cannot write {name}: {source}; what was written is incomplete")]
    Write {
        /// File name, or `stdout`.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The system gives no thread.
    #[error(
        "cannot start a thread: {0}; allow more memory (ulimit -v) or more threads (ulimit -u), or ask for fewer (--threads)"
    )]
    Thread(io::Error),
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Internal(&'static str),
    /// The reader of our standard output went away. Not a failure: the run stops quietly.
    #[error("the reader of the output went away")]
    Closed,
}

impl Classified for StreamError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read { .. } | Self::Line { .. } | Self::Cut(_) | Self::Upstream { .. } => Exit::Input,
            Self::Write { .. } => Exit::Output,
            Self::Thread(_) | Self::Internal(_) => Exit::Other,
            Self::Closed => Exit::Ok,
        }
    }
}
