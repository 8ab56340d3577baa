//! `syn-convert --to yolo`, as a user runs it.

use crate::common::convert::{convert, summary, texts};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SAMPLE: &str = include_str!("../data/sample.ndjson");

fn yolo(task: &str, more: &[&str], input: &str) -> BTreeMap<String, String> {
    texts(&[&["--to", "yolo", "--task", task][..], more].concat(), input)
}

/// A row with one image of 100 × 50 pixels: `(id, tool, class, rest of the head, geometry)` of its annotations.
pub fn row(id: u32, annotations: &[(&str, &str, &str, Value, Value)], groups: Value) -> String {
    let mut heads = Vec::new();
    let mut data = Vec::new();
    for (id, tool, class, extra, geometry) in annotations {
        let mut classification = extra.clone();
        classification["class"] = json!(class);
        heads.push(json!({"id": id, "tool": tool, "classification": classification}));
        let mut geometry = geometry.clone();
        geometry["id"] = json!(id);
        data.push(geometry);
    }
    let payload = json!({
        "extra": {"image_1": {"width": 100, "height": 50}}, "annotations": {"image_1": heads},
        "annotationsData": {"image_1": data}, "annotationGroups": {"image_1": groups},
    });
    let file = json!({"url": format!("https://x.invalid/{id}.jpg?a=\"b\\"), "file_name_original": format!("{id}.jpg")});
    format!("{}\n", json!({"id": id, "data": payload, "file": file}))
}

pub fn plain(id: u32, tool: &str, geometry: Value) -> String {
    row(id, &[("a", tool, "c", json!({}), geometry)], json!([]))
}

pub fn rect(x: f64, y: f64, w: f64, h: f64, rotation: f64) -> Value {
    json!({"coordinate": {"x": x, "y": y, "width": w, "height": h, "rotation": rotation}})
}

fn runs(list: Value) -> Value {
    json!({"pixel_indices": list, "isCompressed": true, "compressionFormat": "rle"})
}

/// A person of two joints that are seen and one that is not.
pub fn person(id: u32) -> String {
    let joint =
        |id, name, v, x, y| (id, "keypoint", name, json!({"visibility": v}), json!({"coordinate": {"x": x, "y": y}}));
    let joints = [
        joint("n", "nose", 2, 10.0, 10.0),
        joint("l", "left_eye", 1, 30.0, 20.0),
        joint("r", "right_eye", 0, 50.0, 20.0),
    ];
    row(id, &joints, json!([{"id": "g", "annotationIds": ["n", "l", "r"]}]))
}

#[test]
fn segment_writes_a_row_for_every_ring_and_outline() {
    let square = json!([{"x": 0, "y": 0}, {"x": 50, "y": 0}, {"x": 50, "y": 25}]);
    let ring = |x| json!([[x, 0], [x + 10, 0], [x + 10, 10]]);
    let cases = [
        (
            plain(1, "polygon", json!({"coordinate": square})),
            "0 0.000000 0.000000 0.500000 0.000000 0.500000 0.500000\n",
            json!({}),
        ),
        (
            plain(1, "polygon", json!({"coordinate": [ring(0), ring(20)]})),
            "0 0.000000 0.000000 0.100000 0.000000 0.100000 0.200000\n0 0.200000 0.000000 0.300000 0.000000 0.300000 0.200000\n",
            json!({"OBJECT_PARTS_SEPARATED": 1}),
        ),
        (plain(1, "polygon", json!({"coordinate": [[0, 0], [5, 5], [0, 0]]})), "", json!({"INVALID_POLYGON": 1})),
        (
            plain(1, "segmentation", runs(json!([[0, 3], [100, 1], [102, 1], [200, 3]]))),
            "0 0.000000 0.000000 0.000000 0.040000 0.020000 0.040000 0.020000 0.000000\n",
            json!({"MASK_HOLE_DROPPED": 1}),
        ),
        (plain(1, "segmentation", runs(json!([[7, 9]]))), "", json!({"MASK_CONTOUR_UNREPRESENTABLE": 1})),
    ];
    for (input, label, reasons) in cases {
        let files = yolo("segment", &[], &input);
        assert_eq!(files["labels/train/1.txt"], label, "{input}");
        let s = summary(&files);
        let mut got = s["skipped"].as_object().unwrap().clone();
        got.extend(s["failed"].as_object().unwrap().clone());
        got.extend(s["lossy"].as_object().unwrap().clone());
        assert_eq!(Value::from(got), reasons, "{input}");
    }
}

#[test]
fn masks_that_are_not_instances_have_their_reasons() {
    let input = plain(1, "segmentation", runs(json!([[0, 3], [100, 3]])));
    for (mode, reason) in [("semantic", "SEMANTIC_SEGMENTATION_UNSUPPORTED"), ("exclude", "SEGMENTATION_EXCLUDED")] {
        let files = yolo("segment", &["--segmentation", mode], &input);
        assert_eq!((&*files["labels/train/1.txt"], &summary(&files)["skipped"][reason]), ("", &json!(1)));
    }
}

#[test]
fn pose_writes_a_row_for_a_group_and_names_the_joints() {
    let files = yolo("pose", &[], &person(1));
    let label: Vec<&str> = files["labels/train/1.txt"].split_ascii_whitespace().collect();
    assert_eq!(label.len(), 5 + 17 * 3);
    assert_eq!(label[..5], ["0", "0.200000", "0.300000", "0.200000", "0.200000"]);
    let joints = ["0.100000", "0.200000", "2", "0.300000", "0.400000", "1", "0.000000", "0.000000", "0"];
    assert_eq!(label[5..14], joints);
    assert_eq!(
        files["data.yaml"],
        "train: images/train\nval: images/val\nnc: 1\nkpt_shape: [17, 3]\n\
         flip_idx: [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]\nnames:\n  0: \"person\"\n"
    );
    assert_eq!(summary(&files)["annotations"]["written"], 3);
}

#[test]
fn a_joint_outside_the_image_is_not_moved() {
    let input = person(1).replace("\"x\":50.0", "\"x\":150.0").replace("\"visibility\":0", "\"visibility\":2");
    let files = yolo("pose", &[], &input);
    let label: Vec<&str> = files["labels/train/1.txt"].split_ascii_whitespace().collect();
    assert_eq!(label[11..14], ["0.000000", "0.000000", "0"]);
    assert_eq!(summary(&files)["lossy"], json!({"CLIPPED_TO_IMAGE": 3}));
    for bounds in ["reject", "keep"] {
        let files = yolo("pose", &["--bounds", bounds], &input);
        assert_eq!(summary(&files)["failed"], json!({"INVALID_GEOMETRY": 3}));
    }
}

fn corners(files: &BTreeMap<String, String>) -> Vec<f64> {
    let row = files["labels/train/1.txt"].split_ascii_whitespace().skip(1);
    // In pixels of the 100 × 50 image.
    row.enumerate().map(|(i, n)| n.parse::<f64>().unwrap() * [100.0, 50.0][i % 2]).collect()
}

fn near(got: &[f64], want: &[f64]) -> bool {
    got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-3)
}

#[test]
fn obb_keeps_rectangles() {
    let quarter = std::f64::consts::FRAC_PI_4;
    // Its corners lie 10·√2 from its centre.
    let diamond = |x: f64, y: f64| plain(1, "bounding_box", rect(x - 10.0, y - 10.0, 20.0, 20.0, quarter));
    let r = 200f64.sqrt();
    let inside = yolo("obb", &[], &diamond(50.0, 25.0));
    assert!(near(&corners(&inside), &[50.0, 25.0 - r, 50.0 + r, 25.0, 50.0, 25.0 + r, 50.0 - r, 25.0]));
    // Half a pixel over the edge is within one per cent: as it is.
    let touching = yolo("obb", &[], &diamond(r - 0.5, 25.0));
    assert!(near(&corners(&touching)[6..], &[-0.5, 25.0]));
    assert_eq!(summary(&touching)["annotations"]["lossy"], 0);
    // Cut in two by the edge: the same rotation, around the half that is left.
    let cut = yolo("obb", &[], &diamond(0.0, 25.0));
    let got = corners(&cut);
    let edge = |a: usize, b: usize| [got[b] - got[a], got[b + 1] - got[a + 1]];
    let (first, second) = (edge(0, 2), edge(2, 4));
    assert!((first[0] - first[1]).abs() < 1e-3 && (second[0] + second[1]).abs() < 1e-3, "{got:?}");
    assert_eq!(summary(&cut)["lossy"], json!({"CLIPPED_TO_IMAGE": 1}));
    let rejected = yolo("obb", &["--bounds", "reject"], &diamond(0.0, 25.0));
    assert_eq!(summary(&rejected)["failed"], json!({"INVALID_GEOMETRY": 1}));
    // Larger than the image: the reader would take no rectangle of this rotation.
    let large = yolo("obb", &[], &plain(1, "bounding_box", rect(-50.0, -75.0, 200.0, 200.0, quarter)));
    assert!(near(&corners(&large), &[0.0, 0.0, 100.0, 0.0, 100.0, 50.0, 0.0, 50.0]));
    assert_eq!(summary(&large)["lossy"], json!({"CLIPPED_TO_IMAGE": 1, "ROTATION_DROPPED": 1}));
}

#[test]
fn detect_takes_the_hull_of_what_is_inside() {
    let diamond = plain(1, "bounding_box", rect(-10.0, 15.0, 20.0, 20.0, std::f64::consts::FRAC_PI_4));
    let files = yolo("detect", &[], &diamond);
    assert_eq!(files["labels/train/1.txt"], "0 0.070711 0.500000 0.141421 0.565685\n");
    assert_eq!(summary(&files)["lossy"], json!({"CLIPPED_TO_IMAGE": 1, "ROTATION_DROPPED": 1}));
    // The hull reaches into the corner of the image, the box does not.
    let beside = plain(1, "bounding_box", rect(-21.0, -21.0, 20.0, 20.0, std::f64::consts::FRAC_PI_4));
    assert_eq!(summary(&yolo("detect", &[], &beside))["failed"], json!({"INVALID_GEOMETRY": 1}));
}

#[test]
fn all_tasks_have_trees_of_their_own_and_count_once() {
    // The tree of a task begins with its first row; the images before it are backgrounds in it.
    let input = plain(1, "bounding_box", rect(10.0, 10.0, 20.0, 20.0, 0.5))
        + &person(2)
        + &plain(3, "polyline", json!({"coordinate": [[1, 1], [2, 2]]}));
    let files = yolo("all", &[], &input);
    for task in ["detect", "obb", "pose"] {
        for id in 1..=3 {
            assert_eq!(
                files[&format!("{task}/images/train/{id}.jpg")],
                format!("-> https://x.invalid/{id}.jpg?a=\"b\\\n")
            );
            assert!(files.contains_key(&format!("{task}/labels/train/{id}.txt")), "{task} {id}");
        }
        assert!(files[&format!("{task}/data.yaml")].contains("val: images/val"));
    }
    assert!(!files.keys().any(|path| path.starts_with("segment/") || path.starts_with("images/")));
    assert_eq!(files["pose/labels/train/1.txt"], "");
    assert!(files["pose/labels/train/2.txt"].starts_with("1 ") && files["detect/labels/train/1.txt"].starts_with("0 "));
    let counts = &summary(&files)["annotations"];
    // The rotation is lost in detect, though not in obb.
    assert_eq!(*counts, json!({"seen": 5, "written": 4, "skipped": 1, "failed": 0, "lossy": 1}));
}

#[test]
fn without_a_row_all_is_detect() {
    let files = yolo("all", &[], &row(1, &[], json!([])));
    assert_eq!(files["detect/labels/train/1.txt"], "");
    assert!(files.contains_key("detect/data.yaml") && !files.contains_key("obb/data.yaml"));
}

#[test]
fn data_yaml_names_what_ultralytics_reads() {
    let mut input = String::new();
    for (id, split) in [(1, "train"), (2, "test"), (3, "path")] {
        let boxes = [("a", "bounding_box", "a \"b\"\u{2028}: c", json!({}), rect(1.0, 1.0, 5.0, 5.0, 0.0))];
        input += &row(id, &boxes, json!([])).replacen('{', &format!("{{\"fold\":\"{split}\","), 1);
    }
    let files = yolo("detect", &["--split", "fold"], &input);
    assert_eq!(
        files["data.yaml"],
        "train: images/train\nval: images/val\ntest: images/test\n# another split: images/path\nnc: 1\nnames:\n  \
         0: \"a \\\"b\\\"\\u2028: c\"\n"
    );
    assert!(files.contains_key("images/val/.keep") && files.contains_key("labels/path/3.txt"));
    // A part without an image has no folder, so it is not named; train and val must be there.
    let files = yolo("detect", &["--split", "0.8/0.1/0.1"], &plain(1, "bounding_box", rect(1.0, 1.0, 5.0, 5.0, 0.0)));
    let has_test = files.keys().any(|path| path.starts_with("images/test/"));
    assert_eq!(files["data.yaml"].contains("test:"), has_test, "{files:?}");
}

#[test]
fn an_image_too_small_for_ultralytics_is_reported() {
    let input = plain(1, "bounding_box", rect(1.0, 1.0, 5.0, 5.0, 0.0)).replace("\"height\":50", "\"height\":9");
    assert_eq!(summary(&yolo("detect", &[], &input))["item_reasons"], json!({"SOURCE_IMAGE_INVALID": 1}));
}

#[test]
fn every_value_is_in_range_whatever_the_bounds() {
    let mut input = String::new();
    for id in 0..60u32 {
        let n = f64::from(id);
        input += &plain(id + 1, "bounding_box", rect(n * 2.0 - 10.0, n * 0.8 - 5.0, 5.0 + n, 8.0, n % 3.0));
    }
    for (task, bounds) in ["detect", "obb"].into_iter().flat_map(|t| ["clip", "keep", "reject"].map(|b| (t, b))) {
        let files = yolo(task, &["--bounds", bounds], &input);
        let labels: Vec<&String> =
            files.iter().filter(|(p, _)| p.starts_with("labels/train")).map(|(_, t)| t).collect();
        let written = labels.iter().filter(|t| !t.is_empty()).count();
        assert_eq!(summary(&files)["annotations"]["written"], written);
        assert!(written > 5);
        for row in labels.iter().flat_map(|t| t.lines()) {
            let n: Vec<f64> = row.split(' ').skip(1).map(|n| n.parse().unwrap()).collect();
            let around = match n[..] {
                [_, _, _, _] => n,
                _ => hull(&n),
            };
            assert!(around.iter().all(|n| (0.0..=1.0).contains(n)), "{task} {bounds}: {row}");
        }
    }
}

/// Centre and sides of the upright box around points, which is what Ultralytics checks of them.
fn hull(n: &[f64]) -> Vec<f64> {
    let ends = |axis: usize| {
        let values = || n.iter().skip(axis).step_by(2).copied();
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((x0, x1), (y0, y1)) = (ends(0), ends(1));
    vec![(x0 + x1) / 2.0, (y0 + y1) / 2.0, x1 - x0, y1 - y0]
}

#[test]
fn the_number_of_threads_does_not_show() {
    // The sample has no boxes.
    let many = SAMPLE.repeat(6) + &plain(1, "bounding_box", rect(1.0, 1.0, 5.0, 5.0, 0.0));
    for task in ["detect", "segment", "pose", "obb", "all"] {
        let formats: &[&str] = if task == "all" { &["yolo"] } else { &["yolo", "ultralytics-ndjson"] };
        for format in formats {
            let args = |n| ["--to", format, "--task", task, "--split", "0.7/0.2/0.1", "--threads", n];
            let one = convert(&args("1"), &many).exits(0);
            convert(&args("2"), &many).exits(0).writes(&one.stdout);
        }
    }
}

#[test]
fn images_that_no_reader_will_find_are_told() {
    let warned = |input: &str| {
        let out = convert(&["--to", "yolo"], input);
        out.exits(0).stderr
    };
    let named = plain(1, "bounding_box", rect(1.0, 1.0, 9.0, 9.0, 0.0));
    assert!(!warned(&named).contains("image extension"));
    // The URL names the kind of a file whose name does not.
    assert!(!warned(&named.replace("\"1.jpg\"", "\"1\"")).contains("image extension"));
    let nameless = named.replace("1.jpg", "1");
    assert!(warned(&(nameless + &named)).contains("no image extension"));
}

/// `--polygons box` and `--boxes polygon`, as one would compute them by hand on an image of 100 × 50 pixels.
#[test]
fn shapes_become_other_shapes_when_they_are_wanted() {
    let polygon = plain(1, "polygon", json!({"coordinate": [[[10, 10], [30, 10], [20, 40]]]}));
    let over = plain(1, "polygon", json!({"coordinate": [[[-20, 10], [20, 10], [20, 30], [-20, 30]]]}));
    let mask = json!({"pixel_indices": [[510, 5], [610, 5]], "isCompressed": true, "compressionFormat": "rle"});
    let mask = plain(1, "segmentation", mask);
    let upright = plain(1, "bounding_box", rect(10.0, 5.0, 20.0, 30.0, 0.0));
    // A square of side 20 √2 on its corner about (50, 25).
    let side = 20.0 * 2f64.sqrt();
    let turned = rect(50.0 - side / 2.0, 25.0 - side / 2.0, side, side, std::f64::consts::FRAC_PI_4);
    let turned = plain(1, "bounding_box", turned);
    let (boxes, outlines) = (["--polygons", "box"], ["--boxes", "polygon"]);
    let dropped = json!({"OUTLINE_DROPPED": 1});
    let cut = json!({"CLIPPED_TO_IMAGE": 1, "OUTLINE_DROPPED": 1});
    let none = json!({});
    let cases = [
        ("detect", boxes, &polygon, "0 0.200000 0.500000 0.200000 0.600000", &dropped),
        ("detect", boxes, &over, "0 0.100000 0.400000 0.200000 0.400000", &cut),
        ("detect", boxes, &mask, "0 0.125000 0.120000 0.050000 0.040000", &dropped),
        (
            "segment",
            outlines,
            &upright,
            "0 0.100000 0.100000 0.300000 0.100000 0.300000 0.700000 0.100000 0.700000",
            &none,
        ),
        (
            "segment",
            outlines,
            &turned,
            "0 0.500000 0.100000 0.700000 0.500000 0.500000 0.900000 0.300000 0.500000",
            &none,
        ),
    ];
    for (task, option, input, row, lossy) in cases {
        let files = yolo(task, &option, input);
        assert_eq!(files["labels/train/1.txt"].trim_end(), row, "{task}");
        assert_eq!(&summary(&files)["lossy"], lossy, "{task}");
        // Without the option nothing has a place, and the message names it.
        let ran = convert(&["--to", "yolo", "--task", task], input).exits(7);
        let advised = if task == "detect" { "yolo --polygons box" } else { "yolo --task segment --boxes polygon" };
        ran.says(advised);
    }
    convert(&["--to", "yolo", "--polygons", "mask"], &polygon).exits(2).says("yolo has no planes");
    convert(&["--to", "yolo", "--boxes", "polygon"], &polygon).exits(2).says("is read with --task segment");
}
