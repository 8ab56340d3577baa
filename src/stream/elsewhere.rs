//! Why an input that does not lie on this machine cannot be read.

use crate::exit::{Advice, Exit};
use crate::words::Message;
use std::io;

/// Why something elsewhere cannot be read: what a store has said. It travels in an [`io::Error`].
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    /// What happened, with the name.
    pub message: Message,
    /// The exit code.
    pub exit: Exit,
    /// What can be done about it on the command line.
    pub advice: Option<Advice>,
}

impl From<Unreadable> for io::Error {
    fn from(e: Unreadable) -> Self {
        Self::other(e)
    }
}
