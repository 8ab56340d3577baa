//! The box that is grouped with joints: it is the box of their object, in every format that writes joints.

use crate::common::convert::{summary, texts};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An annotation: its tool, its class, its geometry.
type Given = (&'static str, &'static str, Value);

fn joint(class: &'static str, x: f64, y: f64, v: u8) -> Given {
    ("keypoint", class, json!({"x": x, "y": y, "v": v}))
}

fn boxed(class: &'static str, x: f64, y: f64, w: f64, h: f64) -> Given {
    ("bounding_box", class, json!({"x": x, "y": y, "width": w, "height": h}))
}

fn turned(x: f64, y: f64, w: f64, h: f64) -> Given {
    (
        "bounding_box",
        "person",
        json!({"x": x, "y": y, "width": w, "height": h, "rotation": std::f64::consts::FRAC_PI_2}),
    )
}

/// How a group is written: a list, the older tree, or at each member (dialect 2).
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    List,
    Tree,
    Two,
}

/// An item of 100 × 80 pixels. All annotations are in one group.
fn item(given: &[Given], dialect: Dialect) -> String {
    let class = |(tool, class, at): &Given| match *tool {
        "keypoint" => json!({"class": class, "visibility": at["v"]}),
        _ => json!({"class": class, "sure": true}),
    };
    let numbers = |(tool, _, at): &Given| match *tool {
        "keypoint" => json!([at["x"], at["y"]]),
        _ => json!([at["x"], at["y"], at["width"], at["height"]]),
    };
    let ids: Vec<String> = (0..given.len()).map(|i| format!("a{i}")).collect();
    let extra = json!({"image_1": {"width": 100, "height": 80}});
    let data = if dialect == Dialect::Two {
        let mut tools: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (id, one) in ids.iter().zip(given) {
            let attrs = json!([{"name": "rotation", "value": one.2.get("rotation").cloned().unwrap_or(0.into())}]);
            let mut a =
                json!({"id": id, "classification": one.1, "group_id": "g", "data": numbers(one), "attrs": attrs});
            if one.0 == "keypoint" {
                a["attrs"] = json!([{"name": "visibility", "value": one.2["v"]}]);
            }
            tools.entry(one.0).or_default().push(a);
        }
        json!({"annotation_data": {"images": [tools]}, "annotation_meta": {"extra": extra}})
    } else {
        let head = |(id, a): (&String, &Given)| json!({"id": id, "tool": a.0, "classification": class(a)});
        let heads: Vec<_> = ids.iter().zip(given).map(head).collect();
        let data: Vec<_> = ids.iter().zip(given).map(|(id, a)| json!({"id": id, "coordinate": a.2})).collect();
        let tree = |id: &String| json!({"annotationId": id, "children": []});
        let group = match dialect {
            Dialect::Tree => json!({"id": "g", "annotationList": [
                {"annotationId": ids[0], "children": ids[1..].iter().map(tree).collect::<Vec<_>>()}]}),
            _ => json!({"id": "g", "annotationIds": ids}),
        };
        json!({"extra": extra, "annotations": {"image_1": heads}, "annotationsData": {"image_1": data},
            "annotationGroups": {"image_1": [group]}})
    };
    let row = json!({"id": 1, "data": data, "file": {"file_name_original": "a.jpg", "url": "https://h/a"}});
    format!("{row}\n")
}

/// The formats of joints, and their objects: the box in pixels, and the number of visible joints.
const RUNS: [&[&str]; 3] =
    [&["--to", "coco"], &["--to", "yolo", "--task", "pose"], &["--to", "ultralytics-ndjson", "--task", "pose"]];

fn objects(args: &[&str], files: &BTreeMap<String, String>) -> Vec<([i64; 4], usize)> {
    let of_row = |row: &[f64]| {
        let [x, y, w, h] = [row[1] * 100.0, row[2] * 80.0, row[3] * 100.0, row[4] * 80.0];
        let visible = row[5..].chunks(3).filter(|joint| joint[2] > 0.0).count();
        ([x - w / 2.0, y - h / 2.0, w, h].map(|n| n.round() as i64), visible)
    };
    let numbers = |list: &Value| list.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    match args[1] {
        "coco" => {
            let Some(document) = files.get("annotations/person_keypoints.json") else { return Vec::new() };
            let document: Value = serde_json::from_str(document).unwrap();
            let object = |a: &Value| {
                let b = numbers(&a["bbox"]);
                assert_eq!(a["area"].as_f64(), Some(b[2] * b[3]));
                ([b[0], b[1], b[2], b[3]].map(|n| n.round() as i64), a["num_keypoints"].as_u64().unwrap() as usize)
            };
            document["annotations"].as_array().unwrap().iter().map(object).collect()
        }
        "yolo" => {
            let rows = files["labels/train/a.txt"].lines();
            rows.map(|row| of_row(&row.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<_>>())).collect()
        }
        _ => {
            let line: Value = serde_json::from_str(files["dataset.ndjson"].lines().nth(1).unwrap()).unwrap();
            line["annotations"]["pose"].as_array().unwrap().iter().map(|row| of_row(&numbers(row))).collect()
        }
    }
}

/// What is expected of a group: its options, its object, how many annotations are written as pose and what is lost of which.
struct Case {
    name: &'static str,
    given: Vec<Given>,
    args: &'static [&'static str],
    object: Option<([i64; 4], usize)>,
    /// Annotations written in `--task pose`, and in coco, where boxes are objects of `instances` all the same.
    written: (u64, u64),
    reasons: &'static [&'static str],
}

const ASSUMED: &str = "KEYPOINT_BOX_ASSUMED";
const OUTSIDE: &str = "INVALID_GEOMETRY";

fn cases() -> Vec<Case> {
    let two = || vec![joint("nose", 10.0, 10.0, 2), joint("left_eye", 20.0, 20.0, 1)];
    let with = |more: Vec<Given>| [more, two()].concat();
    let person = || boxed("person", 2.0, 2.0, 60.0, 60.0);
    let case = |name, given, object, written, reasons| Case { name, given, args: &[], object, written, reasons };
    let tight = Some(([10, 10, 10, 10], 2));
    vec![
        case("a box", with(vec![person()]), Some(([2, 2, 60, 60], 2)), (3, 3), &[]),
        case("no box", two(), tight, (2, 2), &[]),
        case("one joint", vec![person(), joint("nose", 10.0, 10.0, 2)], Some(([2, 2, 60, 60], 1)), (2, 2), &[]),
        case("one joint, no box", vec![joint("nose", 10.0, 10.0, 2)], None, (0, 0), &["KEYPOINT_GROUP_INVALID"]),
        case("no joint is seen", vec![person(), joint("nose", 0.0, 0.0, 0)], Some(([2, 2, 60, 60], 0)), (2, 2), &[]),
        case(
            "a joint outside of the box",
            with(vec![boxed("person", 30.0, 30.0, 9.0, 9.0)]),
            Some(([30, 30, 9, 9], 2)),
            (3, 3),
            &[],
        ),
        case(
            "over the edge",
            with(vec![boxed("person", -10.0, 5.0, 40.0, 100.0)]),
            Some(([0, 5, 30, 75], 2)),
            (3, 3),
            &["CLIPPED_TO_IMAGE"],
        ),
        Case {
            args: &["--bounds", "reject"],
            ..case("rejected", with(vec![boxed("person", -10.0, 5.0, 40.0, 40.0)]), tight, (2, 2), &[ASSUMED, OUTSIDE])
        },
        case("outside", with(vec![boxed("person", 200.0, 5.0, 40.0, 40.0)]), tight, (2, 2), &[ASSUMED, OUTSIDE]),
        case(
            "no area",
            with(vec![boxed("person", 5.0, 5.0, 0.0, 4.0)]),
            tight,
            (2, 2),
            &["INVALID_BOUNDING_BOX", ASSUMED],
        ),
        case(
            "all joints outside",
            vec![person(), joint("nose", -10.0, 10.0, 2)],
            Some(([2, 2, 60, 60], 0)),
            (2, 2),
            &["CLIPPED_TO_IMAGE"],
        ),
        case("two boxes", with(vec![person(), boxed("person", 5.0, 5.0, 30.0, 30.0)]), tight, (2, 4), &[ASSUMED]),
        case("another class", with(vec![boxed("adult", 2.0, 2.0, 60.0, 60.0)]), tight, (2, 3), &[ASSUMED]),
        Case {
            args: &["--class-map", "adult=person"],
            ..case("mapped", with(vec![boxed("adult", 2.0, 2.0, 60.0, 60.0)]), Some(([2, 2, 60, 60], 2)), (3, 3), &[])
        },
        case(
            "a box of another class beside",
            with(vec![boxed("helmet", 8.0, 8.0, 4.0, 4.0), person()]),
            Some(([2, 2, 60, 60], 2)),
            (3, 4),
            &[],
        ),
        case(
            "rotated",
            with(vec![turned(10.0, 30.0, 60.0, 20.0)]),
            Some(([30, 10, 20, 60], 2)),
            (3, 3),
            &["ROTATION_DROPPED"],
        ),
        Case {
            args: &["--rotated", "skip"],
            ..case(
                "rotated, left out",
                with(vec![turned(10.0, 30.0, 60.0, 20.0)]),
                tight,
                (2, 2),
                &[ASSUMED, "UNSUPPORTED_ORIENTED_BOUNDING_BOX"],
            )
        },
        case(
            "an unknown joint",
            with(vec![person(), joint("tail", 1.0, 1.0, 2)]),
            None,
            (0, 1),
            &["KEYPOINT_GROUP_INVALID"],
        ),
    ]
}

#[test]
fn a_box_in_the_group_is_the_box_of_the_object_in_every_format() {
    for Case { name, given, args, object, written, reasons } in cases() {
        for dialect in [Dialect::List, Dialect::Tree, Dialect::Two] {
            for run in RUNS {
                let files = texts(&[run, args, &["--report", "summary"]].concat(), &item(&given, dialect));
                let summary = summary(&files);
                let pose = run[1] != "coco";
                let told = format!("{name}, {run:?}: {summary:#}");
                assert_eq!(objects(run, &files), Vec::from_iter(object), "{told}");
                let counts = &summary["annotations"];
                assert_eq!(counts["written"], if pose { written.0 } else { written.1 }, "{told}");
                assert_eq!(counts["seen"].as_u64(), Some(given.len() as u64), "{told}");
                let mut found: Vec<&str> = Vec::new();
                for outcome in ["skipped", "failed", "lossy"] {
                    found.extend(summary[outcome].as_object().unwrap().keys().map(String::as_str));
                }
                // Boxes of no object are left out of pose labels, and attributes of boxes too.
                found.retain(|r| !["UNSUPPORTED_ANNOTATION_TYPE", "CUSTOM_ATTRIBUTES_DROPPED"].contains(r));
                found.sort_unstable();
                let mut want: Vec<&str> = reasons.to_vec();
                // In COCO's instances a rotated box is a polygon, and stays one.
                want.sort_unstable();
                want.retain(|r| pose || *r != "ROTATION_DROPPED");
                assert_eq!(found, want, "{told}");
            }
        }
    }
}

/// What is left over has the reason of its group, and is told.
#[test]
fn boxes_beside_pose_labels_are_counted_with_their_reason() {
    let person = boxed("person", 2.0, 2.0, 60.0, 60.0);
    let joints = [joint("nose", 10.0, 10.0, 2), joint("left_eye", 20.0, 20.0, 2)];
    for (more, reason) in [
        (boxed("person", 5.0, 5.0, 9.0, 9.0), "UNSUPPORTED_ANNOTATION_TYPE"),
        (joint("nose", 5.0, 5.0, 2), "KEYPOINT_GROUP_INVALID"),
    ] {
        let given = [&[person.clone(), more], &joints[..]].concat();
        let files = texts(&["--to", "yolo", "--task", "all"], &item(&given, Dialect::List));
        let counts = summary(&files)["by_tool"]["bounding_box"].clone();
        assert_eq!(counts["written"], counts["seen"], "a box is in the other trees");
        let report: Value = {
            let run = ["--to", "yolo", "--task", "pose", "--background", "include"];
            let failed = crate::common::convert::convert(&run, &item(&given, Dialect::List));
            serde_json::from_str(
                std::str::from_utf8(&crate::common::convert::files(&failed.stdout)["metadata/export_summary.json"])
                    .unwrap(),
            )
            .unwrap()
        };
        assert!(report["skipped"][reason].as_u64() > Some(0), "{report:#}");
        let boxes = &report["by_tool"]["bounding_box"];
        assert_eq!(boxes["skipped"], boxes["seen"], "{report:#}");
    }
}

/// All points in one annotation (dialect F), with the box of their object.
#[test]
fn points_in_one_annotation_can_be_grouped_with_their_box() {
    let points: Vec<_> = (0..17).map(|i| json!([10 + i, 20 + i])).collect();
    let data = json!({"extra": {"image_1": {"width": 100, "height": 80}}, "annotations": {"image_1": [
        {"id": "k", "type": "keypoint", "classification": "person", "data": points},
        {"id": "b", "type": "bbox", "classification": "person", "data": [2, 2, 60, 60]}]},
        "annotationGroups": {"image_1": [{"id": "g", "annotationIds": ["b", "k"]}]}});
    let row = json!({"id": 1, "data": data, "file": {"file_name_original": "a.jpg", "url": "https://h/a"}});
    for run in RUNS {
        let files = texts(run, &format!("{row}\n"));
        assert_eq!(objects(run, &files), [([2, 2, 60, 60], 17)], "{run:?}");
        assert_eq!(summary(&files)["annotations"]["written"], 2);
    }
}
