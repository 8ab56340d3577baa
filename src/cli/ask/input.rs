//! What an input begins with, looked at before somebody is asked: a stage whose input has failed asks nothing.

use super::command::Before;
use crate::stream::run_mark::StandardInput;
use crate::stream::{Batch, Frame, Kind, Progress, Reader, StreamError};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// Whether these files are standard input.
pub fn reads_stdin(files: &[PathBuf]) -> bool {
    files.is_empty() || matches!(files, [path] if path.as_os_str() == "-")
}

/// Whether a person types the input: then it is not looked at, since keys answer questions first.
pub fn is_typed_in(files: &[PathBuf]) -> bool {
    reads_stdin(files) && io::stdin().is_terminal()
}

/// The frame that a batch is, if it can be read.
pub fn frame(batch: &Batch) -> Option<Frame> {
    batch.lines().next().filter(|_| batch.is_frame).and_then(|line| Frame::parse(line.bytes).ok())
}

/// What the first frame says of the stages before, when they write to standard input. Waits for it.
pub fn before(files: &[PathBuf], reader: &mut Reader) -> Before {
    let input = StandardInput::look();
    if !reads_stdin(files) || !input.is_pipe() {
        return Before::default();
    }
    let mut before = Before::default();
    before.has_failed = true;
    reader.look_ahead(|batch| {
        before = match frame(batch) {
            Some(Frame::Begin(begin)) => Before::come(&begin, &input),
            Some(Frame::Error(_)) => return true,
            _ => Before::default(),
        };
        true
    });
    before
}

/// Reads an input to its end that is not to be used, and says what is wrong with it.
///
/// # Errors
/// That; nothing when it is whole.
pub fn judge(kind: Kind, reader: &mut Reader) -> Result<(), StreamError> {
    let mut progress = Progress::new(kind);
    while let Some(batch) = reader.next_batch()? {
        match frame(&batch) {
            Some(frame) => progress.frame(&frame)?,
            None => progress.data(batch.lines().count() as u64),
        }
    }
    progress.finish(false)?;
    progress.require_some(false)
}
