//! `syn-sink --part I/N LIST DEST` and `--join N LIST DEST`.

use super::args::{Args, MAX_FILE_BYTES};
use super::problem::{Problem, notice_words};
use super::{done, dry_run, move_checkpoint, numbers, open, written};
use crate::cli::common::Console;
use crate::cli::progress::files::Files;
use crate::cli::progress::show;
use crate::cli::signals;
use crate::exit::{Exit, UsageError};
use crate::net::retry::RetryPolicy;
use crate::sink;
use crate::sink::divided::attempt::{self, Standing};
use crate::sink::divided::error::DividedError;
use crate::sink::divided::place::Place;
use crate::sink::divided::{Division, Part, join, list, manifest, same};
use crate::sink::{Options, Report, SinkError};
use crate::stream::{Kind, Reader};
use crate::tr;
use crate::words::{Many, Message, Worded};
use crossbeam_channel::{Receiver, bounded, select};
use serde_json::json;
use std::borrow::Cow;
use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// How many missing parts are named.
const NAMED: usize = 10;

/// The list of files, which is read more than once.
struct List<'a> {
    args: &'a Args,
    console: &'a Console,
    path: PathBuf,
    /// A copy of what a store has.
    copy: Option<File>,
}

impl<'a> List<'a> {
    /// Looks at the list; one that is in a store comes to this machine.
    fn open(args: &'a Args, retry: &RetryPolicy, console: &'a Console) -> Result<Self, Problem> {
        let path = args.list()?;
        let copy = open::stored_list(&path, retry)?;
        Ok(Self { args, console, path, copy })
    }

    /// Its lines, from the first.
    fn reader(&self) -> Result<Reader, Problem> {
        let Some(copy) = &self.copy else {
            let files = [self.path.clone()];
            return Ok(self.args.unframed.reader(&files, Kind::Files, &self.args.common, self.console)?);
        };
        let name = self.path.display().to_string();
        let failed = |source| SinkError::Read { path: name.clone(), source };
        let mut again = copy.try_clone().map_err(failed)?;
        again.rewind().map_err(failed)?;
        let reader = Reader::from_read(&name, again, self.args.common.max_line_bytes)?;
        Ok(reader.framed(Kind::Files, false))
    }
}

/// Brings one part, or joins all of them.
///
/// # Errors
/// What the run says, with the command that would help.
pub(super) fn run(args: &Args, retry: &RetryPolicy, console: &Console) -> Result<Exit, Problem> {
    let list = List::open(args, retry, console)?;
    let options = args.run_options(retry)?;
    if let (Some(part), true) = (args.part, args.dry_run) {
        let division = Division { of: part.of, list: String::new(), options: args.choices() };
        let options = Options { part: Some((part, division)), ..options };
        open::parts(args, retry)?;
        return dry_run(args, &args.open_options(retry)?, list.reader()?, &options, console);
    }
    let hash = list::hash(list.reader()?)?;
    let place = open::parts(args, retry)?;
    let done = match (args.part, args.join) {
        (Some(part), _) => {
            let division = Division { of: part.of, list: hash, options: args.choices() };
            bring(&list, &place, part, &division, options)
        }
        (None, of) => publish(&list, &place, of.unwrap_or(1), hash, &options),
    };
    done.map_err(|problem| advised(problem, args, &*place))
}

/// Brings one part.
fn bring(
    list: &List<'_>,
    place: &Arc<dyn Place>,
    part: Part,
    division: &Division,
    options: Options,
) -> Result<Exit, Problem> {
    let console = list.console;
    let stop = stopping()?;
    let options = Options { part: Some((part, division.clone())), ..options };
    let begun = waiting(place, &stop, |place| {
        attempt::begin(place, part, division).or_else(|e| match attempt::look(place, part, division) {
            // Another attempt was faster.
            Ok(Some(there)) => Ok(there),
            _ => Err(e),
        })
    });
    let dest = match begun? {
        Standing::Open(dest) => dest,
        there => return told(list, place, part, there, &stop, &options),
    };
    let warn = |notice: &_| console.warn(notice_words(notice));
    let shown = show(Files::new(options.watch.clone(), options.concurrency), console);
    let ran = sink::run(list.reader()?, dest, &options, stop.clone(), &warn);
    drop(shown);
    match ran {
        Ok(report) => {
            let told = written(&report, false, &place.name(), console.time());
            let told = match report.totals.originals.failed {
                0 => told,
                n => told.then("; ", tr!("part-lost", n = Many(n))),
            };
            console.summary(
                tr!("part-told", part = part.index, of = part.of, told),
                numbers(&report.totals, &options.originals.retry),
            );
            Ok(exit(report.totals.originals.failed))
        }
        Err(e @ SinkError::Stopped(_)) => Err(e.into()),
        // Another attempt at the part, or the join, may have been faster.
        Err(e) => match waiting(place, &stop, |place| attempt::look(place, part, division)) {
            Ok(Some(there)) => told(list, place, part, there, &stop, &options),
            _ => Err(e.into()),
        },
    }
}

/// Says what is there already.
fn told(
    list: &List<'_>,
    place: &Arc<dyn Place>,
    part: Part,
    there: Standing,
    stop: &Receiver<Exit>,
    options: &Options,
) -> Result<Exit, Problem> {
    let (console, Part { index, of }) = (list.console, part);
    match there {
        Standing::There { files, failed } => {
            let (name, n) = (place.name(), Many(files));
            let message = tr!("part-there", part = index, of, files = n, name);
            let message = match failed {
                0 => message,
                n => message.then("; ", tr!("part-lost", n = Many(n))),
            };
            console.summary(message, json!({"files": files, "originals_failed": failed}));
            Ok(exit(failed))
        }
        Standing::Published => {
            let report = compared(list, place, stop, options)?;
            let told = done(&report, true, &place.name(), console.time());
            console
                .summary(tr!("part-told", part = index, of, told), numbers(&report.totals, &options.originals.retry));
            Ok(exit(report.totals.originals.failed))
        }
        Standing::Open(_) => Err(SinkError::Internal("a part is there and is not").into()),
    }
}

/// The published dataset against the list.
fn compared(
    list: &List<'_>,
    place: &Arc<dyn Place>,
    stop: &Receiver<Exit>,
    options: &Options,
) -> Result<Report, Problem> {
    let reader = list.reader()?;
    let report = waiting(place, stop, |place| match place.published()? {
        Some(dataset) => same::compare(&*dataset, reader, options),
        None => Err(SinkError::Internal("a dataset was published and is gone")),
    });
    Ok(report?)
}

/// Joins all parts.
fn publish(list: &List<'_>, place: &Arc<dyn Place>, of: u32, hash: String, options: &Options) -> Result<Exit, Problem> {
    let (console, stop) = (list.console, stopping()?);
    let reader = list.reader()?;
    let joined = waiting(place, &stop, |place| {
        if place.published()?.is_some() {
            return Ok(None);
        }
        let there = place.division()?;
        let options_there = there.as_ref().map(|there| there.options.clone()).unwrap_or_default();
        let division = Division { of, list: hash, options: options_there };
        if let Some(difference) = there.and_then(|there| division.difference(&there)) {
            return Err(DividedError::Other { dest: place.name(), difference }.into());
        }
        match join::join(place, reader, &division, options) {
            // Another join was faster.
            Err(_) if place.published().is_ok_and(|there| there.is_some()) => Ok(None),
            joined => joined.map(Some),
        }
    })?;
    let (report, unchanged) = match joined {
        Some(report) => (report, false),
        None => {
            let report = compared(list, place, &stop, options)?;
            // What a join that was killed has left.
            place.tidy(of)?;
            (report, true)
        }
    };
    if let Some(series) = &options.series {
        move_checkpoint(&series.file, report.reach.as_ref(), report.totals.originals.failed, console)?;
    }
    console.summary(
        done(&report, unchanged, &place.name(), console.time()),
        numbers(&report.totals, &options.originals.retry),
    );
    Ok(exit(report.totals.originals.failed))
}

fn exit(failed: u64) -> Exit {
    if failed > 0 { Exit::Partial } else { Exit::Ok }
}

fn stopping() -> Result<Receiver<Exit>, Problem> {
    signals::ending().map_err(|e| Problem::new(Exit::Other, tr!("sink-no-signals", reason = e)))
}

/// Does what waits for a server: a signal ends it.
fn waiting<T: Send>(
    place: &Arc<dyn Place>,
    stop: &Receiver<Exit>,
    what: impl FnOnce(&dyn Place) -> Result<T, SinkError> + Send,
) -> Result<T, SinkError> {
    let (send, done) = bounded(1);
    thread::scope(|scope| {
        scope.spawn(move || drop(send.send(what(&**place))));
        let gone = || Err(SinkError::Internal("a thread stopped without saying why"));
        select! {
            recv(done) -> done => done.unwrap_or_else(|_| gone()),
            recv(stop) -> exit => {
                place.stop();
                match done.recv() {
                    // It was too late to stop it.
                    Ok(Ok(value)) => Ok(value),
                    _ => exit.map_or_else(|_| gone(), |exit| Err(SinkError::Stopped(exit))),
                }
            }
        }
    })
}

/// The failure with the command that helps.
fn advised(problem: Problem, args: &Args, place: &dyn Place) -> Problem {
    let Problem::Sink(SinkError::Divided(e)) = &problem else { return problem };
    let command = |part: u32, of: u32| command(args, place, part, of);
    let exit = crate::exit::Classified::exit(e);
    let words = match e {
        DividedError::Missing { missing, first, of, .. } => {
            let named: Vec<_> = missing.iter().take(NAMED).map(u32::to_string).collect();
            let more = missing.len().saturating_sub(named.len());
            let named = if more > 0 { format!("{}, … (+{more})", named.join(", ")) } else { named.join(", ") };
            tr!("join-missing", missing = named, of, command = command(*first, *of))
        }
        DividedError::Damaged { part, .. } | DividedError::Differs { part, .. } => {
            let of = args.join.or(args.part.map(|part| part.of)).unwrap_or(1);
            let command = command(*part, of);
            tr!("part-again", reason = e.words(), manifest = manifest_of(args, *part), command)
        }
        DividedError::Lost { path, .. } => {
            let of = args.join.unwrap_or(1);
            let part = Part::of_original(path, of);
            let command = command(part, of);
            tr!("part-again-or-first", reason = e.words(), manifest = manifest_of(args, part), command)
        }
        DividedError::Other { .. } => tr!("parts-other", reason = e.words()),
        DividedError::Leftover { .. } => tr!("parts-leftover", reason = e.words()),
        DividedError::NoPlace { .. } | DividedError::NoRename { .. } => return problem,
    };
    Problem::new(exit, words)
}

/// The command that brings a part, with the options of the other parts.
fn command(args: &Args, place: &dyn Place, part: u32, of: u32) -> String {
    let choices = place.division().ok().flatten().map_or_else(|| args.choices(), |division| division.options);
    let options = choices.typed(MAX_FILE_BYTES);
    let quoted = |text: String| shlex::try_quote(&text).map_or_else(|_| text.clone(), Cow::into_owned);
    let list = quoted(args.list().map(|list| list.display().to_string()).unwrap_or_default());
    let dest = match args.storage {
        Some(id) => format!("--storage {id} --path {}", quoted(args.shown_dest())),
        None => quoted(args.shown_dest()),
    };
    format!("syn-sink {options}--part {part}/{of} {list} {dest}")
}

/// Where the manifest of a part lies.
fn manifest_of(args: &Args, part: u32) -> String {
    let dest = args.shown_dest();
    let dest = dest.trim_end_matches('/');
    if args.storage.is_some() || dest.contains("://") {
        return format!("{dest}/{}", manifest::path(part));
    }
    let path = Path::new(dest);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.parts")).join(part.to_string()).display().to_string()
}

/// What is wrong with the arguments.
pub(super) fn check(list: Option<&PathBuf>, dest: Option<&str>, extra: bool) -> Result<(), UsageError> {
    let usage = |message: Message| Err(UsageError::new(message));
    match (list, dest) {
        (Some(_), Some(_)) if extra => usage(tr!("parts-arguments")),
        (Some(list), Some(_)) if list.as_os_str() == "-" => usage(tr!("parts-list-saved")),
        (Some(list), Some(dest)) if list.is_dir() || crate::sink::lines::is_dest(dest) => {
            usage(tr!("parts-list-first", list = list.display(), dest))
        }
        (Some(_), Some(_)) => Ok(()),
        _ => usage(tr!("parts-arguments")),
    }
}
