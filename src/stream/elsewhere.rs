//! Inputs that do not lie on this machine: what can be read under a name, and why it cannot.

use super::error::StreamError;
use crate::exit::{Advice, Exit};
use crate::words::Message;
use std::io::{self, Read};

/// Something that can be read, from its beginning, any number of times.
pub trait Readable: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> &str;

    /// Its bytes, as they are stored.
    ///
    /// # Errors
    /// [`StreamError`] when it cannot be opened. When it cannot be read on, an [`io::Error`], which may hold an [`Unreadable`].
    fn open(&self) -> Result<Box<dyn Read + Send>, StreamError>;
}

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
