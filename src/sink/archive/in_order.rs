//! Puts finished files back into input order, for destinations whose bytes depend on it. Workers hand files in as they get them;
//! one of them, whoever has the next file, writes it and all that waited for it, while the others continue.
//!
//! What waits is bounded: `MEMORY` in memory, the rest in scratch files up to `DISK`, then workers wait for their turn. The
//! worker with the next file never waits, so there is always one that continues.

use super::buffered::{Buffered, MemoryBudget};
use crate::exit::Exit;
use crate::path::RelPath;
use crate::sink::error::SinkError;
use crate::stream::StreamError;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// All files that wait or grow in memory, bytes.
const MEMORY: usize = 24 * 1024 * 1024;
/// All files that wait for an earlier one that is still to come, bytes.
const DISK: u64 = 2 * 1024 * 1024 * 1024;
/// All files that wait while the writer is behind, bytes: more would only fill the disk.
const BEHIND: u64 = 8 * 1024 * 1024;

/// Takes files in input order.
pub trait Sequence: Send {
    /// Writes the next file.
    ///
    /// # Errors
    /// Any; nothing is asked of it afterwards.
    fn add(&mut self, entry: FinishedFile) -> Result<(), SinkError>;
}

/// A file whose content is complete.
#[derive(Debug)]
pub struct FinishedFile {
    /// Where it goes.
    pub path: RelPath,
    /// The item that it belongs to, for those who asked.
    pub item: Option<Box<str>>,
    /// What is in it.
    pub content: Buffered,
}

/// The files on their way to a [`Sequence`].
#[derive(Debug)]
pub struct InOrder<S> {
    state: Mutex<State>,
    changed: Condvar,
    sequence: Mutex<S>,
    memory: MemoryBudget,
    scratch: PathBuf,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    /// `None`: the file will not come.
    waiting: BTreeMap<u64, Option<FinishedFile>>,
    bytes: u64,
    writing: bool,
    stopped: bool,
    failed: Option<SinkError>,
}

impl<S: Sequence> InOrder<S> {
    /// Files too large to wait in memory wait in this existing folder.
    pub fn new(sequence: S, scratch: &Path) -> Self {
        let state = Mutex::new(State::default());
        Self {
            state,
            changed: Condvar::new(),
            sequence: Mutex::new(sequence),
            memory: MemoryBudget::new(MEMORY),
            scratch: scratch.to_owned(),
        }
    }

    /// The memory that files under way share.
    pub fn memory(&self) -> &MemoryBudget {
        &self.memory
    }

    /// Where files that are too large for it go.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// The sequence, when nothing is being written to it.
    pub fn sequence(&self) -> MutexGuard<'_, S> {
        self.sequence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a file in.
    ///
    /// # Errors
    /// What the sequence said, now or before.
    pub fn enter(&self, order: u64, entry: FinishedFile) -> Result<(), SinkError> {
        let bytes = entry.content.bytes();
        let mut state = self.wait_for_room(order)?;
        state.bytes += bytes;
        state.waiting.insert(order, Some(entry));
        self.write(state)
    }

    /// The file with this number will not come.
    ///
    /// # Errors
    /// What the sequence said, now or before.
    pub fn skip(&self, order: u64) -> Result<(), SinkError> {
        let mut state = self.lock();
        state.waiting.insert(order, None);
        self.write(state)
    }

    /// Ends all waiting: the run is over.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_room(&self, order: u64) -> Result<MutexGuard<'_, State>, SinkError> {
        let full = |s: &mut State| {
            let limit = if s.writing { BEHIND } else { DISK };
            order != s.next && s.bytes > limit && !s.stopped && s.failed.is_none()
        };
        let state = self.changed.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        state.check()?;
        Ok(state)
    }

    /// Writes what is next, as long as there is any, unless somebody else is at it.
    fn write<'a>(&'a self, mut state: MutexGuard<'a, State>) -> Result<(), SinkError> {
        state.check()?;
        loop {
            let next = state.next;
            if state.writing {
                return Ok(());
            }
            let Some(entry) = state.waiting.remove(&next) else { return Ok(()) };
            if let Some(entry) = entry {
                let bytes = entry.content.bytes();
                state.writing = true;
                drop(state);
                let done = self.sequence().add(entry);
                state = self.lock();
                state.writing = false;
                state.bytes -= bytes;
                if let Err(e) = done {
                    state.failed = Some(again(&e));
                    self.changed.notify_all();
                    return Err(e);
                }
            }
            state.next += 1;
            self.changed.notify_all();
        }
    }
}

impl State {
    fn check(&self) -> Result<(), SinkError> {
        match &self.failed {
            Some(e) => Err(again(e)),
            None if self.stopped => Err(SinkError::Stopped(Exit::Other)),
            None => Ok(()),
        }
    }
}

/// The same failure for those who come later: the run may hear of any of them first.
fn again(e: &SinkError) -> SinkError {
    match e {
        SinkError::Stream(StreamError::Closed) => SinkError::Stream(StreamError::Closed),
        SinkError::Write { path, source } => {
            SinkError::write(path.clone(), io::Error::new(source.kind(), source.to_string()))
        }
        other => SinkError::write("the destination", io::Error::other(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[derive(Default)]
    struct Collected(Vec<String>, Option<usize>);

    impl Sequence for Collected {
        fn add(&mut self, entry: FinishedFile) -> Result<(), SinkError> {
            if Some(self.0.len()) == self.1 {
                return Err(SinkError::write("x", io::Error::from(io::ErrorKind::StorageFull)));
            }
            self.0.push(entry.path.as_str().to_owned());
            Ok(())
        }
    }

    fn entry(all: &InOrder<Collected>, n: u64) -> FinishedFile {
        let path = RelPath::new(&n.to_string()).unwrap();
        let content = Buffered::of(&vec![0; 100_000], all.memory(), all.scratch()).unwrap();
        FinishedFile { path, item: None, content }
    }

    #[test]
    fn any_order_of_arrival_gives_input_order_in_bounded_memory() {
        let scratch = tempfile::tempdir().unwrap();
        let all = Arc::new(InOrder::new(Collected::default(), scratch.path()));
        let workers: Vec<_> = (0..4u64)
            .map(|w| {
                let all = all.clone();
                // Each goes backwards through its hundred numbers: 60 MB wait for the first.
                thread::spawn(move || {
                    for n in (0..150).rev().map(|i| i * 4 + w) {
                        if n % 7 == 0 {
                            all.skip(n).unwrap()
                        } else {
                            all.enter(n, entry(&all, n)).unwrap()
                        }
                        assert!(all.memory().used() <= MEMORY);
                    }
                })
            })
            .collect();
        workers.into_iter().for_each(|w| w.join().unwrap());
        let expected: Vec<_> = (0..600).filter(|n| n % 7 != 0).map(|n: u64| n.to_string()).collect();
        assert_eq!(all.sequence().0, expected);
        assert_eq!((all.memory().used(), std::fs::read_dir(scratch.path()).unwrap().count()), (0, 0));
    }

    #[test]
    fn a_failure_is_told_to_everyone() {
        let scratch = tempfile::tempdir().unwrap();
        let all = InOrder::new(Collected(Vec::new(), Some(1)), scratch.path());
        all.enter(0, entry(&all, 0)).unwrap();
        for n in 1..4 {
            let e = all.enter(n, entry(&all, n)).unwrap_err();
            assert!(matches!(e, SinkError::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull));
        }
    }

    #[test]
    fn stop_ends_waiting() {
        let scratch = tempfile::tempdir().unwrap();
        let all = Arc::new(InOrder::new(Collected::default(), scratch.path()));
        all.lock().bytes = DISK + 1;
        let other = all.clone();
        let waiter = thread::spawn(move || other.enter(5, entry(&other, 5)));
        all.stop();
        assert!(matches!(waiter.join().unwrap(), Err(SinkError::Stopped(_))));
    }
}
