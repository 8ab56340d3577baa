//! COCO documents, as pycocotools and supervision read them. A document is read twice as a stream: images and categories, then
//! annotations, which may stand before them.

pub mod annotation;
pub mod mask;
pub mod polygon;

use super::finding::{Findings, Place};
use super::images::{Images, Record, is_image};
use super::layout::coco::{image_folders, part_of};
use super::layout::{Survey, folder_of, leaf};
use super::rules::{
    COCO_CATEGORY_FIELD, COCO_CATEGORY_ID_REPEATED, COCO_CATEGORY_NAME_REPEATED, COCO_FILE_NAME_OUTSIDE,
    COCO_FILE_NAME_REPEATED, COCO_IMAGE_FIELD, COCO_IMAGE_ID_REPEATED, COCO_INFO_MISSING, COCO_INVALID_JSON,
    COCO_KEY_MISSING, COCO_NO_DOCUMENT, COCO_SKELETON_INVALID,
};
use super::tree::Tree;
use crate::stream::StreamError;
use annotation::{Annotations, Known};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Checks a document.
///
/// # Errors
/// [`StreamError`]: the file cannot be read, or a finding cannot be written.
pub fn check(tree: &Tree, survey: &Survey, path: &str, out: &mut Findings) -> Result<(), StreamError> {
    let mut pass = First::new(tree, survey, path, out);
    if let Err(e) = read(tree, path, &mut pass)? {
        let failed = pass.failed.take();
        return failed.map_or_else(|| invalid(path, &e, out), Err);
    }
    let First { keys, known, images, image_info, .. } = pass;
    if !keys.contains("info") {
        out.add(&COCO_INFO_MISSING, Place::file(path), "there is no \"info\"")?;
    }
    images.finish(path, out)?;
    let mut second = Annotations::new(tree, path, known, out);
    if let Err(e) = read(tree, path, &mut second)? {
        let failed = second.failed.take();
        return failed.map_or_else(|| invalid(path, &e, out), Err);
    }
    // Captions have no categories, lists of images no annotations.
    let needed = [("images", true), ("annotations", !image_info), ("categories", !second.only_captions())];
    second.finish()?;
    for (key, _) in needed.into_iter().filter(|(key, needed)| *needed && !keys.contains(*key)) {
        out.add(&COCO_KEY_MISSING, Place::file(path), &format!("there is no {key:?}"))?;
    }
    Ok(())
}

/// Writes the finding that there is no document, although one was asked for.
///
/// # Errors
/// [`StreamError`]: the finding cannot be written.
pub fn nothing(out: &mut Findings) -> Result<(), StreamError> {
    out.add(&COCO_NO_DOCUMENT, Place::file("."), "there is no COCO document here, nor in a folder below")
}

fn invalid(path: &str, e: &serde_json::Error, out: &mut Findings) -> Result<(), StreamError> {
    let text = e.to_string();
    let line = Some(e.line() as u64).filter(|n| *n > 0);
    out.add(&COCO_INVALID_JSON, Place { path, line, at: "" }, &text)
}

/// Receives the parts of a document as they are read.
pub trait Document {
    /// Called with each key of the top object, in the order written.
    fn key(&mut self, key: &str);
    /// Whether [`Document::element`] is to be called for the list under this key.
    fn wants(&self, key: &str) -> bool;
    /// One element of such a list; `index` counts from 0.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    fn element(&mut self, key: &str, index: u64, value: Value) -> Result<(), StreamError>;
    /// Keeps an error that ends the reading.
    fn fail(&mut self, e: StreamError);
}

/// Reads a document.
///
/// # Errors
/// Outer: the file cannot be opened. Inner: it is not JSON, or [`Document::element`] failed, which then kept its error in [`Document::fail`].
pub fn read(
    tree: &Tree,
    path: &str,
    document: &mut dyn Document,
) -> Result<Result<(), serde_json::Error>, StreamError> {
    let mut parser = serde_json::Deserializer::from_reader(tree.open_file(path)?);
    let read = Top(document).deserialize(&mut parser);
    Ok(read.and_then(|()| parser.end()))
}

struct Top<'d>(&'d mut dyn Document);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.key(&key);
            if self.0.wants(&key) {
                map.next_value_seed(List { key: &key, document: &mut *self.0 })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct List<'l> {
    key: &'l str,
    document: &'l mut dyn Document,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.key)
    }
    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        let mut index = 0;
        while let Some(value) = list.next_element::<Value>()? {
            if let Err(e) = self.document.element(self.key, index, value) {
                self.document.fail(e);
                return Err(serde::de::Error::custom("stopped"));
            }
            index += 1;
        }
        Ok(())
    }
}

/// The first pass: keys, images, categories.
struct First<'f> {
    tree: &'f Tree,
    path: &'f str,
    out: &'f mut Findings,
    /// Where readers look for images, with a slash; the one where they are comes first.
    folders: Vec<String>,
    /// `train2017` of `instances_train2017.json`.
    part: String,
    /// A list of images without annotations, such as those of the test server.
    image_info: bool,
    keys: HashSet<String>,
    known: Known,
    names: HashSet<[u8; 16]>,
    category_names: HashSet<String>,
    images: Images,
    failed: Option<StreamError>,
}

impl<'f> First<'f> {
    fn new(tree: &'f Tree, survey: &Survey, path: &'f str, out: &'f mut Findings) -> Self {
        let folders = image_folders(tree, path);
        // Of a document alone only the folders that are meant for images are looked into.
        let any = |folder: &String| tree.files(folder, false).any(|file| is_image(&file));
        let present = match &tree.only {
            Some(_) => folders.iter().filter(|f| !f.is_empty() && *f != folder_of(path)).any(any),
            None => survey.any_image,
        };
        Self {
            tree,
            path,
            out,
            folders,
            part: part_of(path),
            image_info: leaf(path).starts_with("image_info"),
            keys: HashSet::new(),
            known: Known::default(),
            names: HashSet::new(),
            category_names: HashSet::new(),
            images: Images::new(present),
            failed: None,
        }
    }

    /// The path of an image: in the folder where the others are, else in one of those where it could be.
    fn find(&mut self, name: &str) -> String {
        let at = self.folders.iter().position(|folder| self.tree.has(&format!("{folder}{name}")));
        self.folders[..=at.unwrap_or_default()].rotate_right(1);
        format!("{}{name}", self.folders[0])
    }

    fn image(&mut self, at: &str, image: &Value) -> Result<(), StreamError> {
        self.out.tally.images += 1;
        let Self { path, .. } = *self;
        let field = |key: &str, out: &mut Findings| {
            out.add(&COCO_IMAGE_FIELD, Place::at(path, at), &format!("{key} is missing or of the wrong type"))
        };
        let id = image.get("id").and_then(Value::as_i64);
        let side = |key: &str| image.get(key).and_then(Value::as_u64).filter(|n| (1..=u64::from(u32::MAX)).contains(n));
        let (width, height) = (side("width"), side("height"));
        for (key, bad) in [("id", id.is_none()), ("width", width.is_none()), ("height", height.is_none())] {
            if bad {
                field(key, self.out)?;
            }
        }
        let size = width.zip(height).map_or([0; 2], |(w, h)| [w, h]);
        if let Some(id) = id
            && self.known.add_image(id, size.map(|n| n as u32))
        {
            let message = format!("image id {id} stands above: the reader keeps the last");
            self.out.add(&COCO_IMAGE_ID_REPEATED, Place::at(path, at), &message)?;
        }
        let Some(name) = image.get("file_name").and_then(Value::as_str).filter(|n| !n.is_empty()) else {
            return field("file_name", self.out);
        };
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            let message = format!("{name:?} leaves the image folder");
            return self.out.add(&COCO_FILE_NAME_OUTSIDE, Place::at(path, at), &message);
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(&Sha256::digest(name.as_bytes())[..16]);
        if !self.names.insert(digest) {
            let message = format!("{name:?} is the file of another image too");
            self.out.add(&COCO_FILE_NAME_REPEATED, Place::at(path, at), &message)?;
        }
        let size = width.zip(height).map(|(w, h)| [w, h]);
        let place = format!("{path} {at}");
        let file = self.find(name);
        let record = Record { from: &place, size, part: &self.part, ultralytics: false };
        self.images.look(self.tree, &file, &record, self.out)
    }

    fn category(&mut self, at: &str, category: &Value) -> Result<(), StreamError> {
        let place = Place::at(self.path, at);
        let id = category.get("id").and_then(Value::as_i64);
        let name = category.get("name").and_then(Value::as_str);
        for (key, bad) in [("id", id.is_none()), ("name", name.is_none_or(str::is_empty))] {
            if bad {
                self.out.add(&COCO_CATEGORY_FIELD, place, &format!("{key} is missing or of the wrong type"))?;
            }
        }
        if let Some(name) = name
            && !self.category_names.insert(name.to_owned())
        {
            self.out.add(&COCO_CATEGORY_NAME_REPEATED, place, &format!("{name:?} stands above"))?;
        }
        // Datumaro writes empty lists where nobody named the joints.
        let joints = category.get("keypoints").and_then(Value::as_array).map(Vec::len).filter(|n| *n > 0);
        if let (Some(joints), Some(skeleton)) = (joints, category.get("skeleton")) {
            let valid = |n: &Value| n.as_u64().is_some_and(|n| (1..=joints as u64).contains(&n));
            let pair = |p: &Value| p.as_array().is_some_and(|p| p.len() == 2 && p.iter().all(valid));
            if !skeleton.as_array().is_some_and(|list| list.iter().all(pair)) {
                let message = format!("the skeleton is not a list of pairs of 1 to {joints}");
                self.out.add(&COCO_SKELETON_INVALID, place, &message)?;
            }
        }
        if let Some(id) = id
            && self.known.categories.insert(id, joints).is_some()
        {
            self.out.add(&COCO_CATEGORY_ID_REPEATED, place, &format!("category id {id} stands above"))?;
        }
        Ok(())
    }
}

impl Document for First<'_> {
    fn key(&mut self, key: &str) {
        if ["info", "images", "annotations", "categories"].contains(&key) {
            self.keys.insert(key.to_owned());
        }
    }

    fn wants(&self, key: &str) -> bool {
        matches!(key, "images" | "categories")
    }

    fn element(&mut self, key: &str, index: u64, value: Value) -> Result<(), StreamError> {
        let at = format!("{key}[{index}]");
        if key == "images" { self.image(&at, &value) } else { self.category(&at, &value) }
    }

    fn fail(&mut self, e: StreamError) {
        self.failed = Some(e);
    }
}

/// Categories by id, with the number of their joints.
pub type Categories = BTreeMap<i64, Option<usize>>;
