//! A run that is ended while a question is open leaves the terminal as it was.

use super::terminal;
use crate::cli::signals;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, LazyLock, Once};
use std::thread;
use std::time::Duration;

/// Whether the person has stopped the line. Set by the handler itself, before any thread goes on.
static STOPPED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Waits for the end of a process that the person has stopped, so that it says nothing more.
pub fn end_if_stopped() {
    const LONG_ENOUGH: Duration = Duration::from_secs(1);
    if STOPPED.load(Relaxed) && !signals::is_handled() {
        thread::sleep(LONG_ENOUGH);
    }
}

/// Watches for signals from the first question on.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, STOPPED.clone());
        signals::before_end(|_| terminal::restore());
    });
}
