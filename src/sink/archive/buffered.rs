//! Content that waits until it can be written: in memory while it is small and the shared [`Memory`] has room, else in a scratch
//! file. No file stays open meanwhile.

use super::in_order::{Entry, InOrder, Sequence};
use crate::path::RelPath;
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file larger than this waits on disk, bytes.
const SMALL: usize = 1024 * 1024;

/// A number of bytes that many share.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    used: AtomicUsize,
    limit: usize,
    files: AtomicUsize,
}

impl Memory {
    /// So many bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared { used: AtomicUsize::new(0), limit, files: AtomicUsize::new(0) }))
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    fn reserve(&self, bytes: usize) -> bool {
        let room = |used: usize| used.checked_add(bytes).filter(|n| *n <= self.0.limit);
        self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok()
    }

    fn release(&self, bytes: usize) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A new scratch file.
    fn file(&self, scratch: &Path) -> io::Result<(PathBuf, File)> {
        let path = scratch.join(format!("held-{}", self.0.files.fetch_add(1, Ordering::Relaxed)));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok((path, file))
    }
}

/// Complete content. Dropping it gives memory and disk back.
#[derive(Debug)]
pub enum Held {
    /// In memory.
    Bytes(Vec<u8>, Memory),
    /// In a scratch file of this size.
    Scratch(PathBuf, u64),
}

impl Held {
    /// Content at hand.
    ///
    /// # Errors
    /// When there is no memory for it and the scratch file cannot be written.
    pub fn of(content: &[u8], memory: &Memory, scratch: &Path) -> io::Result<Self> {
        if content.len() <= SMALL && memory.reserve(content.len()) {
            return Ok(Self::Bytes(content.to_vec(), memory.clone()));
        }
        let (path, mut file) = memory.file(scratch)?;
        let held = Self::Scratch(path, content.len() as u64);
        file.write_all(content)?;
        Ok(held)
    }

    /// A scratch file; it is removed when it is no longer needed.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::Scratch(path.to_owned(), fs::metadata(path)?.len()))
    }

    /// Size.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(content, _) => content.len() as u64,
            Self::Scratch(_, bytes) => *bytes,
        }
    }

    /// The content from its beginning.
    ///
    /// # Errors
    /// When the scratch file cannot be opened.
    pub fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Bytes(content, _) => Box::new(Cursor::new(content)),
            Self::Scratch(path, _) => Box::new(File::open(path)?),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Self::Bytes(content, memory) => memory.release(content.len()),
            Self::Scratch(path, _) => drop(fs::remove_file(path)),
        }
    }
}

/// A file that grows in memory or in a scratch file, and goes to its place in the sequence when it is complete.
pub struct Growing<S: Sequence> {
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

impl<S: Sequence> Growing<S> {
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

impl<S: Sequence> Output for Growing<S> {
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
            Some((path, _)) => Held::Scratch(path, self.bytes),
            None => {
                self.reserved = 0;
                Held::Bytes(std::mem::take(&mut self.buffer), self.all.memory().clone())
            }
        };
        self.all.enter(self.order, Entry { path: self.path.clone(), item: self.item.take(), content })
    }
}

impl<S: Sequence> Drop for Growing<S> {
    fn drop(&mut self) {
        self.forget_buffer();
        if let Some((path, _)) = self.file.take() {
            let _ = fs::remove_file(path);
        }
    }
}
