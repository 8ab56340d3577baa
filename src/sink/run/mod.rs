//! The run: lines in order, jobs to the workers, publication at the end.

pub mod ahead;
pub mod content;
pub mod dry_run;
pub mod input;
pub mod line_error;
pub mod names;
pub mod notice;
pub mod parts;
pub mod summary;
pub mod totals;
pub mod watch;
pub mod workers;

use super::dataset::digest::{Expected, Meter};
use super::dataset::manifest;
use super::destination::{Destination, LocalFiles};
use super::divided::manifest::PartWriter;
use super::divided::share::Share;
use super::divided::{self, Division, Part};
use super::error::SinkError;
use super::originals;
use super::originals::origin::Origin;
use super::originals::reason::Reason;
use super::originals::{Downloads, Failed};
use crate::exit::Exit;
use crate::path::RelPath;
use crate::stream::checkpoint::{Reach, Series, Spans};
use crate::stream::{Batch, Begin, Came, Frame, Kind, Place, Progress, Reader, StreamError};
use crate::tr;
use crate::words::Message;
use crate::words::Worded;
use ahead::ReadAhead;
use content::Content;
use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use input::Input;
use line_error::LineError;
use names::{NameError, Names};
pub use notice::Notice;
use parts::Parts;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use totals::{FailedOriginal, Listing, Outcome, Outcomes, Totals};
use url::Url;
use watch::Watch;
use workers::{Done, Job, Worker};

/// Files whose outcome may be known before that of an earlier one; bounds the memory for outcomes while one original is slow.
const AHEAD: u64 = 65_536;
/// The largest summary that is accepted from convert, bytes.
pub const SUMMARY_CAP: u64 = 64 * 1024 * 1024;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Worker threads: files written and originals downloaded at once.
    pub concurrency: usize,
    /// Publish what came, although the stream was cut.
    pub allow_partial: bool,
    /// A failed original ends the run.
    pub strict: bool,
    /// `file` lines are allowed.
    pub allow_file_refs: bool,
    /// How local files get into the dataset.
    pub local_files: LocalFiles,
    /// How originals are downloaded.
    pub originals: originals::DownloadOptions,
    /// The part of the list that is written, where it is not all.
    pub part: Option<(Part, Division)>,
    /// The checkpoint that is to move when the dataset is published.
    pub series: Option<Series>,
    /// The Synapse server, over what the stream says.
    pub base_url: Option<Url>,
    /// The Synapse server when neither `base_url` nor the stream says.
    pub default_base: Option<Url>,
    /// What the run counts, for whoever shows it.
    pub watch: Watch,
}

/// Eight workers, the whole stream or nothing, no local files.
impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 8,
            allow_partial: false,
            strict: false,
            allow_file_refs: false,
            local_files: LocalFiles::Copy,
            originals: originals::DownloadOptions::default(),
            part: None,
            series: None,
            base_url: None,
            default_base: None,
            watch: Watch::default(),
        }
    }
}

/// What a finished run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What was written, and what could not be.
    pub totals: Totals,
    /// Whether the lines came as a stage has written them.
    pub came: Came,
    /// Where the checkpoint belongs now, if one is to move.
    pub reach: Option<Reach>,
    /// The first begin frame of the input.
    pub begin: Option<Begin>,
}

/// Reads all of `reader` and publishes it at `dest`.
///
/// `stop` gives the exit code of a signal when one arrives. `warn` is called with what the user should know during the run.
///
/// # Errors
/// [`SinkError`]; `dest` is then discarded.
pub fn run(
    reader: Reader,
    dest: Arc<dyn Destination>,
    options: &Options,
    stop: Receiver<Exit>,
    warn: &dyn Fn(&Notice),
) -> Result<Report, SinkError> {
    let done = Run::start(reader, &dest, options, stop, warn).and_then(|mut run| {
        let done = run.all().and_then(|()| run.publish());
        run.end();
        done.map_err(|e| e.or_stopped(&run.stop))
    });
    if done.is_err() {
        dest.discard();
    }
    done
}

struct Run<'a> {
    options: &'a Options,
    warn: &'a dyn Fn(&Notice),
    dest: Arc<dyn Destination>,
    input: ReadAhead,
    stop: Receiver<Exit>,
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    workers: Vec<JoinHandle<()>>,
    stopping: tokio::sync::watch::Sender<bool>,
    /// Kept alive for the downloads.
    _runtime: tokio::runtime::Runtime,
    progress: Progress,
    spans: Spans,
    /// The first begin frame.
    begin: Option<Begin>,
    origin: Origin,
    names: Names,
    share: Share,
    parts: Parts,
    outcomes: Outcomes,
    /// The item of the last file that has one.
    item: Option<Box<str>>,
    next_order: u64,
    summary: Option<Vec<u8>>,
    warned: usize,
}

impl<'a> Run<'a> {
    fn start(
        reader: Reader,
        dest: &Arc<dyn Destination>,
        options: &'a Options,
        stop: Receiver<Exit>,
        warn: &'a dyn Fn(&Notice),
    ) -> Result<Self, SinkError> {
        let system = |source| SinkError::Stream(StreamError::Read { name: "the input (no thread)".to_owned(), source });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(system)?;
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let arriving = options.watch.arriving.clone();
        let downloads = Downloads::new(runtime.handle().clone(), stopped, options.originals.clone(), arriving);
        let (jobs, jobs_out) = bounded(2 * options.concurrency);
        let (done_in, done) = unbounded();
        let listing = match &options.part {
            Some((part, division)) => Listing::Part(PartWriter::new(dest.scratch(), *part, division)?),
            None => Listing::Whole(manifest::ManifestWriter::new(dest.scratch())?),
        };
        let worker = Worker { dest: dest.clone(), downloads: Arc::new(downloads), local_files: options.local_files };
        let workers = workers::start(options.concurrency, &worker, &jobs_out, &done_in).map_err(system)?;
        Ok(Self {
            options,
            warn,
            dest: dest.clone(),
            input: ReadAhead::start(reader, Progress::new(Kind::Files), options.allow_partial).map_err(system)?,
            stop,
            jobs: Some(jobs),
            done,
            workers,
            stopping,
            _runtime: runtime,
            progress: Progress::new(Kind::Files),
            spans: Spans::default(),
            begin: None,
            origin: Origin {
                server: options.base_url.clone().or_else(|| options.default_base.clone()),
                ..Origin::default()
            },
            names: Names::default(),
            parts: Parts::new(dest.scratch().to_owned()),
            share: Share::of(options.part.as_ref().map(|(part, _)| *part)),
            outcomes: Outcomes::new(listing),
            item: None,
            next_order: 0,
            summary: None,
            warned: 0,
        })
    }

    /// All lines, and all that they ask for.
    fn all(&mut self) -> Result<(), SinkError> {
        while let Some(batch) = self.next_batch()? {
            if batch.is_frame {
                self.frame(&batch)?;
                continue;
            }
            // At once, and not line by line: the rest of the input may be passed over.
            self.progress.data(batch.lines().count() as u64);
            for line in batch.lines() {
                let input = input::read(line.bytes, &self.origin, self.options.allow_file_refs);
                let input = input.map_err(|e| SinkError::line(&batch, &line, e))?;
                if !self.parts.is_open(&input.path) && !self.share.goes_on_elsewhere(&input.path) {
                    let folders = self.names.claim(&input.path).map_err(|e| SinkError::line(&batch, &line, e))?;
                    folders.iter().try_for_each(|f| self.dest.folder(f))?;
                }
                if self.share.takes(&input) {
                    self.take(input, batch.place(&line))?;
                }
            }
        }
        self.options.watch.input_ended.store(true, Relaxed);
        self.progress.finish(self.options.allow_partial)?;
        self.progress.require_some(self.options.allow_partial)?;
        if self.progress.lines() == 0 && !self.progress.framed() {
            return Err(cut(tr!("sink-empty")));
        }
        self.unfinished_parts()?;
        self.drain()
    }

    /// Completes the summary and makes the dataset visible; or completes the part.
    fn publish(&mut self) -> Result<Report, SinkError> {
        if let Some((part, _)) = self.options.part {
            return self.publish_part(part);
        }
        let reach = self.options.series.as_ref().map(|series| self.spans.reach(series));
        let reach = reach.transpose().map_err(SinkError::Checkpoint)?;
        let mut totals = self.outcomes.totals().clone();
        // Convert counts its summary among its files; it is not one that the sink adds.
        totals.files += u64::from(self.summary.is_some());
        let summary = summary::complete(self.summary.as_deref(), &totals).map_err(cut)?;
        let path = RelPath::new(summary::PATH).map_err(|_| SinkError::Internal("the summary's path is refused"))?;
        if self.summary.is_none() {
            self.claim_own(&path)?;
        }
        let manifest =
            RelPath::new(manifest::PATH).map_err(|_| SinkError::Internal("the manifest's path is refused"))?;
        self.claim_own(&manifest)?;
        self.dest.put(self.next_order, &path, &summary)?;
        let scratch = self.outcomes.finish_manifest(summary::PATH, &Meter::of(&summary))?;
        if let Ok(exit) = self.stop.try_recv() {
            return Err(SinkError::Stopped(exit));
        }
        self.dest.publish(self.next_order + 1, &scratch)?;
        Ok(Report { totals, came: self.progress.came(), reach, begin: self.begin.take() })
    }

    fn publish_part(&mut self, part: Part) -> Result<Report, SinkError> {
        let manifest = RelPath::new(&part.manifest());
        self.claim_own(&manifest.map_err(|_| SinkError::Internal("the manifest's path is refused"))?)?;
        let scratch = self.outcomes.finish_part()?;
        if let Ok(exit) = self.stop.try_recv() {
            return Err(SinkError::Stopped(exit));
        }
        self.dest.publish(self.next_order, &scratch)?;
        let totals = self.outcomes.totals().clone();
        Ok(Report { totals, came: self.progress.came(), reach: None, begin: self.begin.take() })
    }

    /// Claims the path of a file that the sink adds.
    fn claim_own(&mut self, path: &RelPath) -> Result<(), SinkError> {
        let folders = self.names.claim(path).map_err(|e| cut(e.to_string()))?;
        folders.iter().try_for_each(|f| self.dest.folder(f))
    }

    /// Stops the workers, whatever they are doing.
    fn end(&mut self) {
        self.jobs = None;
        let _ = self.stopping.send(true);
        self.dest.stop();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }

    fn frame(&mut self, batch: &Batch) -> Result<(), SinkError> {
        let Some(line) = batch.lines().next() else { return Ok(()) };
        let frame = Frame::parse(line.bytes).map_err(|e| batch.bad_line(&line, &e))?;
        self.progress.frame(&frame)?;
        self.spans.frame(&frame);
        if let Frame::Begin(begin) = &frame {
            let Options { base_url, default_base, .. } = self.options;
            let origin = Origin::of(begin, base_url.as_ref(), default_base.as_ref());
            self.origin = origin.map_err(|e| SinkError::line(batch, &line, e))?;
            self.options.watch.begin(begin, self.options.part.as_ref().map_or(1, |(part, _)| part.of.into()));
            self.begin.get_or_insert_with(|| begin.clone());
        }
        Ok(())
    }

    /// Gathers a part; a whole file becomes a job.
    fn take(&mut self, input: Input, place: Place) -> Result<(), SinkError> {
        let Input { path, content, expected, more, item } = input;
        match content {
            Content::Bytes(bytes) if more || self.parts.is_open(&path) => {
                self.parts.push(&path, &bytes, expected)?;
                if more {
                    return Ok(());
                }
                let whole = self.parts.finish(&path)?;
                self.file(path, item.as_deref(), whole.content, whole.expected, place)
            }
            _ if self.parts.is_open(&path) => {
                Err(SinkError::line_at(&place, LineError::MixedParts { path: path.into() }))
            }
            content => self.file(path, item.as_deref(), content, expected, place),
        }
    }

    fn file(
        &mut self,
        path: RelPath,
        item: Option<&str>,
        content: Content,
        expected: Expected,
        place: Place,
    ) -> Result<(), SinkError> {
        match path.as_str() {
            summary::PATH => return self.keep_summary(content, &expected, &place),
            own if own == manifest::PATH || (self.options.part.is_some() && divided::manifest::is_path(own)) => {
                return Err(SinkError::line_at(&place, NameError::Manifest(path.into())));
            }
            _ => {}
        }
        if item.is_some() && item != self.item.as_deref() {
            self.options.watch.item();
            self.item = item.map(Into::into);
        }
        let order = self.take_order();
        self.dest.belongs(order, item);
        let job = Job { order, path, content, expected, place };
        while self.next_order - self.outcomes.settled() > AHEAD {
            self.wait_for_one()?;
        }
        self.submit(job)
    }

    /// Keeps the summary of convert: it is completed and written at the end.
    fn keep_summary(&mut self, content: Content, expected: &Expected, place: &Place) -> Result<(), SinkError> {
        let refuse = |reason: Message| SinkError::line_at(place, tr!("stream-line", place = summary::PATH, reason));
        let bytes = match content {
            Content::Bytes(bytes) => bytes,
            Content::Scratch(file, digest) if digest.bytes <= SUMMARY_CAP => {
                std::fs::read(file).map_err(|e| SinkError::write(summary::PATH, e))?
            }
            Content::Scratch(..) => return Err(refuse(tr!("summary-large"))),
            Content::File(_) | Content::Original(_) | Content::Unfetchable(..) => {
                return Err(refuse(tr!("summary-no-text")));
            }
        };
        expected.check(&Meter::of(&bytes)).map_err(|e| refuse(e.words()))?;
        self.summary = Some(bytes);
        Ok(())
    }

    fn take_order(&mut self) -> u64 {
        self.next_order += 1;
        self.options.watch.file();
        self.next_order - 1
    }

    /// Files that still wait for a part when the input ends.
    fn unfinished_parts(&mut self) -> Result<(), SinkError> {
        let unfinished = self.parts.unfinished();
        if let (Some(first), false) = (unfinished.first(), self.options.allow_partial) {
            return Err(cut(tr!("part-unfinished", path = ?first.as_str())));
        }
        for path in unfinished {
            (self.warn)(&Notice::Text(tr!("part-never-came", path)));
            let place = Place { source: "the end of the input".into(), line: self.progress.lines() };
            let whole = self.parts.finish(&path)?;
            // What was promised of the whole file cannot hold for a piece of it.
            self.file(path, None, whole.content, Expected::default(), place)?;
        }
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, SinkError> {
        loop {
            select! {
                recv(self.input.batches) -> next => {
                    let next = next.unwrap_or(Err(READER_GONE))?;
                    if let Some(batch) = &next {
                        self.input.taken(batch);
                    }
                    return Ok(next);
                }
                recv(self.done) -> done => self.settle(done)?,
                recv(self.stop) -> exit => return Err(stopped(exit)),
            }
        }
    }

    fn submit(&mut self, job: Job) -> Result<(), SinkError> {
        let Some(jobs) = self.jobs.clone() else { return Err(SinkError::Internal("a file came after the end")) };
        let mut job = Some(job);
        // A worker that is free takes it at once; else its results are looked at meanwhile.
        loop {
            let Some(next) = job.take() else { return Ok(()) };
            match jobs.try_send(next) {
                Ok(()) => return Ok(()),
                Err(e) => job = Some(e.into_inner()),
            }
            self.wait_for_one()?;
        }
    }

    fn drain(&mut self) -> Result<(), SinkError> {
        self.jobs = None;
        while self.outcomes.settled() < self.next_order {
            self.wait_for_one()?;
        }
        Ok(())
    }

    fn wait_for_one(&mut self) -> Result<(), SinkError> {
        select! {
            recv(self.done) -> done => self.settle(done),
            recv(self.stop) -> exit => Err(stopped(exit)),
            recv(self.input.failing) -> _ => Err(self.input.fail(&mut self.progress, self.options.allow_partial)),
        }
    }

    fn settle(&mut self, done: Result<Done, crossbeam_channel::RecvError>) -> Result<(), SinkError> {
        let done = done.map_err(|_| SinkError::Internal("the workers stopped without saying why"))?;
        match (done.result, &done.original) {
            (Ok(digest), original) => {
                self.options.watch.done.fetch_add(1, Relaxed);
                self.options.watch.bytes.fetch_add(digest.bytes, Relaxed);
                self.options.watch.originals.fetch_add(original.is_some().into(), Relaxed);
                let path = String::from(done.path);
                self.outcomes.enter(done.order, Outcome::Written { path, digest, original: original.is_some() })
            }
            (Err(Failed::Original(reason)), Some(url)) => self.fail_original(done.order, &done.path, url, reason),
            (Err(Failed::Original(_)), None) => Err(SinkError::Internal("a file without URL failed as an original")),
            (Err(Failed::Run(e)), _) => Err(e),
        }
    }

    /// Warns of an original that could not be downloaded, and counts it; ends a strict run.
    fn fail_original(&mut self, order: u64, path: &RelPath, url: &Url, reason: Reason) -> Result<(), SinkError> {
        let failed = FailedOriginal::new(path.as_str(), url, &reason);
        let FailedOriginal { path, url, .. } = failed.clone();
        if self.options.strict {
            return Err(SinkError::Original { path, url, reason });
        }
        self.options.watch.done.fetch_add(1, Relaxed);
        self.options.watch.failed.fetch_add(1, Relaxed);
        self.warned += 1;
        match self.warned {
            1..=WARNINGS => (self.warn)(&Notice::Original { path, url, reason }),
            n if n == WARNINGS + 1 => {
                (self.warn)(&Notice::Text(tr!("originals-more-failed")));
            }
            _ => {}
        }
        self.outcomes.enter(order, Outcome::Failed(failed))
    }
}

/// Failed originals that are reported one by one.
const WARNINGS: usize = 20;

const READER_GONE: StreamError = StreamError::Internal("the reader thread stopped without saying why");

fn stopped(exit: Result<Exit, crossbeam_channel::RecvError>) -> SinkError {
    exit.map_or(SinkError::Internal("the signal handler went away"), SinkError::Stopped)
}

fn cut(reason: impl Into<Message>) -> SinkError {
    SinkError::Stream(StreamError::Cut(reason.into()))
}
