//! `syn-fetch --dump PART…`: which dumps are meant, and what is said of them.

use super::args::Fetch;
use super::progress::Fetching;
use crate::cli::ask::command::Before;
use crate::cli::common::{Common, Console};
use crate::cli::progress::show;
#[cfg(feature = "stores")]
use crate::cli::stored::Object;
use crate::exit::{Exit, Failure};
use crate::fetch::dump::{self, Joined, Options};
use crate::fetch::output::progress::Watch;
#[cfg(feature = "stores")]
use crate::net::retry::RetryPolicy;
use crate::sink::address::scheme;
use crate::stream::StreamError;
use crate::stream::readable::Readable;
use crate::tr;
use crate::words::Size;
use clap::Args;
use glob::MatchOptions;
#[cfg(feature = "stores")]
use glob::Pattern;
use serde_json::json;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;

/// Dumps in place of a server.
#[derive(Debug, Args)]
#[command(next_help_heading = "From dumps")]
pub struct Dumps {
    /// Read saved dumps instead of the API: all parts of one export, in any order, as the stream of the undivided run. Files, folders,
    /// patterns of names ('run/part-*'), addresses in stores ('s3://run/part-*.ndjson.zst'); compressed or not
    #[arg(long, value_name = "PART", num_args = 1..)]
    pub dump: Vec<PathBuf>,
    /// Accept what is there of dumps when parts are missing, or were cut
    #[arg(long, requires = "dump", hide_short_help = true)]
    allow_partial: bool,
}

/// How the names of dumps end.
const ENDINGS: [&str; 2] = [".ndjson", ".jsonl"];
/// A `*` stands for no `/`, as in a shell.
const AS_A_SHELL: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Options that are of use with dumps besides those of every binary, without dashes.
const READ: [&str; 5] = ["dump", "allow-partial", "bare", "retry-for", "ca-file"];

/// Joins dumps. `typed` are the options on the command line, without dashes.
pub fn run(args: &Fetch, typed: &[String], console: &Console) -> Result<Exit, Failure> {
    if let Some(command) = &args.command {
        return Err(Failure::usage(tr!("dump-command", name = command.name())));
    }
    let is_read = |option: &&String| READ.contains(&option.as_str()) || Common::names().contains(option);
    if let Some(option) = typed.iter().find(|option| !is_read(option)) {
        return Err(Failure::usage(tr!("dump-option", option)));
    }
    let mut parts = Vec::new();
    for place in &args.dumps.dump {
        find(place, args, console, &mut parts)?;
    }
    let names: Vec<PathBuf> = parts.iter().map(|part| PathBuf::from(part.name())).collect();
    args.common.refuse_overwriting(&names)?;
    let options = Options {
        allow_partial: args.dumps.allow_partial,
        bare: args.running.bare,
        line_cap: args.common.max_line_bytes,
        pass_on: Before::passed_on,
    };
    let watch = Watch::default();
    let shown = show(Fetching { watch: watch.clone(), client: None }, console);
    let done = dump::run(&parts, &options, || args.common.writer(), &watch, &mut |note| console.info(note.text));
    drop(shown);
    let Joined { rows, parts, notes } = done?;
    notes.into_iter().for_each(|note| console.warn(note.text));
    let bytes = watch.bytes.load(Relaxed);
    let numbers = json!({"rows": rows, "bytes": bytes, "parts": parts});
    console.summary(tr!("dump-done", rows, parts, size = Size(bytes), time = console.time()), numbers);
    Ok(Exit::Ok)
}

/// The dumps that a name stands for.
fn find(place: &Path, args: &Fetch, console: &Console, parts: &mut Vec<Box<dyn Readable>>) -> Result<(), Failure> {
    let text = place.to_string_lossy();
    if text == "-" {
        return Err(Failure::usage(tr!("dump-stdin")));
    }
    let before = parts.len();
    let passed_over = match scheme(&text) {
        Some(_) => stored(&text, args, console, parts)?,
        None => local(place, &text, parts)?,
    };
    match (parts.len() - before, passed_over) {
        (0, 0) => return Err(Failure::new(Exit::Input, tr!("dump-nothing", place = text))),
        (0, _) => return Err(Failure::new(Exit::Input, tr!("dump-no-dumps", place = text))),
        (_, 0) => {}
        (_, n) => console.info(tr!("dump-passed-over", place = text, n)),
    }
    Ok(())
}

/// Dumps on this machine; gives the number of files in a folder that are none.
fn local(place: &Path, text: &str, parts: &mut Vec<Box<dyn Readable>>) -> Result<u64, Failure> {
    let unreadable = |source| StreamError::Read { name: text.to_owned(), source };
    let mut add = |path: PathBuf| parts.push(Box::new(Local { name: path.display().to_string(), path }));
    match place.metadata() {
        Ok(there) if there.is_file() => add(place.to_owned()),
        Ok(there) if there.is_dir() => {
            let mut paths = Vec::new();
            for entry in place.read_dir().map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                if path.is_file() && !is_hidden(&path) {
                    paths.push(path);
                }
            }
            paths.sort_unstable();
            let (dumps, others): (Vec<_>, Vec<_>) =
                paths.into_iter().partition(|path| is_dump(&path.to_string_lossy()));
            dumps.into_iter().for_each(add);
            return Ok(others.len() as u64);
        }
        Ok(_) => return Err(Failure::usage(tr!("dump-no-file", place = text))),
        Err(_) if is_pattern(text) => {
            let found = glob::glob_with(text, AS_A_SHELL);
            let found = found.map_err(|why| Failure::usage(tr!("dump-pattern", place = text, why = why.msg)))?;
            for path in found {
                let path = path.map_err(|e| unreadable(e.into()))?;
                if path.is_file() {
                    add(path);
                }
            }
        }
        Err(e) => return Err(unreadable(e).into()),
    }
    Ok(0)
}

/// Dumps in a store; gives the number of files in a folder that are none.
#[cfg(feature = "stores")]
fn stored(text: &str, args: &Fetch, console: &Console, parts: &mut Vec<Box<dyn Readable>>) -> Result<u64, Failure> {
    let retry: RetryPolicy = args.connect.retries(console);
    let mut add =
        |found: Vec<Object>| parts.extend(found.into_iter().map(|object| Box::new(object) as Box<dyn Readable>));
    if text.ends_with('/') && !is_pattern(text) {
        let (found, others) = Object::below(text, &retry, is_dump)?;
        add(found);
        return Ok(others);
    }
    if !is_pattern(text) {
        add(vec![Object::at(text, &retry)?]);
        return Ok(0);
    }
    let fixed = text.find(['*', '?', '[']).unwrap_or(text.len());
    let folder = text[..fixed].rfind('/').map_or(0, |at| at + 1);
    let pattern = Pattern::new(&text[folder..]);
    let pattern = pattern.map_err(|why| Failure::usage(tr!("dump-pattern", place = text, why = why.msg)))?;
    add(Object::below(&text[..folder], &retry, |path| pattern.matches_with(path, AS_A_SHELL))?.0);
    Ok(0)
}

/// There are no stores in this build.
#[cfg(not(feature = "stores"))]
fn stored(text: &str, _: &Fetch, _: &Console, _: &mut Vec<Box<dyn Readable>>) -> Result<u64, Failure> {
    Err(Failure::usage(tr!("dump-no-stores", place = text)))
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a name is that of a dump, compressed or not.
fn is_dump(name: &str) -> bool {
    let plain = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    ENDINGS.iter().any(|end| plain.ends_with(end))
}

/// A file of this machine.
struct Local {
    path: PathBuf,
    name: String,
}

impl Readable for Local {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, StreamError> {
        match File::open(&self.path) {
            Ok(file) => Ok(Box::new(file)),
            Err(source) => Err(StreamError::Read { name: self.name.clone(), source }),
        }
    }
}
