//! `syn-sink` where DEST is a file of lines: the lines as they come.

use super::args::Args;
use super::problem::Problem;
use super::{move_checkpoint, open};
use crate::cli::ask::command::{Answers, Before};
use crate::cli::ask::input::reads_stdin;
use crate::cli::common::Console;
use crate::cli::signals;
use crate::exit::{Exit, UsageError};
use crate::net::retry::RetryPolicy;
use crate::sink::SinkError;
use crate::sink::lines;
use crate::sink::lines::run::{Options, Report};
use crate::sink::run::watch::Watch;
use crate::stream::checkpoint::Series;
use crate::stream::run_mark::StandardInput;
use crate::stream::writer::Compression;
use crate::stream::{Kind, Reader};
use crate::tr;
use crate::words::{Many, Message, Size};
use serde_json::json;

/// Writes the lines into one file; or reads them and says what would be written.
///
/// # Errors
/// A usage problem for an option that says nothing about lines; what the run says.
pub(super) fn run(args: &Args, retry: &RetryPolicy, console: &Console) -> Result<Exit, Problem> {
    if let Some(option) = args.not_for_lines() {
        return Err(UsageError::new(tr!("lines-option", option, dest = args.shown_dest())).into());
    }
    let mut reader = args.unframed.reader(&args.lists(), Kind::Items, &args.common, console)?;
    let kind = lines::run::kind_of(&mut reader).unwrap_or(Kind::Items);
    let options = Options {
        kind,
        compression: lines::of(&args.shown_dest()).map_or(Compression::None, |(_, _, compression)| compression),
        allow_partial: args.allow_partial,
        series: args.checkpoint.as_deref().map(Series::load).transpose().map_err(SinkError::Checkpoint)?,
        watch: Watch::default(),
    };
    if args.dry_run {
        open::lines(args, retry)?.discard();
        let report = lines::run::count(reader, &options)?;
        args.unframed.tell(&report.came, kind, console);
        console.summary(
            tr!("lines-dry-run", lines = Many(report.lines), dest = args.shown_dest()),
            numbers(&report, retry),
        );
        return Ok(Exit::Ok);
    }
    write(args, retry, &options, reader, console)
}

fn write(
    args: &Args,
    retry: &RetryPolicy,
    options: &Options,
    reader: Reader,
    console: &Console,
) -> Result<Exit, Problem> {
    let stop = signals::ending().map_err(|e| Problem::new(Exit::Other, tr!("sink-no-signals", reason = e)))?;
    let place = open::lines(args, retry)?;
    if let Some(list) = args.lists().into_iter().find(|list| place.replaces(list)) {
        place.discard();
        return Err(UsageError::new(tr!("lines-from-dest", list = list.display())).into());
    }
    let report = lines::run::run(reader, &place, options, &stop)?;
    args.unframed.tell(&report.came, report.kind, console);
    if let Some(series) = &options.series {
        move_checkpoint(&series.file, report.reach.as_ref(), 0, console)?;
    }
    console.summary(done(&report, &place.name(), console.time()), numbers(&report, retry));
    let input = StandardInput::look();
    let begin = report.begin.as_ref().filter(|_| reads_stdin(&args.lists()));
    begin.map(|begin| Before::of(begin, &input)).unwrap_or_default().tell(&Answers::new(), true, console);
    Ok(Exit::Ok)
}

/// The last line of a run, after so much time.
fn done(report: &Report, name: &str, time: Message) -> Message {
    let (lines, size) = (Many(report.lines), Size(report.bytes));
    match report.unchanged {
        true => tr!("lines-same", lines, size, name, time),
        false => tr!("lines-done", lines, size, name, time),
    }
}

/// What a run has written, for programs.
fn numbers(report: &Report, retry: &RetryPolicy) -> serde_json::Value {
    let (Report { lines, bytes, unchanged, .. }, retries) = (report, retry.retries());
    json!({"lines": lines, "bytes": bytes, "unchanged": unchanged, "retries": retries})
}
