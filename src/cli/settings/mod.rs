//! Defaults of options: variables of the environment, and a file. What is typed comes first, then the environment, then the file, then
//! the default of the option.
//!
//! The file is `$XDG_CONFIG_HOME/synpipe.toml` or `~/.config/synpipe.toml`; `SYNPIPE_CONFIG` names another, and none when it is empty.
//! It has a section for each program and `[common]`; its keys are names of options:
//!
//! ```toml
//! [common]
//! threads = 4
//! [syn-convert]
//! to = "coco"
//! ```
//!
//! The variable of `syn-convert --to` is `SYN_CONVERT_TO`, that of `--threads`, which all programs have, `SYNPIPE_THREADS`.
//!
//! A default never meets a conflict: it gives way to what is typed, and is not among the options that a format, a subcommand or a
//! check refuses. `-v` tells which defaults are in force, and which gave way.

mod file;
pub mod show;
mod variables;

use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Options that are about one run, or give up a guard: a default of them would act where nobody thinks of it.
const TYPED_ONLY: [&str; 27] = [
    "metrics",
    "help",
    "version",
    "completions",
    "man",
    "show-config",
    "lang",
    "output",
    "dry-run",
    "verify",
    "resume",
    "checkpoint",
    "check",
    "token-stdin",
    "id",
    "ids-from",
    "ids-only",
    "not",
    "count",
    "keep-staging",
    "bare",
    "overwrite",
    "allow-partial",
    "allow-file-refs",
    "allow-private-urls",
    "unframed",
    "on-error",
];

/// Words in the names of secrets.
const SECRETS: [&str; 6] = ["token", "password", "passwd", "secret", "api-key", "credential"];

/// Options of which one is enough: what the file says of one gives way to the other.
const ALTERNATIVES: [(&str, &str); 3] = [("project", "gt-version"), ("dsn", "dsn-file"), ("host", "profile")];

/// Where a default comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the environment.
    Variable(String),
    /// A line of a file.
    Line(PathBuf, usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
        }
    }
}

/// A default of one option that somebody has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The option, without dashes.
    pub option: String,
    /// Its values, as they would be typed.
    pub values: Vec<String>,
    /// Where it is set.
    pub origin: Origin,
}

/// The defaults of a run.
#[derive(Debug, Default)]
pub struct Settings {
    /// Those in force, by option.
    pub used: BTreeMap<String, Preset>,
    /// Those that gave way, each with what it gave way to.
    pub ignored: Vec<(Preset, String)>,
}

impl Settings {
    /// The defaults for a command line that was parsed without them, and the command that has them.
    ///
    /// # Errors
    /// What is wrong with a default, and where it is set.
    pub fn apply(mut command: Command, tool: &str, typed: &ArgMatches) -> Result<(Command, Self), UsageError> {
        let of_file = match file::path() {
            Some((path, is_named)) => file::read(&path, is_named, tool, &command)?,
            None => Vec::new(),
        };
        let of_environment = variables::read(tool, &command, std::env::vars_os())?;
        let mut settings = Self::default();
        // What comes first is the stronger.
        for preset in of_environment.into_iter().chain(of_file) {
            check_value(&preset, &command)?;
            match gives_way(&preset, &command, typed, &settings.used) {
                Some(to) => settings.ignored.push((preset, to)),
                None => drop(settings.used.insert(preset.option.clone(), preset)),
            }
        }
        let used = &settings.used;
        command = command.mut_args(|arg| match arg.get_long().and_then(|long| used.get(long)) {
            // clap keeps texts that live as long as the program, as these do.
            Some(preset) => arg.default_values(preset.values.iter().map(|value| &*value.clone().leak())),
            None => arg,
        });
        Ok((command, settings))
    }

    /// What `-v` says of the defaults; `None` when there are none.
    pub fn told(&self) -> Option<Message> {
        let used =
            self.used.values().map(|p| format!("--{} {} ({})", p.option, show::masked(&p.values.join(" ")), p.origin));
        let used: Vec<_> = used.collect();
        let ignored: Vec<_> =
            self.ignored.iter().map(|(p, to)| format!("--{} ({}; {to})", p.option, p.origin)).collect();
        match (used.is_empty(), ignored.is_empty()) {
            (true, true) => None,
            (false, true) => Some(tr!("presets-used", used = used.join(", "))),
            (true, false) => Some(tr!("presets-ignored", ignored = ignored.join(", "))),
            (false, false) => Some(tr!("presets-both", used = used.join(", "), ignored = ignored.join(", "))),
        }
    }
}

/// The option of a command that a name means.
fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|arg| arg.get_long_and_visible_aliases().is_some_and(|longs| longs.contains(&name)))
}

/// Refuses what has no place among defaults; gives the option.
fn allowed<'c>(command: &'c Command, name: &str, origin: &Origin) -> Result<&'c Arg, UsageError> {
    let arg = option(command, name);
    if arg.is_none() && SECRETS.iter().any(|word| name.replace('_', "-").contains(word)) {
        return Err(UsageError::new(tr!("preset-secret", origin, name)));
    }
    let Some(arg) = arg else {
        let names = command.get_arguments().filter_map(Arg::get_long).filter(|name| !TYPED_ONLY.contains(name));
        let tool = command.get_name();
        return Err(UsageError::new(match crate::selection::words::nearest(name, names) {
            Some(near) => tr!("preset-unknown-near", origin, name, tool, near),
            None => tr!("preset-unknown", origin, name, tool),
        }));
    };
    match arg.get_long().filter(|long| TYPED_ONLY.contains(long)) {
        Some(long) => Err(UsageError::new(tr!("preset-typed-only", origin, option = long))),
        None => Ok(arg),
    }
}

/// Refuses a value that the option would refuse, and secrets.
fn check_value(preset: &Preset, command: &Command) -> Result<(), UsageError> {
    let origin = &preset.origin;
    if preset.values.iter().any(|value| show::masked(value) != *value) {
        return Err(UsageError::new(tr!("preset-secret", origin, name = &preset.option)));
    }
    let is_flag = option(command, &preset.option).is_some_and(|arg| !arg.get_action().takes_values());
    if is_flag {
        return Ok(());
    }
    let typed = preset.values.iter().map(|value| format!("--{}={value}", preset.option));
    let words = std::iter::once(command.get_name().to_owned()).chain(typed);
    use clap::error::ErrorKind::{InvalidValue, ValueValidation};
    match command.clone().try_get_matches_from(words) {
        // That an option needs or excludes another is a matter of the whole command line.
        Err(e) if matches!(e.kind(), InvalidValue | ValueValidation) => {
            let why = crate::cli::usage::one_line(command.get_name(), &e).unwrap_or_default();
            Err(UsageError::new(tr!("preset-value", origin, why)))
        }
        _ => Ok(()),
    }
}

/// What a default gives way to: the option itself, or one that it cannot be used with, typed or set by a stronger default.
fn gives_way(
    preset: &Preset,
    command: &Command,
    typed: &ArgMatches,
    used: &BTreeMap<String, Preset>,
) -> Option<String> {
    let arg = option(command, &preset.option)?;
    let is_given = |arg: &Arg| {
        let source = typed.value_source(arg.get_id().as_str());
        matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) || named_variable(arg).is_some()
    };
    let own = std::iter::once(arg);
    let conflicting = command.get_arguments().filter(|other| {
        let excludes = |a: &Arg, b: &Arg| command.get_arg_conflicts_with(a).iter().any(|c| c.get_id() == b.get_id());
        excludes(arg, other) || excludes(other, arg)
    });
    let alternatives = ALTERNATIVES.iter().filter_map(|(a, b)| match preset.option.as_str() {
        option if option == *a => Some(*b),
        option if option == *b => Some(*a),
        _ => None,
    });
    let alternatives = alternatives.filter_map(|name| option(command, name));
    let mut stronger = own.chain(conflicting).chain(alternatives);
    let to = stronger.find(|arg| is_given(arg) || arg.get_long().is_some_and(|long| used.contains_key(long)))?;
    Some(match named_variable(to) {
        Some(name) if typed.value_source(to.get_id().as_str()) != Some(ValueSource::CommandLine) => name,
        _ => format!("--{}", to.get_long().unwrap_or_default()),
    })
}

/// The variable that the help of an option names and that is set, where clap does not read it: `[env: SYNAPSE_HOST; …]`.
fn named_variable(arg: &Arg) -> Option<String> {
    let help = arg.get_help()?.to_string();
    let (_, rest) = help.split_once("[env: ")?;
    let name = rest.split([';', ']', ' ']).next()?;
    std::env::var_os(name).is_some_and(|value| !value.is_empty()).then(|| name.to_owned())
}

/// What is wrong with a flag's value, if it is none.
fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse)
}
