//! One image of an item → its image record, and its annotation records by role.

use super::category_ids::CategoryIds;
use super::{Coco, Numbers};
use crate::convert::engine::classes::ClassRef;
use crate::convert::format::{RenderContext, Unit};
use crate::convert::geometry::fit::rings_of;
use crate::convert::geometry::keypoints::{Joint, group_objects};
use crate::convert::geometry::rle;
use crate::convert::geometry::{Rotated, Size, hull};
use crate::convert::options::Segmentation;
use crate::convert::output::hole::Hole;
use crate::convert::output::text::{Text, lit};
use crate::convert::report::tally::Fate;
use crate::dm::union;
use crate::dm::{Annotation, Geometry, Reason, Rect, Tool};
use crate::tr;

/// Pushes the image record, then for each role a text of annotation records, each with a comma after it. A class without a number,
/// where all are to have one, makes the line a bad one.
pub fn render(coco: &Coco, unit: &Unit<'_, '_>, size: Size, cx: &mut RenderContext<'_>) {
    let annotations = unit.media.map_or(&[][..], |m| &m.annotations);
    if let Some(class) = unnumbered(coco, annotations, cx) {
        cx.failed = Some(tr!("category-no-number", ?class));
        for a in annotations {
            cx.count(unit, a, Fate::Lost(a.problem.unwrap_or(Reason::UnmappedClassIdentifier)));
        }
        return;
    }
    let mut w = Renderer { coco, unit, size, losses: Vec::new(), runs: Vec::new(), scratch: rle::Scratch::default() };
    w.image(cx.parts.begin_text());
    let Some(media) = unit.media else { return };
    let stuff = cx.options.segmentation == Segmentation::Semantic;

    cx.parts.begin_text();
    for a in &media.annotations {
        if a.tool == Tool::Keypoint || (stuff && a.tool == Tool::Segmentation) {
            continue;
        }
        w.one(a, cx);
    }

    cx.parts.begin_text();
    let category = cx.classes.rename(&coco.profile.category);
    for object in group_objects(media, unit.arena, &coco.profile, |class| cx.classes.rename(class) == category) {
        // The box is an object of the instances, too, and counted there.
        let own_box = match object.own_box.map(|i| &media.annotations[i].geometry) {
            Some(Geometry::Box(rect, rotation)) => cx.fit(size).upright(*rect, *rotation, cx.rings, &mut w.losses).ok(),
            _ => None,
        };
        w.losses.clear();
        if object.has_boxes && own_box.is_none() {
            w.losses.push(Reason::KeypointBoxAssumed);
        }
        let done = object.joints.and_then(|joints| w.keypoints(joints, own_box, cx));
        for a in object.members.iter().map(|&i| &media.annotations[i]) {
            match (a.problem, done) {
                (Some(problem), Err(_)) => cx.count(unit, a, Fate::Lost(problem)),
                (_, Err(reason)) => cx.count(unit, a, Fate::Lost(reason)),
                (_, Ok(())) => cx.count(unit, a, Fate::Written(&w.losses)),
            }
        }
    }

    cx.parts.begin_text();
    if stuff {
        for a in media.annotations.iter().filter(|a| a.tool == Tool::Segmentation) {
            w.one(a, cx);
        }
    }
}

/// The category of a record: its number, or the provisional one of a class that no list names yet.
#[derive(Clone, Copy)]
enum Category {
    Number(u32),
    Provisional(u32),
}

struct Renderer<'r, 'a> {
    coco: &'r Coco,
    unit: &'r Unit<'r, 'a>,
    size: Size,
    losses: Vec<Reason>,
    runs: Vec<crate::dm::mask::Run>,
    scratch: rle::Scratch,
}

impl Renderer<'_, '_> {
    fn image(&self, out: &mut Text) {
        out.lit(lit!("{\"id\":"));
        out.hole(Hole::Image);
        out.lit(lit!(",\"file_name\":\""));
        if !self.unit.split.is_empty() {
            out.json_inside(self.unit.split);
            out.byte::<b'/'>();
        }
        out.hole(Hole::Name);
        out.json_inside(&self.unit.name.ext);
        out.lit(lit!("\",\"width\":"));
        out.int(self.size.w);
        out.lit(lit!(",\"height\":"));
        out.int(self.size.h);
        out.byte::<b'}'>();
    }

    /// Renders and counts one annotation that makes one record.
    fn one(&mut self, a: &Annotation<'_>, cx: &mut RenderContext<'_>) {
        self.losses.clear();
        match self.annotation(a, cx) {
            Ok(()) => cx.count(self.unit, a, Fate::Written(&self.losses)),
            Err(reason) => cx.count(self.unit, a, Fate::Lost(reason)),
        }
    }

    /// Appends one record to the open text, or leaves it as it was.
    fn annotation(&mut self, a: &Annotation<'_>, cx: &mut RenderContext<'_>) -> Result<(), Reason> {
        if a.tool == Tool::Segmentation && cx.options.segmentation == Segmentation::Exclude {
            return Err(Reason::SegmentationExcluded);
        }
        if let Some(problem) = a.problem {
            return Err(problem);
        }
        let fit = cx.fit(self.size);
        let coordinates = &self.unit.arena.coordinates;
        match &a.geometry {
            Geometry::Box(rect, rotation) if *rotation != 0.0 && fit.rotated == Rotated::Best => {
                fit.turned(*rect, *rotation, cx.rings, &mut self.losses)?;
                self.rings(a, Some(*rotation), cx)
            }
            Geometry::Box(rect, rotation) => {
                let fitted = fit.upright(*rect, *rotation, cx.rings, &mut self.losses)?;
                self.upright(a, fitted, cx)
            }
            Geometry::Polygon(_) | Geometry::Rings(_) => {
                fit.rings(rings_of(&a.geometry, coordinates), cx.rings, &mut self.losses)?;
                self.rings(a, None, cx)
            }
            Geometry::Mask(mask) => {
                // Readers hold a run length in 32 bits.
                if u64::from(self.size.w) * u64::from(self.size.h) > u64::from(u32::MAX) {
                    return Err(Reason::SourceImageInvalid);
                }
                fit.mask(mask, self.unit.arena, &mut self.runs, &mut self.losses)?;
                self.mask(a, cx)
            }
            _ => Err(Reason::UnsupportedAnnotationType),
        }
    }

    /// The category that an annotation's class is written as.
    fn category(&self, a: &Annotation<'_>, cx: &mut RenderContext<'_>) -> Result<Category, Reason> {
        match (&self.coco.numbers, cx.list_class(a)?) {
            (Numbers::From(first), ClassRef::Listed(i)) => Ok(Category::Number(i + first)),
            (Numbers::From(_), ClassRef::Unlisted(i)) => Ok(Category::Provisional(i)),
            (Numbers::Given(ids), _) => given(ids, cx.classes.rename(&a.class)),
        }
    }

    fn upright(&mut self, a: &Annotation<'_>, r: Rect, cx: &mut RenderContext<'_>) -> Result<(), Reason> {
        let class = self.category(a, cx)?;
        let out = cx.parts.text();
        self.open(out, class, r, r.w * r.h);
        out.lit(lit!(",\"segmentation\":[]"));
        self.close(out, a, None);
        Ok(())
    }

    /// One object of the rings in `cx.rings`.
    fn rings(&mut self, a: &Annotation<'_>, rotation: Option<f64>, cx: &mut RenderContext<'_>) -> Result<(), Reason> {
        let class = self.category(a, cx)?;
        let (out, rings) = (cx.parts.text(), &*cx.rings);
        self.open(out, class, hull(rings.points()), union::area_of(rings.iter()));
        out.lit(lit!(",\"segmentation\":["));
        for (i, ring) in rings.iter().enumerate() {
            out.lit(if i == 0 { lit!("[") } else { lit!(",[") });
            for (i, n) in ring.iter().flatten().enumerate() {
                if i > 0 {
                    out.byte::<b','>();
                }
                out.float(*n);
            }
            out.byte::<b']'>();
        }
        out.byte::<b']'>();
        self.close(out, a, rotation);
        Ok(())
    }

    /// The mask in `self.runs`.
    fn mask(&mut self, a: &Annotation<'_>, cx: &mut RenderContext<'_>) -> Result<(), Reason> {
        let extent = rle::extent(&self.runs, self.size).ok_or(Reason::InvalidGeometry)?;
        let class = self.category(a, cx)?;
        let out = cx.parts.text();
        self.open(out, class, extent.bbox, extent.area as f64);
        out.lit(lit!(",\"segmentation\":{\"size\":["));
        out.int(self.size.h);
        out.byte::<b','>();
        out.int(self.size.w);
        out.lit(lit!("],\"counts\":\""));
        let mut counts = Vec::new();
        rle::encode(&self.runs, self.size, &mut self.scratch, &mut counts);
        // The code uses the characters 48 to 111, a backslash among them.
        out.json_inside(std::str::from_utf8(&counts).unwrap_or_default());
        out.lit(lit!("\"}"));
        self.close(out, a, None);
        Ok(())
    }

    fn keypoints(
        &mut self,
        mut joints: Vec<Joint>,
        own_box: Option<Rect>,
        cx: &mut RenderContext<'_>,
    ) -> Result<(), Reason> {
        let bbox = cx.fit(self.size).joints(&mut joints, own_box, &mut self.losses)?;
        let category = match &self.coco.numbers {
            Numbers::From(first) => Category::Number(*first),
            Numbers::Given(ids) => given(ids, &self.coco.profile.category)?,
        };
        let out = cx.parts.text();
        self.open(out, category, bbox, bbox.w * bbox.h);
        out.lit(lit!(",\"segmentation\":[],\"iscrowd\":0,\"num_keypoints\":"));
        out.int(joints.iter().filter(|j| j.v > 0).count());
        out.lit(lit!(",\"keypoints\":["));
        for (i, joint) in joints.iter().enumerate() {
            if i > 0 {
                out.byte::<b','>();
            }
            out.float(joint.x);
            out.byte::<b','>();
            out.float(joint.y);
            out.byte::<b','>();
            out.int(joint.v);
        }
        out.lit(lit!("]},"));
        Ok(())
    }

    /// Everything of a record up to its segmentation.
    fn open(&self, out: &mut Text, category: Category, bbox: Rect, area: f64) {
        out.lit(lit!("\n{\"id\":"));
        out.hole(Hole::Annotation);
        out.lit(lit!(",\"image_id\":"));
        out.hole(Hole::Image);
        out.lit(lit!(",\"category_id\":"));
        match category {
            Category::Number(n) => out.int(n),
            Category::Provisional(i) => out.hole(Hole::Class(i)),
        }
        out.lit(lit!(",\"bbox\":["));
        for (i, n) in [bbox.x, bbox.y, bbox.w, bbox.h].into_iter().enumerate() {
            if i > 0 {
                out.byte::<b','>();
            }
            out.float(n);
        }
        out.lit(lit!("],\"area\":"));
        out.float(area);
    }

    /// The end of a record, with its attributes, and the comma after it.
    fn close(&self, out: &mut Text, a: &Annotation<'_>, rotation: Option<f64>) {
        out.lit(lit!(",\"iscrowd\":0"));
        if !a.attributes.is_empty() || rotation.is_some() {
            out.lit(lit!(",\"attributes\":{"));
            let mut first = true;
            for (key, value) in &a.attributes {
                if !std::mem::take(&mut first) {
                    out.byte::<b','>();
                }
                out.json_string(key);
                out.byte::<b':'>();
                out.plain(&value.readable());
            }
            if let Some(angle) = rotation {
                if !first {
                    out.byte::<b','>();
                }
                out.lit(lit!("\"rotation\":"));
                out.float(angle);
            }
            out.byte::<b'}'>();
        }
        out.byte::<b'}'>();
        out.byte::<b','>();
    }
}

/// The number that a category was given.
fn given(ids: &CategoryIds, name: &str) -> Result<Category, Reason> {
    ids.get(name).map(Category::Number).ok_or(Reason::UnmappedClassIdentifier)
}

/// The first class of a unit that has no number although all are to have one.
fn unnumbered<'u>(coco: &'u Coco, annotations: &'u [Annotation<'_>], cx: &'u RenderContext<'_>) -> Option<&'u str> {
    let Numbers::Given(ids) = &coco.numbers else { return None };
    let written = annotations.iter().filter_map(|a| match (a.problem, a.tool) {
        (Some(_), _) => None,
        (None, Tool::Keypoint) => Some(coco.profile.category.as_str()),
        (None, Tool::BoundingBox | Tool::Polygon | Tool::Segmentation) => Some(cx.classes.rename(&a.class)),
        _ => None,
    });
    written.into_iter().find(|class| ids.get(class).is_none())
}
