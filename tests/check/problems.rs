//! `syn-convert --check`: every rule is broken on purpose by a case of `tests/data/broken.json`. The readers themselves judge the
//! same cases in `scripts/check_rules.py`.

use crate::common::{Ran, korean, run};
use base64::Engine;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use synpipe::check::RULES;
use synpipe::check::Severity;
use tempfile::TempDir;

pub fn broken() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/broken.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A PNG: RGB of one grey, or 8-bit palette with these indices again and again.
pub fn png(width: u32, height: u32, grey: u8, palette: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels = (width * height) as usize;
    let data: Vec<u8> = match palette {
        Some(indices) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(vec![0; 768]);
            indices.iter().copied().cycle().take(pixels).collect()
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            vec![grey; 3 * pixels]
        }
    };
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    bytes
}

fn number(v: &Value) -> u32 {
    v.as_u64().unwrap() as u32
}

/// The content of a file. Images of one name are equal, others are not.
fn content(path: &str, value: &Value) -> Vec<u8> {
    let grey = path.rsplit('/').next().unwrap().bytes().fold(0, u8::wrapping_add);
    let indices: Vec<u8>;
    match value {
        Value::String(text) => text.clone().into_bytes(),
        _ if value.get("base64").is_some() => {
            base64::prelude::BASE64_STANDARD.decode(value["base64"].as_str().unwrap()).unwrap()
        }
        _ if value.get("image").is_some() => png(number(&value["image"][0]), number(&value["image"][1]), grey, None),
        _ => {
            let p = &value["palette"];
            indices = p[2].as_array().unwrap().iter().map(|i| number(i) as u8).collect();
            png(number(&p[0]), number(&p[1]), 0, Some(&indices))
        }
    }
}

/// Writes a dataset: that of a base with the changes of a case.
fn dataset(base: &Value, changes: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for (path, value) in base.as_object().unwrap() {
        put(path, &content(path, value));
    }
    for (path, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => fs::remove_file(folder.path().join(path)).unwrap(),
            Value::Array(edit) => {
                let (old, new) = (edit[0].as_str().unwrap(), edit[1].as_str().unwrap());
                let text = base[path].as_str().unwrap();
                assert!(text.contains(old), "{path} lacks {old}");
                put(path, text.replace(old, new).as_bytes());
            }
            value => put(path, &content(path, value)),
        }
    }
    folder
}

fn format_of(base: &str) -> &str {
    if base == "pose" { "yolo" } else { base }
}

fn check(folder: &TempDir, more: &[&str]) -> Ran {
    let path = folder.path().to_str().unwrap();
    run("syn-convert", &[&["--check", path, "--log-format", "json"], more].concat(), b"")
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn sound_datasets_pass_and_are_recognised() {
    for (name, base) in broken()["bases"].as_object().unwrap() {
        let folder = dataset(base, &Value::Null);
        check(&folder, &[]).exits(0).writes("").says(&format!("checked {} (", format_of(name)));
    }
}

/// What follows from many mistakes.
const FOLLOWS: &str = "CLASS_UNUSED";

#[test]
fn every_rule_is_told_when_it_is_broken() {
    let broken = broken();
    let (mut hit, mut wrong) = (BTreeSet::new(), Vec::new());
    for case in broken["cases"].as_array().unwrap() {
        let (base, code) = (case["base"].as_str().unwrap(), case["code"].as_str().unwrap());
        let folder = dataset(&broken["bases"][base], &case["files"]);
        let ran = check(&folder, &["--to", format_of(base)]);
        let found = findings(&ran);
        let rule = RULES.iter().find(|rule| rule.code == code).unwrap_or_else(|| panic!("no rule {code}"));
        if found.iter().all(|f| f["code"] != code) {
            wrong.push(format!("{code} is not found: {}{ran:?}", case["files"]));
            continue;
        }
        let also: Vec<&Value> = case["also"].as_array().into_iter().flatten().collect();
        for other in found.iter().filter(|f| f["code"] != code) {
            if !also.contains(&&other["code"]) && other["code"] != FOLLOWS {
                wrong.push(format!("{code}: unexpected {other}"));
            }
        }
        if let Some(place) = case["where"].as_str() {
            let says = |f: &Value| {
                let line = f["line"].as_u64().map_or(String::new(), |n| format!(":{n}"));
                format!("{}{line} {}", f["path"].as_str().unwrap(), f["at"].as_str().unwrap_or_default())
            };
            assert!(found.iter().any(|f| f["code"] == code && says(f).contains(place)), "{code}: {place}{ran:?}");
        }
        for f in found.iter().filter(|f| f["code"] == code) {
            assert_eq!(f["severity"], rule.severity.word());
            assert!(!f["message"].as_str().unwrap().is_empty() && !f["path"].as_str().unwrap().is_empty(), "{f}");
        }
        let loss = found.iter().any(|f| f["severity"] != "advice");
        assert!(loss || rule.severity == Severity::Advice);
        ran.exits(if loss { 3 } else { 0 });
        hit.insert(code.to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = RULES.iter().map(|r| r.code).filter(|code| !hit.contains(*code)).collect();
    assert!(missing.is_empty(), "no case breaks {missing:?}");
}

#[test]
fn rules_have_unique_codes() {
    let codes: BTreeSet<_> = RULES.iter().map(|r| r.code).collect();
    assert_eq!(codes.len(), RULES.len());
}

/// Exports that their readers lose nothing of.
const CLEAN: [&str; 18] = [
    "coco-class-map",
    "coco-roles-split",
    "coco-semantic",
    "hostile-coco",
    "samples-v1-coco",
    "samples-v2-coco",
    "subset-first",
    "subset-second",
    "ultralytics-detect",
    "ultralytics-obb",
    "ultralytics-pose",
    "ultralytics-segment",
    "voc-base-1",
    "voc-planes",
    "yolo-detect",
    "yolo-obb",
    "yolo-pose",
    "yolo-segment",
];

#[test]
fn our_own_exports_pass() {
    for name in CLEAN {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
        let args = fs::read_to_string(case.join("args")).unwrap();
        let other = args.lines().find_map(|line| line.strip_prefix("< "));
        let input = other.map_or(case.join("in.ndjson"), |path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        let args: Vec<&str> = args.lines().filter(|line| !line.starts_with("< ")).collect();
        let lines = run("syn-convert", &args, &fs::read(input).unwrap()).exits(0).stdout;
        let ran = run("syn-convert", &["--check", "-", "--log-format", "json"], &lines).exits(0);
        for finding in findings(&ran) {
            // Runs without a split have no val; classes of the project may have no object; some inputs have no images;
            // --category-start 0 is what some trainers want.
            let code = finding["code"].as_str().unwrap();
            let expected =
                ["NDJSON_VAL_MADE_UP", "YOLO_VAL_EMPTY", "CLASS_UNUSED", "IMAGES_ABSENT", "COCO_CATEGORY_ZERO"];
            assert!(expected.contains(&code), "{name}: {finding}");
        }
    }
}

#[test]
fn text_is_one_line_a_finding_with_its_place() {
    let broken = broken();
    let changes = serde_json::json!({"labels/train/a.txt": "0 0.5 0.5 0.4 0.2\n0 0.5 \u{1b}[31m\u{202e} 0.4 0.2\n"});
    let folder = dataset(&broken["bases"]["yolo"], &changes);
    let path = folder.path().to_str().unwrap();
    let ran = run("syn-convert", &["--check", path], b"").exits(3);
    assert!(ran.text().starts_with("labels/train/a.txt:2: dropped: LABEL_NOT_A_NUMBER: "), "{ran:?}");
    assert!(ran.text().matches('\n').count() == 1 && !ran.text().contains(['\u{1b}', '\u{202e}']), "{ran:?}");
}

#[test]
fn what_is_no_dataset_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    run("syn-convert", &["--check", path], b"")
        .exits(3)
        .says("say which it is meant to be with --to")
        .fails_with_one_line("syn-convert");
    run("syn-convert", &["--check", "/nowhere"], b"").exits(3).says("/nowhere").fails_with_one_line("syn-convert");
    run("syn-convert", &["--check", path, "--to", "csv"], b"").exits(2).says("coco, yolo");
    run("syn-convert", &["--check", path, "x.ndjson"], b"").exits(2);
}

#[test]
fn a_cut_or_hostile_file_list_is_an_error() {
    let begin = "{\"@stream\":\"begin\",\"kind\":\"files\",\"version\":1}\n";
    let line = "{\"path\":\"data.yaml\",\"text\":\"names: [a]\"}\n";
    let check = |input: &str| run("syn-convert", &["--check", "-"], input.as_bytes()).exits(3);
    check(&format!("{begin}{line}")).says("cut");
    check("").says("empty");
    check("{\"path\":\"a\",\"text\":\"\"}\n").says("--unframed");
    let check = |input: &str| run("syn-convert", &["--check", "-", "--unframed"], input.as_bytes()).exits(3);
    check("{\"path\":\"../x\",\"text\":\"\"}\n").says("stdin:1: unsafe path");
    check("{\"path\":\"a.jpg\",\"url\":\"http://x\"}\n{\"path\":\"a.jpg\",\"text\":\"\"}\n").says("twice");
    check("{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1}\n").says("syn-convert --to FORMAT");
}

#[test]
fn a_single_document_is_checked() {
    let broken = broken();
    let folder = dataset(&broken["bases"]["coco"], &Value::Null);
    let document = folder.path().join("annotations/instances.json");
    run("syn-convert", &["--check", document.to_str().unwrap()], b"").exits(0).says("checked coco");
}

#[test]
fn several_trees_are_checked_each() {
    let broken = broken();
    let (detect, pose) = (&broken["bases"]["yolo"], &broken["bases"]["pose"]);
    let mut both = serde_json::Map::new();
    for (task, base) in [("detect", detect), ("pose", pose)] {
        both.extend(base.as_object().unwrap().iter().map(|(path, v)| (format!("{task}/{path}"), v.clone())));
    }
    let changes = serde_json::json!({"pose/labels/train/a.txt": "9 0.5 0.5 0.4 0.2\n"});
    let folder = dataset(&Value::Object(both), &changes);
    let ran = check(&folder, &[]).exits(3);
    let found = findings(&ran);
    let expected = |f: &Value| f["path"] == "pose/labels/train/a.txt" || f["code"] == FOLLOWS;
    assert!(found.iter().all(expected) && !found.is_empty(), "{ran:?}");
}

#[test]
fn a_full_disk_is_an_output_error() {
    let broken = broken();
    let folder = dataset(&broken["bases"]["yolo"], &serde_json::json!({"labels/train/a.txt": "x\n"}));
    let path = folder.path().to_str().unwrap();
    run("syn-convert", &["--check", path, "-o", "/dev/full"], b"").exits(6);
}

/// What the libraries say of files that they cannot read.
const SAID: &[&str] = &[
    "failed to fill whole buffer",
    "EOF while parsing an object at column",
    "EOF while parsing a value at line",
    "Invalid PNG signature",
];

#[test]
fn every_finding_is_told_in_korean() {
    let broken = broken();
    let mut wrong = BTreeSet::new();
    for case in broken["cases"].as_array().unwrap() {
        let base = case["base"].as_str().unwrap();
        let folder = dataset(&broken["bases"][base], &case["files"]);
        let path = folder.path().to_str().unwrap();
        let lines = |language: &[&str]| {
            let ran = run("syn-convert", &[&["-q", "--check", path, "--to", format_of(base)], language].concat(), b"");
            ran.text().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (english, korean) = (lines(&[]), lines(&["--lang", "ko"]));
        assert_eq!(english.len(), korean.len(), "{case}");
        for (en, ko) in english.iter().zip(&korean) {
            let cut = |line: &str| {
                let codes = RULES.iter().map(|rule| format!(": {}: ", rule.code));
                codes.filter_map(|code| line.split_once(&code).map(|(_, said)| (code.clone(), said.to_owned()))).next()
            };
            let ((code, said), (same, told)) = (cut(en).unwrap(), cut(ko).unwrap());
            assert_eq!(code, same);
            if korean::lacks(&said, &[]).is_none() {
                wrong.insert(format!("{said}: Korean without being asked"));
            }
            wrong.extend(korean::lacks(&told, SAID).map(|why| format!("{code}{told}: {why}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
