//! `--naming` and `--naming-pass`: names of output files.

use crate::common::convert::{convert, converted, texts};
use crate::rows::one_box;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Output file by item, for one naming.
fn names(args: &[&str], input: &str) -> BTreeMap<String, String> {
    let out = texts(&[&["--to", "json", "--images", "omit"], args].concat(), input);
    let report: Vec<Value> = serde_json::from_str(&out["metadata/export_report.json"]).unwrap();
    let name = |r: &Value| (r["item"].to_string(), r["file"].as_str().unwrap_or("none").to_owned());
    let by_item: BTreeMap<_, _> = report.iter().map(name).collect();
    let mut written: Vec<_> = out.keys().filter(|p| p.starts_with("annotations/")).collect();
    written.sort();
    let mut reported: Vec<_> = by_item.values().collect();
    reported.sort();
    assert_eq!(written, reported, "the report names the files that are there");
    by_item
}

#[test]
fn names_of_two_passes_do_not_depend_on_the_order() {
    let row = |id: &str, name: &str| {
        format!("{}\n", json!({"id": 0, "data": {}, "file": {"file_name_original": name}}))
            .replace("\"id\":0", &format!("\"id\":{id}"))
    };
    let rows = [
        row("10", "그림.jpg"),
        row("9", "그림.png"),
        row("\"x\"", "그림.jpg"),
        row("100", "A.jpg"),
        row("20", "a.jpg"),
        // A name of its own that is also the name item 100 would get.
        row("7", "a__100.jpg"),
        row("3", "only.jpg"),
    ];
    let want = BTreeMap::from(
        [
            ("\"x\"", "그림__x"),
            ("10", "그림__10"),
            ("9", "그림"),
            ("20", "a"),
            ("100", "A__100_2"),
            ("7", "a__100"),
            ("3", "only"),
        ]
        .map(|(id, name)| (id.to_owned(), format!("annotations/{name}.json"))),
    );
    let two = ["--naming-pass", "two"];
    let mut orders = vec![rows.to_vec(), rows.iter().rev().cloned().collect::<Vec<_>>()];
    for cut in 1..rows.len() {
        orders.push([&rows[cut..], &rows[..cut]].concat());
    }
    for order in &orders {
        assert_eq!(names(&two, &order.concat()), want);
    }
    // In one pass the first has the name.
    let one = names(&[], &rows.concat());
    assert_eq!((&*one["10"], &*one["9"]), ("annotations/그림.json", "annotations/그림__9.json"));
}

#[test]
fn two_passes_write_what_one_does_where_names_are_unique() {
    let input: String =
        (0..500).map(|i| one_box(i, &format!("{i}.jpg"), json!({"class": format!("c{}", i % 7)}))).collect();
    let input = input + "{\"id\":9999,\"data\":{\"annotations\":{\"video_1\":[]}}}\n";
    // imagefolder has a place for this one only.
    let sorted = one_box(501, "501.jpg", json!({"class": "x"})).replace("bounding_box", "classification");
    let input = input + &sorted;
    for format in ["json", "coco", "yolo", "csv", "imagefolder"] {
        let args = ["--to", format, "--split", "0.5/0.5"];
        let one = converted(&args, &input);
        converted(&[&args[..], &["--naming-pass", "two"]].concat(), &input).writes(&one.stdout);
    }
}

#[test]
fn stems_come_from_a_template() {
    let input = one_box(1, "그림.jpg", json!("car")) + &one_box(2, "b/그림.jpg", json!("car"));
    let out = names(&["--naming", "{{ stem }}_{{ id }}"], &input);
    assert_eq!(out["2"], "annotations/그림_2.json");
    let out = names(&["--naming", "{{ item.file.url }}"], &input);
    assert_eq!(out["1"], "annotations/https___h_1.json");

    convert(&["--to", "json", "--naming", "{{ item.nothing }}"], &input).exits(3).says("stdin:1: item 1: ");
    let skip = ["--to", "json", "--naming", "{{ item.nothing }}", "--on-error", "skip"];
    convert(&skip, &input).exits(7).says("2 annotations: none written, 2 failed");
    for bad in ["{{ stem", "stm"] {
        convert(&["--to", "json", "--naming", bad], &input).exits(2);
    }
}
