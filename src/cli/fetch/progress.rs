//! How far a fetch has come.

use crate::api::Client;
use crate::cli::progress::{Gauge, left};
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
        let rate = if seconds > 0.0 { fresh as f64 / seconds } else { 0.0 };
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

    fn text(&self) -> Message {
        let (rows, rate, bytes, at_once) = (Many(self.rows), Many(self.rate as u64), Size(self.bytes), self.at_once);
        let words = match self.expected {
            0 => tr!("progress-rows", rows, rate, bytes, at_once),
            n => tr!("progress-rows-of", rows, expected = Many(n), rate, bytes, at_once),
        };
        let retries = match self.retries {
            0 => Message::default(),
            n => tr!("progress-retries", n = Many(n)),
        };
        words.then("", retries).then("", left(self.left()))
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "rows": self.rows,
            "expected": (self.expected > 0).then_some(self.expected),
            "rows_per_second": self.rate.round(),
            "bytes": self.bytes,
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
    fn text(&self, seconds: f64) -> Option<Message> {
        Some(Now::look(&self.watch, self.client.as_ref(), seconds).text())
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
        assert_eq!(now.text().english(), "1,500 of 3,000 rows, 150/s, 2.0 KiB, 8 at once, 3 retries, 10 s left");
        assert_eq!(now.json()["seconds_left"], 10.0);
        let none = Now { retries: 0, ..now };
        assert!(!none.text().english().contains("retries"));
        let unknown = Now { expected: 0, ..now };
        assert!(unknown.left().is_none() && unknown.json()["expected"].is_null());
    }
}
