//! The options that select rows mean the same in `syn-fetch` and `syn-filter`: `fetch` with one gives the rows that `fetch | filter`
//! with the same one gives.

use crate::common::exe;
use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::StandIn;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// Rows that differ in everything that can be selected by; created at noon in Seoul, one a day from 28 March.
fn dump() -> String {
    let label = ["stand_by", "in_progress", "completed", "skipped"];
    let review = ["stand_by", "rejected", "completed"];
    let category = ["train", "validation"];
    let class = ["car", "bus", "1. 자연"];
    let row = |n: i64| {
        let day = if n < 4 { format!("2026-03-{}", 28 + n) } else { format!("2026-04-{:02}", n - 3) };
        let class = class[n as usize % 3];
        json!({
            "id": 1000 + n,
            "data": {"annotations": {"image_1": [
                {"id": "a", "tool": "polygon", "classification": {"class": class}},
            ]}},
            "status_label": (label[n as usize % 4]),
            "status_review": (review[n as usize % 3]),
            "user": n % 5,
            "tags": [n % 2, 10 + n % 3],
            "task": {"id": 5000 + n, "tags": [20 + n % 4]},
            "created": format!("{day}T12:00:00+09:00"),
            "category": (category[n as usize % 2]),
        })
    };
    (0..12).map(|n| format!("{}\n", row(n))).collect()
}

fn server(dir: &std::path::Path) -> StandIn {
    let path = dir.join("rows.ndjson");
    std::fs::write(&path, dump()).unwrap();
    StandIn::start(&["--dump", path.to_str().unwrap(), "--token", TOKEN])
}

/// What `syn-filter` with these options makes of a stream.
fn filter(stream: &str, args: &[&str]) -> String {
    let mut command = Command::new(exe("syn-filter"));
    command.args(args).env("TZ", "Asia/Seoul").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn ids(text: &str) -> Vec<i64> {
    let rows = text.lines().filter(|line| !line.starts_with("{\"@stream\""));
    rows.map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap()).collect()
}

#[test]
fn fetch_with_an_option_is_fetch_and_filter_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    let list = dir.path().join("ids");
    std::fs::write(&list, "# chosen\n1003, 1001\n{\"id\":1007}\n").unwrap();
    let list = list.to_str().unwrap();
    // The scope, the options, and how many rows they select.
    let assignments = &["--project", "42"][..];
    let tasks = &["--project", "42", "--target", "task"][..];
    let truth = &["--gt-version", "15"][..];
    let cases: &[(&[&str], &[&str], usize)] = &[
        (assignments, &["--status", "completed"], 3),
        (assignments, &["--status", "completed,skipped"], 6),
        (assignments, &["--status-label", "completed", "--status", "skipped"], 6),
        (assignments, &["--review", "rejected"], 4),
        (assignments, &["--status-review", "rejected,completed"], 8),
        (assignments, &["--status", "completed", "--review", "rejected"], 1),
        (assignments, &["--user", "3"], 2),
        (assignments, &["--user", "3,4"], 4),
        (assignments, &["--tag", "1"], 6),
        (assignments, &["--tag", "1,11"], 8),
        (assignments, &["--tag", "1", "--tag", "11"], 8),
        (assignments, &["--task-tag", "21"], 3),
        (assignments, &["--since", "2026-04-01"], 8),
        (assignments, &["--until", "2026-04-01"], 5),
        (assignments, &["--since", "2026-03", "--until", "2026-03"], 4),
        (assignments, &["--since", "2026-03-29T12:00", "--until", "2026-03-30T12:00"], 1),
        (assignments, &["--since", "2026-03-29T12:00+09:00", "--until", "2026-W14-3"], 4),
        (assignments, &["--until", "yesterday"], 12),
        (assignments, &["--since", "2d"], 0),
        (assignments, &["--id", "1003,1001", "--id", "1007"], 3),
        (assignments, &["--ids-from", list], 3),
        (assignments, &["--ids-from", list, "--id", "1009"], 4),
        (assignments, &["--ids-from", list, "--status", "skipped"], 2),
        (assignments, &["--shard", "1/3@1004,1008"], 4),
        (assignments, &["--shard", "2/3@1004,1008"], 4),
        (assignments, &["--shard", "3/3@1004,1008"], 4),
        (tasks, &["--status", "completed"], 3),
        (tasks, &["--review", "rejected"], 4),
        (tasks, &["--task-tag", "21"], 3),
        (tasks, &["--since", "2026-04-01"], 8),
        (truth, &["--category", "train"], 6),
        (truth, &["--category", "train,validation"], 12),
        (truth, &["--class", "car"], 4),
        (truth, &["--class", "car,1. 자연"], 8),
        (truth, &["--class", "bus", "--category", "train"], 2),
    ];
    for (scope, options, count) in cases {
        let whole = fetch(&server, scope).ok();
        let asked = fetch(&server, &[*scope, options].concat()).ok();
        let (asked, filtered) = (ids(&asked.out), ids(&filter(&whole.out, options)));
        assert_eq!(asked.len(), *count, "{scope:?} {options:?}: {asked:?}");
        assert_eq!(asked, filtered, "{scope:?} {options:?}");
    }
    assert_eq!(server.stats()["ignored_keys"], json!({}));
}

#[test]
fn what_the_server_cannot_select_is_left_to_the_filter() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    let refused = |args: &[&str], words: &[&str]| {
        let Ran { err, .. } = fetch(&server, args).with_code(2);
        assert!(err.lines().count() == 1 && words.iter().all(|word| err.contains(word)), "{err}");
    };
    refused(&["--project", "42", "--user", "이영희"], &["by id, not by name", "syn-filter --user 이영희"]);
    refused(&["--project", "42", "--tag", "1,night"], &["syn-filter --tag night"]);
    refused(&["--project", "42", "--class", "car"], &["syn-filter --class"]);
    refused(&["--project", "42", "--tool", "polygon"], &["--tool"]);
    refused(&["--gt-version", "15", "--class", r"a\,b"], &["comma", "syn-filter --class"]);
    refused(&["--gt-version", "15", "--since", "2d"], &["syn-filter --since"]);
    assert_eq!(server.count("/total"), 0);
}

#[test]
fn a_subcommand_refuses_what_it_does_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    for (args, word) in [
        (&["--dsn", "postgres://reader@127.0.0.1:1/db", "projects"][..], "--dsn"),
        (&["--dsn-file", "/nowhere", "classes"], "--dsn-file"),
        (&["--limit", "3", "projects"], "--limit"),
        (&["--status", "completed", "doctor"], "--status"),
    ] {
        let Ran { err, .. } = fetch(&server, args).with_code(2);
        assert!(err.lines().count() == 1 && err.contains(word), "{err}");
    }
    assert_eq!(server.count("/total"), 0);
    fetch(&server, &["--project", "42", "classes"]).ok();
    let mut asked = command(&["projects", "--host", &server.url]);
    asked.env("SYNAPSE_ACCESS_TOKEN", TOKEN);
    run(asked).ok();
}
