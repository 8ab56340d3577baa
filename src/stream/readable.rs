//! Inputs that can be read under a name, on this machine or elsewhere, and reading ahead of those that are far.

use super::error::StreamError;
use crossbeam_channel::{Receiver, bounded};
use std::io::{self, Read};

/// Something that can be read, from its beginning, any number of times.
pub trait Readable: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> &str;

    /// Its bytes, as they are stored.
    ///
    /// # Errors
    /// [`StreamError`] when it cannot be opened. When it cannot be read on, an [`io::Error`], which may hold an [`super::elsewhere::Unreadable`].
    fn open(&self) -> Result<Box<dyn Read + Send>, StreamError>;

    /// Whether reading it is mostly waiting.
    fn is_far(&self) -> bool {
        false
    }
}

/// Bytes that are read at once by [`ahead`], and how many such blocks wait.
const BLOCK: usize = 1024 * 1024;
const WAITING: usize = 4;

/// The same bytes, read on a thread of their own before they are asked for.
///
/// # Errors
/// [`StreamError::Thread`].
pub fn ahead(mut from: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>, StreamError> {
    let (send, blocks) = bounded(WAITING);
    let read = move || loop {
        let mut block = vec![0; BLOCK];
        let read = from.read(&mut block).map(|n| {
            block.truncate(n);
            block
        });
        let is_last = read.as_ref().map_or_else(|e| e.kind() != io::ErrorKind::Interrupted, Vec::is_empty);
        // Nobody wants more when the receiver is gone.
        if send.send(read).is_err() || is_last {
            return;
        }
    };
    std::thread::Builder::new().spawn(read).map_err(StreamError::Thread)?;
    Ok(Box::new(Ahead { blocks, block: Vec::new(), used: 0 }))
}

/// What [`ahead`] gives.
struct Ahead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    used: usize,
}

impl Read for Ahead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.block.len() {
            // The thread is over when it has given the end.
            let Ok(block) = self.blocks.recv() else { return Ok(0) };
            (self.block, self.used) = (block?, 0);
        }
        let n = (self.block.len() - self.used).min(out.len());
        out[..n].copy_from_slice(&self.block[self.used..self.used + n]);
        self.used += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_ahead_is_what_is_there() {
        let bytes: Vec<u8> = (0..5_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut all = Vec::new();
        ahead(Box::new(io::Cursor::new(bytes.clone()))).unwrap().read_to_end(&mut all).unwrap();
        assert!(all == bytes);
        // Left unread, it ends its thread.
        drop(ahead(Box::new(io::repeat(1))).unwrap());
        let torn = io::Cursor::new(vec![1; 10]).chain(Torn);
        let mut all = Vec::new();
        assert!(ahead(Box::new(torn)).unwrap().read_to_end(&mut all).is_err() && all.len() == 10);
    }

    struct Torn;

    impl Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
}
