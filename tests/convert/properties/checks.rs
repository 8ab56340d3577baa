//! One reader a format: what is written can be read, and lies in the image.

use crate::common::convert::Files;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashSet};
use std::io;

/// What a reader is given.
pub struct Export<'e> {
    pub files: &'e Files,
    /// The value of `--task`.
    pub task: &'e str,
    /// The payloads of the input.
    pub payloads: &'e [String],
    /// Whether no options but the format were given.
    pub as_is: bool,
    /// How many annotations were written, as the summary says.
    pub written: u64,
}

/// The reader of a format's output, which panics at what is wrong in it. A format without a reader of its own is read as text and JSON.
pub fn reader(format: &str) -> fn(&Export) {
    match format {
        "coco" => |e| coco(e.files),
        "yolo" => |e| yolo(e.files, e.task),
        "ultralytics-ndjson" => |e| ultralytics(e.files, e.task),
        "voc" => |e| voc(e.files),
        "csv" => |e| csv(e.files, e.written),
        "json" => |e| if e.as_is { json(e.files, e.payloads) } else { parses(e.files) },
        "jsonl" => |e| jsonl(e.files, e.payloads),
        "imagefolder" => |e| imagefolder(e.files),
        "template" => |e| template(e.files),
        _ => |e| parses(e.files),
    }
}

fn text<'f>(files: &'f Files, path: &str) -> &'f str {
    let bytes = files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()));
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"))
}

fn floats(list: &Value) -> Vec<f64> {
    list.as_array().unwrap_or_else(|| panic!("{list}")).iter().map(|n| n.as_f64().expect("a number")).collect()
}

pub fn report(files: &Files, summary: &Value) {
    let report = parse(text(files, "metadata/export_report.json"));
    let items = report.as_array().expect("a list");
    for key in ["seen", "written", "skipped", "failed", "lossy"] {
        let sum: u64 = items.iter().map(|i| i["annotations"][key].as_u64().expect("a count")).sum();
        assert_eq!(Some(sum), summary["annotations"][key].as_u64(), "{key} in the report and in the summary");
        let sum: u64 = summary["by_tool"].as_object().expect("tools").values().filter_map(|t| t[key].as_u64()).sum();
        assert_eq!(Some(sum), summary["annotations"][key].as_u64(), "{key} by tool and in the summary");
    }
    assert_eq!(table(text(files, "metadata/export_report.csv")).len(), items.len());
}

/// Rows of a CSV without its header; all have the same number of cells.
fn table(text: &str) -> Vec<::csv::StringRecord> {
    let rows = ::csv::Reader::from_reader(text.as_bytes()).into_records().collect::<Result<_, _>>();
    rows.expect("rows of the same length")
}

fn coco(files: &Files) {
    let documents = files.keys().filter(|p| p.starts_with("annotations/"));
    for document in documents.map(|p| parse(text(files, p))) {
        let ids = |key: &str| {
            let list = document[key].as_array().unwrap_or_else(|| panic!("no {key}"));
            let ids: HashSet<u64> = list.iter().map(|r| r["id"].as_u64().expect("an id")).collect();
            assert_eq!(ids.len(), list.len(), "ids of {key} are unique");
            ids
        };
        let (images, categories) = (ids("images"), ids("categories"));
        assert!(!ids("annotations").contains(&0));
        for a in document["annotations"].as_array().expect("a list") {
            assert!(images.contains(&a["image_id"].as_u64().expect("an id")));
            assert!(categories.contains(&a["category_id"].as_u64().expect("an id")));
            let image = document["images"].as_array().and_then(|l| l.iter().find(|i| i["id"] == a["image_id"]));
            let side = |key: &str| image.and_then(|i| i[key].as_f64()).expect("a side");
            coco_record(a, side("width"), side("height"));
        }
    }
}

fn coco_record(a: &Value, width: f64, height: f64) {
    // The sum of a corner and a side may round up in its last digit.
    let inside = |x: f64, y: f64| {
        assert!((0.0..=width * (1.0 + 1e-12)).contains(&x) && (0.0..=height * (1.0 + 1e-12)).contains(&y), "{a}");
    };
    let bbox = floats(&a["bbox"]);
    assert!(bbox.len() == 4 && bbox[2] > 0.0 && bbox[3] > 0.0, "{a}");
    assert!(a["area"].as_f64().is_some_and(|n| n > 0.0 && n <= width * height * (1.0 + 1e-9)), "{a}");
    inside(bbox[0], bbox[1]);
    inside(bbox[0] + bbox[2], bbox[1] + bbox[3]);
    match &a["segmentation"] {
        Value::Array(rings) => {
            for ring in rings.iter().map(floats) {
                assert!(ring.len() >= 6 && ring.len().is_multiple_of(2), "{a}");
                ring.chunks(2).for_each(|p| inside(p[0], p[1]));
            }
        }
        rle => assert_eq!(floats(&rle["size"]), [height, width]),
    }
    for joint in a.get("keypoints").map(floats).unwrap_or_default().chunks(3) {
        inside(joint[0], joint[1]);
        assert!([0.0, 1.0, 2.0].contains(&joint[2]));
    }
}

fn yolo(files: &Files, task: &str) {
    assert_eq!(text(files, "data.yaml").contains("kpt_shape"), task == "pose");
    let classes = text(files, "classes.txt").lines().count();
    for (path, label) in files.iter().filter(|(p, _)| p.starts_with("labels/")) {
        for line in std::str::from_utf8(label).expect("UTF-8").lines() {
            let mut cells = line.split(' ');
            let class: usize = cells.next().and_then(|c| c.parse().ok()).expect("a class");
            assert!(class < classes, "{path}: {line}, {classes} classes");
            let numbers: Vec<f64> = cells.map(|c| c.parse().expect("a number")).collect();
            yolo_row(&numbers, task);
        }
    }
}

fn yolo_row(numbers: &[f64], task: &str) {
    let n = numbers.len();
    let share = |n: f64| (0.0..=1.0).contains(&n);
    let good = match task {
        "detect" => n == 4 && numbers.iter().all(|n| share(*n)),
        "segment" => n >= 6 && n.is_multiple_of(2) && numbers.iter().all(|n| share(*n)),
        "pose" => {
            let joints = &numbers[4..];
            let joint = |j: &[f64]| share(j[0]) && share(j[1]) && [0.0, 1.0, 2.0].contains(&j[2]);
            numbers[..4].iter().all(|n| share(*n)) && joints.len().is_multiple_of(3) && joints.chunks(3).all(joint)
        }
        // Corners may lie outside; Ultralytics wants centre and sides of the upright box around them inside, give or take 1 %.
        _ => {
            let ends = |axis: usize| {
                let all = numbers.iter().skip(axis).step_by(2);
                all.fold((f64::MAX, f64::MIN), |(low, high), n| (low.min(*n), high.max(*n)))
            };
            let within = |(low, high): (f64, f64)| {
                [(low + high) / 2.0, high - low].iter().all(|n| (-0.01001..=1.01001).contains(n))
            };
            n == 8 && within(ends(0)) && within(ends(1))
        }
    };
    assert!(good, "{task}: {numbers:?}");
}

fn ultralytics(files: &Files, task: &str) {
    let (_, lines) = files.iter().find(|(p, _)| p.ends_with(".ndjson")).expect("the document");
    let mut lines = std::str::from_utf8(lines).expect("UTF-8").lines().map(parse);
    let header = lines.next().expect("a header");
    let classes = header["class_names"].as_object().expect("names").len();
    assert_eq!(header["task"], task);
    for image in lines {
        for list in image["annotations"].as_object().into_iter().flat_map(|m| m.values()) {
            for row in list.as_array().expect("rows").iter().map(floats) {
                assert!((row[0] as usize) < classes, "{image}");
                yolo_row(&row[1..], task);
            }
        }
    }
}

fn voc(files: &Files) {
    for (path, document) in files.iter().filter(|(p, _)| p.ends_with(".xml")) {
        let numbers = xml_numbers(std::str::from_utf8(document).expect("UTF-8"));
        let all = |key: &str| numbers.iter().filter(|(k, _)| k == key).map(|(_, n)| *n).collect::<Vec<_>>();
        let (w, h) = (all("width")[0], all("height")[0]);
        let (left, top) = (all("xmin"), all("ymin"));
        let (right, bottom) = (all("xmax"), all("ymax"));
        let inside = |(low, high): (&i64, &i64), side: i64| 0 <= *low && low <= high && *high <= side;
        assert!(left.iter().zip(&right).all(|pair| inside(pair, w)), "{path}");
        assert!(top.iter().zip(&bottom).all(|pair| inside(pair, h)), "{path}");
        let plane = path.replace("Annotations", "SegmentationClass").replace(".xml", ".png");
        if let Some(png) = files.get(&plane) {
            let mut reader = png::Decoder::new(io::Cursor::new(&png[..])).read_info().expect("a PNG");
            let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
            let frame = reader.next_frame(&mut pixels).expect("pixels");
            assert_eq!((i64::from(frame.width), i64::from(frame.height)), (w, h), "{plane}");
        }
    }
}

/// Elements whose content is an integer, in order; the document is read to its end.
fn xml_numbers(document: &str) -> Vec<(String, i64)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(document);
    let (mut name, mut numbers) = (String::new(), Vec::new());
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    assert!(document.chars().all(allowed), "a character that XML does not have: {document:?}");
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {document}")) {
            Event::Start(tag) => name = tag.name().as_ref().to_owned(),
            Event::Text(text) => {
                if let Ok(n) = text.parse() {
                    numbers.push((name.clone(), n));
                }
            }
            Event::Eof => return numbers,
            _ => {}
        }
    }
}

fn csv(files: &Files, written: u64) {
    let document = text(files, "annotations/annotations.csv");
    let rows = table(document);
    assert_eq!(rows.len() as u64, written);
    let header: Vec<&str> = document.lines().next().expect("a header").split(',').collect();
    for row in &rows {
        let cells = |names: &[&str]| {
            let wanted = header.iter().zip(row).filter(|(name, cell)| names.contains(name) && !cell.is_empty());
            wanted.map(|(_, cell)| cell).collect::<Vec<_>>()
        };
        for cell in cells(&["points", "geometry", "attributes"]) {
            parse(cell);
        }
        for cell in cells(&["x", "y", "w", "h", "rotation"]) {
            assert!(cell.parse::<f64>().is_ok_and(f64::is_finite), "{row:?}");
        }
        for cell in row.iter() {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{row:?}");
        }
    }
}

/// The payload as `json` and `jsonl` write it: as it is, but that of a string is its text if that is JSON.
fn own_bytes(payload: &str) -> String {
    let inner = serde_json::from_str::<String>(payload).ok();
    let json = inner.filter(|text| serde_json::from_str::<&RawValue>(text).is_ok());
    json.unwrap_or_else(|| payload.to_owned())
}

fn json(files: &Files, payloads: &[String]) {
    let mut expected: Vec<String> = payloads.iter().map(|p| own_bytes(p)).collect();
    let of_items = files.iter().filter(|(p, _)| p.starts_with("annotations/"));
    let mut written: Vec<String> = of_items.map(|(_, b)| String::from_utf8(b.clone()).expect("UTF-8")).collect();
    expected.sort();
    written.sort();
    assert_eq!(written, expected);
}

fn parses(files: &Files) {
    for path in files.keys().filter(|p| p.ends_with(".json")) {
        let done = serde_json::from_str::<&RawValue>(text(files, path));
        done.unwrap_or_else(|e| panic!("{path}: {e}"));
    }
}

/// What the templates of the examples write: JSON, or XML.
fn template(files: &Files) {
    parses(files);
    for (_, document) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
        xml_numbers(std::str::from_utf8(document).expect("UTF-8"));
    }
}

fn jsonl(files: &Files, payloads: &[String]) {
    let lines: Vec<_> = text(files, "annotations/annotations.jsonl").lines().collect();
    let expected: Vec<String> = payloads.iter().map(|p| own_bytes(p)).collect();
    assert_eq!(lines, expected);
}

/// Images, each in the folder of its class or of those without one, and the list of the folders.
fn imagefolder(files: &Files) {
    let of_classes = |path: &&String| !path.starts_with("metadata/") && !path.starts_with("unassigned/");
    let folders: BTreeSet<_> = files.keys().filter(of_classes).filter_map(|path| path.split('/').nth(1)).collect();
    assert!(text(files, "classes.txt").lines().eq(folders), "{}", text(files, "classes.txt"));
    for (path, content) in files.iter().filter(|(path, _)| !path.starts_with("metadata/") && *path != "classes.txt") {
        assert!(content.starts_with(b"-> "), "{path} is no original");
        assert!(matches!(path.split('/').count(), 2 | 3), "{path}");
    }
}
