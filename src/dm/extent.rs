//! How large an annotation is, as it was drawn: not cut at the edge of the image.

use super::annotation::Geometry;
use super::mask::{MaskData, MaskRef};
use super::payload::Arena;
use super::ring::hull;
use super::union::area_of;
use super::{Annotation, Rect};

/// What something covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Width and height, pixels: of a box its own, whatever its rotation; else those of the upright box around it. `None` for a mask
    /// in an image of unknown width, whose pixels are known by number only.
    pub sides: Option<[f64; 2]>,
    /// Square pixels; of rings that overlap what any of them covers, of a mask its pixels.
    pub area: f64,
}

impl Extent {
    fn of_box(rect: &Rect) -> Option<Self> {
        let sides = [rect.w, rect.h];
        sides.iter().all(|side| *side >= 0.0).then_some(Self { sides: Some(sides), area: rect.w * rect.h })
    }
}

/// What an annotation covers: one extent, or one for each frame of a video. Empty for what has no area (points, lines, classes,
/// sections, text, …) and for geometry that cannot be read. `size`: that of the image, pixels, if known.
pub fn extents(annotation: &Annotation<'_>, arena: &Arena, size: Option<(u32, u32)>) -> Vec<Extent> {
    let pairs = &arena.coordinates.pairs;
    match &annotation.geometry {
        Geometry::Box(rect, _) => Extent::of_box(rect).into_iter().collect(),
        Geometry::Frames(frames) => frames.iter().filter_map(|(_, rect, _)| Extent::of_box(rect)).collect(),
        Geometry::Polygon(ring) => of_rings(&[&pairs[ring.clone()]]),
        Geometry::Rings(rings) => {
            let rings = &arena.coordinates.rings[rings.clone()];
            of_rings(&rings.iter().map(|ring| &pairs[ring.clone()]).collect::<Vec<_>>())
        }
        Geometry::Mask(mask) => of_mask(mask, arena, size),
        Geometry::None | Geometry::Polyline(_) | Geometry::Point(_) | Geometry::Points(_) | Geometry::Other => {
            Vec::new()
        }
    }
}

fn of_rings(rings: &[&[[f64; 2]]]) -> Vec<Extent> {
    let points = rings.concat();
    if points.iter().flatten().any(|n| !n.is_finite()) {
        return Vec::new();
    }
    let Rect { w, h, .. } = hull(&points);
    vec![Extent { sides: Some([w, h]), area: area_of(rings.iter().copied()) }]
}

fn of_mask(mask: &MaskRef, arena: &Arena, size: Option<(u32, u32)>) -> Vec<Extent> {
    // Without a size only the number of pixels can be checked, in an image that is wide enough for any.
    let (width, height) = size.unwrap_or((u32::MAX, u32::MAX));
    let mut runs = Vec::new();
    if mask.data == MaskData::Empty || mask.runs(arena, width, height, &mut runs).is_err() {
        return Vec::new();
    }
    let area = runs.iter().map(|run| run.length).sum::<u64>() as f64;
    let sides = size.map(|_| {
        let width = u64::from(width);
        let (mut left, mut right, mut top, mut bottom) = (width, 0, u64::MAX, 0);
        for run in &runs {
            let (first, last) = (run.start, run.start + run.length - 1);
            (top, bottom) = (top.min(first / width), bottom.max(last / width));
            // A run that goes on in the next row reaches from one edge to the other.
            let wraps = first / width != last / width;
            left = left.min(if wraps { 0 } else { first % width });
            right = right.max(if wraps { width - 1 } else { last % width });
        }
        [(right - left + 1) as f64, (bottom - top + 1) as f64]
    });
    vec![Extent { sides, area }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dm::payload::read;

    #[test]
    fn every_geometry_has_its_extent_or_none() {
        let boxed = |w, h, area| vec![Extent { sides: Some([w, h]), area }];
        for (annotation, size, expected) in [
            (r#""type":"bbox","data":[1,2,3,4]"#, None, boxed(3.0, 4.0, 12.0)),
            (r#""type":"bbox","data":[1,2,0,4]"#, None, boxed(0.0, 4.0, 0.0)),
            (r#""type":"bbox","data":[1,2,-3,4]"#, None, vec![]),
            (r#""type":"bbox","data":[1,2,3]"#, None, vec![]),
            (r#""type":"polygon","data":[[0,0],[4,0],[0,2]]"#, None, boxed(4.0, 2.0, 4.0)),
            (r#""type":"polygon","data":[[0,0],[4,null],[0,2]]"#, None, vec![]),
            (r#""type":"polygon","data":[[[0,0],[4,0],[0,2]],[[10,0],[12,0],[10,2]]]"#, None, boxed(12.0, 2.0, 6.0)),
            (r#""type":"polyline","data":[[0,0],[4,0]]"#, None, vec![]),
            (r#""type":"keypoint","data":[4,5]"#, None, vec![]),
            (r#""type":"classification""#, None, vec![]),
            (r#""type":"segmentation","data":[3,4,13]"#, None, vec![Extent { sides: None, area: 3.0 }]),
            (r#""type":"segmentation","data":[3,4,13]"#, Some((10, 10)), boxed(2.0, 2.0, 3.0)),
            (r#""type":"segmentation","data":[[8,4]]"#, Some((10, 10)), boxed(10.0, 2.0, 4.0)),
            (r#""type":"segmentation","data":[3,400]"#, Some((10, 10)), vec![]),
            (r#""type":"segmentation","data":[]"#, Some((10, 10)), vec![]),
            (r#""type":"3d_segmentation","data":[3,4]"#, None, vec![]),
        ] {
            let payload =
                format!(r#"{{"annotations":{{"image_1":[{{"id":"a","classification":"car",{annotation}}}]}}}}"#);
            let mut arena = Arena::default();
            let payload = read(payload.as_bytes(), &mut arena).unwrap();
            assert_eq!(extents(&payload.media[0].annotations[0], &arena, size), expected, "{annotation}");
        }
    }
}
