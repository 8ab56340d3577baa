//! `syn-fetch` against the stand-in: what comes out, and in what form.

use crate::common::fetch::{TOKEN, command, fetch, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

const ROWS: usize = 24;

fn server(args: &[&str]) -> StandIn {
    StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN], args].concat())
}

/// The payload of each row of the sample as it stands in the file, by the row's id.
fn payloads() -> BTreeMap<i64, String> {
    let text = std::fs::read_to_string(SAMPLE).expect("the sample");
    let each = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).expect("a row");
        let (_, rest) = line.split_once("\"data\": ").expect("a payload");
        let (payload, _) = rest.split_once(", \"file\": ").expect("a file after it");
        (row["id"].as_i64().expect("an id"), payload.to_owned())
    });
    each.collect()
}

#[test]
fn every_target_comes_whole_and_in_order_in_both_page_modes() {
    for mode in [&[][..], &["--no-cursor"]] {
        let server = server(mode);
        for (args, key, word) in [
            (["--project", "42", "--target", "assignment"], "id", "assignment"),
            (["--project", "42", "--target", "task"], "id", "task"),
            (["--gt-version", "15", "--target", "ground_truth"], "pgh_id", "ground_truth"),
        ] {
            let ran = fetch(&server, &[&args[..], &["--page-size", "5"]].concat()).ok();
            let keys = ran.numbers(key);
            assert_eq!(keys.len(), ROWS, "{word} {mode:?}");
            assert!(keys.is_sorted_by(|a, b| a > b), "{word} {mode:?}: {keys:?}");
            assert!(ran.items().iter().all(|l| l.starts_with(&format!("{{\"target\":\"{word}\","))));
            let begin = ran.must("begin");
            assert_eq!(
                (&begin["kind"], &begin["target"], &begin["count"]),
                (&"items".into(), &word.into(), &24.into())
            );
            assert_eq!(begin["project"]["title"], "Stand-in project");
            assert_eq!(begin["classes"][0], "bottle");
            let end = ran.must("end");
            assert_eq!((&end["count"], &end["expected"], &end["duplicates"]), (&24.into(), &24.into(), &0.into()));
            assert!(ran.out.starts_with("{\"@stream\":\"begin\"") && ran.frame("error").is_none());
        }
        assert_eq!(server.count("/loose_cursors"), 0);
        assert_eq!(server.stats()["ignored_keys"], serde_json::json!({}), "a key was sent that the server ignores");
    }
}

#[test]
fn payload_bytes_are_the_servers_whichever_way_they_come() {
    let ways: [&[&str]; 7] = [
        &[],
        &["--data-string"],
        &["--presigned", "all"],
        &["--presigned", "mixed"],
        &["--presigned", "mixed", "--expire-first"],
        &["--presigned", "all", "--expire-first", "--expire-status", "400", "--object-host", "localhost"],
        &["--presigned", "all", "--expire-after", "1", "--strict-rows", "--files-manifest"],
    ];
    let expected = payloads();
    for way in ways {
        let server = server(way);
        for target in [&["--project", "42"][..], &["--project", "42", "--target", "task"], &["--gt-version", "15"]] {
            let ran = fetch(&server, target).ok();
            assert_eq!(ran.items().len(), ROWS, "{way:?} {target:?}");
            for (line, row) in ran.items().iter().zip(ran.values()) {
                let id = row["data"]["assignmentId"].as_i64().expect("a payload");
                assert!(line.contains(&format!("\"data\":{}", expected[&id])), "{way:?} {target:?}: {}", &line[..300]);
            }
        }
        assert_eq!(server.count("/leaked_tokens"), 0, "{way:?}");
    }
}

#[test]
fn an_expired_signature_is_renewed_three_times_and_no_more() {
    let server = server(&["--presigned", "all", "--expire-after", "0"]);
    let ran = fetch(&server, &["--project", "42", "--limit", "1"]).with_code(4);
    assert!(ran.err.contains("signature") && ran.err.lines().count() == 1, "{}", ran.err);
    assert_eq!(ran.must("error")["code"], "refused");
    // Two probes, one page of one row, and three re-issues.
    assert_eq!(server.count("/requests/~1sdk~1assignments~1"), 6);
}

#[test]
fn payloads_that_cannot_be_had_are_errors_and_never_items() {
    for (args, words) in [
        (["--presigned", "lost", "--seed", "1"], "truncated and without a URL"),
        (["--presigned", "all", "--bad-digest", "--no-cursor"], "sha256"),
    ] {
        let server = server(&args);
        let ran = fetch(&server, &["--project", "42"]).with_code(3);
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(ran.items().is_empty() && ran.frame("end").is_none() && ran.frame("error").is_some());
    }
}

#[test]
fn limit_bare_and_output_file() {
    let server = server(&[]);
    let whole = fetch(&server, &["--project", "42"]).ok();
    let some = fetch(&server, &["--project", "42", "--limit", "7", "--page-size", "3"]).ok();
    assert_eq!(some.items(), whole.items()[..7]);
    assert_eq!((&some.must("begin")["count"], &some.must("end")["count"]), (&7.into(), &7.into()));
    let bare = fetch(&server, &["--project", "42", "--bare"]).ok();
    assert_eq!(bare.out.lines().collect::<Vec<_>>(), whole.items());
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("dump.ndjson");
    let quiet = fetch(&server, &["--project", "42", "-q", "-o", file.to_str().expect("UTF-8")]).ok();
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    assert_eq!(std::fs::read_to_string(file).expect("the dump"), whole.out);
}

#[test]
fn filters_select_on_the_server() {
    let server = server(&[]);
    let all = fetch(&server, &["--project", "42"]).ok();
    let rejected = all.values().iter().filter(|r| r["status_review"] == "rejected").count();
    assert!(rejected > 0 && rejected < ROWS);
    for (args, rows) in [
        (&["--project", "42", "--review", "rejected"][..], rejected),
        (&["--project", "42", "--status-review", "rejected"], rejected),
        (&["--project", "42", "--filter", "status_review=rejected"], rejected),
        (&["--filter", r#"{"project": 42, "status_review": "rejected"}"#], rejected),
        (&["--project", "42", "--filter", "id__gte=397133", "--filter", "id__lt=406129"], 1),
        (&["--project", "42", "--filter", "ids=397133,349860"], 2),
        (&["--project", "42", "--target", "task", "--filter", "id__lte=100003"], 4),
        (&["--gt-version", "15", "--category", "validation"], 2),
        (&["--project", "42", "--since", "2026-01-02T03:04:06"], 0),
        (&["--project", "42", "--since", "2026-01-02", "--until", "2026-01-02"], ROWS),
        (&["--project", "42", "--until", "2026-01-02T03:04"], 0),
    ] {
        let ran = fetch(&server, args).ok();
        assert_eq!(ran.items().len(), rows, "{args:?}: {}", ran.must("begin")["query"]);
    }
    assert_eq!(server.stats()["ignored_keys"], serde_json::json!({}));
}

#[test]
fn ids_come_from_a_file_or_from_standard_input() {
    let server = server(&[]);
    let mut child = command(&["--project", "42", "--ids-from", "-"]);
    child
        .env("SYNAPSE_HOST", &server.url)
        .env("SYNAPSE_ACCESS_TOKEN", TOKEN)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = child.stderr(Stdio::null()).spawn().expect("syn-fetch starts");
    child.stdin.take().expect("a pipe").write_all(b"397133\n{\"id\": 349860}\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let items: Vec<_> = lines.lines().filter(|l| l.starts_with("{\"target\"")).collect();
    assert!(output.status.success() && items.len() == 2, "{lines}");
    assert!(items[0].contains("\"id\":397133") && items[1].contains("\"id\":349860"));
}

#[test]
fn project_and_version_come_from_the_environment() {
    let server = server(&[]);
    let with = |vars: &[(&str, &str)], args: &[&str]| {
        let mut command = command(args);
        command.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).envs(vars.iter().copied());
        run(command).ok().must("begin")["target"].as_str().map(str::to_owned)
    };
    assert_eq!(with(&[("SYNAPSE_PROJECT", "42")], &[]).as_deref(), Some("assignment"));
    assert_eq!(with(&[("SYNAPSE_GT_VERSION", "15")], &[]).as_deref(), Some("ground_truth"));
    let both = [("SYNAPSE_PROJECT", "42"), ("SYNAPSE_GT_VERSION", "15")];
    assert_eq!(with(&both, &["--target", "ground_truth"]).as_deref(), Some("ground_truth"));
    let other = [("SYNAPSE_PROJECT", "7")];
    assert_eq!(with(&other, &["--filter", "project=42"]).as_deref(), Some("assignment"));
}

#[test]
fn a_ground_truth_version_without_a_project_has_no_classes() {
    let server = server(&["--gt-unbound"]);
    let ran = fetch(&server, &["--gt-version", "15"]).ok();
    assert!(ran.must("begin").get("classes").is_none());
    assert_eq!(ran.items().len(), ROWS);
}

#[test]
fn discovery_is_ndjson() {
    let server = server(&["--extra-projects", "45"]);
    let list = |args: &[&str]| fetch(&server, args).ok().values();
    let projects = list(&["projects"]);
    assert_eq!(projects.len(), 46, "all pages of the list");
    assert_eq!((&projects[0]["id"], &projects[0]["title"]), (&42.into(), &"Stand-in project".into()));
    assert_eq!(list(&["gt-datasets"])[0]["id"], 7);
    assert_eq!(list(&["gt-versions", "--gt-dataset", "7"])[0]["id"], 15);
    let classes = list(&["classes", "--project", "42"]);
    assert_eq!((&classes[0]["name"], &classes[0]["index"]), (&"bottle".into(), &0.into()));
    assert_eq!(list(&["classes", "--gt-version", "15"]), classes);
    let begin = fetch(&server, &["--project", "42", "--limit", "1"]).ok().must("begin");
    let names: Vec<_> = classes.iter().map(|c| c["name"].clone()).collect();
    assert_eq!(begin["classes"], Value::from(names));
}

#[test]
fn a_dry_run_tells_the_plan_and_exports_nothing() {
    let server = server(&["--presigned", "mixed"]);
    let ran = fetch(&server, &["--project", "42", "--dry-run", "--review", "completed"]).ok();
    let plan: Value = serde_json::from_str(&ran.out).expect("one JSON line");
    assert_eq!((&plan["target"], &plan["query"]["status_review"]), (&"assignment".into(), &"completed".into()));
    assert!(plan["count"].as_u64() > Some(0) && plan["requests"].as_u64() > Some(0));
    assert!(plan["sample"]["tools"]["polygon"].as_u64() > Some(0), "{plan}");
    assert!(plan["sample"]["classes"]["person"].as_u64() > Some(0), "{plan}");
    // Estimates, with their basis; what each format would lose, and what keeps it.
    let estimate = &plan["estimate"];
    assert!(estimate["bytes"].as_u64() > Some(1000) && estimate["seconds"].as_array().unwrap().len() == 2, "{plan}");
    assert_eq!(estimate["basis"]["rows"], plan["sample"]["rows"]);
    let yolo = plan["formats"].as_array().unwrap().iter().find(|f| f["to"] == "yolo").unwrap();
    let lost = yolo["lost"].as_array().unwrap().iter().find(|lost| lost["tool"] == "polygon").unwrap();
    assert_eq!(
        (&lost["annotations"], &lost["keep"][0]),
        (&plan["sample"]["tools"]["polygon"], &"yolo --task segment".into())
    );
    assert!(server.count("/rows") < ROWS as u64, "it fetched everything");
}

#[test]
fn lines_come_out_while_the_server_is_still_at_work() {
    // A page takes 300 ms and there are 24: the first line must not wait for the last page.
    let server = server(&["--latency-ms", "300"]);
    let mut child = command(&["--project", "42", "--page-size", "1"]);
    child
        .env("SYNAPSE_HOST", &server.url)
        .env("SYNAPSE_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = child.spawn().expect("syn-fetch starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    assert!(first.starts_with("{\"@stream\":\"begin\""));
    assert!(lines.next().expect("a line").expect("UTF-8").starts_with("{\"target\""));
    assert!(server.count("/rows") < ROWS as u64, "the line waited for the whole list");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let server = server(&[]);
    let mut child = command(&["--project", "42", "--page-size", "1"]);
    child
        .env("SYNAPSE_HOST", &server.url)
        .env("SYNAPSE_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().expect("syn-fetch starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut String::new()).expect("the begin frame");
    drop(reader);
    let mut told = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), told.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_told() {
    let server = server(&[]);
    let ran = fetch(&server, &["--project", "42", "-o", "/dev/full"]).with_code(6);
    assert!(ran.err.contains("/dev/full") && ran.err.contains("No space left"), "{}", ran.err);
}
