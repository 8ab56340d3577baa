//! What can be listed: data collections, data units, one project; page by page, with `--limit`.

use crate::common::fetch::{Ran, TOKEN, command, fetch};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

fn server(args: &[&str]) -> StandIn {
    StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN], args].concat())
}

/// The one line that was said.
fn refused(ran: Ran, code: i32, says: &[&str]) {
    let ran = ran.with_code(code);
    assert!(ran.out.is_empty() && ran.err.lines().count() == 1, "{}{}", ran.out, ran.err);
    says.iter().for_each(|text| assert!(ran.err.contains(text), "no {text:?} in {}", ran.err));
}

#[test]
fn data_units_are_listed_whole_with_their_names() {
    for options in [&[][..], &["--no-cursor"], &["--people", "none"]] {
        let server = server(options);
        let list = |args: &[&str]| fetch(&server, args).ok().values();
        let collections = list(&["data-collections"]);
        assert_eq!((&collections[0]["id"], &collections[0]["name"]), (&1.into(), &"Stand-in collection".into()));
        let units = list(&["data-units", "--data-collection", "1"]);
        let tasks = fetch(&server, &["-p", "42", "-t", "task"]).ok().values();
        assert_eq!(units.len(), tasks.len());
        assert!(units.iter().all(|unit| unit["meta"].is_object() && unit["files"].is_object()), "{options:?}");
        for unit in &units {
            let file = unit["files"].as_object().and_then(|files| files.values().next()).expect("a file");
            let name = file["file_name_original"].as_str().expect("a name");
            assert_eq!(unit["stem"].as_str(), name.rsplit_once('.').map(|(stem, _)| stem), "{unit}");
        }
        let ids: Vec<_> = units.iter().map(|unit| unit["id"].as_i64().expect("an id")).collect();
        assert!(ids.is_sorted_by(|a, b| a > b), "newest first, each once: {ids:?}");
        assert_eq!(list(&["data-units", "--data-collection", "Stand-in collection", "--limit", "3"]), units[..3]);
        assert_eq!(list(&["data-units", "--project", "42"]), units);
    }
}

#[test]
fn a_list_that_is_not_what_was_asked_for_is_refused() {
    let server = server(&["--ignore-filter", "data_collection"]);
    let ran = fetch(&server, &["data-units", "--data-collection", "2"]);
    refused(ran, 5, &["/data_units/", "asked for data_collection 2, and gives 1"]);
    refused(fetch(&server, &["data-units"]), 2, &["--data-collection", "syn-fetch data-collections"]);
    refused(fetch(&server, &["data-units", "--data-collection", "1", "-p", "42"]), 2, &["one of them"]);
    refused(fetch(&server, &["data-units", "--data-collection", "no such"]), 2, &["Stand-in collection"]);
    refused(fetch(&server, &["projects", "--data-collection", "1"]), 2, &["no use for --data-collection"]);
    refused(fetch(&server, &["project", "42", "--limit", "1"]), 2, &["no use for --limit"]);
    refused(fetch(&server, &["project", "42", "-p", "43"]), 2, &["two projects"]);
    refused(fetch(&server, &["project", "41"]), 4, &["404", "syn-fetch projects"]);
}

#[test]
fn lists_end_where_the_limit_is() {
    let server = server(&["--extra-projects", "250", "--v2-next-url"]);
    for (limit, pages) in [(1, 1), (100, 1), (101, 2), (1000, 3)] {
        let before = server.count("/requests/~1v2~1projects~1");
        let all = fetch(&server, &["projects", "--limit", &limit.to_string()]).ok().values();
        assert_eq!(all.len(), limit.min(251));
        assert_eq!(server.count("/requests/~1v2~1projects~1") - before, pages, "requests for {limit}");
    }
}

#[test]
fn a_long_list_comes_page_by_page() {
    let server = server(&["--extra-projects", "500", "--latency-ms", "400"]);
    let mut child = command(&["projects"]);
    child.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).stdout(Stdio::piped());
    let mut child = child.spawn().expect("syn-fetch starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first: Value = serde_json::from_str(&lines.next().expect("a line").expect("UTF-8")).expect("JSON");
    assert_eq!(first["id"], 42);
    assert!(server.count("/requests/~1v2~1projects~1") < 5, "the line waited for the whole list");
    assert_eq!(lines.count(), 500);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_project_is_described_with_its_counts() {
    let server = server(&[]);
    let told = fetch(&server, &["project", "42"]).ok().values().remove(0);
    let rows = fetch(&server, &["-p", "42"]).ok().values();
    let with = |key: &str, word: &str| rows.iter().filter(|row| row[key] == word).count();
    assert_eq!((&told["title"], &told["category"]), (&json!("Stand-in project"), &json!("image")));
    assert_eq!((&told["assignments"], &told["data_collection"]), (&json!(rows.len()), &json!("1")));
    for (key, word) in [("status_label", "completed"), ("status_review", "completed"), ("status_review", "rejected")] {
        assert_eq!(told[key][word], with(key, word), "{key} {word}");
    }
    let classes: Vec<Value> = fetch(&server, &["classes", "-p", "42"]).ok().values();
    assert_eq!(told["classes"], classes.iter().map(|class| class["name"].clone()).collect::<Value>());
    assert!(told["tools"]["polygon"].as_array().is_some_and(|list| !list.is_empty()), "{told}");
    assert_eq!(fetch(&server, &["project", "Stand-in project"]).ok().values()[0], told);
    assert_eq!(fetch(&server, &["project", "-p", "42"]).ok().values()[0], told);
    // A server that refuses to count: null, and the rest is told.
    let forbidden = StandIn::start(&[
        "--dump",
        SAMPLE,
        "--token",
        TOKEN,
        "--fail-rate",
        "1",
        "--fail-status",
        "404",
        "--fault-path",
        "/sdk/tasks/",
    ]);
    let told = fetch(&forbidden, &["project", "42"]).ok().values().remove(0);
    assert!(told["tasks"].is_null() && told["assignments"].is_u64(), "{told}");
}
