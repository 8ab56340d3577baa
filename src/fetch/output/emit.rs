//! Filled rows to item lines, in order; flushed whenever there is nothing to write, remembered in the checkpoint once flushed.

use super::checkpoint::Saver;
use super::keys::Keys;
use super::progress::Watch;
use crate::api::Target;
use crate::fetch::source::{Filled, Slot};
use crate::fetch::{FetchError, join};
use crate::stream::Writer;
use std::sync::atomic::Ordering::Relaxed;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

/// The output with everything that keeps account of it.
pub struct ItemWriter<'a> {
    /// The output.
    pub writer: &'a mut Writer,
    /// The checkpoint.
    pub saver: &'a mut Saver,
    /// The progress display.
    pub watch: &'a Watch,
    /// The keys of all rows.
    pub keys: Keys,
}

/// Writes item lines until the rows end.
///
/// # Errors
/// The first row that cannot be read; the output cannot be written.
pub fn rows(
    runtime: &Runtime,
    target: Target,
    mut from: Receiver<Slot>,
    output: &mut ItemWriter<'_>,
) -> Result<(), FetchError> {
    let mut line = Vec::new();
    loop {
        let slot = match from.try_recv() {
            Ok(slot) => slot,
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => {
                output.writer.flush()?;
                match from.blocking_recv() {
                    Some(slot) => slot,
                    None => return Ok(()),
                }
            }
        };
        let filled = match slot {
            Slot::Ready(filled) => filled?,
            Slot::Coming(task) => {
                if !task.is_finished() {
                    output.writer.flush()?;
                }
                join(runtime.block_on(task))??
            }
        };
        output.put(target, &filled, &mut line)?;
    }
}

impl ItemWriter<'_> {
    fn put(&mut self, target: Target, filled: &Filled, line: &mut Vec<u8>) -> Result<(), FetchError> {
        line.clear();
        let dimensions = filled.dimensions.as_deref().map(|sizes| ("dimensions", sizes));
        filled.row.write_line(target, filled.data.as_deref(), dimensions, line);
        self.writer.put(line)?;
        self.saver.wrote(line.len());
        self.saver.row(&filled.row.key, filled.cursor.as_deref());
        self.keys.add(&filled.row.key);
        self.watch.rows.fetch_add(1, Relaxed);
        if self.saver.due() {
            self.writer.flush()?;
            self.saver.save(false)?;
        }
        // One row of 28 MB must not cost its memory for the rest of the run.
        line.shrink_to(1 << 20);
        Ok(())
    }

    /// Writes a frame line.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn frame(&mut self, line: &str) -> Result<(), FetchError> {
        self.writer.line(line.as_bytes())?;
        self.saver.wrote(line.len() + 1);
        Ok(())
    }
}
