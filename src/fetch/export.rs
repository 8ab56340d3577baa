//! An export, whatever its source: plan, begin frame, rows, accounting, end frame.

use super::chosen;
use super::dimensions::Dimensions;
use super::output::emit;
use super::output::emit::ItemWriter;
use super::output::keys::Keys;
use super::output::progress::Watch;
use super::output::state;
use super::output::state::{Resume, Saver};
use super::source::{Clock, Overview, Source, Written};
use super::{FetchError, Note, Report, Request, RowCounts};
use crate::exit::Classified;
use crate::stream::checkpoint::{KEY, Span};
use crate::stream::{StageError, StreamError, Writer};
use crate::tr;
use crate::words::Message;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::atomic::Ordering::Relaxed;
use tokio::runtime::Runtime;

/// Exports the rows of a source: a begin frame, item lines, an end frame; an error frame when it fails after the begin frame. The
/// output is opened only when it is known what will be exported, and that it may continue what an earlier run wrote.
///
/// # Errors
/// The failure that ended the run; what was written then has no end frame.
pub fn run<S: Source>(
    runtime: &Runtime,
    source: &S,
    request: &Request,
    open: impl FnOnce() -> Result<Writer, StreamError>,
    watch: &Watch,
) -> Result<Report, FetchError> {
    let began = Timestamp::now();
    let (overview, plan) = source.plan(runtime, request)?;
    if let Some((series, earlier)) = request.series.as_ref().and_then(|s| Some((s, s.earlier.as_ref()?))) {
        earlier.check(&series.file, &overview.identity)?;
    }
    if let Some(resume) = &request.resume {
        state::same(&resume.identity, &overview.identity)?;
    }
    let resume = request.resume.clone().unwrap_or_default();
    let span = span(request, &overview, &resume, began);
    let expected = resume.expected.or(overview.expected);
    watch.before.store(resume.rows, Relaxed);
    watch.expected.store(expected.unwrap_or(0), Relaxed);
    if resume.complete {
        if resume.is_partial {
            open()?.finish()?;
        }
        let rows = overview.describe(request.target, resume.rows);
        return Ok(Report { rows, notes: vec![Note::from(tr!("complete-already"))], span });
    }
    let mut writer = open()?;
    let mut saver = Saver::new(request.state.clone(), overview.identity.clone(), &resume);
    saver.expect(expected);
    let increment = request.changed_since().is_some();
    let (keys, again) = (Keys::default(), 0);
    let mut output = ItemWriter {
        writer: &mut writer,
        saver: &mut saver,
        watch,
        keys,
        again,
        ids_only: request.ids_only,
        increment,
        left_out: 0,
    };
    let measure = Dimensions::of(request, &overview);
    let mut notes: Vec<Note> = overview.notes.iter().cloned().map(Note::from).collect();
    let export = || {
        if !request.bare && request.resume.is_none() {
            output.frame(&begin_line(&overview.begin, span.as_ref(), &request.begin))?;
            output.writer.flush()?;
        }
        output.saver.save()?;
        let (mut slots, reading) = source.rows(runtime, request, plan);
        if let Some(choose) = &request.choose {
            choose.list_classes(&overview.begin);
            slots = chosen::stage(runtime, choose, request.target, slots);
        }
        if let Some(measure) = &measure {
            slots = measure.stage(runtime, request.target, slots);
        }
        // Without a choice the source keeps the limit.
        let limit = request.limit.filter(|_| request.choose.is_some());
        if !emit::rows(runtime, request.target, slots, limit, &mut output)? {
            return Ok(RowCounts { sent: output.saver.rows(), ..RowCounts::default() });
        }
        let rows = output.saver.rows() + output.left_out;
        let written = Written { rows, expected, again: output.again, keys: &output.keys };
        let counts = source.settle(runtime, request, reading, &written)?;
        let Some(choose) = &request.choose else { return Ok(counts) };
        notes.extend(choose.judge_names(request, rows)?.into_iter().map(Note::from));
        Ok(RowCounts { sent: output.saver.rows(), expected: None, ..counts })
    };
    let done = export();
    // A limit ends the export before all of it is there.
    let span = span.filter(|_| request.limit.is_none());
    let counts = conclude(writer, saver, request.bare, span.as_ref(), done)?;
    if request.series.is_some() {
        notes.extend(clock_note(overview.clock).map(Note::from));
    }
    notes.extend(counts.notes().into_iter().map(Note::from));
    notes.extend(measure.iter().flat_map(Dimensions::notes));
    notes.extend(missing_ids(request, &counts).map(Note::from));
    Ok(Report { rows: overview.describe(request.target, counts.sent), notes, span })
}

/// The changes that an export of a series brings when it is complete. A run that continues another has the time of its beginning.
fn span(request: &Request, overview: &Overview, resume: &Resume, began: Timestamp) -> Option<Span> {
    let series = request.series.as_ref()?;
    if request.resume.is_some() {
        let spans = resume.frame.get(KEY).and_then(|spans| Vec::<Span>::deserialize(spans).ok());
        return spans.and_then(|spans| spans.into_iter().next());
    }
    // The earlier of two clocks: what changes from here on is fetched next time, whichever of them is right.
    let to = overview.clock.map_or(began, |clock| clock.there.min(began));
    Some(Span::new(&overview.identity, series.position(), Some(to)))
}

/// What should be known of the clock that positions are taken from.
fn clock_note(clock: Option<Clock>) -> Option<Message> {
    /// Less is no reason to look at a clock.
    const SKEW: SignedDuration = SignedDuration::from_secs(60);
    let Some(Clock { there, here }) = clock else {
        return Some(tr!("clock-unknown"));
    };
    let ahead = here.duration_since(there);
    let (seconds, word) = (ahead.as_secs().unsigned_abs(), if ahead.is_positive() { "ahead of" } else { "behind" });
    (ahead.abs() > SKEW).then(|| tr!("clock-off", seconds, word))
}

/// The begin frame with what an export of a series brings, and with further keys.
fn begin_line(begin: &str, span: Option<&Span>, more: &Map<String, Value>) -> String {
    if span.is_none() && more.is_empty() {
        return begin.to_owned();
    }
    let Ok(mut body) = serde_json::from_str::<Map<String, Value>>(begin) else { return begin.to_owned() };
    body.extend(span.map(|span| (KEY.to_owned(), json!([span]))));
    body.extend(more.clone());
    Value::Object(body).to_string()
}

/// Says how many ids of a list selected nothing.
fn missing_ids(request: &Request, counts: &RowCounts) -> Option<Message> {
    let wanted = request.ids.len() as u64;
    let all_asked = request.choose.is_none() && request.limit.is_none() && request.shard.is_none();
    (all_asked && wanted > counts.sent).then(|| {
        let n = wanted - counts.sent;
        tr!("ids-not-among", n, wanted)
    })
}

/// Ends the output: with an end frame, or with an error frame when the run failed.
fn conclude(
    mut writer: Writer,
    mut saver: Saver,
    bare: bool,
    span: Option<&Span>,
    done: Result<RowCounts, FetchError>,
) -> Result<RowCounts, FetchError> {
    match done {
        Ok(counts) => {
            if !bare {
                let end = counts.end_line(span);
                writer.line(end.as_bytes())?;
                saver.wrote(end.len() + 1);
            }
            writer.finish()?;
            saver.done();
            Ok(counts)
        }
        Err(error) => {
            // Where the output failed no frame can be written any more.
            if !bare && !matches!(error, FetchError::Stream(_)) {
                let flushed = writer.flush().is_ok() && saver.save().is_ok();
                let line = StageError::new("fetch", error.exit(), error.to_string()).line();
                // What is reported is the failure itself; this line is for the stages that follow.
                let _ = flushed.then(|| writer.line(line.as_bytes()).and_then(|()| writer.flush()));
            }
            Err(error)
        }
    }
}
