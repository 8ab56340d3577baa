//! The stage: item lines in, file lines out.

use super::classes::Classes;
use super::naming::{Name, Taken};
use super::split::MAX_SPLITS;
use super::two_pass::{TwoPass, with_suffix};
use super::worker::{Chunk, Made, Shared, Worker};
use crate::convert::declaration::{Per, Splits};
use crate::convert::format::{Collector, Format, Record, RunEnd};
use crate::convert::options::{Detail, Images, NamingPass, Options};
use crate::convert::output::files::Files;
use crate::convert::output::files::Original;
use crate::convert::report::files::ReportFiles;
use crate::convert::report::tally::{ItemCounts, Tally};
use crate::item;
use crate::stream::frame::{begin_line, end_line, error_line};
use crate::stream::parallel::{Event, ordered};
use crate::stream::{Begin, Frame, Kind, Progress, Reader, StreamError, Writer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What a run did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Counts.
    pub tally: Tally,
    /// Lines passed over.
    pub bad_lines: u64,
    /// Files written.
    pub files: u64,
    /// Output names that are not the wanted ones.
    pub renamed: u64,
    /// Units whose original has no URL.
    pub without_url: u64,
    /// Images whose name has no extension of an image, so that readers of a folder pass them over.
    pub not_images: u64,
    /// Things the user should know, a line each.
    pub notes: Vec<String>,
}

/// How many bad lines are reported one by one.
const BAD_LINES_SHOWN: u64 = 10;

/// Converts a stream.
///
/// # Errors
/// [`StreamError`] of any kind; an error frame has then been written, so that nothing downstream is published.
pub fn run(
    name: &'static str,
    format: Arc<dyn Format>,
    options: Options,
    reader: Reader,
    writer: Writer,
    threads: usize,
) -> Result<Summary, StreamError> {
    let bare = format.declaration().document.filter(|_| options.bare).map(|document| document.path);
    let mut run = Run {
        name,
        collector: format.collector(),
        format: format.clone(),
        progress: Progress::new(Kind::Items),
        files: Files::new(writer, bare),
        report: ReportFiles::new(options.report),
        taken: Taken::default(),
        pending: (options.naming_pass == NamingPass::Two).then(TwoPass::default),
        splits: options.split.fixed_names().into_iter().map(Cow::Borrowed).collect(),
        classes: Classes::new(options.class_map.clone(), options.closed_classes),
        summary: Summary::default(),
        begun: false,
        units: 0,
        options: Arc::new(options),
    };
    if let Some(list) = &run.options.classes {
        run.classes.extend(list);
    }
    let done = run.go(reader, threads);
    match done {
        Ok(()) => {
            let Run { mut files, mut summary, .. } = run;
            summary.notes.append(&mut files.notes);
            files.finish()?;
            Ok(summary)
        }
        Err(e) => {
            if !matches!(e, StreamError::Closed | StreamError::Write { .. }) {
                // The stage after this one must know; if it cannot be told, it sees no end frame.
                let _ = run.begin(None).and_then(|()| run.files.frame(&error_line("convert", &e.to_string())));
                let _ = run.files.flush();
            }
            Err(e)
        }
    }
}

/// A unit as a worker rendered it, before it has its final name.
pub struct Rendered<'r> {
    /// The item's id as text.
    pub id: &'r str,
    /// The item's id as JSON.
    pub id_json: &'r str,
    /// The item's id, when it is a number that fits.
    pub number: Option<u64>,
    /// Name wanted for it.
    pub name: Cow<'r, Name>,
    /// Its split; empty without splits.
    pub split: Cow<'static, str>,
    /// The original, when there is one and it is wanted.
    pub original: Option<Cow<'r, Original>>,
    /// First part.
    pub head: &'r [u8],
    /// Second part.
    pub body: &'r [u8],
    /// Counts of the unit.
    pub counts: Cow<'r, ItemCounts>,
    /// False: nothing was rendered, the record is for the report only.
    pub written: bool,
}

struct Run {
    name: &'static str,
    collector: Box<dyn Collector>,
    format: Arc<dyn Format>,
    options: Arc<Options>,
    progress: Progress,
    files: Files,
    report: ReportFiles,
    taken: Taken,
    /// The records, when names are given at the end.
    pending: Option<TwoPass>,
    splits: Vec<Cow<'static, str>>,
    classes: Classes,
    summary: Summary,
    begun: bool,
    units: u32,
}

impl Run {
    fn go(&mut self, reader: Reader, threads: usize) -> Result<(), StreamError> {
        let shared = Shared { classes: self.classes.clone(), host: None, target: None };
        let own_classes = self.options.classes.is_none();
        let (format, options) = (self.format.clone(), self.options.clone());
        ordered(
            reader,
            threads,
            shared,
            move |shared: &mut Shared, frame| {
                if let Frame::Begin(begin) = frame {
                    if own_classes {
                        shared.classes.extend(&begin.classes);
                    }
                    shared.host = host(begin).map(Into::into);
                    shared.target = begin.body.get("target").and_then(|t| t.as_str()).map(Into::into);
                }
                Ok(())
            },
            move || {
                let mut worker = Worker::new(format.clone(), options.clone());
                move |shared: &Shared, batch| Ok(worker.batch(shared, &batch))
            },
            |event| self.event(event),
        )?;
        self.finish()
    }

    fn event(&mut self, event: Event<Chunk>) -> Result<ControlFlow<()>, StreamError> {
        match event {
            Event::Idle => self.files.flush()?,
            Event::Frame(frame, _) => {
                self.progress.frame(&frame)?;
                if let Frame::Begin(begin) = &frame {
                    if self.options.classes.is_none() {
                        self.classes.extend(&begin.classes);
                    }
                    self.begin(Some(begin))?;
                }
            }
            Event::Output(chunk) => {
                self.begin(None)?;
                self.chunk(chunk)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes the begin frame, once.
    fn begin(&mut self, input: Option<&Begin>) -> Result<(), StreamError> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let mut extra = Map::new();
        extra.insert("format".into(), self.name.into());
        for key in ["source", "project", "target", "query"] {
            if let Some(value) = input.and_then(|b| b.body.get(key)) {
                extra.insert(key.into(), value.clone());
            }
        }
        self.files.frame(&begin_line(Kind::Files, &extra))
    }

    fn chunk(&mut self, mut chunk: Chunk) -> Result<(), StreamError> {
        self.progress.data(chunk.lines);
        self.summary.tally.merge(std::mem::take(&mut chunk.tally));
        for error in &chunk.bad {
            self.summary.bad_lines += 1;
            if self.summary.bad_lines <= BAD_LINES_SHOWN {
                self.summary.notes.push(format!("passed over: {error}"));
            }
        }
        for made in &chunk.made {
            self.made(&chunk, made)?;
        }
        match chunk.failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn made(&mut self, chunk: &Chunk, made: &Made) -> Result<(), StreamError> {
        let text = |range: &std::ops::Range<usize>| std::str::from_utf8(&chunk.text[range.clone()]).unwrap_or_default();
        let rendered = Rendered {
            id: text(&made.id),
            id_json: text(&made.id_json),
            number: made.number,
            name: Cow::Borrowed(&made.name),
            split: made.split.clone(),
            original: made.original.as_ref().map(Cow::Borrowed),
            head: &chunk.head[made.head.clone()],
            body: &chunk.body[made.body.clone()],
            counts: Cow::Borrowed(&made.counts),
            written: made.written,
        };
        let wanted = self.format.stem(&made.name.stem);
        if let Some(pending) = &mut self.pending {
            return pending.put(&rendered, &wanted);
        }
        let stem = if made.written { self.taken.take(&wanted, rendered.id).0 } else { String::new() };
        self.write(&rendered, &stem)
    }

    /// Writes a record under its final name.
    fn write(&mut self, made: &Rendered<'_>, stem: &str) -> Result<(), StreamError> {
        if !made.written {
            return self.report.item(made.id_json, "", None, &made.counts);
        }
        if !self.splits.contains(&made.split) {
            if self.splits.len() >= MAX_SPLITS {
                return Err(StreamError::Cut(format!(
                    "--split gives more than {MAX_SPLITS} different values; choose a field with fewer"
                )));
            }
            self.refuse_unknown_split(made)?;
            self.splits.push(made.split.clone());
        }
        self.summary.renamed += u64::from(*stem != *self.format.stem(&made.name.stem));
        let record = Record {
            id: made.id_json,
            number: made.number,
            split: &made.split,
            wanted: &made.name.stem,
            stem,
            ext: &made.name.ext,
            head: made.head,
            body: made.body,
            original: made.original.as_deref(),
            index: self.units,
        };
        self.units += 1;
        let path = self.collector.record(&record, &self.classes, &mut self.files)?;
        let wanted = (*stem != *made.name.stem).then_some(made.name.stem.as_str());
        self.report.item(made.id_json, &path, wanted, &made.counts)?;
        let image = self.format.image_path_of(&record);
        let placed = image.is_some() || self.format.places_originals();
        if placed && made.original.is_none() && self.options.images == Images::Fetch {
            self.summary.without_url += 1;
        }
        if image.is_some() && self.format.unit() == Per::Image {
            let known = item::is_image_extension(made.name.ext.trim_start_matches('.'));
            self.summary.not_images += u64::from(!known);
        }
        match image.zip(made.original.as_ref()) {
            Some((image, original)) => self.files.original(&image, original, made.id_json),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), StreamError> {
        self.progress.finish(self.options.allow_partial)?;
        self.progress.require_some(self.options.allow_partial)?;
        self.begin(None)?;
        if let Some(pending) = self.pending.take() {
            let format = self.format.clone();
            pending.replay(|made, suffix| {
                let stem = with_suffix(&format.stem(&made.name.stem), made.id, suffix);
                self.write(made, &stem)
            })?;
        }
        self.summary.notes.append(&mut self.progress.notes);
        if !self.summary.tally.balances() {
            return Err(StreamError::Internal("annotations seen are not written + skipped + failed"));
        }
        let classes = self.classes.finish();
        if self.splits.is_empty() {
            self.splits.push(Cow::Borrowed(""));
        }
        self.warn_of_unknown_splits();
        let end = RunEnd { options: &self.options, classes: &classes, splits: &self.splits };
        let idle: Box<dyn Collector> = Box::new(Idle);
        std::mem::replace(&mut self.collector, idle).finish(&end, &mut self.files)?;
        let report = std::mem::replace(&mut self.report, ReportFiles::new(Detail::None));
        report.finish(&mut self.files)?;
        let listed = classes.listed > 0;
        if !listed && self.summary.tally.total.seen > 0 {
            let lost =
                if self.progress.framed() { "the begin frame has no classes" } else { "the begin frame is gone" };
            self.summary.notes.push(format!(
                "CLASS_SCHEMA_UNAVAILABLE: {lost}, so classes are numbered in lexical order of what was seen; \
                 to keep the project's order give --classes FILE (`syn-fetch classes --project N > FILE`)"
            ));
        }
        if self.options.report != Detail::None {
            let mut extra = Map::new();
            extra.insert(
                "class_schema".into(),
                if listed { "given".into() } else { Value::from("CLASS_SCHEMA_UNAVAILABLE") },
            );
            if self.summary.bad_lines > 0 {
                extra.insert("bad_lines".into(), self.summary.bad_lines.into());
            }
            // The summary counts itself.
            let files = self.files.files + 1;
            let body = self.summary.tally.summary(self.name, &classes, files, self.summary.renamed, &extra);
            self.files.plain("metadata/export_summary.json", &format!("{body:#}\n"))?;
        }
        self.summary.files = self.files.files;
        let lines = self.files.lines;
        self.files.frame(&end_line(lines, &Map::new()))
    }
}

impl Run {
    /// Ends the run at an item in a split that a file of the format cannot have.
    fn refuse_unknown_split(&self, made: &Rendered<'_>) -> Result<(), StreamError> {
        let format = self.format.declaration();
        let Splits::Only(_) = format.splits else { return Ok(()) };
        match format.splits.not_known(std::iter::once(&*made.split))[..] {
            [] => Ok(()),
            [split, ..] => Err(StreamError::Cut(format!(
                "item {} is in split {split:?}: {} has no other splits than {}; choose another --split, or select rows with \
                 `syn-filter`",
                made.id_json,
                self.name,
                format.known_splits()
            ))),
        }
    }

    /// Warns of splits that the format's readers do not look for.
    fn warn_of_unknown_splits(&mut self) {
        let format = self.format.declaration();
        let others = format.splits.not_known(self.splits.iter().map(|split| &**split));
        if others.is_empty() {
            return;
        }
        let note = format!(
            "readers of {} look for the splits {} only, and not for {}: name those with another --split, or select rows with \
             `syn-filter`",
            self.name,
            format.known_splits(),
            others.join(", ")
        );
        self.summary.notes.push(note);
    }
}

/// Stands in for a collector that has finished.
struct Idle;

impl Collector for Idle {
    fn record(&mut self, _: &Record<'_>, _: &Classes, _: &mut Files) -> Result<String, StreamError> {
        Err(StreamError::Internal("a record after the end of the run"))
    }

    fn finish(self: Box<Self>, _: &RunEnd<'_>, _: &mut Files) -> Result<(), StreamError> {
        Ok(())
    }
}

/// The host that relative URLs of a stream belong to.
fn host(begin: &Begin) -> Option<String> {
    begin.body.get("source")?.get("host")?.as_str().map(str::to_owned)
}
