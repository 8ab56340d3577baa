//! What a running program asks itself: am I to stop, and how deep am I?

use std::cell::RefCell;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a program was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It took longer than it may.
    Time,
    /// The process took more memory than it may.
    Memory,
}

/// What a thread that runs programs and the one that watches it share.
#[derive(Debug, Default)]
pub struct Watch {
    /// Programs begun and ended: odd while one runs.
    runs: AtomicU64,
    /// The run that is to stop.
    stop: AtomicU64,
    memory: AtomicU8,
    /// Number of the line that is worked on.
    line: AtomicU64,
    /// The beginning of its row.
    row: Mutex<Vec<u8>>,
}

/// How much of a row is kept for a message about it, bytes: its id stands at its beginning.
const KEPT: usize = 4096;

impl Watch {
    /// The run that is under way, if one is.
    pub fn run(&self) -> Option<u64> {
        Some(self.runs.load(Ordering::Relaxed)).filter(|run| run % 2 == 1)
    }

    /// The line that is worked on.
    pub fn line(&self) -> u64 {
        self.line.load(Ordering::Relaxed)
    }

    /// The beginning of the row that is worked on.
    pub fn row(&self) -> Vec<u8> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks a run to stop.
    pub fn stop(&self, run: u64, why: Stop) {
        self.memory.store(u8::from(why == Stop::Memory), Ordering::Relaxed);
        self.stop.store(run, Ordering::Release);
    }
}

/// A thread's view of its watch and of its stack.
#[derive(Clone, Debug)]
pub struct Guard {
    watch: Arc<Watch>,
    /// Address near the bottom of the stack, where the thread began; stacks grow down.
    base: usize,
    /// Bytes of stack that programs may use.
    depth: usize,
}

thread_local! {
    static GUARD: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

/// Where in its stack a thread is, roughly.
#[inline(never)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(&mark).addr()
}

impl Guard {
    /// Makes this thread one that runs programs, with a stack of so many bytes.
    pub fn install(watch: Arc<Watch>, stack: usize) {
        // A quarter is kept for what goes deep between two checks, and for taking deep values apart.
        let guard = Self { watch, base: here(), depth: stack / 4 * 3 };
        GUARD.with(|slot| *slot.borrow_mut() = Some(guard));
    }

    /// That of this thread.
    pub fn of_thread() -> Option<Self> {
        GUARD.with(|slot| slot.borrow().clone())
    }

    /// Says which line is worked on.
    pub fn at_line(number: u64) {
        GUARD.with(|slot| {
            if let Some(guard) = &*slot.borrow() {
                guard.watch.line.store(number, Ordering::Relaxed);
            }
        });
    }

    /// Begins a run on a row.
    pub fn begin(&self, row: &[u8]) {
        let mut kept = self.watch.row.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clear();
        kept.extend_from_slice(&row[..row.len().min(KEPT)]);
        self.watch.runs.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends it: why it was stopped, if it was.
    pub fn end(&self) -> Option<Stop> {
        let stopped = self.stopped();
        self.watch.runs.fetch_add(1, Ordering::Relaxed);
        stopped
    }

    /// Why this run is to stop.
    pub fn stopped(&self) -> Option<Stop> {
        let stop = self.watch.stop.load(Ordering::Acquire) == self.watch.runs.load(Ordering::Relaxed);
        let why = if self.watch.memory.load(Ordering::Relaxed) == 0 { Stop::Time } else { Stop::Memory };
        stop.then_some(why)
    }

    /// Whether the stack is nearly full.
    pub fn is_deep(&self) -> bool {
        self.base.saturating_sub(here()) > self.depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_run_that_is_meant_stops() {
        let watch = Arc::new(Watch::default());
        Guard::install(watch.clone(), 1 << 20);
        let guard = Guard::of_thread().unwrap();
        assert_eq!((watch.run(), guard.stopped()), (None, Some(Stop::Time)), "0 is no run");
        guard.begin(b"{}");
        let first = watch.run().unwrap();
        assert_eq!(guard.stopped(), None);
        watch.stop(first, Stop::Memory);
        assert_eq!(guard.end(), Some(Stop::Memory));
        guard.begin(b"{}");
        watch.stop(first, Stop::Time);
        assert_eq!(guard.end(), None);
        assert!(!guard.is_deep());
    }
}
