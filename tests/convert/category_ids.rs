//! `--category-ids`: categories with numbers of their own.

use crate::common::convert::{convert, summary, texts};
use crate::rows::one_box;
use serde_json::{Value, json};

/// Boxes of these classes, an image each.
fn input(classes: &[&str]) -> String {
    classes.iter().zip(1..).map(|(class, id)| one_box(id, &format!("{id}.jpg"), json!({"class": class}))).collect()
}

fn numbers(document: &str, list: &str, key: &str) -> Vec<u64> {
    let document: Value = serde_json::from_str(document).unwrap();
    document[list].as_array().unwrap().iter().map(|entry| entry[key].as_u64().unwrap()).collect()
}

#[test]
fn categories_have_the_numbers_given_in_their_order_used_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.json");
    let old = r#"{"images":[],"annotations":[],"categories":[{"id":90,"name":"bus"},{"id":3,"name":"car"},{"id":7,"name":"tram"}]}"#;
    std::fs::write(&file, old).unwrap();
    for given in [file.to_str().unwrap(), "bus=90,car=3,tram=7"] {
        let files = texts(&["--to", "coco", "--category-ids", given, "--split", "1/0"], &input(&["bus", "car", "bus"]));
        let document = &files["annotations/instances_train.json"];
        assert_eq!(numbers(document, "categories", "id"), [3, 7, 90]);
        assert_eq!(numbers(document, "annotations", "category_id"), [90, 3, 90]);
        let classes: Value = serde_json::from_str(&files["classes.json"]).unwrap();
        assert_eq!(classes[2], json!({"id": 90, "name": "bus"}));
    }
    let args = ["--to", "coco", "--category-ids", "car=3,bus=6", "--class-map", "tram=bus"];
    let files = texts(&args, &input(&["tram"]));
    assert_eq!(numbers(&files["annotations/instances.json"], "annotations", "category_id"), [6]);
}

#[test]
fn a_class_without_a_number_ends_the_run_or_its_item() {
    let args = ["--to", "coco", "--category-ids", "car=3"];
    let rows = input(&["car", "tram"]);
    convert(&args, &rows).exits(3).says("stdin:2: item 2: the class \"tram\" has no number in --category-ids");
    let ran = convert(&[&args[..], &["--on-error", "skip"]].concat(), &rows).exits(7);
    let files = crate::common::convert::files(&ran.stdout);
    let summary = summary(&files);
    assert_eq!(summary["annotations"], json!({"seen": 2, "written": 1, "skipped": 0, "failed": 1, "lossy": 0}));
    let document = std::str::from_utf8(&files["annotations/instances.json"]).unwrap();
    assert_eq!(numbers(document, "annotations", "category_id"), [3]);
    assert_eq!(numbers(document, "images", "id"), [1]);
}

#[test]
fn what_is_not_clear_is_a_usage_error() {
    for (args, told) in [
        (&["--category-ids", "car=3,bus=3"][..], "\"car\" and \"bus\" have the same number, 3"),
        (&["--category-ids", "car=3,car=4"], "\"car\" stands there twice"),
        (&["--category-ids", "car"], "pairs are car=1,bus=3"),
        (&["--category-ids", "car=3", "--category-start", "1"], "cannot be used with"),
    ] {
        convert(&[&["--to", "coco"], args].concat(), &input(&["car"])).exits(2).says(told);
    }
    convert(&["--to", "coco", "--category-ids", "car=0"], &input(&["car"]))
        .exits(0)
        .says("--category-ids: Datumaro reads");
}
