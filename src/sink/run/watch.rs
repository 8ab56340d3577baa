//! What a run has done so far, for whoever shows it.

use crate::stream::Begin;
use serde_json::Value;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Counts that a run raises; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Counts>);

/// The counts of a [`Watch`].
#[derive(Debug, Default)]
pub struct Counts {
    /// When the first begin frame came.
    begun: OnceLock<Instant>,
    /// When the first file came.
    first: OnceLock<Instant>,
    /// Items that the begin frames so far promise; 0: they do not say.
    pub items_expected: AtomicU64,
    /// Items whose files all came.
    pub whole_items: AtomicU64,
    /// Files of those, and files before them that are of no item.
    pub files_of_whole_items: AtomicU64,
    /// Files that the lines so far ask for.
    pub files: AtomicU64,
    /// Files that are written, or failed.
    pub done: AtomicU64,
    /// Originals that were downloaded.
    pub originals: AtomicU64,
    /// Originals that failed.
    pub failed: AtomicU64,
    /// Bytes of files that are written.
    pub bytes: AtomicU64,
    /// Bytes that came of originals that are not complete.
    pub arriving: Arc<AtomicU64>,
    /// Whether all lines are read.
    pub input_ended: AtomicBool,
}

impl Counts {
    /// A begin frame came, of which one of so many parts is written. It may say how many items to expect.
    pub fn begin(&self, begin: &Begin, parts: u64) {
        self.begun.get_or_init(Instant::now);
        let items = begin.body.get("items").and_then(Value::as_u64).unwrap_or(0);
        self.items_expected.fetch_add(items.div_ceil(parts.max(1)), Relaxed);
    }

    /// When the first begin frame came.
    pub fn begun(&self) -> Option<Instant> {
        self.begun.get().copied()
    }

    /// Another file came.
    pub fn file(&self) {
        self.first.get_or_init(Instant::now);
        self.files.fetch_add(1, Relaxed);
    }

    /// The first file of another item is to come.
    pub fn item(&self) {
        let files = self.files.load(Relaxed);
        if files > 0 {
            self.whole_items.fetch_add(1, Relaxed);
            self.files_of_whole_items.store(files, Relaxed);
        }
    }

    /// Files in all, if the items that are still to come have as many as those before.
    pub fn expected(&self) -> Option<u64> {
        let (items, whole) = (self.items_expected.load(Relaxed), self.whole_items.load(Relaxed));
        (0 < whole && whole <= items)
            .then(|| (self.files_of_whole_items.load(Relaxed) as f64 / whole as f64 * items as f64).round() as u64)
    }

    /// Seconds since the first file came.
    pub fn seconds(&self) -> f64 {
        self.first.get().map_or(0.0, |first| first.elapsed().as_secs_f64())
    }
}

impl std::ops::Deref for Watch {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        &self.0
    }
}
