//! Every option with every format, and every format as it declares itself: from the registry and the command line themselves, so
//! that none can be forgotten.

use super::*;
use crate::convert::declaration::{Attributes, Declaration, Tools};
use crate::dm::Tool;
use crate::stream::Reader;
use crate::stream::Writer;
use clap::{CommandFactory, Parser};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/templates/labelme.json.j2");

/// Options that every format reads, because they decide about items, classes, names or reports.
const OF_EVERY_FORMAT: [&str; 23] = [
    "dry-run",
    "by",
    "to",
    "help",
    "split",
    "split-group",
    "classes",
    "class-map",
    "naming",
    "naming-pass",
    "images",
    "background",
    "report",
    "strict",
    "on-error",
    "allow-partial",
    "unframed",
    // These are about the run as a whole, and are refused elsewhere.
    "check",
    "readers",
    "output-format",
    "max-findings",
    "gallery",
    "bare",
];

/// A value of each option of some formats only, with which the output is another one.
fn value(option: &str, folder: &Path) -> Vec<String> {
    let emit = format!("b_{{{{ stem }}}}.json={TEMPLATE}");
    let profile = folder.join("profile.json");
    let value = match option {
        "task" => "obb",
        "bounds" => "reject",
        "segmentation" => "exclude",
        "rotated" => "skip",
        "keypoints" => profile.to_str().unwrap(),
        "presigned" => "keep",
        "link" => "url",
        "roles" => "all",
        "category-start" => "5",
        "category-ids" => "car=7,road=9,sky=3,cat=11,dog=12,person=13",
        "parts" => "join",
        "boxes" => "polygon",
        "polygons" => "box",
        "voc-base" => "1",
        "by" => "category",
        "rows" => "items",
        "columns" => "class",
        "delimiter" => ";",
        "per" => "annotation",
        "emit" => &emit,
        "template" | "path" => {
            return ["--template", TEMPLATE, "--path", "c_{{ stem }}.json"].map(str::to_owned).into();
        }
        "naming" => "id",
        "naming-pass" => "two",
        "images" | "background" => "omit",
        "report" => "none",
        "class-map" => "car=auto",
        "classes" => {
            let other = folder.join("other.txt");
            std::fs::write(&other, "sky\ncar\n").unwrap();
            return vec!["--classes".to_owned(), other.display().to_string()];
        }
        "closed-classes" | "per-class" | "pretty" | "excel" | "flatten-attributes" => {
            return vec![format!("--{option}")];
        }
        other => {
            panic!("--{other} is new: give a value here, with which the output of a format that reads it is another")
        }
    };
    vec![format!("--{option}"), value.to_owned()]
}

/// These options with a value of one more, in place of the one that it has there.
fn with(way: &[String], option: &str, folder: &Path) -> Vec<String> {
    let typed = format!("--{option}");
    let at = way.iter().position(|word| *word == typed).unwrap_or(way.len());
    let rest = way.get(at + 2..).unwrap_or_default();
    [&way[..at], rest, &value(option, folder)].concat()
}

/// The ways to run a format, as options. Classes `cat` and `dog` are in no list.
fn ways(format: &Declaration, folder: &Path) -> Vec<Vec<String>> {
    let classes = folder.join("classes.txt").display().to_string();
    let mut base = vec!["--to".to_owned(), format.name.to_owned(), "--classes".to_owned(), classes];
    if format.name == "template" {
        base.extend(["--emit".to_owned(), format!("a_{{{{ stem }}}}_{{{{ id }}}}.json={TEMPLATE}")]);
    }
    let Tools::Of(ways) = format.tools else { return vec![base] };
    ways.iter()
        .map(|way| base.iter().cloned().chain(way.with.split_whitespace().map(str::to_owned)).collect())
        .collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("classes.txt"), "car\nroad\nsky\n").unwrap();
    let profile = r#"{"category":"head","keypoints":["nose","left_eye","right_eye"]}"#;
    std::fs::write(folder.path().join("profile.json"), profile).unwrap();
    folder
}

/// Rows with every tool that a format treats specially, attributes, a rotated box, one at the edge, one grouped with joints, a polygon of
/// two parts, a presigned URL.
fn input() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/yolo-segment/in.ndjson");
    let rows = std::fs::read_to_string(path).unwrap();
    let row = r#"{"id":5,"file":{"file_name_original":"img_5.jpg","url":"https://x.invalid/5.jpg?X-Amz-Signature=a&X-Amz-Expires=9"},
        "data":{"extra":{"image_1":{"width":100,"height":60}},"annotations":{"image_1":[
        {"id":"c","tool":"classification","classification":{"class":"cat","sure":true}},
        {"id":"d","tool":"bounding_box","classification":{"class":"dog"}},
        {"id":"e","tool":"polygon","classification":{"class":"dog"}},{"id":"o","tool":"polygon","classification":{"class":"road"}},
        {"id":"n","tool":"keypoint","classification":{"class":"nose","visibility":2}},{"id":"l","tool":"keypoint","classification":{"class":"left_eye","visibility":2}},
        {"id":"m","tool":"keypoint","classification":{"class":"right_eye","visibility":2}},
        {"id":"p","tool":"bounding_box","classification":{"class":"person"}}]},
        "annotationsData":{"image_1":[{"id":"c"},{"id":"d","coordinate":{"x":1,"y":1,"width":5,"height":5}},
        {"id":"e","coordinate":[[[1,1],[9,1],[9,9]],[[30,1],[39,1],[39,9]]]},
        {"id":"o","coordinate":[{"x":90,"y":10},{"x":130,"y":10},{"x":90,"y":30}]},
        {"id":"n","coordinate":{"x":95,"y":10}},{"id":"l","coordinate":{"x":105,"y":20}},{"id":"m","coordinate":{"x":90,"y":20}},
        {"id":"p","coordinate":{"x":60,"y":5,"width":30,"height":20,"rotation":0.3}}]},
        "annotationGroups":{"image_1":[{"id":"g","annotationIds":["n","l","m","p"]}]}},"category":"train"}"#;
    let row = row.replace('\n', "");
    // An image without annotations, which wants the name of one with a larger id.
    let empty = r#"{"id":0,"file":{"file_name_original":"img_5.jpg","url":"https://x.invalid/0.jpg"},
        "data":{"extra":{"image_1":{"width":100,"height":60}},"annotations":{"image_1":[]}}}"#;
    let empty = empty.replace('\n', "");
    rows.replace(
        "{\"@stream\": \"end\", \"count\": 4}",
        &format!("{row}\n{empty}\n{{\"@stream\":\"end\",\"count\":6}}"),
    )
}

/// Output shared with the run.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The output, or why there is none.
fn convert(words: &[String]) -> Result<String, String> {
    let args = Args::try_parse_from(std::iter::once("syn-convert".to_owned()).chain(words.iter().cloned()));
    let args = args.map_err(|e| e.to_string())?;
    let options = args.options().map_err(|e| e.to_string())?;
    let (name, format) = formats::build(args.to.as_deref().unwrap(), &options)?;
    let reader = Reader::from_read("input", io::Cursor::new(input().into_bytes()), 1 << 20).unwrap();
    let out = Shared::default();
    run(name, format, options, reader, Writer::to(Box::new(out.clone())), 1).map_err(|e| e.to_string())?;
    let bytes = out.0.lock().unwrap().clone();
    Ok(String::from_utf8(bytes).unwrap())
}

/// `metadata/export_summary.json` of an output.
fn summary(output: &str) -> Value {
    let lines = output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.into_iter().find(|line| line["path"] == "metadata/export_summary.json").unwrap();
    serde_json::from_str(line["text"].as_str().unwrap()).unwrap()
}

#[test]
fn every_option_is_of_every_format_or_declared_by_those_that_read_it() {
    let command = Args::command();
    let common = Common::names();
    let options: Vec<_> = command.get_arguments().filter_map(|a| a.get_long()).collect();
    for option in options.iter().filter(|o| !common.iter().any(|c| c == *o) && !OF_EVERY_FORMAT.contains(o)) {
        assert!(FORMATS.iter().any(|f| f.reads(option)), "--{option} is declared by no format");
    }
    for format in FORMATS {
        for option in format.options {
            assert!(options.contains(option), "{} declares --{option}, which is no option", format.name);
            assert!(!OF_EVERY_FORMAT.contains(option), "--{option} is of every format");
        }
    }
}

#[test]
fn options_of_other_formats_are_refused() {
    let mut options: Vec<_> = FORMATS.iter().flat_map(|f| f.options).collect();
    options.sort_unstable();
    options.dedup();
    for format in FORMATS {
        for option in options.iter().filter(|option| !format.reads(option)) {
            let message = unread(format, &[], option).unwrap();
            let readers = formats::names(|f| f.reads(option));
            assert!(message.english().starts_with(&format!("--{option} is read by --to {readers}; ")), "{message}");
            assert!(message.english().ends_with(&format!("--to {} has no use for it", format.name)), "{message}");
        }
        let bare = convert(&[ways(format, folder().path()).remove(0), vec!["--bare".to_owned()]].concat());
        assert_eq!(bare.is_ok(), format.document.is_some(), "{}: {bare:?}", format.name);
        if let Err(message) = bare {
            assert!(message.contains("coco") && message.contains("csv"), "{message}");
        }
    }
}

/// Every option, with every format, in every way to run it, with and without `--bare`: what is read changes the output, and what
/// changes nothing is refused.
#[test]
fn an_option_has_an_effect_or_is_refused() {
    let folder = folder();
    let mut wrong = Vec::new();
    for format in FORMATS {
        let of_every = ["by", "naming", "naming-pass", "images", "background", "report", "class-map", "classes"];
        let options: Vec<_> = format.options.iter().copied().filter(|o| *o != "task").chain(of_every).collect();
        for way in ways(format, folder.path()) {
            for bare in [false, true].into_iter().filter(|bare| !bare || format.document.is_some()) {
                let way: Vec<_> = way.iter().cloned().chain(bare.then(|| "--bare".to_owned())).collect();
                let base = convert(&way).unwrap();
                for option in &options {
                    // These decide something beside another option only.
                    if bare && [("createml", "classes"), ("csv", "background")].contains(&(format.name, option)) {
                        continue;
                    }
                    if way.contains(&format!("--{option}")) {
                        continue;
                    }
                    let mut args = with(&way, option, folder.path());
                    let acts = convert(&args).map_or(true, |output| output != base);
                    if !acts && bare && (*option == "images" || *option == "report") {
                        // What `--bare` does anyway may be said; the contrary may not.
                        let contrary = if *option == "images" { "fetch" } else { "summary" };
                        *args.last_mut().unwrap() = contrary.to_owned();
                    }
                    let parsed = Args::try_parse_from(std::iter::once(&"syn-convert".to_owned()).chain(&args)).unwrap();
                    let said = refuse_unread(format.name, &parsed, &[(*option).to_owned()]);
                    if said.is_ok() != acts {
                        wrong.push(format!("{way:?}: --{option} acts: {acts}; {said:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn formats_write_the_tools_that_they_declare_and_count_what_they_lose() {
    let folder = folder();
    for format in FORMATS {
        for (i, way) in ways(format, folder.path()).iter().enumerate() {
            let summary = summary(&convert(way).unwrap());
            let by_tool: BTreeMap<String, Value> = serde_json::from_value(summary["by_tool"].clone()).unwrap();
            // Pose labels have no boxes of their own, but those of their objects, rotated ones too.
            let grouped = |tool| match format.tools {
                Tools::Any => false,
                Tools::Of(ways) => tool == Tool::BoundingBox && ways[i].with == "--task pose",
            };
            let rotation = match format.tools {
                Tools::Any => true,
                Tools::Of(ways) => {
                    ways[i].rotation || !(grouped(Tool::BoundingBox) || ways[i].tools.contains(&Tool::BoundingBox))
                }
            };
            for (tool, counts) in &by_tool {
                let declared = match format.tools {
                    Tools::Any => true,
                    Tools::Of(ways) => grouped(Tool::from_name(tool)) || ways[i].tools.contains(&Tool::from_name(tool)),
                };
                assert_eq!(counts["written"] != 0, declared, "{way:?}: {tool}");
            }
            let lost = |code: &str| summary["lossy"].get(code).is_some();
            assert_eq!(lost("ROTATION_DROPPED"), !rotation, "{way:?}");
            if i == 0 {
                let some = matches!(format.attributes, Attributes::None | Attributes::Counted);
                assert_eq!(lost("CUSTOM_ATTRIBUTES_DROPPED"), some, "{way:?}");
            }
        }
    }
}

#[test]
fn a_check_reads_no_option_of_a_conversion() {
    let command = Args::command();
    for option in command.get_arguments().filter_map(|a| a.get_long()) {
        let read = check::OPTIONS.contains(&option) || Common::names().iter().any(|c| c == option);
        let said = refuse_besides_check(&["check".to_owned(), option.to_owned()], true);
        assert_eq!(said.is_ok(), read, "--{option}");
        assert!(
            said.map_or_else(|e| e.message.english().starts_with(&format!("--{option} is for converting")), |()| true)
        );
    }
}
