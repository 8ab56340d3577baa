//! `coco`: instances, person keypoints and stuff, each a document of its own with the same images.
//!
//! Everything is spooled and written when the run is over: image ids are the item ids only if all of them are unique integers,
//! and the numbers of classes that no list names are known last.

use super::classes::{ClassRef, Classes};
use super::files::Files;
use super::format::{Collector, Cx, Format, Needs, Per, Record, RunEnd, Unit};
use super::geometry::{Size, area, corners, fit_rect, fit_ring, hull};
use super::json::image_path;
use super::json_text::{JsonText, lit};
use super::number::{push_float, push_int};
use super::options::{Options, Rotated};
use super::report::Fate;
use super::report_files::PART;
use super::spool::{Hole, Spool, fill, push};
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::stream::StreamError;
use std::collections::HashMap;

/// The COCO format.
pub struct Coco {
    /// How text is written.
    pub text: JsonText,
    /// Number of the first category.
    pub category_start: u32,
}

const BARE: &str = "annotations/instances.json";

impl Format for Coco {
    fn needs(&self) -> Needs {
        Needs { per: Per::Image, size: true, raw: false }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        let Some(size) = unit.size else { return };
        self.image(unit, size, cx.head);
        for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
            let mut losses = Vec::new();
            match self.annotation(unit, size, a, cx, &mut losses) {
                Ok(()) => cx.count(unit, a, Fate::Written(&losses)),
                Err(reason) => cx.count(unit, a, Fate::Lost(reason)),
            }
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Documents {
            text: self.text,
            category_start: self.category_start,
            splits: HashMap::new(),
            ids: roaring::RoaringTreemap::new(),
            unique: true,
        })
    }

    fn bare_document(&self) -> Option<&'static str> {
        Some(BARE)
    }
}

impl Coco {
    fn image(&self, unit: &Unit<'_, '_>, size: Size, out: &mut Vec<u8>) {
        let t = self.text;
        t.lit(out, lit!("{\"id\":"));
        push(out, Hole::Image);
        t.lit(out, lit!(",\"file_name\":\""));
        if !unit.split.is_empty() {
            t.inside(out, unit.split);
            out.push(b'/');
        }
        push(out, Hole::Name);
        t.inside(out, &unit.name.ext);
        t.lit(out, lit!("\",\"width\":"));
        push_int(out, size.w);
        t.lit(out, lit!(",\"height\":"));
        push_int(out, size.h);
        out.push(b'}');
    }

    /// Appends one annotation record to the body, or leaves the body as it was.
    fn annotation(
        &self,
        unit: &Unit<'_, '_>,
        size: Size,
        a: &Annotation<'_>,
        cx: &mut Cx<'_>,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        if let Some(problem) = a.problem {
            return Err(problem);
        }
        match &a.geometry {
            Geometry::Box(rect, rotation) if *rotation == 0.0 => self.upright(a, *rect, size, cx, losses, None),
            Geometry::Box(rect, rotation) => match cx.options.rotated {
                Rotated::Skip => Err(Reason::UnsupportedOrientedBoundingBox),
                Rotated::Hull => {
                    losses.push(Reason::RotationDropped);
                    self.upright(a, hull(&corners(*rect, *rotation)), size, cx, losses, None)
                }
                Rotated::Best => {
                    if rect.w <= 0.0 || rect.h <= 0.0 {
                        return Err(Reason::InvalidBoundingBox);
                    }
                    self.ring(a, &corners(*rect, *rotation), size, cx, losses, Some(*rotation))
                }
            },
            Geometry::Polygon(range) => {
                let ring = unit.arena.coordinates.pairs.get(range.clone()).ok_or(Reason::InvalidPolygon)?;
                self.ring(a, ring, size, cx, losses, None)
            }
            _ => Err(Reason::UnsupportedAnnotationType),
        }
    }

    fn upright(
        &self,
        a: &Annotation<'_>,
        rect: Rect,
        size: Size,
        cx: &mut Cx<'_>,
        losses: &mut Vec<Reason>,
        rotation: Option<f64>,
    ) -> Result<(), Reason> {
        let (r, clipped) = fit_rect(rect, size, cx.options.bounds)?;
        if clipped {
            losses.push(Reason::ClippedToImage);
        }
        let class = cx.class(a)?;
        let out = &mut *cx.body;
        self.open(out, class, r, r.w * r.h);
        self.text.lit(out, lit!(",\"segmentation\":[]"));
        self.close(out, a, rotation);
        Ok(())
    }

    fn ring(
        &self,
        a: &Annotation<'_>,
        ring: &[[f64; 2]],
        size: Size,
        cx: &mut Cx<'_>,
        losses: &mut Vec<Reason>,
        rotation: Option<f64>,
    ) -> Result<(), Reason> {
        if fit_ring(ring, size, cx.options.bounds, cx.ring)? {
            losses.push(Reason::ClippedToImage);
        }
        let class = cx.class(a)?;
        let out = &mut *cx.body;
        self.open(out, class, hull(cx.ring), area(cx.ring));
        self.text.lit(out, lit!(",\"segmentation\":[["));
        for (i, n) in cx.ring.iter().flatten().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            push_float(out, *n);
        }
        out.extend_from_slice(b"]]");
        self.close(out, a, rotation);
        Ok(())
    }

    /// Everything of a record up to its segmentation.
    fn open(&self, out: &mut Vec<u8>, class: ClassRef, bbox: Rect, area: f64) {
        let t = self.text;
        t.lit(out, lit!("\n{\"id\":"));
        push(out, Hole::Annotation);
        t.lit(out, lit!(",\"image_id\":"));
        push(out, Hole::Image);
        t.lit(out, lit!(",\"category_id\":"));
        match class {
            ClassRef::Listed(i) => push_int(out, i + self.category_start),
            ClassRef::Unlisted(i) => push(out, Hole::Class(i)),
        }
        t.lit(out, lit!(",\"bbox\":["));
        for (i, n) in [bbox.x, bbox.y, bbox.w, bbox.h].into_iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            push_float(out, n);
        }
        t.lit(out, lit!("],\"area\":"));
        push_float(out, area);
    }

    /// The end of a record, with its attributes, and the comma after it.
    fn close(&self, out: &mut Vec<u8>, a: &Annotation<'_>, rotation: Option<f64>) {
        let t = self.text;
        t.lit(out, lit!(",\"iscrowd\":0"));
        if !a.attributes.is_empty() || rotation.is_some() {
            t.lit(out, lit!(",\"attributes\":{"));
            let mut first = true;
            for (key, value) in &a.attributes {
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                t.string(out, key);
                out.push(b':');
                t.raw(out, value.text());
            }
            if let Some(angle) = rotation {
                if !first {
                    out.push(b',');
                }
                t.lit(out, lit!("\"rotation\":"));
                push_float(out, angle);
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"},");
    }
}

/// The records of one split.
#[derive(Default)]
struct Part {
    images: Spool,
    annotations: Spool,
}

/// Gathers records by split.
struct Documents {
    text: JsonText,
    category_start: u32,
    splits: HashMap<String, Part>,
    /// Item ids so far, while they are unique integers.
    ids: roaring::RoaringTreemap,
    unique: bool,
}

/// What precedes each spooled record: item id and place in the run, eight bytes each.
const HEADER: usize = 16;

impl Collector for Documents {
    fn record(&mut self, r: &Record<'_>, _: &Classes, _: &mut Files) -> Result<String, StreamError> {
        let number = r.number.filter(|n| *n <= i64::MAX as u64);
        self.unique = self.unique && number.is_some_and(|n| self.ids.insert(n));
        if !self.unique {
            self.ids.clear();
        }
        if !self.splits.contains_key(r.split) {
            self.splits.insert(r.split.to_owned(), Part::default());
        }
        let Some(part) = self.splits.get_mut(r.split) else { return Err(StreamError::Internal("split")) };
        let mut header = Vec::with_capacity(HEADER + r.head.len() + r.body.len());
        header.extend_from_slice(&number.unwrap_or_default().to_le_bytes());
        header.extend_from_slice(&u64::from(r.index).to_le_bytes());
        let mut image = header.clone();
        fill(r.head, &mut image, |hole, out| match hole {
            Hole::Name => self.text.inside(out, r.stem),
            other => push(out, other),
        });
        part.images.put(&image)?;
        if !r.body.is_empty() {
            header.extend_from_slice(r.body);
            part.annotations.put(&header)?;
        }
        Ok(document(r.split))
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        for split in end.splits {
            let part = self.splits.remove(&**split).unwrap_or_default();
            self.write(&document(split), part, end, out)?;
        }
        let start = self.category_start;
        let list: Vec<_> =
            end.classes.names.iter().zip(start..).map(|(n, id)| serde_json::json!({"id": id, "name": n})).collect();
        out.plain("classes.json", &format!("{:#}\n", serde_json::Value::from(list)))
    }
}

fn document(split: &str) -> String {
    if split.is_empty() { BARE.to_owned() } else { format!("annotations/instances_{split}.json") }
}

impl Documents {
    fn write(&self, path: &str, part: Part, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let t = self.text;
        let mut text = Vec::with_capacity(PART + PART / 4);
        t.lit(&mut text, lit!("{\"info\":{\"description\":\"Exported from Synapse\",\"version\":\"1.0\"},\n\"licenses\":[],\n\"categories\":["));
        for (i, (name, id)) in end.classes.names.iter().zip(self.category_start..).enumerate() {
            if i > 0 {
                text.push(b',');
            }
            t.lit(&mut text, lit!("\n{\"id\":"));
            push_int(&mut text, id);
            t.lit(&mut text, lit!(",\"name\":"));
            t.string(&mut text, name);
            t.lit(&mut text, lit!(",\"supercategory\":"));
            t.string(&mut text, name);
            text.push(b'}');
        }
        t.lit(&mut text, lit!("],\n\"images\":["));
        let mut first = true;
        part.images.replay(|record| {
            if !std::mem::take(&mut first) {
                text.push(b',');
            }
            t.lit(&mut text, lit!("\n"));
            let image = self.image_id(record);
            fill(&record[HEADER..], &mut text, |_, out| push_int(out, image));
            self.part(path, &mut text, out)
        })?;
        t.lit(&mut text, lit!("],\n\"annotations\":["));
        let mut next: u64 = 1;
        let mut any = false;
        part.annotations.replay(|record| {
            if any {
                text.push(b',');
            }
            any = true;
            let image = self.image_id(record);
            // Without the comma after the last one.
            fill(&record[HEADER..record.len() - 1], &mut text, |hole, out| match hole {
                Hole::Annotation => {
                    push_int(out, next);
                    next += 1;
                }
                Hole::Class(provisional) => push_int(out, end.classes.resolve(provisional) + self.category_start),
                _ => push_int(out, image),
            });
            self.part(path, &mut text, out)
        })?;
        t.lit(&mut text, lit!("]}\n"));
        out.text(path, &text, false, None)
    }

    fn image_id(&self, record: &[u8]) -> u64 {
        let number = |at: usize| record.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        if self.unique { number(0) } else { number(8) + 1 }
    }

    fn part(&self, path: &str, text: &mut Vec<u8>, out: &mut Files) -> Result<(), StreamError> {
        if text.len() >= PART {
            out.text(path, text, true, None)?;
            text.clear();
        }
        Ok(())
    }
}

/// The format as the options want it.
///
/// # Errors
/// A text for options that contradict each other.
pub fn build(options: &Options) -> Result<Coco, String> {
    if options.bare && options.split.is_some() {
        return Err("--bare writes one document, --split makes several: leave one of them out".to_owned());
    }
    Ok(Coco { text: JsonText { bare: options.bare }, category_start: options.category_start })
}
