//! Answers a shell that asks what may follow a command line: `_SYN_COMPLETE=bash syn-filter LINE`, which the scripts of
//! [`super::completions`] call. Nothing is asked of a network, and of files only a bounded part is read.

use super::line::Line;
use super::reply::{self, Offer};
use super::values;
use clap::builder::{StyledStr, ValueHint};
use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

/// The variable that names the shell which asks.
pub const VARIABLE: &str = "_SYN_COMPLETE";
/// What marks that files are to be offered.
const FILES: &str = "files";

/// The answer to `shell`; `arguments` are the command line up to the cursor and, of bash, `COMP_WORDBREAKS` and `COMP_TYPE`. An
/// unknown shell is told nothing.
pub fn answer(shell: &OsStr, mut arguments: impl Iterator<Item = OsString>, command: Command) -> String {
    let mut next = || arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    let line = Arc::new(Line::split(&next()));
    let (breaks, kind) = (next(), next());
    let offer = offer(command, &line);
    match shell.to_str() {
        Some("bash") => reply::bash(&offer, &line, &breaks, &kind),
        Some("zsh") => reply::zsh(&offer),
        Some("fish") => reply::fish(&offer),
        _ => String::new(),
    }
}

/// What may be the word at the cursor.
fn offer(command: Command, line: &Arc<Line>) -> Offer {
    let tool = command.get_name().to_owned();
    // `sudo syn-filter …`, `X=1 ./syn-filter …`
    let is_tool = |word: &String| PathBuf::from(word).file_name().is_some_and(|name| name == &*tool);
    let mut words: Vec<OsString> = line.words.iter().skip_while(|word| !is_tool(word)).map(OsString::from).collect();
    if words.is_empty() {
        words.push(tool.clone().into());
    }
    // `--option=value` is completed as `--option value`.
    let (option, value) = match line.current.split_once('=') {
        Some((option, value)) if option.starts_with("--") => (Some(option), value),
        _ => (None, &*line.current),
    };
    words.extend(option.map(OsString::from));
    words.push(value.into());
    let at = words.len() - 1;
    let files = words[1..at].iter().map(PathBuf::from).collect();
    let mut command = teach(command, line, &Arc::new(files));
    let Ok(candidates) = clap_complete::engine::complete(&mut command, words, at, None) else {
        return Offer::Words(Vec::new());
    };
    let is_option = |candidate: &CompletionCandidate| candidate.get_id().is_some_and(|id| id.starts_with("arg::"));
    let wants_option = option.is_none() && value.starts_with('-');
    let mut files = false;
    let (mut values, mut options) = (Vec::new(), Vec::new());
    for candidate in &candidates {
        if candidate.get_tag().is_some_and(|tag| tag.to_string() == FILES) {
            files = true;
            continue;
        }
        let word = candidate.get_value().to_string_lossy();
        // A value like an option is one only behind `=`.
        if option.is_none() && word.starts_with('-') && !is_option(candidate) {
            continue;
        }
        let word = option.map_or_else(|| word.to_string(), |option| format!("{option}={word}"));
        let help = candidate.get_help().map(StyledStr::to_string).unwrap_or_default();
        if is_option(candidate) { options.push((word, help)) } else { values.push((word, help)) }
    }
    match (wants_option, files, values.is_empty()) {
        (true, ..) if !options.is_empty() => Offer::Words(options),
        (_, true, true) => Offer::Files,
        // A program without files and subcommands left has only options.
        (_, false, true) if option.is_none() => Offer::Words(options),
        _ => Offer::Words(values),
    }
}

/// The command with what each of its values may be. `files` are the words that may be files.
fn teach(command: Command, line: &Arc<Line>, files: &Arc<Vec<PathBuf>>) -> Command {
    let command = command.mut_args(|arg| if arg.get_action().takes_values() { taught(arg, line, files) } else { arg });
    command.mut_subcommands(|sub| teach(sub, line, files))
}

fn taught(arg: Arg, line: &Arc<Line>, files: &Arc<Vec<PathBuf>>) -> Arg {
    let (of, line, files) = (arg.clone(), line.clone(), files.clone());
    let complete = move |typed: &OsStr| -> Vec<CompletionCandidate> {
        let candidate = |(value, help): (String, String)| {
            let help = (!help.is_empty()).then(|| StyledStr::from(help));
            CompletionCandidate::new(value).help(help)
        };
        match values::offered(&of, &line, &files, &typed.to_string_lossy()) {
            Some(values) => values.into_iter().map(candidate).collect(),
            None => vec![CompletionCandidate::new(typed).tag(Some(FILES.into()))],
        }
    };
    arg.value_hint(ValueHint::Other).add(ArgValueCompleter::new(complete))
}
