//! The controlling terminal: who is there to be asked, and whose turn it is to write to it.
//!
//! All stages of a pipe have one terminal. While one of them asks, the others must not write to it: an advisory lock on the device,
//! exclusive for questions, shared for messages and progress, gives them turns. The system takes it back from whoever is killed.

use super::{Asking, answered, signals};
use crate::cli::common::Console;
use rustix::fs::{OFlags, makedev};
use rustix::process::getpgrp;
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// Whether this process has the terminal to itself.
static OURS: AtomicBool = AtomicBool::new(false);
/// The terminal during questions, and how it was before.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// A person at the terminal.
#[derive(Debug)]
pub struct Person {
    /// The terminal.
    tty: File,
    /// Whether to use colour.
    colour: bool,
}

/// Somebody to ask: there is a controlling terminal, this process is in its foreground, and nothing says that a program is in charge:
/// `--no-input`, `--quiet`, `--log-format json`, the variable `CI`, `TERM=dumb`.
pub fn somebody(asking: Asking, console: &Console) -> Option<Person> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let is_ci = !matches!(&*variable("CI"), "" | "0" | "false");
    if asking.no_input || !console.asks() || is_ci || variable("TERM") == "dumb" {
        return None;
    }
    let tty = OpenOptions::new().read(true).write(true).custom_flags(flags(OFlags::NOCTTY)).open("/dev/tty").ok()?;
    // In the background a question would stop the job without a word.
    (tcgetpgrp(&tty).ok()? == getpgrp()).then(|| Person { tty, colour: console.colours_questions() })
}

impl Person {
    /// Takes the terminal for some questions; waits for others that are being asked there.
    pub fn talk(self) -> Terminal {
        let lock = device().and_then(|device| open(device).ok()).filter(|lock| lock.lock().is_ok());
        signals::watch();
        *state() = self.tty.try_clone().ok().zip(tcgetattr(&self.tty).ok());
        OURS.store(true, Relaxed);
        let mut terminal = Terminal { tty: self.tty, colour: self.colour, _lock: lock };
        // A stage before may have drawn its progress there.
        terminal.put("\r\x1b[K");
        terminal
    }
}

/// The terminal during questions.
#[derive(Debug)]
pub struct Terminal {
    pub(super) tty: File,
    pub(super) colour: bool,
    _lock: Option<File>,
}

impl Terminal {
    /// Writes to it. One that is gone is noticed by the next question.
    pub(super) fn put(&mut self, text: &str) {
        let _ = self.tty.write_all(text.as_bytes());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        OURS.store(false, Relaxed);
        *state() = None;
        answered(Instant::now());
    }
}

fn state() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the terminal back as it was before the questions: keys are shown, the cursor too, what is pasted comes as it is. Whether there
/// were questions.
pub fn restore() -> bool {
    let Some((mut tty, before)) = state().take() else { return false };
    let _ = tty.write_all(b"\x1b[?2004l\x1b[?25h\r\n\x1b[J");
    let _ = tcsetattr(&tty, OptionalActions::Now, &before);
    true
}

/// A turn to write a message; over when it is dropped. `None`: nothing to wait for.
#[derive(Debug)]
pub struct Turn {
    _lock: Option<File>,
}

/// Waits until nobody is asked anything on the terminal that standard error is.
pub fn turn() -> Turn {
    let lock = shared().filter(|lock| lock.lock_shared().is_ok());
    signals::end_if_stopped();
    Turn { _lock: lock }
}

/// As [`turn`], without waiting: `None` while somebody is asked something.
pub fn turn_now() -> Option<Turn> {
    match shared() {
        Some(lock) => match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => None,
            Ok(()) | Err(TryLockError::Error(_)) => Some(Turn { _lock: Some(lock) }),
        },
        None => Some(Turn { _lock: None }),
    }
}

/// The lock of the terminal, when standard error is one and other processes may have it.
fn shared() -> Option<File> {
    if OURS.load(Relaxed) || !isatty(rustix::stdio::stderr()) {
        return None;
    }
    open(device()?).ok()
}

fn open(device: &PathBuf) -> std::io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags(OFlags::NOCTTY | OFlags::NONBLOCK)).open(device)
}

/// As the standard library takes them.
fn flags(flags: OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or(0)
}

/// The device of the controlling terminal; `/dev/tty` is another file, and the same for everybody. `None` where the system does not
/// tell: then there are no turns.
fn device() -> Option<&'static PathBuf> {
    static DEVICE: OnceLock<Option<PathBuf>> = OnceLock::new();
    DEVICE.get_or_init(find_device).as_ref()
}

fn find_device() -> Option<PathBuf> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The seventh field, after a name that may hold anything.
    let number: u32 = stat.rsplit_once(')')?.1.split_whitespace().nth(4)?.parse().ok()?;
    let (major, minor) = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xf_ff00));
    let is_it = |path: &PathBuf| path.metadata().is_ok_and(|there| there.rdev() == makedev(major, minor));
    ["pts/", "tty", "ttyS"].into_iter().map(|kind| PathBuf::from(format!("/dev/{kind}{minor}"))).find(is_it)
}
