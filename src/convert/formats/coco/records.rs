//! One image of an item → its image record, and its annotation records by role.

use super::Coco;
use crate::convert::engine::classes::ClassRef;
use crate::convert::format::{Cx, Unit};
use crate::convert::geometry::keypoints::{Joint, group_objects};
use crate::convert::geometry::rle;
use crate::convert::geometry::{Bounds, Size, area, corners, fit_rect, fit_ring, hull};
use crate::convert::options::{Rotated, Segmentation};
use crate::convert::output::hole::Hole;
use crate::convert::output::text::{Text, lit};
use crate::convert::report::tally::Fate;
use crate::dm::{Annotation, Geometry, Reason, Rect, Tool};
use std::ops::Range;

/// Pushes the image record, then for each role a text of annotation records, each with a comma after it.
pub fn render(coco: &Coco, unit: &Unit<'_, '_>, size: Size, cx: &mut Cx<'_>) {
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
    for object in group_objects(media, unit.arena, &coco.profile) {
        w.losses.clear();
        let done = object.joints.and_then(|joints| w.keypoints(joints, cx));
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
    fn one(&mut self, a: &Annotation<'_>, cx: &mut Cx<'_>) {
        self.losses.clear();
        match self.annotation(a, cx) {
            Ok(()) => cx.count(self.unit, a, Fate::Written(&self.losses)),
            Err(reason) => cx.count(self.unit, a, Fate::Lost(reason)),
        }
    }

    /// Appends one record to the open text, or leaves it as it was.
    fn annotation(&mut self, a: &Annotation<'_>, cx: &mut Cx<'_>) -> Result<(), Reason> {
        if a.tool == Tool::Segmentation && cx.options.segmentation == Segmentation::Exclude {
            return Err(Reason::SegmentationExcluded);
        }
        if let Some(problem) = a.problem {
            return Err(problem);
        }
        let pairs = |r: &Range<usize>| self.unit.arena.coordinates.pairs.get(r.clone()).ok_or(Reason::InvalidPolygon);
        match &a.geometry {
            Geometry::Box(rect, rotation) if *rotation == 0.0 => self.upright(a, *rect, cx),
            Geometry::Box(rect, _) if rect.w <= 0.0 || rect.h <= 0.0 => Err(Reason::InvalidBoundingBox),
            Geometry::Box(rect, rotation) => match cx.options.rotated {
                Rotated::Skip => Err(Reason::UnsupportedOrientedBoundingBox),
                Rotated::Hull => {
                    self.losses.push(Reason::RotationDropped);
                    self.upright(a, hull(&corners(*rect, *rotation)), cx)
                }
                Rotated::Best => self.rings(a, &[&corners(*rect, *rotation)], Some(*rotation), cx),
            },
            Geometry::Polygon(range) => self.rings(a, &[pairs(range)?], None, cx),
            Geometry::Rings(range) => {
                let rings = self.unit.arena.coordinates.rings.get(range.clone()).ok_or(Reason::InvalidPolygon)?;
                let rings = rings.iter().map(pairs).collect::<Result<Vec<_>, _>>()?;
                self.rings(a, &rings, None, cx)
            }
            Geometry::Mask(mask) => {
                mask.runs(self.unit.arena, self.size.w, self.size.h, &mut self.runs)?;
                if mask.assumed() {
                    self.losses.push(Reason::MaskEncodingAssumed);
                }
                self.mask(a, cx)
            }
            _ => Err(Reason::UnsupportedAnnotationType),
        }
    }

    fn upright(&mut self, a: &Annotation<'_>, rect: Rect, cx: &mut Cx<'_>) -> Result<(), Reason> {
        let (r, clipped) = fit_rect(rect, self.size, cx.options.bounds)?;
        if clipped {
            self.losses.push(Reason::ClippedToImage);
        }
        let class = cx.list_class(a)?;
        let out = cx.parts.text();
        self.open(out, Some(class), r, r.w * r.h);
        out.lit(lit!(",\"segmentation\":[]"));
        self.close(out, a, None);
        Ok(())
    }

    /// One object of one or several rings; rings that are wrong cost the object.
    fn rings(
        &mut self,
        a: &Annotation<'_>,
        rings: &[&[[f64; 2]]],
        rotation: Option<f64>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Reason> {
        let (mut whole, mut clipped, mut lost) = (0.0, false, None);
        let mut fitted: Vec<[f64; 2]> = Vec::new();
        let mut ends = Vec::with_capacity(rings.len());
        for ring in rings {
            match fit_ring(ring, self.size, cx.options.bounds, cx.ring) {
                Ok(cut) => {
                    clipped |= cut;
                    whole += area(cx.ring);
                    fitted.extend_from_slice(cx.ring);
                    ends.push(fitted.len());
                }
                // A ring wholly outside is cut away with the rest of what is outside.
                Err(Reason::InvalidGeometry) if cx.options.bounds == Bounds::Clip => {
                    clipped = true;
                    lost = Some(Reason::InvalidGeometry);
                }
                Err(reason) => return Err(reason),
            }
        }
        if let (true, Some(reason)) = (ends.is_empty(), lost.or(Some(Reason::InvalidPolygon))) {
            return Err(reason);
        }
        if clipped {
            self.losses.push(Reason::ClippedToImage);
        }
        let class = cx.list_class(a)?;
        let out = cx.parts.text();
        self.open(out, Some(class), hull(&fitted), whole);
        out.lit(lit!(",\"segmentation\":["));
        let mut start = 0;
        for end in ends {
            out.lit(if start == 0 { lit!("[") } else { lit!(",[") });
            for (i, n) in fitted[start..end].iter().flatten().enumerate() {
                if i > 0 {
                    out.byte::<b','>();
                }
                out.float(*n);
            }
            out.byte::<b']'>();
            start = end;
        }
        out.byte::<b']'>();
        self.close(out, a, rotation);
        Ok(())
    }

    /// The mask in `self.runs`.
    fn mask(&mut self, a: &Annotation<'_>, cx: &mut Cx<'_>) -> Result<(), Reason> {
        let extent = rle::extent(&self.runs, self.size).ok_or(Reason::InvalidGeometry)?;
        let class = cx.list_class(a)?;
        let out = cx.parts.text();
        self.open(out, Some(class), extent.bbox, extent.area as f64);
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

    fn keypoints(&mut self, mut joints: Vec<Joint>, cx: &mut Cx<'_>) -> Result<(), Reason> {
        let (w, h) = (f64::from(self.size.w), f64::from(self.size.h));
        for joint in joints.iter_mut().filter(|j| j.v > 0) {
            if (0.0..=w).contains(&joint.x) && (0.0..=h).contains(&joint.y) {
                continue;
            }
            match cx.options.bounds {
                Bounds::Keep => {}
                Bounds::Reject => return Err(Reason::InvalidGeometry),
                Bounds::Clip => {
                    *joint = Joint::default();
                    if self.losses.is_empty() {
                        self.losses.push(Reason::ClippedToImage);
                    }
                }
            }
        }
        let labelled: Vec<[f64; 2]> = joints.iter().filter(|j| j.v > 0).map(|j| [j.x, j.y]).collect();
        let bbox = hull(&labelled);
        if bbox.w <= 0.0 || bbox.h <= 0.0 {
            return Err(Reason::KeypointGroupInvalid);
        }
        let out = cx.parts.text();
        self.open(out, None, bbox, bbox.w * bbox.h);
        out.lit(lit!(",\"segmentation\":[],\"iscrowd\":0,\"num_keypoints\":"));
        out.int(labelled.len());
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

    /// Everything of a record up to its segmentation. No class: the one category of the keypoint profile.
    fn open(&self, out: &mut Text, class: Option<ClassRef>, bbox: Rect, area: f64) {
        out.lit(lit!("\n{\"id\":"));
        out.hole(Hole::Annotation);
        out.lit(lit!(",\"image_id\":"));
        out.hole(Hole::Image);
        out.lit(lit!(",\"category_id\":"));
        match class {
            Some(ClassRef::Listed(i)) => out.int(i + self.coco.category_start),
            Some(ClassRef::Unlisted(i)) => out.hole(Hole::Class(i)),
            None => out.int(self.coco.category_start),
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
        out.lit(lit!("},"));
    }
}
