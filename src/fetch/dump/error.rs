//! What can be wrong with dumps that are to be joined.

use crate::exit::{Advice, Classified, Exit};
use crate::stream::StreamError;

/// Why dumps are not joined.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// Lines without a begin frame.
    #[error("{name} has no begin frame: nobody can tell what it is a part of")]
    NoFrame {
        /// The dump.
        name: String,
    },
    /// Nothing at all.
    #[error("{name} is empty, without even a begin frame: what wrote it has failed")]
    Empty {
        /// The dump.
        name: String,
    },
    /// A dump of another export, or of one that was cut elsewhere.
    #[error("{name} is no part of the export that {of} is a part of: its {key} is {is}, and there {was}")]
    Foreign {
        /// The dump.
        name: String,
        /// One of the others.
        of: String,
        /// The key of the begin frames in which they differ.
        key: &'static str,
        /// What this one has there, as JSON.
        is: String,
        /// What the other has, as JSON.
        was: String,
    },
    /// Two different dumps of one part.
    #[error("part {part} is there twice, and {name} and {other} are not the same{}", cut.as_ref().map(|cut| format!(" ({cut} was cut)")).unwrap_or_default())]
    Differ {
        /// Which part, `I/N`.
        part: String,
        /// The dump.
        name: String,
        /// The other dump.
        other: String,
        /// Which of them was cut, if one was.
        cut: Option<String>,
    },
    /// Parts that are not there.
    #[error("{missing} of {of} parts {}: {parts}", if *missing == 1 { "is missing" } else { "are missing" })]
    Missing {
        /// The first of them, `I/N`.
        parts: String,
        /// How many are missing.
        missing: u64,
        /// Parts of the whole export.
        of: u64,
    },
    /// A part that does not say at which ids it was cut.
    #[error("{name} does not say at which ids the export was cut: another release has fetched it")]
    Uncut {
        /// The dump.
        name: String,
    },
    /// A part without its end frame.
    #[error("{name} was cut after {lines} items: it has no end frame")]
    Cut {
        /// The dump.
        name: String,
        /// Items that came.
        lines: u64,
    },
    /// Several streams in one dump.
    #[error("{name} holds several streams, one after the other")]
    Several {
        /// The dump.
        name: String,
    },
    /// Another dump stands there since it was looked at.
    #[error("{name} was replaced while it was read")]
    Changed {
        /// The dump.
        name: String,
    },
    /// A dump that is not as a stage has written it.
    #[error("{name}: {error}")]
    Part {
        /// The dump.
        name: String,
        /// What is wrong.
        error: Box<StreamError>,
    },
}

impl Classified for DumpError {
    fn exit(&self) -> Exit {
        match self {
            Self::Part { error, .. } => error.exit(),
            _ => Exit::Input,
        }
    }

    fn advice(&self) -> Option<Advice> {
        Some(match self {
            Self::NoFrame { .. } => Advice::DumpWithFrames,
            Self::Empty { .. } => Advice::FetchPart,
            Self::Foreign { .. } => Advice::PartsOfOneExport,
            Self::Differ { .. } => Advice::OneAttempt,
            Self::Missing { .. } => Advice::FetchMissing,
            Self::Uncut { .. } => Advice::FetchWithBounds,
            Self::Cut { .. } => Advice::FetchCutPart,
            Self::Several { .. } => Advice::EachDumpItself,
            Self::Changed { .. } => Advice::AgainAlone,
            Self::Part { error, .. } => return error.advice(),
        })
    }
}
