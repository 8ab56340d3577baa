//! Annotations of a COCO document.

use super::mask as coco_mask;
use super::mask::Mask;
use super::polygon as coco_polygon;
use super::{Categories, Document};
use crate::check::finding::{Findings, Place, Rule};
use crate::check::rules::{
    COCO_AREA_DIFFERS, COCO_AREA_INVALID, COCO_BBOX_DIFFERS, COCO_BBOX_EMPTY, COCO_BBOX_INVALID, COCO_BBOX_OUTSIDE,
    COCO_CATEGORY_UNKNOWN, COCO_CROWD, COCO_FIELD_MISSING, COCO_ID_INVALID, COCO_ID_REPEATED, COCO_ID_ZERO,
    COCO_IMAGE_UNKNOWN, COCO_ISCROWD_INVALID, COCO_KEYPOINTS_INVALID, COCO_NUM_KEYPOINTS, COCO_SEGMENTATION_INVALID,
    COCO_VISIBILITY, IMAGE_MISSING,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use roaring::RoaringTreemap;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Images and categories of a document.
#[derive(Default)]
pub struct Known {
    /// Width and height by id.
    images: HashMap<i64, [u32; 2]>,
    /// By id.
    pub categories: Categories,
}

impl Known {
    /// Adds an image; true when its id is taken.
    pub fn add_image(&mut self, id: i64, size: [u32; 2]) -> bool {
        self.images.insert(id, size).is_some()
    }
}

/// The evaluation keeps ids as 64-bit floats, which cannot hold all integers above this one.
const EXACT: i64 = 1 << 53;
/// Boxes of masks and polygons may be off by what writers round, pixels.
const TOLERANCE: f64 = 1.01;
/// A box may reach over the edge by what writers round, pixels.
const EDGE: f64 = 0.51;

/// A whole number, also one that is written with a point: Python holds 1 and 1.0 for the same id.
pub fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < EXACT as f64).map(|n| n as i64))
}

/// The second pass.
pub struct Annotations<'a> {
    path: &'a str,
    known: Known,
    out: &'a mut Findings,
    ids: RoaringTreemap,
    negative: RoaringTreemap,
    tree: &'a Tree,
    number: u64,
    captions: u64,
    crowds: u64,
    first_crowd: String,
    /// An error of the output that ended the reading.
    pub failed: Option<StreamError>,
}

impl<'a> Annotations<'a> {
    /// Ready for the first annotation of the document at `path`.
    pub fn new(tree: &'a Tree, path: &'a str, known: Known, out: &'a mut Findings) -> Self {
        let (ids, negative) = (RoaringTreemap::new(), RoaringTreemap::new());
        let first_crowd = String::new();
        Self { tree, path, known, out, ids, negative, number: 0, captions: 0, crowds: 0, first_crowd, failed: None }
    }

    /// Writes the findings that a document gets once.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn finish(self) -> Result<(), StreamError> {
        if self.crowds == 0 {
            return Ok(());
        }
        let message = format!("{} annotations have iscrowd 1: no evaluation or training sees them", self.crowds);
        self.out.add(&COCO_CROWD, Place::at(self.path, &self.first_crowd), &message)
    }

    /// Whether there are annotations, and all of them are captions.
    pub fn only_captions(&self) -> bool {
        self.captions > 0 && self.captions == self.number
    }

    fn annotation(&mut self, at: &str, a: &Map<String, Value>) -> Result<(), StreamError> {
        let place = Place::at(self.path, at);
        self.number += 1;
        if let Some(segments) = a.get("segments_info").and_then(Value::as_array) {
            self.out.tally.annotations += segments.len() as u64;
            return self.panoptic(place, a, segments);
        }
        self.out.tally.annotations += 1;
        if a.contains_key("caption") && !a.contains_key("bbox") {
            self.captions += 1;
            return self.caption(place, a);
        }
        for key in ["id", "image_id", "category_id", "bbox", "area", "iscrowd"] {
            if !a.contains_key(key) {
                self.out.add(&COCO_FIELD_MISSING, place, &format!("there is no {key:?}"))?;
            }
        }
        self.id(place, a)?;
        let size = self.image(place, a)?;
        let mut joints = None;
        if let Some(id) = a.get("category_id") {
            match whole(id).and_then(|id| self.known.categories.get(&id)) {
                Some(known) => joints = *known,
                None => self.out.add(&COCO_CATEGORY_UNKNOWN, place, &format!("there is no category with id {id}"))?,
            }
        }
        // Python's false is 0.
        let crowd = a.get("iscrowd").and_then(|v| whole(v).or(v.as_bool().map(i64::from)));
        match (crowd, a.get("iscrowd")) {
            (Some(0), _) | (_, None) => {}
            (Some(1), _) => {
                self.crowds += 1;
                if self.crowds == 1 {
                    at.clone_into(&mut self.first_crowd);
                }
            }
            (_, Some(other)) => {
                self.out.add(&COCO_ISCROWD_INVALID, place, &format!("iscrowd is {other}, not 0 or 1"))?;
            }
        }
        let keypoints = a.get("keypoints").is_some_and(|k| !k.is_null());
        let bbox = self.bbox(place, a, size, keypoints)?;
        let area = self.area(place, a)?;
        if let Some(segmentation) = a.get("segmentation") {
            self.segmentation(place, segmentation, size, bbox, area, keypoints)?;
        }
        if keypoints {
            self.keypoints(place, a, joints)?;
        }
        Ok(())
    }

    /// A caption: an image and a text.
    fn caption(&mut self, place: Place<'_>, a: &Map<String, Value>) -> Result<(), StreamError> {
        for key in ["id", "image_id"] {
            if !a.contains_key(key) {
                self.out.add(&COCO_FIELD_MISSING, place, &format!("there is no {key:?}"))?;
            }
        }
        self.id(place, a)?;
        self.image(place, a).map(|_| ())
    }

    /// An image of segments, and what they are.
    fn panoptic(&mut self, place: Place<'_>, a: &Map<String, Value>, segments: &[Value]) -> Result<(), StreamError> {
        self.image(place, a)?;
        // panoptic_val2017.json has its images in panoptic_val2017/ beside it.
        let folder = self.path.rsplit_once('.').map_or(self.path, |(stem, _)| stem);
        match a.get("file_name").and_then(Value::as_str) {
            None => self.out.add(&COCO_FIELD_MISSING, place, "there is no \"file_name\"")?,
            Some(name) if self.tree.has_folder(folder) && !self.tree.has(&format!("{folder}/{name}")) => {
                let path = format!("{folder}/{name}");
                let from = format!("{} {}", self.path, place.at);
                self.out.add(&IMAGE_MISSING, Place { path: &path, line: None, at: &from }, "it is not here")?;
            }
            Some(_) => {}
        }
        for segment in segments {
            let id = segment.get("category_id").unwrap_or(&Value::Null);
            if whole(id).is_none_or(|id| !self.known.categories.contains_key(&id)) {
                self.out.add(&COCO_CATEGORY_UNKNOWN, place, &format!("there is no category with id {id}"))?;
            }
        }
        Ok(())
    }

    /// The size of the image of an annotation, when there is such an image and it has one.
    fn image(&mut self, place: Place<'_>, a: &Map<String, Value>) -> Result<Option<[u32; 2]>, StreamError> {
        let Some(id) = a.get("image_id") else { return Ok(None) };
        match whole(id).and_then(|id| self.known.images.get(&id)) {
            Some(size) => Ok(Some(*size).filter(|[w, h]| *w > 0 && *h > 0)),
            None => {
                self.out.add(&COCO_IMAGE_UNKNOWN, place, &format!("there is no image with id {id}"))?;
                Ok(None)
            }
        }
    }

    fn id(&mut self, place: Place<'_>, a: &Map<String, Value>) -> Result<(), StreamError> {
        let Some(id) = a.get("id") else { return Ok(()) };
        match id.as_i64() {
            Some(n) if (-EXACT..=EXACT).contains(&n) => {
                if n == 0 {
                    let message = "annotation id 0 counts as no match in the evaluation: begin with 1";
                    self.out.add(&COCO_ID_ZERO, place, message)?;
                }
                let new =
                    if n < 0 { self.negative.insert(n.unsigned_abs()) } else { self.ids.insert(n.unsigned_abs()) };
                if !new {
                    let message = format!("annotation id {n} stands above: the reader keeps the last");
                    self.out.add(&COCO_ID_REPEATED, place, &message)?;
                }
                Ok(())
            }
            _ => self.out.add(&COCO_ID_INVALID, place, &format!("annotation id {id} is no integer below 2^53")),
        }
    }

    fn bbox(
        &mut self,
        place: Place<'_>,
        a: &Map<String, Value>,
        size: Option<[u32; 2]>,
        keypoints: bool,
    ) -> Result<Option<[f64; 4]>, StreamError> {
        let Some(value) = a.get("bbox") else { return Ok(None) };
        let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let numbers: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
        let &[x, y, w, h] = numbers.as_slice() else {
            self.out.add(&COCO_BBOX_INVALID, place, "bbox is not four numbers [x, y, width, height]")?;
            return Ok(None);
        };
        if list.len() != 4 || w < 0.0 || h < 0.0 {
            self.out.add(&COCO_BBOX_INVALID, place, &format!("bbox {value} has a negative side"))?;
            return Ok(None);
        }
        if w == 0.0 || h == 0.0 {
            // A person whose joints are not marked has none; that is how COCO itself writes it.
            if !(keypoints && a.get("num_keypoints").and_then(Value::as_u64) == Some(0)) {
                self.out.add(&COCO_BBOX_EMPTY, place, &format!("bbox {value} has no area: training leaves it out"))?;
            }
        }
        if let Some([width, height]) = size.map(|s| s.map(f64::from))
            && (x < -EDGE || y < -EDGE || x + w > width + EDGE || y + h > height + EDGE)
        {
            let message = format!("bbox {value} reaches over the edge of its image, {width} x {height}");
            self.out.add(&COCO_BBOX_OUTSIDE, place, &message)?;
        }
        Ok(Some([x, y, w, h]))
    }

    fn area(&mut self, place: Place<'_>, a: &Map<String, Value>) -> Result<Option<f64>, StreamError> {
        let Some(value) = a.get("area") else { return Ok(None) };
        match value.as_f64() {
            // The evaluation keeps those of area 0.
            Some(area) if area >= 0.0 => Ok(Some(area)),
            _ => {
                self.out.add(&COCO_AREA_INVALID, place, &format!("area is {value}"))?;
                Ok(None)
            }
        }
    }

    fn segmentation(
        &mut self,
        place: Place<'_>,
        segmentation: &Value,
        size: Option<[u32; 2]>,
        bbox: Option<[f64; 4]>,
        area: Option<f64>,
        keypoints: bool,
    ) -> Result<(), StreamError> {
        let out = &mut *self.out;
        let mut say = |rule: &'static Rule, message: &str| out.add(rule, place, message);
        let around = match segmentation {
            Value::Array(rings) if rings.is_empty() => return Ok(()),
            Value::Array(rings) => coco_polygon::check(rings, &mut say)?,
            Value::Object(rle) => {
                let Some(mask) = coco_mask::check(rle, size, &mut say)? else { return Ok(()) };
                if let Some(area) = area.filter(|a| (a - mask.area as f64).abs() >= 1.0) {
                    let message = format!("area is {area}, the mask has {} pixels", mask.area);
                    say(&COCO_AREA_DIFFERS, &message)?;
                }
                let Mask { left, top, right, bottom, .. } = mask;
                Some([left, top, right, bottom].map(|n| n as f64))
            }
            _ => return say(&COCO_SEGMENTATION_INVALID, "segmentation is neither a list of rings nor run lengths"),
        };
        let (Some([x, y, w, h]), Some([left, top, right, bottom]), false) = (bbox, around, keypoints) else {
            return Ok(());
        };
        let off = [x - left, y - top, x + w - right, y + h - bottom].into_iter().any(|d| d.abs() > TOLERANCE);
        if off {
            let tight = [left, top, right - left, bottom - top];
            say(&COCO_BBOX_DIFFERS, &format!("bbox is {:?}, around the segmentation it is {tight:?}", [x, y, w, h]))?;
        }
        Ok(())
    }

    fn keypoints(
        &mut self,
        place: Place<'_>,
        a: &Map<String, Value>,
        joints: Option<usize>,
    ) -> Result<(), StreamError> {
        let list = a.get("keypoints").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let numbers: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
        if list.is_empty() || numbers.len() != list.len() || !list.len().is_multiple_of(3) {
            let message = format!("keypoints has {} values, not three numbers a joint", list.len());
            return self.out.add(&COCO_KEYPOINTS_INVALID, place, &message);
        }
        match joints {
            Some(joints) if joints * 3 != list.len() => {
                let message = format!("keypoints has {} joints, the category {joints}", list.len() / 3);
                self.out.add(&COCO_KEYPOINTS_INVALID, place, &message)?;
            }
            // The evaluation asks for none.
            None => {}
            Some(_) => {}
        }
        let visible = numbers.chunks_exact(3).filter(|j| j[2] > 0.0).count() as u64;
        match a.get("num_keypoints") {
            None => self.out.add(&COCO_FIELD_MISSING, place, "there is no \"num_keypoints\"")?,
            Some(n) if n.as_u64() != Some(visible) => {
                let message = format!("num_keypoints is {n}, {visible} joints have v > 0");
                self.out.add(&COCO_NUM_KEYPOINTS, place, &message)?;
            }
            Some(_) => {}
        }
        if let Some(j) = numbers.chunks_exact(3).find(|j| ![0.0, 1.0, 2.0].contains(&j[2])) {
            self.out.add(&COCO_VISIBILITY, place, &format!("visibility {} is not 0, 1 or 2", j[2]))?;
        }
        Ok(())
    }
}

impl Document for Annotations<'_> {
    fn key(&mut self, _: &str) {}

    fn wants(&self, key: &str) -> bool {
        key == "annotations"
    }

    fn element(&mut self, _: &str, index: u64, value: Value) -> Result<(), StreamError> {
        let id = value.get("id").filter(|id| id.is_number() || id.is_string());
        let at = id.map_or(format!("annotations[{index}]"), |id| format!("annotations[{index}] (id {id})"));
        match &value {
            Value::Object(a) => self.annotation(&at, a),
            _ => self.out.add(&COCO_FIELD_MISSING, Place::at(self.path, &at), "it is no object"),
        }
    }

    fn fail(&mut self, e: StreamError) {
        self.failed = Some(e);
    }
}
