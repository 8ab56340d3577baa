//! `--by FIELD`: a dataset for each value of a field, in a folder of its own.

use crate::common::convert::{Files, convert, converted, files};
use crate::common::run;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use synpipe::convert::{By, FORMATS};

const FIELD: &str = "data_unit.meta.scene";

/// A row with a box and a classification, in a category, and in a scene if there is one.
fn row(id: u64, category: &str, scene: Option<&Value>) -> String {
    let class = ["car", "bus", "cat"][id as usize % 3];
    let mut row = json!({"id": id, "category": category, "data_unit": {"id": id, "meta": {}},
        "file": {"file_name_original": format!("{id}.jpg"), "url": format!("https://h/{id}.jpg")},
        "data": {"extra": {"image_1": {"width": 100, "height": 60}},
            "annotations": {"image_1": [
                {"id": "b", "tool": "bounding_box", "classification": {"class": class}},
                {"id": "c", "tool": "classification", "classification": {"class": class}}]},
            "annotationsData": {"image_1": [{"id": "b", "coordinate": {"x": 10 + id, "y": 10, "width": 20, "height": 20}}, {"id": "c"}]}}});
    if let Some(scene) = scene {
        row["data_unit"]["meta"]["scene"] = scene.clone();
    }
    format!("{row}\n")
}

/// Nine rows in three scenes, one of which has no row in `val`.
fn rows() -> Vec<(&'static str, String)> {
    let scenes = ["rain", "sun", "rain", "눈", "sun", "rain", "sun", "눈", "sun"];
    let category = |i: usize| if scenes[i] == "눈" || i.is_multiple_of(2) { "train" } else { "validation" };
    let row = |(i, scene): (usize, &&'static str)| (*scene, row(i as u64 + 1, category(i), Some(&json!(scene))));
    scenes.iter().enumerate().map(row).collect()
}

/// The files of each folder but for those of the report.
fn folders(files: &Files) -> BTreeMap<String, Files> {
    let mut out: BTreeMap<String, Files> = BTreeMap::new();
    for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("metadata/export_")) {
        let (folder, rest) = path.split_once('/').unwrap();
        out.entry(folder.to_owned()).or_default().insert(rest.to_owned(), bytes.clone());
    }
    out
}

#[test]
fn a_folder_has_the_dataset_that_its_rows_give_alone() {
    let rows = rows();
    let all: String = rows.iter().map(|(_, row)| row.as_str()).collect();
    for format in FORMATS.iter().filter(|format| matches!(format.by, By::Datasets)) {
        for more in [&[][..], &["--split", "category"], &["--naming-pass", "two"]] {
            let args = [&["--to", format.name, "--classes", "car,bus,cat"], more].concat();
            let by = folders(&files(&converted(&[&args[..], &["--by", FIELD]].concat(), &all).stdout));
            assert_eq!(by.keys().collect::<Vec<_>>(), ["rain", "sun", "눈"], "{args:?}");
            for (scene, dataset) in by {
                let own: String = rows.iter().filter(|(of, _)| *of == scene).map(|(_, row)| row.as_str()).collect();
                let mut alone = files(&converted(&args, &own).stdout);
                alone.retain(|path, _| !path.starts_with("metadata/"));
                assert_eq!(dataset.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>(), "{args:?} {scene}");
                assert!(dataset == alone, "{args:?} {scene}");
            }
        }
    }
}

#[test]
fn what_is_written_passes_the_check_and_a_part_that_a_folder_lacks_is_told() {
    let all: String = rows().into_iter().map(|(_, row)| row).collect();
    for to in ["coco", "yolo", "voc", "ultralytics-ndjson"] {
        let lines = convert(&["--to", to, "--by", FIELD], &all).finishes();
        let judged = run("syn-convert", &["--check", "-"], &lines.stdout);
        // A file of Ultralytics without a split has its images in train, and says so.
        judged.exits(0).says("9 images, 9 annotations");
    }
    let ran = convert(&["--to", "coco", "--by", FIELD, "--split", "category"], &all).exits(0);
    let ran = ran.says("1 of 3 folders of --by have no item in the split val, \"눈\" is one of them");
    assert!(!ran.stderr.contains("split train,"), "{}", ran.stderr);
}

#[test]
fn any_value_gives_a_safe_folder_that_no_other_value_has() {
    let long = "x".repeat(400);
    let values = [
        json!("Rain"),
        json!("rain"),
        json!("../../etc"),
        json!(long),
        json!("a/b"),
        json!("a_b"),
        json!(".git"),
        json!(".."),
        json!(7),
        json!("a\u{0}b"),
        json!("metadata"),
        json!(true),
        json!(" 눈 "),
    ];
    let input: String = values.iter().zip(1..).map(|(value, id)| row(id, "train", Some(value))).collect();
    for to in ["coco", "yolo", "voc", "csv"] {
        let args = ["--to", to, "--by", FIELD, "--classes", "car,bus,cat"];
        let by = folders(&files(&converted(&args, &input).stdout));
        let folded: BTreeSet<String> = by.keys().map(|folder| folder.to_lowercase()).collect();
        assert_eq!(folded.len(), values.len(), "{:?}", by.keys());
        for exact in ["Rain", "a_b", "7", "true", "눈", "metadata"] {
            assert!(by.contains_key(exact), "{exact} is not in {:?}", by.keys());
        }
        assert!(by.keys().all(|folder| !folder.starts_with('.') && folder.len() <= 200), "{:?}", by.keys());
    }
    // What has no value, or one that is no name, is in a folder of its own and counted.
    let none =
        [row(20, "train", None), row(21, "train", Some(&json!(""))), row(22, "train", Some(&json!([1])))].concat();
    let ran = convert(&["--to", "coco", "--by", FIELD], &(row(1, "train", Some(&json!("sun"))) + &none)).exits(0);
    let by = folders(&files(&ran.stdout));
    assert_eq!(by.keys().collect::<Vec<_>>(), ["sun", "unassigned"]);
    ran.says("3 of 4 items without a value at data_unit.meta.scene: they are in the folder `unassigned`");
    convert(&["--to", "csv", "--by", FIELD, "--strict"], &none).exits(3).says("no value at the field of --by");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let all: String = rows().into_iter().map(|(_, row)| row).collect();
    for to in ["coco", "json", "yolo", "csv"] {
        let ran =
            convert(&["--to", to, "--by", "data_unit.meta.scen"], &all).exits(3).fails_with_one_line("syn-convert");
        ran.says("did you mean \"data_unit.meta.scene\"?");
    }
    let template = ["--to", "template", "--emit", "{{ stem }}.txt=tests/data/broken.json", "--by", FIELD];
    convert(&template, &all).exits(2).says("begin the paths of its files with {{ item.data_unit.meta.scene }}/");
    convert(&["--to", "coco", "--by", FIELD, "--bare"], &all).exits(2).says("--by one for each folder");
    convert(&["--to", "coco", "--by", "a..b"], &all).exits(2).says("is not a field path");
    let many: String = (1..=257).map(|id| row(id, "train", Some(&json!(id)))).collect();
    convert(&["--to", "csv", "--by", FIELD], &many).exits(3).says("--by gives more than 256 folders");
}

#[test]
fn the_report_names_files_with_their_folder() {
    let all: String = rows().into_iter().map(|(_, row)| row).collect();
    let files = files(&converted(&["--to", "yolo", "--by", FIELD], &all).stdout);
    let report: Value = serde_json::from_slice(&files["metadata/export_report.json"]).unwrap();
    for item in report.as_array().unwrap() {
        assert!(files.contains_key(item["file"].as_str().unwrap()), "{item}");
    }
}
