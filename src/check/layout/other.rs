//! Annotations of formats that have no rules here. They are named: a check that passes over them would look like one that passed.

use super::coco::{self, Json};
use super::survey::Few;
use super::voc::{self, Xml};
use super::{Survey, folder_of, shown};
use crate::check::tree::Tree;
use crate::tr;
use crate::words::Message;
use memchr::memmem;
use std::io::Read;

/// What is there, a line each. `found`: whether there are datasets that have rules; tables and folders beside them are not meant to be read.
pub fn find(tree: &Tree, survey: &Survey, found: bool) -> Vec<Message> {
    let mut said = Vec::new();
    for (folder, files) in &survey.folders {
        let kinds = [
            (&files.documents, json as fn(&Tree, &str) -> Option<&'static str>),
            (&files.xmls, xml),
            (&files.texts, text),
        ];
        let tables = [(&files.tables, table as fn(&Tree, &str) -> Option<&'static str>)];
        for (few, look) in kinds.into_iter().chain(tables.into_iter().filter(|_| !found)) {
            said.extend(named(tree, folder, few, look));
        }
    }
    if let (false, true, Some(folder)) = (found, said.is_empty(), folders_by_class(survey)) {
        let message = tr!("check-folders", folder = shown(folder));
        said.push(message);
    }
    said
}

/// The files of one kind in a folder, when the first of them that can be told are of another tool.
fn named(tree: &Tree, folder: &str, few: &Few, look: fn(&Tree, &str) -> Option<&'static str>) -> Option<Message> {
    let looked = few.paths.iter().take(8).map(|path| (path, look(tree, path)));
    let (path, tool) = looked.into_iter().find_map(|(path, tool)| Some((path, tool?)))?;
    let others = few.paths.iter().filter(|path| look(tree, path) == Some(tool)).count();
    let place = match others {
        1 => tr!("check-unread", path),
        // A file for each image: not all of them are opened.
        n if n == Few::KEPT => tr!("check-unread-files", files = few.number, folder = shown(folder)),
        n => tr!("check-unread-some", n, folder = shown(folder)),
    };
    let tool = match tool {
        BOXES => tr!("check-boxes-table"),
        PARQUET => tr!("check-parquet"),
        name => name.into(),
    };
    Some(tr!("check-other-tool", place, tool))
}

fn json(tree: &Tree, path: &str) -> Option<&'static str> {
    match coco::sniff(tree, path) {
        Json::Other(tool) => Some(tool),
        Json::Coco | Json::Unknown => None,
    }
}

fn xml(tree: &Tree, path: &str) -> Option<&'static str> {
    match voc::sniff(tree, path) {
        Xml::Other(tool) => Some(tool),
        Xml::Voc | Xml::Unknown => None,
    }
}

/// Tools by keys at the top of their documents, or of the first object of the list at the top. All keys of a line are there.
const OBJECTS: [(&str, &[&str]); 13] = [
    ("Datumaro", &["items", "categories"]),
    ("Datumaro", &["items", "info"]),
    ("LabelMe", &["shapes", "imagePath"]),
    ("LabelMe", &["shapes", "imageData"]),
    ("LabelMe", &["shapes", "version"]),
    ("FiftyOne", &["samples"]),
    ("VIA", &["_via_img_metadata"]),
    ("VIA", &["_via_settings"]),
    ("Cityscapes", &["imgHeight", "imgWidth", "objects"]),
    ("Supervisely", &["objects", "size"]),
    ("V7", &["item", "annotations"]),
    ("Scalabel", &["frames", "config"]),
    ("Labelbox", &["data_row", "projects"]),
];

/// The same of lists.
const LISTS: [(&str, &[&str]); 8] = [
    ("Label Studio", &["annotations", "data"]),
    ("Label Studio", &["completions", "data"]),
    ("Label Studio", &["annotation_id", "annotator"]),
    ("Create ML", &["image", "annotations"]),
    ("Create ML", &["imagefilename", "annotation"]),
    ("BDD100K", &["name", "labels"]),
    ("Labelbox", &["data_row", "projects"]),
    ("Labelbox", &["Labeled Data", "Label"]),
];

/// The tool that writes documents with these keys. `front`: its first bytes.
pub fn tool(keys: &[&str], list: bool, front: &[u8]) -> Option<&'static str> {
    let table = if list { &LISTS[..] } else { &OBJECTS[..] };
    let known = table.iter().find(|(_, all)| all.iter().all(|key| keys.contains(key)));
    // VIA's regions are under the names of the images.
    let regions = || memmem::find(front, b"\"shape_attributes\"").map(|_| "VIA");
    known.map(|(tool, _)| *tool).or_else(regions)
}

fn front(tree: &Tree, path: &str) -> String {
    let mut bytes = Vec::new();
    let read = tree.open_file(path).map(|file| file.take(1 << 12).read_to_end(&mut bytes));
    if matches!(read, Ok(Ok(_))) { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() }
}

/// Text files with a line for each object: its class by name, and numbers.
fn text(tree: &Tree, path: &str) -> Option<&'static str> {
    let text = front(tree, path);
    let number = |word: &&str| word.parse::<f64>().is_ok();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.find(|line| !line.starts_with("imagesource:") && !line.starts_with("gsd:"))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    match (words.as_slice(), fields.len()) {
        // The score of a detector may stand behind.
        ([class, rest @ ..], _) if matches!(rest.len(), 14 | 15) && !number(class) && rest.iter().all(number) => {
            Some("KITTI")
        }
        ([corners @ .., class, _], _) if corners.len() == 8 && !number(class) && corners.iter().all(number) => {
            Some("DOTA")
        }
        (_, 9 | 10) if fields.iter().all(number) => Some("MOT"),
        _ => None,
    }
}

/// Tables that are of no certain tool.
const BOXES: &str = "a table of boxes";
const PARQUET: &str = "a table (Parquet)";

/// Tables of boxes by their first line.
fn table(tree: &Tree, path: &str) -> Option<&'static str> {
    let text = front(tree, path).to_ascii_lowercase();
    let columns: Vec<&str> = text.lines().next()?.split([',', ';', '\t']).map(|name| name.trim_matches('"')).collect();
    let has = |names: &[&str]| names.iter().all(|name| columns.contains(name));
    if has(&["imageid", "labelname"]) {
        Some("Open Images")
    } else if has(&["xmin", "ymin", "xmax", "ymax"]) || has(&["x1", "y1", "x2", "y2"]) || has(&["class", "bbox"]) {
        Some(BOXES)
    } else if path.ends_with(".tfrecord") || path.ends_with(".record") {
        Some("TensorFlow (TFRecord)")
    } else if text.starts_with("par1") {
        Some(PARQUET)
    } else {
        None
    }
}

/// The folder around folders with images and nothing else, two or more.
fn folders_by_class(survey: &Survey) -> Option<&str> {
    let mut classes = survey.folders.iter().filter(|(path, files)| files.images > 0 && !path.is_empty());
    let first = super::folder_of(classes.next()?.0.trim_end_matches('/'));
    classes.next().map(|_| first)
}

/// Archives in a tree that holds nothing else.
pub fn archives(survey: &Survey) -> Vec<Message> {
    let say = |path: &String| tr!("check-archive", path, folder = shown(folder_of(path)));
    survey.archives.iter().take(5).map(say).collect()
}
