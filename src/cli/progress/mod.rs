//! How far a run has come: a line on a terminal, or JSON lines with `--log-format json`.
//!
//! One stage of a pipe draws the line, the one that the pipe waits for ([`right`]); the line, and messages above it, are in [`line`].

#[cfg(feature = "net")]
pub mod files;
pub mod input;
pub mod line;
mod reader;
mod right;

use super::ask::terminal;
use super::common::Console;
use crate::stream::Writer;
use crate::tr;
use crate::words::{Message, Time};
pub use right::{Claim, Right};
use serde_json::Value;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks on a terminal.
const LOOK: Duration = Duration::from_millis(200);
/// Looks after which it is found out anew who reads what we write.
const LOOKS: usize = 25;
/// Between two JSON lines.
const LINE: Duration = Duration::from_secs(1);
/// How long a stage that prints on the terminal waits for the line to go.
const PRINTING: Duration = Duration::from_secs(1);

/// What there is to say about a run, so many seconds after its begin.
pub trait Gauge: Send + 'static {
    /// In words, what matters most first: on a narrow terminal the others are left out. None: nothing yet.
    fn parts(&self, seconds: f64) -> Vec<Message>;
    /// As an object.
    fn json(&self, seconds: f64) -> Option<Value>;
    /// Whether this stage draws rather than another one of the pipe. It is asked at each look.
    fn claim(&self) -> Claim {
        Claim::Source
    }
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

/// Keeps the terminal that standard output is, if it is one, for lines that are printed there: no stage draws until this is dropped.
pub fn printing() -> Option<Right> {
    let mut right = io::stdout().is_terminal().then(|| Right::on(io::stdout()))?;
    let began = Instant::now();
    while !right.ask(Claim::Awaited) && began.elapsed() < PRINTING {
        std::thread::sleep(LOOK / 4);
    }
    Some(right)
}

fn bar(gauge: &impl Gauge, over: &AtomicBool) {
    let began = Instant::now();
    let mut right = Right::on(io::stderr());
    let mut read = false;
    for look in 0.. {
        // A run that is over in a moment has nothing to show.
        std::thread::park_timeout(LOOK);
        if over.load(Relaxed) {
            break;
        }
        if look % LOOKS == 0 {
            read = reader::prints();
        }
        // Who reads the terminal has put this process into the background, or reads what is printed there: no line is drawn into that.
        if read || is_in_background() || (Writer::is_stdout_open() && io::stdout().is_terminal()) {
            line::clear();
            right.give_up();
            continue;
        }
        let (parts, claim) = (gauge.parts(began.elapsed().as_secs_f64()), gauge.claim());
        if parts.is_empty() || !right.ask(claim) {
            line::clear();
        // Not while another stage asks something there.
        } else if let Some(_turn) = terminal::turn_now() {
            line::draw(&parts.iter().map(|part| part.spoken().to_owned()).collect::<Vec<_>>());
        }
    }
    let _turn = terminal::turn();
    line::clear();
}

fn lines(gauge: &impl Gauge, over: &AtomicBool, console: &Console) {
    let began = Instant::now();
    loop {
        let seconds = began.elapsed().as_secs_f64();
        if console.json_progress() {
            gauge.json(seconds).iter().for_each(|fields| console.progress_line(fields));
        } else {
            let parts = gauge.parts(seconds);
            if !parts.is_empty() {
                console.progress_text(&Message::list(parts, ", "));
            }
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

/// So much time to go, if that is known.
pub fn left(seconds: Option<f64>) -> Option<Message> {
    seconds.map(|left| tr!("progress-left", time = Time(left)))
}

/// So many a second.
pub fn per_second(n: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { n as f64 / seconds } else { 0.0 }
}

/// What a gauge says, in English.
#[cfg(test)]
pub fn english(gauge: &impl Gauge, seconds: f64) -> String {
    Message::list(gauge.parts(seconds), ", ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
