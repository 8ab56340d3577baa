//! The command line of `syn-sink`.

mod args;
mod ask;
mod client;
mod lines;
mod open;
mod parts;
mod problem;
mod verify;

use super::ask::answered;
use super::ask::command::{Answers, Before};
use super::ask::input::{before, is_typed_in, judge, reads_stdin};
use super::ask::terminal::{Person, Terminal, somebody};
use super::common::Console;
use super::progress::files::Files;
use super::progress::show;
use super::signals;
use crate::exit::{Exit, Failure, UsageError};
use crate::net::retry::RetryPolicy;
use crate::sink;
use crate::sink::destination::OpenOptions;
use crate::sink::run::totals::Totals;
use crate::sink::run::watch::Watch;
use crate::sink::{Options, Report, registry};
use crate::stream::checkpoint::{Reach, Why};
use crate::stream::run_mark::StandardInput;
use crate::stream::{Kind, Reader, Writer};
use crate::tr;
use crate::words::{Many, Message, Size, Worded};
pub use args::Args;
use args::DEFAULT_DEST;
use ask::There;
use problem::{Problem, notice_words};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How long a server is waited for that is asked only to say what there is to choose from.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs `syn-sink`.
///
/// # Errors
/// [`Failure`] with the exit code and the message.
pub fn run(args: Args, console: &Console) -> Result<Exit, Failure> {
    Ok(choose(args, console)?)
}

/// Verifies, lists what would be written, or writes.
fn choose(mut args: Args, console: &Console) -> Result<Exit, Problem> {
    args.network.apply()?;
    args.refuse_profile()?;
    let to = console.clone();
    let retry = RetryPolicy::new(args.retry_for(), move |text| to.warn(text)).telling_all(console.is_verbose());
    if args.in_parts() || args.is_lines() {
        // Lines of a pipe are not looked at before they are written, and so nobody is asked in their turn.
        let person = somebody(args.asking, console).filter(|_| args.in_parts());
        whole_storage(&mut args, person.map(Person::talk), console)?;
    }
    if args.in_parts() {
        return parts::run(&args, &retry, console);
    }
    if args.is_lines() {
        return lines::run(&args, &retry, console);
    }
    if args.verify {
        let person = somebody(args.asking, console);
        whole_storage(&mut args, person.map(Person::talk), console)?;
        if let Some(list) = args.lists().first() {
            let list = list.display();
            return Err(UsageError::new(tr!("sink-verify-list", list)).into());
        }
        let dataset = open::published(&args, &retry)?;
        return verify::verify(&*dataset, usize::from(args.concurrency), console);
    }
    args.open_options(&retry)?;
    let options = args.run_options(&retry)?;
    let mut reader = args.unframed.reader(&args.lists(), Kind::Files, &args.common, console)?;
    if args.dry_run {
        let person = somebody(args.asking, console).filter(|_| !is_typed_in(&args.lists()));
        if args.lacks_of_storage().is_some() && person.is_some() {
            before(&args.lists(), &mut reader);
        }
        whole_storage(&mut args, person.map(Person::talk), console)?;
        open::check_storage(&args)?;
        let open_options = args.open_options(&retry)?;
        return dry_run(&args, &open_options, reader, &options, console);
    }
    let answers = complete(&mut args, &retry, &mut reader, console)?;
    write(&Arc::new(args), answers, &retry, &options, reader, console)
}

/// Asks for what is missing, if somebody is there; before signals are watched for, so that they end the wait for the stage before.
fn complete(args: &mut Args, retry: &RetryPolicy, reader: &mut Reader, console: &Console) -> Result<Answers, Problem> {
    let (lists, is_missing) = (args.lists(), args.names_no_dest());
    let Some(person) = somebody(args.asking, console).filter(|_| !is_typed_in(&lists)) else {
        return whole_storage(args, None, console);
    };
    let look = |args: &Args| ask::look_at(args, retry);
    let is_half = args.lacks_of_storage().is_some();
    let may_ask = is_half || is_missing || matches!(look(args), Ok(There::Ours { .. }));
    if !may_ask || (!is_half && reads_stdin(&lists) && !StandardInput::look().is_pipe()) {
        return Ok(Answers::new());
    }
    let before = before(&lists, reader);
    if before.has_failed {
        if !args.allow_partial {
            judge(Kind::Files, reader)?;
        }
        return Ok(Answers::new());
    }
    // The line that names no destination has its default, unless questions are being answered anyway.
    if is_missing && !before.asked && matches!(look(args), Ok(There::Free)) {
        return Ok(Answers::new());
    }
    if is_missing && !before.asked {
        args.dest = Some(DEFAULT_DEST.into());
    }
    let mut person = person.talk();
    let asked = args.clone();
    let mut answers = ask::storage(args, &mut person, &|| open::storages(&asked, None)).map_err(Problem::Other)?;
    answers.extend(ask::destination(args, &mut person, &look).map_err(Problem::Other)?);
    Ok(answers)
}

/// Asks for the half of a storage and its path that is missing, if somebody is there.
fn whole_storage(args: &mut Args, person: Option<Terminal>, console: &Console) -> Result<Answers, Problem> {
    let Some(lacks) = args.lacks_of_storage() else { return Ok(Answers::new()) };
    match person {
        Some(mut person) => {
            let asked = args.clone();
            ask::storage(args, &mut person, &|| open::storages(&asked, None)).map_err(Problem::Other)
        }
        None => {
            let storages = || open::storages(args, Some(PATIENCE)).ok();
            let choices = console.is_json().then(storages).flatten();
            Err(Problem::Other(ask::lacking(lacks, choices)))
        }
    }
}

/// Writes the dataset.
fn write(
    args: &Arc<Args>,
    answers: Answers,
    retry: &RetryPolicy,
    options: &Options,
    reader: Reader,
    console: &Console,
) -> Result<Exit, Problem> {
    let stop = signals::ending().map_err(|e| Problem::new(Exit::Other, tr!("sink-no-signals", reason = e)))?;
    let destination = open::new(args, retry, &stop)?;
    open::check_lists(args, &*destination)?;
    if let Some(caches) = destination.caches().filter(|caches| !caches.is_empty()) {
        console.warn(tr!("sink-caches", caches, destination = destination.name()));
    }
    let warn = |notice: &_| console.warn(notice_words(notice));
    console.debug(tr!(
        "sink-writes-to",
        destination = destination.name(),
        concurrency = args.concurrency,
        seconds = args.retry_for().as_secs()
    ));
    let (watch, of_retries) = (options.watch.clone(), retry.clone());
    console.watch(move || so_far(&watch, &of_retries));
    let shown = show(Files::new(options.watch.clone(), options.concurrency), console);
    let report = sink::run(reader, destination.clone(), options, stop, &warn)?;
    drop(shown);
    args.unframed.tell(&report.came, Kind::Files, console);
    if let Some(series) = &options.series {
        move_checkpoint(&series.file, report.reach.as_ref(), report.totals.originals.failed, console)?;
    }
    let input = StandardInput::look();
    let begin = report.begin.as_ref().filter(|_| reads_stdin(&args.lists()));
    let before = begin.map(|begin| Before::of(begin, &input)).unwrap_or_default();
    if before.asked {
        options.watch.begun().into_iter().for_each(answered);
    }
    let message = done(&report, destination.is_unchanged(), &destination.name(), console.time());
    console.summary(&message, numbers(&report.totals, retry));
    before.tell(&answers, true, console);
    Ok(if report.totals.originals.failed > 0 { Exit::Partial } else { Exit::Ok })
}

/// Moves the checkpoint of what is published to where it reaches, or says why it stays. `lost`: originals that could not be downloaded.
fn move_checkpoint(file: &Path, reach: Option<&Reach>, lost: u64, console: &Console) -> Result<(), Problem> {
    let stays = |why: Message| console.warn(tr!("sink-position-stays", file = file.display(), why));
    match reach {
        Some(Reach::Move(_)) if lost > 0 => {
            stays(tr!("sink-position-originals"));
        }
        Some(Reach::Move(to)) => to.save(file).map_err(|e| {
            let failure = Failure::from(e);
            let message = failure.message.then("; ", tr!("sink-published-anyway"));
            Problem::Other(Failure { message, ..failure })
        })?,
        Some(Reach::Stay(why @ Why::Behind(_))) => console.info(tr!("sink-position-note", file = file.display(), why)),
        Some(Reach::Stay(why)) => stays(why.words()),
        None => {}
    }
    Ok(())
}

/// The last line of a run, after so much time.
fn done(report: &Report, unchanged: bool, name: &str, time: Message) -> Message {
    let written = written(report, unchanged, name, time);
    match report.totals.originals.failed {
        0 => written,
        n => written.then("", tr!("sink-lost", n = Many(n), summary = sink::run::summary::PATH)),
    }
}

/// What a run has written, in so much time.
fn written(report: &Report, unchanged: bool, name: &str, time: Message) -> Message {
    let Totals { files, bytes: size, originals, .. } = &report.totals;
    let mut told = vec![tr!("sink-files", files = Many(*files))];
    if originals.ok > 0 {
        told.push(tr!("sink-originals", n = Many(originals.ok)));
    }
    if *files > 0 {
        told.push(tr!("sink-size", size = Size(*size)));
    }
    let what = Message::list(told, "");
    match unchanged {
        true => tr!("sink-same", what, name, time),
        false => tr!("sink-done", what, name, time),
    }
}

/// What a run has written, for programs.
fn numbers(totals: &Totals, retry: &RetryPolicy) -> Value {
    let (Totals { files, bytes, originals, .. }, retries) = (totals, retry.retries());
    json!({"files": files, "bytes": bytes, "originals": originals.ok, "originals_failed": originals.failed, "retries": retries})
}

/// The same, of a run that goes on.
fn so_far(watch: &Watch, retry: &RetryPolicy) -> Value {
    let (originals, failed) = (watch.originals.load(Relaxed), watch.failed.load(Relaxed));
    let (files, bytes) = (watch.done.load(Relaxed).saturating_sub(failed), watch.bytes.load(Relaxed));
    json!({"files": files, "bytes": bytes, "originals": originals, "originals_failed": failed, "retries": retry.retries()})
}

/// Lists what a run would write on standard output: as a table on a terminal, else as one JSON object a line.
fn dry_run(
    args: &Args,
    open_options: &OpenOptions<'_>,
    reader: Reader,
    options: &Options,
    console: &Console,
) -> Result<Exit, Problem> {
    registry::check(open_options)?;
    let mut out = Writer::stdout()?;
    let report = sink::run::dry_run::dry_run(reader, options, &mut out, std::io::stdout().is_terminal())?;
    out.finish()?;
    args.unframed.tell(&report.came, Kind::Files, console);
    let Totals { files, bytes: size, originals, .. } = report.totals;
    let (dest, files, size) = (open_options.dest.display(), Many(files), Size(size));
    let message = match originals.ok {
        0 => tr!("sink-dry-run", files, size, dest),
        _ => tr!("sink-dry-run-without", files, size, dest),
    };
    console.summary(&message, numbers(&report.totals, &options.originals.retry));
    Ok(if originals.failed > 0 { Exit::Partial } else { Exit::Ok })
}
