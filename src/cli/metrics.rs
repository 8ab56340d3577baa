//! `--metrics FILE`: what a run does and has done, as text that the textfile collector of node exporter and OpenMetrics parsers read alike.
//!
//! All metrics are gauges: they tell of one run, the last. The label `stage` is on each of them; the id of the run is on
//! `synpipe_run_info` alone, since a label that changes every night would make a new series of every metric.

use crate::exit::Exit;
use crate::stream::whole_file::{Place, PlaceError, WholeFile};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Metrics that are numbers of the summary: the field, the name, the unit, what it is.
const FIELDS: &[(&str, &str, Option<Unit>, &str)] = &[
    ("rows", "rows", None, "Rows written"),
    ("lines", "lines", None, "Lines written as one file"),
    ("items", "items", None, "Items read"),
    ("selected", "items_selected", None, "Items selected"),
    ("annotations", "annotations_seen", None, "Annotations read"),
    ("files", "files", None, "Files written, or asked for"),
    ("renamed", "files_renamed", None, "Files that have another name than the wanted one"),
    ("bytes", "written", Some(Unit::Bytes), "What was written, before compression"),
    ("bytes_read", "read", Some(Unit::Bytes), "What was read of the input, as it came"),
    ("bytes_received", "received", Some(Unit::Bytes), "What the server has sent"),
    ("requests", "requests", None, "Requests to the server"),
    ("retries", "retries", None, "Requests that were sent again"),
    ("bad_lines", "bad_lines", None, "Lines that were passed over"),
    ("items_failed", "items_failed", None, "Items that could not be converted"),
    ("originals", "originals", None, "Originals downloaded"),
    ("originals_failed", "originals_failed", None, "Originals that could not be downloaded"),
];

/// How the last run that has ended did so. It stays while another one goes on.
const EXIT_CODE: &str = "exit_code";
/// When that was.
const LAST_RUN: &str = "last_run_timestamp";
/// When a run has succeeded last. It stays when one fails.
const LAST_SUCCESS: &str = "last_success_timestamp";
/// Until a file is written for the first time: a run that is over in a moment needs none before.
const FIRST: Duration = Duration::from_secs(1);
/// Between two files of a run that goes on.
const INTERVAL: Duration = Duration::from_secs(15);

/// Held while a file is written; `true`: the run has ended, and nothing more is to be told of it.
static WRITING: Mutex<bool> = Mutex::new(false);

/// What is told of a run.
pub struct Run<'a> {
    /// `fetch`, `filter`, `convert`, `sink` or `job`.
    pub stage: &'a str,
    /// The id of the run.
    pub id: &'a str,
    /// How it ended; `None`: it goes on.
    pub exit: Option<Exit>,
    /// How long it took, seconds.
    pub seconds: f64,
    /// When this is told, seconds since 1970.
    pub now: f64,
    /// Its warnings.
    pub warnings: u64,
    /// The numbers of its summary.
    pub numbers: Value,
}

/// What a file tells of runs that have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ended {
    exit_code: Option<f64>,
    last_run: Option<f64>,
    last_success: Option<f64>,
}

impl Ended {
    /// As the file of an earlier run tells.
    fn of(text: &str) -> Self {
        let value = |name: &str| {
            let is_it = |line: &&str| line.strip_prefix("synpipe_").is_some_and(|line| line.starts_with(name));
            text.lines().find(is_it)?.rsplit_once(' ')?.1.parse().ok().filter(|at: &f64| at.is_finite())
        };
        Self { exit_code: value(EXIT_CODE), last_run: value(LAST_RUN), last_success: value(LAST_SUCCESS) }
    }

    /// With this run, if it has ended.
    fn and(self, run: &Run<'_>) -> Self {
        let Some(exit) = run.exit else { return self };
        let last_success = if exit == Exit::Ok { Some(run.now) } else { self.last_success };
        Self { exit_code: Some(exit.code().into()), last_run: Some(run.now), last_success }
    }
}

/// Writes again and again while a run goes on, until it is dropped.
pub struct Repeated {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to do so.
pub fn repeat(write: impl Fn() + Send + 'static) -> Repeated {
    let over = Arc::new(AtomicBool::new(false));
    let is_over = over.clone();
    let run = move || {
        let mut due = Instant::now() + FIRST;
        while !is_over.load(Relaxed) {
            std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
            if Instant::now() >= due && !is_over.load(Relaxed) {
                write();
                due = Instant::now() + INTERVAL;
            }
        }
    };
    // Without the thread there is the file of the end.
    Repeated { over, thread: std::thread::Builder::new().name("metrics".into()).spawn(run).ok() }
}

impl Drop for Repeated {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Labels and a value.
type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// Puts the metrics of a run at `file`, as a whole. What the file told of an earlier success stays, if this run has failed or goes on.
///
/// # Errors
/// [`PlaceError`]; the old file is there then.
pub fn write(file: &Path, run: &Run<'_>) -> Result<(), PlaceError> {
    let mut is_over = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if *is_over {
        return Ok(());
    }
    *is_over = run.exit.is_some();
    let before = std::fs::read_to_string(file).map(|text| Ended::of(&text)).unwrap_or_default();
    let mut out = WholeFile::create(Place::file(file)?)?;
    out.write_all(text(run, before.and(run)).as_bytes())?;
    Ok(out.finish()?)
}

/// The metrics of a run, and of those that have ended.
fn text(run: &Run<'_>, ended: Ended) -> String {
    let mut registry = Registry::with_prefix("synpipe");
    let mut add = |name: &str, unit: Option<&Unit>, help: &str, samples: &[Sample<'_>]| {
        let family = Family::<Vec<(String, String)>, Gauge<f64, AtomicU64>>::default();
        for (labels, value) in samples {
            let all = [("stage", run.stage)].into_iter().chain(labels.iter().copied());
            let labels: Vec<_> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            family.get_or_create(&labels).set(*value);
        }
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit.clone(), family),
            None => registry.register(name, help, family),
        }
    };
    let version = env!("CARGO_PKG_VERSION");
    add("run_info", None, "The run that all of this is about", &[(vec![("run", run.id), ("version", version)], 1.0)]);
    let seconds = Some(&Unit::Seconds);
    let running = if run.exit.is_none() { 1.0 } else { 0.0 };
    add("running", None, "1 while the run goes on, 0 when it has ended", &[(vec![], running)]);
    add("updated_timestamp", seconds, "When this was written, seconds since 1970", &[(vec![], run.now)]);
    add("duration", seconds, "How long the run took, or has taken so far", &[(vec![], run.seconds)]);
    add("warnings", None, "Warnings of the run", &[(vec![], run.warnings as f64)]);
    for (name, unit, help, value) in [
        (EXIT_CODE, None, "The exit code of the last run that has ended", ended.exit_code),
        (LAST_RUN, seconds, "When a run ended last, seconds since 1970", ended.last_run),
        (LAST_SUCCESS, seconds, "When a run ended with exit code 0 last, seconds since 1970", ended.last_success),
    ] {
        value.into_iter().for_each(|value| add(name, unit, help, &[(vec![], value)]));
    }
    for (field, name, unit, help) in FIELDS {
        if let Some(n) = run.numbers[*field].as_f64() {
            add(name, unit.as_ref(), help, &[(vec![], n)]);
        }
    }
    annotations(&run.numbers, &mut add);
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = encode(&mut text, &registry);
    text
}

/// Annotations by what became of them, and why. Reasons are those of docs/formats.md: a list that has an end.
fn annotations(numbers: &Value, add: &mut impl FnMut(&str, Option<&Unit>, &str, &[Sample<'_>])) {
    if numbers["written"].as_u64().is_none() {
        return;
    }
    let outcome = |outcome: &'static str| (vec![("outcome", outcome)], numbers[outcome].as_f64().unwrap_or(0.0));
    let outcomes = ["written", "skipped", "failed", "lossy"].map(outcome);
    add("annotations", None, "Annotations by outcome; those that are lossy are written, too", &outcomes);
    let mut reasons = Vec::new();
    for outcome in ["skipped", "failed", "lossy"] {
        for (code, n) in numbers["reasons"][outcome].as_object().into_iter().flatten() {
            let labels = vec![("outcome", outcome), ("reason", code.as_str())];
            reasons.push((labels, n.as_f64().unwrap_or(0.0)));
        }
    }
    if !reasons.is_empty() {
        add("annotation_losses", None, "Annotations that were left out or changed, by reason code", &reasons);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(exit: Option<Exit>, numbers: Value) -> Run<'static> {
        Run { stage: "convert", id: "r1", exit, seconds: 1.5, now: 100.0, warnings: 2, numbers }
    }

    fn text_of(run: &Run<'_>, before: &str) -> String {
        text(run, Ended::of(before).and(run))
    }

    #[test]
    fn what_a_run_has_done_is_told() {
        let numbers = json!({"items": 7, "written": 60, "skipped": 9, "failed": 0, "lossy": 1, "bytes_read": 2048,
            "reasons": {"skipped": {"UNSUPPORTED_ANNOTATION_TYPE": 9}, "failed": {}, "lossy": {"CLIPPED_TO_IMAGE": 1}}});
        let text = text_of(&run(Some(Exit::Ok), numbers), "");
        for line in [
            "# TYPE synpipe_items gauge",
            "synpipe_items{stage=\"convert\"} 7.0",
            "synpipe_read_bytes{stage=\"convert\"} 2048.0",
            "# UNIT synpipe_duration_seconds seconds",
            "synpipe_duration_seconds{stage=\"convert\"} 1.5",
            "synpipe_exit_code{stage=\"convert\"} 0.0",
            "synpipe_running{stage=\"convert\"} 0.0",
            "synpipe_updated_timestamp_seconds{stage=\"convert\"} 100.0",
            "synpipe_warnings{stage=\"convert\"} 2.0",
            "synpipe_last_success_timestamp_seconds{stage=\"convert\"} 100.0",
            "synpipe_annotations{stage=\"convert\",outcome=\"skipped\"} 9.0",
            "synpipe_annotation_losses{stage=\"convert\",outcome=\"lossy\",reason=\"CLIPPED_TO_IMAGE\"} 1.0",
            "# EOF",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(!text.contains("synpipe_rows"), "what a stage does not count is not told as zero: {text}");
    }

    #[test]
    fn a_failure_keeps_the_last_success_and_labels_are_escaped() {
        let fails = Run { id: "a\"b\\c\nd", ..run(Some(Exit::Remote), Value::Null) };
        let first = text_of(&fails, "");
        assert!(!first.contains(LAST_SUCCESS) && first.contains("synpipe_exit_code{stage=\"convert\"} 5.0"), "{first}");
        assert!(first.contains("run=\"a\\\"b\\\\c\\nd\""), "{first}");
        assert_eq!(Ended::of(&first), Ended { exit_code: Some(5.0), last_run: Some(100.0), last_success: None });
        let success = "synpipe_last_success_timestamp_seconds{stage=\"convert\"} 42.0\n";
        assert_eq!(Ended::of(&text_of(&fails, success)).last_success, Some(42.0));
        assert_eq!(Ended::of(&text_of(&run(Some(Exit::Ok), Value::Null), success)).last_success, Some(100.0));
        for odd in ["", "synpipe_last_success_timestamp_seconds", "synpipe_last_success_timestamp_seconds NaN", "x 1"] {
            assert_eq!(Ended::of(odd), Ended::default(), "{odd}");
        }
    }

    #[test]
    fn a_run_that_goes_on_keeps_what_is_told_of_those_that_have_ended() {
        let ended = text_of(&run(Some(Exit::Partial), json!({"items": 7})), "");
        let later = Run { now: 200.0, ..run(None, json!({"items": 3})) };
        let now = text_of(&later, &ended);
        for line in [
            "synpipe_running{stage=\"convert\"} 1.0",
            "synpipe_updated_timestamp_seconds{stage=\"convert\"} 200.0",
            "synpipe_items{stage=\"convert\"} 3.0",
            "synpipe_exit_code{stage=\"convert\"} 7.0",
            "synpipe_last_run_timestamp_seconds{stage=\"convert\"} 100.0",
        ] {
            assert!(now.lines().any(|l| l == line), "{line}\n{now}");
        }
        assert!(!text_of(&later, "").contains("exit_code"), "nothing has ended yet");
    }
}
