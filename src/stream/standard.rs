//! Standard input and output as files, when they were open at the start of the program.
//!
//! The standard library opens a descriptor that is closed at the start on `/dev/null`, for reading and writing. What is written there
//! is lost and what is read there is nothing, without an error; a shell's own `< /dev/null` and `> /dev/null` are open in one
//! direction.

use super::error::StreamError;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

/// Standard input.
///
/// # Errors
/// [`StreamError::NoStdin`] when it is closed, [`StreamError::Read`].
pub fn input() -> Result<File, StreamError> {
    let unreadable = |source| StreamError::Read { name: "stdin".into(), source };
    let mut file = io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(unreadable)?;
    if is_null(&file) && file.write(b"\n").is_ok() { Err(StreamError::NoStdin) } else { Ok(file) }
}

/// Standard output. The standard library's own handle flushes at every newline; the file does not.
///
/// # Errors
/// [`StreamError::NoStdout`] when it is closed, [`StreamError::Write`].
pub fn output() -> Result<File, StreamError> {
    let unwritable = |source| StreamError::Write { name: "stdout".into(), source };
    let mut file = io::stdout().as_fd().try_clone_to_owned().map(File::from).map_err(unwritable)?;
    if is_null(&file) && file.read(&mut [0]).is_ok() { Err(StreamError::NoStdout) } else { Ok(file) }
}

/// Whether a file is `/dev/null`.
fn is_null(file: &File) -> bool {
    let null = fs::metadata("/dev/null").map(|m| m.rdev()).ok();
    file.metadata().is_ok_and(|m| m.rdev() != 0 && Some(m.rdev()) == null)
}
