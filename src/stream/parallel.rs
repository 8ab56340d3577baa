//! Batches through worker threads, results in input order.
//!
//! ```text
//! reader thread ──batches──► N workers ──results──► caller's thread (reorders, merges, writes)
//!       └───────────frames, in their place──────────────┘
//! ```
//! Memory is bounded by the number of batches under way, a small multiple of the threads. Frames are seen twice, each time in
//! order: by `on_frame` before any later batch reaches a worker (so that workers know the class list), and by `merge`.

use super::error::StreamError;
use super::frame::Frame;
use super::reader::{Batch, Reader};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// What the merging side is given, in input order.
#[derive(Debug)]
pub enum Event<T> {
    /// A frame line and the line as it came, without line end.
    Frame(Frame, Vec<u8>),
    /// What a worker made of a batch.
    Output(T),
    /// Nothing is ready: a good moment to flush.
    Idle,
}

type Numbered<T> = (u64, T);

enum Made<T> {
    Frame(Frame, Vec<u8>),
    Output(T),
    Failed(StreamError),
    Finished,
}

/// Runs `work` over all batches of `reader` on `threads` threads and calls `merge` with the results in input order, on the
/// calling thread.
///
/// `shared` is what workers need to know of the frames so far; `on_frame` updates it, in order, before later batches are worked
/// on. `make_worker` is called once per thread, so that a worker can keep its buffers. `merge` may stop the run early with
/// [`ControlFlow::Break`]; the input is then left unread.
///
/// # Errors
/// The first error in input order: of the reader, of a frame, of a worker or of `merge`.
pub fn ordered<S, T, W, M, F>(
    reader: Reader,
    threads: usize,
    shared: S,
    on_frame: F,
    make_worker: M,
    mut merge: impl FnMut(Event<T>) -> Result<ControlFlow<()>, StreamError>,
) -> Result<(), StreamError>
where
    S: Clone + Send + 'static,
    T: Send + 'static,
    F: FnMut(&mut S, &Frame) -> Result<(), StreamError> + Send + 'static,
    M: Fn() -> W,
    W: FnMut(&S, Batch) -> Result<T, StreamError> + Send + 'static,
{
    let threads = threads.max(1);
    let (jobs_in, jobs_out) = bounded::<Numbered<(S, Batch)>>(threads);
    let (made_in, made_out) = unbounded::<Numbered<Made<T>>>();
    // A permit is held for every batch between reader and merge: this is what bounds memory.
    let (permit_in, permit_out) = bounded::<()>(2 * threads + 2);

    for _ in 0..threads {
        let (jobs, made, mut worker) = (jobs_out.clone(), made_in.clone(), make_worker());
        // Threads are not joined: when the run stops early one may be blocked in a read that never returns.
        spawn("worker", move || {
            for (number, (shared, batch)) in jobs {
                // A panic must end the run with an error, not leave the merging side waiting for this batch.
                let result = catch_unwind(AssertUnwindSafe(|| worker(&shared, batch)))
                    .unwrap_or(Err(StreamError::Internal("a worker thread panicked")))
                    .map_or_else(Made::Failed, Made::Output);
                if made.send((number, result)).is_err() {
                    break;
                }
            }
        })?;
    }
    drop(jobs_out);
    spawn("reader", move || {
        let mut feed = Feed { shared, on_frame, jobs: jobs_in, made: made_in, permits: permit_in, number: 0 };
        feed.run(reader);
    })?;
    collect(&made_out, &permit_out, &mut merge)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), StreamError> {
    thread::Builder::new()
        .name(name.into())
        .spawn(body)
        .map(drop)
        .map_err(|source| StreamError::Read { name: format!("input ({name} thread)"), source })
}

/// The reader thread's side.
struct Feed<S, T, F> {
    shared: S,
    on_frame: F,
    jobs: Sender<Numbered<(S, Batch)>>,
    made: Sender<Numbered<Made<T>>>,
    permits: Sender<()>,
    number: u64,
}

impl<S, T, F> Feed<S, T, F>
where
    S: Clone,
    F: FnMut(&mut S, &Frame) -> Result<(), StreamError>,
{
    fn run(&mut self, mut reader: Reader) {
        loop {
            let next = match reader.next_batch(Vec::new()) {
                Ok(Some(batch)) => batch,
                Ok(None) => {
                    self.tell(Made::Finished);
                    return;
                }
                Err(e) => {
                    self.tell(Made::Failed(e));
                    return;
                }
            };
            if self.permits.send(()).is_err() || !(if next.is_frame { self.frame(&next) } else { self.submit(next) }) {
                return;
            }
        }
    }

    fn submit(&mut self, batch: Batch) -> bool {
        let number = self.take_number();
        self.jobs.send((number, (self.shared.clone(), batch))).is_ok()
    }

    fn frame(&mut self, batch: &Batch) -> bool {
        let Some(line) = batch.lines().next() else { return true };
        let frame = match Frame::parse(line.bytes) {
            Ok(frame) => frame,
            Err(reason) => return self.tell(Made::Failed(batch.bad_line(&line, &reason))),
        };
        if let Err(e) = (self.on_frame)(&mut self.shared, &frame) {
            return self.tell(Made::Failed(e));
        }
        self.tell(Made::Frame(frame, line.bytes.to_vec()))
    }

    fn tell(&mut self, made: Made<T>) -> bool {
        let number = self.take_number();
        self.made.send((number, made)).is_ok()
    }

    fn take_number(&mut self) -> u64 {
        self.number += 1;
        self.number - 1
    }
}

const LOST: StreamError = StreamError::Internal("the reader thread stopped without saying why");

/// The merging side: puts results back into input order.
fn collect<T>(
    made: &Receiver<Numbered<Made<T>>>,
    permits: &Receiver<()>,
    merge: &mut impl FnMut(Event<T>) -> Result<ControlFlow<()>, StreamError>,
) -> Result<(), StreamError> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        let (number, result) = match made.try_recv() {
            Ok(one) => one,
            Err(TryRecvError::Disconnected) => return Err(LOST),
            Err(TryRecvError::Empty) => {
                if merge(Event::Idle)?.is_break() {
                    return Ok(());
                }
                match made.recv() {
                    Ok(one) => one,
                    Err(_) => return Err(LOST),
                }
            }
        };
        early.insert(number, result);
        while let Some(result) = early.remove(&next) {
            next += 1;
            // Gives back the permit taken when this batch was read; an error has none, and ends the run.
            let _ = permits.try_recv();
            let flow = match result {
                Made::Failed(e) => return Err(e),
                Made::Finished => return Ok(()),
                Made::Frame(frame, line) => merge(Event::Frame(frame, line))?,
                Made::Output(out) => merge(Event::Output(out))?,
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }
}
