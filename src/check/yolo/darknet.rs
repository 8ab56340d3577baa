//! `obj.data` and `obj.names` of darknet, which CVAT and Datumaro write too.

use super::data_yaml::{DataYaml, repeated_names};
use super::parts::{Labels, Part, Source};
use crate::check::finding::{Findings, Place};
use crate::check::layout::{folder_of, leaf};
use crate::check::rules::{YOLO_FOLDER_MISSING, YOLO_NAMES_INVALID, YOLO_NC_DIFFERS};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;

/// Keys that are no part.
const SETTINGS: [&str; 5] = ["classes", "names", "backup", "results", "eval"];

/// Reads the file at `path`, and the list of classes that it names.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn read(tree: &Tree, path: &str, out: &mut Findings) -> Result<(DataYaml, Vec<Part>), StreamError> {
    let bytes = tree.read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let entries = text.lines().filter(|l| !l.trim_start().starts_with('#')).filter_map(|line| line.split_once('='));
    let entries: Vec<(&str, &str)> = entries.map(|(key, value)| (key.trim(), value.trim())).collect();
    let value = |key: &str| entries.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    let mut yaml = DataYaml::default();
    if let Some(names) = value("names") {
        match place(tree, path, names) {
            Some(list) => yaml.names = class_list(tree, &list, out)?,
            None => out.add(&YOLO_NAMES_INVALID, Place::at(path, "names"), tr!("yolo-names-missing", names))?,
        }
    }
    yaml.classes = yaml.names.as_ref().map(|names| names.len() as u64);
    if let (Some(given), Some(names)) = (value("classes"), yaml.classes)
        && given.parse() != Ok(names)
    {
        out.add(&YOLO_NC_DIFFERS, Place::at(path, "classes"), tr!("yolo-classes-differ", given, names))?;
    }
    let mut parts = Vec::new();
    for (key, given) in entries.iter().filter(|(key, _)| !SETTINGS.contains(key)) {
        let name = if *key == "valid" { "val" } else { key };
        match place(tree, path, given) {
            Some(list) => {
                parts.push(Part { name: name.to_owned(), images: Source::List(list), labels: Labels::Beside })
            }
            // `valid` repeats what darknet's example has, whether there is one or not.
            None if *key == "train" => {
                out.add(&YOLO_FOLDER_MISSING, Place::at(path, key), tr!("yolo-darknet-missing", key, given))?;
            }
            None => {}
        }
    }
    Ok((yaml, parts))
}

/// A file that is named from the folder in which darknet is started: beside, with `data/` in front or without, or by its leaf.
fn place(tree: &Tree, path: &str, given: &str) -> Option<String> {
    let beside = folder_of(path);
    let without = given.strip_prefix("data/").unwrap_or(given);
    let tries = [
        tree.resolve(beside, given),
        tree.resolve(beside, without),
        tree.resolve(&format!("{beside}../"), given),
        tree.resolve(beside, leaf(given)),
    ];
    tries.into_iter().flatten().find(|path| tree.has(path))
}

/// The classes of a file with one name a line.
///
/// # Errors
/// [`StreamError`]: the file cannot be read, or a finding cannot be written.
pub fn class_list(tree: &Tree, path: &str, out: &mut Findings) -> Result<Option<Vec<String>>, StreamError> {
    let bytes = tree.read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let names: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    repeated_names(&names, Place::file(path), out)?;
    Ok(Some(names).filter(|names| !names.is_empty()))
}
