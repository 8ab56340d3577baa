//! Finished content that waits for its turn: in memory while it is small and the shared [`MemoryBudget`] has room, else in a scratch
//! file. No file stays open meanwhile.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file larger than this waits on disk, bytes.
pub const SMALL: usize = 1024 * 1024;

/// A limit for the bytes that many files have in memory together. Clones share it.
#[derive(Clone, Debug)]
pub struct MemoryBudget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    used: AtomicUsize,
    limit: usize,
    files: AtomicUsize,
}

impl MemoryBudget {
    /// A budget of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared { used: AtomicUsize::new(0), limit, files: AtomicUsize::new(0) }))
    }

    /// Bytes in use.
    #[cfg(test)]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Reserves so many bytes; `false` when there is no room for them.
    pub fn reserve(&self, bytes: usize) -> bool {
        let room = |used: usize| used.checked_add(bytes).filter(|n| *n <= self.0.limit);
        self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok()
    }

    /// Gives so many bytes back.
    pub fn release(&self, bytes: usize) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A new scratch file in this folder, with a name that no other has.
    ///
    /// # Errors
    /// The system's reason.
    pub fn file(&self, scratch: &Path) -> io::Result<(PathBuf, File)> {
        let path = scratch.join(format!("held-{}", self.0.files.fetch_add(1, Ordering::Relaxed)));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok((path, file))
    }
}

/// Complete content. Dropping it gives memory and disk back.
#[derive(Debug)]
pub enum Buffered {
    /// In memory.
    Bytes(Vec<u8>, MemoryBudget),
    /// In a scratch file of this size.
    Scratch(PathBuf, u64),
}

impl Buffered {
    /// Content that is in memory: copied there, or written to a scratch file.
    ///
    /// # Errors
    /// When the budget has no room and the scratch file cannot be written.
    pub fn of(content: &[u8], memory: &MemoryBudget, scratch: &Path) -> io::Result<Self> {
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

impl Drop for Buffered {
    fn drop(&mut self) {
        match self {
            Self::Bytes(content, memory) => memory.release(content.len()),
            Self::Scratch(path, _) => drop(fs::remove_file(path)),
        }
    }
}
