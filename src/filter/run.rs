//! The merging part: selected lines and frames to the output, in input order.

use super::batch::{Chosen, MESSAGES};
use super::count::{CountBy, Counts, Style};
use super::describe::{self, Description};
use super::edits::done::Done;
use super::edits::{Edits, Kinds};
use super::end;
use super::jq::{Rewrite, on_deep_stack};
use super::newest::inputs::{Framed, Inputs};
use super::order::{Order, Ordered};
use super::passes::{Found, Passes};
use super::sample::per_class::Readable;
use super::selection::Selection;
use crate::stream::parallel;
use crate::stream::parallel::Event;
use crate::stream::{Begin, Came, Frame, Kind, Progress, Reader, StreamError, Writer, frame};
use crate::tr;
use crate::words::{Many, Message};
use serde_json::{Map, Value};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputForm {
    /// Selected lines and frames.
    Stream,
    /// Selected lines only.
    Bare,
    /// The number of selected lines, or counts by [`Options::count_by`].
    Count,
}

/// How to run.
pub struct Options {
    /// Which rows are wanted.
    pub selection: Selection,
    /// Which of them, by what is known only when all were read.
    pub passes: Passes,
    /// What changes within the rows that are written.
    pub edits: Option<Edits>,
    /// What becomes of the rows after that.
    pub rewrite: Option<Rewrite>,
    /// The rows come in another order than that of the input, as one stream.
    pub order: Option<Order>,
    /// So many lines at most: those that come first.
    pub limit: Option<u64>,
    /// What is written.
    pub output: OutputForm,
    /// With [`OutputForm::Count`]: a line for each combination of values, and how the lines are written.
    pub count_by: Option<(CountBy, Style)>,
    /// With [`OutputForm::Count`]: what is in the rows, and how that is written.
    pub describe: Option<describe::Write>,
    /// What stands in the place of a begin frame; `None`: the frame itself.
    pub pass_on: PassOn,
    /// Accept a stream without its end frame as whole.
    pub allow_partial: bool,
    /// Pass over bad lines instead of ending the run.
    pub skip_bad: bool,
    /// Worker threads.
    pub threads: usize,
}

/// Gives the begin frame that is written in the place of one that is read, if it is another.
pub type PassOn = fn(&Begin) -> Option<Map<String, Value>>;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines selected.
    pub selected: u64,
    /// Lines written, when the limit lets fewer through than are selected: of those that wait for their order.
    pub written: Option<u64>,
    /// What edits did to them; `None` without edits.
    pub edited: Option<(Done, Kinds)>,
    /// Whether a program has made them.
    pub made: bool,
    /// Lines looked at; `None` when the limit ended the run.
    pub lines: Option<u64>,
    /// Bad lines passed over.
    pub bad: u64,
    /// Whether the lines came as a stage has written them.
    pub came: Came,
    /// What was found by the passes before the last.
    pub found: Found,
}

/// Where rows come from.
pub enum Input {
    /// They are read once.
    Reader(Reader),
    /// They are read as often as need be, each time in this way.
    Inputs(Inputs, Framed),
}

/// Reads a stream of items and writes the wanted ones. `warn` is given what the user should know, a line each.
///
/// A begin frame passes unchanged, without its count when fewer lines may come out than it says; an end frame passes with its new count, an error
/// frame with the mark of this run, other frames unchanged; lines that stand between no frames get some. What was selected before an error is written, and then an error frame, also in a stream without other frames (no
/// frame at all where one with frames was cut).
///
/// # Errors
/// A bad line (unless skipped), a name that is asked for and that nothing in the input has (unless the limit ended the run), a cut stream (unless allowed), an error frame (which is passed on), and those of reader and
/// writer.
pub fn run(input: Input, out: Writer, options: Options, warn: &mut dyn FnMut(Message)) -> Result<Summary, StreamError> {
    let Options { selection, passes, edits, rewrite, order, limit, output, count_by, describe, .. } = options;
    let Options { allow_partial, skip_bad, threads, pass_on, .. } = options;
    let narrows = !selection.is_empty() || passes.any() || rewrite.is_some() || limit.is_some();
    let selection = match passes.per_class {
        Some(_) => selection.with_annotations(Readable),
        None => selection,
    };
    let selection = Arc::new(match &edits {
        Some(edits) => edits.seek(selection),
        None => selection,
    });
    let edits = edits.map(Arc::new);
    let rewrite = rewrite.map(Arc::new);
    let limits = selection.limits().or(rewrite.as_deref().map(Rewrite::limits));
    let count_by = count_by.map(|(by, style)| (Arc::new(by), style));
    let mut merge = Merge {
        out,
        output,
        selection: &selection,
        edits: edits.as_deref(),
        pass_on,
        narrows,
        warn,
        left: limit.filter(|_| order.is_none()),
        limit,
        progress: Progress::new(Kind::Items),
        open: false,
        own: false,
        end: None,
        in_stream: 0,
        selected: 0,
        edited: Done::default(),
        made: rewrite.is_some(),
        bad: 0,
        written: None,
        found: Found::default(),
        ordered: None,
        count_by: count_by.as_ref().map(|(by, style)| (by, *style)),
        counts: Counts::default(),
        describe,
        description: Description::default(),
    };
    if let Some(order) = order.filter(|_| output != OutputForm::Count) {
        merge.ordered = match Ordered::new(order) {
            Ok(ordered) => Some(ordered),
            Err(error) => return merge.close(Err(error)),
        };
    }
    let among = match &input {
        Input::Reader(_) => Ok(None),
        Input::Inputs(inputs, framed) => {
            passes.lines((inputs, *framed), threads, &selection, edits.as_ref()).map(|(among, found)| {
                merge.found = found;
                among
            })
        }
    };
    let done = among.and_then(|among| {
        let make_worker = || {
            let (selection, edits, among) = (Arc::clone(&selection), edits.clone(), among.clone());
            let (rewrite, by) = (rewrite.clone(), count_by.as_ref().map(|(by, _)| Arc::clone(by)));
            let describes = describe.is_some();
            on_deep_stack(limits, move |(): &(), batch| {
                let (among, edits, rewrite) = (among.as_ref(), edits.as_deref(), rewrite.as_deref());
                Ok(Chosen::from_batch(&selection, among, (edits, rewrite), (by.as_deref(), describes), skip_bad, batch))
            })
        };
        let (reader, inputs) = match input {
            Input::Reader(reader) => (reader, None),
            Input::Inputs(inputs, framed) => (inputs.reader(framed), Some(inputs)),
        };
        parallel::ordered(reader, threads, (), |(), _| Ok(()), make_worker, |event| merge.take(event))?;
        inputs.map_or(Ok(()), |inputs| inputs.check())
    });
    let done = done.and_then(|()| merge.end(allow_partial));
    merge.close(done)
}

struct Merge<'w> {
    out: Writer,
    output: OutputForm,
    selection: &'w Selection,
    edits: Option<&'w Edits>,
    pass_on: PassOn,
    /// Fewer lines may come out than come in.
    narrows: bool,
    warn: &'w mut dyn FnMut(Message),
    /// Lines that may still come out, when they come in input order.
    left: Option<u64>,
    limit: Option<u64>,
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
    edited: Done,
    made: bool,
    bad: u64,
    written: Option<u64>,
    found: Found,
    /// Where lines wait, when they are to be in order.
    ordered: Option<Ordered>,
    count_by: Option<(&'w Arc<CountBy>, Style)>,
    counts: Counts,
    describe: Option<describe::Write>,
    description: Description,
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

    fn lines(&mut self, mut chosen: Chosen) -> Result<(), StreamError> {
        self.release_end()?;
        if !self.open && chosen.lines > 0 && self.ordered.is_none() {
            (self.open, self.own, self.in_stream) = (true, true, 0);
            self.pass(frame::begin_line(Kind::Items, &Map::new()).as_bytes())?;
        }
        let count = self.left.map_or(chosen.selected, |left| left.min(chosen.selected));
        if self.output != OutputForm::Count {
            for run in chosen.first(count) {
                match &mut self.ordered {
                    Some(ordered) => ordered.lines(run)?,
                    None => self.out.put(run)?,
                }
            }
        }
        if let Some((by, _)) = self.count_by {
            if count < chosen.selected {
                // Of a batch that the limit cuts, only its first lines count.
                chosen.counts = Counts::of_lines(by, chosen.first(count))?;
            }
            self.counts.merge(std::mem::take(&mut chosen.counts));
        }
        if self.describe.is_some() {
            if count < chosen.selected {
                chosen.description = Description::of_lines(chosen.first(count))?;
            }
            self.description.merge(std::mem::take(&mut chosen.description));
        }
        self.selected += count;
        self.edited += chosen.edited(count);
        self.in_stream += count;
        self.left = self.left.map(|left| left - count);
        self.progress.data(chosen.lines);
        // What stands behind the last line taken was not asked for: whether the batch reached that far is chance.
        let full = self.left == Some(0);
        let bad = chosen.bad.iter().filter(|before| !full || **before < count).count();
        for message in chosen.messages.iter().take(bad).take(MESSAGES.saturating_sub(self.bad as usize)) {
            (self.warn)(tr!("line-skipped", error = message));
        }
        self.bad += bad as u64;
        match chosen.failed {
            Some(error) if !full => Err(error),
            _ => Ok(()),
        }
    }

    fn frame(&mut self, frame: &Frame, line: &[u8]) -> Result<(), StreamError> {
        if let (Some(_), Frame::Begin(begin)) = (self.describe, frame) {
            self.description.begin(&begin.body);
        }
        if let Frame::Begin(begin) = frame
            && let Some(body) = (self.pass_on)(begin)
        {
            let line = format!("{}\n", Value::Object(body.clone()));
            return self.follow(&Frame::Begin(Begin { body, ..begin.clone() }), line.as_bytes());
        }
        self.follow(frame, line)
    }

    fn follow(&mut self, frame: &Frame, line: &[u8]) -> Result<(), StreamError> {
        let followed = self.progress.frame(frame);
        if let (Some(ordered), Ok(()), false) = (&mut self.ordered, &followed, matches!(frame, Frame::Other)) {
            let Frame::Begin(begin) = frame else { return ordered.frame(frame) };
            self.selection.list_classes(&begin.classes);
            let Some(edits) = self.edits else { return ordered.frame(frame) };
            let mut begin = begin.clone();
            edits.classes(&mut begin.classes);
            return ordered.frame(&Frame::Begin(begin));
        }
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
                let shorter = self.narrows.then(|| end::without_count(line));
                let line = shorter.as_deref().unwrap_or(line);
                match self.edits {
                    Some(edits) => self.pass(&edits.begin(line)),
                    None => self.pass(line),
                }
            }
            Frame::End { .. } => {
                followed?;
                self.release_end()?;
                self.own = false;
                if std::mem::take(&mut self.open) {
                    self.end = Some(end::with_count(line, self.in_stream, self.bad == 0));
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
        if let Some(unknown) = self.count_by.filter(|_| !full).and_then(|(by, _)| self.counts.unknown(by)) {
            return Err(StreamError::UnknownName(Box::new(unknown)));
        }
        self.release_end()?;
        if let Some(ordered) = self.ordered.take() {
            let whole = !full && self.bad == 0;
            let written = ordered.write(&mut self.out, self.limit, self.output == OutputForm::Bare, whole)?;
            self.written = Some(written).filter(|written| *written < self.selected);
            return Ok(());
        }
        if std::mem::take(&mut self.open) {
            let mut extra = Map::new();
            if !full && !self.own {
                extra.insert("partial".into(), true.into());
            }
            let line = frame::end_line(self.in_stream, &extra);
            self.pass(line.as_bytes())?;
        }
        if let Some((by, style)) = self.count_by {
            let secrets = self.counts.secrets();
            if secrets > 0 {
                (self.warn)(tr!("urls-counted", urls = Many(secrets)));
            }
            self.out.put(&std::mem::take(&mut self.counts).write(by, style)?)?;
        } else if let Some(write) = self.describe {
            self.out.put(&write(&self.description, false))?;
        } else if self.output == OutputForm::Count {
            self.out.line(self.selected.to_string().as_bytes())?;
        }
        Ok(())
    }

    /// Makes sure that everything is written, also what came before an error.
    fn close(mut self, done: Result<(), StreamError>) -> Result<Summary, StreamError> {
        if self.bad > MESSAGES as u64 {
            (self.warn)(tr!("bad-lines-in-all", bad = self.bad, named = MESSAGES));
        }
        match done {
            Ok(()) => {
                self.out.finish()?;
                let lines = (self.left != Some(0)).then(|| self.progress.lines());
                let came = self.progress.came();
                let Self { selected, written, edited, made, edits, bad, found, .. } = self;
                let edited = edits.map(|edits| (edited, edits.kinds()));
                Ok(Summary { selected, written, edited, made, lines, bad, came, found })
            }
            Err(error) if error.is_of_output() => Err(error),
            Err(error) => {
                // What an input has as far as it can be read is told of one that breaks off, too.
                if let Some(write) = self.describe.filter(|_| self.description.total.items > 0) {
                    let _ = self.out.put(&write(&self.description, true));
                }
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
                // Should writing fail as well, the first error is still the one to report. A file does not appear.
                let _ = self.out.flush();
                Err(error)
            }
        }
    }
}
