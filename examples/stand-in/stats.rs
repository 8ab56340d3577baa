//! What was asked of the server, for tests to look at.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde_json::json;

/// Counters; all of them only grow, except the requests in flight.
#[derive(Debug, Default)]
pub struct Stats {
    total: AtomicU64,
    rows: AtomicU64,
    connections: AtomicU64,
    in_flight: AtomicU64,
    max_concurrent: AtomicU64,
    bad_auth: AtomicU64,
    leaked_tokens: AtomicU64,
    loose_cursors: AtomicU64,
    stale_retries: AtomicU64,
    counts: Mutex<Counts>,
    calls: Mutex<Vec<serde_json::Value>>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<String, u64>,
    status: BTreeMap<u16, u64>,
    faults: BTreeMap<&'static str, u64>,
    ignored: BTreeMap<String, u64>,
}

/// Counts one request out again when it is answered or given up.
#[derive(Debug)]
pub struct InFlight<'a>(&'a Stats);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Stats {
    /// A request came in.
    pub fn request(&self, path: &str) -> InFlight<'_> {
        self.total.fetch_add(1, Relaxed);
        *self.counts().requests.entry(general(path)).or_default() += 1;
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.max_concurrent.fetch_max(now, Relaxed);
        InFlight(self)
    }

    /// It was answered.
    pub fn answered(&self, status: u16) {
        *self.counts().status.entry(status).or_default() += 1;
    }

    /// A fault was given.
    pub fn fault(&self, kind: &'static str) {
        *self.counts().faults.entry(kind).or_default() += 1;
    }

    /// Filter keys that this list does not know.
    pub fn ignored(&self, keys: &[String]) {
        let mut counts = self.counts();
        for key in keys {
            *counts.ignored.entry(key.clone()).or_default() += 1;
        }
    }

    /// Rows were sent.
    pub fn rows(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Relaxed);
    }

    /// A connection was accepted.
    pub fn connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    /// A token was missing or wrong.
    pub fn bad_auth(&self) {
        self.bad_auth.fetch_add(1, Relaxed);
    }

    /// A token was sent where none belongs.
    pub fn leak(&self) {
        self.leaked_tokens.fetch_add(1, Relaxed);
    }

    /// A cursor was asked for without a unique ordering.
    pub fn loose_cursor(&self) {
        self.loose_cursors.fetch_add(1, Relaxed);
    }

    /// A failed request was repeated on the connection it had failed on.
    pub fn stale_retry(&self) {
        self.stale_retries.fetch_add(1, Relaxed);
    }

    /// Remembers what a request brought.
    pub fn call(&self, call: serde_json::Value) {
        self.calls.lock().expect("no panic while held").push(call);
    }

    /// The body of `GET /_calls`.
    pub fn calls(&self) -> String {
        json!(*self.calls.lock().expect("no panic while held")).to_string()
    }

    /// Requests so far.
    pub fn total(&self) -> u64 {
        self.total.load(Relaxed)
    }

    /// The body of `GET /_stats`.
    pub fn json(&self) -> String {
        let counts = self.counts();
        json!({
            "total": self.total.load(Relaxed),
            "rows": self.rows.load(Relaxed),
            "connections": self.connections.load(Relaxed),
            "max_concurrent": self.max_concurrent.load(Relaxed),
            "bad_auth": self.bad_auth.load(Relaxed),
            "leaked_tokens": self.leaked_tokens.load(Relaxed),
            "loose_cursors": self.loose_cursors.load(Relaxed),
            "stale_retries": self.stale_retries.load(Relaxed),
            "requests": counts.requests,
            "status": counts.status,
            "faults": counts.faults,
            "ignored_keys": counts.ignored,
        })
        .to_string()
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().expect("no panic while held")
    }
}

/// A path without its ids, so that counts add up: `/projects/{id}/`, `/files/`.
fn general(path: &str) -> String {
    for folder in ["/files/", "/media/", "/objects/"] {
        if path.starts_with(folder) {
            return folder.into();
        }
    }
    let part = |part: &str| {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if number { "{id}".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
