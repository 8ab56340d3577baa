//! A picture of a checked dataset as the page reads it.

use super::{internal, place_of, seen_from};
use crate::check::board::{Class, Object, Picture, Shown};
use crate::check::tree::Tree;
use crate::check::yolo::shown::UNKNOWN;
use crate::convert::formats::gallery::args::Link;
use crate::convert::formats::gallery::data::Data;
use crate::convert::formats::gallery::facts::Facts;
use crate::convert::formats::gallery::overview::Row;
use crate::convert::geometry::Size;
use crate::convert::output::files::Files;
use crate::dm::Rect;
use crate::path::RelPath;
use crate::presigned::{is_presigned, without_query};
use crate::stream::StreamError;
use serde::Serialize;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{fs, io};

/// An item of the page. Its keys are those of a converted one; `findings` are code, message, place, and the number of the annotation.
#[derive(Serialize)]
struct Item<'i> {
    name: &'i str,
    item: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    kind: &'static str,
    split: &'i str,
    size: [u64; 2],
    /// The size is not known: the sides are shares.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shares: bool,
    annotations: Vec<Annotation<'i>>,
    findings: Vec<(&'i str, &'i str, String, Option<usize>)>,
}

/// An object.
#[derive(Serialize)]
struct Annotation<'a> {
    id: String,
    tool: &'static str,
    class: &'a str,
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    bbox: Option<[f64; 5]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rings: &'a [Vec<f64>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    columns: &'a [u64],
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<[u64; 2]>,
    /// x and y of each joint; null for one that is not marked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    points: Vec<Option<f64>>,
}

/// Writes the pictures of a dataset.
pub struct Pictures<'t> {
    tree: &'t Tree,
    /// The folder of the gallery, and where its files are until it appears; file lines are written without.
    at: Option<(&'t Path, &'t Path)>,
    /// The names so far.
    names: HashSet<u64>,
    link: Link,
    at_urls: u64,
    lacking: u64,
}

impl<'t> Pictures<'t> {
    /// None yet.
    pub fn new(tree: &'t Tree, at: Option<(&'t Path, &'t Path)>, link: Link) -> Self {
        Self { tree, at, names: HashSet::new(), link, at_urls: 0, lacking: 0 }
    }

    /// Pictures at URLs that the page does not load.
    pub fn at_urls(&self) -> u64 {
        self.at_urls
    }

    /// Pictures that the dataset has and the page has not.
    pub fn lacking(&self) -> u64 {
        self.lacking
    }

    /// Writes one.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn add(&mut self, shown: &Shown, data: &mut Data, out: &mut Files) -> Result<(), StreamError> {
        let Shown { picture, objects, findings } = shown;
        let name = self.name(&picture.path);
        let size = picture.size.unwrap_or(UNKNOWN);
        let (file, url) = self.original(picture, &name, out)?;
        let annotations: Vec<_> = objects.iter().map(annotation).collect();
        let mut facts = Facts { kind: "image".into(), ..Facts::default() };
        for (object, annotation) in objects.iter().zip(&annotations) {
            facts.annotation(annotation.tool, annotation.class);
            if let (Some([x, y, w, h]), [Ok(width), Ok(height)]) = (around(object), size.map(u32::try_from)) {
                let size = Size { w: width, h: height };
                facts.shape(Rect { x, y, w, h }, size);
            }
        }
        for finding in findings {
            *facts.reasons.entry(finding.code.clone().into()).or_default() += 1;
        }
        let told = findings.iter().map(|f| (f.code.as_str(), f.message.as_str(), place_of(f), f.object)).collect();
        let item = Item {
            name: &name,
            item: "",
            file,
            url,
            kind: "image",
            split: &picture.part,
            size,
            shares: picture.size.is_none(),
            annotations,
            findings: told,
        };
        let json = serde_json::to_string(&item).map_err(|_| internal())?;
        let leaf = name.rfind('/').map_or(0, |slash| slash + 1);
        let dot = name[leaf..].rfind('.').map_or(name.len(), |dot| leaf + dot);
        let (stem, extension) = name.split_at(dot);
        let row = Row { stem, extension, item: "", split: &picture.part };
        data.add(&row, &facts, |text| text.plain(&json), out).map(drop)
    }

    /// The name of an item: the path of the picture, with a number when another item has it.
    fn name(&mut self, path: &str) -> String {
        let mut new = |name: &str| {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            self.names.insert(hasher.finish())
        };
        if new(path) {
            return path.to_owned();
        }
        (2_u64..).map(|n| format!("{path} ({n})")).find(|name| new(name)).unwrap_or_default()
    }

    /// Where the page finds a picture: a file, or a URL. With file lines a file on disk becomes one of the gallery.
    fn original(
        &mut self,
        picture: &Picture,
        name: &str,
        out: &mut Files,
    ) -> Result<(Option<String>, Option<String>), StreamError> {
        let link = self.tree.link(&picture.path);
        if let Some(url) = link.as_deref().or(Some(&picture.url)).filter(|url| !url.is_empty()) {
            let url = if is_presigned(url) && self.link == Link::Url { without_query(url) } else { url };
            self.at_urls += u64::from(self.link == Link::Dataset);
            return Ok((None, (self.link != Link::Dataset).then(|| url.to_owned())));
        }
        let path = self.tree.path(&picture.path);
        if !path.is_file() {
            return Ok((None, None));
        }
        let place = RelPath::new(&format!("images/{name}")).ok();
        match (self.at, place, path.to_str()) {
            (Some((folder, _)), ..) if !self.tree.is_unpacked() => return Ok((seen_from(folder, &path), None)),
            // What was unpacked goes with the check.
            (Some((_, inside)), Some(place), _) if self.tree.is_archive() => {
                copy(&path, &inside.join(place.as_str())).map_err(|source| write_error(&place, source))?;
                return Ok((Some(place.into()), None));
            }
            (None, Some(place), Some(file)) if !self.tree.is_unpacked() => {
                out.file(place.as_str(), file)?;
                return Ok((Some(place.into()), None));
            }
            _ => self.lacking += 1,
        }
        Ok((None, None))
    }
}

/// Copies a file to a place whose folders may not be there yet.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    to.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::copy(from, to).map(drop)
}

fn write_error(place: &RelPath, source: io::Error) -> StreamError {
    StreamError::Write { name: place.as_str().to_owned().into(), source }
}

fn annotation(object: &Object) -> Annotation<'_> {
    let id = match (object.lines, object.at.as_str()) {
        (Some([line, _]), "") => line.to_string(),
        (_, at) => at.to_owned(),
    };
    let tool = match object {
        _ if !object.joints.is_empty() => "keypoint",
        _ if !object.columns.is_empty() => "segmentation",
        _ if !object.rings.is_empty() => "polygon",
        _ => "bounding_box",
    };
    let marked = |joint: &[f64]| {
        let (xy, v) = joint.split_at(2.min(joint.len()));
        let is_marked = v.first().is_some_and(|v| *v > 0.0);
        xy.iter().map(|n| is_marked.then_some(*n)).collect::<Vec<_>>()
    };
    Annotation {
        id,
        tool,
        class: if let Class::Named(name) = &object.class { name } else { "" },
        bbox: object.bbox.map(|[x, y, w, h]| [x, y, w, h, 0.0]),
        rings: &object.rings,
        columns: &object.columns,
        mask: (!object.columns.is_empty()).then_some(object.mask),
        points: object.joints.chunks_exact(3).flat_map(marked).collect(),
    }
}

/// The box of an object, or that around its rings.
fn around(object: &Object) -> Option<[f64; 4]> {
    let sound = |[x, y, w, h]: [f64; 4]| (w > 0.0 && h > 0.0).then_some([x, y, w, h]);
    if let Some(bbox) = object.bbox {
        return sound(bbox);
    }
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in object.rings.iter().flat_map(|ring| ring.chunks_exact(2)) {
        for axis in 0..2 {
            (low[axis], high[axis]) = (low[axis].min(point[axis]), high[axis].max(point[axis]));
        }
    }
    sound([low[0], low[1], high[0] - low[0], high[1] - low[1]])
}
