//! Signals that end a run.

use crate::exit::Exit;
use crossbeam_channel::{Receiver, unbounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

/// The signals that ask a program to end, and how a run ends that was asked.
const ENDING: [(i32, Exit); 4] =
    [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated), (SIGHUP, Exit::HungUp), (SIGQUIT, Exit::Quit)];

/// Whether [`ending`] is in charge.
static HANDLED: AtomicBool = AtomicBool::new(false);

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
            let exit = ENDING.iter().find(|(s, _)| *s == signal).map_or(Exit::Terminated, |(_, exit)| *exit);
            if send.send(exit).is_err() {
                return;
            }
        }
    })?;
    Ok(receive)
}

/// The signals that ask a program to end, but for those that were ignored at the start.
///
/// # Errors
/// When the system does not let us watch.
pub fn watched() -> io::Result<Signals> {
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
