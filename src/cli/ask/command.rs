//! The command line that would have asked nothing, and how it is handed on from stage to stage.
//!
//! ```json
//! "asked":{"commands":["syn-fetch --project 42"],"run":"5f0c…-a91b…-1764376021456789"}
//! ```
//! A stage that has asked, or that comes after one that has, says so in its begin frame: with the command lines of all stages so far, and
//! the mark of its run. Who reads it straight from that pipe knows the whole pipe; when another program is between, nobody does. In a
//! file there is no such key: a dump is the same whether somebody was asked for it or not.

use super::super::common::Console;
use super::super::settings::Settings;
use super::answered;
use crate::exit::Failure;
use crate::stream::Begin;
use crate::stream::run_mark::{self, StandardInput};
use crate::tr;
use clap::Parser;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

/// The key of begin frames.
pub const KEY: &str = "asked";

/// What was asked for, as arguments: `--project`, `42`.
pub type Answers = Vec<String>;

/// What a begin frame says.
#[derive(Debug, Deserialize, Serialize)]
struct Handed {
    commands: Vec<String>,
    run: String,
}

/// What the stages before this one have asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Whether one of them has asked somebody, in the run that this process is part of.
    pub asked: bool,
    /// Whether one of them has failed, or nothing came.
    pub has_failed: bool,
    /// Their command lines, when all of them are known.
    commands: Vec<String>,
}

impl Before {
    /// As a begin frame on standard input says.
    pub fn of(begin: &Begin, input: &StandardInput) -> Self {
        let Some(handed) = begin.body.get(KEY).and_then(|told| Handed::deserialize(told).ok()) else {
            return Self::default();
        };
        let is_straight = input.is_straight_from(&handed.run);
        let commands = if is_straight { handed.commands } else { Vec::new() };
        Self { asked: is_straight || input.is_of_run(&handed.run), has_failed: false, commands }
    }

    /// As a begin frame on standard input says that came just now.
    pub fn come(begin: &Begin, input: &StandardInput) -> Self {
        let before = Self::of(begin, input);
        if before.asked {
            answered(Instant::now());
        }
        before
    }

    /// What a stage after these, to which these answers were given, adds to its begin frame; nothing when nobody was asked, or when its
    /// output is no pipe. When a stage before is not known, no command line is.
    pub fn hand_on(&self, answers: &Answers) -> Map<String, Value> {
        let mut keys = Map::new();
        let Some(run) = run_mark::own_pipe().filter(|_| self.asked || !answers.is_empty()) else { return keys };
        let mut commands = self.commands.clone();
        if !self.asked || !commands.is_empty() {
            commands.push(own(answers));
        }
        keys.insert(KEY.to_owned(), serde_json::to_value(Handed { commands, run }).unwrap_or_default());
        keys
    }

    /// The begin frame of a stage that passes on the one it gets; `None`: it says nothing of questions.
    pub fn passed_on(begin: &Begin) -> Option<Map<String, Value>> {
        begin.body.get(KEY)?;
        let handed = Self::come(begin, &StandardInput::look()).hand_on(&Answers::new());
        let mut body = begin.body.clone();
        body.shift_remove(KEY);
        body.extend(handed);
        Some(body)
    }

    /// Says the command line without questions, when somebody was asked. Of the last stage it is that of the whole pipe, if that is
    /// known.
    pub fn tell(&self, answers: &Answers, is_last: bool, console: &Console) {
        if answers.is_empty() && !(is_last && self.asked && !self.commands.is_empty()) {
            return;
        }
        let before = if is_last { &self.commands[..] } else { &[] };
        let all: Vec<_> = before.iter().cloned().chain([own(answers)]).collect();
        console.info(tr!("ask-command", command = all.join(" | ")));
    }
}

/// Reads the command line of this process again with the answers in it, and with the defaults that are set; gives the options that they
/// are, without dashes, as well.
///
/// # Errors
/// A usage failure when they do not go together.
pub fn again<A: Parser>(tool: &str, answers: &Answers) -> Result<(A, Vec<String>), Failure> {
    let words: Vec<OsString> = std::env::args_os().chain(answers.iter().map(Into::into)).collect();
    let refused = |e: clap::Error| Failure::usage(e.render().to_string().replace('\n', " "));
    let typed = A::command().try_get_matches_from(&words).map_err(refused)?;
    let (mut command, _) = Settings::apply(A::command(), tool, &typed)?;
    let matches = command.try_get_matches_from_mut(&words).map_err(refused)?;
    let args = A::from_arg_matches(&matches).map_err(refused)?;
    Ok((args, answers.iter().filter_map(|word| word.strip_prefix("--")).map(str::to_owned).collect()))
}

/// The command line of this process with the answers in it.
fn own(answers: &Answers) -> String {
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().unwrap_or_default();
    let name = Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or(program);
    line(std::iter::once(name).chain(words).chain(answers.iter().cloned()))
}

/// Words as a line that a shell reads as these words.
fn line(words: impl Iterator<Item = String>) -> String {
    let quoted = words.map(|word| shlex::try_quote(&word).map_or_else(|_| word.clone(), Cow::into_owned));
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_by_a_shell_as_it_was_meant() {
        for words in [
            &["syn-fetch", "--project", "42"][..],
            &["syn-sink", "my data/도로"],
            &["syn-convert", "--naming", "{{ split }}_{{ stem }}", "it's"],
            &["x", "", "$HOME", "`id`", "a\\b", "*.ndjson", "\"", "a\nb", "!", "~"],
        ] {
            let text = line(words.iter().map(|word| (*word).to_owned()));
            let out =
                std::process::Command::new("sh").args(["-c", &format!("printf '%s\\0' {text}")]).output().unwrap();
            let read: Vec<_> = out.stdout.split(|b| *b == 0).map(String::from_utf8_lossy).collect();
            assert_eq!(&read[..read.len() - 1], words, "{text}");
        }
    }
}
