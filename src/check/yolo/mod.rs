//! YOLO: images with a label file each, judged as Ultralytics judges them, whoever wrote them.

pub mod darknet;
pub mod data_yaml;
mod labels;
mod parts;
pub mod rows;
pub mod shown;
pub mod yaml;

use super::board::Picture;
use super::finding::{Findings, Place};
use super::images::{Images, Record, is_image};
use super::layout::yolo::{Config, classes_of, has_rows, images_of};
use super::layout::{Survey, folder_of, shown};
use super::objects::Objects;
use super::rules::{
    IMAGE_HIDDEN, LABEL_BOXES_AMONG_POLYGONS, LABEL_CORNERS, YOLO_IMAGE_TYPE, YOLO_LABEL_MISSING, YOLO_LABEL_ORPHAN,
    YOLO_NO_LABELS, YOLO_NO_PARTS, YOLO_NOT_DESCRIBED, YOLO_NPY_CACHE, YOLO_PART_EMPTY, YOLO_STEM_SHARED,
    YOLO_TRAIN_EMPTY, YOLO_VAL_EMPTY,
};
use super::tree::{Image, Tree};
use super::workers;
use crate::stream::StreamError;
use crate::tr;
use data_yaml::DataYaml;
use parts::{Labels, Part, Source};
use rows::{Head, Summary};
use std::collections::BTreeSet;

/// Label folders that were read, with a slash at the end.
pub type Claimed = BTreeSet<String>;

/// Checks the dataset that a file describes, and the label files below it that it does not name.
///
/// # Errors
/// [`StreamError`]: a file cannot be read, or a finding cannot be written.
pub fn described(
    tree: &Tree,
    survey: &Survey,
    config: &Config,
    claimed: &mut Claimed,
    out: &mut Findings,
) -> Result<(), StreamError> {
    let (path, yaml, parts) = match config {
        Config::Yaml(path) => {
            let Some(yaml) = data_yaml::read(tree, path, out)? else {
                // What it is about cannot be judged without it.
                claimed.insert(folder_of(path).to_owned());
                return Ok(());
            };
            let parts = parts::of_yaml(tree, path, &yaml, out)?;
            (path, yaml, parts)
        }
        Config::Darknet(path) => {
            let (yaml, parts) = darknet::read(tree, path, out)?;
            (path, yaml, parts)
        }
    };
    let folder = folder_of(path).to_owned();
    let below = |part: &Part| matches!(&part.images, Source::Folder(images) if survey.images_below(images) > 0);
    let any_image = survey.any_image(&folder) || parts.iter().any(below);
    let mut dataset = Dataset::new(tree, survey, path, &folder, &yaml, any_image);
    dataset.darknet = matches!(config, Config::Darknet(_));
    for part in &parts {
        dataset.part(part, out)?;
    }
    claimed.append(&mut dataset.claimed);
    // Ours are in comments of data.yaml, for the user to train on later; supervision's has classes alone.
    let others: Vec<&str> = survey.labels.iter().map(String::as_str).filter(|f| f.starts_with(&folder)).collect();
    let others: Vec<&str> = others.into_iter().filter(|f| !is_claimed(claimed, f)).collect();
    if parts.is_empty() && yaml.splits.is_empty() && !dataset.darknet && !others.is_empty() {
        out.add(&YOLO_NO_PARTS, Place::file(path), tr!("yolo-no-parts"))?;
    }
    for labels in others {
        dataset.part(&undescribed_part(survey, labels), out)?;
    }
    claimed.append(&mut dataset.claimed);
    dataset.finish(out)
}

/// Checks label files that no file describes, each list of classes with the folders that it is for.
///
/// # Errors
/// As [`described`].
pub fn undescribed(
    tree: &Tree,
    survey: &Survey,
    claimed: &mut Claimed,
    out: &mut Findings,
) -> Result<Vec<String>, StreamError> {
    // Those of one list of classes are one dataset; without a list, those of one folder around them.
    let mut lists: Vec<(Option<String>, &str, Vec<&str>)> = Vec::new();
    for folder in survey.labels.iter().map(String::as_str).filter(|folder| !is_claimed(claimed, folder)) {
        let list = classes_of(tree, folder);
        let home = if list.is_some() { "" } else { survey.home(folder) };
        match lists.iter_mut().find(|(known, other, _)| (known, *other) == (&list, home)) {
            Some((_, _, folders)) => folders.push(folder),
            None => lists.push((list, home, vec![folder])),
        }
    }
    let mut places = Vec::new();
    for (list, _, folders) in lists {
        let names = list.as_deref().map_or(Ok(None), |path| darknet::class_list(tree, path, out))?;
        let classes = names.as_ref().map(|names| names.len() as u64);
        let joints = joints_of(tree, survey, folders[0]);
        let yaml = DataYaml { names, classes, joints, ..DataYaml::default() };
        let place = list.as_deref().unwrap_or(shown(folders[0])).to_owned();
        let any_image = folders.iter().any(|folder| survey.any_image(folder));
        let around = folder_of(list.as_deref().unwrap_or_default());
        let mut dataset = Dataset::new(tree, survey, &place, around, &yaml, any_image);
        out.pictures.begin(&place);
        for labels in folders {
            dataset.part(&undescribed_part(survey, labels), out)?;
        }
        claimed.append(&mut dataset.claimed);
        dataset.finish(out)?;
        let message = tr!("yolo-not-described");
        out.add(&YOLO_NOT_DESCRIBED, Place::file(&place), message)?;
        places.push(place);
    }
    Ok(places)
}

fn is_claimed(claimed: &Claimed, folder: &str) -> bool {
    claimed.iter().any(|c| folder.starts_with(c.as_str()))
}

/// Joints and values a joint of label files whose rows have an even number of values: they are neither boxes nor polygons.
fn joints_of(tree: &Tree, survey: &Survey, folder: &str) -> Option<(usize, usize)> {
    let texts = &survey.folders.get(folder)?.texts.paths;
    let bytes = texts.iter().find(|path| has_rows(tree, path)).and_then(|path| tree.read(path).ok())?;
    let text = String::from_utf8_lossy(&bytes);
    let mut widths = text.lines().map(|line| line.split_whitespace().count()).filter(|n| *n > 0);
    let width = widths.next().filter(|n| n % 2 == 0 && *n >= 14 && (n - 5) % 3 == 0)?;
    widths.all(|other| other == width).then_some(((width - 5) / 3, 3))
}

fn undescribed_part(survey: &Survey, labels: &str) -> Part {
    let name = super::layout::leaf(labels);
    let name = if ["labels", "images", ""].contains(&name) {
        super::layout::leaf(folder_of(labels.trim_end_matches('/')))
    } else {
        name
    };
    let images = images_of(survey, labels).unwrap_or(labels.to_owned());
    let labels = if images == labels { Labels::Beside } else { Labels::Folder(labels.to_owned()) };
    Part { name: name.to_owned(), images: Source::Folder(images), labels }
}

/// A dataset in the course of its check.
struct Dataset<'d> {
    tree: &'d Tree,
    survey: &'d Survey,
    /// The file that describes it, or the list of its classes.
    file: &'d str,
    folder: &'d str,
    darknet: bool,
    names: Option<&'d [String]>,
    head: Head,
    /// Whether the dataset has any image.
    any_image: bool,
    images: Images,
    claimed: Claimed,
    /// Objects by class, of each part.
    used: Vec<(String, Vec<u64>)>,
    rows: Summary,
    /// Files with boxes, files with polygons.
    files: [u64; 2],
    first_box: String,
    has_parts: bool,
}

/// An image, as the walk over its part found it.
struct Pair {
    image: String,
    label: String,
    /// Another image has this label file.
    shared: bool,
}

impl<'d> Dataset<'d> {
    fn new(
        tree: &'d Tree,
        survey: &'d Survey,
        file: &'d str,
        folder: &'d str,
        yaml: &'d DataYaml,
        any_image: bool,
    ) -> Self {
        Self {
            tree,
            survey,
            file,
            folder,
            darknet: false,
            names: yaml.names.as_deref(),
            head: Head { classes: yaml.classes, joints: yaml.joints },
            images: Images::new(any_image),
            any_image,
            claimed: Claimed::new(),
            used: Vec::new(),
            rows: Summary::default(),
            files: [0; 2],
            first_box: String::new(),
            has_parts: !yaml.splits.is_empty(),
        }
    }

    fn part(&mut self, part: &Part, out: &mut Findings) -> Result<(), StreamError> {
        let labels = part.label_folder(self.tree);
        self.used.push((part.name.clone(), Vec::new()));
        let mut state = PartState::default();
        let mut batch = Vec::new();
        for image in self.image_files(part, out)? {
            let image = image?;
            if !is_image(&image) {
                other_file(&image, out)?;
                continue;
            }
            let label = part.label_of(self.tree, &image);
            let shared = state.last == label;
            if labels.is_none() {
                self.claimed.insert(folder_of(&label).to_owned());
            }
            state.last.clone_from(&label);
            state.images += 1;
            batch.push(Pair { image, label, shared });
            if batch.len() == workers::BATCH {
                self.batch(part, &batch, &mut state, out)?;
                batch.clear();
            }
        }
        self.batch(part, &batch, &mut state, out)?;
        if let Some(labels) = labels {
            self.rest_of(part, &labels, &state, out)?;
            self.claimed.insert(labels);
        }
        self.part_end(part, &state, out)
    }

    /// The images of a part, in the order of their names or of the list; what else is in its folder, too.
    fn image_files(
        &self,
        part: &Part,
        out: &mut Findings,
    ) -> Result<Box<dyn Iterator<Item = Result<String, StreamError>> + 'd>, StreamError> {
        let folder = match &part.images {
            Source::List(list) => {
                let listed = parts::listed(self.tree, list, self.folder, self.darknet, out)?;
                return Ok(Box::new(listed.into_iter().map(Ok)));
            }
            Source::Folder(folder) => folder,
        };
        self.hidden(folder, out)?;
        Ok(Box::new(self.tree.files(folder, false).map(Ok)))
    }

    fn hidden(&self, folder: &str, out: &mut Findings) -> Result<(), StreamError> {
        for (path, found) in self.survey.below(folder).filter(|(_, f)| f.hidden > 0) {
            let message = tr!("yolo-hidden", images = found.hidden);
            out.add(&IMAGE_HIDDEN, Place::file(shown(path)), message)?;
        }
        Ok(())
    }

    /// Looks at images and their labels, on all threads; then writes what was found, in order.
    fn batch(
        &mut self,
        part: &Part,
        pairs: &[Pair],
        state: &mut PartState,
        out: &mut Findings,
    ) -> Result<(), StreamError> {
        let (tree, head, keep) = (self.tree, self.head, out.board.is_some());
        let looked = workers::ordered(pairs, tree.threads, |pair| {
            (tree.image(&pair.image), if pair.shared { Ok(None) } else { labels::read(tree, &pair.label, head, keep) })
        })?;
        for (pair, (image, label)) in pairs.iter().zip(looked) {
            let record = Record { part: &part.name, ultralytics: true, ..Record::default() };
            state.here += u64::from(image != Image::Missing);
            self.images.judge(&image, &pair.image, &record, out)?;
            if let Some(board) = &mut out.board {
                let rows = label.as_ref().ok().and_then(Option::as_ref).map_or(&[][..], |label| &label.lines);
                let mut picture = Picture::new(&pair.image, &[&pair.label]);
                (picture.size, picture.part) = (image.size(), part.name.clone());
                shown::add(board, &picture, rows, head, self.names)?;
            }
            if pair.shared {
                let message = tr!("yolo-label-shared", label = pair.label);
                out.add(&YOLO_STEM_SHARED, Place::file(&pair.image), message)?;
                continue;
            }
            out.tally.images += 1;
            match label? {
                Some(label) => {
                    state.labelled += 1;
                    self.label(&pair.label, label, out)?;
                }
                None if state.labelled > 0 => {
                    let message = tr!("yolo-background", label = pair.label);
                    out.add(&YOLO_LABEL_MISSING, Place::file(&pair.image), message)?;
                }
                // Perhaps none of them has one.
                None => {
                    state.unlabelled += 1;
                    state.first_unlabelled.get_or_insert_with(|| pair.image.clone());
                }
            }
        }
        Ok(())
    }

    fn label(&mut self, path: &str, label: labels::Read, out: &mut Findings) -> Result<(), StreamError> {
        out.append(label.found)?;
        let Summary { objects, polygons, .. } = label.rows;
        out.tally.annotations += objects;
        self.rows.add(&label.rows);
        if objects > 0 && !label.rows.poses {
            self.files[usize::from(polygons)] += 1;
            if !polygons && self.first_box.is_empty() {
                path.clone_into(&mut self.first_box);
            }
        }
        let known = self.names.map_or(CLASSES_AT_MOST, <[String]>::len);
        for class in label.classes {
            // Numbers that no list has are findings, not counts.
            let class = usize::try_from(class).unwrap_or(usize::MAX);
            if let Some((_, used)) = self.used.last_mut().filter(|_| class < known) {
                used.resize(used.len().max(class + 1), 0);
                used[class] += 1;
            }
        }
        Ok(())
    }

    /// Label files without an image. Without any image they are checked all the same: the images are yet to come.
    fn rest_of(&mut self, part: &Part, labels: &str, state: &PartState, out: &mut Findings) -> Result<(), StreamError> {
        let Source::Folder(images) = &part.images else { return Ok(()) };
        // When every label that the walk over the names saw was read, none is without an image.
        let apart = !matches!(part.labels, Labels::Beside);
        let texts: u64 = self.survey.below(labels).map(|(_, folder)| folder.texts.number).sum();
        if !self.tree.has_folder(labels) || (apart && state.images > 0 && texts > 0 && texts == state.labelled) {
            return Ok(());
        }
        let files = self.tree.files(labels, false).filter(|f| f.ends_with(".txt") && labels::is_label(f));
        if state.images == 0 {
            let mut files = files.peekable();
            if files.peek().is_some() && self.any_image && part.name != "test" {
                let message = tr!("yolo-part-no-image", part = part.name);
                out.add(&YOLO_PART_EMPTY, Place::at(self.file, &part.name), message)?;
            }
            if files.peek().is_some() && !self.any_image {
                self.images.absent(images);
            }
            for path in files {
                if let Some(label) = labels::read(self.tree, &path, self.head, out.board.is_some())? {
                    out.tally.images += 1;
                    if let Some(board) = &mut out.board {
                        let mut picture = Picture::new(&path, &[]);
                        picture.part.clone_from(&part.name);
                        shown::add(board, &picture, &label.lines, self.head, self.names)?;
                    }
                    self.label(&path, label, out)?;
                }
            }
            return Ok(());
        }
        // Most images have one extension: it is tried first.
        let mut usual = "jpg".to_owned();
        for label in files {
            let rest = label.strip_prefix(labels).and_then(|r| r.strip_suffix(".txt")).unwrap_or_default();
            let stem = format!("{images}{rest}");
            if self.tree.has(&format!("{stem}.{usual}")) {
                continue;
            }
            let both = super::images::ULTRALYTICS.iter().flat_map(|ext| [(*ext).to_owned(), ext.to_ascii_uppercase()]);
            // A part that is the folder around both.
            let beside = label.strip_suffix(".txt").and_then(|stem| {
                let (around, name) = stem.rsplit_once("labels/").filter(|_| images == labels)?;
                Some(format!("{around}images/{name}"))
            });
            let stems = [Some(stem), beside];
            let has = |ext: &String| stems.iter().flatten().any(|stem| self.tree.has(&format!("{stem}.{ext}")));
            if let Some(found) = both.into_iter().find(has) {
                usual = found;
            } else if has_rows(self.tree, &label) {
                // Notes lie among labels, too.
                out.add(&YOLO_LABEL_ORPHAN, Place::file(&label), tr!("yolo-orphan"))?;
            }
        }
        Ok(())
    }

    /// What is said once of a part.
    fn part_end(&self, part: &Part, state: &PartState, out: &mut Findings) -> Result<(), StreamError> {
        let place = Place::at(self.file, &part.name);
        if let Some(first) = &state.first_unlabelled {
            let n = state.unlabelled;
            if state.labelled > 0 {
                let message = tr!("yolo-backgrounds", more = n - 1);
                out.add(&YOLO_LABEL_MISSING, Place::file(first), message)?;
            } else if part.name == "train" {
                out.add(&YOLO_NO_LABELS, place, tr!("yolo-part-no-labels", n))?;
            } else {
                let message = tr!("yolo-part-backgrounds", n, part = part.name);
                out.add(&YOLO_LABEL_MISSING, Place::file(first), message)?;
            }
        }
        if state.images > 0 || !self.has_parts {
            return Ok(());
        }
        if part.label_folder(self.tree).is_some_and(|f| self.tree.files(&f, false).any(|f| f.ends_with(".txt"))) {
            return Ok(());
        }
        match part.name.as_str() {
            "train" => out.add(&YOLO_TRAIN_EMPTY, place, tr!("yolo-part-empty")),
            "val" => out.add(&YOLO_VAL_EMPTY, place, tr!("yolo-part-empty")),
            _ => Ok(()),
        }
    }

    fn finish(self, out: &mut Findings) -> Result<(), StreamError> {
        let place = Place::file(self.file);
        self.images.finish(self.file, out)?;
        let [boxes, polygons] = self.files;
        if boxes > 0 && polygons > 0 {
            let first = &self.first_box;
            let message = tr!("yolo-mixed", boxes, first, polygons);
            out.add(&LABEL_BOXES_AMONG_POLYGONS, place, message)?;
        }
        if self.rows.are_corners() {
            let message = tr!("yolo-corners", boxes = self.rows.boxes);
            out.add(&LABEL_CORNERS, place, message)?;
        }
        let names = self.names.unwrap_or_default();
        let mut objects = Objects::default();
        names.iter().for_each(|name| objects.list(name));
        for (part, used) in &self.used {
            objects.part(part);
            for (class, number) in used.iter().enumerate().filter(|(_, n)| **n > 0) {
                let name = names.get(class).cloned().unwrap_or_else(|| class.to_string());
                objects.add(part, &name, *number);
            }
        }
        if !objects.is_empty() {
            super::images::unused_classes(&objects.unused(), names.len(), place, out)?;
        }
        out.objects.join(&objects);
        Ok(())
    }
}

/// Classes without a list of their names that are counted, by their numbers.
const CLASSES_AT_MOST: usize = 100_000;

/// A file among images that is none.
fn other_file(path: &str, out: &mut Findings) -> Result<(), StreamError> {
    let extension = path.rsplit_once('.').map_or("", |(_, ext)| ext).to_ascii_lowercase();
    if OTHER_IMAGES.contains(&extension.as_str()) {
        out.add(&YOLO_IMAGE_TYPE, Place::file(path), tr!("yolo-type-passed-over"))
    } else if extension == "npy" {
        out.add(&YOLO_NPY_CACHE, Place::file(path), tr!("yolo-npy"))
    } else {
        Ok(())
    }
}

/// Images that Ultralytics does not take for images.
const OTHER_IMAGES: [&str; 16] =
    ["gif", "jfif", "jpe", "pjpeg", "ppm", "pgm", "pbm", "pnm", "tga", "jxl", "exr", "hdr", "psd", "svg", "cr2", "nef"];

/// What is counted in one part.
#[derive(Default)]
struct PartState {
    images: u64,
    here: u64,
    labelled: u64,
    unlabelled: u64,
    first_unlabelled: Option<String>,
    /// The label file of the image before.
    last: String,
}
