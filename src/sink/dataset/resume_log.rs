//! The log of finished files, which lets a later run continue: lines of a [`manifest`], written in segments.
//!
//! A folder of this machine has its log in one file, a store has one object for each segment, since objects cannot grow.

use super::digest::Digest;
use super::manifest;
use crate::sink::error::SinkError;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where segments are written.
pub trait Segments: Send + Sync {
    /// Writes a segment: whole lines. Numbers count up from that of [`ResumeLog::new`].
    ///
    /// # Errors
    /// [`SinkError`] when it cannot be written.
    fn write(&self, number: u64, lines: Vec<u8>) -> Result<(), SinkError>;
}

/// When a segment is written.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From this size on, bytes.
    pub bytes: usize,
    /// When the last one is this old.
    pub every: Duration,
}

/// Collects lines until they fill a segment. The lines of the last segment are lost in a kill; their files are then written again.
#[derive(Debug)]
pub struct ResumeLog<S> {
    segments: S,
    pace: Pace,
    pending: Mutex<Pending>,
}

#[derive(Debug)]
struct Pending {
    lines: Vec<u8>,
    next: u64,
    written: Instant,
}

impl<S: Segments> ResumeLog<S> {
    /// An empty log whose first segment has the number 1.
    pub fn new(segments: S, pace: Pace) -> Self {
        let pending = Pending { lines: Vec::new(), next: 1, written: Instant::now() };
        Self { segments, pace, pending: Mutex::new(pending) }
    }

    /// Continues a log whose last segment has this number.
    #[cfg(feature = "stores")]
    pub fn continue_after(&self, last: u64) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).next = last + 1;
    }

    /// Where segments are written.
    pub fn segments(&self) -> &S {
        &self.segments
    }

    /// Notes a finished file.
    ///
    /// # Errors
    /// [`SinkError`] when a segment is due and cannot be written.
    pub fn record(&self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        let line = manifest::line(path, digest).map_err(|e| SinkError::write(path, e))?;
        let (number, lines) = {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.lines.extend_from_slice(line.as_bytes());
            pending.lines.push(b'\n');
            if pending.lines.len() < self.pace.bytes && pending.written.elapsed() < self.pace.every {
                return Ok(());
            }
            pending.take()
        };
        self.segments.write(number, lines)
    }

    /// Number and lines of the segment that is not full yet; `None` when it is empty. The log starts the next one.
    pub fn take_pending(&self) -> Option<(u64, Vec<u8>)> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        (!pending.lines.is_empty()).then(|| pending.take())
    }
}

impl Pending {
    fn take(&mut self) -> (u64, Vec<u8>) {
        self.written = Instant::now();
        self.next += 1;
        (self.next - 1, std::mem::take(&mut self.lines))
    }
}

/// The finished files of a log's text, in the order in which they were finished. A line that was cut by a kill is left out.
pub fn entries(text: &[u8]) -> impl Iterator<Item = manifest::Entry> + '_ {
    text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).filter_map(manifest::entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::dataset::digest::Meter;

    #[derive(Debug, Default)]
    struct Kept(Mutex<Vec<(u64, Vec<u8>)>>);

    impl Segments for Kept {
        fn write(&self, number: u64, lines: Vec<u8>) -> Result<(), SinkError> {
            self.0.lock().unwrap().push((number, lines));
            Ok(())
        }
    }

    #[test]
    fn what_is_recorded_is_read_and_a_cut_line_is_left_out() {
        let log = ResumeLog::new(Kept::default(), Pace { bytes: 150, every: Duration::MAX });
        for path in ["a", "b", "c"] {
            log.record(path, &Meter::of(path.as_bytes())).unwrap();
        }
        let mut segments = std::mem::take(&mut *log.segments().0.lock().unwrap());
        segments.extend(log.take_pending());
        assert_eq!(segments.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2]);
        assert!(log.take_pending().is_none());
        let text = segments.into_iter().flat_map(|(_, lines)| lines).collect::<Vec<_>>();
        let paths = |text: &[u8]| entries(text).map(|e| e.path).collect::<Vec<_>>();
        assert_eq!(paths(&text), ["a", "b", "c"]);
        assert_eq!(paths(&text[..text.len() - 2]), ["a", "b"]);
    }
}
