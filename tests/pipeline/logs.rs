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
        ("sink", &["files", "bytes", "originals", "originals_failed", "retries"]),
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
        ("s.prom", "synpipe_retries{stage=\"sink\"}", 0.0),
        ("s.prom", "synpipe_running{stage=\"sink\"}", 0.0),
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

#[test]
fn metrics_of_a_run_that_goes_on_are_told_apart() {
    let p = place(&[]);
    let read = || samples(&std::fs::read_to_string(p.path("i.prom")).unwrap());
    let value = |name: &str| {
        let series = format!("synpipe_{name}{{stage=\"filter\"}}");
        read().into_iter().find(|(s, _)| *s == series).map(|(_, value)| value)
    };
    p.line("syn-fetch -q -o rows; syn-filter -q --metrics i.prom rows -o all").exits(0);
    let (success, updated) = (value("last_success_timestamp_seconds"), value("updated_timestamp_seconds"));
    assert!(success.is_some() && success == updated && value("running") == Some(0.0));
    // A run that reads what comes bit by bit, until it is told to end or is killed.
    let begun = "rm -f in; mkfifo in; syn-filter -q --metrics i.prom < in > /dev/null & pid=$!; exec 3> in; head -n 3 rows >&3; \
                 until grep -q '^synpipe_running.* 1' i.prom; do sleep 0.02; done; ";
    p.line(&format!("{begun} kill -9 $pid; wait $pid")).exits(137);
    let kept = |exit| {
        assert_eq!(
            (value("last_success_timestamp_seconds"), value("exit_code")),
            (success, Some(exit)),
            "{:?}",
            read()
        );
    };
    kept(0.0);
    assert_eq!((value("running"), value("items")), (Some(1.0), Some(2.0)));
    assert!(value("updated_timestamp_seconds") > updated && value("last_run_timestamp_seconds") == updated);
    // The next one begins anew; a signal that can be heard is told.
    p.line(&format!("sed -i '/running/s/ 1.0/ 0.0/' i.prom; {begun} kill -TERM $pid; wait $pid")).exits(143);
    kept(143.0);
    assert!(value("running") == Some(0.0) && value("items").is_none());
    p.line("syn-filter -q --metrics i.prom rows -o all").exits(0);
    assert!(value("last_success_timestamp_seconds") > success && value("exit_code") == Some(0.0));
}

#[test]
fn each_stage_tells_what_it_does_while_it_runs() {
    let p = place(&[
        "--latency-ms",
        "300",
        "--page-size",
        "5",
        "--max-page-size",
        "5",
        "--fail-rate",
        "0.2",
        "--fault-path",
        "/files/",
    ]);
    let pipe = "syn-fetch -q --concurrency 1 --metrics f.prom | syn-convert -q --to csv --metrics c.prom | \
                syn-sink -q --concurrency 1 --allow-private-urls --metrics s.prom out & pid=$!; \
                until grep -qs '^synpipe_running.* 1' s.prom || ! kill -0 $pid; do sleep 0.05; done; \
                cp s.prom during; wait $pid";
    p.line(pipe).exits(0);
    let value = |file: &str, series: &str| {
        let all = samples(&std::fs::read_to_string(p.path(file)).unwrap());
        all.into_iter().find(|(s, _)| s == series).map(|(_, value)| value)
    };
    for (file, series) in [
        ("during", "synpipe_running{stage=\"sink\"}"),
        ("f.prom", "synpipe_rows{stage=\"fetch\"}"),
        ("c.prom", "synpipe_annotations_seen{stage=\"convert\"}"),
        ("s.prom", "synpipe_retries{stage=\"sink\"}"),
    ] {
        assert!(value(file, series) > Some(0.0), "{file} {series}");
    }
    assert!(value("during", "synpipe_originals{stage=\"sink\"}") < Some(24.0));
    assert!(value("during", "synpipe_exit_code{stage=\"sink\"}").is_none());
}

#[test]
fn standard_error_is_json_however_a_run_ends() {
    let p = place(&["--latency-ms", "200", "--page-size", "5", "--max-page-size", "5"]);
    p.line("syn-fetch -q -o rows; syn-convert -q --to csv --images omit rows -o files; mkdir -p .config").exits(0);
    let wait = "until grep -q progress err; do sleep 0.02; done; kill";
    for (line, exit) in [
        // Usage errors, also where the form of messages is a default.
        ("syn-filter --no-such --log-format json", 2),
        ("syn-sink --log-format=json --concurrency x", 2),
        ("SYNPIPE_LOG_FORMAT=json syn-fetch --no-such", 2),
        ("SYNPIPE_LOG_FORMAT=json SYN_CONVERT_NO_SUCH=1 syn-convert rows", 2),
        ("syn-convert --log-format json --to coco --task pose rows", 2),
        ("syn-filter --log-format json --metrics rows rows", 2),
        ("syn-fetch --log-format json --shard 9/3", 2),
        // An argument of a message that is called like a number.
        ("SYN_FILTER_LATEST=maybe syn-filter --log-format json rows", 2),
        // Ends that are none of these.
        ("syn-filter --log-format json rows | head -n 1 > one", 0),
        ("syn-fetch --log-format json | head -n 1 > one", 0),
        ("syn-convert --log-format json --to csv rows | head -n 1 > one", 0),
        ("head -c 3000 rows | syn-filter --log-format json > out", 3),
        ("head -c 3000 files | syn-sink --log-format json cut", 3),
        ("SYNAPSE_ACCESS_TOKEN=wrong syn-fetch --log-format json", 4),
        ("syn-filter --log-format json rows > /dev/full", 6),
        ("syn-sink --log-format json dest files-that-are-not-there", 3),
        ("syn-fetch --log-format json projects > /dev/null", 0),
        ("syn-convert --log-format json --dry-run rows > /dev/null", 0),
        ("syn-convert --log-format json --check out-that-is-not-there", 3),
    ] {
        let ran = p.line(line);
        let told = lines(&ran.stderr);
        assert_eq!(ran.code(), exit, "{line}: {told:?}");
        for said in &told {
            assert!(said["expected"].is_null() || said["expected"].is_number(), "{line}: {said}");
            let is_whole = ["time", "tool", "stage", "run", "level"].iter().all(|name| said[*name].is_string());
            assert!(is_whole && (said["message"].is_string() || said["level"] == "progress"), "{line}: {said}");
        }
        assert!(
            exit == 0 || told.last().is_some_and(|last| last["exit"] == exit && last["level"] == "error"),
            "{line}: {told:?}"
        );
    }
    // A signal.
    for (line, signal, exit) in [
        ("syn-fetch --log-format json > /dev/null 2> err", "TERM", 143),
        ("syn-fetch --log-format json --concurrency 1 > /dev/null 2> err", "HUP", 129),
        ("syn-filter --log-format json --progress always < in > /dev/null 2> err", "TERM", 143),
        ("syn-convert --log-format json --to csv < in > /dev/null 2> err", "TERM", 143),
        ("syn-sink --log-format json sent < in 2> err", "TERM", 143),
    ] {
        let wait = if line.contains("< in") { "sleep 0.5; kill" } else { wait };
        let run =
            format!("rm -f in err; mkfifo in; : > err; {line} & pid=$!; exec 3<> in; {wait} -{signal} $pid; wait $pid");
        let ran = p.line(&run);
        let told = lines(&std::fs::read_to_string(p.path("err")).unwrap());
        assert_eq!(ran.code(), exit, "{line}: {told:?}");
        assert!(told.last().is_some_and(|last| last["exit"] == exit), "{line}: {told:?}");
    }
}

/// Fields that programs count with are numbers in every line, and each field of a summary or of progress is documented.
#[test]
fn fields_have_one_type() {
    let p = place(&["--latency-ms", "100", "--page-size", "5", "--max-page-size", "5"]);
    let pipe = "syn-fetch -v --log-format json | syn-filter -v --rename bottle=jar --min-size 4 --log-format json | \
                syn-convert -v --log-format json --to yolo --task segment | syn-sink -v --log-format json --allow-private-urls out";
    let told = lines(&p.line(pipe).exits(0).stderr);
    assert!(told.iter().any(|line| line["level"] == "progress"), "{told:?}");
    let documented = documented();
    for line in &told {
        for (name, value) in line.as_object().unwrap() {
            let is_number = [
                "rows",
                "bytes",
                "files",
                "items",
                "requests",
                "retries",
                "seconds",
                "annotations",
                "originals",
                "status",
            ];
            assert!(!is_number.contains(&&**name) || value.is_number(), "{name}: {line}");
            let is_counted = line["level"] == "progress" || line["seconds"].is_f64();
            assert!(!is_counted || documented.contains(name), "{name} is not in docs/logs.md: {line}");
        }
    }
}
