//! How many bytes of pages are held in memory, and a wake-up when some are let go.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::Notify;

/// A shared count of bytes; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Holding(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bytes: AtomicUsize,
    freed: Notify,
}

/// Bytes that are held until this is dropped.
#[derive(Debug)]
pub struct Held {
    holding: Holding,
    bytes: usize,
}

impl Holding {
    /// Counts bytes as held.
    pub fn take(&self, bytes: usize) -> Held {
        self.0.bytes.fetch_add(bytes, Relaxed);
        Held { holding: self.clone(), bytes }
    }

    /// Bytes held now.
    pub fn bytes(&self) -> usize {
        self.0.bytes.load(Relaxed)
    }

    /// Waits until something is let go; a release since the last wait counts.
    pub async fn freed(&self) {
        self.0.freed.notified().await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.holding.0.bytes.fetch_sub(self.bytes, Relaxed);
        self.holding.0.freed.notify_one();
    }
}
