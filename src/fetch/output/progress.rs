//! What a run has done so far, for whoever shows it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Counts that a run raises; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Counts>);

/// The counts of a [`Watch`].
#[derive(Debug, Default)]
pub struct Counts {
    /// Item lines written by this run.
    pub rows: AtomicU64,
    /// Their bytes, before compression.
    pub bytes: AtomicU64,
    /// Item lines that an earlier run wrote.
    pub before: AtomicU64,
    /// Item lines to expect in all; 0 = not known.
    pub expected: AtomicU64,
}

impl std::ops::Deref for Watch {
    type Target = Counts;
    fn deref(&self) -> &Counts {
        &self.0
    }
}
