//! One table of boxes, rings, joints and masks at and over the edges of their image, run through every format under every
//! `--bounds`: what formats write of one row agrees, or fails with one reason.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};
use synpipe::convert::{Bounds, FORMATS, Options, Polygons, Rotated, YoloTask, build, run};
use synpipe::dm::Tool;
use synpipe::stream::{Reader, Writer};

pub const W: f64 = 100.0;
pub const H: f64 = 80.0;

/// The formats that fit the geometry of a tool to the image: of those that read `--bounds`, those that carry it.
pub fn fitted(tool: Tool) -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(move |f| f.reads("bounds") && !f.carrying(tool).is_empty()).map(|f| f.name)
}

/// A format that carries boxes and does not read `--bounds` is named here, so that a new one cannot be forgotten.
#[test]
fn formats_that_do_not_fit_geometry_are_known() {
    // They pass geometry on as the platform gave it.
    let known = ["json", "jsonl", "csv", "template", "gallery"];
    for format in FORMATS.iter().filter(|f| !f.reads("bounds") && !f.carrying(Tool::BoundingBox).is_empty()) {
        assert!(
            known.contains(&format.name),
            "{} does not read --bounds: say here what it does with geometry",
            format.name
        );
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The text files of an export of one item by path; planes are left out.
fn export(format: &str, options: &Options, item: &Value) -> BTreeMap<String, String> {
    let reader = Reader::from_read("items", Cursor::new(format!("{item}\n")), 1 << 20).unwrap();
    let (name, built) = build(format, options).unwrap();
    let out = Shared::default();
    run(name, built, options.clone(), reader, Writer::to(Box::new(out.clone())), 1).unwrap();
    let bytes = out.0.lock().unwrap().clone();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap();
        if let (Some(path), Some(text)) = (line["path"].as_str(), line["text"].as_str()) {
            files.entry(path.to_owned()).or_default().push_str(text);
        }
    }
    files
}

/// An image of 100 × 80 pixels with these annotations: heads and geometry in one, in a group when there are several.
fn item(annotations: &[Value]) -> Value {
    let ids: Vec<String> = (0..annotations.len()).map(|i| format!("a{i}")).collect();
    let (mut heads, mut data) = (Vec::new(), Vec::new());
    for (id, a) in ids.iter().zip(annotations) {
        let mut class = json!({"class": a.get("class").cloned().unwrap_or("c".into())});
        if a["tool"] == "keypoint" {
            class["visibility"] = 2.into();
        }
        heads.push(json!({"id": id, "tool": a["tool"], "classification": class}));
        let mut geometry = a["geometry"].clone();
        geometry["id"] = id.as_str().into();
        data.push(geometry);
    }
    let groups = if ids.len() > 1 { json!([{"id": "g", "annotationIds": ids}]) } else { json!([]) };
    json!({
        "id": 1,
        "data": {
            "extra": {"image_1": {"width": W, "height": H}},
            "annotations": {"image_1": heads},
            "annotationsData": {"image_1": data},
            "annotationGroups": {"image_1": groups},
        },
        "file": {"url": "https://x/a.jpg", "file_name_original": "a.jpg"},
    })
}

/// What became of a row: the hull of what was written, `[x, y, w, h]` in pixels, and what was lost; or why nothing was. Of a format
/// whose files nothing here reads there is no hull: only what was lost is compared.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Written(Option<[f64; 4]>, Vec<String>),
    Failed(String),
}

/// Reasons that are about a format's other limits, not about geometry.
const OF_THE_FORMAT: [&str; 2] = ["CUSTOM_ATTRIBUTES_DROPPED", "OUTLINE_DROPPED"];

pub fn outcome(format: &str, options: &Options, annotations: &[Value]) -> Outcome {
    let files = export(format, options, &item(annotations));
    let report: Value = serde_json::from_str(&files["metadata/export_report.json"]).unwrap();
    let entry = &report[0];
    let mut reasons: Vec<String> = entry["reasons"].as_object().unwrap().keys().cloned().collect();
    reasons.retain(|r| !OF_THE_FORMAT.contains(&r.as_str()));
    let written = entry["annotations"]["written"].as_u64().unwrap();
    match written {
        0 => {
            assert_eq!(reasons.len(), 1, "{format}: {entry}");
            Outcome::Failed(reasons.remove(0))
        }
        _ => Outcome::Written(points(format, &files).map(|points| hull(&points)), reasons),
    }
}

fn hull(points: &[[f64; 2]]) -> [f64; 4] {
    let low = |i: usize| points.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min);
    let high = |i: usize| points.iter().map(|p| p[i]).fold(f64::NEG_INFINITY, f64::max);
    [low(0), low(1), high(0) - low(0), high(1) - low(1)]
}

/// The corners, in pixels, of the box that a format wrote, or the points when it wrote those. `None`: say here how its boxes are read.
fn points(format: &str, files: &BTreeMap<String, String>) -> Option<Vec<[f64; 2]>> {
    let numbers = |v: &Value| v.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<f64>>();
    let sides = |b: &[f64]| vec![[b[0], b[1]], [b[0] + b[2], b[1] + b[3]]];
    let row = |row: &[f64], box_first: bool| -> Vec<[f64; 2]> {
        if box_first {
            let (x, y, w, h) = (row[1] * W, row[2] * H, row[3] * W, row[4] * H);
            sides(&[x - w / 2.0, y - h / 2.0, w, h])
        } else {
            row[1..].chunks(2).map(|p| [p[0] * W, p[1] * H]).collect()
        }
    };
    Some(match format {
        "coco" => {
            let find = |name: &str| files.get(&format!("annotations/{name}.json")).map(String::as_str).unwrap_or("{}");
            ["instances", "person_keypoints"]
                .iter()
                .flat_map(|name| {
                    let document: Value = serde_json::from_str(find(name)).unwrap();
                    document["annotations"].as_array().cloned().unwrap_or_default()
                })
                .flat_map(|a| sides(&numbers(&a["bbox"])))
                .collect()
        }
        "yolo" => files["labels/train/a.txt"]
            .lines()
            .flat_map(|line| {
                let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().unwrap()).collect();
                row(&numbers, numbers.len() == 5 || numbers.len() > 50)
            })
            .collect(),
        "ultralytics-ndjson" => {
            let line: Value = serde_json::from_str(files["dataset.ndjson"].lines().nth(1).unwrap()).unwrap();
            let (kind, rows) = line["annotations"].as_object().unwrap().iter().next().unwrap();
            rows.as_array().unwrap().iter().flat_map(|r| row(&numbers(r), kind == "boxes" || kind == "pose")).collect()
        }
        "voc" => {
            let xml = &files["Annotations/a.xml"];
            let number = |tag: &str| -> f64 {
                let (_, rest) = xml.split_once(&format!("<{tag}>")).unwrap();
                rest.split_once('<').unwrap().0.parse().unwrap()
            };
            vec![[number("xmin"), number("ymin")], [number("xmax"), number("ymax")]]
        }
        "createml" => {
            let document: Value = serde_json::from_str(&files["annotations.json"]).unwrap();
            let objects = document[0]["annotations"].as_array().unwrap().clone();
            objects
                .iter()
                .flat_map(|object| {
                    let [x, y, w, h] =
                        ["x", "y", "width", "height"].map(|key| object["coordinates"][key].as_f64().unwrap());
                    sides(&[x - w / 2.0, y - h / 2.0, w, h])
                })
                .collect()
        }
        _ => return None,
    })
}

/// How far, in pixels, a format's own rounding may move an edge: half a pixel, or half of the sixth decimal of a side each for
/// centre and size.
fn rounding(format: &str) -> f64 {
    match format {
        "coco" => 1e-9,
        "voc" => 0.5,
        _ => 1e-6 * W,
    }
}

fn is_ultralytics(format: &str) -> bool {
    matches!(format, "yolo" | "ultralytics-ndjson")
}

/// Whether the reader of a format refuses a whole image for a row with this hull, so that `--bounds keep` cannot keep it:
/// Ultralytics wants centre and sides within the image's.
fn unread(format: &str, [x, y, w, h]: [f64; 4]) -> bool {
    let taken = (0.0..=W).contains(&(x + w / 2.0)) && (0.0..=H).contains(&(y + h / 2.0)) && w <= W && h <= H;
    is_ultralytics(format) && !taken
}

/// Runs one row through all formats that have this kind of geometry, and compares each with what is expected.
pub fn agree(what: &str, annotations: &[Value], options: &Options, expected: &Outcome, formats: &[&str]) {
    for &format in formats {
        let got = outcome(format, options, annotations);
        let refused = failed(OUTSIDE);
        let expected = match expected {
            Outcome::Written(Some(hull), _) if unread(format, *hull) => &refused,
            other => other,
        };
        let same = match (&got, expected) {
            (Outcome::Failed(a), Outcome::Failed(b)) => a == b,
            (Outcome::Written(a, lost), Outcome::Written(b, want)) => {
                let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 2.0 * rounding(format);
                lost == want && a.iter().flatten().zip(b.iter().flatten()).all(near)
            }
            _ => false,
        };
        assert!(same, "{what}, --bounds {:?}, {format}: {got:?}, expected {expected:?}", options.bounds);
    }
}

const POLICIES: [Bounds; 3] = [Bounds::Clip, Bounds::Reject, Bounds::Keep];

pub fn options(bounds: Bounds, task: YoloTask, polygons: Polygons) -> Options {
    let mut options = Options { bounds, rotated: Rotated::Hull, ..Options::default() };
    options.formats.yolo.task = task;
    options.formats.shapes.polygons = Some(polygons);
    options.formats.voc.voc_base = 0;
    options
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed(reason.into())
}

fn written(hull: [f64; 4], lost: &[&str]) -> Outcome {
    Outcome::Written(Some(hull), lost.iter().map(|s| s.to_string()).collect())
}

/// A row of the table of boxes: `x, y, w, h, angle`, and what each policy makes of it.
struct Row {
    name: &'static str,
    given: [f64; 5],
    clip: Result<[f64; 4], &'static str>,
    /// The same for all policies.
    always: bool,
    /// With `keep`: the hull of the whole.
    keep: [f64; 4],
}

const OUTSIDE: &str = "INVALID_GEOMETRY";
const NO_BOX: &str = "INVALID_BOUNDING_BOX";
const QUARTER: f64 = std::f64::consts::FRAC_PI_4;

fn row(name: &'static str, given: [f64; 5], clip: Result<[f64; 4], &'static str>, keep: [f64; 4]) -> Row {
    Row { name, given, clip, always: false, keep }
}

fn always(name: &'static str, given: [f64; 5], clip: Result<[f64; 4], &'static str>) -> Row {
    Row { name, given, clip, always: true, keep: [0.0; 4] }
}

fn boxes() -> Vec<Row> {
    let root = 2f64.sqrt();
    // A square of side 20 on its corner has a diagonal of 20 √2.
    let (d, half) = (20.0 * root, 10.0 * root);
    vec![
        always("inside", [10.0, 20.0, 30.0, 40.0, 0.0], Ok([10.0, 20.0, 30.0, 40.0])),
        always("the whole image", [0.0, 0.0, W, H, 0.0], Ok([0.0, 0.0, W, H])),
        always("at the right edge", [90.0, 10.0, 10.0, 10.0, 0.0], Ok([90.0, 10.0, 10.0, 10.0])),
        row("over the left edge", [-5.0, 10.0, 20.0, 10.0, 0.0], Ok([0.0, 10.0, 15.0, 10.0]), [-5.0, 10.0, 20.0, 10.0]),
        row("over all edges", [-5.0, -5.0, 200.0, 200.0, 0.0], Ok([0.0, 0.0, W, H]), [-5.0, -5.0, 200.0, 200.0]),
        row("beside", [120.0, 10.0, 20.0, 10.0, 0.0], Err(OUTSIDE), [120.0, 10.0, 20.0, 10.0]),
        row("touches from outside", [100.0, 10.0, 20.0, 10.0, 0.0], Err(OUTSIDE), [100.0, 10.0, 20.0, 10.0]),
        always("no width", [10.0, 10.0, 0.0, 10.0, 0.0], Err(NO_BOX)),
        always("no width, rotated", [10.0, 10.0, 0.0, 10.0, 0.5], Err(NO_BOX)),
        always("negative height", [10.0, 10.0, 5.0, -10.0, 0.0], Err(NO_BOX)),
        always("no size, outside", [-10.0, -10.0, 0.0, 0.0, 0.0], Err(NO_BOX)),
        always("rotated, inside", [40.0, 30.0, 20.0, 20.0, QUARTER], Ok([50.0 - half, 40.0 - half, d, d])),
        // Centre (2, 40): the right half of the square and a bit more.
        row(
            "rotated, half outside",
            [-8.0, 30.0, 20.0, 20.0, QUARTER],
            Ok([0.0, 40.0 - half, 2.0 + half, d]),
            [2.0 - half, 40.0 - half, d, d],
        ),
        // Centre (10, 0), of which a part smaller than that of its hull is inside: x + y ≤ 10 √2 about the centre.
        row(
            "rotated, one corner inside",
            [0.0, -20.0, 20.0, 20.0, QUARTER],
            Ok([10.0 - (half - 10.0), 0.0, 2.0 * (half - 10.0), half - 10.0]),
            [10.0 - half, -10.0 - half, d, d],
        ),
        row(
            "rotated, only its hull inside",
            [82.0, -3.0, 40.0, 2.0, QUARTER],
            Err(OUTSIDE),
            [102.0 - 21.0 / root, -2.0 - 21.0 / root, 42.0 / root, 42.0 / root],
        ),
        row("rotated, beside", [140.0, 30.0, 20.0, 20.0, QUARTER], Err(OUTSIDE), [150.0 - half, 40.0 - half, d, d]),
    ]
}

#[test]
fn boxes_of_one_row_agree_between_formats() {
    let formats: Vec<_> = fitted(Tool::BoundingBox).collect();
    for Row { name, given: [x, y, w, h, angle], clip, always, keep } in boxes() {
        let a = json!({"tool": "bounding_box",
            "geometry": {"coordinate": {"x": x, "y": y, "width": w, "height": h, "rotation": angle}}});
        let turned: &[&str] = if angle == 0.0 { &[] } else { &["ROTATION_DROPPED"] };
        let cut: Vec<&str> = std::iter::once("CLIPPED_TO_IMAGE").chain(turned.iter().copied()).collect();
        for bounds in POLICIES {
            let expected = match (bounds, clip) {
                (_, Err(reason)) if always => failed(reason),
                (_, Ok(hull)) if always => written(hull, turned),
                (Bounds::Clip, Ok(hull)) => written(hull, &cut),
                (Bounds::Clip, Err(reason)) => failed(reason),
                (Bounds::Reject, _) => failed(OUTSIDE),
                (Bounds::Keep, _) => written(keep, turned),
            };
            let options = options(bounds, YoloTask::Detect, Polygons::Box);
            agree(name, std::slice::from_ref(&a), &options, &expected, &formats);
        }
    }
}

#[test]
fn numbers_beyond_all_measure_fail_alike() {
    let formats: Vec<_> = fitted(Tool::BoundingBox).collect();
    let cases = [
        (json!({"x": 1e308, "y": 0, "width": 1e308, "height": 10}), [OUTSIDE, OUTSIDE, NO_BOX]),
        (json!({"x": -1e308, "y": -1e308, "width": 1e307, "height": 1e307, "rotation": 0.5}), [NO_BOX; 3]),
        (json!({"x": 5, "y": 5, "width": 1e-170, "height": 1e-170, "rotation": 0.5}), [NO_BOX; 3]),
        (json!({"x": null, "y": 5, "width": 5, "height": 5}), [NO_BOX; 3]),
    ];
    for (coordinate, reasons) in cases {
        let a = json!({"tool": "bounding_box", "geometry": {"coordinate": coordinate}});
        for (bounds, reason) in POLICIES.into_iter().zip(reasons) {
            agree(
                &coordinate.to_string(),
                std::slice::from_ref(&a),
                &options(bounds, YoloTask::Detect, Polygons::Box),
                &failed(reason),
                &formats,
            );
        }
    }
}

#[test]
fn rings_of_one_row_agree_between_formats() {
    let formats: Vec<_> = fitted(Tool::Polygon).collect();
    const NO_RING: &str = "INVALID_POLYGON";
    let cut = &["CLIPPED_TO_IMAGE"][..];
    type Case = (&'static str, Value, [Outcome; 3]);
    let same = |reason: &str| [failed(reason), failed(reason), failed(reason)];
    let cases: [Case; 8] = [
        ("inside", json!([[[10, 10], [30, 10], [30, 40]]]), [0; 3].map(|_| written([10.0, 10.0, 20.0, 30.0], &[]))),
        (
            "over the left edge",
            json!([[[-20, 10], [20, 10], [20, 30], [-20, 30]]]),
            [written([0.0, 10.0, 20.0, 20.0], cut), failed(OUTSIDE), written([-20.0, 10.0, 40.0, 20.0], &[])],
        ),
        // Only the hull of the second ring is inside.
        (
            "one of two outside",
            json!([[[10, 10], [30, 10], [30, 40]], [[90, -30], [130, 10], [130, -30]]]),
            [written([10.0, 10.0, 20.0, 30.0], cut), failed(OUTSIDE), written([10.0, -30.0, 120.0, 70.0], &[])],
        ),
        (
            "only its hull inside",
            json!([[[90, -30], [130, 10], [130, -30]]]),
            [failed(OUTSIDE), failed(OUTSIDE), written([90.0, -30.0, 40.0, 40.0], &[])],
        ),
        ("collinear", json!([[[10, 10], [20, 20], [30, 30]]]), same(NO_RING)),
        ("crosses itself, parts cancel out", json!([[[10, 10], [30, 30], [30, 10], [10, 30]]]), same(NO_RING)),
        ("two points", json!([[[10, 10], [30, 30], [10, 10]]]), same(NO_RING)),
        ("one of two without area", json!([[[10, 10], [30, 10], [30, 40]], [[1, 1], [2, 2], [3, 3]]]), same(NO_RING)),
    ];
    for (name, rings, expected) in cases {
        let a = json!({"tool": "polygon", "geometry": {"coordinate": rings}});
        for (bounds, expected) in POLICIES.into_iter().zip(expected) {
            let options = options(bounds, YoloTask::Segment, Polygons::Box);
            agree(name, std::slice::from_ref(&a), &options, &expected, &formats);
        }
    }
}

/// What cannot be drawn as a box cannot be painted either.
#[test]
fn rings_that_are_painted_are_those_that_are_written() {
    let cases = [
        (json!([[[10, 10], [20, 20], [30, 30]]]), Err("INVALID_POLYGON")),
        (json!([[[10, 10], [30, 30], [30, 10], [10, 30]]]), Err("INVALID_POLYGON")),
        (json!([[[90, -30], [130, 10], [130, -30]]]), Err(OUTSIDE)),
        (json!([[[10, 10], [30, 10], [30, 40]]]), Ok(())),
    ];
    for (rings, expected) in cases {
        let a = json!({"tool": "polygon", "geometry": {"coordinate": rings}});
        let options = options(Bounds::Clip, YoloTask::Segment, Polygons::Mask);
        let files = export("voc", &options, &item(&[a]));
        let report: Value = serde_json::from_str(&files["metadata/export_report.json"]).unwrap();
        let reasons: Vec<&String> = report[0]["reasons"].as_object().unwrap().keys().collect();
        let want: Vec<&str> = expected.err().into_iter().collect();
        assert_eq!(reasons, want, "{rings}");
    }
}

#[test]
fn joints_of_one_group_agree_between_formats() {
    let with_joints: Vec<_> = fitted(Tool::Keypoint).collect();
    let joint = |class: &str, x: f64, y: f64| json!({"tool": "keypoint", "class": class, "geometry": {"coordinate": {"x": x, "y": y}}});
    let group = |eye: [f64; 2], ear: [f64; 2]| {
        vec![joint("nose", 10.0, 20.0), joint("left_eye", eye[0], eye[1]), joint("left_ear", ear[0], ear[1])]
    };
    let cut = &["CLIPPED_TO_IMAGE"][..];
    let refused = failed(OUTSIDE);
    let shape = "KEYPOINT_GROUP_INVALID";
    let cases = [
        ("inside", group([30.0, 40.0], [50.0, 60.0]), [0; 3].map(|_| written([10.0, 20.0, 40.0, 40.0], &[]))),
        ("at the edge", group([30.0, 40.0], [W, H]), [0; 3].map(|_| written([10.0, 20.0, 90.0, 60.0], &[]))),
        (
            "one outside",
            group([30.0, 40.0], [-5.0, 60.0]),
            [written([10.0, 20.0, 20.0, 20.0], cut), failed(OUTSIDE), written([-5.0, 20.0, 35.0, 40.0], &[])],
        ),
        ("in a column", group([10.0, 40.0], [10.0, 60.0]), [0; 3].map(|_| failed(shape))),
        (
            "all outside",
            vec![joint("nose", -10.0, 20.0), joint("left_eye", -30.0, 50.0)],
            [failed(OUTSIDE), failed(OUTSIDE), written([-30.0, 20.0, 20.0, 30.0], &[])],
        ),
    ];
    for (name, annotations, expected) in cases {
        for (bounds, expected) in POLICIES.into_iter().zip(expected) {
            let options = options(bounds, YoloTask::Pose, Polygons::Box);
            for format in &with_joints {
                // Of joints, Ultralytics takes none that is outside.
                let outside = matches!(&expected, Outcome::Written(Some(r), _) if r[0] < 0.0);
                let expected = if outside && is_ultralytics(format) { &refused } else { &expected };
                agree(name, &annotations, &options, expected, &[format]);
            }
        }
    }
}

#[test]
fn masks_that_are_wrong_fail_alike() {
    let formats: Vec<_> = fitted(Tool::Segmentation).collect();
    for (runs, reason) in [
        (json!([]), OUTSIDE),
        (json!([[7990, 20]]), "INVALID_MASK_ENCODING"),
        (json!([[10, 5], [12, 5]]), "INVALID_MASK_ENCODING"),
    ] {
        let geometry = json!({"pixel_indices": runs, "isCompressed": true, "compressionFormat": "rle"});
        let a = json!({"tool": "segmentation", "geometry": geometry});
        for bounds in POLICIES {
            let options = options(bounds, YoloTask::Segment, Polygons::Box);
            agree(&runs.to_string(), std::slice::from_ref(&a), &options, &failed(reason), &formats);
        }
    }
}
