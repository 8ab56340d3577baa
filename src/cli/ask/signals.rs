//! A run that is ended while a question is open leaves the terminal as it was.

use super::terminal;
use crate::cli::signals;
use std::sync::Once;
use std::thread;

/// Watches for signals from the first question on. Those that nobody else watches for end the process as they would have.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Ok(mut watched) = signals::watched() else { return };
        // Without the thread a question that is killed leaves a terminal that shows no keys.
        let _ = thread::Builder::new().name("questions".into()).spawn(move || {
            for signal in watched.forever() {
                if terminal::restore() || !signals::is_handled() {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        });
    });
}
