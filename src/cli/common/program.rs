//! A binary from its command line to its exit code.

use super::{Common, Console, LogFormat};
use crate::cli::settings::{Settings, show};
use crate::cli::shell::{complete, completions, man};
use crate::cli::{help, metrics, slips, usage, verbose};
use crate::exit::{Exit, Failure, UsageError};
use crate::stream::run_mark::StandardInput;
use crate::stream::whole_file::{Place, is_same};
use crate::stream::{StageError, StreamError, Writer};
use crate::tr;
use crate::words;
use clap::parser::ValueSource;
use clap::{Arg, Command, CommandFactory, Parser, ValueEnum};
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
        let _ = crate::cli::signals::survive_file_size_limit();
        if let Some(shell) = std::env::var_os(complete::VARIABLE) {
            let answer = complete::answer(&shell, std::env::args_os().skip(1), (self.command)(A::command()));
            return print(tool, || std::io::stdout().write_all(answer.as_bytes()));
        }
        let Parsed { args, typed, settings, shown } = match parse::<A>(self.command, tool) {
            Ok(parsed) => parsed,
            Err(e) => {
                let failure = match e {
                    Mistake::Typed(e) => match usage::one_line(tool, &e) {
                        Some(line) => usage::failure(line, &e),
                        // Help and version go to standard output and are a success; a closed reader is none of our business.
                        None => return print(tool, || e.print()),
                    },
                    Mistake::Preset(UsageError(message)) => Failure::usage(message),
                };
                let typed = Common::of_arguments(std::env::args());
                let log_format = typed.log_format.or_else(|| preset_form::<A>(self.command, tool)).unwrap_or_default();
                Console::new(tool, &typed.common(log_format)).failure(failure);
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
        if console.is_verbose() {
            console.debug(verbose::program(tool, common.threads()));
        }
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
        console.tell_signals(metrics.clone());
        let repeated = metrics.clone().map(|file| {
            let console = console.clone();
            metrics::repeat(move || console.metrics_so_far(&file))
        });
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
        drop(repeated);
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
    let typed = Common::of_arguments(std::env::args());
    Console::new(tool, &typed.common(typed.log_format.unwrap_or_default())).failure(failure);
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
    if let Some(slip) = slips::of_dashes(&command, arguments.iter().skip(1).filter_map(|word| word.to_str())) {
        return Err(Mistake::Preset(UsageError(slip)));
    }
    let mut matches = command.try_get_matches_from_mut(&arguments)?;
    let mut settings = Settings::default();
    // A page about the program does not depend on what is set; a mistake there is nothing to it.
    if !matches.get_flag("man") && !matches.contains_id("completions") {
        let preset;
        (preset, settings) = Settings::apply(shape(A::command()), tool, &matches).map_err(Mistake::Preset)?;
        if !settings.used.is_empty() {
            command = preset;
            matches = command.try_get_matches_from_mut(&arguments)?;
        }
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

/// The form of messages that somebody has set as a default, for a command line that was not understood.
fn preset_form<A: CommandFactory>(shape: fn(Command) -> Command, tool: &str) -> Option<LogFormat> {
    let variable = || std::env::var("SYNPIPE_LOG_FORMAT").ok().and_then(|form| LogFormat::from_str(&form, true).ok());
    let of_settings = || {
        let command = || shape(A::command());
        let nothing = command().ignore_errors(true).try_get_matches_from([tool]).ok()?;
        let (preset, _) = Settings::apply(command(), tool, &nothing).ok()?;
        let matches = preset.ignore_errors(true).try_get_matches_from([tool]).ok()?;
        matches.get_one("log_format").copied()
    };
    variable().or_else(of_settings)
}

/// Turns a panic into a failure that asks for a report.
fn guarded(run: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    let panicked = |_| Err(Failure::new(Exit::Other, tr!("panicked")));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(panicked)
}
