//! Jobs of the platform: lists, runs, states, stops.

use super::{RUN, job, lines, server, started};
use serde_json::{Value, json};

#[test]
fn lists_are_ndjson_without_secrets() {
    let server = server(&["--agent", "one=http://10.0.0.4:8000", "--agent", "behind NAT"]);
    let plugins = job(&server.url, &["plugins"]).exits(0);
    let first: Value = serde_json::from_str(plugins.text().lines().next().unwrap()).unwrap();
    assert_eq!((&first["code"], &first["release"]["version"]), (&json!("yolo-export"), &json!("1.2.0")));
    assert_eq!(plugins.text().lines().count(), 2);
    let agents = job(&server.url, &["agents"]).exits(0);
    let second: Value = serde_json::from_str(agents.text().lines().nth(1).unwrap()).unwrap();
    assert_eq!(second, json!({"id": 4, "name": "behind NAT", "url": null, "status": "connected"}));
    let id = started(&server.url);
    job(&server.url, &["get", "--wait", &id]).exits(0);
    for (args, count) in [(&["list"][..], 1), (&["list", "--status", "failed"], 0), (&["list", "--action", "train"], 0)]
    {
        assert_eq!(job(&server.url, args).exits(0).text().lines().count(), count, "{args:?}");
    }
}

#[test]
fn a_run_sends_what_was_asked_for_and_ends_as_the_job_does() {
    for (end, code) in [("SUCCEEDED", 0), ("FAILED", 1), ("STOPPED", 143)] {
        let server = server(&["--job-end", end, "--job-line-ms", "5"]);
        let args =
            [&RUN[..], &["--name", "n", "--target", "task", "--param", "k=2", "--save-originals=false", "--follow"]]
                .concat();
        job(&server.url, &args).exits(code).writes(lines(5));
        assert_eq!(
            server.calls()[0]["body"],
            json!({
                "agent": 3, "action": "export", "debug": false, "language": "en",
                "params": {"name": "n", "storage": 1, "save_original_file": false, "path": "exports/x", "target": "task",
                    "filter": {"project": 42}, "extra_params": {"k": 2}},
            })
        );
    }
}

#[test]
fn the_id_is_found_in_every_form_of_the_answer() {
    for form in ["job-id", "id", "nested", "bare", "data", "none"] {
        let server = server(&["--run-answer", form, "--job-line-ms", "1"]);
        assert_eq!(started(&server.url), "0b7e6d1c-1b2a-4c3d-8e4f-000000000001", "{form}");
    }
    // It may have begun: it is not asked for again.
    let server = server(&["--run-answer", "cut"]);
    job(&server.url, &RUN).exits(5).fails_with_one_line("syn-job").says("it may have been done all the same");
    assert_eq!(server.calls().as_array().unwrap().len(), 1);
}

#[test]
fn what_is_missing_is_told_with_its_choices() {
    let server = server(&["--needs-mode", "--agent", "a=http://h", "--agent", "b"]);
    let run =
        |args: &[&str]| job(&server.url, &[&["--log-format", "json", "run", "yolo-export"], args].concat()).exits(2);
    let all = ["--filter", "project=42", "--agent", "3", "--param", "segmentation_mode=instance", "--storage", "1"];
    for (args, missing, choices) in [
        (&all[2..], "--filter", json!(["project=ID"])),
        (&all[..2], "--agent", json!(["3", "4"])),
        (&all[..4], "--param segmentation_mode", json!(["instance", "semantic", "exclude"])),
        (&all[..6], "--storage", json!(["1"])),
        (&all[..8], "--path", json!([])),
    ] {
        let ran = run(args);
        let line: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        let given = line["choices"].as_array().cloned().unwrap_or_default();
        let given: Vec<_> = given.iter().map(|choice| choice["value"].clone()).collect();
        assert_eq!((&line["missing"], json!(given)), (&json!(missing), choices), "{line}");
    }
    assert_eq!(server.calls(), json!([]));
}

#[test]
fn mistakes_are_known_before_anything_is_started() {
    let server = server(&[]);
    for (args, code, why) in [
        (&["run", "nope", "--filter", "project=42", "--storage", "1", "--path", "x"][..], 4, "there is no plugin nope"),
        (&["run", "x", "--filter", "projekt=42"], 2, "project"),
        (&["run", "x", "--filter", "project=42", "--param", "k"], 2, "KEY=VALUE"),
        (&["run", "x", "--filter", "project=42", "--agent", "who"], 2, "no agent"),
        (&["run", "x", "--debug", "--version", "1"], 2, "--version"),
        (&["get", "0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f"], 4, "there is no job"),
        (&["get", "0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f", "--ray", "http://h:8265"], 2, "job of the platform"),
        (&["get", "raysubmit_1"], 2, "on which Ray cluster"),
        (&["get", "raysubmit_1", "--ray", "h:8265"], 2, "--ray"),
        (&["logs"], 2, "<ID>"),
        (&[], 2, "which command"),
    ] {
        job(&server.url, args).exits(code).fails_with_one_line("syn-job").says(why);
    }
    assert_eq!(server.calls(), json!([]));
}

#[test]
fn a_stop_is_done_once_and_said_twice() {
    let server = server(&["--job-lines", "10000"]);
    let id = started(&server.url);
    job(&server.url, &["stop", &id]).exits(0).says("is stopped");
    job(&server.url, &["stop", &id]).exits(0).says("had ended before: STOPPED");
    job(&server.url, &["logs", "-f", &id]).exits(143).says("was stopped");
    job(&server.url, &["get", "--wait", &id]).exits(143);
    job(&server.url, &["get", &id]).exits(0);
}

#[test]
fn tokens_are_sent_as_the_newer_part_of_the_api_wants_them() {
    let server = server(&["--bare-tokens", "--job-line-ms", "1"]);
    let id = started(&server.url);
    job(&server.url, &["logs", "-f", &id]).exits(0).writes(lines(5));
    assert_eq!(server.count("/leaked_tokens"), 0);
}
