//! What is said when something is missing and nobody is there to be asked. Questions themselves: `tests/terminal`.

use crate::common::exe;
use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The one line of JSON that a run has said.
fn line(ran: Ran) -> Value {
    let ran = ran.with_code(2);
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ran.err);
    serde_json::from_str(lines[0]).unwrap()
}

#[test]
fn programs_are_told_what_there_is_to_choose_from() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN, "--extra-projects", "300", "--title", "도로"]);
    for (args, missing, first) in [
        (&[][..], "--project", json!({"value": "42", "title": "도로"})),
        (&["--status", "completed"], "--project", json!({"value": "42", "title": "도로"})),
        (&["classes"], "--project", json!({"value": "42", "title": "도로"})),
        (&["project"], "--project", json!({"value": "42", "title": "도로"})),
        (&["data-units"], "--data-collection", json!({"value": "1", "title": "Stand-in collection"})),
        (&["gt-versions"], "--gt-dataset", json!({"value": "7", "title": "Stand-in ground truth"})),
        (
            &["--target", "ground_truth"],
            "--gt-version",
            json!({"value": "15", "title": "v1.0", "dataset": "Stand-in ground truth"}),
        ),
    ] {
        let told = line(fetch(&server, &[&["--log-format", "json"], args].concat()));
        assert_eq!(told["missing"], missing, "{told}");
        assert!(told["give"][0].as_str().unwrap().starts_with(missing), "{told}");
        assert_eq!(told["choices"][0], first, "{told}");
        assert_eq!((&told["code"], &told["exit"]), (&json!("usage"), &json!(2)), "{told}");
        if missing == "--project" {
            assert_eq!(told["choices"].as_array().unwrap().len(), 200);
            assert_eq!(told["choices_in_all"], 301);
        }
        let optional = &told["may_choose"];
        assert_eq!(optional["--review"].is_array(), args.is_empty(), "{told}");
        // For people it is a line without lists.
        let ran = fetch(&server, args).with_code(2);
        assert!(ran.err.starts_with("syn-fetch: error: which ") && !ran.err.contains("choices"), "{}", ran.err);
    }
}

#[test]
fn a_server_that_cannot_be_asked_is_no_reason_to_hang_or_to_say_nothing() {
    // One takes calls and never answers; nobody listens at the other.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [silent.local_addr().unwrap().port(), 1] {
        let mut command = command(&["--log-format", "json"]);
        command.env("SYNAPSE_HOST", format!("http://127.0.0.1:{port}")).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        let began = Instant::now();
        let ran = run(command).with_code(2);
        assert!(began.elapsed() < Duration::from_secs(30));
        let told: Value = serde_json::from_str(ran.err.lines().last().unwrap()).unwrap();
        assert_eq!((&told["missing"], &told["choices"]), (&json!("--project"), &Value::Null), "{told}");
    }
}

#[test]
fn every_line_about_something_missing_says_what_and_how_to_give_it() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let home = tempfile::tempdir().unwrap();
    let there = home.path().join("there");
    fs::create_dir(home.path().join(".synapse")).unwrap();
    let profiles = json!({"environments": {"bare": {}, "nobody": {"backend_url": server.url}}});
    fs::write(home.path().join(".synapse/config.json"), profiles.to_string()).unwrap();
    let list = "{\"@stream\":\"begin\",\"kind\":\"files\",\"v\":1}\n{\"path\":\"a\",\"text\":\"b\"}\n\
                {\"@stream\":\"end\",\"items\":1}\n";
    assert_eq!(stage("syn-sink", home.path(), &[there.to_str().unwrap()], &[], list).0, 0);
    let token = [("SYNAPSE_HOST", &*server.url), ("SYNAPSE_ACCESS_TOKEN", TOKEN)];
    let user = [("SYNAPSE_HOST", &*server.url), ("SYNAPSE_PLUGIN_RUN_USER_TOKEN", TOKEN)];
    // Program, options, variables; exit code, what is missing, one of the ways to give it, one of the choices.
    type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str, &'a str, Option<&'a str>);
    let cases: &[Case<'_>] = &[
        ("syn-fetch", &["--project", "42"], &token[..1], 2, "--token-file", "SYNAPSE_ACCESS_TOKEN", None),
        ("syn-fetch", &["projects"], &[], 2, "--token-file", "syn-fetch login", None),
        (
            "syn-fetch",
            &["projects", "--profile", "nobody"],
            &[],
            2,
            "--token-file",
            "syn-fetch login --profile NAME",
            None,
        ),
        ("syn-fetch", &["projects", "--profile", "bare"], &[], 2, "--host", "syn-fetch login --profile NAME", None),
        ("syn-fetch", &["projects"], &user, 2, "--tenant", "SYNAPSE_PLUGIN_RUN_TENANT", None),
        ("syn-fetch", &["login"], &[], 2, "--token-file", "--token-stdin", None),
        ("syn-fetch", &[], &token, 2, "--project", "SYNAPSE_PROJECT", Some("42")),
        ("syn-fetch", &["--target"], &token, 2, "--target", "--target TARGET", Some("task")),
        ("syn-fetch", &["--target", "task"], &token, 2, "--project", "--project ID", Some("42")),
        ("syn-convert", &[], &[], 2, "--to", "--to FORMAT", Some("coco")),
        ("syn-convert", &["--to", "csv", "--bounds"], &[], 2, "--bounds", "--bounds WHAT", Some("clip")),
        ("syn-sink", &["--storage", "1"], &token, 2, "--path", "--path PATH", None),
        ("syn-sink", &["--path", "x"], &token, 2, "--storage", "--storage ID", Some("1")),
        ("syn-sink", &["--path", "x", "--verify"], &token, 2, "--storage", "--storage ID", Some("1")),
        ("syn-sink", &["--storage", "1", "--dry-run"], &token, 2, "--path", "--path PATH", None),
        ("syn-sink", &["--storage", "1", "--path", "x"], &token[..1], 2, "--token-file", "syn-fetch login", None),
        ("syn-sink", &["there"], &[], 6, "--overwrite", "DEST", None),
        ("syn-filter", &["--where"], &[], 2, "--where", "--where PROGRAM", None),
    ];
    for (program, args, variables, code, missing, way, choice) in cases {
        let (ended, said) = stage(program, home.path(), &[&["--log-format", "json"], *args].concat(), variables, list);
        assert_eq!((ended, said.lines().count()), (*code, 1), "{program} {args:?}: {said}");
        let told: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(told["missing"], *missing, "{program} {args:?}: {told}");
        let has = |key: &str, wanted: &str| {
            told[key].as_array().is_some_and(|all| all.iter().any(|one| one == wanted || one["value"] == wanted))
        };
        assert!(has("give", way), "{program} {args:?}: {told}");
        assert!(choice.is_none_or(|choice| has("choices", choice)), "{program} {args:?}: {told}");
        assert!(!said.contains(TOKEN), "{said}");
        // For people it is one line as well.
        let (ended, said) = stage(program, home.path(), args, variables, list);
        assert_eq!((ended, said.lines().count()), (*code, 1), "{program} {args:?}: {said}");
    }
}

/// Runs a stage in a folder; its exit code, and what it says on standard error.
fn stage(program: &str, folder: &Path, args: &[&str], variables: &[(&str, &str)], input: &str) -> (i32, String) {
    let mut command = std::process::Command::new(exe(program));
    command.args(args).env_clear().env("HOME", folder).env("SYNPIPE_NO_INPUT", "1").envs(variables.iter().copied());
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that ends early reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
}
