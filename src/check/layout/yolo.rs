//! Where YOLO datasets are: the files that describe them, and label files that none describes.

use super::{Survey, folder_of, leaf};
use crate::check::tree::Tree;
use crate::check::yolo::yaml;
use crate::stream::StreamError;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, Read};

/// A file that describes a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Config {
    /// YAML as Ultralytics reads it.
    Yaml(String),
    /// `key = value` as darknet reads it; CVAT and Datumaro write it too.
    Darknet(String),
}

impl Config {
    /// The file.
    pub fn path(&self) -> &str {
        let (Self::Yaml(path) | Self::Darknet(path)) = self;
        path
    }
}

/// Names under which a file is meant to be one, whatever is in it.
const YAML: [&str; 4] = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"];

/// The files that describe datasets.
///
/// # Errors
/// [`StreamError::Read`].
pub fn configs(tree: &Tree, survey: &Survey) -> Result<Vec<Config>, StreamError> {
    let mut found = Vec::new();
    for path in &survey.yaml {
        if YAML.contains(&leaf(path)) || describes(tree, path)? {
            found.push(Config::Yaml(path.clone()));
        }
    }
    for path in &survey.data {
        let text = String::from_utf8_lossy(&front(tree, path)?).into_owned();
        let keys: BTreeSet<&str> = text.lines().filter_map(|l| l.split_once('=')).map(|(k, _)| k.trim()).collect();
        if keys.contains("names") && (keys.contains("classes") || keys.contains("train")) {
            found.push(Config::Darknet(path.clone()));
        }
    }
    Ok(found)
}

/// Whether a YAML file has classes and parts: settings of a training have neither.
fn describes(tree: &Tree, path: &str) -> Result<bool, StreamError> {
    let bytes = front(tree, path)?;
    let map = yaml::parse(&yaml::decode(&bytes).0).ok();
    Ok(map.as_ref().and_then(Value::as_object).is_some_and(|map| {
        let has = |key: &&str| map.get(*key).is_some_and(|value| !value.is_null());
        ["names", "nc"].iter().any(has) && ["train", "val", "test", "validation", "names"].iter().any(has)
    }))
}

fn front(tree: &Tree, path: &str) -> Result<Vec<u8>, StreamError> {
    let mut bytes = Vec::new();
    let failed = |source| StreamError::Read { name: path.to_owned(), source };
    tree.open_file(path)?.take(1 << 20).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Folders with label files.
pub fn label_folders(tree: &Tree, survey: &Survey) -> Vec<String> {
    let rows = |texts: &[String]| texts.iter().take(8).any(|path| has_rows(tree, path));
    survey.folders.iter().filter(|(_, f)| rows(&f.texts.paths)).map(|(path, _)| path.clone()).collect()
}

/// Classes above this are times or other ids.
const CLASSES_AT_MOST: u32 = 100_000;

/// Whether the first line of a file is a row: a class and four or more numbers.
pub fn has_rows(tree: &Tree, path: &str) -> bool {
    let Ok(file) = tree.open_file(path) else { return false };
    let mut lines = file.take(1 << 16).lines().map_while(Result::ok);
    let Some(line) = lines.find(|line| !line.trim().is_empty()) else { return false };
    let words: Vec<&str> = line.trim_start_matches('\u{feff}').split_whitespace().collect();
    words.len() >= 5
        && words[0].parse::<u32>().is_ok_and(|class| class <= CLASSES_AT_MOST)
        && words.iter().all(|word| word.parse::<f64>().is_ok())
}

/// Files that list the classes of label files without a description.
const CLASSES: [&str; 5] = ["classes.txt", "obj.names", "labels.txt", "_darknet.labels", "predefined_classes.txt"];

/// The list of classes for a folder of label files: in it, or in one of the folders around it.
pub fn classes_of(tree: &Tree, folder: &str) -> Option<String> {
    let mut at = folder;
    loop {
        if let Some(found) = CLASSES.iter().map(|name| format!("{at}{name}")).find(|path| tree.has(path)) {
            return Some(found);
        }
        if at.is_empty() {
            return None;
        }
        at = folder_of(at.trim_end_matches('/'));
    }
}

/// The images of a folder of label files: beside them, or in the folder that has `images` where this one has `labels`.
pub fn images_of(survey: &Survey, labels: &str) -> Option<String> {
    let has_images = |folder: &str| survey.images_below(folder) > 0;
    let parts: Vec<&str> = labels.trim_end_matches('/').split('/').collect();
    let swap =
        parts.iter().rposition(|part| ["labels", "annotations", "label"].contains(&part.to_ascii_lowercase().as_str()));
    if let Some(at) = swap {
        for other in ["images", "image", "data", "img", "imgs", "JPEGImages"] {
            let mut parts = parts.clone();
            parts[at] = other;
            let folder = format!("{}/", parts.join("/"));
            if has_images(&folder) {
                return Some(folder);
            }
        }
    }
    survey.folders.get(labels).filter(|f| f.images > 0).map(|_| labels.to_owned())
}
