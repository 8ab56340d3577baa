//! Polygons of several rings, and objects that rounding leaves nothing of.

use crate::common::convert::{summary, texts};
use crate::rows::item;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An item with one annotation, in an image of 100 × 50 pixels.
fn one(tool: &str, geometry: &Value) -> String {
    let heads = json!([{"id": "a", "tool": tool, "classification": {"class": "c"}}]);
    let mut data = geometry.clone();
    data["id"] = "a".into();
    item(1, "1.jpg", heads, json!([data]))
}

fn square(x: u32, y: u32, side: u32) -> Value {
    json!([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])
}

/// The numbers of reasons of a run, and its files.
fn run(args: &[&str], input: &str) -> (Value, BTreeMap<String, String>) {
    let files = texts(&[args, &["--images", "omit", "--report", "summary"]].concat(), input);
    let whole: Value = serde_json::from_str(&files["metadata/export_summary.json"]).unwrap();
    let mut reasons = serde_json::Map::new();
    for outcome in ["skipped", "failed", "lossy"] {
        reasons.extend(whole[outcome].as_object().unwrap().clone());
    }
    (reasons.into(), files)
}

/// Shoelace area of `x y x y …`, in the image's pixels.
fn area(row: &str) -> f64 {
    let numbers: Vec<f64> = row.split(' ').skip(1).map(|n| n.parse().unwrap()).collect();
    let points: Vec<[f64; 2]> = numbers.chunks(2).map(|p| [p[0] * 100.0, p[1] * 50.0]).collect();
    let next = points.iter().cycle().skip(1);
    let twice: f64 = points.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    (twice.abs() / 2.0 * 100.0).round() / 100.0
}

#[test]
fn holes_stay_holes_and_parts_are_counted() {
    let island = [square(0, 0, 40), square(10, 10, 20), square(15, 15, 5)];
    let lost = json!({"OBJECT_PARTS_SEPARATED": 1});
    for (rings, parts, joined) in [
        (vec![square(0, 0, 40)], vec![1600.0], 1600.0),
        (vec![square(0, 0, 40), square(10, 10, 10)], vec![1500.0], 1500.0),
        (vec![square(10, 10, 10), square(0, 0, 40)], vec![1500.0], 1500.0),
        (vec![square(0, 0, 40), square(5, 5, 10), square(20, 20, 10)], vec![1400.0], 1400.0),
        (island.to_vec(), vec![1200.0, 25.0], 1225.0),
        (vec![square(0, 0, 10), square(20, 0, 10)], vec![100.0, 100.0], 200.0),
        (vec![square(0, 0, 10), square(20, 0, 10), square(60, 10, 20)], vec![100.0, 100.0, 400.0], 600.0),
        (vec![square(0, 0, 10), square(5, 5, 10)], vec![100.0, 100.0], 200.0),
        // Cut at the edge of the image, hole and all.
        (vec![square(80, 0, 40), square(90, 10, 20)], vec![600.0], 600.0),
    ] {
        let input = one("polygon", &json!({"coordinate": rings}));
        let (several, cut) = (parts.len() > 1, rings.first() == Some(&square(80, 0, 40)));
        let clipped = if cut { json!({"CLIPPED_TO_IMAGE": 1}) } else { json!({}) };
        let (reasons, files) = run(&["--to", "yolo", "--task", "segment"], &input);
        let areas: Vec<f64> = files["labels/train/1.txt"].lines().map(area).collect();
        assert_eq!((&areas, &reasons), (&parts, if several { &lost } else { &clipped }), "{rings:?}");
        let (reasons, files) = run(&["--to", "yolo", "--task", "segment", "--parts", "join"], &input);
        let areas: Vec<f64> = files["labels/train/1.txt"].lines().map(area).collect();
        assert_eq!((areas, reasons), (vec![joined], clipped.clone()), "{rings:?}");
        let (reasons, files) = run(&["--to", "coco"], &input);
        let coco: Value = serde_json::from_str(&files["annotations/instances.json"]).unwrap();
        let object = &coco["annotations"][0];
        let outlines = object["segmentation"].as_array().unwrap().len();
        // What parts have in common is drawn once.
        let overlap = rings == [square(0, 0, 10), square(5, 5, 10)];
        let covered = if overlap { 175.0 } else { joined };
        assert_eq!((object["area"].as_f64().unwrap(), outlines, reasons), (covered, parts.len(), clipped), "{rings:?}");
    }
}

#[test]
fn parts_of_masks_are_counted_and_joined() {
    let two = json!({"pixel_indices": [[0, 4], [100, 4], [200, 4], [50, 4], [150, 4], [250, 4]], "isCompressed": true, "compressionFormat": "rle"});
    for (to, args) in [("yolo", &["--task", "segment"][..]), ("ultralytics-ndjson", &["--task", "segment"])] {
        let input = one("segmentation", &two);
        let (reasons, _) = run(&[&["--to", to], args].concat(), &input);
        assert_eq!(reasons, json!({"OBJECT_PARTS_SEPARATED": 1}), "{to}");
        let (reasons, files) = run(&[&["--to", to], args, &["--parts", "join"]].concat(), &input);
        assert_eq!(reasons.get("OBJECT_PARTS_SEPARATED"), None, "{to}");
        assert!(to != "yolo" || files["labels/train/1.txt"].lines().count() == 1);
    }
}

/// Six decimals of a share of the image: what is narrower has the same number on both sides.
#[test]
fn what_rounding_leaves_nothing_of_is_no_row() {
    let rect = |w: f64, h: f64, rotation: f64| json!({"coordinate": {"x": 10, "y": 10, "width": w, "height": h, "rotation": rotation}});
    let thin = 4e-5;
    for (task, tool, geometry, reason) in [
        ("detect", "bounding_box", rect(thin, 20.0, 0.0), Some("INVALID_BOUNDING_BOX")),
        ("detect", "bounding_box", rect(20.0, 2e-5, 0.0), Some("INVALID_BOUNDING_BOX")),
        ("detect", "bounding_box", rect(6e-5, 3e-5, 0.0), None),
        ("detect", "bounding_box", rect(thin, 20.0, 1.0), None),
        ("obb", "bounding_box", rect(thin, 20.0, 0.0), Some("INVALID_BOUNDING_BOX")),
        ("obb", "bounding_box", rect(1e-6, 20.0, 0.5), Some("INVALID_BOUNDING_BOX")),
        ("obb", "bounding_box", rect(0.01, 20.0, 0.5), None),
        ("segment", "polygon", json!({"coordinate": [[1, 1], [1.00001, 1], [1, 20]]}), Some("INVALID_POLYGON")),
        ("segment", "polygon", json!({"coordinate": [[1, 1], [2, 1], [1, 20]]}), None),
    ] {
        for to in ["yolo", "ultralytics-ndjson"] {
            let input = one(tool, &geometry);
            let (reasons, files) = run(&["--to", to, "--task", task], &input);
            assert!(reason.is_none_or(|r| reasons[r] == 1), "{to} {task} {geometry}: {reasons}");
            assert_eq!(
                summary(&files)["annotations"]["written"],
                u32::from(reason.is_none()),
                "{to} {task} {geometry}"
            );
            assert!(to != "yolo" || files["labels/train/1.txt"].is_empty() == reason.is_some());
        }
    }
}
