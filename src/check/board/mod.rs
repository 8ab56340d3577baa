//! The pictures of a dataset with their objects and findings, for whoever draws them.
//!
//! A check meets pictures, objects and findings in the order of the files: the annotations of a COCO document stand behind all of its
//! images. They wait in a temporary file that has no name; in memory are two places of that file for each picture, and a number for each
//! place that has findings. [`Board::read`] brings together what belongs together.

mod spool;

use super::finding::{Place, Rule};
use super::report::shortened;
use crate::stream::StreamError;
use crate::words::Message;
use serde::{Deserialize, Serialize};
use spool::Spool;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A picture of the dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Its path in the dataset, or an absolute one.
    pub path: String,
    /// Where it can be had, when the dataset has its address in place of a file.
    pub url: String,
    /// Width and height that its objects are for, pixels.
    pub size: Option<[u64; 2]>,
    /// The part that it is in, when that is known.
    pub part: String,
    /// What findings about it name: keys of files that are about this picture alone, and of its place in a document.
    keys: Vec<u64>,
}

impl Picture {
    /// A picture, of which these files say something and nothing of another one.
    pub fn new(path: &str, files: &[&str]) -> Self {
        let keys = std::iter::once(&path).chain(files).map(|path| key(Place::file(path))).collect();
        Self { path: path.to_owned(), keys, ..Self::default() }
    }

    /// Also named by a place in a document of many.
    pub fn also_at(mut self, place: Place<'_>) -> Self {
        self.keys.push(key(place));
        self
    }
}

/// The class of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Class {
    /// Its name.
    Named(String),
    /// What [`Board::name`] gets the name for; its id, when it gets none.
    Later(u64, i64),
}

/// An object as the dataset has it, in pixels of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Its class.
    pub class: Class,
    /// First and last line, when lines say where it is.
    pub lines: Option<[u64; 2]>,
    /// Its place in a document, as findings have it; may be empty.
    pub at: String,
    /// x, y, width, height.
    pub bbox: Option<[f64; 4]>,
    /// Rings of a polygon, `x, y, x, y, …` each.
    pub rings: Vec<Vec<f64>>,
    /// A mask: pixels to skip, pixels to paint, and so on, column by column.
    pub columns: Vec<u64>,
    /// Width and height of the mask.
    pub mask: [u64; 2],
    /// Joints, x, y, visibility each.
    pub joints: Vec<f64>,
    /// The key of its place, in a document of many pictures.
    key: Option<u64>,
}

impl Object {
    /// One without a place in the picture.
    pub fn new(class: Class) -> Self {
        let (lines, at, bbox, rings) = (None, String::new(), None, Vec::new());
        Self { class, lines, at, bbox, rings, columns: Vec::new(), mask: [0; 2], joints: Vec::new(), key: None }
    }

    /// At a place in a document of many pictures.
    pub fn at(mut self, place: Place<'_>) -> Self {
        (self.at, self.key) = (short(place.at).to_owned(), Some(key(place)));
        self
    }

    /// Whether a finding is about it.
    fn is_meant(&self, finding: &Finding) -> bool {
        if self.at.is_empty() {
            return self.lines.is_some_and(|[first, last]| finding.line.is_some_and(|n| (first..=last).contains(&n)));
        }
        self.at == short(&finding.at)
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The code of its rule.
    pub code: String,
    /// File, relative to the dataset.
    pub path: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Place in the file; may be empty.
    pub at: String,
    /// What was found, in the language of who runs the check.
    pub message: String,
    /// The number of the object that it is about.
    #[serde(skip)]
    pub object: Option<usize>,
}

/// A picture and what is about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The picture.
    pub picture: Picture,
    /// Its objects.
    pub objects: Vec<Object>,
    /// The findings about it and about its objects.
    pub findings: Vec<Finding>,
}

/// What a check has read so far.
pub struct Board {
    spool: Spool,
    /// Of each picture: where it is in the file, and its last object.
    pictures: Vec<[u64; 2]>,
    /// The last finding of each place.
    findings: HashMap<u64, u64>,
    names: HashMap<u64, String>,
}

impl Board {
    /// Nothing yet.
    ///
    /// # Errors
    /// [`StreamError::Write`] when there is no room for a temporary file.
    pub fn new() -> Result<Self, StreamError> {
        let (pictures, findings, names) = (Vec::new(), HashMap::new(), HashMap::new());
        Ok(Self { spool: Spool::new()?, pictures, findings, names })
    }

    /// Adds a picture, and gives its number.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn picture(&mut self, picture: &Picture) -> Result<usize, StreamError> {
        let at = self.spool.push(Spool::NONE, picture)?;
        self.pictures.push([at, Spool::NONE]);
        Ok(self.pictures.len() - 1)
    }

    /// Adds an object of a picture.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn object(&mut self, picture: usize, object: &Object) -> Result<(), StreamError> {
        if let Some([_, last]) = self.pictures.get_mut(picture) {
            *last = self.spool.push(*last, object)?;
        }
        Ok(())
    }

    /// The name of a class, behind its objects.
    pub fn name(&mut self, class: u64, name: &str) {
        self.names.insert(class, name.to_owned());
    }

    /// Adds a finding.
    ///
    /// # Errors
    /// [`StreamError::Write`].
    pub fn finding(&mut self, rule: &Rule, place: Place<'_>, message: &Message) -> Result<(), StreamError> {
        let Place { path, line, at } = place;
        let message = shortened(message.spoken());
        let [code, path, at, message] = [rule.code, path, at, message].map(str::to_owned);
        let last = self.findings.entry(key(place)).or_insert(Spool::NONE);
        *last = self.spool.push(*last, &Finding { code, path, line, at, message, object: None })?;
        Ok(())
    }

    /// Gives each picture with what is about it, in the order in which they were read; then each finding that is about none.
    ///
    /// # Errors
    /// Those of `shown` and `rest`; [`StreamError::Read`] of the temporary file.
    pub fn read(
        mut self,
        shown: &mut dyn FnMut(Shown) -> Result<(), StreamError>,
        rest: &mut dyn FnMut(Finding) -> Result<(), StreamError>,
    ) -> Result<(), StreamError> {
        self.spool.turn()?;
        for [at, last] in std::mem::take(&mut self.pictures) {
            let Some(picture) = self.spool.chain::<Picture>(at)?.pop() else { continue };
            let mut objects: Vec<Object> = self.spool.chain(last)?;
            for object in &mut objects {
                if let Class::Later(class, id) = object.class {
                    object.class = Class::Named(self.names.get(&class).cloned().unwrap_or_else(|| id.to_string()));
                }
            }
            let keys: Vec<u64> = picture.keys.iter().copied().chain(objects.iter().filter_map(|o| o.key)).collect();
            let mut findings = Vec::new();
            for key in keys {
                // What is about two pictures, a file that both have, is shown at the first.
                if let Some(last) = self.findings.remove(&key) {
                    findings.extend(self.spool.chain::<Finding>(last)?);
                }
            }
            for finding in &mut findings {
                finding.object = objects.iter().position(|object| object.is_meant(finding));
            }
            shown(Shown { picture, objects, findings })?;
        }
        let mut lasts: Vec<u64> = self.findings.into_values().collect();
        lasts.sort_unstable();
        for last in lasts {
            self.spool.chain(last)?.into_iter().try_for_each(&mut *rest)?;
        }
        Ok(())
    }
}

/// `annotations[5]` of `annotations[5] (id 7)`.
fn short(at: &str) -> &str {
    at.split(' ').next().unwrap_or_default()
}

/// What tells the place of a picture or of an object from others: a place in the documents that are about many, else the file.
fn key(place: Place<'_>) -> u64 {
    let Place { path, line, at } = place;
    let (line, at) = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => (None, short(at)),
        Some("ndjson") => (line, ""),
        _ => (None, ""),
    };
    hash(&(path, line, at))
}

/// A number that tells a class of a document from others.
pub fn class_key(document: &str, id: i64) -> u64 {
    hash(&(document, id))
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::{COCO_BBOX_EMPTY, IMAGE_MISSING, LABEL_EMPTY};

    #[test]
    fn findings_are_with_their_picture_and_object() {
        let mut board = Board::new().unwrap();
        board
            .finding(&IMAGE_MISSING, Place { path: "a.jpg", line: None, at: "x.json images[0]" }, &"gone".into())
            .unwrap();
        let one = board.picture(&Picture::new("a.jpg", &["a.txt"])).unwrap();
        let two = board.picture(&Picture::new("b.jpg", &[]).also_at(Place::at("x.json", "images[7]"))).unwrap();
        let lines = |n| Object { lines: Some([n, n + 1]), ..Object::new(Class::Named("car".into())) };
        board.object(one, &lines(1)).unwrap();
        board.object(one, &lines(3)).unwrap();
        let place = Place::at("x.json", "annotations[5] (id 9)");
        board.object(two, &Object::new(Class::Later(class_key("x.json", 3), 3)).at(place)).unwrap();
        board.name(class_key("x.json", 3), "버스");
        board.finding(&LABEL_EMPTY, Place::line("a.txt", 4), &"no area".into()).unwrap();
        board.finding(&COCO_BBOX_EMPTY, place, &"empty".into()).unwrap();
        board.finding(&COCO_BBOX_EMPTY, Place::at("x.json", "images[7]"), &"of the picture".into()).unwrap();
        board.finding(&COCO_BBOX_EMPTY, Place::at("x.json", "annotations[6]"), &"of no picture".into()).unwrap();
        board.finding(&LABEL_EMPTY, Place::file("data.yaml"), &"of the dataset".into()).unwrap();
        let (mut pictures, mut rest) = (Vec::new(), Vec::new());
        let push = |list: &mut Vec<Shown>, shown| {
            list.push(shown);
            Ok(())
        };
        let left = |list: &mut Vec<Finding>, finding| {
            list.push(finding);
            Ok(())
        };
        board.read(&mut |shown| push(&mut pictures, shown), &mut |finding| left(&mut rest, finding)).unwrap();
        let told = |shown: &Shown| -> Vec<(String, Option<usize>)> {
            shown.findings.iter().map(|f| (f.message.clone(), f.object)).collect()
        };
        assert_eq!(told(&pictures[0]), [("gone".into(), None), ("no area".into(), Some(1))]);
        assert_eq!(told(&pictures[1]), [("of the picture".into(), None), ("empty".into(), Some(0))]);
        assert_eq!(pictures[1].objects[0].class, Class::Named("버스".into()));
        let rest: Vec<_> = rest.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(rest, ["of no picture", "of the dataset"]);
    }
}
