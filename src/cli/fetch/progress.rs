//! How far a fetch has come: a line on a terminal, or JSON lines with `--log-format json`.

use crate::api::Client;
use crate::cli::Console;
use crate::fetch::output::progress::Watch;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks on a terminal.
const LOOK: Duration = Duration::from_millis(200);
/// Between two JSON lines.
const LINE: Duration = Duration::from_secs(1);

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
    fn look(watch: &Watch, client: Option<&Client>, began: Instant) -> Self {
        let seconds = began.elapsed().as_secs_f64();
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

    fn text(&self) -> String {
        let of = if self.expected > 0 { format!(" of {}", HumanCount(self.expected)) } else { String::new() };
        let left = self.left().map(|s| format!(", {} left", HumanDuration(Duration::from_secs_f64(s.min(1e9)))));
        let rows = HumanCount(self.rows);
        let rate = HumanCount(self.rate as u64);
        let bytes = HumanBytes(self.bytes);
        let (retries, at_once) = (self.retries, self.at_once);
        let left = left.unwrap_or_default();
        format!("{rows}{of} rows, {rate}/s, {bytes}, {at_once} at once, {retries} retries{left}")
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

/// Shows progress until [`Shown::end`].
pub struct Shown {
    watch: Watch,
    thread: Option<JoinHandle<()>>,
}

/// Begins to show progress, if this console does. `client` adds what only it knows.
pub fn show(watch: &Watch, client: Option<Client>, console: &Console) -> Shown {
    let (on_terminal, as_json) = (console.progress(), console.json_progress());
    let mut shown = Shown { watch: watch.clone(), thread: None };
    if on_terminal || as_json {
        let (watch, console) = (watch.clone(), console.clone());
        let run = move || if as_json { lines(&watch, client.as_ref(), &console) } else { bar(&watch, client.as_ref()) };
        // Without the thread there is no progress to see; the work itself continues.
        shown.thread = std::thread::Builder::new().name("progress".into()).spawn(run).ok();
    }
    shown
}

impl Shown {
    /// The run is over: clears the line.
    pub fn end(mut self) {
        self.watch.over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there must not hide how the run ended.
            let _ = thread.join();
        }
    }
}

fn bar(watch: &Watch, client: Option<&Client>) {
    let began = Instant::now();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    while !watch.over.load(Relaxed) {
        bar.set_message(Now::look(watch, client, began).text());
        bar.tick();
        std::thread::park_timeout(LOOK);
    }
    bar.finish_and_clear();
}

fn lines(watch: &Watch, client: Option<&Client>, console: &Console) {
    let began = Instant::now();
    loop {
        console.progress_line(&Now::look(watch, client, began).json());
        if watch.over.load(Relaxed) {
            return;
        }
        std::thread::park_timeout(LINE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told() {
        let now = Now { rows: 1500, expected: 3000, bytes: 2048, retries: 3, at_once: 8, seconds: 10.0, rate: 150.0 };
        assert_eq!(now.text(), "1,500 of 3,000 rows, 150/s, 2.00 KiB, 8 at once, 3 retries, 10 seconds left");
        assert_eq!(now.json()["seconds_left"], 10.0);
        let unknown = Now { expected: 0, ..now };
        assert!(unknown.left().is_none() && unknown.json()["expected"].is_null());
    }
}
