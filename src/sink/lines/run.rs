//! The run: lines as they come into a file, which is brought to its place when the stream has ended well.

use super::LinesPlace;
use super::packer::Packer;
use crate::exit::Exit;
use crate::sink::error::SinkError;
use crate::sink::run::ahead::ReadAhead;
use crate::sink::run::watch::Watch;
use crate::stream::checkpoint::{Reach, Series, Spans};
use crate::stream::writer::Compression;
use crate::stream::{Batch, Begin, Came, Frame, Kind, Progress, Reader, StreamError};
use crate::tr;
use crossbeam_channel::{Receiver, bounded, select};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

/// How long a place is waited for when the run is stopped: what is under way there must go.
const GRACE: Duration = Duration::from_secs(10);

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the lines are, when no frame says.
    pub kind: Kind,
    /// How the file is compressed.
    pub compression: Compression,
    /// Write what came, although the stream was cut.
    pub allow_partial: bool,
    /// The checkpoint that is to move when the file is there.
    pub series: Option<Series>,
    /// What the run counts, for whoever shows it.
    pub watch: Watch,
}

/// What a finished run did.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the lines are.
    pub kind: Kind,
    /// Lines without the frames.
    pub lines: u64,
    /// Size of the file, bytes.
    pub bytes: u64,
    /// The same file was there already.
    pub unchanged: bool,
    /// Whether the lines came as a stage has written them.
    pub came: Came,
    /// Where the checkpoint belongs now, if one is to move.
    pub reach: Option<Reach>,
    /// The first begin frame.
    pub begin: Option<Begin>,
}

/// What the first line of the input says that the lines are, without taking it.
pub fn kind_of(reader: &mut Reader) -> Option<Kind> {
    let mut kind = None;
    reader.look_ahead(|batch| {
        let first = batch.lines().next();
        kind = first.filter(|_| batch.is_frame).and_then(|line| match Frame::parse(line.bytes) {
            Ok(Frame::Begin(begin)) => begin.kind,
            _ => None,
        });
        true
    });
    kind
}

/// Writes all lines of `reader` into one file at `place`. `stop` gives the exit code of a signal when one arrives.
///
/// # Errors
/// [`SinkError`]; then nothing of it is there.
pub fn run(
    reader: Reader,
    place: &Arc<dyn LinesPlace>,
    options: &Options,
    stop: &Receiver<Exit>,
) -> Result<Report, SinkError> {
    let written = place.begin().and_then(|file| Run::start(reader, file, options, stop)?.all());
    let done = written.and_then(|(file, report)| publish(place, file, report, stop));
    done.map_err(|e| {
        place.discard();
        e.or_stopped(stop)
    })
}

/// Reads all lines, and writes nothing: what [`run`] would find of them.
///
/// # Errors
/// As [`run`] would fail on these lines.
pub fn count(mut reader: Reader, options: &Options) -> Result<Report, SinkError> {
    let mut lines = Lines::new(options);
    while let Some(batch) = reader.next_batch()? {
        lines.take(&batch)?;
    }
    lines.end()
}

/// What is known of the lines that came.
struct Lines<'a> {
    options: &'a Options,
    progress: Progress,
    spans: Spans,
    begin: Option<Begin>,
}

impl<'a> Lines<'a> {
    fn new(options: &'a Options) -> Self {
        Self { options, progress: progress(options.kind), spans: Spans::default(), begin: None }
    }

    fn take(&mut self, batch: &Batch) -> Result<(), SinkError> {
        if !batch.is_frame {
            let mut count = 0;
            for line in batch.lines() {
                if !(line.bytes.starts_with(b"{") && line.bytes.ends_with(b"}")) {
                    return Err(batch.bad_line(&line, tr!("line-no-object")).into());
                }
                count += 1;
            }
            self.progress.data(count);
            return Ok(());
        }
        let Some(line) = batch.lines().next() else { return Ok(()) };
        let frame = Frame::parse(line.bytes).map_err(|e| batch.bad_line(&line, &e))?;
        self.progress.frame(&frame)?;
        self.spans.frame(&frame);
        if let Frame::Begin(begin) = &frame {
            self.begin.get_or_insert_with(|| begin.clone());
        }
        Ok(())
    }

    fn end(mut self) -> Result<Report, SinkError> {
        let Options { kind, allow_partial, series, .. } = self.options;
        self.progress.finish(*allow_partial)?;
        self.progress.require_some(*allow_partial)?;
        let reach = series.as_ref().map(|series| self.spans.reach(series));
        let reach = reach.transpose().map_err(SinkError::Checkpoint)?;
        let (lines, came) = (self.progress.lines(), self.progress.came());
        Ok(Report { kind: *kind, lines, bytes: 0, unchanged: false, came, reach, begin: self.begin })
    }
}

/// One part of an export is a file of lines as good as all of it.
fn progress(kind: Kind) -> Progress {
    Progress::new(kind).of_any_part()
}

struct Run<'a> {
    options: &'a Options,
    input: ReadAhead,
    stop: &'a Receiver<Exit>,
    lines: Lines<'a>,
    out: Packer,
}

impl<'a> Run<'a> {
    fn start(reader: Reader, file: File, options: &'a Options, stop: &'a Receiver<Exit>) -> Result<Self, SinkError> {
        let system = |source| SinkError::Stream(StreamError::Read { name: "the input (no thread)".to_owned(), source });
        let input = ReadAhead::start(reader, progress(options.kind), options.allow_partial).map_err(system)?;
        let out = Packer::new(file, options.compression).map_err(|e| SinkError::write("", e))?;
        Ok(Self { options, input, stop, lines: Lines::new(options), out })
    }

    fn all(mut self) -> Result<(File, Report), SinkError> {
        let fail = |e| SinkError::write(tr!("lines-scratch").to_string(), e);
        while let Some(batch) = self.next()? {
            self.lines.take(&batch)?;
            self.out.put(&batch.bytes).map_err(fail)?;
            // The last line of an input may have no end, and another input may follow.
            if !batch.bytes.ends_with(b"\n") {
                self.out.put(b"\n").map_err(fail)?;
            }
        }
        self.options.watch.input_ended.store(true, Relaxed);
        let report = self.lines.end()?;
        let file = self.out.finish().map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        Ok((file, Report { bytes, ..report }))
    }

    fn next(&self) -> Result<Option<Batch>, SinkError> {
        select! {
            recv(self.input.batches) -> next => {
                let gone = || Err(StreamError::Internal("the reader thread stopped without saying why"));
                let next = next.unwrap_or_else(|_| gone())?;
                if let Some(batch) = &next {
                    self.input.taken(batch);
                }
                Ok(next)
            }
            recv(self.stop) -> exit => Err(exit.map_or(SinkError::Internal("the signal handler went away"), SinkError::Stopped)),
        }
    }
}

/// Brings the file to its place, on a thread of its own: a signal ends the run also while a server does not answer.
fn publish(
    place: &Arc<dyn LinesPlace>,
    mut file: File,
    report: Report,
    stop: &Receiver<Exit>,
) -> Result<Report, SinkError> {
    let (send, published) = bounded(1);
    let at = place.clone();
    let thread = thread::Builder::new().name("publish".into()).spawn(move || {
        let done = at.publish(&mut file);
        // Before the run may end: a connection is closed with the last who has it.
        drop(at);
        let _ = send.send(done);
    });
    thread.map_err(|e| SinkError::write(place.name(), e))?;
    let gone = || Err(SinkError::Internal("the file could not be brought to its place"));
    select! {
        recv(published) -> done => {
            let unchanged = done.unwrap_or_else(|_| gone())?;
            Ok(Report { unchanged, ..report })
        }
        recv(stop) -> exit => {
            place.stop();
            match published.recv_timeout(GRACE) {
                // It was too late to stop it.
                Ok(Ok(unchanged)) => Ok(Report { unchanged, ..report }),
                _ => Err(exit.map_or(SinkError::Internal("the signal handler went away"), SinkError::Stopped)),
            }
        }
    }
}
