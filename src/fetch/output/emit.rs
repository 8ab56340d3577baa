//! Filled rows to item lines, in order; flushed whenever there is nothing to write, remembered once flushed.

use super::keys::Keys;
use super::progress::Watch;
use super::state::Saver;
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
    /// Where the run stands.
    pub saver: &'a mut Saver,
    /// The progress display.
    pub watch: &'a Watch,
    /// The keys of all rows.
    pub keys: Keys,
    /// Rows of an increment that came already, by another of their dates.
    pub again: u64,
    /// Only ids are written.
    pub ids_only: bool,
    /// Whether such rows are possible.
    pub increment: bool,
    /// Rows that came and were not wanted.
    pub left_out: u64,
}

/// Writes item lines until the rows end, or until `limit` lines are written; gives whether the rows ended.
///
/// # Errors
/// The first row that cannot be read; the output cannot be written.
pub fn rows(
    runtime: &Runtime,
    target: Target,
    mut from: Receiver<Slot>,
    limit: Option<u64>,
    output: &mut ItemWriter<'_>,
) -> Result<bool, FetchError> {
    let mut line = Vec::new();
    while limit != Some(output.saver.rows()) {
        let slot = match from.try_recv() {
            Ok(slot) => slot,
            Err(TryRecvError::Disconnected) => return Ok(true),
            Err(TryRecvError::Empty) => {
                output.writer.flush()?;
                match from.blocking_recv() {
                    Some(slot) => slot,
                    None => return Ok(true),
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
        if filled.wanted {
            output.put(target, &filled, &mut line)?;
        } else if output.increment && output.keys.has(&filled.row.key) {
            output.again += 1;
        } else {
            output.keys.add(&filled.row.key);
            output.left_out += 1;
        }
    }
    Ok(false)
}

impl ItemWriter<'_> {
    fn put(&mut self, target: Target, filled: &Filled, line: &mut Vec<u8>) -> Result<(), FetchError> {
        if self.increment && self.keys.has(&filled.row.key) {
            self.again += 1;
            return Ok(());
        }
        line.clear();
        let dimensions = filled.dimensions.as_deref().map(|sizes| ("dimensions", sizes));
        match self.ids_only {
            true => filled.row.write_id(target, line),
            false => filled.row.write_line(target, filled.data.as_deref(), dimensions, line),
        }
        self.writer.put(line)?;
        self.saver.wrote(line.len());
        self.saver.row(&filled.row.key, filled.cursor.as_deref());
        self.keys.add(&filled.row.key);
        self.watch.rows.fetch_add(1, Relaxed);
        self.watch.bytes.fetch_add(line.len() as u64, Relaxed);
        if self.saver.due() {
            self.writer.flush()?;
            self.saver.save()?;
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
