//! Signals that end a run.

use crate::exit::Exit;
use crossbeam_channel::{Receiver, unbounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;

/// The signals that ask a program to end, and how a run ends that was asked.
const ENDING: [(i32, Exit); 4] =
    [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated), (SIGHUP, Exit::HungUp), (SIGQUIT, Exit::Quit)];

/// Whether [`ending`] is in charge.
static HANDLED: AtomicBool = AtomicBool::new(false);

type Before = Box<dyn Fn(Exit) -> bool + Send>;

/// What is done before a signal ends the process.
static BEFORE: Mutex<Vec<Before>> = Mutex::new(Vec::new());

/// Lets a write over the limit of file sizes (`ulimit -f`) fail. Without a handler its signal kills the process without a word.
///
/// # Errors
/// When the system does not let us watch.
pub fn survive_file_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
}

/// The signals that end a run as exit codes on a channel, so that what was begun is cleaned up before the process ends. Those that
/// were ignored at the start stay ignored, as under `nohup`.
///
/// # Errors
/// When the system does not let us watch.
#[cfg_attr(not(feature = "net"), expect(dead_code, reason = "syn-sink alone has something to clean up"))]
pub fn ending() -> io::Result<Receiver<Exit>> {
    let mut signals = watched()?;
    HANDLED.store(true, Relaxed);
    let (send, receive) = unbounded();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if send.send(exit_of(signal)).is_err() {
                return;
            }
        }
    })?;
    Ok(receive)
}

/// Does something before a signal ends the process: `what` gets the exit code, and says whether the process is to end at once, also when
/// [`ending`] is in charge. When it is not, a signal that nobody handles ends the process as it would have.
pub fn before_end(what: impl Fn(Exit) -> bool + Send + 'static) {
    static WATCHED: Once = Once::new();
    before().push(Box::new(what));
    WATCHED.call_once(|| {
        let Ok(mut signals) = watched() else { return };
        // Without the thread signals do what they always do.
        let _ = thread::Builder::new().name("before-end".into()).spawn(move || {
            for signal in signals.forever() {
                // All of it is done.
                let ends = before().iter().filter(|what| what(exit_of(signal))).count() > 0;
                if ends || !is_handled() {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        });
    });
}

fn before() -> MutexGuard<'static, Vec<Before>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn exit_of(signal: i32) -> Exit {
    ENDING.iter().find(|(s, _)| *s == signal).map_or(Exit::Terminated, |(_, exit)| *exit)
}

/// The signals that ask a program to end, but for those that were ignored at the start.
fn watched() -> io::Result<Signals> {
    let ignored = ignored();
    Signals::new(ENDING.iter().map(|(signal, _)| *signal).filter(|s| ignored >> (s - 1) & 1 == 0))
}

/// Whether the run ends itself at such a signal, by [`ending`].
pub fn is_handled() -> bool {
    HANDLED.load(Relaxed)
}

/// The signals that are ignored, a bit each from signal 1 on; none where the system does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
