//! What all four binaries share: common flags, messages on standard error, and the one place that exits.

use super::ask::{Asking, terminal};
use super::settings::{Settings, show};
use super::shell::{complete, completions, man};
use super::{advice, help, metrics, progress, size, usage, verbose};
use crate::exit::{Exit, Failure, UsageError};
use crate::stream::run_mark::{self, StandardInput};
use crate::stream::whole_file::{Place, is_same};
use crate::stream::{StageError, StreamError, Writer, reader};
use crate::text;
use crate::tr;
use crate::words::{self, Language, Message, Time, Worded};
use clap::parser::ValueSource;
use clap::{Arg, Args, Command, CommandFactory, Parser, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

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
    /// Write what the run has done to FILE when it ends, also when it fails: OpenMetrics text for node exporter (docs/logs.md)
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

impl Common {
    /// The names of these options, and of those that decide whether questions are asked, without dashes.
    pub fn names() -> Vec<String> {
        let command = Asking::augment_args(Self::augment_args(Command::new("")));
        command.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).collect()
    }

    /// Those that decide how a message looks, of a command line that cannot be parsed.
    fn of_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let arguments: Vec<_> = arguments.collect();
        let given = |option: &str, value: &str| {
            arguments.contains(&format!("{option}={value}")) || arguments.windows(2).any(|pair| pair == [option, value])
        };
        let log_format = if given("--log-format", "json") { LogFormat::Json } else { LogFormat::Text };
        let color = match (given("--color", "never"), given("--color", "always")) {
            (true, _) => Colour::Never,
            (_, true) => Colour::Always,
            _ => Colour::Auto,
        };
        Self { log_format, color, ..Self::default() }
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

/// Messages on standard error. A closed standard error is ignored.
#[derive(Clone, Debug)]
pub struct Console {
    tool: &'static str,
    quiet: bool,
    verbose: u8,
    json: bool,
    colour: bool,
    colour_of_questions: bool,
    progress: ShowProgress,
    run: Arc<Run>,
}

/// What is known of a run, whatever is shown of it.
#[derive(Debug)]
struct Run {
    id: String,
    began: Instant,
    warnings: AtomicU64,
    /// The numbers of its summary.
    numbers: Mutex<Value>,
}

impl Console {
    /// The console of one binary, as its options say.
    pub fn new(tool: &'static str, common: &Common) -> Self {
        let colour = |is_terminal| match common.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => colours(&|name| std::env::var(name).ok(), is_terminal),
        };
        let json = common.log_format == LogFormat::Json;
        let (quiet, verbose) = (common.quiet, common.verbose);
        let (colour, colour_of_questions) = (colour(std::io::stderr().is_terminal()) && !json, colour(true));
        let (id, began) = (run_mark::id(), Instant::now());
        let run = Arc::new(Run { id, began, warnings: AtomicU64::new(0), numbers: Mutex::default() });
        Self { tool, quiet, verbose, json, colour, colour_of_questions, progress: common.progress, run }
    }

    /// The same, which says nothing but errors.
    #[cfg(feature = "net")]
    pub fn silent(&self) -> Self {
        Self { quiet: true, ..self.clone() }
    }

    /// What is wrong with the input or the run.
    pub fn error(&self, message: impl Into<Message>) {
        self.say("error", "31", &message.into(), &Value::Null);
    }

    /// What ends the run.
    pub fn failure(&self, failure: Failure) {
        let mut fields = json!({"code": failure.exit.word(), "exit": failure.exit.code()});
        if let (Some(fields), Some(details)) = (fields.as_object_mut(), failure.details) {
            fields.extend(*details);
        }
        self.say("error", "31", &advice::join(failure.message, failure.advice), &fields);
    }

    /// Something the user should know that does not end the run.
    pub fn warn(&self, message: impl Into<Message>) {
        self.run.warnings.fetch_add(1, Relaxed);
        if !self.quiet {
            self.say("warning", "33", &message.into(), &Value::Null);
        }
    }

    /// Good news.
    pub fn info(&self, message: impl Into<Message>) {
        if !self.quiet {
            self.say("info", "32", &message.into(), &Value::Null);
        }
    }

    /// The last line of a run, what it has done: in words, and in numbers for programs that read JSON; `seconds` is added to these.
    pub fn summary(&self, message: impl Into<Message>, mut numbers: Value) {
        *self.run.numbers.lock().unwrap_or_else(PoisonError::into_inner) = numbers.clone();
        if !self.quiet {
            numbers["seconds"] = ((self.seconds() * 1000.0).round() / 1000.0).into();
            self.say("info", "32", &message.into(), &numbers);
        }
    }

    /// Seconds since the run began.
    pub fn seconds(&self) -> f64 {
        self.run.began.elapsed().as_secs_f64()
    }

    /// The same in words: `48 s`.
    pub fn time(&self) -> Message {
        Time(self.seconds()).words()
    }

    /// Detail that `-v` asks for.
    pub fn debug(&self, message: impl Into<Message>) {
        if self.verbose > 0 && !self.quiet {
            self.say("debug", "2", &message.into(), &Value::Null);
        }
    }

    /// Whether detail is asked for (`-v`).
    pub fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Whether to draw progress: standard error is a terminal, and nobody asked for quiet or JSON.
    pub fn progress(&self) -> bool {
        self.shows_progress() && !self.json && is_drawable()
    }

    /// Whether to write progress as lines of text: it was asked for where it cannot be drawn.
    pub fn progress_in_lines(&self) -> bool {
        self.progress == ShowProgress::Always && self.shows_progress() && !self.json && !is_drawable()
    }

    /// Whether questions may be asked: nobody wants quiet, or lines for programs.
    pub fn asks(&self) -> bool {
        !self.quiet && !self.json
    }

    /// Whether questions on the terminal have colour.
    pub fn colours_questions(&self) -> bool {
        self.colour_of_questions
    }

    /// Whether messages are JSON lines.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether to write progress as JSON lines: JSON was asked for.
    pub fn json_progress(&self) -> bool {
        self.json && self.shows_progress()
    }

    fn shows_progress(&self) -> bool {
        !self.quiet && self.progress != ShowProgress::Never
    }

    /// A line of progress.
    pub fn progress_text(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{}: progress: {text}", self.tool);
    }

    /// Lines of a table, for people alone.
    pub fn block(&self, lines: &[String]) {
        if !self.quiet && !self.json {
            let lines: Vec<String> = lines.iter().map(|line| text::visible(line)).collect();
            let _turn = terminal::turn();
            progress::above(|| lines.iter().for_each(|line| drop(writeln!(std::io::stderr(), "{line}"))));
        }
    }

    /// One JSON line of progress.
    pub fn progress_line(&self, fields: &Value) {
        let _turn = terminal::turn();
        let _ = writeln!(std::io::stderr(), "{}", self.json_line("progress", None, fields));
    }

    /// `numbers`: further fields of a JSON line.
    fn say(&self, level: &str, colour: &str, message: &Message, numbers: &Value) {
        let tool = self.tool;
        // One message is one line, whatever a server or a title put into it.
        let (english, spoken) = (text::visible(message.english()), text::visible(message.spoken()));
        let line = if self.json {
            // Programs read it: the same in every language.
            self.json_line(level, Some((&english, message)), numbers)
        } else if self.colour {
            format!("{tool}: \x1b[{colour}m{level}\x1b[0m: {spoken}")
        } else {
            format!("{tool}: {level}: {spoken}")
        };
        let _turn = terminal::turn();
        progress::above(|| drop(writeln!(std::io::stderr(), "{line}")));
    }

    /// `{"time","tool","stage","run","level","message", …}`; the time is UTC, to the millisecond (docs/logs.md).
    fn json_line(&self, level: &str, message: Option<(&str, &Message)>, fields: &Value) -> String {
        let now = Timestamp::now();
        let (tool, stage, run) = (self.tool, self.stage(), &self.run.id);
        let mut line = json!({"time": format!("{now:.3}"), "tool": tool, "stage": stage, "run": run, "level": level});
        if let Some(line) = line.as_object_mut() {
            line.extend(message.map(|(message, _)| ("message".to_owned(), message.into())));
            line.extend(fields.as_object().cloned().unwrap_or_default());
            // What a summary has in words it has as numbers, too.
            let is_summary = level == "info" && fields.is_object();
            for (name, value) in message.iter().flat_map(|(_, message)| message.fields()) {
                if name == "id" || !is_summary {
                    line.entry(name).or_insert(value);
                }
            }
        }
        line.to_string()
    }

    fn stage(&self) -> &'static str {
        self.tool.trim_start_matches("syn-")
    }

    /// Writes what the run has done for programs that watch it. Gives how the run ends.
    fn metrics(&self, file: &Path, exit: Exit) -> Exit {
        let numbers = self.run.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = Timestamp::now().as_millisecond() as f64 / 1000.0;
        let (stage, id, seconds, warnings) =
            (self.stage(), &*self.run.id, self.seconds(), self.run.warnings.load(Relaxed));
        let run = metrics::Run { stage, id, exit, seconds, ended, warnings, numbers: &numbers };
        match metrics::write(file, &run) {
            Ok(()) => exit,
            Err(reason) => {
                self.error(tr!("metrics-no-file", reason = tr!("cannot-write", path = file.display(), reason)));
                if exit == Exit::Ok { Exit::Output } else { exit }
            }
        }
    }
}

/// Whether messages have colour when nothing is said about it, by the conventions of no-color.org and bixense.com/clicolors. `variable`
/// gives the value of one of the environment; an empty one is as good as none.
fn colours(variable: &dyn Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && !is_dumb(variable) && set("CLICOLOR").as_deref() != Some("0")
}

/// Whether standard error is a terminal on which a line can be drawn anew.
fn is_drawable() -> bool {
    std::io::stderr().is_terminal() && !is_dumb(&|name| std::env::var(name).ok())
}

/// Whether the terminal can do nothing but show lines.
fn is_dumb(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable("TERM").as_deref() == Some("dumb")
}

/// One of the binaries.
pub struct Program<A> {
    /// Its name, `syn-` and its stage.
    pub tool: &'static str,
    /// The options that all binaries have.
    pub common: fn(&A) -> &Common,
    /// What its command line is beyond its declaration.
    pub command: fn(Command) -> Command,
    /// The files it reads; none is standard input.
    pub inputs: fn(&A) -> Vec<PathBuf>,
    /// Whether standard output is to be a stream with frames, when nothing goes wrong.
    pub streams: fn(&A) -> bool,
    /// What it does. It is given the names, without dashes, of the options that the command line has; options that are set by the
    /// environment, or left at their default, are none of them.
    pub run: fn(A, &[String], &Console) -> Result<Exit, Failure>,
}

impl<A: Parser + CommandFactory> Program<A> {
    /// Parses the command line, runs, says what went wrong, gives the exit code.
    pub fn main(self) -> ExitCode {
        let tool = self.tool;
        words::speak(Common::language(std::env::args()));
        let _ = super::signals::survive_file_size_limit();
        if let Some(shell) = std::env::var_os(complete::VARIABLE) {
            let answer = complete::answer(&shell, std::env::args_os().skip(1), (self.command)(A::command()));
            return print(tool, || std::io::stdout().write_all(answer.as_bytes()));
        }
        let Parsed { args, typed, settings, shown } = match parse::<A>(self.command, tool) {
            Ok(parsed) => parsed,
            Err(e) => {
                let message = match e {
                    Mistake::Typed(e) => match usage::one_line(tool, &e) {
                        Some(line) => line,
                        // Help and version go to standard output and are a success; a closed reader is none of our business.
                        None => return print(tool, || e.print()),
                    },
                    Mistake::Preset(UsageError(message)) => message,
                };
                Console::new(tool, &Common::of_arguments(std::env::args())).failure(Failure::usage(message));
                return ExitCode::from(Exit::Usage.code());
            }
        };
        let common = (self.common)(&args);
        let console = Console::new(tool, common);
        if let Some(shell) = common.completions {
            let script = completions::script(shell, (self.command)(A::command()), tool);
            return print(tool, || std::io::stdout().write_all(&script));
        }
        if common.man {
            return print(tool, || std::io::stdout().write_all(&man::page((self.command)(A::command()), tool)?));
        }
        if let Some(page) = shown {
            return print(tool, || std::io::stdout().write_all(page.as_bytes()));
        }
        console.debug(verbose::program(tool, common.threads()));
        if let Some(told) = settings.told() {
            console.debug(told);
        }
        let streams = common.writes_stdout() && (self.streams)(&args);
        let input = is_stdin(&(self.inputs)(&args)).then(StandardInput::look).unwrap_or_default();
        let metrics = common.metrics.clone();
        if let Err(failure) = refuse_shared_metrics(metrics.as_deref()) {
            self.fail(failure, false, streams, &console);
            return ExitCode::from(Exit::Usage.code());
        }
        let exit = match guarded(|| (self.run)(args, &typed, &console)) {
            Ok(exit) => exit,
            Err(failure) => {
                let exit = failure.exit;
                // What a saved stream says was never told here.
                let is_told = failure.told_in.as_deref().is_some_and(|run| input.is_of_run(run));
                if exit != Exit::Ok {
                    self.fail(failure, is_told, streams, &console);
                }
                exit
            }
        };
        ExitCode::from(metrics.map_or(exit, |file| console.metrics(&file, exit)).code())
    }

    /// Says why the run has failed: to the stages behind this one, unless it has begun to write and so has told them, and to the user,
    /// unless a stage before this one has (`is_told`).
    fn fail(&self, failure: Failure, is_told: bool, streams: bool, console: &Console) {
        if streams && !Writer::is_stdout_open() && !std::io::stdout().is_terminal() {
            let stage = self.tool.trim_start_matches("syn-");
            let line = StageError::new(stage, failure.exit, failure.message.english()).line();
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        if is_told {
            console.debug(&failure.message);
        } else if !failure.message.is_empty() {
            console.failure(failure);
        }
    }
}

/// Help, the version, a script: to standard output. A reader that goes away is no failure; nor is an output that is nowhere, since programs
/// ask for the version to see whether we are there.
fn print(tool: &'static str, write: impl FnOnce() -> io::Result<()>) -> ExitCode {
    let failure: Failure = match write() {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            StreamError::Write { name: "stdout".into(), source: e }.into()
        }
        _ => return ExitCode::SUCCESS,
    };
    let exit = failure.exit.code();
    Console::new(tool, &Common::of_arguments(std::env::args())).failure(failure);
    ExitCode::from(exit)
}

/// Refuses a file of metrics that the command line names as something else, too, or that cannot be one.
fn refuse_shared_metrics(file: Option<&Path>) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    Place::file(file).map_err(|reason| {
        Failure::usage(tr!("metrics-no-file", reason = tr!("cannot-write", path = file.display(), reason)))
    })?;
    let values = std::env::args_os().skip(1).map(|argument| {
        let value =
            argument.to_str().and_then(|text| text.strip_prefix("--")?.split_once('=')).map(|(_, value)| value.into());
        value.unwrap_or_else(|| PathBuf::from(argument))
    });
    match values.filter(|value| is_same(value, file)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::usage(tr!("metrics-in-use", file = file.display()))),
    }
}

/// Whether these inputs are standard input.
fn is_stdin(inputs: &[PathBuf]) -> bool {
    inputs.iter().all(|path| path.as_os_str() == "-")
}

/// A command line that was understood.
struct Parsed<A> {
    args: A,
    /// The names of the options that were typed.
    typed: Vec<String>,
    settings: Settings,
    /// What `--show-config` prints.
    shown: Option<String>,
}

/// Why a command line was not understood.
enum Mistake {
    /// What clap says of it; also help and version.
    Typed(clap::Error),
    /// A default that somebody has set cannot be used.
    Preset(UsageError),
}

impl From<clap::Error> for Mistake {
    fn from(e: clap::Error) -> Self {
        Self::Typed(e)
    }
}

/// Reads the command line, with the defaults of the environment and the file.
fn parse<A: Parser + CommandFactory>(shape: fn(Command) -> Command, tool: &str) -> Result<Parsed<A>, Mistake> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let mut command = help::shaped(shape(A::command()), arguments.iter().map(AsRef::as_ref));
    let mut matches = command.try_get_matches_from_mut(&arguments)?;
    let mut settings = Settings::default();
    // A page about the program does not depend on what is set; a mistake there is nothing to it.
    if !matches.get_flag("man") && !matches.contains_id("completions") {
        let preset = Settings::apply(shape(A::command()), tool, &matches).map_err(Mistake::Preset)?;
        (command, settings) = preset;
        matches = command.try_get_matches_from_mut(&arguments)?;
    }
    let args = A::from_arg_matches(&matches).map_err(|e| e.format(&mut command))?;
    let is_typed = |a: &&Arg| matches.value_source(a.get_id().as_str()) == Some(ValueSource::CommandLine);
    let typed = command.get_arguments().filter(is_typed).filter_map(|a| a.get_long().map(str::to_owned)).collect();
    let shown = matches.get_flag("show_config").then(|| {
        let as_json = matches.get_one("log_format") == Some(&LogFormat::Json);
        show::page(&command, &matches, &settings, as_json)
    });
    Ok(Parsed { args, typed, settings, shown })
}

/// Turns a panic into a failure that asks for a report.
fn guarded(run: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    let panicked = |_| Err(Failure::new(Exit::Other, tr!("panicked")));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_as_the_conventions_have_it() {
        for (variables, is_terminal, colour) in [
            ("", true, true),
            ("", false, false),
            ("NO_COLOR=1", true, false),
            ("NO_COLOR=", true, true),
            ("NO_COLOR=1 CLICOLOR_FORCE=1", true, false),
            ("CLICOLOR_FORCE=1", false, true),
            ("CLICOLOR_FORCE=0", false, false),
            ("CLICOLOR_FORCE=", false, false),
            ("CLICOLOR_FORCE=1 TERM=dumb", true, true),
            ("TERM=dumb", true, false),
            ("TERM=xterm-256color", true, true),
            ("CLICOLOR=0", true, false),
            ("CLICOLOR=1", false, false),
        ] {
            let variable = |name: &str| {
                variables
                    .split(' ')
                    .filter_map(|pair| pair.split_once('='))
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| v.to_owned())
            };
            assert_eq!(colours(&variable, is_terminal), colour, "{variables} {is_terminal}");
        }
    }
}
