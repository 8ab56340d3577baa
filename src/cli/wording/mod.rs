//! The words of the errors of all stages. The errors carry data and speak English; here is which entry of the catalogue each of them is.
//! A test compares the English of both.

#[cfg(feature = "net")]
mod api;
#[cfg(feature = "postgres")]
mod database;
#[cfg(feature = "net")]
mod job;
mod path;
#[cfg(feature = "net")]
mod sink;
mod stream;
#[cfg(test)]
mod tests;

use crate::tr;
use crate::words::{Message, Worded};
use std::io;

/// What the system says, with its number as the system's manuals have it. Its English is the system's own.
impl Worded for io::Error {
    fn words(&self) -> Message {
        // What we say ourselves.
        if let Some(told) = self.get_ref().and_then(|inner| inner.downcast_ref::<Message>()) {
            return told.clone();
        }
        let said = match self.kind() {
            io::ErrorKind::NotFound => tr!("system-not-found"),
            io::ErrorKind::PermissionDenied => tr!("system-permission-denied"),
            io::ErrorKind::StorageFull => tr!("system-storage-full"),
            io::ErrorKind::IsADirectory => tr!("system-is-folder"),
            io::ErrorKind::NotADirectory => tr!("system-not-folder"),
            io::ErrorKind::ReadOnlyFilesystem => tr!("system-read-only"),
            io::ErrorKind::AlreadyExists => tr!("system-exists"),
            io::ErrorKind::FileTooLarge => tr!("system-file-too-large"),
            io::ErrorKind::QuotaExceeded => tr!("system-quota"),
            io::ErrorKind::ConnectionRefused => tr!("system-refused"),
            io::ErrorKind::ConnectionReset => tr!("system-reset"),
            io::ErrorKind::TimedOut => tr!("system-timed-out"),
            io::ErrorKind::InvalidFilename => tr!("system-file-name"),
            _ => return self.to_string().into(),
        };
        match self.raw_os_error() {
            Some(number) => Message::told(self.to_string(), said.then(" ", format!("(os error {number})"))),
            None => self.to_string().into(),
        }
    }
}
