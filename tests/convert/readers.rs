//! What readers of an export would refuse, drop or misread: it is written otherwise, or told.

use crate::common::convert::{convert, summary, texts};
use crate::rows::{item, one_box};
use serde_json::{Value, json};

fn boxes(classes: &[&str]) -> String {
    classes.iter().zip(1..).map(|(class, id)| one_box(id, &format!("{id}.jpg"), json!({"class": class}))).collect()
}

#[test]
fn names_that_readers_of_folders_do_not_see_lose_their_dot() {
    let input = one_box(1, ".a.jpg", json!({"class": "c"})) + &one_box(2, "_a.jpg", json!({"class": "c"}));
    for (to, first, second) in [
        ("yolo", "labels/train/_a.txt", "labels/train/_a__2.txt"),
        ("voc", "Annotations/_a.xml", "Annotations/_a__2.xml"),
        ("coco", "images/.a.jpg", "images/_a.jpg"),
    ] {
        let files = texts(&["--to", to], &input);
        assert!(files.contains_key(first) && files.contains_key(second), "{to}: {:?}", files.keys());
        assert_eq!(summary(&files)["renamed"], if to == "coco" { 0 } else { 1 }, "{to}");
    }
}

#[test]
fn a_label_map_has_each_name_once() {
    let ran = convert(&["--to", "voc"], &boxes(&["background", "a:b", "a b"])).exits(0);
    let ran = ran.says("the class \"background\" is written as \"background_object\"");
    let files = crate::common::convert::files(&ran.stdout);
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap().to_owned();
    let map = text("labelmap.txt");
    let names: Vec<&str> = map.lines().skip(1).map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["background", "a b", "a b_", "background_object"]);
    assert!(text("Annotations/1.xml").contains("<name>background_object</name>"));
    let meta: Value = serde_json::from_str(&text("dataset_meta.json")).unwrap();
    assert_eq!(meta["labels"], json!(["background", "a b", "a:b", "background_object"]));
    let ran = convert(&["--to", "voc", "--class-map", "background=sky"], &boxes(&["background"])).exits(0);
    assert!(!ran.stderr.contains("background_object"), "{}", ran.stderr);
}

#[test]
fn what_readers_refuse_is_told() {
    let png = one_box(1, "a.png", json!({"class": "c"}));
    let one = one_box(1, "a.jpg", json!({"class": "c"}));
    let none = item(1, "a.jpg", json!([]), json!([]));
    let mask = json!([{"id": "a", "pixel_indices": [[1, 2]], "isCompressed": true, "compressionFormat": "rle"}]);
    let heads = json!([{"id": "a", "tool": "segmentation", "classification": {"class": "c"}}]);
    let semantic = item(1, "a.jpg", heads, mask);
    for (args, input, told) in [
        (&["voc"][..], &png, "1 image of another extension than .jpg: torchvision and MMDetection open"),
        (&["voc", "--segmentation", "semantic"], &semantic, "are in the class planes only: Datumaro"),
        (&["ultralytics-ndjson"], &one, "train has one image and val none: Ultralytics refuses"),
        (&["ultralytics-ndjson", "--split", "0/1"], &one, "no image is in train: Ultralytics refuses"),
        (&["yolo", "--split", "0/1"], &one, "no image is in train: Ultralytics refuses"),
        (&["yolo"], &none, "there is no class: Ultralytics refuses"),
        (&["ultralytics-ndjson"], &none, "there is no class: Ultralytics refuses"),
    ] {
        convert(&[&["--to"], args].concat(), input).exits(0).says(told);
    }
    for args in [&["yolo", "--classes", "c,d"][..], &["voc"]] {
        let ran = convert(&[&["--to"], args].concat(), &one).exits(0);
        assert!(!ran.stderr.contains("refuses") && !ran.stderr.contains(".jpg:"), "{}", ran.stderr);
    }
}

/// Readers hold a run length of a mask in 32 bits.
#[test]
fn masks_of_images_beyond_all_measure_are_counted_not_written() {
    let mask = json!([{"id": "a", "pixel_indices": [[1, 2]], "isCompressed": true, "compressionFormat": "rle"}]);
    let heads = json!([{"id": "a", "tool": "segmentation", "classification": {"class": "c"}}]);
    for (side, written) in [(65_535, 1), (65_536, 0)] {
        let input = item(1, "a.jpg", heads.clone(), mask.clone())
            .replace(r#""height":50"#, &format!(r#""height":{side}"#))
            .replace(r#""width":100"#, &format!(r#""width":{side}"#));
        let ran = convert(&["--to", "coco"], &input);
        let files = crate::common::convert::files(&ran.stdout);
        let summary = summary(&files);
        assert_eq!(summary["annotations"]["written"], written, "{side}");
        assert_eq!(summary["failed"].get("SOURCE_IMAGE_INVALID").is_some(), written == 0, "{side}");
    }
}

/// Joined outlines are one row, which has to lie where Ultralytics takes it.
#[test]
fn joined_outlines_outside_are_refused() {
    let ring = |x: i32| json!([[x, 5], [x + 20, 5], [x + 20, 25]]);
    let data = json!([{"id": "a", "coordinate": [ring(-20), ring(95)]}]);
    let heads = json!([{"id": "a", "tool": "polygon", "classification": {"class": "c"}}]);
    for (parts, written) in [("separate", 0), ("join", 0)] {
        let args = ["--to", "yolo", "--task", "segment", "--bounds", "keep", "--parts", parts];
        let ran = convert(&args, &item(1, "a.jpg", heads.clone(), data.clone()));
        let files = crate::common::convert::files(&ran.stdout);
        assert_eq!(summary(&files)["annotations"]["written"], written, "{parts}");
    }
    let inside = json!([{"id": "a", "coordinate": [ring(-4), ring(70)]}]);
    for (parts, written) in [("separate", 1), ("join", 1)] {
        let args = ["--to", "yolo", "--task", "segment", "--bounds", "keep", "--parts", parts];
        let ran = convert(&args, &item(1, "a.jpg", heads.clone(), inside.clone()));
        let files = crate::common::convert::files(&ran.stdout);
        assert_eq!(summary(&files)["annotations"]["written"], written, "{parts}");
    }
}
