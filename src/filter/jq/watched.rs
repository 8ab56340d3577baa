//! Threads with deep stacks, which run programs, and what their callers do meanwhile: they watch.

use super::guard::{Guard, Stop, Watch};
use crate::filter::selection::with_id;
use crate::stream::{Batch, StreamError};
use crate::tr;
use crate::words::Message;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

/// How often a caller looks.
const LOOK: Duration = Duration::from_millis(20);
/// How long a program that was asked to stop may take to do so.
const GRACE: Duration = Duration::from_millis(500);
/// Memory of the process beyond which programs are stopped, bytes; more where rows are large.
const MEMORY: u64 = 1 << 30;
/// What a byte of input may become, in values of a program.
const GROWTH: u64 = 48;
/// Stacks to try, the deepest first, bytes. They are memory only where they are used.
const STACKS: [usize; 4] = [1 << 30, 256 << 20, 64 << 20, 8 << 20];

/// What is said where no thread is.
const LOST: StreamError = StreamError::Internal("no thread for programs");

/// What a program may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time for one row.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10) }
    }
}

/// A program that is too much for a row, or whose thread is gone.
#[derive(Clone, Copy, Debug)]
pub enum Stuck {
    /// It takes too long.
    Time,
    /// It takes too much memory.
    Memory,
    /// Its thread is gone.
    Gone,
}

impl From<Stop> for Stuck {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Time => Self::Time,
            Stop::Memory => Self::Memory,
        }
    }
}

impl From<Stuck> for Message {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::Time => tr!("jq-too-long"),
            Stuck::Memory => tr!("jq-too-big"),
            Stuck::Gone => tr!("jq-thread-gone"),
        }
    }
}

/// A thread with a deep stack, for one caller.
pub struct Deep<I, O> {
    jobs: Sender<I>,
    done: Receiver<O>,
    watch: Arc<Watch>,
    limits: Limits,
}

impl<I: Send + 'static, O: Send + 'static> Deep<I, O> {
    /// Starts it.
    ///
    /// # Errors
    /// When the system has no thread for us.
    pub fn start(limits: Limits, mut work: impl FnMut(I) -> O + Send + 'static) -> io::Result<Self> {
        let (jobs, todo) = bounded::<I>(1);
        let (out, done) = bounded::<O>(1);
        let watch = Arc::new(Watch::default());
        let body = Body {
            watch: watch.clone(),
            work: move || {
                for job in todo {
                    let Ok(made) = catch_unwind(AssertUnwindSafe(|| work(job))) else { return };
                    if out.send(made).is_err() {
                        return;
                    }
                }
            },
        };
        deep_thread(body)?;
        Ok(Self { jobs, done, watch, limits })
    }

    /// Has a job done, and watches the programs that it runs. `bytes` is the size of the rows in it.
    ///
    /// # Errors
    /// A program that does not stop. The thread is lost.
    pub fn call(&self, job: I, bytes: usize) -> Result<O, Stuck> {
        self.jobs.send(job).map_err(|_| Stuck::Gone)?;
        let memory = MEMORY + GROWTH * bytes as u64;
        // Looks are counted, so that a process that was suspended has not used up its time.
        let (mut of, mut looks, mut asked) = (None, 0_u32, None::<(Stop, Instant)>);
        loop {
            match self.done.recv_timeout(LOOK) {
                Ok(made) => return Ok(made),
                Err(RecvTimeoutError::Disconnected) => return Err(Stuck::Gone),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let run = self.watch.run();
            if run.is_none() || run != of {
                (of, looks, asked) = (run, 0, None);
                continue;
            }
            looks += 1;
            match asked {
                Some((Stop::Time, at)) if at.elapsed() > GRACE => return Err(Stuck::Time),
                Some((Stop::Memory, at)) if at.elapsed() > GRACE / 4 => return Err(Stuck::Memory),
                Some(_) => continue,
                None => {}
            }
            let why = if memory_used() > memory {
                Stop::Memory
            } else if LOOK * looks > self.limits.time {
                Stop::Time
            } else {
                continue;
            };
            self.watch.stop(run.unwrap_or_default(), why);
            asked = Some((why, Instant::now()));
        }
    }
}

/// What a thread does, and what it is watched by.
struct Body<F> {
    watch: Arc<Watch>,
    work: F,
}

/// Starts a thread with the deepest stack that can be had.
fn deep_thread<F: FnOnce() + Send + 'static>(body: Body<F>) -> io::Result<()> {
    // The thread that starts takes the body; an attempt that fails leaves it.
    let (give, take) = bounded(1);
    let _ = give.send(body);
    let mut last = io::Error::other("no stack");
    for stack in STACKS {
        let take = take.clone();
        let start = move || {
            if let Ok(Body { watch, work }) = take.recv() {
                Guard::install(watch, stack);
                work();
            }
        };
        match thread::Builder::new().name("jq".into()).stack_size(stack).spawn(start) {
            Ok(_) => return Ok(()),
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Does something on a thread with a deep stack.
///
/// # Errors
/// When the system has no thread for us, or the thread is lost.
pub fn with_deep_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (out, done) = bounded(1);
    deep_thread(Body {
        watch: Arc::new(Watch::default()),
        work: move || {
            let _ = out.send(work());
        },
    })?;
    done.recv().map_err(|_| io::Error::other("the thread is gone"))
}

/// A worker that may run programs, on a thread with a deep stack; without limits the worker itself, which runs none.
pub fn on_deep_stack<S, T, W>(
    limits: Option<Limits>,
    worker: W,
) -> impl FnMut(&S, Batch) -> Result<T, StreamError> + Send + 'static
where
    S: Clone + Send + 'static,
    T: Send + 'static,
    W: FnMut(&S, Batch) -> Result<T, StreamError> + Send + 'static,
{
    let mut own = Some(worker);
    let mut deep = limits.and_then(|limits| {
        let mut worker = own.take()?;
        let deep = Deep::start(limits, move |(shared, batch): (S, Batch)| worker(&shared, batch));
        Some(deep.map_err(|e| Some(StreamError::Thread(e))))
    });
    move |shared, batch| match (&mut deep, &mut own) {
        (Some(Ok(deep)), _) => {
            let (bytes, source) = (batch.bytes.len(), batch.source.clone());
            deep.call((shared.clone(), batch), bytes).unwrap_or_else(|stuck| {
                let place = format!("{source}:{}", deep.watch.line());
                Err(StreamError::Line { place, reason: with_id(&deep.watch.row(), stuck) })
            })
        }
        (Some(Err(e)), _) => Err(e.take().unwrap_or(LOST)),
        (None, Some(worker)) => worker(shared, batch),
        (None, None) => Err(LOST),
    }
}

/// Memory that the process uses, bytes; nothing where the system does not tell.
fn memory_used() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}
