//! What all binaries share: common options, messages on standard error, and the one place that exits.
//!
//! * [`console`]: messages, as lines or as JSON
//! * [`program`]: a binary from its command line to its exit code

mod console;
mod program;

pub use console::Console;
pub use program::Program;

use super::ask::Asking;
use super::size;
use crate::exit::Failure;
use crate::stream::whole_file::is_same;
use crate::stream::{StreamError, Writer, reader};
use crate::tr;
use crate::words::Language;
use clap::{Args, Command, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Form of the messages on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// `syn-NAME: level: message`.
    #[default]
    Text,
    /// One JSON object a line: `time`, `stage`, `level`, `message`, and numbers as fields.
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; everywhere with `CLICOLOR_FORCE`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowProgress {
    /// On a terminal that can move its cursor, while the program is in the foreground; as JSON lines with `--log-format json`.
    #[default]
    Auto,
    /// Also elsewhere: there as a line each second.
    Always,
    /// Never.
    Never,
}

/// Options that every binary has.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// Write to FILE instead of standard output; it appears when it is whole, compressed when it is called .gz or .zst
    #[arg(short, long, value_name = "FILE", global = true, help_heading = "Common options")]
    pub output: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Common options")]
    pub quiet: bool,
    /// Say more (repeat for still more)
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Common options")]
    pub verbose: u8,
    /// Form of the messages on standard error
    #[arg(
        long,
        value_name = "FORM",
        default_value = "text",
        global = true,
        hide_short_help = true,
        help_heading = "Common options"
    )]
    pub log_format: LogFormat,
    /// Write what the run does to FILE every 15 s and when it ends, also when it fails: OpenMetrics text for node exporter (docs/logs.md)
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = "Common options")]
    pub metrics: Option<PathBuf>,
    /// When to show progress
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_short_help = true,
        help_heading = "Common options"
    )]
    pub progress: ShowProgress,
    /// Colour in messages
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_short_help = true,
        help_heading = "Common options"
    )]
    pub color: Colour,
    /// Worker threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), global = true, help_heading = "Common options")]
    pub threads: Option<u16>,
    /// Longest input line accepted: bytes, or a size such as 64MiB
    #[arg(long, value_name = "N", default_value_t = reader::LINE_CAP, value_parser = size::line_bytes, global = true, hide_short_help = true, help_heading = "Common options")]
    pub max_line_bytes: usize,
    /// Language of messages, tables and questions [default: that of LC_ALL, LC_MESSAGES or LANG]; help and JSON are English
    #[arg(long, value_name = "LANG", global = true, hide_short_help = true, help_heading = "Common options")]
    pub lang: Option<Language>,
    /// Print a completion script for SHELL and stop
    #[arg(long, value_name = "SHELL", global = true, hide_short_help = true, help_heading = "Common options")]
    pub completions: Option<clap_complete::Shell>,
    /// Print the man page and stop
    #[arg(long, global = true, hide_short_help = true, help_heading = "Common options")]
    pub man: bool,
    /// Print the options with their values and where each comes from, as TOML (--log-format json: as JSON), and stop
    #[arg(long, global = true, hide_short_help = true, help_heading = "Common options")]
    pub show_config: bool,
}

/// How messages are to look, as far as the command line says.
struct Typed {
    log_format: Option<LogFormat>,
    color: Colour,
}

impl Typed {
    /// Common options that say so, and nothing else.
    fn common(&self, log_format: LogFormat) -> Common {
        Common { log_format, color: self.color, ..Common::default() }
    }
}

impl Common {
    /// The names of these options, and of those that decide whether questions are asked, without dashes.
    pub fn names() -> &'static [String] {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let command = Asking::augment_args(Common::augment_args(Command::new("")));
            command.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).collect()
        });
        &NAMES
    }

    /// Those that decide how a message looks, of a command line that cannot be parsed.
    fn of_arguments(arguments: impl Iterator<Item = String>) -> Typed {
        let arguments: Vec<_> = arguments.collect();
        let given = |option: &str, value: &str| {
            arguments.contains(&format!("{option}={value}")) || arguments.windows(2).any(|pair| pair == [option, value])
        };
        let log_format = match (given("--log-format", "json"), given("--log-format", "text")) {
            (true, _) => Some(LogFormat::Json),
            (_, true) => Some(LogFormat::Text),
            _ => None,
        };
        let color = match (given("--color", "never"), given("--color", "always")) {
            (true, _) => Colour::Never,
            (_, true) => Colour::Always,
            _ => Colour::Auto,
        };
        Typed { log_format, color }
    }

    /// Whether the text of the output is for people: on a terminal, or when a language was asked for. Elsewhere it is English.
    pub fn is_read_by_people(&self) -> bool {
        (self.output.is_none() && std::io::stdout().is_terminal()) || self.lang.is_some()
    }

    /// The language that the command line, or else the locale, asks for.
    fn language(arguments: impl Iterator<Item = String>) -> Language {
        let arguments: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
        let after = |i: usize| arguments.get(i + 1).map(String::as_str);
        let value = |(i, argument): (usize, &String)| match argument.strip_prefix("--lang") {
            Some("") => after(i).map(str::to_owned),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        let asked = arguments.iter().enumerate().filter_map(value).next_back();
        asked
            .and_then(|value| Language::from_str(&value, false).ok())
            .unwrap_or_else(|| Language::of_environment(|name| std::env::var(name).ok()))
    }

    /// Number of worker threads to use.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from)
    }

    /// Refuses an output file that is also an input, or another file of this run.
    ///
    /// # Errors
    /// A [`Failure`] with [`Exit::Usage`] that names the file.
    pub fn refuse_overwriting(&self, others: &[PathBuf]) -> Result<(), Failure> {
        let Some(out) = self.output.as_deref().filter(|_| !self.writes_stdout()) else { return Ok(()) };
        let is_file = |path: &Path| path.metadata().map_or(true, |there| there.is_file());
        let stdin = Path::new("/dev/stdin");
        let paths = others.iter().map(|path| if path.as_os_str() == "-" { stdin } else { path.as_path() });
        let mut paths = paths.filter(|path| is_file(path));
        match paths.any(|path| is_same(path, out)) {
            true => {
                let out = out.display();
                Err(Failure::usage(tr!("both-input-and-output", out)))
            }
            false => Ok(()),
        }
    }

    /// Whether the output is standard output.
    pub fn writes_stdout(&self) -> bool {
        self.output.as_ref().is_none_or(|path| path.as_os_str() == "-")
    }

    /// The output that `-o` or its absence names.
    ///
    /// # Errors
    /// [`StreamError::Write`] when it cannot be opened.
    pub fn writer(&self) -> Result<Writer, StreamError> {
        match &self.output {
            Some(path) if !self.writes_stdout() => Writer::file(path),
            _ => Writer::stdout(),
        }
    }
}
