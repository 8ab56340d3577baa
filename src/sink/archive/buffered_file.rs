//! A file that grows in memory or in a scratch file, and is handed in when it is complete.

use super::buffered::{Buffered, SMALL};
use super::in_order::{FinishedFile, InOrder, Sequence};
use crate::path::RelPath;
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// A file that grows in memory or in a scratch file, and goes to [`InOrder`] when it is complete.
pub struct BufferedFile<S: Sequence> {
    all: Arc<InOrder<S>>,
    order: u64,
    path: RelPath,
    item: Option<Box<str>>,
    buffer: Vec<u8>,
    /// The part of the shared memory that the buffer has.
    reserved: usize,
    file: Option<(PathBuf, File)>,
    bytes: u64,
}

impl<S: Sequence> BufferedFile<S> {
    /// An empty file.
    pub fn new(all: Arc<InOrder<S>>, order: u64, path: &RelPath, item: Option<Box<str>>) -> Self {
        Self { all, order, path: path.clone(), item, buffer: Vec::new(), reserved: 0, file: None, bytes: 0 }
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        if let Some((_, file)) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.buffer.len() + bytes.len() <= SMALL && self.all.memory().reserve(bytes.len()) {
            self.reserved += bytes.len();
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        let (_, file) = self.file.insert(self.all.memory().file(self.all.scratch())?);
        file.write_all(&self.buffer)?;
        file.write_all(bytes)?;
        self.forget_buffer();
        Ok(())
    }

    fn forget_buffer(&mut self) {
        self.buffer = Vec::new();
        self.all.memory().release(std::mem::take(&mut self.reserved));
    }
}

impl<S: Sequence> Output for BufferedFile<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.add(bytes).map_err(|e| SinkError::write(self.path.as_str(), e))
    }

    fn restart(&mut self) -> Result<(), SinkError> {
        self.forget_buffer();
        self.bytes = 0;
        let Some((_, file)) = &mut self.file else { return Ok(()) };
        file.set_len(0).and_then(|()| file.rewind()).map_err(|e| SinkError::write(self.path.as_str(), e))
    }

    fn finish(mut self: Box<Self>) -> Result<(), SinkError> {
        let content = match self.file.take() {
            Some((path, _)) => Buffered::Scratch(path, self.bytes),
            None => {
                self.reserved = 0;
                Buffered::Bytes(std::mem::take(&mut self.buffer), self.all.memory().clone())
            }
        };
        self.all.enter(self.order, FinishedFile { path: self.path.clone(), item: self.item.take(), content })
    }
}

impl<S: Sequence> Drop for BufferedFile<S> {
    fn drop(&mut self) {
        self.forget_buffer();
        if let Some((path, _)) = self.file.take() {
            let _ = fs::remove_file(path);
        }
    }
}
