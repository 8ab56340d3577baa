//! The parts of a YOLO dataset: which images they have and where the label file of an image is.

use super::data_yaml::DataYaml;
use crate::check::finding::{Findings, Place};
use crate::check::images::is_image;
use crate::check::layout::folder_of;
use crate::check::rules::{YOLO_FOLDER_MISSING, YOLO_IMAGE_TYPE, YOLO_LIST_RELATIVE, YOLO_ROOT_MISSING};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;

/// A part.
#[derive(Clone, Debug)]
pub struct Part {
    /// `train`, `val`, or what else it is called.
    pub name: String,
    /// Where its images are named.
    pub images: Source,
    /// Where their labels are.
    pub labels: Labels,
}

/// Where the images of a part are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// All images in a folder and below it; with a slash at the end.
    Folder(String),
    /// The lines of a file; relative ones from the folder of the dataset.
    List(String),
}

/// Where the label file of an image is.
#[derive(Clone, Debug)]
pub enum Labels {
    /// Where the last `/images/` of the whole path has `/labels/`, as Ultralytics has it; without one beside the image.
    Replaced,
    /// Beside the image, as CVAT and Datumaro write darknet's; else as above.
    Beside,
    /// In this folder as the image is in the other one; with a slash at the end.
    Folder(String),
}

impl Part {
    /// The label file of an image.
    pub fn label_of(&self, tree: &Tree, image: &str) -> String {
        let stem = |path: &str| {
            let dot = path.rfind('.').filter(|dot| path[*dot..].find('/').is_none()).unwrap_or(path.len());
            format!("{}.txt", &path[..dot])
        };
        match (&self.labels, &self.images) {
            (Labels::Folder(labels), Source::Folder(images)) => {
                stem(&format!("{labels}{}", image.strip_prefix(images.as_str()).unwrap_or(image)))
            }
            (Labels::Beside, _) if tree.has(&stem(image)) => stem(image),
            _ => stem(&replaced(tree, image)),
        }
    }

    /// The folder of the labels that belongs to a folder of images; with a slash at the end.
    pub fn label_folder(&self, tree: &Tree) -> Option<String> {
        let Source::Folder(images) = &self.images else { return None };
        Some(match &self.labels {
            Labels::Folder(labels) => labels.clone(),
            Labels::Beside => images.clone(),
            Labels::Replaced => replaced(tree, images),
        })
    }
}

/// A path with `/labels/` in the place of the last `/images/`, which may be above the dataset.
fn replaced(tree: &Tree, path: &str) -> String {
    let swap = |path: &str| path.rsplit_once("/images/").map(|(a, b)| format!("{a}/labels/{b}"));
    if !path.starts_with('/') {
        if let Some(inside) = swap(path) {
            return inside;
        }
        if let Some(rest) = path.strip_prefix("images/") {
            return format!("labels/{rest}");
        }
    }
    let whole = tree.path(path);
    match whole.to_str().and_then(swap) {
        // An archive or a stream lies wherever there was room.
        Some(other) if !tree.is_unpacked() => tree.resolve("", &other).unwrap_or(path.to_owned()),
        _ => path.to_owned(),
    }
}

/// The parts that a YAML file names, found where Ultralytics finds them.
///
/// # Errors
/// [`StreamError`]: a finding cannot be written.
pub fn of_yaml(tree: &Tree, file: &str, yaml: &DataYaml, out: &mut Findings) -> Result<Vec<Part>, StreamError> {
    let beside = folder_of(file);
    let root = root(tree, file, yaml, out)?;
    let mut parts = Vec::new();
    for (key, places) in &yaml.splits {
        for place in places {
            let mut tries = vec![tree.resolve(&root, place)];
            if let Some(rest) = place.strip_prefix("../") {
                // Roboflow writes it; Ultralytics knows.
                tries.push(tree.resolve(&root, rest));
            }
            tries.push(tree.resolve(beside, place));
            let there = |path: &String| tree.has_folder(path) || tree.has(path);
            let found = tries.iter().flatten().find(|path| there(path)).cloned();
            let source = match found {
                Some(path) if tree.has_folder(&path) => Source::Folder(as_folder(&path)),
                Some(path) if is_image(&path) => Source::Folder(folder_of(&path).to_owned()),
                Some(path) => Source::List(path),
                None => {
                    let Some(images) = tries.into_iter().flatten().next() else {
                        out.unread.push(tr!("check-place-outside", file, key, place));
                        continue;
                    };
                    let images = as_folder(&images);
                    // The labels may be here all the same: an export without images.
                    if !tree.has_folder(&replaced(tree, &images)) && !place.is_empty() {
                        // Only training and validation are asked for.
                        let rule =
                            if *key == "test" { &crate::check::rules::YOLO_TEST_MISSING } else { &YOLO_FOLDER_MISSING };
                        out.add(rule, Place::at(file, key), tr!("yolo-place-missing", key, place))?;
                        continue;
                    }
                    Source::Folder(images)
                }
            };
            parts.push(Part { name: (*key).to_owned(), images: source, labels: Labels::Replaced });
        }
    }
    Ok(parts)
}

/// A folder with a slash at the end; the root of the dataset is empty.
fn as_folder(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" if !path.starts_with('/') => String::new(),
        path => format!("{path}/"),
    }
}

/// The folder that the parts are relative to.
fn root(tree: &Tree, file: &str, yaml: &DataYaml, out: &mut Findings) -> Result<String, StreamError> {
    let beside = folder_of(file).to_owned();
    let Some(path) = &yaml.path else { return Ok(beside) };
    let found = tree.resolve(&beside, path).filter(|folder| tree.has_folder(folder) || folder.is_empty());
    match found {
        Some(folder) => Ok(as_folder(&folder)),
        None => {
            if path.starts_with('/') {
                let message = tr!("yolo-root-missing", path);
                out.add(&YOLO_ROOT_MISSING, Place::at(file, "path"), message)?;
            }
            Ok(beside)
        }
    }
}

/// The images that a list names, as they are found here. Images of another kind, and lines that depend on where the reader is started, are
/// findings.
///
/// # Errors
/// [`StreamError`]: the list cannot be read, or a finding cannot be written.
pub fn listed(
    tree: &Tree,
    list: &str,
    root: &str,
    darknet: bool,
    out: &mut Findings,
) -> Result<Vec<String>, StreamError> {
    let bytes = tree.read(list)?;
    let text = String::from_utf8_lossy(&bytes);
    let beside = folder_of(list);
    let (mut images, mut relative) = (Vec::new(), 0u64);
    let text = text.trim_start_matches('\u{feff}');
    let last = text.trim_end().lines().count();
    for (number, line) in (1..).zip(text.lines()) {
        // Ultralytics takes off what surrounds the whole list, darknet what surrounds a line.
        let ends_blank = !darknet && (number as usize) < last && line.trim_end() != line;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if ends_blank {
            let message = tr!("yolo-list-blanks");
            out.add(&YOLO_IMAGE_TYPE, Place::line(list, number), message)?;
            continue;
        }
        if !is_image(line) {
            out.add(&YOLO_IMAGE_TYPE, Place::line(list, number), tr!("yolo-type-passed-over"))?;
            continue;
        }
        let own = line.starts_with("./") || line.starts_with('/');
        relative += u64::from(!own && !darknet);
        let bare = line.trim_start_matches("./");
        // The first that is there; darknet's paths begin with the folder that it is started from.
        let tries = [
            tree.resolve(if own { beside } else { root }, line),
            tree.resolve(beside, bare),
            bare.strip_prefix("data/").and_then(|rest| tree.resolve(root, rest)),
            tree.resolve(&format!("{root}../"), bare),
        ];
        let found = tries.iter().flatten().find(|path| tree.has(path)).or(tries[0].as_ref());
        // Without images, the label says which of them it is.
        let labelled =
            |path: &&String| tree.has(&format!("{}.txt", path.rsplit_once('.').map_or(path.as_str(), |(s, _)| s)));
        let found = found.filter(|path| tree.has(path)).or(tries.iter().flatten().find(labelled)).or(found);
        match found {
            Some(path) => images.push(path.clone()),
            None => out.unread.push(tr!("check-line-outside", list, number, line)),
        }
    }
    if relative > 0 {
        let message = tr!("yolo-list-relative", relative);
        out.add(&YOLO_LIST_RELATIVE, Place::file(list), message)?;
    }
    Ok(images)
}
