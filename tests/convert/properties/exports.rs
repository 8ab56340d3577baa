//! Whatever is exported passes the check, or its report says why not; every annotation seen is written or counted, once; no picture is in
//! two parts of a split. With any payload, in every format that can be checked, under the options that decide what is written.

use super::mutations::mutated;
use super::payloads::payload;
use super::{Sink, convert, exported};
use crate::common::convert::{Files, files, summary};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use synpipe::check::{self, Findings, Form, Lines, Scratch, Tally, Tree};
use synpipe::convert::Summary;
use synpipe::stream::{Reader, Writer};

/// How many exports are made. `SYNPIPE_CASES` makes it a campaign.
fn cases() -> u32 {
    std::env::var("SYNPIPE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(250)
}

/// Classes: plain ones, joints, and names that mean something to a format.
const CLASSES: [&str; 16] = [
    "car",
    "car",
    "person",
    "person",
    "nose",
    "left_eye",
    "1. 자연",
    "background",
    "a:b",
    "#x",
    "no",
    "x, y",
    "Car",
    "two  spaces",
    "<b>&\"",
    " a ",
];

/// A length or place in pixels: inside, at the edges, and far away.
fn pixels(side: f64) -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0.0..1.0f64).prop_map(move |share| (share * side * 4.0).round() / 4.0),
        2 => (-0.5..1.5f64).prop_map(move |share| share * side),
        1 => select(vec![0.0, -1.0, side, side - 0.5, side + 1.0, 1e-7, 0.4, 3.0 * side, -0.0]),
    ]
}

/// The tool and the geometry of an annotation on an image of this size.
fn drawn(w: f64, h: f64) -> impl Strategy<Value = (&'static str, Value)> {
    let point = (pixels(w), pixels(h)).prop_map(|(x, y)| json!([x, y]));
    let ring = || prop::collection::vec((pixels(w), pixels(h)).prop_map(|(x, y)| json!([x, y])), 2..7);
    let rotation = prop_oneof![3 => Just(0.0), 1 => -4.0..4.0f64, 1 => select(vec![1e-9, std::f64::consts::FRAC_PI_2])];
    let count = (w * h) as u64;
    let runs = prop::collection::vec((0..=count, 1..40u64), 0..4).prop_map(move |mut runs| {
        runs.sort_unstable();
        let mut end = 0;
        let mut kept = Vec::new();
        for (start, n) in runs {
            let start = start.max(end);
            let n = n.min(count.saturating_sub(start));
            end = start + n + 1;
            if n > 0 {
                kept.push(json!([start, n]));
            }
        }
        json!({"pixel_indices": kept, "isCompressed": true, "compressionFormat": "rle"})
    });
    let block =
        (0..(w as u64), 0..(h as u64), 1..12u64, 1..12u64, any::<bool>()).prop_map(move |(x, y, n, rows, hole)| {
            let (width, height) = (w as u64, h as u64);
            let n = n.min(width - x);
            let mut runs = Vec::new();
            for row in y..(y + rows).min(height) {
                if hole && n > 2 && row > y && row + 1 < (y + rows).min(height) {
                    runs.extend([json!([row * width + x, 1]), json!([row * width + x + n - 1, 1])]);
                } else {
                    runs.push(json!([row * width + x, n]));
                }
            }
            json!({"pixel_indices": runs, "isCompressed": true, "compressionFormat": "rle"})
        });
    prop_oneof![
        6 => (pixels(w), pixels(h), pixels(w), pixels(h), rotation).prop_map(|(x, y, w, h, rotation)| {
            ("bounding_box", json!({"coordinate": {"x": x, "y": y, "width": w, "height": h, "rotation": rotation}}))
        }),
        3 => ring().prop_map(|ring| ("polygon", json!({"coordinate": ring}))),
        2 => prop::collection::vec(ring(), 1..4).prop_map(|rings| ("polygon", json!({"coordinate": rings}))),
        4 => point.prop_map(|p| ("keypoint", json!({"coordinate": {"x": p[0], "y": p[1]}}))),
        2 => runs.prop_map(|mask| ("segmentation", mask)),
        3 => block.prop_map(|mask| ("segmentation", mask)),
        1 => Just(("classification", json!({}))),
        1 => Just(("polyline", json!({"coordinate": [[1, 1], [2, 2]]}))),
    ]
}

/// A payload as an annotator would leave it, with groups of joints and boxes.
fn annotated() -> impl Strategy<Value = String> {
    let joints = ["nose", "left_eye", "right_eye", "left_ear", "nose", "tail"];
    select(vec![(40u32, 30u32), (40, 30), (100, 80), (640, 480), (12, 10), (9, 40), (1, 1)]).prop_flat_map(
        move |(w, h)| {
            let one = (
                drawn(f64::from(w), f64::from(h)),
                select(CLASSES.to_vec()),
                select(joints.to_vec()),
                0..3u8,
                any::<Index>(),
                any::<bool>(),
            );
            prop::collection::vec(one, 0..9).prop_map(move |list| {
                let (mut heads, mut data) = (Vec::new(), Vec::new());
                let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
                for (i, ((tool, mut geometry), class, joint, visibility, group, attributed)) in
                    list.into_iter().enumerate()
                {
                    let id = format!("k{i}");
                    let mut classification = json!({"class": if tool == "keypoint" { joint } else { class }});
                    if tool == "keypoint" {
                        classification["visibility"] = visibility.into();
                    }
                    if attributed {
                        classification["sure"] = true.into();
                    }
                    // Joints are in one of two groups, and so are some boxes.
                    let group = group.index(5);
                    if (tool == "keypoint" && group < 4) || (tool == "bounding_box" && group < 3) {
                        groups.entry(group % 2).or_default().push(id.clone());
                    }
                    heads.push(json!({"id": id, "tool": tool, "classification": classification}));
                    geometry["id"] = id.into();
                    data.push(geometry);
                }
                let groups: Vec<_> =
                    groups.iter().map(|(g, ids)| json!({"id": format!("g{g}"), "annotationIds": ids})).collect();
                json!({"extra": {"image_1": {"width": w, "height": h}}, "annotations": {"image_1": heads},
                "annotationsData": {"image_1": data}, "annotationGroups": {"image_1": groups}})
                .to_string()
            })
        },
    )
}

/// A row with what is around the payload.
fn row() -> impl Strategy<Value = (String, String)> {
    let data = prop_oneof![8 => annotated(), 1 => payload(), 1 => mutated()];
    let name = select(vec![
        "a.jpg",
        "a.jpg",
        "A.JPG",
        "b c.png",
        "d",
        "e.jpeg",
        "x:y.jpg",
        ".hidden.jpg",
        "자연.jpg",
        "f.webp",
        "../g.jpg",
        "CON.jpg",
        "h.jpg.",
        "-i.jpg",
        "j'\"\".jpg",
        "k#%20.jpg",
        "labels.jpg",
        "images.png",
        "annotations.jpg",
        "classes.jpg",
        "l\u{301}.jpg",
        "",
        "m.tar.gz",
    ]);
    let url = select(vec![
        r#","url":"https://h.invalid/1.jpg?X-Amz-Signature=a&X-Amz-Expires=9""#,
        r#","url":"https://h.invalid/2.png""#,
        "",
    ]);
    let part = select(vec!["train", "train", "validation", "valid", "dev", "test", "rain", "a/b", ""]);
    (data, name, url, part, 0..6u32, any::<bool>()).prop_map(|(data, name, url, part, unit, by_task)| {
        let name = Value::from(name);
        let picture =
            if by_task { format!(r#""task":{{"id":{unit}}}"#) } else { format!(r#""data_unit":{{"id":{unit}}}"#) };
        let picture_key = if by_task { format!("task {unit}") } else { format!("unit {unit}") };
        (
            format!(r#""file":{{"file_name_original":{name}{url}}},"data":{data},"category":"{part}",{picture}"#),
            picture_key,
        )
    })
}

/// Rows with ids, and the picture of each.
fn rows() -> impl Strategy<Value = (String, BTreeMap<String, String>)> {
    (prop::collection::vec(row(), 1..9), any::<bool>()).prop_map(|(rows, listed)| {
        let classes = if listed { r#","classes":["car","person","1. 자연","background","b"]"# } else { "" };
        let mut text = format!("{{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1{classes}}}\n");
        for ((row, _), id) in rows.iter().zip(1..) {
            text += &format!("{{\"id\":{id},{row}}}\n");
        }
        text += &format!("{{\"@stream\":\"end\",\"count\":{}}}\n", rows.len());
        (text, rows.into_iter().zip(1..).map(|((_, picture), id)| (id.to_string(), picture)).collect())
    })
}

/// The ways to run a format that can be checked, then options of every format. An option is a word or more.
fn options() -> impl Strategy<Value = Vec<&'static str>> {
    let ways = vec![
        "coco",
        "coco --roles all",
        "coco --category-start 0",
        "coco --category-start 7 --segmentation semantic",
        "coco --category-ids car=3,person=7,b=1",
        "coco --segmentation exclude",
        "yolo",
        "yolo --polygons box",
        "yolo --polygons box --segmentation exclude",
        "yolo --task segment",
        "yolo --task segment --boxes polygon",
        "yolo --task segment --boxes polygon --parts join",
        "yolo --task segment --parts join",
        "yolo --task pose",
        "yolo --task obb",
        "yolo --task all",
        "ultralytics-ndjson",
        "ultralytics-ndjson --polygons box --presigned keep",
        "ultralytics-ndjson --task segment --boxes polygon --parts join",
        "ultralytics-ndjson --task segment",
        "ultralytics-ndjson --task pose",
        "ultralytics-ndjson --task obb",
        "voc",
        "voc --polygons box",
        "voc --voc-base 1",
        "voc --voc-base 1 --polygons box --segmentation exclude",
        "voc --segmentation semantic",
        "createml",
        "createml --polygons box",
        "imagefolder",
        "csv",
        "gallery",
        "json",
    ];
    let more = vec![
        "--split 0.5/0.5",
        "--split 0.4/0.3/0.3",
        "--split category",
        "--background omit",
        "--background unlabeled",
        "--bounds keep",
        "--bounds reject",
        "--rotated hull",
        "--rotated skip",
        "--classes car,person",
        "--closed-classes --classes person,car",
        "--class-map Car=car",
        "--class-map car=person",
        "--naming id",
        "--naming {{stem}}-{{id}}",
        "--naming-pass two",
        "--images omit",
        "--keypoints tests/data/two-joints.json",
    ];
    let n = more.len();
    (select(ways), subsequence(more, 0..n.min(5))).prop_map(|(way, more)| {
        let mut seen = BTreeSet::new();
        let mut words: Vec<&str> = way.split(' ').collect();
        for option in more {
            // Each option once.
            let names: Vec<&str> = option.split(' ').filter(|word| word.starts_with("--")).collect();
            if names.iter().all(|name| !seen.contains(name)) {
                seen.extend(names);
                words.extend(option.split(' '));
            }
        }
        words
    })
}

/// What a check says of an export: what was read of it, the findings that are losses by code with a line each, and what was not read.
struct Judged {
    tally: Tally,
    losses: BTreeMap<String, Vec<String>>,
    unread: Vec<String>,
}

fn judge(stream: &[u8], format: &str) -> Judged {
    let reader = Reader::from_read("files", Cursor::new(stream.to_vec()), 1 << 20).expect("a stream");
    let (tree, _) = Tree::unpack(reader, false, &Scratch::default()).expect("files");
    let sink = Sink::default();
    let lines = Lines::new(Writer::to(Box::new(sink.clone())), Form::Json, None);
    let mut findings = Findings::new(Box::new(lines), None);
    check::check(&tree, Some(format), &mut findings).expect("a check");
    let (tally, unread) = (findings.tally, std::mem::take(&mut findings.unread));
    drop(findings);
    let text = sink.text();
    let mut losses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let finding: Value = serde_json::from_str(line).expect("a finding");
        if finding["severity"] != "advice" {
            losses.entry(finding["code"].as_str().expect("a code").to_owned()).or_default().push(line.to_owned());
        }
    }
    Judged { tally, losses, unread: unread.iter().map(ToString::to_string).collect() }
}

/// Whether the run has told, or the options have asked for, what a finding says.
fn told(code: &str, options: &[&str], summary: &Value, told: &Summary) -> bool {
    let keeps = options.windows(2).any(|two| two == ["--bounds", "keep"]);
    let noted = |text: &str| told.notes.iter().any(|note| note.english().contains(text));
    let missing = told.without_url > 0;
    let nothing = summary["images"] == 0;
    match code {
        // An image under ten pixels.
        "YOLO_IMAGE_SMALL" => summary["item_reasons"]["SOURCE_IMAGE_INVALID"].as_u64() > Some(0),
        // Originals without a URL are not part of the export.
        "IMAGE_MISSING" | "YOLO_LABEL_ORPHAN" | "NDJSON_NO_URL" | "YOLO_PART_EMPTY" => missing,
        // `--bounds keep` leaves what is outside as it is.
        "LABEL_POINT_OUTSIDE" | "VOC_BOX_OUTSIDE" | "COCO_BBOX_CORNERS" => keeps,
        "VOC_PLANES_DIFFER" => noted("in the class planes only"),
        // Two annotations that are the same row: nothing of what they say is lost.
        "LABEL_DUPLICATE" => true,
        "VOC_NOT_JPG" => noted("of another extension than .jpg"),
        "YOLO_TRAIN_EMPTY" | "NDJSON_NO_TRAIN" => nothing || missing || noted("no image is in train"),
        "NDJSON_NO_VAL" => noted("train has one image and val none"),
        "YOLO_NAMES_INVALID" | "NDJSON_NO_CLASS" => noted("there is no class"),
        "VOC_NO_ANNOTATIONS" => nothing,
        _ => false,
    }
}

/// The part of each item, by the paths of its files.
fn parts(stream: &[u8]) -> BTreeMap<String, BTreeSet<String>> {
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in stream.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).expect("a line of JSON");
        let (Some(path), Some(item)) = (line["path"].as_str(), line.get("item")) else { continue };
        let folders: Vec<&str> = path.split('/').collect();
        let part = folders[..folders.len() - 1].iter().find(|folder| ["train", "val", "test"].contains(folder));
        if let Some(part) = part {
            parts.entry(item.to_string()).or_default().insert((*part).to_owned());
        }
    }
    parts
}

/// How many objects an export has of tools whose annotations are one object each, if that can be told.
fn objects(options: &[&str], files: &Files, summary: &Value) -> Option<(u64, u64)> {
    let written =
        |tools: &[&str]| tools.iter().filter_map(|tool| summary["by_tool"][tool]["written"].as_u64()).sum::<u64>();
    match options[0] {
        "coco" => {
            let documents =
                files.iter().filter(|(path, _)| path.starts_with("annotations/") && !path.contains("keypoints"));
            let count = |bytes: &Vec<u8>| {
                let document: Value = serde_json::from_slice(bytes).expect("JSON");
                document["annotations"].as_array().map_or(0, Vec::len) as u64
            };
            let found = documents.map(|(_, bytes)| count(bytes)).sum();
            Some((found, written(&["bounding_box", "polygon", "segmentation"])))
        }
        "yolo" if !options.contains(&"--task") || options.contains(&"obb") => {
            let labels = files.iter().filter(|(path, _)| path.contains("labels/"));
            let rows = labels.map(|(_, bytes)| bytes.iter().filter(|b| **b == b'\n').count() as u64).sum();
            Some((rows, written(&["bounding_box", "polygon", "segmentation"])))
        }
        "ultralytics-ndjson" if !options.contains(&"--task") || options.contains(&"obb") => {
            let lines = files.iter().find(|(path, _)| path.ends_with(".ndjson"))?.1.split(|b| *b == b'\n');
            let rows = |line: &[u8]| {
                let image: Value = serde_json::from_slice(line).unwrap_or_default();
                let lists = image["annotations"].as_object().map(|m| m.values().cloned().collect::<Vec<_>>());
                lists.iter().flatten().filter_map(Value::as_array).map(Vec::len).sum::<usize>() as u64
            };
            Some((lines.map(rows).sum(), written(&["bounding_box", "polygon", "segmentation"])))
        }
        "voc" => {
            // What is painted is no object.
            let boxed = options.windows(2).any(|two| two == ["--polygons", "box"]);
            let count = |text: &[u8]| String::from_utf8_lossy(text).matches("<object>").count() as u64;
            let found = files.iter().filter(|(path, _)| path.ends_with(".xml")).map(|(_, text)| count(text)).sum();
            Some((found, written(if boxed { &["bounding_box", "polygon"] } else { &["bounding_box"] })))
        }
        "createml" => {
            let documents = files.iter().filter(|(path, _)| path.ends_with("annotations.json"));
            let count = |text: &[u8]| String::from_utf8_lossy(text).matches("\"coordinates\":").count() as u64;
            Some((documents.map(|(_, text)| count(text)).sum(), written(&["bounding_box", "polygon", "segmentation"])))
        }
        _ => None,
    }
}

fn sound(options: &[&str], input: &str, pictures: &BTreeMap<String, String>) -> Result<(), TestCaseError> {
    let (stream, said) = match exported(options, input, 1) {
        // Nothing to write, or what the person has to decide first: said in one line, and nothing is published.
        Err(said) if SAID.iter().any(|known| said.contains(known)) => return Ok(()),
        done => done.map_err(TestCaseError::fail)?,
    };
    let (files, format) = (files(&stream), options[0]);
    let summary = summary(&files);
    let count = |key: &str| summary["annotations"][key].as_u64().unwrap_or_default();
    prop_assert_eq!(count("seen"), count("written") + count("skipped") + count("failed"));
    for (outcome, total) in [("skipped", count("skipped")), ("failed", count("failed"))] {
        let reasons: u64 = summary[outcome].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
        prop_assert_eq!(reasons, total, "each has its reason");
    }
    // What is seen does not depend on the format, as long as its units are images.
    if ["coco", "yolo", "ultralytics-ndjson", "voc", "imagefolder"].contains(&format)
        && let Ok(other) = convert(&["createml", "--report", "summary"], input, 1)
    {
        let other = crate::common::convert::summary(&crate::common::convert::files(&other));
        prop_assert_eq!(&other["annotations"]["seen"], &summary["annotations"]["seen"], "seen by createml");
    }
    if let Some((found, written)) = objects(options, &files, &summary) {
        prop_assert_eq!(found, written, "objects in the files, and annotations written");
    }
    let mut by_picture: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    if options.windows(2).any(|two| two[0] == "--split" && two[1].starts_with('0')) {
        for (item, found) in parts(&stream) {
            by_picture.entry(&pictures[&item]).or_default().extend(found);
        }
        prop_assert!(by_picture.values().all(|parts| parts.len() == 1), "a picture in two parts: {by_picture:?}");
    }
    if check::FORMATS.contains(&format) {
        let judged = judge(&stream, format);
        let untold: Vec<_> = judged.losses.iter().filter(|(code, _)| !told(code, options, &summary, &said)).collect();
        prop_assert!(untold.is_empty(), "{untold:#?}\n{summary:#}");
        // A part without images has a document of its own in coco, in which there is nothing to check.
        let unread: Vec<_> = judged.unread.iter().filter(|line| !line.contains("no image and no annotation")).collect();
        prop_assert!(unread.is_empty(), "{unread:?}");
        // Parts that readers do not look for are told.
        let told_of_parts = said.notes.iter().any(|note| note.english().contains("look for the splits"));
        // Without images a label called like a list of classes is taken for one.
        let lists = files.keys().any(|path| path.ends_with("/labels.txt") || path.ends_with("/classes.txt"));
        let images = summary["images"].as_u64().unwrap_or_default();
        if format != "coco" && !options.contains(&"all") && said.without_url == 0 && !told_of_parts && !lists {
            prop_assert_eq!(judged.tally.images, images, "images in the files, and images counted");
        }
    }
    Ok(())
}

/// Errors that tell the person what to do.
const SAID: [&str; 6] = [
    "leave --images omit out",
    "nothing is written: ",
    "has no number in --category-ids",
    "has no other splits than",
    "nothing in the input has",
    "--class-map",
];

#[test]
fn every_export_passes_the_check_or_its_report_says_why_not() {
    let config = Config { cases: cases(), max_shrink_iters: 4000, failure_persistence: None, ..Config::default() };
    let all = (options(), rows());
    let done = TestRunner::new(config).run(&all, |(options, (input, pictures))| sound(&options, &input, &pictures));
    if let Err(failed) = done {
        panic!("{failed}");
    }
}
