//! The command line of `syn-convert`.

mod args;
mod classes_file;
mod report;
#[cfg(test)]
mod tests;

pub use args::Args;

use super::check::{self, check};
use super::common::{Common, Console};
use super::unframed::show_input;
use crate::convert::engine::run::run;
use crate::convert::formats::{self, FORMATS};
use crate::exit::{Exit, Failure};
use crate::stream::Kind;
use clap::Command;
use std::collections::BTreeMap;
use std::sync::LazyLock;

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
        refuse_besides_check(typed)?;
        return check(what, args.to.as_deref(), args.allow_partial, args.unframed, &args.judge, &args.common, console);
    }
    let Some(to) = args.to.as_deref() else {
        return Err(Failure::usage(format!("say what to convert to: --to {}", formats::names(|_| true))));
    };
    refuse_unread(to, typed)?;
    args.common.refuse_overwriting(&args.read())?;
    let options = args.options()?;
    let (name, format) = formats::build(to, &options).map_err(Failure::usage)?;
    let reader = args.unframed.reader(&args.files, Kind::Items, &args.common, console)?;
    let shown = show_input(&args.files, &reader, console);
    let summary = run(name, format, options, reader, args.common.writer()?, args.common.threads())?;
    drop(shown);
    args.unframed.tell(&summary.came, Kind::Items, console);
    Ok(report::report(name, &summary, console))
}

/// Refuses options that some formats read and this one does not: they would be without effect.
fn refuse_unread(to: &str, typed: &[String]) -> Result<(), Failure> {
    let format = formats::find(to).map_err(Failure::usage)?;
    let unread = typed.iter().filter(|option| !format.reads(option) && FORMATS.iter().any(|f| f.reads(option)));
    let lines: Vec<_> = unread
        .map(|option| {
            let readers = formats::names(|f| f.reads(option));
            format!("--{option} is read by --to {readers}; --to {to} has no use for it")
        })
        .collect();
    if lines.is_empty() { Ok(()) } else { Err(Failure::usage(lines.join("; "))) }
}

/// Refuses options that decide how something is converted when nothing is.
fn refuse_besides_check(typed: &[String]) -> Result<(), Failure> {
    let common = Common::names();
    let read = |option: &String| check::OPTIONS.contains(&&**option) || common.contains(option);
    let unread: Vec<_> = typed.iter().filter(|option| !read(option)).map(|option| format!("--{option}")).collect();
    if unread.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} is for converting, and --check converts nothing: leave it out (--to FORMAT checks one format only)",
        unread.join(", ")
    )))
}
