//! `--metrics FILE`: what a run has done, as text that the textfile collector of node exporter and OpenMetrics parsers read alike.
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
use std::sync::atomic::AtomicU64;

/// Metrics that are numbers of the summary: the field, the name, the unit, what it is.
const FIELDS: &[(&str, &str, Option<Unit>, &str)] = &[
    ("rows", "rows", None, "Rows written"),
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

/// When a run has succeeded last. It stays when one fails.
const LAST_SUCCESS: &str = "last_success_timestamp";

/// What is told of a run.
pub struct Run<'a> {
    /// `fetch`, `filter`, `convert` or `sink`.
    pub stage: &'a str,
    /// The id of the run.
    pub id: &'a str,
    /// How it ended.
    pub exit: Exit,
    /// How long it took, seconds.
    pub seconds: f64,
    /// When it ended, seconds since 1970.
    pub ended: f64,
    /// Its warnings.
    pub warnings: u64,
    /// The numbers of its summary.
    pub numbers: &'a Value,
}

/// Labels and a value.
type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// Puts the metrics of a run at `file`, as a whole. What the file told of an earlier success stays, if this run has failed.
///
/// # Errors
/// [`PlaceError`]; the old file is there then.
pub fn write(file: &Path, run: &Run<'_>) -> Result<(), PlaceError> {
    let before = std::fs::read_to_string(file).ok().and_then(|text| last_success(&text));
    let mut out = WholeFile::create(Place::file(file)?)?;
    out.write_all(text(run, before).as_bytes())?;
    Ok(out.finish()?)
}

/// The metrics of a run.
fn text(run: &Run<'_>, last_success: Option<f64>) -> String {
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
    add("exit_code", None, "The exit code of the run", &[(vec![], f64::from(run.exit.code()))]);
    add("duration", Some(&Unit::Seconds), "How long the run took", &[(vec![], run.seconds)]);
    add("warnings", None, "Warnings of the run", &[(vec![], run.warnings as f64)]);
    let seconds = Some(&Unit::Seconds);
    add("last_run_timestamp", seconds, "When the run ended, seconds since 1970", &[(vec![], run.ended)]);
    let success = if matches!(run.exit, Exit::Ok) { Some(run.ended) } else { last_success };
    if let Some(at) = success {
        add(LAST_SUCCESS, seconds, "When a run ended with exit code 0 last, seconds since 1970", &[(vec![], at)]);
    }
    for (field, name, unit, help) in FIELDS {
        if let Some(n) = run.numbers[*field].as_f64() {
            add(name, unit.as_ref(), help, &[(vec![], n)]);
        }
    }
    annotations(run.numbers, &mut add);
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

/// When a run has succeeded, by a file of an earlier run.
fn last_success(text: &str) -> Option<f64> {
    let of = |line: &&str| line.starts_with("synpipe_") && line.contains(LAST_SUCCESS);
    text.lines().find(of)?.rsplit_once(' ')?.1.parse().ok().filter(|at: &f64| at.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run<'a>(exit: Exit, numbers: &'a Value) -> Run<'a> {
        Run { stage: "convert", id: "r1", exit, seconds: 1.5, ended: 100.0, warnings: 2, numbers }
    }

    #[test]
    fn what_a_run_has_done_is_told() {
        let numbers = json!({"items": 7, "written": 60, "skipped": 9, "failed": 0, "lossy": 1, "bytes_read": 2048,
            "reasons": {"skipped": {"UNSUPPORTED_ANNOTATION_TYPE": 9}, "failed": {}, "lossy": {"CLIPPED_TO_IMAGE": 1}}});
        let text = text(&run(Exit::Ok, &numbers), None);
        for line in [
            "# TYPE synpipe_items gauge",
            "synpipe_items{stage=\"convert\"} 7.0",
            "synpipe_read_bytes{stage=\"convert\"} 2048.0",
            "# UNIT synpipe_duration_seconds seconds",
            "synpipe_duration_seconds{stage=\"convert\"} 1.5",
            "synpipe_exit_code{stage=\"convert\"} 0.0",
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
        let text_of = |before| text(&Run { id: "a\"b\\c\nd", ..run(Exit::Remote, &Value::Null) }, before);
        let first = text_of(None);
        assert!(!first.contains(LAST_SUCCESS) && first.contains("synpipe_exit_code{stage=\"convert\"} 5.0"), "{first}");
        assert!(first.contains("run=\"a\\\"b\\\\c\\nd\""), "{first}");
        assert_eq!(last_success(&first), None);
        assert_eq!(last_success(&text_of(Some(42.0))), Some(42.0));
        assert_eq!(last_success(&text(&run(Exit::Ok, &Value::Null), Some(42.0))), Some(100.0));
        for odd in ["", "synpipe_last_success_timestamp_seconds", "synpipe_last_success_timestamp_seconds NaN", "x 1"] {
            assert_eq!(last_success(odd), None, "{odd}");
        }
    }
}
