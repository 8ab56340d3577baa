//! What programs read of a run: JSON lines and metrics (docs/logs.md).

use crate::place::place;
use serde_json::Value;
use std::collections::BTreeSet;

const DOCS: &str = include_str!("../../docs/logs.md");

fn lines(stderr: &str) -> Vec<Value> {
    stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// Names in the table of fields.
fn documented() -> BTreeSet<String> {
    let rows = DOCS.lines().filter(|line| line.starts_with("| `"));
    let first = rows.filter_map(|line| line.split('|').nth(1));
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_stage_of_a_pipe_tells_its_numbers_and_the_same_run() {
    let p = place(&[]);
    let pipe = "syn-fetch --log-format json | syn-filter --log-format json | \
                syn-convert --log-format json --to coco --split 0.8/0.2 | syn-sink --log-format json --allow-private-urls out";
    let told = lines(&p.line(pipe).exits(0).stderr);
    let runs: BTreeSet<_> = told.iter().map(|line| line["run"].as_str().unwrap()).collect();
    assert_eq!(runs.len(), 1, "{told:?}");
    let documented = documented();
    for (stage, numbers) in [
        ("fetch", &["rows", "bytes", "requests", "retries", "bytes_received"][..]),
        ("filter", &["items", "selected", "bad_lines", "bytes_read"]),
        (
            "convert",
            &[
                "items",
                "annotations",
                "written",
                "skipped",
                "failed",
                "lossy",
                "files",
                "renamed",
                "bad_lines",
                "bytes_read",
            ],
        ),
        ("sink", &["files", "bytes", "originals", "originals_failed"]),
    ] {
        let last = told.iter().rfind(|line| line["stage"] == stage).unwrap();
        assert_eq!((&last["level"], last["tool"] == format!("syn-{stage}")), (&"info".into(), true), "{last}");
        for name in numbers {
            assert!(last[*name].is_u64(), "{stage} {name}: {last}");
        }
        assert!(last["seconds"].is_f64(), "{last}");
        for name in last.as_object().unwrap().keys() {
            assert!(documented.contains(name), "{stage}: {name} is not in docs/logs.md");
        }
    }
    // Somebody else's id, for stages on several machines.
    let told = lines(&p.line("export SYNPIPE_RUN=night-7; syn-fetch --log-format json > /dev/null").exits(0).stderr);
    assert!(told.iter().all(|line| line["run"] == "night-7"), "{told:?}");
}

#[test]
fn retries_and_failures_have_their_fields() {
    let p = place(&["--fail-rate", "1", "--fail-status", "503"]);
    let told = lines(&p.line("syn-fetch --log-format json --retry-for 0.5 --retry-pause 0.1").exits(5).stderr);
    let retry = told.iter().find(|line| line["id"] == "retry-failing").unwrap();
    assert!(retry["level"] == "warning" && retry["status"] == 503 && retry["pause"].is_number(), "{retry}");
    assert!(
        retry["server"].as_str().unwrap().starts_with("http://127.0.0.1") && retry["reason"] == "HTTP 503",
        "{retry}"
    );
    let end = told.iter().find(|line| line["level"] == "error").unwrap();
    assert!(end["exit"] == 5 && end["code"] == "remote", "{end}");
    let p = place(&[]);
    let told = lines(
        &p.line("syn-fetch > rows; grep -v @stream rows > bare; syn-filter --log-format json bare bare -c")
            .stderr
            .lines()
            .filter(|l| l.starts_with('{'))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    assert!(told.iter().all(|line| line["message"].is_string() || line["level"] == "progress"), "{told:?}");
}

/// Samples of a file of metrics: name with labels, value. Checks what both formats ask for.
fn samples(text: &str) -> Vec<(String, f64)> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let mut types = BTreeSet::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(kind == "gauge" && types.insert(name.to_owned()), "{line}");
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            assert!(types.contains(name), "{line} has no type");
            assert!(DOCS.contains(&format!("`{name}`")), "{name} is not in docs/logs.md");
            found.push((series.to_owned(), value.parse().unwrap()));
        }
    }
    found
}

#[test]
fn metrics_tell_how_a_run_ended() {
    let p = place(&[]);
    let pipe = "syn-fetch -q --metrics f.prom > rows; syn-filter -q --metrics i.prom rows | \
                syn-convert -q --to yolo --task segment --metrics c.prom | syn-sink -q --allow-private-urls --metrics s.prom out";
    p.line(pipe).exits(0);
    let of = |name: &str| samples(&std::fs::read_to_string(p.path(name)).unwrap());
    let value = |file: &str, series: &str| of(file).into_iter().find(|(s, _)| s == series).map(|(_, value)| value);
    for (file, series, n) in [
        ("f.prom", "synpipe_rows{stage=\"fetch\"}", 24.0),
        ("f.prom", "synpipe_retries{stage=\"fetch\"}", 0.0),
        ("f.prom", "synpipe_exit_code{stage=\"fetch\"}", 0.0),
        ("i.prom", "synpipe_items_selected{stage=\"filter\"}", 24.0),
        ("c.prom", "synpipe_annotations{stage=\"convert\",outcome=\"written\"}", 199.0),
        (
            "c.prom",
            "synpipe_annotation_losses{stage=\"convert\",outcome=\"skipped\",reason=\"UNSUPPORTED_ANNOTATION_TYPE\"}",
            305.0,
        ),
        ("s.prom", "synpipe_originals{stage=\"sink\"}", 24.0),
    ] {
        assert_eq!(value(file, series), Some(n), "{series}");
    }
    // A failure: its exit code, and the success before it.
    let success = "synpipe_last_success_timestamp_seconds{stage=\"fetch\"}";
    let before = value("f.prom", success);
    p.line("SYNAPSE_ACCESS_TOKEN=wrong syn-fetch -q --metrics f.prom").exits(4);
    assert_eq!(value("f.prom", "synpipe_exit_code{stage=\"fetch\"}"), Some(4.0));
    assert!(
        before.is_some()
            && value("f.prom", success) == before
            && value("f.prom", "synpipe_rows{stage=\"fetch\"}").is_none()
    );
    // A name from outside is a label, and no more.
    p.line("SYNPIPE_RUN='a\"} 1\nx{b=\"' syn-filter -qc --metrics h.prom rows").exits(0);
    assert_eq!(of("h.prom").len(), of("i.prom").len());
    for (line, exit) in [
        ("syn-filter --metrics rows rows", 2),
        ("syn-filter --metrics=rows rows", 2),
        ("syn-filter --metrics n.prom rows -o n.prom", 2),
        ("syn-filter --metrics missing/n.prom rows", 2),
        ("syn-filter --metrics . rows", 2),
    ] {
        p.line(line).exits(exit).says("--metrics");
    }
    assert!(p.path("rows").metadata().unwrap().len() > 1000 && !p.path("n.prom").exists());
}
