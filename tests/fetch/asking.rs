//! What is said when something is missing and nobody is there to be asked. Questions themselves: `tests/terminal`.

use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::{Value, json};
use std::net::TcpListener;
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
        (&["gt-versions"], "--gt-dataset", json!({"value": "7", "title": "Stand-in ground truth"})),
        (
            &["--target", "ground_truth"],
            "--gt-version",
            json!({"value": "15", "title": "v1.0", "dataset": "Stand-in ground truth"}),
        ),
    ] {
        let told = line(fetch(&server, &[&["--log-format", "json"], args].concat()));
        assert_eq!(told["missing"], missing, "{told}");
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
