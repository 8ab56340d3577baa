//! The command line of `syn-convert`.

mod args;
mod ask;
mod class_map;
mod classes_file;
mod dry_run;
mod report;
#[cfg(test)]
mod tests;

pub use args::Args;

use super::ask::command::{Answers, Before, again};
use super::ask::input::{before, is_typed_in, judge, reads_stdin};
use super::ask::terminal::somebody;
use super::check::{self, check};
use super::common::{Common, Console};
use super::progress::printing;
use super::unframed::show_input;
use crate::convert::declaration::{Declaration, Unread};
use crate::convert::engine::run::run;
use crate::convert::formats::{self, FORMATS};
use crate::convert::options::{Detail, Images};
use crate::exit::{Exit, Failure};
use crate::stream::run_mark::StandardInput;
use crate::stream::{Kind, Reader, Writer};
use crate::tr;
use crate::words::Message;
use clap::Command;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::Ordering::Relaxed;

/// For each option that some formats read, those formats as the heading of their options.
static READERS: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    let options = FORMATS.iter().flat_map(|format| format.options.iter().copied());
    options.map(|option| (option, format!("Only for --to {}", formats::names(|f| f.reads(option))))).collect()
});

/// Puts the options of formats under the names of the formats that read them, as these declare it.
pub fn grouped(command: Command) -> Command {
    command.mut_args(|arg| match arg.get_long().and_then(|option| READERS.get(option)) {
        Some(readers) if arg.get_help_heading() == Some("Formats") => arg.help_heading(readers.as_str()),
        _ => arg,
    })
}

/// Runs the stage and says what it did. `typed` are the options that the command line has, by name without dashes.
///
/// # Errors
/// A failure with the exit code of its class.
pub fn main(args: Args, typed: &[String], console: &Console) -> Result<Exit, Failure> {
    if let Some(what) = &args.check {
        refuse_besides_check(typed, args.judge.gallery.is_some())?;
        // A default of what to convert to says nothing of what to check.
        let to = args.to.as_deref().filter(|_| typed.iter().any(|option| option == "to"));
        let judge = check::CheckArgs { link: args.formats.gallery.link, ..args.judge.clone() };
        return check(what, to, args.allow_partial, args.unframed, &judge, &args.common, console);
    }
    if args.dry_run && args.to.is_none() {
        refuse_without_format(typed)?;
        return dry_run::formats(&args, console);
    }
    let Asked { args, typed, opened, answers } = complete(args, typed, console)?;
    let Some(to) = args.to.as_deref() else { return Err(ask::lacking(FORMATS)) };
    refuse_unread(to, &args, &typed)?;
    args.common.refuse_overwriting(&args.read())?;
    let mut options = args.options()?;
    let (name, format) = formats::build(to, &options).map_err(Failure::usage)?;
    let (mut reader, seen) = match opened {
        Some(opened) => opened,
        None => (args.unframed.reader(&args.files, Kind::Items, &args.common, console)?, None),
    };
    let shown = show_input(&args.files, &reader, console);
    let read = reader.bytes_read();
    let _printing = (args.common.writes_stdout() && !args.dry_run).then(printing);
    let tree = args.dry_run.then(dry_run::Tree::default);
    let writer = match &tree {
        Some(tree) => Writer::to(Box::new(tree.clone())),
        None => args.common.writer()?,
    };
    let before = seen.unwrap_or_else(|| before(&args.files, &mut reader));
    options.begin = before.hand_on(&answers);
    let hands_on = !options.begin.is_empty() && args.common.writes_stdout() && !args.bare && !args.dry_run;
    if hands_on {
        before.tell(&answers, false, console);
    }
    let summary = run(name, format, options, reader, writer, args.common.threads());
    let summary = summary.map_err(report::failure)?;
    drop(shown);
    args.unframed.tell(&summary.came, Kind::Items, console);
    if let Some(tree) = tree {
        tree.write(name, &summary, &args)?;
    }
    let exit = report::report(name, &summary, read.load(Relaxed), console);
    if !hands_on {
        before.tell(&answers, true, console);
    }
    Ok(exit)
}

/// Arguments to which nothing is missing any more.
struct Asked {
    args: Args,
    /// The options of the command line and of the answers.
    typed: Vec<String>,
    /// The input, and what the stages before have asked, when it was looked at.
    opened: Option<(Reader, Option<Before>)>,
    answers: Answers,
}

/// Asks for what is missing, if somebody is there.
fn complete(args: Args, typed: &[String], console: &Console) -> Result<Asked, Failure> {
    let typed = typed.to_vec();
    if args.to.is_some() {
        return Ok(Asked { args, typed, opened: None, answers: Answers::new() });
    }
    let Some(person) = somebody(args.asking, console) else { return Err(ask::lacking(FORMATS)) };
    let options = args.options()?;
    let can = |format: &&&'static Declaration| {
        formats::build(format.name, &options).is_ok() && refuse_unread(format.name, &args, &typed).is_ok()
    };
    let can: Vec<_> = FORMATS.iter().filter(can).copied().collect();
    if can.is_empty() {
        return Err(ask::lacking(FORMATS));
    }
    let mut reader = args.unframed.reader(&args.files, Kind::Items, &args.common, console)?;
    // What a person types is not looked at before: keys answer questions first.
    let seen = match is_typed_in(&args.files) {
        true => ask::Seen::default(),
        false => ask::Seen::of(&mut reader, reads_stdin(&args.files).then(StandardInput::look).as_ref()),
    };
    if seen.has_failed() {
        judge(Kind::Items, &mut reader).map_err(report::failure)?;
    }
    let is_given = |option: &str| typed.iter().any(|name| name == option);
    let answers = ask::format(&can, &seen, &is_given, &mut person.talk())?;
    let (args, more) = again::<Args>("syn-convert", &answers)?;
    let typed = typed.iter().cloned().chain(more).collect();
    Ok(Asked { args, typed, opened: Some((reader, Some(seen.before))), answers })
}

/// Refuses options that the format does not read, or not in the way it is run: they would be without effect.
fn refuse_unread(to: &str, args: &Args, typed: &[String]) -> Result<(), Failure> {
    let format = formats::find(to).map_err(Failure::usage)?;
    let mut ways = args.formats.ways();
    if args.bare {
        ways.push("--bare".to_owned());
    }
    // What says no more than what `--bare` does anyway is read.
    let said_anyway = |option: &str| match option {
        "images" => args.bare && args.images == Images::Omit,
        "report" => args.bare && args.report == Detail::None,
        _ => false,
    };
    let read_by_none = typed.iter().filter(|option| !said_anyway(option));
    let lines: Vec<_> = read_by_none.filter_map(|option| unread(format, &ways, option)).collect();
    if lines.is_empty() { Ok(()) } else { Err(Failure::usage(Message::list(lines, "; "))) }
}

/// Why an option has no effect on a format that is run in these ways, if so.
fn unread(format: &Declaration, ways: &[String], option: &str) -> Option<Message> {
    let to = format.name;
    if !format.reads(option) && FORMATS.iter().any(|f| f.reads(option)) {
        let readers = formats::names(|f| f.reads(option));
        return Some(tr!("option-of-formats", option, readers, to));
    }
    let holds =
        |u: &&Unread| (u.with.is_empty() || ways.iter().any(|way| way == u.with)) && u.options.contains(&option);
    let with = format.unread.iter().find(holds)?.with;
    let Some((choice, _)) = with.split_once(' ') else {
        let space = if with.is_empty() { "" } else { " " };
        return Some(tr!("option-unread-so", to, space, with, option));
    };
    let of_choice = format.unread.iter().filter(|u| u.with.starts_with(choice) && !u.options.contains(&option));
    let mut read: Vec<&str> = Vec::new();
    for Unread { with, .. } in of_choice {
        // With one more option beside it goes without saying.
        if !read.iter().any(|known| with.starts_with(&format!("{known} "))) {
            read.push(with);
        }
    }
    Some(tr!("option-read-with", to, with, option, ways = read.join(", ")))
}

/// Refuses options that decide how something is converted when no format is named.
fn refuse_without_format(typed: &[String]) -> Result<(), Failure> {
    let common = Common::names();
    let read = |option: &String| {
        ["dry-run", "allow-partial", "unframed", "on-error"].contains(&&**option) || common.contains(option)
    };
    let unread: Vec<_> = typed.iter().filter(|option| !read(option)).map(|option| format!("--{option}")).collect();
    if unread.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(tr!("dry-run-needs-format", unread = unread.join(", "))))
}

/// Refuses options that decide how something is converted when nothing is.
fn refuse_besides_check(typed: &[String], shown: bool) -> Result<(), Failure> {
    let common = Common::names();
    let of_check = |option: &str| check::OPTIONS.contains(&option) && (shown || option != "link");
    let read = |option: &String| of_check(option) || common.contains(option);
    let unread: Vec<_> = typed.iter().filter(|option| !read(option)).map(|option| format!("--{option}")).collect();
    if unread.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(tr!("check-converts-nothing", unread = unread.join(", "))))
}
