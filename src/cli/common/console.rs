//! Messages on standard error, as lines or as JSON, and what is known of a run.

use super::{Colour, Common, LogFormat, ShowProgress};
use crate::cli::ask::{answered_at, terminal};
use crate::cli::progress::line;
use crate::cli::{advice, metrics, signals};
use crate::exit::{Exit, Failure};
use crate::stream::run_mark;
use crate::text;
use crate::tr;
use crate::words::{Message, Time, Worded};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Fields that are numbers in some line, and so in every line (docs/logs.md): where lines are gathered, a field has one type.
const NUMBERS: [&str; 24] = [
    "annotations",
    "bad_lines",
    "bytes",
    "bytes_per_second",
    "bytes_read",
    "bytes_received",
    "concurrency",
    "exit",
    "expected",
    "failed",
    "files",
    "items",
    "lossy",
    "originals",
    "pause",
    "renamed",
    "requests",
    "retries",
    "rows",
    "seconds",
    "selected",
    "skipped",
    "status",
    "written",
];

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
    /// What is counted while it goes on.
    live: Mutex<Live>,
}

/// Gives the numbers of a summary at any time before it.
#[derive(Default)]
struct Live(Option<Box<dyn Fn() -> Value + Send>>);

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&self.0.is_some()).finish()
    }
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
        let run =
            Arc::new(Run { id, began, warnings: AtomicU64::new(0), numbers: Mutex::default(), live: Mutex::default() });
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

    /// Gives the numbers of a summary at any time before it.
    pub fn watch(&self, numbers: impl Fn() -> Value + Send + 'static) {
        self.run.live.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(Box::new(numbers));
    }

    /// Seconds since the run began; the time that a person has needed for answers before is none of it.
    pub fn seconds(&self) -> f64 {
        answered_at().map_or(self.run.began, |answered| answered.max(self.run.began)).elapsed().as_secs_f64()
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
        self.shows_progress() && !self.json && line::is_drawable()
    }

    /// Whether to write progress as lines of text: it was asked for where it cannot be drawn.
    pub fn progress_in_lines(&self) -> bool {
        self.progress == ShowProgress::Always && self.shows_progress() && !self.json && !line::is_drawable()
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
    pub fn progress_text(&self, text: &Message) {
        let _turn = terminal::turn();
        line::above(&format!("{}: progress: {}\n", self.tool, text.spoken()));
    }

    /// Lines of a table, for people alone.
    pub fn block(&self, lines: &[String]) {
        if !self.quiet && !self.json {
            let lines: String = lines.iter().map(|line| format!("{}\n", text::visible(line))).collect();
            let _turn = terminal::turn();
            line::above(&lines);
        }
    }

    /// One JSON line of progress.
    pub fn progress_line(&self, fields: &Value) {
        let _turn = terminal::turn();
        line::above(&format!("{}\n", self.json_line("progress", None, fields)));
    }

    /// `numbers`: further fields of a JSON line.
    fn say(&self, level: &str, colour: &str, message: &Message, numbers: &Value) {
        let tool = self.tool;
        // One message is one line, whatever a server or a title put into it.
        let (english, spoken) = (text::visible(message.english()), text::visible(message.spoken()));
        let mut line = if self.json {
            // Programs read it: the same in every language.
            self.json_line(level, Some((&english, message)), numbers)
        } else if self.colour {
            format!("{tool}: \x1b[{colour}m{level}\x1b[0m: {spoken}")
        } else {
            format!("{tool}: {level}: {spoken}")
        };
        line.push('\n');
        let _turn = terminal::turn();
        line::above(&line);
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
                let has_its_type = value.is_number() || !NUMBERS.contains(&name);
                if name == "id" || (!is_summary && has_its_type) {
                    line.entry(name).or_insert(value);
                }
            }
        }
        line.to_string()
    }

    /// The program that speaks.
    pub fn tool(&self) -> &'static str {
        self.tool
    }

    fn stage(&self) -> &'static str {
        self.tool.trim_start_matches("syn-")
    }

    /// What programs that watch a run are told: of one that has ended so, or that goes on.
    fn told(&self, exit: Option<Exit>) -> metrics::Run<'_> {
        let live = || self.run.live.lock().unwrap_or_else(PoisonError::into_inner).0.as_ref().map(|numbers| numbers());
        let numbers = match exit {
            Some(_) => self.run.numbers.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => live().unwrap_or_default(),
        };
        let (stage, id, seconds) = (self.stage(), &*self.run.id, self.seconds());
        let (now, warnings) = (Timestamp::now().as_millisecond() as f64 / 1000.0, self.run.warnings.load(Relaxed));
        metrics::Run { stage, id, exit, seconds, now, warnings, numbers }
    }

    /// Tells programs that watch the run of a signal that ends it, and of panics: nobody else does.
    pub(super) fn tell_signals(&self, file: Option<PathBuf>) {
        if self.json {
            let console = self.clone();
            std::panic::set_hook(Box::new(move |panic| console.error(tr!("panic", panic = panic.to_string()))));
        }
        if self.json || file.is_some() {
            let console = self.clone();
            signals::before_end(move |exit| {
                if !signals::is_handled() {
                    if console.json {
                        console.failure(Failure::new(exit, tr!("stopped")));
                    }
                    if let Some(file) = &file {
                        console.metrics(file, exit);
                    }
                }
                false
            });
        }
    }

    /// Writes what the run has done so far for programs that watch it.
    pub(super) fn metrics_so_far(&self, file: &Path) {
        // What goes wrong is told at the end.
        let _ = metrics::write(file, &self.told(None));
    }

    /// Writes what the run has done for programs that watch it. Gives how the run ends.
    pub(super) fn metrics(&self, file: &Path, exit: Exit) -> Exit {
        match metrics::write(file, &self.told(Some(exit))) {
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

/// Whether the terminal can do nothing but show lines.
fn is_dumb(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable("TERM").as_deref() == Some("dumb")
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
