//! How much of the files that the user named was read.

use super::{Gauge, left, per_second};
use crate::tr;
use crate::words::{Message, Size};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// How much of the files that the user named was read.
pub struct Input {
    /// Bytes read.
    pub read: Arc<AtomicU64>,
    /// Bytes in all.
    pub total: u64,
}

impl Input {
    /// Bytes read, bytes a second, seconds to go.
    fn now(&self, seconds: f64) -> (u64, f64, Option<f64>) {
        let read = self.read.load(Relaxed);
        let rate = per_second(read, seconds);
        let left = (read > 0 && read <= self.total).then(|| (self.total - read) as f64 / rate);
        (read, rate, left.filter(|left| left.is_finite()))
    }
}

impl Gauge for Input {
    fn parts(&self, seconds: f64) -> Vec<Message> {
        let (read, rate, to_go) = self.now(seconds);
        let mut parts = vec![tr!("progress-input", read = Size(read), total = Size(self.total))];
        parts.extend(left(to_go));
        parts.push(tr!("progress-speed", speed = Size(rate as u64)));
        parts
    }

    /// A run that is over in a moment has nothing to say.
    fn json(&self, seconds: f64) -> Option<Value> {
        let (read, rate, left) = self.now(seconds);
        (seconds >= 1.0).then(|| {
            json!({"bytes_read": read, "expected": self.total, "bytes_per_second": rate.round(), "seconds_left": left.map(f64::round)})
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::progress::english;

    #[test]
    fn what_is_told_of_an_input() {
        let input = Input { read: Arc::new(AtomicU64::new(1 << 20)), total: 3 << 20 };
        assert_eq!(english(&input, 2.0), "1.0 MiB of 3.0 MiB read, 4.0 s left, 512.0 KiB/s");
        assert_eq!(input.json(2.0).unwrap()["seconds_left"], 4.0);
        assert!(input.json(0.5).is_none());
        // Nothing came yet; a file that grows.
        input.read.store(0, Relaxed);
        assert_eq!(english(&input, 0.0), "0 bytes of 3.0 MiB read, 0 bytes/s");
        input.read.store(4 << 20, Relaxed);
        assert!(!english(&input, 1.0).contains("left"));
    }
}
