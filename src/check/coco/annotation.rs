//! Annotations of a COCO document.

use super::fields::{Annotation, Form, Scalar};
use super::mask::{self, Mask};
use super::polygon;
use crate::check::finding::{Findings, Place, Rule};
use crate::check::rules::{
    COCO_AREA_DIFFERS, COCO_AREA_INVALID, COCO_ATTRIBUTES_INVALID, COCO_BBOX_DIFFERS, COCO_BBOX_EMPTY,
    COCO_BBOX_INVALID, COCO_BBOX_OUTSIDE, COCO_CROWD, COCO_FIELD_MISSING, COCO_ID_INVALID, COCO_ID_REPEATED,
    COCO_ID_ZERO, COCO_IMAGE_UNKNOWN, COCO_ISCROWD_INVALID, COCO_KEYPOINTS_INVALID, COCO_NUM_KEYPOINTS,
    COCO_SEGMENTATION_INVALID, COCO_VISIBILITY, IMAGE_MISSING,
};
use crate::check::tree::Tree;
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, HashMap};

/// The evaluation keeps ids as 64-bit floats, which cannot hold all integers above this one.
const EXACT: i64 = 1 << 53;
/// Boxes of masks and polygons may be off by what writers round, pixels.
const TOLERANCE: f64 = 1.01;
/// A box may reach over the edge by what writers round, pixels.
const EDGE: f64 = 0.51;

/// What annotations say of a category, which may be listed behind them.
#[derive(Debug, Default)]
pub struct Use {
    /// How many have it.
    pub number: u64,
    /// The first of them.
    pub first: String,
    /// Numbers of joints, with the first annotation that has so many.
    pub joints: BTreeMap<usize, String>,
}

/// The annotations of a document.
pub struct Annotations {
    ids: RoaringTreemap,
    negative: RoaringTreemap,
    /// How many there are.
    pub number: u64,
    /// How many of them are captions.
    pub captions: u64,
    /// By the id of the category, or by what stands in its place.
    pub categories: HashMap<i64, Use>,
    /// The annotations whose category is no number.
    pub odd: Vec<(String, String)>,
    crowds: u64,
    first_crowd: String,
    /// Boxes; those whose third and fourth value are above the first and the second and inside the image; those that reach out of it.
    pub boxes: [u64; 3],
}

/// What an annotation is judged by.
pub struct Court<'c> {
    /// The dataset.
    pub tree: &'c Tree,
    /// The document.
    pub path: &'c str,
    /// Width and height of the images by id.
    pub images: &'c HashMap<i64, [u32; 2]>,
    /// Where findings go.
    pub out: &'c mut Findings,
    /// The number of the annotation.
    pub index: u64,
    /// What was read of it.
    pub a: &'c Annotation,
}

impl Court<'_> {
    fn at(&self) -> String {
        let Self { index, a, .. } = self;
        match a.id {
            Scalar::Int(_) | Scalar::Float(_) | Scalar::Text(_) => format!("annotations[{index}] (id {})", a.id),
            _ => format!("annotations[{index}]"),
        }
    }

    fn say(&mut self, rule: &'static Rule, message: Message) -> Result<(), StreamError> {
        let at = self.at();
        self.out.add(rule, Place::at(self.path, &at), message)
    }

    fn missing(&mut self, key: &str) -> Result<(), StreamError> {
        self.say(&COCO_FIELD_MISSING, tr!("check-no-key", ?key))
    }

    /// The size of the image, when there is such an image and it has one.
    fn image(&mut self) -> Result<Option<[u32; 2]>, StreamError> {
        let id = &self.a.image_id;
        if !id.is_there() {
            return Ok(None);
        }
        match id.key().and_then(|id| self.images.get(&id)) {
            Some(size) => Ok(Some(*size).filter(|[w, h]| *w > 0 && *h > 0)),
            None => self.say(&COCO_IMAGE_UNKNOWN, tr!("coco-no-image", id)).map(|()| None),
        }
    }
}

impl Default for Annotations {
    fn default() -> Self {
        Self {
            ids: RoaringTreemap::new(),
            negative: RoaringTreemap::new(),
            number: 0,
            captions: 0,
            categories: HashMap::new(),
            odd: Vec::new(),
            crowds: 0,
            first_crowd: String::new(),
            boxes: [0; 3],
        }
    }
}

impl Annotations {
    /// Judges one.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn judge(&mut self, court: &mut Court<'_>) -> Result<(), StreamError> {
        let a = court.a;
        self.number += 1;
        if !a.is_object {
            return court.say(&COCO_FIELD_MISSING, tr!("check-no-object"));
        }
        if let Some(segments) = &a.segments {
            court.out.tally.annotations += segments.len() as u64;
            segments.iter().for_each(|category| self.category(category, court));
            return panoptic(court);
        }
        court.out.tally.annotations += 1;
        let caption = a.caption.is_there() && !a.has_bbox;
        self.captions += u64::from(caption);
        let keys = [
            ("id", a.id.is_there()),
            ("image_id", a.image_id.is_there()),
            ("category_id", caption || a.category_id.is_there()),
            ("bbox", caption || a.has_bbox),
            ("area", caption || a.area.is_there()),
            ("iscrowd", caption || a.iscrowd.is_there()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, there)| !there) {
            court.missing(key)?;
        }
        self.id(court)?;
        let size = court.image()?;
        if caption {
            return Ok(());
        }
        self.category(&a.category_id, court);
        self.crowd(court)?;
        let bbox = self.bbox(court, size)?;
        let area = area(court)?;
        segmentation(court, size, bbox, area)?;
        if a.has_keypoints && (a.keypoints.list || a.num_keypoints.is_there()) {
            self.keypoints(court)?;
        }
        let wrong = match (&a.attributes, &a.score) {
            (Scalar::Absent | Scalar::Object, Scalar::Absent | Scalar::Int(_) | Scalar::Float(_)) => return Ok(()),
            (Scalar::Absent | Scalar::Object, score) => tr!("coco-score", score),
            (attributes, _) => tr!("coco-attributes", attributes),
        };
        court.say(&COCO_ATTRIBUTES_INVALID, wrong)
    }

    /// Writes the findings that a document gets once.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn finish(&self, path: &str, out: &mut Findings) -> Result<(), StreamError> {
        if self.crowds == 0 {
            return Ok(());
        }
        let message = tr!("coco-crowds", annotations = self.crowds);
        out.add(&COCO_CROWD, Place::at(path, &self.first_crowd), message)
    }

    fn category(&mut self, id: &Scalar, court: &Court<'_>) {
        match id.key() {
            Some(id) => {
                let found = self.categories.entry(id).or_default();
                found.number += 1;
                if found.number == 1 {
                    found.first = court.at();
                }
            }
            None if id.is_there() => self.odd.push((court.at(), id.to_string())),
            None => {}
        }
    }

    fn id(&mut self, court: &mut Court<'_>) -> Result<(), StreamError> {
        match court.a.id {
            Scalar::Absent => Ok(()),
            Scalar::Int(n) if (-EXACT..=EXACT).contains(&n) => {
                if n == 0 {
                    court.say(&COCO_ID_ZERO, tr!("coco-id-zero"))?;
                }
                let ids = if n < 0 { &mut self.negative } else { &mut self.ids };
                if ids.insert(n.unsigned_abs()) {
                    return Ok(());
                }
                court.say(&COCO_ID_REPEATED, tr!("coco-annotation-repeated", n))
            }
            ref id => court.say(&COCO_ID_INVALID, tr!("coco-id-invalid", id)),
        }
    }

    fn crowd(&mut self, court: &mut Court<'_>) -> Result<(), StreamError> {
        let crowd = &court.a.iscrowd;
        // Python's false is 0.
        match crowd.whole().or(if let Scalar::Bool(b) = crowd { Some(i64::from(*b)) } else { None }) {
            Some(0) => Ok(()),
            Some(1) => {
                self.crowds += 1;
                if self.crowds == 1 {
                    self.first_crowd = court.at();
                }
                Ok(())
            }
            None if !crowd.is_there() => Ok(()),
            _ => court.say(&COCO_ISCROWD_INVALID, tr!("coco-iscrowd", crowd)),
        }
    }

    fn bbox(&mut self, court: &mut Court<'_>, size: Option<[u32; 2]>) -> Result<Option<[f64; 4]>, StreamError> {
        let a = court.a;
        if !a.has_bbox {
            return Ok(None);
        }
        let (&[x, y, w, h], 4) = (a.bbox.values.as_slice(), a.bbox.count) else {
            court.say(&COCO_BBOX_INVALID, tr!("coco-bbox"))?;
            return Ok(None);
        };
        let bbox = [x, y, w, h];
        if w < 0.0 || h < 0.0 {
            court.say(&COCO_BBOX_INVALID, tr!("coco-bbox-negative", ?bbox))?;
            return Ok(None);
        }
        // A person whose joints are not marked has none; that is how COCO itself writes it.
        if (w == 0.0 || h == 0.0) && !(a.has_keypoints && a.num_keypoints.whole() == Some(0)) {
            court.say(&COCO_BBOX_EMPTY, tr!("coco-bbox-empty", ?bbox))?;
        }
        if let Some([width, height]) = size.map(|s| s.map(f64::from)) {
            let outside = x < -EDGE || y < -EDGE || x + w > width + EDGE || y + h > height + EDGE;
            let ascending = w > x && h > y && w <= width + EDGE && h <= height + EDGE;
            let [boxes, ascends, outsides] = &mut self.boxes;
            (*boxes, *ascends, *outsides) =
                (*boxes + 1, *ascends + u64::from(ascending), *outsides + u64::from(outside));
            if outside {
                let message = tr!("coco-bbox-outside", ?bbox, width, height);
                court.say(&COCO_BBOX_OUTSIDE, message)?;
            }
        }
        Ok(Some(bbox))
    }

    fn keypoints(&mut self, court: &mut Court<'_>) -> Result<(), StreamError> {
        let a = court.a;
        let (count, values) = (a.keypoints.count, &a.keypoints.values);
        // Of an object whose joints nobody marked.
        let visible = values.chunks(3).filter(|j| j.get(2).is_some_and(|v| *v > 0.0)).count() as i64;
        if count == 0 && a.num_keypoints.whole().unwrap_or(0) == visible {
            return Ok(());
        }
        if count == 0 || values.len() != count || !count.is_multiple_of(3) {
            let message = tr!("coco-keypoints", count);
            return court.say(&COCO_KEYPOINTS_INVALID, message);
        }
        if let Some(found) = a.category_id.key().and_then(|id| self.categories.get_mut(&id)) {
            found.joints.entry(count / 3).or_insert_with(|| court.at());
        }
        let joints = || values.chunks_exact(3);
        match &a.num_keypoints {
            Scalar::Absent => court.missing("num_keypoints")?,
            n if n.whole() != Some(visible) => {
                let message = tr!("coco-num-keypoints", n, visible);
                court.say(&COCO_NUM_KEYPOINTS, message)?;
            }
            _ => {}
        }
        match joints().find(|j| ![0.0, 1.0, 2.0].contains(&j[2])) {
            Some(j) => court.say(&COCO_VISIBILITY, tr!("coco-visibility", v = j[2])),
            None => Ok(()),
        }
    }
}

/// An image of segments, and what they are.
fn panoptic(court: &mut Court<'_>) -> Result<(), StreamError> {
    court.image()?;
    // panoptic_val2017.json has its images in panoptic_val2017/ beside it.
    let folder = court.path.rsplit_once('.').map_or(court.path, |(stem, _)| stem);
    let Scalar::Text(name) = &court.a.file_name else { return court.missing("file_name") };
    let path = format!("{folder}/{name}");
    if !court.tree.has_folder(folder) || court.tree.has(&path) {
        return Ok(());
    }
    let from = format!("{} {}", court.path, court.at());
    court.out.add(&IMAGE_MISSING, Place { path: &path, line: None, at: &from }, tr!("check-not-here"))
}

fn area(court: &mut Court<'_>) -> Result<Option<f64>, StreamError> {
    let area = &court.a.area;
    match area.number() {
        // The evaluation keeps those of area 0.
        Some(area) if area >= 0.0 => Ok(Some(area)),
        None if !area.is_there() => Ok(None),
        _ => court.say(&COCO_AREA_INVALID, tr!("coco-area", area)).map(|()| None),
    }
}

fn segmentation(
    court: &mut Court<'_>,
    size: Option<[u32; 2]>,
    bbox: Option<[f64; 4]>,
    area: Option<f64>,
) -> Result<(), StreamError> {
    let a = court.a;
    let mut say = |rule: &'static Rule, message: Message| court.say(rule, message);
    let around = match a.form {
        Form::Absent => return Ok(()),
        Form::Rings if a.rings.ends.is_empty() => return Ok(()),
        Form::Rings => {
            let Some(extent) = polygon::check(&a.rings, &mut say)? else { return Ok(()) };
            // Some count pixels, which lie on the outline too; rings may cover each other.
            let room = extent.length.max(extent.area / 20.0);
            if let Some(area) = area.filter(|area| (area - extent.area).abs() > room && a.rings.ends.len() == 1) {
                say(&COCO_AREA_DIFFERS, tr!("coco-area-polygon", area, polygon = extent.area))?;
            }
            extent.around
        }
        Form::Runs => {
            let Some(mask) = mask::check(&a.runs, size, &mut say)? else { return Ok(()) };
            if let Some(area) = area.filter(|area| (area - mask.area as f64).abs() >= 1.0) {
                say(&COCO_AREA_DIFFERS, tr!("coco-area-mask", area, pixels = mask.area))?;
            }
            let Mask { left, top, right, bottom, .. } = mask;
            [left, top, right, bottom].map(|n| n as f64)
        }
        Form::Other => {
            return say(&COCO_SEGMENTATION_INVALID, tr!("coco-segmentation"));
        }
    };
    let (Some([x, y, w, h]), [left, top, right, bottom], false) = (bbox, around, a.has_keypoints) else {
        return Ok(());
    };
    let off = [x - left, y - top, x + w - right, y + h - bottom].into_iter().any(|d| d.abs() > TOLERANCE);
    if off {
        let tight = [left, top, right - left, bottom - top];
        say(&COCO_BBOX_DIFFERS, tr!("coco-bbox-differs", bbox = ?[x, y, w, h], ?tight))?;
    }
    Ok(())
}
