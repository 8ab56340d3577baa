//! Buffers that go back to where they came from when they are dropped, on whatever thread that is.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::ops::{Deref, DerefMut};

/// Buffers that may wait for being used again.
const WAITING: usize = 16;

/// Where buffers come from and go back to.
#[derive(Debug)]
pub(super) struct Home {
    back: Sender<Vec<u8>>,
    waiting: Receiver<Vec<u8>>,
    size: usize,
}

impl Home {
    /// Gives buffers of at least `size` bytes.
    pub(super) fn of(size: usize) -> Self {
        let (back, waiting) = bounded(WAITING);
        Self { back, waiting, size }
    }

    /// A buffer; its bytes are those of its last use.
    pub(super) fn take(&self) -> Vec<u8> {
        self.waiting.try_recv().unwrap_or_else(|_| vec![0; self.size])
    }

    /// The first `used` bytes of a buffer that was taken here.
    pub(super) fn lend(&self, memory: Vec<u8>, used: usize) -> Buffer {
        // One that has grown for a huge line is not kept.
        let home = (memory.len() <= 2 * self.size).then(|| self.back.clone());
        Buffer { memory, used, home }
    }
}

/// Bytes in memory that is used again.
#[derive(Debug, Default)]
pub struct Buffer {
    memory: Vec<u8>,
    used: usize,
    home: Option<Sender<Vec<u8>>>,
}

impl Buffer {
    /// Appends a byte.
    pub fn push(&mut self, byte: u8) {
        match self.memory.get_mut(self.used) {
            Some(place) => *place = byte,
            None => self.memory.push(byte),
        }
        self.used += 1;
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(memory: Vec<u8>) -> Self {
        Self { used: memory.len(), memory, home: None }
    }
}

impl Deref for Buffer {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.memory[..self.used]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.used]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            // When enough of them wait, or nobody reads any more, the memory is freed.
            let _ = home.try_send(std::mem::take(&mut self.memory));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_and_huge_ones_do_not() {
        let home = Home::of(4);
        let mut memory = home.take();
        memory[..2].copy_from_slice(b"ab");
        let mut lent = home.lend(memory, 2);
        lent.push(b'c');
        assert_eq!(&*lent, b"abc");
        drop(lent);
        let memory = home.take();
        assert_eq!(memory, b"abc\0");
        let mut lent = home.lend(memory, 4);
        lent.push(b'!');
        assert_eq!(&*lent, b"abc\0!");
        drop(lent);
        assert_eq!(home.take(), b"abc\0!");
        drop(home.lend(vec![1; 9], 9));
        assert_eq!(home.take(), [0; 4]);
    }
}
