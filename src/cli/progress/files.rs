//! Files that a sink has written.

use super::{Claim, Gauge, left, per_second};
use crate::sink::run::watch::Watch;
use crate::tr;
use crate::words::{Many, Message, Size};
use serde_json::{Value, json};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Looks in a row at which all workers are busy, after which the pipe waits for the sink.
const BUSY: u32 = 5;

/// Files that a sink has written.
pub struct Files {
    watch: Watch,
    /// Files that are written at the same time.
    workers: u64,
    /// Looks in a row at which all workers were busy; it stays when it has come to [`BUSY`].
    busy: AtomicU32,
}

/// What there is to say at a moment.
struct Now {
    done: u64,
    known: u64,
    /// All files to come; `true`: that many exactly.
    total: Option<(u64, bool)>,
    failed: u64,
    bytes: u64,
    bytes_per_second: f64,
    seconds_left: Option<f64>,
}

impl Files {
    /// Of what this counts, when so many workers write.
    pub fn new(watch: Watch, workers: usize) -> Self {
        Self { watch, workers: workers as u64, busy: AtomicU32::new(0) }
    }

    fn now(&self) -> Now {
        let w = &self.watch;
        let (done, known) = (w.done.load(Relaxed), w.files.load(Relaxed));
        let bytes = w.bytes.load(Relaxed) + w.arriving.load(Relaxed);
        let total = match w.input_ended.load(Relaxed) {
            true => Some((known, true)),
            false => w.expected().filter(|n| *n >= known).map(|n| (n, false)),
        };
        let seconds = w.seconds();
        let to_go = total.filter(|_| done > 0).map(|(n, _)| n.saturating_sub(done) as f64 * seconds / done as f64);
        let seconds_left = to_go.filter(|left| *left > 0.0);
        let bytes_per_second = per_second(bytes, seconds);
        Now { done, known, total, failed: w.failed.load(Relaxed), bytes, bytes_per_second, seconds_left }
    }
}

impl Gauge for Files {
    fn parts(&self, _: f64) -> Vec<Message> {
        let now = self.now();
        if now.known == 0 {
            return Vec::new();
        }
        let done = Many(now.done);
        let mut parts = vec![match now.total {
            Some((n, true)) => tr!("progress-files", done, known = Many(n)),
            Some((n, false)) => tr!("progress-files-about", done, known = Many(n)),
            None => tr!("progress-files-so-far", done, known = Many(now.known)),
        }];
        parts.extend(left(now.seconds_left));
        if now.failed > 0 {
            parts.push(tr!("progress-failed", n = Many(now.failed)));
        }
        parts.push(tr!("progress-speed", speed = Size(now.bytes_per_second as u64)));
        parts.push(tr!("progress-size", size = Size(now.bytes)));
        parts
    }

    fn json(&self, seconds: f64) -> Option<Value> {
        let now = self.now();
        (seconds >= 1.0 && now.known > 0).then(|| {
            json!({
                "files": now.done,
                "expected": now.total.map(|(n, _)| n),
                "bytes": now.bytes,
                "bytes_per_second": now.bytes_per_second.round(),
                "originals_failed": now.failed,
                "seconds_left": now.seconds_left.map(f64::round),
            })
        })
    }

    fn claim(&self) -> Claim {
        let w = &self.watch;
        if w.input_ended.load(Relaxed) {
            return Claim::Awaited;
        }
        let looks = self.busy.load(Relaxed);
        if looks < BUSY {
            let waiting = w.files.load(Relaxed).saturating_sub(w.done.load(Relaxed));
            self.busy.store(if waiting > self.workers { looks + 1 } else { 0 }, Relaxed);
        }
        if self.busy.load(Relaxed) >= BUSY { Claim::Awaited } else { Claim::IfNobody }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::progress::english;

    #[test]
    fn what_is_told_of_files() {
        let watch = Watch::default();
        let files = Files::new(watch.clone(), 2);
        assert!(files.parts(1.0).is_empty() && files.json(1.0).is_none(), "nothing came yet");
        watch.file();
        watch.files.store(1200, Relaxed);
        watch.done.store(3, Relaxed);
        watch.bytes.store(2048, Relaxed);
        let told = english(&files, 1.0);
        assert!(told.starts_with("3 of 1,200 or more files, ") && told.ends_with(", 2.0 KiB"), "{told}");
        // Of 4000 items to come 300 came, with 1200 files.
        watch.items_expected.store(4000, Relaxed);
        watch.whole_items.store(300, Relaxed);
        watch.files_of_whole_items.store(1200, Relaxed);
        let told = english(&files, 1.0);
        assert!(told.starts_with("3 of about 16,000 files, ") && told.contains(" left, "), "{told}");
        assert_eq!(files.json(2.0).unwrap()["expected"], 16_000);
        watch.input_ended.store(true, Relaxed);
        watch.failed.store(1, Relaxed);
        let told = english(&files, 2.0);
        assert!(told.starts_with("3 of 1,200 files, ") && told.contains(" left, 1 failed, "), "{told}");
        assert_eq!(files.json(2.0).unwrap()["expected"], 1200);
    }

    #[test]
    fn a_sink_is_waited_for_when_its_workers_are_busy_or_its_input_has_ended() {
        let watch = Watch::default();
        let files = Files::new(watch.clone(), 2);
        let claims = |waiting: u64, times: u32| {
            watch.files.store(100 + waiting, Relaxed);
            watch.done.store(100, Relaxed);
            (0..times).map(|_| files.claim()).collect::<Vec<_>>()
        };
        let [few, busy] = [Claim::IfNobody, Claim::Awaited];
        assert_eq!(claims(3, 4), [few; 4]);
        assert_eq!(claims(2, 1), [few], "for a moment only");
        assert_eq!(claims(3, 6), [few, few, few, few, busy, busy]);
        assert_eq!(claims(0, 2), [busy; 2], "it keeps the line");
        let ended = Files::new(Watch::default(), 2);
        ended.watch.input_ended.store(true, Relaxed);
        assert_eq!(ended.claim(), busy);
    }
}
