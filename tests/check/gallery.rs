//! `--gallery`: the findings on the pictures that they are about.

use crate::common::run;
use crate::sets::{ROW, check, coco, tree, voc};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const YAML: (&str, &str) = ("data.yaml", "train: images/train\nval: images/val\nnames: [car, bus]\n");

/// The elements of the files of items, and the head.
fn data(gallery: &Path) -> (Vec<Value>, Value) {
    let inside = |text: &str| -> Value {
        let from = text.find(['[', '{']).unwrap();
        serde_json::from_str(&text[from..=text.rfind([']', '}']).unwrap()]).unwrap()
    };
    let read = |path: &str| inside(&fs::read_to_string(gallery.join(path)).unwrap());
    let items = read("data/0000.js");
    (items.as_array().unwrap().clone(), read("data/head.js"))
}

/// Each picture: its name and where it is found; its objects as class and what has a place; its findings as code and object.
fn told(items: &[Value]) -> Value {
    let object = |a: &Value| {
        let places = ["box", "rings", "columns", "points"];
        let found: serde_json::Map<_, _> = places
            .iter()
            .filter(|key| a.get(**key).is_some())
            .map(|key| ((*key).to_owned(), a[*key].clone()))
            .collect();
        json!([a["class"], found])
    };
    let each = |item: &Value| {
        let objects: Vec<_> = item["annotations"].as_array().unwrap().iter().map(object).collect();
        let findings: Vec<_> = item["findings"].as_array().unwrap().iter().map(|f| json!([f[0], f[3]])).collect();
        json!([item["name"], item["file"], objects, findings])
    };
    items.iter().map(each).collect()
}

#[test]
fn findings_of_each_format_are_with_their_picture_and_object() {
    let mask = coco!("a.jpg")
        .replace(
            "\"bbox\":[2,3,10,8],\"area\":80",
            "\"bbox\":[0,0,2,2],\"area\":4,\"segmentation\":{\"size\":[16,20],\"counts\":[0,2,14,2,302]}",
        )
        .replace("\"id\":1,\"image_id\":1", "\"id\":0,\"image_id\":1");
    let reversed = voc!("a.jpg", "car").replace("<xmax>12<", "<xmax>1<");
    let line = concat!(
        r#"{"type":"dataset","task":"detect","class_names":{"0":"car"},"path":"."}"#,
        "\n",
        r#"{"type":"image","file":"a.jpg","width":20,"height":16,"split":"train","annotations":{"boxes":[[0,0.5,0.5,0.5,0]]}}"#,
        "\n",
        r#"{"type":"image","file":"b.jpg","width":20,"height":16,"split":"val","annotations":{"boxes":[[0,0.5,0.5,0.5,0.5]]}}"#,
        "\n",
    );
    let image = "../images/train/a.jpg";
    let cases: [(&[(&str, &str)], Value); 5] = [
        (
            &[
                YAML,
                ("images/train/a.jpg", ""),
                ("labels/train/a.txt", "0 0.5 0.5 0.5 0.5\n9 0.5 0.5 0.5 0.5\n"),
                ("images/val/b.jpg", ""),
                ("labels/val/b.txt", ROW),
            ],
            json!(["images/train/a.jpg", image, [["car", {"box": [5.0, 4.0, 10.0, 8.0, 0.0]}], ["9", {"box": [5.0, 4.0, 10.0, 8.0, 0.0]}]], [["LABEL_CLASS_UNKNOWN", 1]]]),
        ),
        (
            &[
                YAML,
                ("images/train/a.jpg", ""),
                ("labels/train/a.txt", "1 0 0 1 0 1 1.5\n"),
                ("images/val/b.jpg", ""),
                ("labels/val/b.txt", ROW),
            ],
            json!(["images/train/a.jpg", image, [["bus", {"rings": [[0.0, 0.0, 20.0, 0.0, 20.0, 24.0]]}]], [["LABEL_OUT_OF_RANGE", 0]]]),
        ),
        (
            &[("annotations/instances.json", &mask), ("images/a.jpg", "")],
            json!(["images/a.jpg", "../images/a.jpg", [["car", {"box": [0.0, 0.0, 2.0, 2.0, 0.0], "columns": [0, 2, 14, 2, 302]}]], [["COCO_ID_ZERO", 0]]]),
        ),
        (
            &[
                ("labelmap.txt", "# label:color_rgb:parts:actions\ncar:1,2,3::\n"),
                ("Annotations/a.xml", &reversed),
                ("JPEGImages/a.jpg", ""),
                ("ImageSets/Main/train.txt", "a\n"),
            ],
            json!(["JPEGImages/a.jpg", "../JPEGImages/a.jpg", [["car", {"box": [2.5, 3.0, -1.5, 8.0, 0.0]}]], [["VOC_BOX_REVERSED", 0]]]),
        ),
        (
            &[("dataset.ndjson", line), ("images/train/a.jpg", ""), ("images/val/b.jpg", "")],
            json!(["images/train/a.jpg", image, [["car", {"box": [5.0, 8.0, 10.0, 0.0, 0.0]}]], [["LABEL_EMPTY", 0]]]),
        ),
    ];
    for (files, expected) in cases {
        let folder = tree(files);
        let look = folder.path().join("look");
        check(folder.path(), &["--gallery", look.to_str().unwrap()]);
        let (items, _) = data(&look);
        assert_eq!(told(&items)[0], expected, "{files:?}");
    }
}

#[test]
fn findings_of_no_picture_are_listed_and_counted() {
    let folder = tree(&[
        YAML,
        ("images/train/a.jpg", ""),
        ("labels/train/a.txt", ROW),
        ("labels/train/c.txt", ROW),
        ("images/val/b.jpg", ""),
    ]);
    let look = folder.path().join("new/look");
    let ran = check(folder.path(), &["--gallery", look.to_str().unwrap()]).exits(3);
    assert!(ran.text().contains("YOLO_LABEL_ORPHAN"), "the report is the same: {ran:?}");
    let (items, head) = data(&look);
    assert_eq!(
        told(&items)[1],
        json!(["images/val/b.jpg", "../../images/val/b.jpg", [], [["YOLO_LABEL_MISSING", null]]])
    );
    let rest: Vec<_> = head["check"]["rest"].as_array().unwrap().iter().map(|f| json!([f[0], f[2]])).collect();
    assert_eq!(json!(rest), json!([["YOLO_LABEL_ORPHAN", "labels/train/c.txt"], ["CLASS_UNUSED", "data.yaml"]]));
    let rules: Vec<_> = head["check"]["rules"].as_array().unwrap().iter().map(|r| json!([r[0], r[1], r[4]])).collect();
    let expected = json!([
        ["YOLO_LABEL_ORPHAN", "dropped", 1],
        ["CLASS_UNUSED", "advice", 1],
        ["YOLO_LABEL_MISSING", "advice", 1]
    ]);
    assert_eq!(json!(rules), expected);
    // Once more into its own place; never into another one.
    check(folder.path(), &["--gallery", look.to_str().unwrap()]).exits(3);
    let wrong = check(folder.path(), &["--gallery", folder.path().join("images").to_str().unwrap()]).exits(6);
    assert!(wrong.stderr.contains("train is not of a gallery"), "{wrong:?}");
    for (more, said) in [
        (&["--gallery", "s3://b/look"][..], "syn-sink"),
        (&["--gallery", "-", "--output-format", "sarif"], "-o"),
        (&["--link", "url"], "--link"),
    ] {
        check(folder.path(), more).exits(2).says(said);
    }
}

#[test]
fn a_gallery_of_lines_has_its_pictures_as_files() {
    let folder = tree(&[
        YAML,
        ("images/train/a.jpg", ""),
        ("labels/train/a.txt", ROW),
        ("images/val/b.jpg", ""),
        ("labels/val/b.txt", ROW),
    ]);
    let report = folder.path().join("findings.txt");
    let ran = check(folder.path(), &["--gallery", "-", "-o", report.to_str().unwrap()]).exits(0);
    let lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["@stream"], "begin");
    assert_eq!(lines.last().unwrap()["count"], lines.len() - 2);
    let file = lines.iter().find(|line| line["path"] == "images/images/train/a.jpg").unwrap();
    assert!(file["file"].as_str().unwrap().ends_with("/images/train/a.jpg"), "{file}");
    assert!(fs::read_to_string(report).unwrap().contains("CLASS_UNUSED"));
}

#[test]
fn pictures_at_urls_are_shown_when_asked() {
    let row = r#"{"id":7,"file":{"file_name_original":"a.jpg","url":"https://h.invalid/a.jpg?X-Amz-Signature=secret"},"data":{"extra":{"image_1":{"width":40,"height":20}},"annotations":{"image_1":[{"id":"a","tool":"bounding_box","classification":{"class":"car"}}]},"annotationsData":{"image_1":[{"id":"a","coordinate":{"x":4,"y":5,"width":20,"height":10}}]}}}"#;
    let lines = run("syn-convert", &["--to", "yolo", "--unframed", "-q"], row.as_bytes()).exits(0);
    let folder = tempfile::tempdir().unwrap();
    let look = folder.path().join("look");
    let look = look.to_str().unwrap();
    for (more, url) in [(&[][..], Value::Null), (&["--link", "url"], json!("https://h.invalid/a.jpg"))] {
        run("syn-convert", &[&["--check", "-", "--gallery", look], more].concat(), lines.text().as_bytes());
        let (items, _) = data(Path::new(look));
        assert_eq!(items[0]["url"], url);
        assert!(!fs::read_to_string(Path::new(look).join("data/0000.js")).unwrap().contains("secret"));
    }
}

#[cfg(feature = "net")]
#[test]
fn pictures_of_an_archive_are_copied() {
    let folder = tree(&[YAML, ("images/train/a.jpg", ""), ("labels/train/a.txt", ROW), ("images/val/b.jpg", "")]);
    let packed = tempfile::tempdir().unwrap();
    let archive = packed.path().join("d.tar");
    let mut tar = tar::Builder::new(fs::File::create(&archive).unwrap());
    tar.append_dir_all("d", folder.path()).unwrap();
    tar.finish().unwrap();
    let look = packed.path().join("look");
    for _ in 0..2 {
        check(&archive, &["--gallery", look.to_str().unwrap()]);
    }
    let (items, _) = data(&look);
    let file = items[0]["file"].as_str().unwrap();
    assert_eq!(fs::read(look.join(file)).unwrap(), fs::read(folder.path().join("images/train/a.jpg")).unwrap());
    assert_eq!(fs::read_dir(packed.path()).unwrap().count(), 2);
}
