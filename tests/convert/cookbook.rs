//! Every command of docs/cookbook.md over attributes of any kind, each output read as its format's readers do.

use crate::common::convert::{Files, converted, files};
use crate::template::words;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Flags in every spelling, values of every type, names with any character; boxes that are turned, cut and outside.
const ATTRIBUTES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/attributes.ndjson");

/// The files of the command whose template has this name, over the attributes; `split`: the path to write to with a split.
fn export(template: &str, split: Option<&str>) -> Files {
    let book = include_str!("../../docs/cookbook.md");
    let command =
        book.lines().filter_map(|line| line.strip_prefix("syn-convert ")).find(|line| line.contains(template));
    let mut args = words(command.unwrap());
    // Its input.
    args.pop();
    if let Some(path) = split {
        let at = args.iter().position(|word| word == "--path").unwrap();
        path.clone_into(&mut args[at + 1]);
        args.extend(["--split", "category"].map(str::to_owned));
    }
    args.push(ATTRIBUTES.to_owned());
    files(&converted(&args.iter().map(String::as_str).collect::<Vec<_>>(), "").stdout)
}

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files.get(path).unwrap_or_else(|| panic!("{path} is not in {:?}", files.keys())).clone()).unwrap()
}

/// The attribute `occluded` of the boxes of `flags.jpg`, as the input has it.
fn flags() -> Vec<Value> {
    let input = std::fs::read_to_string(ATTRIBUTES).unwrap();
    let row: Value = serde_json::from_str(input.lines().nth(1).unwrap()).unwrap();
    let heads = row["data"]["annotations"]["image_1"].as_array().unwrap();
    heads.iter().map(|head| head["classification"]["occluded"].clone()).collect()
}

/// What a flag says, told here by a list of its own.
fn says_yes(flag: &Value) -> bool {
    matches!(flag.to_string().to_lowercase().as_str(), "true" | "\"true\"" | "\"yes\"" | "1" | "\"1\"")
}

/// `label x 15`, as the development kit's readers split and convert them.
#[test]
fn kitti_has_fifteen_columns_of_numbers() {
    let files = export("kitti", None);
    let rows = |path: &str| -> Vec<Vec<String>> {
        text(&files, path).lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let all = [rows("label_2/flags.txt"), rows("label_2/이름 2.txt")].concat();
    for row in &all {
        assert_eq!(row.len(), 15, "{row:?}");
        let numbers: Vec<f64> = row[1..].iter().map(|n| n.parse().unwrap()).collect();
        assert!((0.0..=1.0).contains(&numbers[0]) && ["0", "1", "2", "3"].contains(&&*row[2]), "{row:?}");
        let [left, top, right, bottom] = [numbers[3], numbers[4], numbers[5], numbers[6]];
        assert!(
            0.0 <= left && left < right && right <= 640.0 && 0.0 <= top && top < bottom && bottom <= 480.0,
            "{row:?}"
        );
    }
    let flags = flags();
    assert_eq!(rows("label_2/flags.txt").len(), flags.len());
    for (row, flag) in rows("label_2/flags.txt").iter().zip(&flags) {
        assert_eq!(row[2] == "1", says_yes(flag), "{flag} {row:?}");
        assert_eq!(row[1] == "1.00", says_yes(flag), "{flag} {row:?}");
    }
    assert!(all.iter().any(|row| row[1] == "0.50") && all.iter().any(|row| row[2] == "2"), "{all:?}");
    assert_eq!(all.iter().filter(|row| row[0] == "traffic_light_2" || row[0] == "two_words").count(), 2, "{all:?}");
    assert!(rows("label_2/empty.txt").is_empty());
    // Turned, cut and outside as in every format: what `coco` has of the same rows.
    let coco = serde_json::from_slice::<Value>(
        &converted(&["--to", "coco", "--bare", "--images", "omit", "--rotated", "hull", ATTRIBUTES], "").stdout,
    );
    let boxes: Vec<Value> = coco.unwrap()["annotations"].as_array().unwrap().clone();
    let of_boxes = boxes.iter().filter(|a| a["segmentation"].as_array().is_none_or(|s| s.is_empty()));
    let of_boxes: BTreeSet<String> = of_boxes
        .map(|a| {
            let n: Vec<f64> = a["bbox"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
            format!("{:.2} {:.2} {:.2} {:.2}", n[0], n[1], n[0] + n[2], n[1] + n[3])
        })
        .collect();
    assert_eq!(all.iter().map(|row| row[4..8].join(" ")).collect::<BTreeSet<_>>(), of_boxes);
}

/// The attributes of an element, unescaped.
fn of(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    let pair = |a: quick_xml::events::attributes::Attribute<'_>| {
        let value = quick_xml::escape::unescape(&a.value).unwrap();
        // As XML readers do with blanks in attributes.
        (a.key.0.to_owned(), value.replace(['\n', '\t', '\r'], " "))
    };
    element.attributes().map(|a| pair(a.unwrap())).collect()
}

/// Elements of a document: name, attributes, text, depth.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut out: Vec<(String, BTreeMap<String, String>, String)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => {
                open.push(out.len());
                out.push((e.name().0.to_owned(), of(&e), String::new()));
            }
            Event::Text(e) => {
                if let Some(&at) = open.last() {
                    out[at].2 += &e;
                }
            }
            Event::GeneralRef(e) => {
                if let Some(&at) = open.last() {
                    out[at].2 += &quick_xml::escape::unescape(&format!("&{};", &*e)).unwrap();
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Eof => return out,
            _ => {}
        }
    }
}

#[test]
fn cvat_declares_every_label_and_attribute_that_it_uses() {
    for (split, path, folder) in [(None, "annotations.xml", ""), (Some("{{ split }}.xml"), "train.xml", "train/")] {
        let files = export("cvat", split);
        let (mut declared, mut label) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new());
        let (mut in_meta, mut named, mut shapes, mut values) = (true, false, Vec::new(), Vec::new());
        for (name, attributes, text) in elements(&text(&files, path)) {
            match name.as_str() {
                "label" => named = true,
                "name" if std::mem::take(&mut named) => {
                    label = text;
                    declared.insert(label.clone(), BTreeSet::new());
                }
                "name" => assert!(declared.get_mut(&label).unwrap().insert(text.clone()), "{label}: {text} twice"),
                "input_type" => assert_eq!(text, "text"),
                "image" => {
                    in_meta = false;
                    let original = format!("images/{}", attributes["name"]);
                    assert!(attributes["name"].starts_with(folder) && files.contains_key(&original), "{original}");
                }
                "box" | "polygon" | "polyline" | "points" | "tag" => {
                    label.clone_from(&attributes["label"]);
                    assert!(declared.contains_key(&label), "{label:?} is not in {declared:?}");
                    shapes.push((name, attributes));
                }
                "attribute" if !in_meta => {
                    assert!(declared[&label].contains(&attributes["name"]), "{label:?} {attributes:?}");
                    values.push(text);
                }
                _ => {}
            }
        }
        assert!(!values.iter().any(|value| ["None", "none"].contains(&&**value)), "{values:?}");
        assert!(values.iter().any(|value| value == "<&\"'>]]>"), "{values:?}");
        let occluded: Vec<&str> = shapes.iter().filter_map(|(_, a)| Some(a.get("occluded")?.as_str())).collect();
        assert!(occluded.iter().all(|o| ["0", "1"].contains(o)), "{occluded:?}");
        if folder.is_empty() {
            assert!(values[0] == "true" && values.iter().any(|value| value == "[1,\"<b>\"]"), "{values:?}");
            let flags = flags();
            for ((_, shape), flag) in shapes.iter().zip(&flags) {
                assert_eq!(shape["occluded"] == "1", says_yes(flag), "{flag}");
            }
        }
    }
}

/// The keys that LabelMe's `LabelFile` asks for, and where it opens the image: `imagePath` beside the file.
#[test]
fn labelme_opens_the_image_beside_its_file() {
    for split in [None, Some("images/{{ split }}/{{ stem }}.json")] {
        let files = export("labelme", split);
        let documents: Vec<&String> =
            files.keys().filter(|p| p.ends_with(".json") && p.starts_with("images/")).collect();
        assert_eq!(documents.len(), 3, "{:?}", files.keys());
        for path in documents {
            let file: Value = serde_json::from_str(&text(&files, path)).unwrap();
            let image = Path::new(path).parent().unwrap().join(file["imagePath"].as_str().unwrap());
            assert!(files.contains_key(image.to_str().unwrap()), "{image:?}");
            assert!(file["imageData"].is_null() && file["imageHeight"].is_u64() && file["imageWidth"].is_u64());
            assert!(file["flags"].as_object().unwrap().values().all(Value::is_boolean) && file["version"].is_string());
            for shape in file["shapes"].as_array().unwrap() {
                let points = shape["points"].as_array().unwrap();
                assert!(
                    points.iter().all(|p| p.as_array().is_some_and(|p| p.len() == 2 && p.iter().all(Value::is_number)))
                );
                let enough = match shape["shape_type"].as_str().unwrap() {
                    "rectangle" => points.len() == 2,
                    "point" => points.len() == 1,
                    "linestrip" => points.len() >= 2,
                    "polygon" => points.len() >= 3,
                    other => panic!("{other}"),
                };
                assert!(enough && shape["label"].is_string() && shape["flags"].is_object(), "{shape}");
                assert!(shape["group_id"].is_null() || shape["group_id"].is_i64(), "{shape}");
                assert!(shape["description"].is_string() && shape["attributes"].is_object(), "{shape}");
            }
        }
    }
}

#[test]
fn open_images_has_flags_and_fractions() {
    let files = export("openimages", None);
    let mut rows: Vec<BTreeMap<String, String>> = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with("-annotations-bbox.csv")) {
        assert!(["train", "val"].iter().any(|split| path.contains(split)), "{path}");
        rows.extend(::csv::Reader::from_reader(&bytes[..]).deserialize().map(Result::<BTreeMap<_, _>, _>::unwrap));
    }
    for row in &rows {
        let n = |key: &str| row[key].parse::<f64>().unwrap();
        assert!(0.0 <= n("XMin") && n("XMin") < n("XMax") && n("XMax") <= 1.0, "{row:?}");
        assert!(0.0 <= n("YMin") && n("YMin") < n("YMax") && n("YMax") <= 1.0, "{row:?}");
        for flag in ["IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"] {
            assert!(["0", "1"].contains(&&*row[flag]), "{row:?}");
        }
    }
    let of_flags = rows.iter().filter(|row| row["ImageID"] == "flags").zip(flags());
    assert_eq!(
        of_flags.map(|(row, flag)| assert_eq!(row["IsOccluded"] == "1", says_yes(&flag), "{flag}")).count(),
        flags().len()
    );
    assert!(rows.iter().all(|row| row["LabelName"] != "outside"));
}

#[test]
fn captions_keep_their_own_keys() {
    let files = export("caption", None);
    let captions: Vec<Value> = files
        .iter()
        .filter(|(path, _)| path.starts_with("captions/"))
        .map(|(path, _)| serde_json::from_str(&text(&files, path)).unwrap())
        .collect();
    assert_eq!(captions.len(), 2, "{:?}", files.keys());
    for caption in &captions {
        assert_eq!((&caption["file_name"], &caption["assignment_id"]), (&"이름 2.png".into(), &2.into()), "{caption}");
    }
    assert!(captions.iter().any(|c| c["attribute_file_name"] == "none.jpg" && c["class"] == "object_description"));
}
