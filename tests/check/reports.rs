//! The forms of the findings, and whose judgement they are.

use crate::common::run;
use crate::sets::{ROW, ROWS, check, coco, tree, voc};
use serde_json::{Value, json};
use std::fmt::Write;
use tempfile::TempDir;

const YAML: (&str, &str) = ("data.yaml", "train: images/train\nval: images/val\nnames: [car]\n");

/// 1,300 rows that are no numbers, and an image that breaks its document.
fn many() -> TempDir {
    let rows = "x\n".repeat(1300);
    tree(&[
        YAML,
        ("images/train/a.jpg", ""),
        ("labels/train/a.txt", &rows),
        ("images/val/b.jpg", ""),
        ("labels/val/b.txt", ROW),
    ])
}

#[test]
fn findings_of_a_rule_are_capped_and_counted() {
    let folder = many();
    let place = folder.path().to_str().unwrap();
    let lines = |more: &[&str]| {
        let ran = run("syn-convert", &[&["--check", place], more].concat(), b"").exits(3);
        assert!(ran.stderr.contains("LABEL_NOT_A_NUMBER 1,300"), "{ran:?}");
        ran.text().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    // Not on a terminal: all of them.
    assert_eq!(lines(&[]).len(), 1300);
    assert_eq!(lines(&["--max-findings", "all"]).len(), 1300);
    let capped = lines(&["--max-findings", "3"]);
    assert_eq!(capped.len(), 4);
    assert!(capped[3].starts_with("… and 1,297 more of dropped: LABEL_NOT_A_NUMBER"), "{capped:?}");
    assert_eq!(lines(&["--max-findings", "0"]).len(), 1);
    assert_eq!(lines(&["--log-format", "json"]).len(), 1300);
    assert_eq!(lines(&["--output-format", "json", "--max-findings", "2"]).len(), 2);
    for wrong in [["--max-findings", "many"], ["--max-findings", "-1"], ["--output-format", "html"]] {
        run("syn-convert", &[&["--check", place], &wrong[..]].concat(), b"").exits(2);
    }
    run("syn-convert", &["--check", place, "--output-format", "sarif", "--max-findings", "3"], b"")
        .exits(2)
        .says("SARIF");
    run("syn-convert", &["--to", "coco", "--max-findings", "3"], b"").exits(2);
}

/// A document that several readers do something about.
fn disputed() -> TempDir {
    // Without iscrowd and with category 0: pycocotools fails, Datumaro loses the class. A box without area: torchvision fails.
    let text = coco!("a.jpg").replace(",\"iscrowd\":0", "").replace("[2,3,10,8]", "[2,3,0,8]");
    tree(&[("annotations/instances.json", &text), ("images/a.jpg", ""), ("images/b.jpg", "")])
}

#[test]
fn a_file_has_the_findings_and_nothing_is_on_standard_output() {
    let folder = many();
    let place = folder.path().to_str().unwrap();
    for form in ["text", "json", "sarif", "junit"] {
        let file = folder.path().join(form);
        let more = ["--check", place, "--output-format", form];
        let written = run("syn-convert", &more, b"").exits(3);
        run("syn-convert", &[&more[..], &["-o", file.to_str().unwrap()]].concat(), b"").exits(3).writes("");
        assert_eq!(std::fs::read_to_string(file).unwrap(), written.text(), "{form}");
    }
}

#[test]
fn readers_limit_the_judgement() {
    let folder = disputed();
    let place = folder.path().to_str().unwrap();
    let cases: [(&[&str], &[&str], i32); 9] = [
        (&[], &["COCO_BBOX_EMPTY", "COCO_FIELD_MISSING"], 3),
        (&["--readers", "pycocotools"], &["COCO_FIELD_MISSING"], 3),
        (&["--readers", "PyCocoTools"], &["COCO_FIELD_MISSING"], 3),
        (&["--readers", "torchvision"], &["COCO_BBOX_EMPTY"], 3),
        (&["--readers", "ultralytics"], &["COCO_BBOX_EMPTY"], 3),
        (&["--readers", "torchvision,pycocotools"], &["COCO_BBOX_EMPTY", "COCO_FIELD_MISSING"], 3),
        (&["--readers", "torchvision", "--readers", "pycocotools"], &["COCO_BBOX_EMPTY", "COCO_FIELD_MISSING"], 3),
        (&["--readers", "datumaro"], &[], 0),
        (&["--readers", "supervision"], &[], 0),
    ];
    for (args, expected, exit) in cases {
        let ran = run("syn-convert", &[&["--check", place, "--log-format", "json"], args].concat(), b"").exits(exit);
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned();
        let mut codes: Vec<String> = ran.text().lines().map(line).collect();
        codes.sort_unstable();
        assert_eq!(codes, expected, "{args:?}");
    }
    let unknown = run("syn-convert", &["--check", place, "--readers", "pycoco"], b"").exits(2);
    unknown.says("pycoco").says("datumaro");
    // What none of them can read is still no pass.
    run("syn-convert", &["--check", tree(&[]).path().to_str().unwrap(), "--readers", "datumaro"], b"").exits(3);
}

#[test]
fn sarif_names_rules_places_and_what_was_not_read() {
    let folder = tree(&[
        YAML,
        ("images/train/a b.jpg", ""),
        ("labels/train/a b.txt", "0 0.5 0.5 0.4 0.2\nx \u{1b}\n"),
        ("images/val/b.jpg", ""),
        ("labels/val/b.txt", ROW),
        ("x.xml", "<annotations><meta></meta></annotations>"),
    ]);
    let place = folder.path().to_str().unwrap();
    let ran = run("syn-convert", &["--check", place, "--output-format", "sarif"], b"").exits(3);
    let document: Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let result = &run["results"][0];
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!((&result["ruleId"], &result["level"]), (&"LABEL_NOT_A_NUMBER".into(), &"error".into()));
    assert_eq!(location["artifactLocation"]["uri"], "labels/train/a%20b.txt");
    assert_eq!(location["region"]["startLine"], 2);
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert!(rules.contains(&&result["ruleId"]));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let empty = crate::common::run(
        "syn-convert",
        &["--check", disputed().path().to_str().unwrap(), "--output-format", "sarif", "--readers", "datumaro"],
        b"",
    );
    assert_eq!(
        serde_json::from_str::<Value>(empty.exits(0).text()).unwrap()["runs"][0]["results"],
        Value::Array(Vec::new())
    );
}

#[test]
fn junit_has_a_test_for_each_rule() {
    let folder = many();
    let place = folder.path().to_str().unwrap();
    let ran = run("syn-convert", &["--check", place, "--output-format", "junit"], b"").exits(3);
    let text = ran.text();
    let mut reader = quick_xml::Reader::from_str(text);
    let mut names = String::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                write!(names, "{} ", tag.name().as_ref()).unwrap()
            }
            _ => {}
        }
    }
    assert_eq!(names.matches("testcase").count(), synpipe::check::RULES.len() + 1);
    assert_eq!(names.matches("failure").count(), 1, "{text}");
    assert!(text.contains("failures=\"1\" errors=\"0\"") && text.contains("1300 times: a value is no number"));
}

/// Objects by part and class, classes without an object, classes that a part lacks: of each format, parts in several files together.
#[test]
fn objects_are_counted_by_class_and_part() {
    let yaml = "train: images/train\nval: images/val\nnames: [car, road, van]\n";
    let two = coco!("a.jpg").replace("\"name\":\"car\"}", "\"name\":\"car\"},{\"id\":2,\"name\":\"bus\"}");
    let other = two.replace("a.jpg", "b.jpg").replace("\"category_id\":1", "\"category_id\":2");
    let rows = |split: &str, file: &str, classes: &[u64]| {
        let rows: Vec<Value> = classes.iter().map(|class| json!([class, 0.5, 0.5, 0.2, 0.2])).collect();
        let url = format!("https://e.example/{file}");
        json!({"type": "image", "file": file, "url": url, "split": split, "annotations": {"boxes": rows}}).to_string()
    };
    let head = json!({"type": "dataset", "task": "detect", "class_names": {"0": "car", "1": "bus", "2": "van"}});
    let ndjson = format!("{head}\n{}\n{}\n", rows("train", "a.jpg", &[0, 0, 1]), rows("val", "b.jpg", &[0]));
    type Files<'f> = &'f [(&'f str, &'f str)];
    let cases: [(&str, Files<'_>, Value); 7] = [
        (
            "yolo",
            &[
                ("data.yaml", yaml),
                ("images/train/a.jpg", ""),
                ("labels/train/a.txt", ROWS),
                ("images/val/b.jpg", ""),
                ("labels/val/b.txt", ROW),
            ],
            json!([{"train": {"car": 1, "road": 1, "van": 0}, "val": {"car": 1, "road": 0, "van": 0}}, ["van"], {"val": ["road"]}]),
        ),
        (
            "yolo without names: by number",
            &[("labels/a.txt", ROWS), ("images/a.jpg", "")],
            json!([{"all": {"0": 1, "1": 1}}, [], {}]),
        ),
        (
            "coco, a document for each part",
            &[
                ("annotations/instances_train.json", &two),
                ("annotations/instances_val.json", &other),
                ("images/a.jpg", ""),
                ("images/b.jpg", ""),
            ],
            json!([{"train": {"car": 1, "bus": 0}, "val": {"car": 0, "bus": 1}}, [], {"train": ["bus"], "val": ["car"]}]),
        ),
        (
            "coco, one document",
            &[("instances.json", &two), ("a.jpg", "")],
            json!([{"all": {"car": 1, "bus": 0}}, ["bus"], {}]),
        ),
        (
            "voc, folders of Roboflow",
            &[
                ("train/a.xml", voc!("a.jpg", "car")),
                ("train/a.jpg", ""),
                ("valid/b.xml", voc!("b.jpg", "bus")),
                ("valid/b.jpg", ""),
            ],
            json!([{"train": {"car": 1, "bus": 0}, "valid": {"car": 0, "bus": 1}}, [], {"train": ["bus"], "valid": ["car"]}]),
        ),
        (
            "voc, lists",
            &[
                ("Annotations/a.xml", voc!("a.jpg", "car")),
                ("Annotations/b.xml", voc!("b.jpg", "car")),
                ("JPEGImages/a.jpg", ""),
                ("JPEGImages/b.jpg", ""),
                ("ImageSets/Main/train.txt", "a\n"),
                ("ImageSets/Main/val.txt", "b\n"),
                ("labelmap.txt", "background:0,0,0::\ncar:1,2,3::\nbus:4,5,6::\n"),
            ],
            json!([{"train": {"car": 1, "bus": 0}, "val": {"car": 1, "bus": 0}}, ["bus"], {}]),
        ),
        (
            "ndjson",
            &[("dataset.ndjson", &ndjson)],
            json!([{"train": {"car": 2, "bus": 1, "van": 0}, "val": {"car": 1, "bus": 0, "van": 0}}, ["van"], {"val": ["bus"]}]),
        ),
    ];
    for (name, files, expected) in cases {
        let folder = tree(files);
        let ran = check(folder.path(), &["--log-format", "json"]);
        let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        let objects = last["objects"].as_array().unwrap();
        assert_eq!(objects.len(), 1, "{name}: {ran:?}");
        let told = json!([objects[0]["parts"], objects[0]["unused"], objects[0]["lacking"]]);
        assert_eq!(told, expected, "{name}");
        // Whatever no part has is a piece of advice; of several documents, once.
        let unused = expected[1].as_array().unwrap().is_empty() || name.starts_with("voc");
        assert_eq!(ran.text().matches("CLASS_UNUSED").count(), usize::from(!unused), "{name}: {ran:?}");
        // Not on a terminal: only when more is asked for.
        assert!(!check(folder.path(), &[]).stderr.contains("objects in"), "{name}");
        let table = check(folder.path(), &["-v"]);
        assert!(table.stderr.contains("objects in"), "{name}: {table:?}");
    }
}
