//! `syn-convert --to ultralytics-ndjson`, as a user runs it.

use crate::common::convert::{convert, texts};
use crate::yolo::{person, plain, rect, row};
use serde_json::{Value, json};

fn ndjson(args: &[&str], input: &str) -> Vec<Value> {
    let files = texts(&[&["--to", "ultralytics-ndjson"][..], args].concat(), input);
    files["dataset.ndjson"].lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn ultralytics_ndjson_has_a_header_and_a_line_for_each_image() {
    let boxes = |class| [("a", "bounding_box", class, json!({}), rect(10.0, 10.0, 20.0, 20.0, 0.0))];
    let input = row(1, &boxes("zebra"), json!([])) + &row(2, &boxes("자동차\n"), json!([])) + &row(3, &[], json!([]));
    let lines = ndjson(&[], &input);
    let image = |id: u32, boxes: Value| {
        json!({"type": "image", "file": format!("{id}.jpg"), "url": format!("https://x.invalid/{id}.jpg?a=\"b\\"),
               "width": 100, "height": 50, "split": "train", "annotations": {"boxes": boxes}})
    };
    let header = json!({"type": "dataset", "task": "detect", "name": "Synapse export",
                        "class_names": {"0": "zebra", "1": "자동차"}});
    let one = |class: u32| json!([[class, 0.2, 0.4, 0.2, 0.4]]);
    assert_eq!(lines, [header, image(1, one(0)), image(2, one(1)), image(3, json!([]))]);
    let bare = convert(&["--to", "ultralytics-ndjson", "--bare"], &input).stdout;
    let bare: Vec<Value> = String::from_utf8(bare).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(bare, lines);
}

#[test]
fn ultralytics_ndjson_has_the_rows_of_every_task() {
    let triangle = json!({"coordinate": [[0, 0], [50, 0], [50, 25]]});
    let turned = rect(10.0, 10.0, 20.0, 20.0, std::f64::consts::PI);
    for (task, key, input, columns) in [
        ("segment", "segments", plain(1, "polygon", triangle), 7),
        ("pose", "pose", person(1), 56),
        ("obb", "obb", plain(1, "bounding_box", turned), 9),
    ] {
        let lines = ndjson(&["--task", task, "--images", "omit"], &input);
        assert_eq!((&lines[0]["task"], &lines[0]["path"]), (&json!(task), &json!(".")));
        assert_eq!(lines[0].get("kpt_shape"), (task == "pose").then_some(&json!([17, 3])));
        assert_eq!(lines[1].get("url"), None);
        assert_eq!(lines[1]["annotations"][key][0].as_array().unwrap().len(), columns, "{task}");
    }
}

#[test]
fn ultralytics_ndjson_refuses_what_its_reader_refuses() {
    let input = plain(1, "polygon", json!({"coordinate": [[0, 0], [50, 0], [50, 25]]}));
    convert(&["--to", "ultralytics-ndjson", "--task", "all"], &input).exits(2);
    let split = convert(&["--to", "ultralytics-ndjson", "--split", "category"], &input);
    split.exits(3).says("train, val and test");
}

#[test]
fn a_closed_class_list_makes_lines_come_as_they_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("classes.txt");
    std::fs::write(&list, "b\nc\n").unwrap();
    let args = ["--classes", list.to_str().unwrap(), "--closed-classes", "--report", "none"];
    let input = plain(1, "bounding_box", rect(10.0, 10.0, 20.0, 20.0, 0.0));
    let out = convert(&[&["--to", "ultralytics-ndjson"][..], &args].concat(), &input);
    let lines: Vec<Value> = out.stdout.split(|b| *b == b'\n').filter_map(|l| serde_json::from_slice(l).ok()).collect();
    let parts: Vec<&Value> = lines.iter().filter(|l| l["path"] == "dataset.ndjson").collect();
    // Header, image, end: the image is a line of its own and names its row.
    assert_eq!(parts.iter().map(|p| &p["item"]).collect::<Vec<_>>(), [&Value::Null, &json!(1), &Value::Null]);
    assert!(parts[0]["text"].as_str().unwrap().contains(r#""class_names":{"0":"b","1":"c"}"#));
    assert!(parts[1]["text"].as_str().unwrap().contains("[[1,"));
}

#[test]
fn presigned_urls_lose_their_query() {
    let row = |id: u32, url: &str| {
        format!(
            r#"{{"id":{id},"data":{{"extra":{{"image_1":{{"width":20,"height":20}}}},"annotations":{{"image_1":[]}},"annotationsData":{{"image_1":[]}}}},"file":{{"file_name_original":"{id}.jpg","url":"{url}","is_primary":true}}}}"#
        )
    };
    let signed = "https://b.s3.amazonaws.com/1.jpg?X-Amz-Signature=SECRET&X-Amz-Expires=60";
    let input = format!("{}\n{}\n", row(1, signed), row(2, "https://x.example/2.jpg?version=2"));
    let documents = |more: &[&str]| {
        let out = convert(&[&["--to", "ultralytics-ndjson", "--bare"][..], more].concat(), &input).exits(0);
        [out.text().to_owned(), out.stderr]
    };
    let [document, stderr] = documents(&[]);
    assert!(!document.contains("SECRET") && !stderr.contains("SECRET"), "{document}{stderr}");
    assert!(document.contains(r#""url":"https://b.s3.amazonaws.com/1.jpg""#), "{document}");
    assert!(document.contains(r#""url":"https://x.example/2.jpg?version=2""#), "{document}");
    assert!(stderr.contains("presigned URLs: 1, written without their query"), "{stderr}");
    let [document, stderr] = documents(&["--presigned", "keep"]);
    assert!(document.contains(signed) && stderr.contains("they expire"), "{document}{stderr}");
}
