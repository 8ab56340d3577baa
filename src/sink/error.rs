//! What can go wrong between the file lines and the published dataset.

use crate::exit::{Classified, Exit};
use crate::stream::StreamError;
use std::io;

/// A failure that ends a run. Nothing is published when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The input could not be read, was cut, or has a bad line.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The destination exists and `--overwrite` was not given.
    #[error("{0} exists already: choose another name, or give --overwrite to replace it as a whole")]
    Exists(String),
    /// `--resume`, and the dataset that is there is another one.
    #[error(
        "{dest} exists already, and {path} is not the same in it: give --overwrite to replace it, or choose another name"
    )]
    Differs {
        /// The destination.
        dest: String,
        /// The first file found to differ.
        path: String,
    },
    /// Another run has the destination, or was killed there.
    #[error(
        "another run is writing to {0}, or was killed: if you know that it is gone, --resume takes up what it left and \
         --overwrite starts anew"
    )]
    Unfinished(String),
    /// A store or server refused, or could not be reached.
    #[error("{path}: {reason}")]
    Store {
        /// The path as the user knows it.
        path: String,
        /// What the store said, without secrets.
        reason: String,
    },
    /// A file or folder of the output could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The path as the user knows it.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A local file that a `file` line names could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The path as the line gives it.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// An original could not be had, and `--strict` was given.
    #[error("{path}: {reason} ({url}); without --strict it would be skipped and listed in the summary")]
    Original {
        /// Where it would have gone.
        path: String,
        /// The URL without its query.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The originals are larger than the user allows.
    #[error("the originals have more than --max-total-bytes {0}: nothing was published")]
    TooMuch(u64),
    /// Stopped by a signal.
    #[error("stopped by a signal; nothing was published")]
    Stopped(Exit),
    /// A manifest is not what this program writes.
    #[error("the manifest cannot be used: {0}")]
    Manifest(String),
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Internal(&'static str),
}

impl SinkError {
    /// A write failure.
    pub fn write(path: impl Into<String>, source: io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }
}

impl Classified for SinkError {
    fn exit(&self) -> Exit {
        match self {
            Self::Stream(e) => e.exit(),
            Self::Usage(_) => Exit::Usage,
            Self::Exists(_) | Self::Differs { .. } | Self::Unfinished(_) | Self::Store { .. } | Self::Write { .. } => {
                Exit::Output
            }
            Self::Read { .. } | Self::TooMuch(_) | Self::Manifest(_) => Exit::Input,
            Self::Original { .. } => Exit::Remote,
            Self::Stopped(exit) => *exit,
            Self::Internal(_) => Exit::Other,
        }
    }
}
