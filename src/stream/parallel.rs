//! Batches through worker threads, results in input order.
//!
//! ```text
//! reader thread ──batches──► N workers ──results──► caller's thread (reorders, merges, writes)
//!       └───────────frames, in their place──────────────┘
//! ```
//! * **Memory** is bounded by permits, which batches hold while they are under way: a small multiple of the threads, or one a thread
//!   for batches that are a single huge line.
//! * **Frames** come twice, each time in order: to `on_frame` before any later batch reaches a worker, so that workers know the class
//!   list, and to `merge`.

use super::error::StreamError;
use super::frame::Frame;
use super::reader::{BLOCK, Batch, Reader};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// One call of `merge`, in input order.
#[derive(Debug)]
pub enum Event<T> {
    /// A frame line and the line as it came, without line end.
    Frame(Frame, Vec<u8>),
    /// The result of a worker for one batch.
    Output(T),
    /// Nothing is ready: a good moment to flush.
    Idle,
}

/// A batch's place in the input and the permits that it holds.
#[derive(Clone, Copy)]
struct Ticket {
    number: u64,
    permits: usize,
}

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
    let (jobs_in, jobs_out) = bounded::<(Ticket, (S, Batch))>(threads);
    let (made_in, made_out) = unbounded::<(Ticket, Made<T>)>();
    // Permits are held for every batch between reader and merge: this is what bounds memory.
    let (permit_in, permit_out) = bounded::<()>(2 * threads + 2);
    let most = (2 * threads + 2) / threads;

    for _ in 0..threads {
        let (jobs, made, mut worker) = (jobs_out.clone(), made_in.clone(), make_worker());
        // Threads are not joined: when the run stops early one may be blocked in a read that never returns.
        spawn("worker", move || {
            for (ticket, (shared, batch)) in jobs {
                // A panic must end the run with an error, not leave the merging side waiting for this batch.
                let result = catch_unwind(AssertUnwindSafe(|| worker(&shared, batch)))
                    .unwrap_or(Err(StreamError::Internal("a worker thread panicked")))
                    .map_or_else(Made::Failed, Made::Output);
                if made.send((ticket, result)).is_err() {
                    break;
                }
            }
        })?;
    }
    drop(jobs_out);
    spawn("reader", move || {
        let mut feed = Feed { shared, on_frame, jobs: jobs_in, made: made_in, permits: permit_in, most, number: 0 };
        feed.run(reader);
    })?;
    collect(&made_out, &permit_out, &mut merge)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), StreamError> {
    thread::Builder::new().name(name.into()).spawn(body).map(drop).map_err(StreamError::Thread)
}

/// The reader thread's side.
struct Feed<S, T, F> {
    shared: S,
    on_frame: F,
    jobs: Sender<(Ticket, (S, Batch))>,
    made: Sender<(Ticket, Made<T>)>,
    permits: Sender<()>,
    /// The most permits that one batch takes.
    most: usize,
    number: u64,
}

impl<S, T, F> Feed<S, T, F>
where
    S: Clone,
    F: FnMut(&mut S, &Frame) -> Result<(), StreamError>,
{
    fn run(&mut self, mut reader: Reader) {
        loop {
            let next = match reader.next_batch() {
                Ok(Some(batch)) => batch,
                Ok(None) => {
                    self.tell(Made::Finished, 0);
                    return;
                }
                Err(e) => {
                    self.tell(Made::Failed(e), 0);
                    return;
                }
            };
            let permits = next.bytes.len().div_ceil(2 * BLOCK).clamp(1, self.most);
            if (0..permits).any(|_| self.permits.send(()).is_err()) {
                return;
            }
            if !(if next.is_frame { self.frame(&next, permits) } else { self.submit(next, permits) }) {
                return;
            }
        }
    }

    fn submit(&mut self, batch: Batch, permits: usize) -> bool {
        let ticket = self.ticket(permits);
        self.jobs.send((ticket, (self.shared.clone(), batch))).is_ok()
    }

    fn frame(&mut self, batch: &Batch, permits: usize) -> bool {
        let Some(line) = batch.lines().next() else { return true };
        let frame = match Frame::parse(line.bytes) {
            Ok(frame) => frame,
            Err(reason) => return self.tell(Made::Failed(batch.bad_line(&line, &reason)), permits),
        };
        if let Err(e) = (self.on_frame)(&mut self.shared, &frame) {
            return self.tell(Made::Failed(e), permits);
        }
        self.tell(Made::Frame(frame, line.bytes.to_vec()), permits)
    }

    fn tell(&mut self, made: Made<T>, permits: usize) -> bool {
        let ticket = self.ticket(permits);
        self.made.send((ticket, made)).is_ok()
    }

    fn ticket(&mut self, permits: usize) -> Ticket {
        self.number += 1;
        Ticket { number: self.number - 1, permits }
    }
}

const LOST: StreamError = StreamError::Internal("the reader thread stopped without saying why");

/// The merging side: puts results back into input order.
fn collect<T>(
    made: &Receiver<(Ticket, Made<T>)>,
    held: &Receiver<()>,
    merge: &mut impl FnMut(Event<T>) -> Result<ControlFlow<()>, StreamError>,
) -> Result<(), StreamError> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        let (ticket, result) = match made.try_recv() {
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
        early.insert(ticket.number, (ticket.permits, result));
        while let Some((permits, result)) = early.remove(&next) {
            next += 1;
            let flow = match result {
                Made::Failed(e) => return Err(e),
                Made::Finished => return Ok(()),
                Made::Frame(frame, line) => merge(Event::Frame(frame, line))?,
                Made::Output(out) => merge(Event::Output(out))?,
            };
            // Only now is what was made of the batch gone.
            for _ in 0..permits {
                let _ = held.try_recv();
            }
            if flow.is_break() {
                return Ok(());
            }
        }
    }
}
