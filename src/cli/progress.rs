//! How far a run has come: a line on a terminal, or JSON lines with `--log-format json`.
//!
//! One stage of a pipe draws: `syn-fetch` while it runs; else the stage that reads the files that the user named; and the sink once its input
//! has ended, when all others are over.

use super::ask::terminal;
use super::common::Console;
use crate::stream::Writer;
use crate::tr;
#[cfg(feature = "net")]
use crate::words::Many;
use crate::words::{Message, Size, Time};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks on a terminal.
const LOOK: Duration = Duration::from_millis(200);
/// Between two JSON lines.
const LINE: Duration = Duration::from_secs(1);

/// The line on the terminal, if there is one.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// What there is to say about a run, so many seconds after its begin; `None`: nothing yet.
pub trait Gauge: Send + 'static {
    /// In words.
    fn text(&self, seconds: f64) -> Option<Message>;
    /// As an object.
    fn json(&self, seconds: f64) -> Option<Value>;
}

/// Shows progress until it is dropped.
#[derive(Default)]
pub struct Shown {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to show progress, if this console does.
pub fn show(gauge: impl Gauge, console: &Console) -> Shown {
    let (drawn, as_json, in_lines) = (console.progress(), console.json_progress(), console.progress_in_lines());
    let mut shown = Shown::default();
    if drawn || as_json || in_lines {
        let (over, console) = (shown.over.clone(), console.clone());
        let run = move || if drawn { bar(&gauge, &over) } else { lines(&gauge, &over, &console) };
        // Without the thread there is no progress to see; the work itself continues.
        shown.thread = std::thread::Builder::new().name("progress".into()).spawn(run).ok();
    }
    shown
}

impl Drop for Shown {
    /// The run is over: clears the line.
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there must not hide how the run ended.
            let _ = thread.join();
        }
    }
}

/// Writes to the terminal while the line is away.
pub fn above(write: impl FnOnce()) {
    match &*BAR.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

fn bar(gauge: &impl Gauge, over: &AtomicBool) {
    let began = Instant::now();
    let set = |bar| *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    let mut drawn: Option<ProgressBar> = None;
    loop {
        // A run that is over in a moment has nothing to show.
        std::thread::park_timeout(LOOK);
        if over.load(Relaxed) {
            break;
        }
        // Who reads the terminal has put this process into the background, or reads our output there: no line is drawn into that.
        if is_in_background() || (Writer::is_stdout_open() && io::stdout().is_terminal()) {
            if let Some(bar) = drawn.take() {
                set(None);
                bar.finish_and_clear();
            }
        // Not while another stage asks something there.
        } else if let (Some(_turn), Some(text)) = (terminal::turn_now(), gauge.text(began.elapsed().as_secs_f64())) {
            let bar = drawn.get_or_insert_with(|| {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                set(Some(bar.clone()));
                ProgressStyle::with_template("{wide_msg}").map_or(bar.clone(), |style| bar.with_style(style))
            });
            bar.set_message(text.spoken().to_owned());
            bar.tick();
        }
    }
    if let Some(bar) = drawn {
        let _turn = terminal::turn();
        set(None);
        bar.finish_and_clear();
    }
}

fn lines(gauge: &impl Gauge, over: &AtomicBool, console: &Console) {
    let began = Instant::now();
    loop {
        let seconds = began.elapsed().as_secs_f64();
        if console.json_progress() {
            gauge.json(seconds).iter().for_each(|fields| console.progress_line(fields));
        } else {
            gauge.text(seconds).iter().for_each(|text| console.progress_text(text));
        }
        if over.load(Relaxed) {
            return;
        }
        std::thread::park_timeout(LINE);
    }
}

/// Whether another process group has the terminal. Unknown is no.
fn is_in_background() -> bool {
    std::fs::read_to_string("/proc/self/stat").is_ok_and(|stat| is_background(&stat))
}

/// The same, by what the system tells of a process: its name in brackets, then state, parent, group, session, terminal, and the group that has the
/// terminal, -1 when there is none.
fn is_background(stat: &str) -> bool {
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
    match fields.as_deref() {
        Some([_, _, group, _, _, foreground, ..]) => !foreground.starts_with('-') && group != foreground,
        _ => false,
    }
}

/// So much time to go, in words.
pub fn left(seconds: Option<f64>) -> Message {
    seconds.map(|left| tr!("progress-left", time = Time(left))).unwrap_or_default()
}

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
        let rate = if seconds > 0.0 { read as f64 / seconds } else { 0.0 };
        let left = (read > 0 && read <= self.total).then(|| (self.total - read) as f64 / rate);
        (read, rate, left.filter(|left| left.is_finite()))
    }
}

impl Gauge for Input {
    fn text(&self, seconds: f64) -> Option<Message> {
        let (read, rate, to_go) = self.now(seconds);
        let words = tr!("progress-input", read = Size(read), total = Size(self.total), rate = Size(rate as u64));
        Some(words.then("", left(to_go)))
    }

    /// A run that is over in a moment has nothing to say.
    fn json(&self, seconds: f64) -> Option<Value> {
        let (read, rate, left) = self.now(seconds);
        (seconds >= 1.0).then(|| {
            json!({"bytes": read, "expected": self.total, "bytes_per_second": rate.round(), "seconds_left": left.map(f64::round)})
        })
    }
}

/// Files that a sink has written; they are told when its input has ended, or when `alone`: no other stage draws.
#[cfg(feature = "net")]
pub struct Files {
    /// What the run counts.
    pub watch: crate::sink::run::watch::Watch,
    /// No stage before it draws.
    pub alone: bool,
}

#[cfg(feature = "net")]
impl Gauge for Files {
    fn text(&self, seconds: f64) -> Option<Message> {
        let w = &self.watch;
        let (done, known, bytes) = (w.done.load(Relaxed), w.files.load(Relaxed), w.bytes.load(Relaxed));
        let all_known = w.input_ended.load(Relaxed);
        (self.alone || all_known).then(|| {
            let rate = Size(if seconds > 0.0 { bytes as f64 / seconds } else { 0.0 } as u64);
            let to_go = (all_known && done > 0 && seconds > 0.0)
                .then(|| known.saturating_sub(done) as f64 * seconds / done as f64);
            let failed = match w.failed.load(Relaxed) {
                0 => Message::default(),
                n => tr!("progress-failed", n = Many(n)),
            };
            let (done, known, bytes) = (Many(done), Many(known), Size(bytes));
            let files = if all_known {
                tr!("progress-files", done, known, bytes, rate)
            } else {
                tr!("progress-files-so-far", done, known, bytes, rate)
            };
            files.then("", failed).then("", left(to_go.filter(|left| *left > 0.0)))
        })
    }

    fn json(&self, seconds: f64) -> Option<Value> {
        let w = &self.watch;
        (seconds >= 1.0 && (self.alone || w.input_ended.load(Relaxed))).then(|| {
            let expected = w.input_ended.load(Relaxed).then(|| w.files.load(Relaxed));
            let (files, bytes, failed) = (w.done.load(Relaxed), w.bytes.load(Relaxed), w.failed.load(Relaxed));
            json!({"files": files, "expected": expected, "bytes": bytes, "failed": failed})
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_an_input() {
        let input = Input { read: Arc::new(AtomicU64::new(1 << 20)), total: 3 << 20 };
        assert_eq!(input.text(2.0).unwrap().english(), "1.0 MiB of 3.0 MiB read, 512.0 KiB/s, 4.0 s left");
        assert_eq!(input.json(2.0).unwrap()["seconds_left"], 4.0);
        assert!(input.json(0.5).is_none());
        // Nothing came yet; a file that grows.
        input.read.store(0, Relaxed);
        assert_eq!(input.text(0.0).unwrap().english(), "0 bytes of 3.0 MiB read, 0 bytes/s");
        input.read.store(4 << 20, Relaxed);
        assert!(!input.text(1.0).unwrap().english().contains("left"));
    }

    #[test]
    fn who_is_in_the_background_is_known_by_the_groups() {
        for (stat, background) in [
            ("7 (syn-fetch) S 1 7 7 34816 7 4194304", false),
            ("7 (syn-fetch) S 1 7 7 34816 9 4194304", true),
            ("7 (a) b) (c) S 1 7 7 34816 9 0", true),
            ("7 (syn-fetch) S 1 7 7 0 -1 4194304", false),
            ("", false),
            ("7 (x) S 1", false),
        ] {
            assert_eq!(is_background(stat), background, "{stat}");
        }
    }

    #[cfg(feature = "net")]
    #[test]
    fn a_sink_is_silent_until_its_input_has_ended() {
        let watch = crate::sink::run::watch::Watch::default();
        let (behind, alone) =
            (Files { watch: watch.clone(), alone: false }, Files { watch: watch.clone(), alone: true });
        watch.files.store(1200, Relaxed);
        watch.done.store(3, Relaxed);
        watch.bytes.store(2048, Relaxed);
        assert_eq!((behind.text(1.0), behind.json(2.0)), (None, None));
        assert_eq!(alone.text(1.0).unwrap().english(), "3 of 1,200 or more files, 2.0 KiB, 2.0 KiB/s");
        watch.input_ended.store(true, Relaxed);
        watch.failed.store(1, Relaxed);
        assert_eq!(
            behind.text(2.0).unwrap().english(),
            "3 of 1,200 files, 2.0 KiB, 1.0 KiB/s, 1 failed, 13 min 18 s left"
        );
        assert_eq!(behind.json(2.0).unwrap()["expected"], 1200);
    }
}
