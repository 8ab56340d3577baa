//! Why parts do not become one dataset.

use super::Difference;
use crate::exit::{Classified, Exit};

/// What is wrong with the parts of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DividedError {
    /// Parts of something else are at the destination, and are not joined yet.
    #[error("{dest} holds {}, which are not joined yet", other(*difference))]
    Other {
        /// The destination.
        dest: String,
        /// How they differ.
        difference: Difference,
    },
    /// Something that no part has written is in the way, left by a run that was killed.
    #[error("{dest} holds what another run has left")]
    Leftover {
        /// The destination.
        dest: String,
    },
    /// Parts are not there.
    #[error("{} of {of} parts are not at {dest}, {first}/{of} is one of them", missing.len())]
    Missing {
        /// The destination.
        dest: String,
        /// Which, from 1.
        missing: Vec<u32>,
        /// The first of them.
        first: u32,
        /// Of how many.
        of: u32,
    },
    /// The manifest of a part cannot be used.
    #[error("the manifest of part {part} at {dest} cannot be used: {reason}")]
    Damaged {
        /// The destination.
        dest: String,
        /// Which, from 1.
        part: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// What a part has written is not what the list asks for.
    #[error("{path:?} in part {part} is not what the list asks for")]
    Differs {
        /// Which, from 1.
        part: u32,
        /// The file.
        path: String,
    },
    /// A file that a part has written is gone, or has another size.
    #[error("{path:?} is not at {dest} any more, or has another size")]
    Lost {
        /// The destination.
        dest: String,
        /// The file.
        path: String,
    },
    /// The place takes no parts.
    #[error("{dest}: parts go to a folder, S3, Google Cloud Storage and Azure")]
    NoPlace {
        /// The destination.
        dest: String,
    },
    /// The folder cannot be made by one rename.
    #[error(
        "{dest}: parts become a folder by one rename, and this one is a mount point, holds the current folder, or lies in a folder that may not be written to"
    )]
    NoRename {
        /// The destination.
        dest: String,
    },
}

fn other(difference: Difference) -> String {
    match difference {
        Difference::Of(of) => format!("parts of {of}"),
        Difference::List => "parts of another list".to_owned(),
        Difference::Options => "parts with another --max-file-bytes, --allow-private-urls or --base-url".to_owned(),
    }
}

impl Classified for DividedError {
    fn exit(&self) -> Exit {
        match self {
            Self::Other { .. } | Self::Leftover { .. } => Exit::Output,
            Self::Missing { .. } | Self::Damaged { .. } | Self::Differs { .. } | Self::Lost { .. } => Exit::Input,
            Self::NoPlace { .. } | Self::NoRename { .. } => Exit::Usage,
        }
    }
}
