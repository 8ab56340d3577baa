//! What a run has done so far, for whoever shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Counts that a run raises; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Counts>);

/// The counts of a [`Watch`].
#[derive(Debug, Default)]
pub struct Counts {
    /// Files that the lines so far ask for.
    pub files: AtomicU64,
    /// Files that are written, or failed.
    pub done: AtomicU64,
    /// Originals that failed.
    pub failed: AtomicU64,
    /// Bytes written.
    pub bytes: AtomicU64,
    /// Whether all lines are read.
    pub input_ended: AtomicBool,
}

impl std::ops::Deref for Watch {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        &self.0
    }
}
