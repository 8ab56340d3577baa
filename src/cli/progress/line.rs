//! The line of progress on the terminal, and messages above it.
//!
//! Whatever goes to the terminal goes there in one write, which the system does not mix with those of other processes.

use crate::stream::run_mark::StandardInput;
use crate::text;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use terminal_size::terminal_size_of;

/// Back to the beginning of the line, which is empty then.
const EMPTY: &str = "\r\x1b[K";
/// What follows of the line goes.
const REST: &str = "\x1b[K";
/// The columns of a terminal that does not say how many it has.
const USUAL: usize = 80;

/// What the line says, while it is there.
static SHOWN: Mutex<Option<String>> = Mutex::new(None);

/// Draws the line anew: as many of the parts as fit, in their order.
pub fn draw(parts: &[String]) {
    let columns = terminal_size_of(io::stderr()).map_or(USUAL, |(width, _)| usize::from(width.0));
    let text = fitting(parts, columns.saturating_sub(1));
    let mut shown = shown();
    put(&format!("\r{text}{REST}"));
    *shown = Some(text);
}

/// Takes the line away.
pub fn clear() {
    if shown().take().is_some() {
        put(EMPTY);
    }
}

/// Writes whole lines to standard error, above the line that is there.
pub fn above(lines: &str) {
    match &*shown() {
        Some(text) => put(&format!("{EMPTY}{lines}{text}{REST}")),
        None if others_may_draw() => put(&format!("{EMPTY}{lines}")),
        None => put(lines),
    }
}

/// Whether standard error is a terminal on which a line can be drawn anew.
pub fn is_drawable() -> bool {
    io::stderr().is_terminal() && std::env::var("TERM").ok().as_deref() != Some("dumb")
}

/// Whether another stage may draw on the terminal of our messages: there is one before us, or after.
fn others_may_draw() -> bool {
    static MAY: OnceLock<bool> = OnceLock::new();
    *MAY.get_or_init(|| is_drawable() && (StandardInput::look().is_pipe() || is_stdout_pipe()))
}

fn is_stdout_pipe() -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().and_then(|fd| std::fs::File::from(fd).metadata());
    stdout.is_ok_and(|stdout| stdout.file_type().is_fifo())
}

/// The parts that fit, with commas between them; of the first one as much as fits.
fn fitting(parts: &[String], columns: usize) -> String {
    let mut line = text::cut(parts.first().map_or("", String::as_str), columns);
    for part in parts.iter().skip(1) {
        let longer = format!("{line}, {part}");
        if text::width(&longer) > columns {
            break;
        }
        line = longer;
    }
    line
}

fn shown() -> MutexGuard<'static, Option<String>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A standard error that is closed is ignored.
fn put(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_as_a_whole() {
        let parts = ["412 of 10,000 files", "3 min 5 s left", "41.2 MiB/s"].map(str::to_owned);
        for (columns, line) in [
            (99, "412 of 10,000 files, 3 min 5 s left, 41.2 MiB/s"),
            (47, "412 of 10,000 files, 3 min 5 s left, 41.2 MiB/s"),
            (46, "412 of 10,000 files, 3 min 5 s left"),
            (34, "412 of 10,000 files"),
            (19, "412 of 10,000 files"),
            (8, "412 of …"),
        ] {
            assert_eq!(fitting(&parts, columns), line, "{columns}");
        }
        // Hangul takes two columns.
        let parts = ["파일 3개".to_owned(), "1분 남음".to_owned()];
        assert_eq!((&*fitting(&parts, 18), &*fitting(&parts, 17)), ("파일 3개, 1분 남음", "파일 3개"));
        assert_eq!(fitting(&[], 10), "");
    }
}
