//! The stage: item lines in, file lines out.

use super::classes::Classes;
use super::datasets::Datasets;
use super::fields::{self, FieldCounts};
use super::naming::{Taken, fold};
use super::picture::Pictures;
use super::record::{Record, RecordRef};
use super::repeats::Repeats;
use super::split::{MAX_SPLITS, role};
use super::stream_facts::StreamFacts;
use super::twins;
use super::two_pass::{TwoPass, with_suffix};
use super::worker::{Chunk, Worker};
use crate::convert::declaration::{Splits, TRAIN_VAL_TEST, UnitKind};
use crate::convert::format::{Format, RunEnd};
use crate::convert::options::{Detail, Images, NamingPass, Options};
use crate::convert::output::csv_cell::Style;
use crate::convert::output::files::Files;
use crate::convert::output::parts::Parts;
use crate::convert::report::files::ReportFiles;
use crate::convert::report::tally::Tally;
use crate::item;
use crate::selection::coverage::Coverage;
use crate::selection::sought;
use crate::stream::checkpoint::{self, Spans};
use crate::stream::frame::{StageError, begin_line, end_line};
use crate::stream::parallel::{Event, ordered};
use crate::stream::{Begin, Came, Frame, Kind, Progress, Reader, StreamError, Writer};
use crate::tr;
use crate::words::Message;
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
    /// Whether the lines came as a stage has written them.
    pub came: Came,
    /// The parts of the split with the items in each, those of which something was written; empty without a split.
    pub parts: Vec<(Cow<'static, str>, u64)>,
    /// Things the user should know, a line each.
    pub notes: Vec<Message>,
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
    let files = Files::new(writer, bare);
    let mut taken = Taken::default();
    for stem in format.reserved_stems() {
        taken.free(stem);
    }
    let (taken, pending) = match options.naming_pass {
        NamingPass::One => (taken, None),
        NamingPass::Two => (Taken::default(), Some(TwoPass::new(taken))),
    };
    let mut run = Run {
        name,
        datasets: Datasets::new(format.clone(), &options),
        format: format.clone(),
        progress: Progress::new(Kind::Items),
        spans: Spans::default(),
        report: ReportFiles::new(options.report, options.formats.csv.style(), &files),
        files,
        taken,
        pending,
        splits: options.split.fixed_names().into_iter().map(Cow::Borrowed).collect(),
        classes: Classes::new(&options.class_map, options.closed_classes),
        summary: Summary::default(),
        coverage: Coverage::default(),
        fields: FieldCounts::default(),
        repeats: Repeats::default(),
        pictures: Pictures::default(),
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
            if !e.is_of_output() {
                // The stage after this one must know; if it cannot be told, it sees no end frame.
                let _ = run.begin(None).and_then(|()| run.files.frame(&StageError::of("convert", &e).line()));
                let _ = run.files.flush();
            }
            Err(e)
        }
    }
}

struct Run {
    name: &'static str,
    datasets: Datasets,
    format: Arc<dyn Format>,
    options: Arc<Options>,
    progress: Progress,
    spans: Spans,
    files: Files,
    report: ReportFiles,
    taken: Taken,
    /// The records, when names are given at the end.
    pending: Option<TwoPass>,
    splits: Vec<Cow<'static, str>>,
    classes: Classes,
    summary: Summary,
    coverage: Coverage,
    fields: FieldCounts,
    repeats: Repeats,
    pictures: Pictures,
    begun: bool,
    units: u32,
}

impl Run {
    fn go(&mut self, reader: Reader, threads: usize) -> Result<(), StreamError> {
        let facts = StreamFacts { classes: self.classes.clone(), host: None, target: None };
        let own_classes = self.options.classes.is_none();
        let (format, options, no_parts) = (self.format.clone(), self.options.clone(), self.files.new_parts());
        ordered(
            reader,
            threads,
            facts,
            move |facts: &mut StreamFacts, frame| {
                if let Frame::Begin(begin) = frame {
                    if own_classes {
                        facts.classes.extend(&begin.classes);
                    }
                    facts.host = host(begin).map(Into::into);
                    facts.target = begin.body.get("target").and_then(|t| t.as_str()).map(Into::into);
                }
                Ok(())
            },
            move || {
                let mut worker = Worker::new(format.clone(), options.clone(), no_parts.empty());
                move |facts: &StreamFacts, batch| Ok(worker.batch(facts, &batch))
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
                self.spans.frame(&frame);
                if let Frame::Begin(begin) = &frame {
                    self.repeats.stream(begin);
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
        if let Some(count) = input.and_then(|b| b.body.get("count")) {
            extra.insert("items".into(), count.clone());
        }
        extra.extend(self.options.begin.clone());
        self.files.frame(&begin_line(Kind::Files, &extra))
    }

    fn chunk(&mut self, mut chunk: Chunk) -> Result<(), StreamError> {
        self.progress.data(chunk.lines);
        self.summary.tally.merge(std::mem::take(&mut chunk.tally));
        self.coverage.merge(std::mem::take(&mut chunk.coverage));
        self.fields.merge(std::mem::take(&mut chunk.fields));
        self.repeats.add(std::mem::take(&mut chunk.ids))?;
        for error in &chunk.bad {
            self.summary.bad_lines += 1;
            if self.summary.bad_lines <= BAD_LINES_SHOWN {
                self.summary.notes.push(tr!("passed-over", error));
            }
        }
        for (record, parts) in &chunk.records {
            self.record(record, chunk.parts.parts(parts.clone()))?;
        }
        match chunk.failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn record(&mut self, record: &Record, parts: Parts<'_>) -> Result<(), StreamError> {
        if let Some(picture) = record.picture {
            self.pictures.note(picture, record.id.text(), &record.split);
        }
        let wanted = self.format.stem(&record.name.stem);
        if let Some(pending) = &mut self.pending {
            return pending.put(record, parts, &wanted);
        }
        let stem = if record.written { self.taken.take(&wanted, record.id.text()).0 } else { String::new() };
        self.write(record, parts, &stem)
    }

    /// Writes a record under its final name.
    fn write(&mut self, record: &Record, parts: Parts<'_>, stem: &str) -> Result<(), StreamError> {
        if !record.written {
            return self.report.item(record.id.json(), "", None, &record.counts);
        }
        if !self.splits.contains(&record.split) {
            if self.splits.len() >= MAX_SPLITS {
                return Err(StreamError::Cut(tr!("split-too-many", most = MAX_SPLITS)));
            }
            self.refuse_unknown_split(record)?;
            if let Some(twin) = self.splits.iter().find(|split| fold(split) == fold(&record.split)) {
                return Err(twins::splits(record.id.json(), &record.split, twin));
            }
            self.splits.push(record.split.clone());
        }
        let wanted = record.name.stem.as_str();
        self.summary.renamed += u64::from(*stem != *self.format.stem(wanted));
        let named = RecordRef { record, parts, stem, index: self.units };
        self.units += 1;
        let path = self.datasets.record(&named, &self.classes, &mut self.files)?;
        let renamed_from = (stem != wanted).then_some(wanted);
        self.report.item(record.id.json(), &path, renamed_from, &record.counts)?;
        let image = self.format.image_path_of(&named);
        let placed = image.is_some() || self.format.places_originals();
        if placed && record.original.is_none() && self.options.images == Images::Fetch {
            self.summary.without_url += 1;
        }
        if image.is_some() && self.format.unit() == UnitKind::Image {
            let known = item::is_image_extension(record.name.ext.trim_start_matches('.'));
            self.summary.not_images += u64::from(!known);
        }
        match image.zip(record.original.as_ref()) {
            Some((image, original)) => self.files.original(&image, original, record.id.json()),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), StreamError> {
        self.progress.finish(self.options.allow_partial)?;
        self.progress.require_some(self.options.allow_partial)?;
        self.refuse_unknown_names()?;
        self.count_repeats()?;
        self.begin(None)?;
        if let Some(pending) = self.pending.take() {
            let format = self.format.clone();
            pending.replay(|record, parts, suffix| {
                let stem = with_suffix(&format.stem(&record.name.stem), record.id.text(), suffix);
                self.write(record, parts, &stem)
            })?;
        }
        self.summary.came = self.progress.came();
        if !self.summary.tally.balances() {
            return Err(StreamError::Internal("annotations seen are not written + skipped + failed"));
        }
        let classes = self.classes.finish();
        if self.splits.is_empty() {
            self.splits.push(Cow::Borrowed(""));
        }
        if let Some(nothing) = self.summary.tally.nothing_held(self.name) {
            return Err(StreamError::NothingHeld(Box::new(nothing)));
        }
        self.judge_parts()?;
        self.warn_of_unknown_splits();
        self.summary.notes.extend(twins::notes(classes.names.iter().chain(self.summary.tally.classes())));
        let end = RunEnd { options: &self.options, classes: &classes, splits: &self.splits };
        self.datasets.finish(&end, &mut self.files)?;
        let report = std::mem::replace(&mut self.report, ReportFiles::new(Detail::None, Style::default(), &self.files));
        report.finish(&mut self.files)?;
        let listed = classes.listed > 0;
        if !listed && self.summary.tally.total.seen > 0 {
            let lost = if self.progress.framed() { tr!("no-classes-in-begin") } else { tr!("no-begin-frame") };
            self.summary.notes.push(tr!("classes-lexical", lost));
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
        if self.summary.bad_lines > 0 {
            self.spans.hold();
        }
        let spans = self.spans.to_json().map(|spans| (checkpoint::KEY.to_owned(), spans));
        self.files.frame(&end_line(lines, &spans.into_iter().collect()))
    }
}

impl Run {
    /// Warns of rows whose id came before; ends a strict run.
    fn count_repeats(&mut self) -> Result<(), StreamError> {
        let again = std::mem::take(&mut self.repeats).finish()?;
        if again == 0 {
            return Ok(());
        }
        let told = tr!("rows-repeat", again);
        if self.options.strict {
            return Err(StreamError::Cut(tr!("strict-repeats", told)));
        }
        self.summary.notes.push(tr!("rows-repeat-latest", told));
        Ok(())
    }

    /// Ends the run when no row has a field or a class that the options name, and warns when some lack it.
    fn refuse_unknown_names(&mut self) -> Result<(), StreamError> {
        let options = self.options.clone();
        self.summary.notes.extend(self.fields.judge(
            &fields::of_run(&*self.format, &options),
            &options,
            &self.coverage,
        )?);
        let unmatched = self.classes.unmatched();
        let Some(first) = unmatched.first().filter(|_| self.summary.tally.items > 0) else { return Ok(()) };
        let has = self.classes.listed().iter().chain(self.summary.tally.classes()).cloned().collect();
        // A file of new names may serve several projects, and some of its names be in none of them.
        match unmatched.iter().find(|old| options.class_map[**old].typed) {
            Some(typed) => Err(StreamError::UnknownName(Box::new(sought::unknown("the class", typed, &has)))),
            None if unmatched.len() == options.class_map.len() => {
                Err(StreamError::UnknownName(Box::new(sought::unknown("the class", first, &has))))
            }
            None => {
                let (n, all) = (unmatched.len(), options.class_map.len());
                self.summary.notes.push(tr!("class-map-unused", n, all, ?first));
                Ok(())
            }
        }
    }

    /// Ends the run at an item in a split that a file of the format cannot have.
    fn refuse_unknown_split(&self, record: &Record) -> Result<(), StreamError> {
        let format = self.format.declaration();
        let Splits::Only(_) = format.splits else { return Ok(()) };
        match format.splits.not_known(std::iter::once(&*record.split))[..] {
            [] => Ok(()),
            [split, ..] => Err(StreamError::Cut(tr!(
                "split-unknown",
                id = record.id.json(),
                ?split,
                name = self.name,
                known = format.known_splits()
            ))),
        }
    }

    /// Counts the parts of the split. Warns of those that are empty, and of pictures that several items have in common; with
    /// `--strict` what spoils a split ends the run.
    fn judge_parts(&mut self) -> Result<(), StreamError> {
        let tally = &self.summary.tally;
        let (mut spoilt, mut notes) = (Vec::new(), Vec::new());
        if self.options.split.is_some() {
            self.summary.parts = self.splits.iter().map(|s| (s.clone(), tally.items_in(s))).collect();
            let items: u64 = self.summary.parts.iter().map(|(_, n)| n).sum();
            let empty = self.summary.parts.iter().filter(|(_, n)| *n == 0 && items > 0);
            spoilt.extend(empty.filter_map(|(part, _)| Some((part, self.options.split.percent(part)?))).map(
                |(part, percent)| match &self.options.split_group {
                    None => tr!("part-empty", part, items, percent),
                    Some(field) => tr!("part-empty-field", part, items, field, percent),
                },
            ));
        }
        for (by, shared) in self.pictures.shared().filter(|(_, shared)| shared.items > 0) {
            let (field, by, n) = (by.field(), by.word(), shared.items);
            notes.push(tr!("items-share", n, by, field));
            if let Some((id, part, other)) = &shared.first_apart {
                spoilt.push(tr!("shared-apart", apart = shared.apart, by, id, part, other));
            }
        }
        match spoilt.first().filter(|_| self.options.strict) {
            Some(first) => Err(StreamError::Cut(tr!("strict-spoilt", first))),
            None => {
                self.summary.notes.extend(spoilt.into_iter().chain(notes));
                Ok(())
            }
        }
    }

    /// Warns of splits that the format's readers take for one, and of those that they do not look for.
    fn warn_of_unknown_splits(&mut self) {
        let format = self.format.declaration();
        for part in TRAIN_VAL_TEST {
            let same: Vec<&str> = self.splits.iter().map(|s| &**s).filter(|split| role(split) == *part).collect();
            if same.len() > 1 {
                self.summary.notes.push(tr!("parts-same-role", same = same.join(", "), part));
            }
        }
        let others = format.splits.not_known(self.splits.iter().map(|split| &**split));
        if others.is_empty() {
            return;
        }
        let note = tr!("splits-unknown", name = self.name, known = format.known_splits(), others = others.join(", "));
        self.summary.notes.push(note);
    }
}

/// The host that relative URLs of a stream belong to.
fn host(begin: &Begin) -> Option<String> {
    begin.body.get("source")?.get("host")?.as_str().map(str::to_owned)
}
