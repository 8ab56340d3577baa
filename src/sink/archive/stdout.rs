//! Standard output, written on a thread of its own: a reader that has stopped reading must not keep a signal from ending the run.

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes handed over at once.
const BLOCK: usize = 256 * 1024;
/// How soon a stop is noticed while the reader does not read.
const LOOK: Duration = Duration::from_millis(50);
/// How long a reader gets to take the rest after a stop.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The writing end. What was written is out after [`finish`](Stdout::finish) only.
#[derive(Debug)]
pub struct Stdout {
    blocks: Sender<Vec<u8>>,
    done: Receiver<io::Result<()>>,
    buffer: Vec<u8>,
    stop: Arc<AtomicBool>,
}

impl Stdout {
    /// Starts the thread that writes to `out`. Waiting ends when `stop` turns true.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn open(mut out: impl Write + Send + 'static, stop: Arc<AtomicBool>) -> io::Result<Self> {
        let (blocks, coming) = bounded::<Vec<u8>>(4);
        let (say, done) = bounded(1);
        // Not joined: it may be blocked in a write that never returns.
        thread::Builder::new().name("stdout".into()).spawn(move || {
            let written = coming.iter().try_for_each(|block| out.write_all(&block)).and_then(|()| out.flush());
            // The blocks' channel closes with this thread; the reason is there before.
            let _ = say.send(written);
        })?;
        Ok(Self { blocks, done, buffer: Vec::with_capacity(BLOCK), stop })
    }

    /// Waits until all is out.
    ///
    /// # Errors
    /// The system's, or that the run was stopped.
    pub fn finish(mut self) -> io::Result<()> {
        self.hand_over()?;
        let Self { blocks, done, stop, .. } = self;
        drop(blocks);
        let start = Instant::now();
        loop {
            match done.recv_timeout(LOOK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) && start.elapsed() > LAST_WAIT => {
                    return Err(stopped());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let mut block = std::mem::replace(&mut self.buffer, Vec::with_capacity(BLOCK));
        let start = Instant::now();
        loop {
            match self.blocks.send_timeout(block, LOOK) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Disconnected(_)) => {
                    return self.done.recv().map_err(|_| gone()).and_then(|r| r.and(Err(gone())));
                }
                Err(SendTimeoutError::Timeout(_))
                    if self.stop.load(Ordering::Relaxed) && start.elapsed() > LAST_WAIT =>
                {
                    return Err(stopped());
                }
                Err(SendTimeoutError::Timeout(back)) => block = back,
            }
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}

fn gone() -> io::Error {
    io::Error::other("the thread that writes standard output ended without saying why")
}

fn stopped() -> io::Error {
    io::Error::other("stopped while the reader of the output did not read")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_reader_that_does_not_read() {
        let (keep, stuck) = bounded(0);
        let stop = Arc::new(AtomicBool::new(false));
        let mut out = Stdout::open(Stuck(stuck), stop.clone()).unwrap();
        stop.store(true, Ordering::Relaxed);
        let e = (0..10).find_map(|_| out.write_all(&[0; BLOCK]).err()).unwrap();
        assert!(e.to_string().contains("did not read"), "{e}");
        drop(keep);
    }

    #[test]
    fn the_system_s_reason_comes_back() {
        let (keep, stuck) = bounded(0);
        drop(keep);
        let mut out = Stdout::open(Stuck(stuck), Arc::default()).unwrap();
        let e = (0..10).find_map(|_| out.write_all(&[0; BLOCK]).err()).unwrap_or_else(|| out.finish().unwrap_err());
        assert_eq!(e.kind(), io::ErrorKind::BrokenPipe);
    }
}
