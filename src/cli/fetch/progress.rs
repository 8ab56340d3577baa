//! How far a fetch has come.

use crate::api::Client;
use crate::cli::progress::{Gauge, left, per_second};
use crate::fetch::output::progress::Watch;
use crate::tr;
use crate::words::{Many, Message, Size};
use serde_json::json;
use std::sync::atomic::Ordering::Relaxed;

/// What there is to say at a moment.
struct Now {
    rows: u64,
    expected: u64,
    bytes: u64,
    retries: u64,
    at_once: usize,
    seconds: f64,
    rate: f64,
}

impl Now {
    fn look(watch: &Watch, client: Option<&Client>, seconds: f64) -> Self {
        let fresh = watch.rows.load(Relaxed);
        let rate = per_second(fresh, seconds);
        Self {
            rows: fresh + watch.before.load(Relaxed),
            expected: watch.expected.load(Relaxed),
            bytes: client.map_or(0, |c| c.meter().bytes.load(Relaxed)),
            retries: client.map_or(0, |c| c.meter().retries.load(Relaxed)),
            at_once: client.map_or(1, |c| c.concurrency().0),
            seconds,
            rate,
        }
    }

    /// Seconds to go, when that can be told.
    fn left(&self) -> Option<f64> {
        (self.expected > self.rows && self.rate > 0.0).then(|| (self.expected - self.rows) as f64 / self.rate)
    }

    fn parts(&self) -> Vec<Message> {
        let rows = Many(self.rows);
        let mut parts = vec![match self.expected {
            0 => tr!("progress-rows", rows),
            n => tr!("progress-rows-of", rows, expected = Many(n)),
        }];
        parts.extend(left(self.left()));
        parts.push(tr!("progress-rate", rate = Many(self.rate as u64)));
        if self.retries > 0 {
            parts.push(tr!("progress-retries", n = Many(self.retries)));
        }
        parts.push(tr!("progress-size", size = Size(self.bytes)));
        parts.push(tr!("progress-at-once", at_once = self.at_once));
        parts
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "rows": self.rows,
            "expected": (self.expected > 0).then_some(self.expected),
            "rows_per_second": self.rate.round(),
            "bytes_received": self.bytes,
            "retries": self.retries,
            "concurrency": self.at_once,
            "seconds": (self.seconds * 10.0).round() / 10.0,
            "seconds_left": self.left().map(f64::round),
        })
    }
}

/// What a fetch counts. `client` adds what only it knows.
pub struct Fetching {
    /// The counts of the run.
    pub watch: Watch,
    /// The client, when rows come over the API.
    pub client: Option<Client>,
}

impl Gauge for Fetching {
    fn parts(&self, seconds: f64) -> Vec<Message> {
        Now::look(&self.watch, self.client.as_ref(), seconds).parts()
    }

    fn json(&self, seconds: f64) -> Option<serde_json::Value> {
        Some(Now::look(&self.watch, self.client.as_ref(), seconds).json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told() {
        let now = Now { rows: 1500, expected: 3000, bytes: 2048, retries: 3, at_once: 8, seconds: 10.0, rate: 150.0 };
        let told = |now: &Now| Message::list(now.parts(), ", ").to_string();
        assert_eq!(told(&now), "1,500 of 3,000 rows, 10 s left, 150/s, 3 retries, 2.0 KiB, 8 at once");
        assert_eq!(now.json()["seconds_left"], 10.0);
        let none = Now { retries: 0, ..now };
        assert!(!told(&none).contains("retries"));
        let unknown = Now { expected: 0, ..now };
        assert!(unknown.left().is_none() && unknown.json()["expected"].is_null());
    }
}
