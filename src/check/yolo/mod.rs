//! YOLO: trees of `data.yaml`, images and label files, judged as Ultralytics judges them.

pub mod data_yaml;
pub mod rows;

use super::Check;
use super::finding::{Findings, Place};
use super::images::{Images, is_ultralytics_image};
use super::rules::{
    LABEL_BOXES_AMONG_POLYGONS, YOLO_FOLDER_MISSING, YOLO_IMAGE_TYPE, YOLO_LABEL_ENCODING, YOLO_LABEL_MISSING,
    YOLO_LABEL_ORPHAN, YOLO_NO_DATA_YAML, YOLO_STEM_SHARED, YOLO_TRAIN_EMPTY, YOLO_VAL_EMPTY,
};
use super::tree::Tree;
use crate::stream::StreamError;
use data_yaml::DataYaml;
use rows::{Head, Kind, Row};

/// The check.
pub struct Yolo;

const FILE: &str = "data.yaml";

impl Check for Yolo {
    fn name(&self) -> &'static str {
        "yolo"
    }

    /// The root, or its folders: `--task all` writes one for each task.
    fn find(&self, tree: &Tree) -> Vec<String> {
        if let Some(only) = &tree.only {
            return if only == FILE { vec![String::new()] } else { Vec::new() };
        }
        if tree.has(FILE) {
            return vec![String::new()];
        }
        let folders = tree.folders().into_iter().map(|f| format!("{f}/"));
        folders.filter(|f| tree.has(&format!("{f}{FILE}"))).collect()
    }

    fn check(&self, tree: &Tree, folder: &str, out: &mut Findings) -> Result<(), StreamError> {
        let path = format!("{folder}{FILE}");
        let Some(yaml) = data_yaml::read(tree, folder, &path, out)? else { return Ok(()) };
        let head = Head { classes: yaml.classes, joints: yaml.joints };
        let mut seen = Seen::default();
        let mut images = Images::default();
        for (key, places) in &yaml.splits {
            for place in places {
                split(tree, folder, key, place, head, &mut seen, &mut images, out)?;
            }
        }
        for split in other_splits(tree, folder, &yaml) {
            labels_below(tree, &split, head, &mut seen, out)?;
        }
        images.finish(&path, out)?;
        if seen.boxes > 0 && seen.polygons > 0 {
            let message = format!(
                "{} images have boxes, such as {}, and {} polygons: the reader removes all polygons",
                seen.boxes, seen.first_box, seen.polygons
            );
            out.add(&LABEL_BOXES_AMONG_POLYGONS, Place::file(&path), &message)?;
        }
        Ok(())
    }

    fn nothing(&self, out: &mut Findings) -> Result<(), StreamError> {
        out.add(&YOLO_NO_DATA_YAML, Place::file("."), "there is no data.yaml here, nor in a folder directly below")
    }
}

/// Counts over the label files of a tree.
#[derive(Default)]
struct Seen {
    boxes: u64,
    polygons: u64,
    first_box: String,
}

/// Label folders of splits that `data.yaml` does not name: ours are in comments there, for the user to train on later.
fn other_splits(tree: &Tree, folder: &str, yaml: &DataYaml) -> Vec<String> {
    let named: Vec<String> = yaml.splits.iter().flat_map(|(_, places)| places).map(|p| labels_of(folder, p)).collect();
    let labels = format!("{folder}labels");
    if !tree.has_folder(&labels) || named.contains(&labels) {
        return Vec::new();
    }
    let inside = tree.folders_below(&labels);
    inside.into_iter().filter(|f| !named.iter().any(|n| n == f || n.starts_with(&format!("{f}/")))).collect()
}

/// `folder` with a place that `data.yaml` names, without `.` parts.
fn join(folder: &str, place: &str) -> String {
    let parts: Vec<&str> = place.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    format!("{folder}{}", parts.join("/"))
}

/// The label folder that belongs to an image folder.
fn labels_of(folder: &str, place: &str) -> String {
    let place = format!("/{}/", join(folder, place));
    let labels = place.rsplit_once("/images/").map_or(place.clone(), |(a, b)| format!("{a}/labels/{b}"));
    labels.trim_matches('/').to_owned()
}

/// The label file of an image, as the reader derives it: the last `/images/` of the whole path becomes `/labels/`.
fn label_of(image: &str) -> String {
    let image = format!("/{image}");
    let path = image.rsplit_once("/images/").map_or(image.clone(), |(a, b)| format!("{a}/labels/{b}"));
    let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
    format!("{}.txt", stem.trim_start_matches('/'))
}

#[expect(clippy::too_many_arguments, reason = "the state of one tree, used here only")]
fn split(
    tree: &Tree,
    folder: &str,
    key: &str,
    place: &str,
    head: Head,
    seen: &mut Seen,
    images: &mut Images,
    out: &mut Findings,
) -> Result<(), StreamError> {
    let yaml = format!("{folder}{FILE}");
    let place_path = join(folder, place);
    if place.starts_with('/') || place.split('/').any(|p| p == "..") || place.ends_with(".txt") {
        out.notes.push(format!("{yaml}: `{key}: {place}` is outside the dataset or a list: it was not checked"));
        return Ok(());
    }
    let labels = labels_of(folder, place);
    if !tree.has_folder(&place_path) {
        if tree.has_folder(&labels) {
            // The labels are here, the images are not: an export without them.
            images.absent();
            return labels_below(tree, &labels, head, seen, out);
        }
        let message = format!("`{key}: {place}` is not there");
        return out.add(&YOLO_FOLDER_MISSING, Place::at(&yaml, key), &message);
    }
    // Images and labels in the order of their names, side by side: nothing is held but one name.
    let mut last = String::new();
    let mut any = false;
    for image in tree.files(&place_path, false) {
        if !is_ultralytics_image(&image) {
            if !image.ends_with(".txt") && !image.ends_with(".cache") {
                out.add(&YOLO_IMAGE_TYPE, Place::file(&image), "the reader passes over files of this type")?;
            }
            continue;
        }
        any = true;
        images.look(tree, &image, None, true, out)?;
        let label = label_of(&image);
        if label == last {
            out.add(&YOLO_STEM_SHARED, Place::file(&image), &format!("another image has its label file {label}"))?;
            continue;
        }
        if tree.has(&label) {
            label_file(tree, &label, head, seen, out)?;
        } else {
            out.add(&YOLO_LABEL_MISSING, Place::file(&image), &format!("there is no {label}: a background"))?;
        }
        last = label;
    }
    if !any {
        if tree.files(&labels, false).all(|f| !f.ends_with(".txt")) {
            match key {
                "train" => out.add(&YOLO_TRAIN_EMPTY, Place::at(&yaml, key), "there is no image in it")?,
                "val" => out.add(&YOLO_VAL_EMPTY, Place::at(&yaml, key), "there is no image in it")?,
                _ => {}
            }
            return Ok(());
        }
        images.absent();
    }
    orphans(tree, &labels, &place_path, any, head, seen, out)
}

/// Label files without an image. Without any image they are checked all the same: the images are yet to come.
fn orphans(
    tree: &Tree,
    labels: &str,
    images: &str,
    any: bool,
    head: Head,
    seen: &mut Seen,
    out: &mut Findings,
) -> Result<(), StreamError> {
    if labels == images || !tree.has_folder(labels) {
        return Ok(());
    }
    if !any {
        return labels_below(tree, labels, head, seen, out);
    }
    // Most images have one extension: it is tried first.
    let mut usual = "jpg".to_owned();
    for label in tree.files(labels, false).filter(|f| f.ends_with(".txt")) {
        let rest = label.strip_prefix(labels).and_then(|r| r.strip_suffix(".txt")).unwrap_or_default();
        let stem = format!("{images}{rest}");
        if tree.has(&format!("{stem}.{usual}")) {
            continue;
        }
        let both = super::images::ULTRALYTICS.iter().flat_map(|ext| [(*ext).to_owned(), ext.to_ascii_uppercase()]);
        if let Some(found) = both.into_iter().find(|ext| tree.has(&format!("{stem}.{ext}"))) {
            usual = found;
        } else {
            out.add(&YOLO_LABEL_ORPHAN, Place::file(&label), "there is no image of this name: nobody reads it")?;
        }
    }
    Ok(())
}

fn labels_below(tree: &Tree, labels: &str, head: Head, seen: &mut Seen, out: &mut Findings) -> Result<(), StreamError> {
    for label in tree.files(labels, false).filter(|f| f.ends_with(".txt")) {
        label_file(tree, &label, head, seen, out)?;
    }
    Ok(())
}

fn label_file(tree: &Tree, path: &str, head: Head, seen: &mut Seen, out: &mut Findings) -> Result<(), StreamError> {
    let bytes = tree.read(path)?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(e) => {
            let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64 + 1;
            return out.add(&YOLO_LABEL_ENCODING, Place::line(path, line), "not UTF-8: the image is dropped");
        }
    };
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let rows: Vec<Row<'_>> =
        lines.map(|(n, line)| Row { place: Place::line(path, n), values: numbers(line) }).collect();
    match rows::check(&rows, head, out)? {
        Kind::Boxes => {
            seen.boxes += 1;
            if seen.first_box.is_empty() {
                path.clone_into(&mut seen.first_box);
            }
        }
        Kind::Polygons => seen.polygons += 1,
        Kind::Background | Kind::Poses => {}
    }
    Ok(())
}

fn numbers(line: &str) -> Result<Vec<f64>, String> {
    let number = |word: &str| word.parse().map_err(|_| word.chars().take(40).collect::<String>());
    line.split_whitespace().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_paths_are_those_of_the_reader() {
        assert_eq!(label_of("images/train/a.b.jpg"), "labels/train/a.b.txt");
        assert_eq!(label_of("images/images/a.jpg"), "images/labels/a.txt");
        assert_eq!(label_of("train/a.jpg"), "train/a.txt");
        assert_eq!(labels_of("pose/", "images/train"), "pose/labels/train");
        assert_eq!(labels_of("", "./images/train/"), "labels/train");
    }
}
