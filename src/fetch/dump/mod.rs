//! Saved dumps in place of a source: all parts of one export, in any order, as the stream of the undivided run.
//!
//! ```text
//! parts ──► heads: begin frames ──► chosen: each part once, in order ──► here: begin, rows, end
//! ```
//! Rows of every target come from the highest key down, and a part is a range of keys: the parts in descending order are the undivided
//! run. Their frames become one of each ([`frames`]). What is wrong is found before the first byte is written, but for a part that
//! was cut: that shows at its end.

mod chosen;
mod error;
mod frames;
mod heads;

pub use error::DumpError;

use super::output::progress::Watch;
use super::{FetchError, Note};
use crate::exit::Classified;
use crate::stream::readable::{Readable, ahead};
use crate::stream::{Begin, Frame, Kind, Progress, Reader, StageError, StreamError, Writer};
use crate::tr;
use chosen::Chosen;
use frames::Ends;
use heads::Head;
use serde_json::{Map, Value};
use std::sync::atomic::Ordering::Relaxed;

/// Dumps that can be read.
pub type Parts = [Box<dyn Readable>];

/// How to join them.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Parts may be missing, or cut.
    pub allow_partial: bool,
    /// Item lines only, no frames.
    pub bare: bool,
    /// The longest line accepted, bytes.
    pub line_cap: usize,
    /// What the begin frame is to say instead, when it is passed on; `None`: the same.
    pub pass_on: fn(&Begin) -> Option<Map<String, Value>>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Item lines written.
    pub rows: u64,
    /// Dumps they are from.
    pub parts: u64,
    /// What the user should know, and has chosen to accept.
    pub notes: Vec<Note>,
}

/// Joins the parts of one export. `told` is called with what is good to know before anything is written.
///
/// # Errors
/// [`DumpError`] when these are not all parts of one export, each once; [`StreamError`] when one cannot be read, or the output cannot be
/// written.
pub fn run(
    parts: &Parts,
    options: &Options,
    open: impl FnOnce() -> Result<Writer, StreamError>,
    watch: &Watch,
    told: &mut dyn FnMut(Note),
) -> Result<Joined, FetchError> {
    let heads = heads::read(parts, options.line_cap)?;
    let mut chosen = chosen::choose(parts, heads, options)?;
    std::mem::take(&mut chosen.told).into_iter().for_each(told);
    let notes = std::mem::take(&mut chosen.accepted);
    watch.expected.store(chosen.count().unwrap_or(0), Relaxed);
    let mut writer = open()?;
    let mut join = Join { options, watch, writer: &mut writer, chosen: &chosen, rows: 0, ends: Ends::default(), notes };
    match join.all(parts) {
        Ok(()) => {
            let (rows, notes) = (join.rows, join.notes);
            writer.finish()?;
            Ok(Joined { rows, parts: chosen.heads.len() as u64, notes })
        }
        Err(error) => {
            let of_output = matches!(&error, FetchError::Stream(e) if e.is_of_output());
            if !options.bare && !of_output {
                let line = match &error {
                    FetchError::Dump(DumpError::Part { error, .. }) => StageError::of("fetch", error),
                    _ => StageError::new("fetch", error.exit(), error.to_string()),
                };
                // What is reported is the failure itself; this line is for the stages that follow.
                let _ = writer.line(line.line().as_bytes()).and_then(|()| writer.flush());
            }
            Err(error)
        }
    }
}

/// The stream on its way out.
struct Join<'a> {
    options: &'a Options,
    watch: &'a Watch,
    writer: &'a mut Writer,
    chosen: &'a Chosen,
    rows: u64,
    ends: Ends,
    notes: Vec<Note>,
}

impl Join<'_> {
    fn all(&mut self, parts: &Parts) -> Result<(), FetchError> {
        if !self.options.bare {
            let begin = self.chosen.begin_line(self.options.pass_on)?;
            self.writer.line(begin.as_bytes())?;
            self.writer.flush()?;
        }
        for head in &self.chosen.heads {
            self.part(&*parts[head.at], head)?;
        }
        if !self.options.bare {
            let end = std::mem::take(&mut self.ends).line(self.rows, self.chosen.limit(), self.chosen.expected());
            self.writer.line(end.as_bytes())?;
        }
        Ok(())
    }

    /// The rows of one part.
    fn part(&mut self, part: &dyn Readable, head: &Head) -> Result<(), FetchError> {
        let name = part.name();
        let of_part = |error| DumpError::Part { name: name.to_owned(), error: Box::new(error) };
        let bytes = if part.is_far() { ahead(part.open()?)? } else { part.open()? };
        let mut reader = Reader::from_read(name, bytes, self.options.line_cap)?.framed(Kind::Items, false);
        let mut progress = Progress::new(Kind::Items);
        loop {
            let batch = match reader.next_batch() {
                Ok(Some(batch)) => batch,
                Ok(None) => break,
                // Compressed data that stops.
                Err(error @ StreamError::Cut(_)) if self.options.allow_partial => {
                    self.ends.lack();
                    self.notes.push(tr!("dump-cut-accepted", why = error).into());
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            if !batch.is_frame {
                let lines = batch.lines().count() as u64;
                progress.data(lines);
                self.rows(&batch.bytes, lines)?;
                continue;
            }
            let Some(line) = batch.lines().next() else { continue };
            let frame = Frame::parse(line.bytes).map_err(|reason| batch.bad_line(&line, reason))?;
            match &frame {
                Frame::Begin(_) if progress.framed() => return Err(DumpError::Several { name: name.to_owned() }.into()),
                Frame::Begin(_) if heads::hash(line.bytes) != head.frame => {
                    return Err(DumpError::Changed { name: name.to_owned() }.into());
                }
                Frame::End { body, .. } => self.ends.add(body, line.bytes),
                Frame::Other if !self.options.bare => self.writer.line(line.bytes)?,
                _ => {}
            }
            progress.frame(&frame).map_err(of_part)?;
        }
        let partial = self.options.allow_partial;
        match progress.finish(false) {
            Err(error @ (StreamError::NoEnd { .. } | StreamError::Lost { .. })) => {
                let error = match error {
                    StreamError::NoEnd { lines, .. } => DumpError::Cut { name: name.to_owned(), lines },
                    error => of_part(error),
                };
                if !partial {
                    return Err(error.into());
                }
                self.ends.lack();
                self.notes.push(tr!("dump-cut-accepted", why = error).into());
            }
            // Of one part its own shard is asked for: the others are known to be there.
            Err(StreamError::Shards(_)) | Ok(()) => {}
            Err(error) => return Err(of_part(error).into()),
        }
        if let Some((came, counted)) = progress.came().of.filter(|_| !partial) {
            self.notes.push(tr!("dump-selected", name, came, counted).into());
        }
        Ok(())
    }

    /// Whole lines of rows, as long as they belong to the undivided run.
    fn rows(&mut self, bytes: &[u8], lines: u64) -> Result<(), StreamError> {
        let left = self.chosen.limit().map_or(lines, |limit| limit.saturating_sub(self.rows).min(lines));
        let wanted = if left == lines { bytes } else { first_lines(bytes, left) };
        self.writer.put(wanted)?;
        if !wanted.is_empty() && !wanted.ends_with(b"\n") {
            self.writer.put(b"\n")?;
        }
        self.rows += left;
        self.watch.rows.store(self.rows, Relaxed);
        self.watch.bytes.fetch_add(wanted.len() as u64, Relaxed);
        Ok(())
    }
}

/// The first lines that are not blank, with the blank ones before them.
fn first_lines(bytes: &[u8], mut wanted: u64) -> &[u8] {
    let mut end = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if wanted == 0 {
            break;
        }
        end += line.len();
        wanted -= u64::from(!line.trim_ascii().is_empty());
    }
    &bytes[..end]
}
