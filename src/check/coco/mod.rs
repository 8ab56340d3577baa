//! COCO documents, as pycocotools and supervision read them. A document is read once as a stream, and once more when its annotations stand
//! before its images.

pub mod annotation;
mod document;
mod fields;
pub mod mask;
pub mod polygon;
mod read;
mod shown;

use super::board::class_key;
use super::finding::{Findings, Place};
use super::images::{Images, Record, is_image};
use super::layout::coco::{image_folders, part_of};
use super::layout::{Survey, folder_of, leaf};
use super::objects::Objects;
use super::rules::{
    COCO_BBOX_CORNERS, COCO_CATEGORY_FIELD, COCO_CATEGORY_ID_REPEATED, COCO_CATEGORY_NAME_REPEATED,
    COCO_CATEGORY_UNKNOWN, COCO_CATEGORY_ZERO, COCO_FILE_NAME_OUTSIDE, COCO_FILE_NAME_REPEATED, COCO_ID_TEXT,
    COCO_IMAGE_FIELD, COCO_IMAGE_ID_REPEATED, COCO_INFO_MISSING, COCO_INVALID_JSON, COCO_KEY_MISSING,
    COCO_KEYPOINTS_INVALID, COCO_NO_DOCUMENT, COCO_NOT_FINITE, COCO_SKELETON_INVALID,
};
use super::tree::Tree;
use crate::stream::StreamError;
use crate::stream::json::{Front, parse_front};
use crate::tr;
use annotation::{Annotations, Court};
use document::{Document, Fault, Odd};
use fields::{Annotation, Scalar};
use read::ReadAnnotation;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::marker::PhantomData;

/// Checks a document.
///
/// # Errors
/// [`StreamError`]: the file cannot be read, or a finding cannot be written.
pub fn check(tree: &Tree, survey: &Survey, path: &str, out: &mut Findings) -> Result<(), StreamError> {
    let mut pass = Pass::new(tree, survey, path, out);
    let mut read = document::read(tree, path, &mut pass);
    if read.is_ok() && pass.passed_over {
        pass.again = true;
        read = document::read(tree, path, &mut pass);
    }
    match read {
        Ok(()) => pass.finish(),
        Err(Fault::Stream(e)) => Err(e),
        Err(Fault::Json(message, line)) => {
            out.add(&COCO_INVALID_JSON, Place { path, line: Some(line), at: "" }, message)
        }
    }
}

/// Writes the finding that there is no document, although one was asked for.
///
/// # Errors
/// [`StreamError`]: the finding cannot be written.
pub fn nothing(out: &mut Findings) -> Result<(), StreamError> {
    out.add(&COCO_NO_DOCUMENT, Place::file("."), tr!("coco-no-document"))
}

/// A document in the course of its check.
struct Pass<'p> {
    tree: &'p Tree,
    path: &'p str,
    out: &'p mut Findings,
    /// Where readers look for images, with a slash; the one where they are comes first.
    folders: Vec<String>,
    /// `train2017` of `instances_train2017.json`.
    part: String,
    /// A list of images without annotations, such as those of the test server.
    image_info: bool,
    keys: HashSet<String>,
    /// Annotations came before the images, and are read in another pass.
    passed_over: bool,
    again: bool,
    sizes: HashMap<i64, [u32; 2]>,
    names: HashSet<[u8; 16]>,
    /// There are images in the folders where they would be, or others that make those missing.
    any_image: bool,
    images: Images,
    categories: Categories,
    annotations: Annotations,
    /// The numbers of the images on the board, by their ids.
    shown: HashMap<i64, usize>,
    /// The element that was read last.
    one: Annotation,
    category: Value,
}

/// The categories of a document.
#[derive(Default)]
struct Categories {
    /// Name, and number of joints when it has any, by id.
    by_id: BTreeMap<i64, (String, Option<usize>)>,
    names: HashSet<String>,
}

impl<'p> Pass<'p> {
    fn new(tree: &'p Tree, survey: &Survey, path: &'p str, out: &'p mut Findings) -> Self {
        let folders = image_folders(tree, path);
        // Of a document alone only the folders that are meant for images are looked into.
        let any = |folder: &String| tree.files(folder, false).any(|file| is_image(&file));
        let present = match &tree.only {
            Some(_) => folders.iter().filter(|f| !f.is_empty() && *f != folder_of(path)).any(any),
            None => survey.any_image(folder_of(path)),
        };
        let flat = |folder: &String| tree.files(folder, true).any(|file| is_image(&file));
        let any_image = present || folders.iter().any(flat);
        Self {
            any_image,
            tree,
            path,
            out,
            folders,
            part: part_of(path),
            image_info: leaf(path).starts_with("image_info"),
            keys: HashSet::new(),
            passed_over: false,
            again: false,
            sizes: HashMap::new(),
            names: HashSet::new(),
            images: Images::new(present),
            categories: Categories::default(),
            annotations: Annotations::default(),
            shown: HashMap::new(),
            one: Annotation::default(),
            category: Value::Null,
        }
    }

    /// The path of an image: in the folder where the others are, else in one of those where it could be.
    fn find(&mut self, name: &str) -> String {
        let at = self.folders.iter().position(|folder| self.tree.has(&format!("{folder}{name}")));
        self.folders[..=at.unwrap_or_default()].rotate_right(1);
        format!("{}{name}", self.folders[0])
    }

    fn image(&mut self, index: u64, image: &Annotation) -> Result<(), StreamError> {
        self.out.tally.images += 1;
        let path = self.path;
        let at = format!("images[{index}]");
        let field =
            |key: &str, out: &mut Findings| out.add(&COCO_IMAGE_FIELD, Place::at(path, &at), tr!("coco-field", key));
        let side = |side: &Scalar| side.whole().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        let (id, width, height) = (image.id.key(), side(&image.width), side(&image.height));
        if let Scalar::Text(text) = &image.id {
            let message = tr!("coco-id-text", ?text);
            self.out.add(&COCO_ID_TEXT, Place::at(path, &at), message)?;
        }
        for (key, bad) in [("id", id.is_none()), ("width", width.is_none()), ("height", height.is_none())] {
            if bad {
                field(key, self.out)?;
            }
        }
        let size = width.zip(height).map(|(w, h)| [w, h]);
        if let Some(id) = id
            && self.sizes.insert(id, size.unwrap_or_default()).is_some()
        {
            let message = tr!("coco-image-repeated", id = image.id);
            self.out.add(&COCO_IMAGE_ID_REPEATED, Place::at(path, &at), message)?;
        }
        shown::picture(self, &at, image, size)?;
        let Scalar::Text(name) = &image.file_name else { return field("file_name", self.out) };
        if name.is_empty() {
            return field("file_name", self.out);
        }
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            let message = tr!("coco-outside", ?name);
            return self.out.add(&COCO_FILE_NAME_OUTSIDE, Place::at(path, &at), message);
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(&Sha256::digest(name.as_bytes())[..16]);
        if !self.names.insert(digest) {
            let message = tr!("coco-file-repeated", ?name);
            self.out.add(&COCO_FILE_NAME_REPEATED, Place::at(path, &at), message)?;
        }
        if !self.any_image {
            self.images.absent(name);
            return Ok(());
        }
        let file = self.find(name);
        let from = format!("{path} {at}");
        let record = Record { from: &from, size: size.map(|s| s.map(u64::from)), part: &self.part, ultralytics: false };
        self.images.look(self.tree, &file, &record, self.out)
    }

    fn category(&mut self, index: u64, category: &Value) -> Result<(), StreamError> {
        let at = format!("categories[{index}]");
        let place = Place::at(self.path, &at);
        let number = |v: &Value| v.as_i64().or_else(|| v.as_f64().and_then(|n| Scalar::Float(n).whole()));
        let text = |v: &Value| v.as_str().map(|text| Scalar::Text(text.to_owned()));
        let given = category.get("id");
        let id = given.and_then(number);
        let key = id.or_else(|| given.and_then(text)?.key());
        let name = category.get("name").and_then(Value::as_str);
        for (key, bad) in [("id", id.is_none()), ("name", name.is_none_or(str::is_empty))] {
            if bad {
                self.out.add(&COCO_CATEGORY_FIELD, place, tr!("coco-field", key))?;
            }
        }
        if let Some(name) = name
            && !self.categories.names.insert(name.to_owned())
        {
            self.out.add(&COCO_CATEGORY_NAME_REPEATED, place, tr!("check-stands-above", ?name))?;
        }
        // Datumaro writes empty lists where nobody named the joints.
        let joints = category.get("keypoints").and_then(Value::as_array).map(Vec::len).filter(|n| *n > 0);
        if let (Some(joints), Some(skeleton)) = (joints, category.get("skeleton")) {
            let valid = |n: &Value| n.as_u64().is_some_and(|n| (1..=joints as u64).contains(&n));
            let pair = |p: &Value| p.as_array().is_some_and(|p| p.len() == 2 && p.iter().all(valid));
            if !skeleton.as_array().is_some_and(|list| list.iter().all(pair)) {
                let message = tr!("coco-skeleton", joints);
                self.out.add(&COCO_SKELETON_INVALID, place, message)?;
            }
        }
        if let Some(key) = key
            && self.categories.by_id.insert(key, (name.unwrap_or_default().to_owned(), joints)).is_some()
        {
            self.out.add(
                &COCO_CATEGORY_ID_REPEATED,
                place,
                tr!("coco-category-repeated", id = given.unwrap_or(&Value::Null)),
            )?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), StreamError> {
        let Self { path, out, keys, annotations, categories, image_info, part, .. } = self;
        let file = Place::file(path);
        // Captions have no categories, lists of images no annotations.
        let captions = annotations.captions > 0 && annotations.captions == annotations.number;
        for (key, needed) in [("images", true), ("annotations", !image_info), ("categories", !captions)] {
            if needed && !keys.contains(key) {
                out.add(&COCO_KEY_MISSING, file, tr!("check-no-key", ?key))?;
            }
        }
        if !keys.contains("info") {
            out.add(&COCO_INFO_MISSING, file, tr!("coco-no-info"))?;
        }
        self.images.finish(path, out)?;
        annotations.finish(path, out)?;
        used(path, &annotations, &categories, out)?;
        let [boxes, ascending, outside] = annotations.boxes;
        if boxes > 0 && ascending == boxes && 3 * outside >= boxes {
            let message = tr!("coco-corners", boxes);
            out.add(&COCO_BBOX_CORNERS, file, message)?;
        }
        out.objects.part(&part);
        for (id, (name, _)) in &categories.by_id {
            let number = annotations.categories.get(id).map_or(0, |found| found.number);
            out.objects.add(&part, name, number);
            if let Some(board) = &mut out.board {
                board.name(class_key(path, *id), name);
            }
        }
        Ok(())
    }
}

/// Writes the finding that categories of a dataset have no object, in none of its documents.
///
/// # Errors
/// [`StreamError`]: the finding cannot be written.
pub fn unused(path: &str, objects: &Objects, out: &mut Findings) -> Result<(), StreamError> {
    if objects.is_empty() {
        return Ok(());
    }
    super::images::unused_classes(&objects.unused(), objects.rows().count(), Place::file(path), out)
}

/// Compares the categories that annotations have with those that are listed, wherever they are.
fn used(path: &str, annotations: &Annotations, listed: &Categories, out: &mut Findings) -> Result<(), StreamError> {
    let mut used: Vec<_> = annotations.categories.iter().collect();
    used.sort_by_key(|(id, _)| **id);
    for (id, found) in used {
        let place = Place::at(path, &found.first);
        let Some((_, joints)) = listed.by_id.get(id) else {
            let message = match found.number {
                n @ 2.. => tr!("coco-no-category-of", id, n),
                _ => tr!("coco-no-category", id),
            };
            out.add(&COCO_CATEGORY_UNKNOWN, place, message)?;
            continue;
        };
        if *id == 0 {
            let message = match found.number {
                n @ 2.. => tr!("coco-category-zero-of", n),
                _ => tr!("coco-category-zero"),
            };
            out.add(&COCO_CATEGORY_ZERO, place, message)?;
        }
        for (n, first) in &found.joints {
            if let Some(joints) = joints.filter(|joints| joints != n) {
                let message = tr!("coco-joints", n, joints);
                out.add(&COCO_KEYPOINTS_INVALID, Place::at(path, first), message)?;
            }
        }
    }
    for (at, id) in &annotations.odd {
        out.add(&COCO_CATEGORY_UNKNOWN, Place::at(path, at), tr!("coco-no-category", id))?;
    }
    Ok(())
}

impl Document for Pass<'_> {
    fn wants(&mut self, key: &str) -> bool {
        let early = key == "annotations" && !self.keys.contains("images");
        self.passed_over |= early && !self.again;
        if ["info", "images", "annotations", "categories"].contains(&key) {
            self.keys.insert(key.to_owned());
        }
        match key {
            "images" | "categories" => !self.again,
            "annotations" if self.again => true,
            "annotations" => !early,
            _ => false,
        }
    }

    fn odd(&mut self, odd: Odd, line: u64) -> Result<(), StreamError> {
        let place = Place { path: self.path, line: Some(line), at: "" };
        match odd {
            // The second pass meets the same ones.
            _ if self.again => Ok(()),
            Odd::Mark => self.out.add(&COCO_INVALID_JSON, place, tr!("coco-mark")),
            Odd::NotFinite => self.out.add(&COCO_NOT_FINITE, place, tr!("coco-not-finite")),
        }
    }

    fn element(&mut self, key: &str, _: u64, text: &str) -> Front<()> {
        if key != "categories" {
            return parse_front(text, ReadAnnotation(&mut self.one));
        }
        match parse_front(text, PhantomData::<Value>) {
            Front::Value(value, length) => {
                self.category = value;
                Front::Value((), length)
            }
            Front::More => Front::More,
            Front::Wrong(message, at) => Front::Wrong(message, at),
        }
    }

    fn judge(&mut self, key: &str, index: u64) -> Result<(), StreamError> {
        if key == "categories" {
            let category = std::mem::take(&mut self.category);
            return self.category(index, &category);
        }
        let one = std::mem::take(&mut self.one);
        let judged = if key == "images" {
            self.image(index, &one)
        } else {
            let Self { tree, path, sizes, .. } = self;
            let judged =
                self.annotations.judge(&mut Court { tree, path, images: sizes, out: self.out, index, a: &one });
            judged.and_then(|()| shown::add(self, index, &one))
        };
        self.one = one;
        judged
    }
}
