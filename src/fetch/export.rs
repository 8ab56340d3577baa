//! An export, whatever its source: plan, begin frame, rows, accounting, end frame.

use super::dimensions::Dimensions;
use super::output::checkpoint;
use super::output::checkpoint::Saver;
use super::output::emit;
use super::output::emit::ItemWriter;
use super::output::keys::Keys;
use super::output::progress::Watch;
use super::source::{Source, Written};
use super::{FetchError, Report, Request, RowCounts};
use crate::exit::Classified;
use crate::stream::{StageError, StreamError, Writer};
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
    let (overview, plan) = source.plan(runtime, request)?;
    if let Some(earlier) = request.earlier() {
        checkpoint::same(earlier, &overview.identity)?;
    }
    let resume = request.resume.clone().unwrap_or_default();
    let expected = resume.expected.or(overview.expected);
    watch.before.store(resume.rows, Relaxed);
    watch.expected.store(expected.unwrap_or(0), Relaxed);
    if resume.complete {
        let rows = overview.describe(request.target, resume.rows);
        return Ok(Report { rows, notes: vec!["it was complete already".into()] });
    }
    let mut writer = open()?;
    let at_end = request.since.is_some();
    let mut saver = Saver::new(request.checkpoint.clone(), at_end, overview.identity.clone(), &resume);
    saver.expect(expected);
    let mut output = ItemWriter { writer: &mut writer, saver: &mut saver, watch, keys: Keys::default() };
    let measure = Dimensions::of(request, &overview);
    let export = || {
        if !request.bare && request.resume.is_none() {
            output.frame(&overview.begin)?;
            output.writer.flush()?;
        }
        output.saver.save(false)?;
        let (mut slots, reading) = source.rows(runtime, request, plan);
        if let Some(measure) = &measure {
            slots = measure.stage(runtime, request.target, slots);
        }
        emit::rows(runtime, request.target, slots, &mut output)?;
        let written = Written { rows: output.saver.rows(), expected, keys: &output.keys };
        source.settle(runtime, request, reading, &written)
    };
    let done = export();
    let counts = conclude(writer, saver, request.bare, done)?;
    let mut notes = overview.notes.clone();
    notes.extend(counts.notes());
    notes.extend(measure.iter().flat_map(Dimensions::notes));
    notes.extend(missing_ids(request, &counts));
    Ok(Report { rows: overview.describe(request.target, counts.sent), notes })
}

/// Says how many ids of a list selected nothing.
fn missing_ids(request: &Request, counts: &RowCounts) -> Option<String> {
    let wanted = request.ids.len() as u64;
    let all_asked = request.limit.is_none() && request.shard.is_none();
    (all_asked && wanted > counts.sent).then(|| {
        let n = wanted - counts.sent;
        format!("{n} of the {wanted} ids in the list are not among the rows that were asked for")
    })
}

/// Ends the output: with an end frame, or with an error frame when the run failed.
fn conclude(
    mut writer: Writer,
    mut saver: Saver,
    bare: bool,
    done: Result<RowCounts, FetchError>,
) -> Result<RowCounts, FetchError> {
    match done {
        Ok(counts) => {
            if !bare {
                let end = counts.end_line();
                writer.line(end.as_bytes())?;
                saver.wrote(end.len() + 1);
            }
            writer.finish()?;
            saver.save(true)?;
            Ok(counts)
        }
        Err(error) => {
            // Where the output failed no frame can be written any more.
            if !bare && !matches!(error, FetchError::Stream(_)) {
                let flushed = writer.flush().is_ok() && saver.save(false).is_ok();
                let line = StageError::new("fetch", error.exit(), error.to_string()).line();
                // What is reported is the failure itself; this line is for the stages that follow.
                let _ = flushed.then(|| writer.line(line.as_bytes()).and_then(|()| writer.finish()));
            }
            Err(error)
        }
    }
}
