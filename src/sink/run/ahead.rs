//! Reads the input ahead, on a thread of its own, and follows its frames: so the run hears that the input was cut, or that a stage before
//! has failed, while it still waits for a slow server, and does not download for minutes what will never be published.

use crate::sink::error::SinkError;
use crate::stream::{Batch, Frame, Progress, Reader, StreamError};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// Bytes that are read ahead at most, unless a single batch is longer.
const AHEAD: usize = 16 * 1024 * 1024;

/// The input. The thread is not joined: it may be blocked in a read that never returns.
pub struct ReadAhead {
    /// Batches in order, then `None` or the error that ended them.
    pub batches: Receiver<Result<Option<Batch>, StreamError>>,
    /// Says once, before its time, that the batches end in an error.
    pub failing: Receiver<()>,
    /// Keeps the channel open: nothing comes from it while all goes well.
    _failing: Sender<()>,
    room: Arc<Room>,
}

/// Bytes of the batches that wait.
#[derive(Default)]
struct Room {
    held: Mutex<usize>,
    changed: Condvar,
}

impl Room {
    /// Waits until there is room for more.
    fn enter(&self, bytes: usize) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = self.changed.wait_while(held, |held| *held > AHEAD).unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_add(bytes);
    }

    fn leave(&self, bytes: usize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_sub(bytes);
        self.changed.notify_all();
    }
}

impl ReadAhead {
    /// Begins to read. `progress` follows the frames; `allow_partial`: a cut is no error.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(reader: Reader, progress: Progress, allow_partial: bool) -> io::Result<Self> {
        let (send, batches) = unbounded();
        let (tell, failing) = bounded(1);
        let room = Arc::<Room>::default();
        let mut feed = Feed { reader, progress, allow_partial, room: room.clone() };
        let told = tell.clone();
        thread::Builder::new().name("reader".into()).spawn(move || feed.run(&send, &told))?;
        Ok(Self { batches, failing, _failing: tell, room })
    }

    /// Makes room: this batch is taken.
    pub fn taken(&self, batch: &Batch) {
        self.room.leave(batch.bytes.len());
    }

    /// Passes over what waits to the error at its end, which is known to be there.
    ///
    /// # Errors
    /// Always.
    pub fn fail(&self, progress: &mut Progress, allow_partial: bool) -> SinkError {
        loop {
            let next = match self.batches.recv() {
                Ok(next) => next,
                Err(_) => return SinkError::Internal("the reader thread stopped without saying why"),
            };
            let step = next.and_then(|batch| match batch {
                Some(batch) => follow(progress, &batch).map(|()| false),
                None => end(progress, allow_partial).map(|()| true),
            });
            match step {
                Err(e) => return e.into(),
                Ok(true) => return SinkError::Internal("the input ends well although it was said not to"),
                Ok(false) => {}
            }
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.room.leave(usize::MAX);
    }
}

struct Feed {
    reader: Reader,
    progress: Progress,
    allow_partial: bool,
    room: Arc<Room>,
}

impl Feed {
    fn run(&mut self, out: &Sender<Result<Option<Batch>, StreamError>>, failing: &Sender<()>) {
        loop {
            let next = self.reader.next_batch();
            let (bad, last) = match &next {
                Ok(Some(batch)) => (follow(&mut self.progress, batch).is_err(), false),
                Ok(None) => (end(&mut self.progress, self.allow_partial).is_err(), true),
                Err(_) => (true, true),
            };
            if let Ok(Some(batch)) = &next {
                self.room.enter(batch.bytes.len());
            }
            if out.send(next).is_err() {
                return;
            }
            if bad {
                let _ = failing.try_send(());
            }
            if bad || last {
                return;
            }
        }
    }
}

/// Follows the frames and counts the lines of a batch.
fn follow(progress: &mut Progress, batch: &Batch) -> Result<(), StreamError> {
    if !batch.is_frame {
        progress.data(batch.lines().count() as u64);
        return Ok(());
    }
    let Some(line) = batch.lines().next() else { return Ok(()) };
    progress.frame(&Frame::parse(line.bytes).map_err(|e| batch.bad_line(&line, &e))?)
}

/// Whether the input that has ended is all.
fn end(progress: &mut Progress, allow_partial: bool) -> Result<(), StreamError> {
    progress.finish(allow_partial)?;
    progress.require_some(allow_partial)
}
