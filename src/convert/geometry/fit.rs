//! Geometry fitted to its image: the one place that decides what `--bounds` and `--rotated` do to boxes, rings, joints and masks.
//! Formats write what comes out of here.
//!
//! | geometry | `clip` | `reject` | `keep` |
//! |---|---|---|---|
//! | upright box | cut at the edges | fails when any of it is outside | as it is |
//! | rotated box, as upright box | its corners' ring is cut, then the hull of what is left | as above | hull of its corners |
//! | rings | each is cut; those wholly outside are dropped | as above | as they are |
//! | joints | those outside are no longer labelled | as above | as they are |
//! | mask | a mask outside its image is a wrong encoding, whatever the policy | | |
//!
//! What has nothing inside the image fails with `INVALID_GEOMETRY` when it is cut. The hull of a rotated box may lie inside where
//! nothing of the box does, therefore the box is cut first.
//!
//! Pixels, y down; angles in radians, clockwise on the screen.

use super::bridge;
use super::keypoints::Joint;
use super::rle;
use super::{Bounds, Rotated, Size, area, corners, distinct, hull};
use crate::dm::mask::{MaskRef, Run};
use crate::dm::shape::Coordinates;
use crate::dm::{Arena, Geometry, Reason, Rect};

/// The corners of a box, pixels, clockwise from its own top left.
pub type Quad = [[f64; 2]; 4];

/// What geometry has to fit.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    /// Size of the image.
    pub size: Size,
    /// What becomes of what lies outside.
    pub bounds: Bounds,
    /// What becomes of rotated boxes.
    pub rotated: Rotated,
}

impl Fit {
    /// The upright box of a box. Of a rotated one that reaches over the edge it is the hull of the part inside. Adds
    /// `CLIPPED_TO_IMAGE` and `ROTATION_DROPPED` to `losses`. `rings` is memory.
    ///
    /// # Errors
    /// [`Reason::InvalidBoundingBox`] without area, or with one that is no finite number;
    /// [`Reason::UnsupportedOrientedBoundingBox`] when it is rotated and such boxes are skipped; [`Reason::InvalidGeometry`] when
    /// it is outside and that is rejected, or nothing of it lies inside.
    pub fn upright(self, rect: Rect, angle: f64, rings: &mut Rings, losses: &mut Vec<Reason>) -> Result<Rect, Reason> {
        if angle == 0.0 {
            let (fitted, clipped) = fit_rect(rect, self.size, self.bounds)?;
            if clipped {
                lose(losses, Reason::ClippedToImage);
            }
            return Ok(fitted);
        }
        self.turned(rect, angle, rings, losses)?;
        lose(losses, Reason::RotationDropped);
        Ok(hull(rings.points()))
    }

    /// The corners of a rotated box, wherever they lie.
    ///
    /// # Errors
    /// As [`Fit::upright`], but for what depends on the image.
    pub fn corners(self, rect: Rect, angle: f64) -> Result<Quad, Reason> {
        if rect.w <= 0.0 || rect.h <= 0.0 {
            return Err(Reason::InvalidBoundingBox);
        }
        if self.rotated == Rotated::Skip {
            return Err(Reason::UnsupportedOrientedBoundingBox);
        }
        let quad = corners(rect, angle);
        if has_area(&quad) { Ok(quad) } else { Err(Reason::InvalidBoundingBox) }
    }

    /// A rotated box as a ring, put into `rings`: its four corners, or up to eight of the part inside the image.
    ///
    /// # Errors
    /// As [`Fit::upright`].
    pub fn turned(self, rect: Rect, angle: f64, rings: &mut Rings, losses: &mut Vec<Reason>) -> Result<(), Reason> {
        let quad = self.corners(rect, angle)?;
        self.rings([&quad[..]], rings, losses).map_err(|reason| match reason {
            Reason::InvalidPolygon => Reason::InvalidBoundingBox,
            other => other,
        })
    }

    /// Puts the rings of one object into `out`. One that is wrong costs the object; one wholly outside is dropped where others are
    /// cut; one that lies in another is a hole, and tied to it ([`bridge`]). Adds `CLIPPED_TO_IMAGE` to `losses`.
    ///
    /// # Errors
    /// [`Reason::InvalidPolygon`] without rings, or when one has fewer than three distinct finite points or no area (a ring that
    /// crosses itself into parts that cancel out has none), or too many rings to tell which lie in which; [`Reason::InvalidGeometry`] as for [`Fit::upright`].
    pub fn rings<'r>(
        self,
        rings: impl IntoIterator<Item = &'r [[f64; 2]]>,
        out: &mut Rings,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        out.clear();
        let (mut clipped, mut outside) = (false, false);
        for ring in rings {
            match out.push(ring, self.size, self.bounds) {
                Ok(cut) => clipped |= cut,
                Err(Reason::InvalidGeometry) if self.bounds == Bounds::Clip => outside = true,
                Err(reason) => return Err(reason),
            }
        }
        if out.ends.is_empty() {
            return Err(if outside { Reason::InvalidGeometry } else { Reason::InvalidPolygon });
        }
        out.cut_holes()?;
        if clipped || outside {
            lose(losses, Reason::ClippedToImage);
        }
        Ok(())
    }

    /// The upright box around a polygon, or around the pixels of a mask; of what reaches over the edge, around the part inside. Adds
    /// `OUTLINE_DROPPED` to `losses`, and what the outline loses. `rings` is memory.
    ///
    /// # Errors
    /// As [`Fit::rings`] and [`Fit::mask`]; [`Reason::UnsupportedAnnotationType`] for other geometry.
    pub fn around(
        self,
        geometry: &Geometry<'_>,
        arena: &Arena,
        rings: &mut Rings,
        losses: &mut Vec<Reason>,
    ) -> Result<Rect, Reason> {
        let around = match geometry {
            Geometry::Polygon(_) | Geometry::Rings(_) => {
                self.rings(rings_of(geometry, &arena.coordinates), rings, losses)?;
                hull(rings.points())
            }
            Geometry::Mask(mask) => {
                let mut runs = Vec::new();
                self.mask(mask, arena, &mut runs, losses)?;
                rle::extent(&runs, self.size).ok_or(Reason::InvalidGeometry)?.bbox
            }
            _ => return Err(Reason::UnsupportedAnnotationType),
        };
        lose(losses, Reason::OutlineDropped);
        Ok(around)
    }

    /// The box of an object made of joints: `own_box`, which was fitted before, else the one around its labelled joints. With `clip`
    /// joints outside become unlabelled: moved to the edge they would be where the joint is not. Adds `CLIPPED_TO_IMAGE`
    /// to `losses`.
    ///
    /// # Errors
    /// [`Reason::InvalidGeometry`] when a joint is outside and that is rejected. Without `own_box` the same when all are outside, and
    /// [`Reason::KeypointGroupInvalid`] when the box around them has no area: no joint, one, or all in one row or column.
    pub fn joints(self, joints: &mut [Joint], own_box: Option<Rect>, losses: &mut Vec<Reason>) -> Result<Rect, Reason> {
        let (w, h) = (self.size.w(), self.size.h());
        let (mut low, mut high, mut labelled, mut clipped) = ([f64::MAX; 2], [f64::MIN; 2], 0, false);
        for joint in joints.iter_mut().filter(|j| j.v > 0) {
            let inside = (0.0..=w).contains(&joint.x) && (0.0..=h).contains(&joint.y);
            match self.bounds {
                Bounds::Reject if !inside => return Err(Reason::InvalidGeometry),
                Bounds::Clip if !inside => {
                    *joint = Joint::default();
                    clipped = true;
                    continue;
                }
                _ => labelled += 1,
            }
            for (i, n) in [joint.x, joint.y].into_iter().enumerate() {
                low[i] = low[i].min(n);
                high[i] = high[i].max(n);
            }
        }
        if let Some(own_box) = own_box {
            if clipped {
                lose(losses, Reason::ClippedToImage);
            }
            return Ok(own_box);
        }
        if labelled == 0 && clipped {
            return Err(Reason::InvalidGeometry);
        }
        let around = Rect { x: low[0], y: low[1], w: high[0] - low[0], h: high[1] - low[1] };
        if labelled == 0 || around.w <= 0.0 || around.h <= 0.0 {
            return Err(Reason::KeypointGroupInvalid);
        }
        if !(around.w * around.h).is_finite() {
            return Err(Reason::InvalidGeometry);
        }
        if clipped {
            lose(losses, Reason::ClippedToImage);
        }
        Ok(around)
    }

    /// Puts the pixels of a mask into `runs`: sorted, row-major, not adjacent. Adds `MASK_ENCODING_ASSUMED` to `losses`.
    ///
    /// # Errors
    /// [`Reason::InvalidMaskEncoding`] when the runs contradict each other or leave the image; [`Reason::InvalidGeometry`] without a
    /// pixel.
    pub fn mask(
        self,
        mask: &MaskRef,
        arena: &Arena,
        runs: &mut Vec<Run>,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        mask.runs(arena, self.size.w, self.size.h, runs)?;
        if runs.is_empty() {
            return Err(Reason::InvalidGeometry);
        }
        if mask.assumed() {
            lose(losses, Reason::MaskEncodingAssumed);
        }
        Ok(())
    }
}

/// The rings of a polygon as they were given; none for other geometry.
pub fn rings_of<'g>(
    geometry: &'g Geometry<'_>,
    coordinates: &'g Coordinates,
) -> impl Iterator<Item = &'g [[f64; 2]]> + Clone {
    let ranges = match geometry {
        Geometry::Polygon(ring) => std::slice::from_ref(ring),
        Geometry::Rings(rings) => coordinates.rings.get(rings.clone()).unwrap_or_default(),
        _ => &[],
    };
    ranges.iter().map(|ring| coordinates.pairs.get(ring.clone()).unwrap_or_default())
}

fn lose(losses: &mut Vec<Reason>, reason: Reason) {
    if !losses.contains(&reason) {
        losses.push(reason);
    }
}

/// Rings of one object, inside the image; memory that is used again from one object to the next.
#[derive(Debug, Default)]
pub struct Rings {
    points: Vec<[f64; 2]>,
    /// Where each ring ends in `points`.
    ends: Vec<usize>,
    cut: [Vec<[f64; 2]>; 2],
}

impl Rings {
    /// The points of all rings, pixels.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Ring by ring.
    pub fn iter(&self) -> impl Iterator<Item = &[[f64; 2]]> + Clone {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.points[std::mem::replace(&mut start, end)..end])
    }

    /// Empty memory for points of any kind, in place of the rings.
    pub fn scratch(&mut self) -> &mut Vec<[f64; 2]> {
        self.clear();
        &mut self.points
    }

    /// Puts these rings in the place of all others.
    pub fn set<'r>(&mut self, rings: impl IntoIterator<Item = &'r [[f64; 2]]>) {
        self.clear();
        for ring in rings {
            self.points.extend_from_slice(ring);
            self.ends.push(self.points.len());
        }
    }

    /// Puts outlines of whole pixels in the place of all others.
    pub fn set_pixels<'r>(&mut self, rings: impl Iterator<Item = &'r [[u32; 2]]>) {
        self.clear();
        for ring in rings {
            self.points.extend(ring.iter().map(|p| p.map(f64::from)));
            self.ends.push(self.points.len());
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Makes one ring of all.
    pub fn join(&mut self) {
        let one = bridge::join(self.iter().map(<[_]>::to_vec));
        self.set([&one[..]]);
    }

    fn cut_holes(&mut self) -> Result<(), Reason> {
        if self.count() < 2 {
            return Ok(());
        }
        let parts = bridge::cut_holes(self.iter().map(<[_]>::to_vec).collect()).ok_or(Reason::InvalidPolygon)?;
        self.set(parts.iter().map(|part| &part[..]));
        Ok(())
    }

    fn clear(&mut self) {
        self.points.clear();
        self.ends.clear();
    }

    /// Adds a ring, inside the image as `bounds` says. Gives whether it was cut.
    fn push(&mut self, ring: &[[f64; 2]], size: Size, bounds: Bounds) -> Result<bool, Reason> {
        if !ring.iter().flatten().all(|n| n.is_finite()) || distinct(ring) < 3 {
            return Err(Reason::InvalidPolygon);
        }
        let inside = ring.iter().all(|p| p[0] >= 0.0 && p[1] >= 0.0 && p[0] <= size.w() && p[1] <= size.h());
        if inside || bounds == Bounds::Keep {
            if !has_area(ring) {
                return Err(Reason::InvalidPolygon);
            }
            self.points.extend_from_slice(ring);
        } else if bounds == Bounds::Reject {
            return Err(Reason::InvalidGeometry);
        } else {
            let [cut, from] = &mut self.cut;
            clip_ring(ring, size, cut, from);
            if distinct(cut) < 3 || !has_area(cut) {
                return Err(if area(ring) <= 0.0 { Reason::InvalidPolygon } else { Reason::InvalidGeometry });
            }
            self.points.extend_from_slice(cut);
        }
        self.ends.push(self.points.len());
        Ok(!inside && bounds == Bounds::Clip)
    }
}

/// Whether a ring has an area that is a finite number, and a hull that has one. What the rounding of the sums leaves is none.
fn has_area(ring: &[[f64; 2]]) -> bool {
    const ROUNDING: f64 = 1e-12;
    let (area, hull) = (area(ring), hull(ring));
    area > ROUNDING * hull.w * hull.h && area.is_finite() && hull.w > 0.0 && hull.h > 0.0
}

/// A box inside the image. Gives the box and whether it was cut.
fn fit_rect(r: Rect, size: Size, bounds: Bounds) -> Result<(Rect, bool), Reason> {
    if r.w <= 0.0 || r.h <= 0.0 {
        return Err(Reason::InvalidBoundingBox);
    }
    let (right, bottom) = (r.x + r.w, r.y + r.h);
    if r.x >= 0.0 && r.y >= 0.0 && right <= size.w() && bottom <= size.h() {
        return Ok((r, false));
    }
    match bounds {
        Bounds::Reject => Err(Reason::InvalidGeometry),
        Bounds::Keep if [right, bottom, r.w * r.h].iter().all(|n| n.is_finite()) => Ok((r, false)),
        Bounds::Keep => Err(Reason::InvalidBoundingBox),
        Bounds::Clip => {
            let (x, y) = (r.x.max(0.0), r.y.max(0.0));
            let cut = Rect { x, y, w: right.min(size.w()) - x, h: bottom.min(size.h()) - y };
            if cut.w > 0.0 && cut.h > 0.0 { Ok((cut, true)) } else { Err(Reason::InvalidGeometry) }
        }
    }
}

/// Cuts a ring at the four edges of the image, one after the other (Sutherland and Hodgman, 1974). `from` is memory.
fn clip_ring(ring: &[[f64; 2]], size: Size, out: &mut Vec<[f64; 2]>, from: &mut Vec<[f64; 2]>) {
    out.clear();
    out.extend_from_slice(ring);
    for (axis, limit, keep_low) in [(0, 0.0, false), (0, size.w(), true), (1, 0.0, false), (1, size.h(), true)] {
        std::mem::swap(out, from);
        out.clear();
        let inside = |p: &[f64; 2]| if keep_low { p[axis] <= limit } else { p[axis] >= limit };
        let Some(mut last) = from.last().copied() else { return };
        for &p in from.iter() {
            if inside(&p) != inside(&last) {
                let t = (limit - last[axis]) / (p[axis] - last[axis]);
                let mut cut = [0.0; 2];
                cut[axis] = limit;
                cut[1 - axis] = last[1 - axis] + t * (p[1 - axis] - last[1 - axis]);
                out.push(cut);
            }
            if inside(&p) {
                out.push(p);
            }
            last = p;
        }
    }
    out.dedup();
    while out.len() > 1 && out.first() == out.last() {
        out.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    const SIZE: Size = Size { w: 10, h: 20 };

    fn fit(bounds: Bounds) -> Fit {
        Fit { size: SIZE, bounds, rotated: Rotated::Hull }
    }

    #[test]
    fn boxes_are_clipped_rejected_or_kept() {
        let r = Rect { x: -2.0, y: 5.0, w: 6.0, h: 20.0 };
        let cut = Rect { x: 0.0, y: 5.0, w: 4.0, h: 15.0 };
        assert_eq!(fit_rect(r, SIZE, Bounds::Clip), Ok((cut, true)));
        assert_eq!(fit_rect(r, SIZE, Bounds::Reject), Err(Reason::InvalidGeometry));
        assert_eq!(fit_rect(r, SIZE, Bounds::Keep), Ok((r, false)));
        let outside = Rect { x: 10.0, y: 0.0, w: 5.0, h: 5.0 };
        assert_eq!(fit_rect(outside, SIZE, Bounds::Clip), Err(Reason::InvalidGeometry));
        assert_eq!(fit_rect(Rect { w: 0.0, ..r }, SIZE, Bounds::Keep), Err(Reason::InvalidBoundingBox));
    }

    #[test]
    fn a_rotated_box_is_cut_before_its_hull_is_taken() {
        let (mut rings, mut losses) = (Rings::default(), Vec::new());
        // The hull of this one reaches into the image, the box does not.
        let beside = Rect { x: -8.0, y: -1.0, w: 12.0, h: 1.0 };
        let angle = -std::f64::consts::FRAC_PI_4;
        let quad = corners(beside, angle);
        let around = hull(&quad);
        assert!(around.x + around.w > 0.0 && around.y + around.h > 0.0, "{around:?}");
        assert_eq!(fit(Bounds::Clip).upright(beside, angle, &mut rings, &mut losses), Err(Reason::InvalidGeometry));
        assert_eq!(fit(Bounds::Keep).upright(beside, angle, &mut rings, &mut losses), Ok(around));
    }

    #[test]
    fn rings_are_clipped_to_the_image() {
        let (mut out, mut losses) = (Rings::default(), Vec::new());
        let ring = [[-5.0, 5.0], [5.0, 5.0], [5.0, 10.0], [-5.0, 10.0]];
        let far = [[20.0, 5.0], [25.0, 5.0], [25.0, 10.0]];
        let clip = fit(Bounds::Clip);
        assert_eq!(clip.rings([&far[..], &ring], &mut out, &mut losses), Ok(()));
        assert_eq!(losses, [Reason::ClippedToImage]);
        assert_eq!(out.iter().map(area).collect::<Vec<_>>(), [25.0]);
        assert_eq!(hull(out.points()), Rect { x: 0.0, y: 5.0, w: 5.0, h: 5.0 });
        assert_eq!(clip.rings([&far[..]], &mut out, &mut losses), Err(Reason::InvalidGeometry));
        assert_eq!(clip.rings([], &mut out, &mut losses), Err(Reason::InvalidPolygon));
    }

    #[test]
    fn rings_without_area_are_refused() {
        for bad in [
            &[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]][..],
            &[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]],
            &[[0.0, 0.0], [1.0, f64::NAN], [2.0, 5.0]],
            &[[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]],
        ] {
            let got = fit(Bounds::Keep).rings([bad], &mut Rings::default(), &mut Vec::new());
            assert_eq!(got, Err(Reason::InvalidPolygon));
        }
    }

    #[test]
    fn joints_outside_are_not_moved_to_the_edge() {
        let joint = |x, y| Joint { x, y, v: 2 };
        let given = [joint(1.0, 1.0), joint(4.0, 6.0), joint(-3.0, 4.0)];
        let (mut joints, mut losses) = (given, Vec::new());
        let around = Rect { x: 1.0, y: 1.0, w: 3.0, h: 5.0 };
        assert_eq!(fit(Bounds::Clip).joints(&mut joints, None, &mut losses), Ok(around));
        assert_eq!((joints[2], &losses[..]), (Joint::default(), &[Reason::ClippedToImage][..]));
        joints = given;
        assert_eq!(fit(Bounds::Reject).joints(&mut joints, None, &mut losses), Err(Reason::InvalidGeometry));
        assert_eq!(fit(Bounds::Clip).joints(&mut [joint(-1.0, 2.0)], None, &mut losses), Err(Reason::InvalidGeometry));
        assert_eq!(
            fit(Bounds::Clip).joints(&mut [joint(1.0, 2.0)], None, &mut losses),
            Err(Reason::KeypointGroupInvalid)
        );
    }
}
