//! The merging part: selected lines and frames to the output, in input order.

use super::batch::{Chosen, MESSAGES};
use super::end;
use super::selection::Selection;
use crate::stream::parallel;
use crate::stream::parallel::Event;
use crate::stream::{Came, Frame, Kind, Progress, Reader, StreamError, Writer, frame};
use serde_json::Map;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputForm {
    /// Selected lines and frames.
    Stream,
    /// Selected lines only.
    Bare,
    /// The number of selected lines.
    Count,
}

/// How to run.
pub struct Options {
    /// Which rows are wanted.
    pub selection: Selection,
    /// Stop after so many selected lines.
    pub limit: Option<u64>,
    /// What is written.
    pub output: OutputForm,
    /// Accept a stream without its end frame as whole.
    pub allow_partial: bool,
    /// Pass over bad lines instead of ending the run.
    pub skip_bad: bool,
    /// Worker threads.
    pub threads: usize,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines selected.
    pub selected: u64,
    /// Lines looked at; `None` when the limit ended the run.
    pub lines: Option<u64>,
    /// Bad lines passed over.
    pub bad: u64,
    /// Whether the lines came as a stage has written them.
    pub came: Came,
}

/// Reads a stream of items and writes the wanted ones. `warn` is given what the user should know, a line each.
///
/// A begin frame passes unchanged, an end frame with its new count, an error frame with the mark of this run, other frames unchanged; lines that stand between no frames get some. What was selected before an error is written, and then an error frame, also in a stream without other frames (no
/// frame at all where one with frames was cut).
///
/// # Errors
/// A bad line (unless skipped), a name that is asked for and that nothing in the input has (unless the limit ended the run), a cut stream (unless allowed), an error frame (which is passed on), and those of reader and
/// writer.
pub fn run(reader: Reader, out: Writer, options: Options, warn: &mut dyn FnMut(&str)) -> Result<Summary, StreamError> {
    let Options { selection, limit, output, allow_partial, skip_bad, threads } = options;
    let selection = Arc::new(selection);
    let make_worker = || {
        let selection = Arc::clone(&selection);
        move |(): &(), batch| Ok(Chosen::from_batch(&selection, skip_bad, batch))
    };
    let mut merge = Merge {
        out,
        output,
        selection: &selection,
        warn,
        left: limit,
        progress: Progress::new(Kind::Items),
        open: false,
        own: false,
        end: None,
        in_stream: 0,
        selected: 0,
        bad: 0,
    };
    let done = parallel::ordered(reader, threads, (), |(), _| Ok(()), make_worker, |event| merge.take(event));
    let done = done.and_then(|()| merge.end(allow_partial));
    merge.close(done)
}

struct Merge<'w> {
    out: Writer,
    output: OutputForm,
    selection: &'w Selection,
    warn: &'w mut dyn FnMut(&str),
    /// Lines that may still come out.
    left: Option<u64>,
    progress: Progress,
    /// A begin frame was written and no end frame yet.
    open: bool,
    /// It is one of our own: the lines stand between no frames.
    own: bool,
    /// An end frame that is not written yet: it is true only when the input continues, or ends, without an error. A damaged
    /// file may show its damage behind the end frame, in its checksum.
    end: Option<Vec<u8>>,
    /// Lines selected since the begin frame.
    in_stream: u64,
    selected: u64,
    bad: u64,
}

impl Merge<'_> {
    fn take(&mut self, event: Event<Chosen>) -> Result<ControlFlow<()>, StreamError> {
        match event {
            Event::Idle => {
                self.out.flush()?;
                return Ok(ControlFlow::Continue(()));
            }
            Event::Frame(frame, line) => self.frame(&frame, &line)?,
            Event::Output(chosen) => self.lines(chosen)?,
        }
        Ok(if self.left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn lines(&mut self, chosen: Chosen) -> Result<(), StreamError> {
        self.release_end()?;
        if !self.open && chosen.lines > 0 {
            (self.open, self.own, self.in_stream) = (true, true, 0);
            self.pass(frame::begin_line(Kind::Items, &Map::new()).as_bytes())?;
        }
        let count = self.left.map_or(chosen.selected, |left| left.min(chosen.selected));
        if self.output != OutputForm::Count {
            for run in chosen.first(count) {
                self.out.put(run)?;
            }
        }
        self.selected += count;
        self.in_stream += count;
        self.left = self.left.map(|left| left - count);
        self.progress.data(chosen.lines);
        // What stands behind the last line taken was not asked for: whether the batch reached that far is chance.
        let full = self.left == Some(0);
        let bad = chosen.bad.iter().filter(|before| !full || **before < count).count();
        for message in chosen.messages.iter().take(bad).take(MESSAGES.saturating_sub(self.bad as usize)) {
            (self.warn)(&format!("{message}; skipped"));
        }
        self.bad += bad as u64;
        match chosen.failed {
            Some(error) if !full => Err(error),
            _ => Ok(()),
        }
    }

    fn frame(&mut self, frame: &Frame, line: &[u8]) -> Result<(), StreamError> {
        let followed = self.progress.frame(frame);
        match frame {
            Frame::Begin(begin) => {
                followed?;
                self.selection.list_classes(&begin.classes);
                self.release_end()?;
                if std::mem::take(&mut self.own) {
                    self.pass(frame::end_line(self.in_stream, &Map::new()).as_bytes())?;
                }
                self.open = true;
                self.in_stream = 0;
                self.pass(line)
            }
            Frame::End { .. } => {
                followed?;
                self.release_end()?;
                self.own = false;
                if std::mem::take(&mut self.open) {
                    self.end = Some(end::with_count(line, self.in_stream));
                }
                Ok(())
            }
            Frame::Error(_) => {
                self.release_end()?;
                // A stage that ends with it tells it, or knows that it was told.
                let ended = followed.is_err().then(|| end::with_mark(line));
                self.pass(ended.as_deref().unwrap_or(line))?;
                followed
            }
            Frame::Other => {
                followed?;
                self.release_end()?;
                self.pass(line)
            }
        }
    }

    /// Writes the end frame that was held back.
    fn release_end(&mut self) -> Result<(), StreamError> {
        match self.end.take() {
            Some(line) => self.pass(&line),
            None => Ok(()),
        }
    }

    /// Writes a frame, if frames are wanted.
    fn pass(&mut self, line: &[u8]) -> Result<(), StreamError> {
        if self.output == OutputForm::Stream { self.out.line(line) } else { Ok(()) }
    }

    /// The input is read, or need not be read further.
    fn end(&mut self, allow_partial: bool) -> Result<(), StreamError> {
        let full = self.left == Some(0);
        if !full {
            self.progress.finish(allow_partial)?;
            // Of an input without items nothing can be said.
            if let Some(unknown) = self.selection.unknown_name().filter(|_| self.progress.lines() > 0) {
                return Err(StreamError::UnknownName(Box::new(unknown)));
            }
        }
        self.release_end()?;
        if std::mem::take(&mut self.open) {
            let mut extra = Map::new();
            if !full && !self.own {
                extra.insert("partial".into(), true.into());
            }
            let line = frame::end_line(self.in_stream, &extra);
            self.pass(line.as_bytes())?;
        }
        if self.output == OutputForm::Count {
            self.out.line(self.selected.to_string().as_bytes())?;
        }
        Ok(())
    }

    /// Makes sure that everything is written, also what came before an error.
    fn close(mut self, done: Result<(), StreamError>) -> Result<Summary, StreamError> {
        if self.bad > MESSAGES as u64 {
            (self.warn)(&format!("{} bad lines were skipped in all; the first {MESSAGES} are named above", self.bad));
        }
        match done {
            Ok(()) => {
                self.out.finish()?;
                let lines = (self.left != Some(0)).then(|| self.progress.lines());
                Ok(Summary { selected: self.selected, lines, bad: self.bad, came: self.progress.came() })
            }
            Err(error @ (StreamError::Closed | StreamError::Write { .. })) => Err(error),
            Err(error) => {
                let unfinished = self.open || self.end.is_some();
                let told = match error {
                    StreamError::Upstream(_) => true,
                    // A cut stream stays cut: the next stage may have been told to accept that.
                    StreamError::Cut(_) | StreamError::WrongKind(_) => unfinished,
                    _ => false,
                };
                // Also in a stream without frames: the end of what came out must not be taken for the end of the rows.
                if !told {
                    let line = frame::StageError::of("filter", &error).line();
                    let _ = self.pass(line.as_bytes());
                }
                // Should writing fail as well, the first error is still the one to report.
                let _ = self.out.finish();
                Err(error)
            }
        }
    }
}
