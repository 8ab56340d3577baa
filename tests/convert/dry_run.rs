//! `--dry-run`: the tree of a run equals that of the run itself, and without a format all formats are compared.

use crate::common::run;
use serde_json::Value;
use std::collections::BTreeMap;
use synpipe::convert::FORMATS;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sample.ndjson");

/// Files of an output by folder: their number, and the bytes of those that are not downloaded.
fn folders(lines: &str) -> BTreeMap<String, (u64, u64, u64)> {
    let mut found: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for line in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let Some(path) = line["path"].as_str() else { continue };
        let entry = found.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).or_default();
        entry.0 += u64::from(line["more"] != true);
        match (&line["text"], &line["base64"]) {
            (Value::String(text), _) => entry.1 += text.len() as u64,
            (_, Value::String(text)) => entry.1 += (text.trim_end_matches('=').len() * 3 / 4) as u64,
            _ => entry.2 += 1,
        }
    }
    found
}

#[test]
fn the_tree_is_that_of_the_run() {
    for options in [
        &["--to", "coco"][..],
        &["--to", "coco", "--split", "0.8/0.2", "--images", "omit"],
        &["--to", "yolo", "--task", "all", "--split", "0.8/0.1/0.1"],
        &["--to", "voc"],
        &["--to", "csv"],
        &["--to", "json", "--by", "project"],
        &["--to", "gallery"],
    ] {
        let done = run("syn-convert", &[options, &[SAMPLE]].concat(), b"").exits(0);
        let plan = run("syn-convert", &[options, &["--dry-run", SAMPLE]].concat(), b"").exits(0);
        let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
        let n = |folder: &Value, key: &str| folder[key].as_u64().unwrap();
        let told = plan["folders"].as_array().unwrap().iter().map(|folder| {
            let path = folder["path"].as_str().unwrap().to_owned();
            (path, (n(folder, "files"), n(folder, "bytes"), n(folder, "originals")))
        });
        let told: BTreeMap<_, _> = told.collect();
        // Reports name the time of the run.
        let without_reports = |mut all: BTreeMap<String, (u64, u64, u64)>| {
            all.remove("metadata");
            all
        };
        assert_eq!(without_reports(told), without_reports(folders(done.text())), "{options:?}");
        assert_eq!(plan["to"], options[1], "{options:?}");
    }
}

#[test]
fn without_a_format_all_formats_are_compared() {
    let ran = run("syn-convert", &["--dry-run", SAMPLE], b"").exits(0);
    let plan: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&plan["items"], &plan["annotations"], &plan["tools"]["polygon"]),
        (&24.into(), &504.into(), &198.into())
    );
    let names: Vec<_> =
        plan["formats"].as_array().unwrap().iter().map(|format| format["to"].as_str().unwrap()).collect();
    assert_eq!(names, FORMATS.iter().map(|format| format.name).collect::<Vec<_>>());
    let yolo = plan["formats"].as_array().unwrap().iter().find(|format| format["to"] == "yolo").unwrap();
    assert_eq!((&yolo["kept"], &yolo["lost"][1]["keep"][0]), (&0.into(), &"yolo --task segment".into()));
}

#[test]
fn what_makes_no_plan_is_refused() {
    for (args, code, message) in [
        (&["--dry-run", "--split", "0.8/0.2", SAMPLE][..], 2, "--split is for converting"),
        (&["--dry-run", "--to", "coco", "--bare", SAMPLE], 2, "--bare"),
        (&["--dry-run", "--to", "coco", "--excel", SAMPLE], 2, "--excel is read by --to csv"),
        (&["--dry-run", "--to", "nothing", SAMPLE], 2, "unknown format"),
    ] {
        run("syn-convert", args, b"").exits(code).says(message);
    }
    // What was cut is no plan, with a format or without.
    let sample = std::fs::read(SAMPLE).unwrap();
    for to in [&["--dry-run"][..], &["--dry-run", "--to", "coco"]] {
        let begin = b"{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1}\n".to_vec();
        run("syn-convert", to, &[begin, sample.clone()].concat()).exits(3).says("cut");
    }
}
