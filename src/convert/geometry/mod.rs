//! Boxes and rings in an image: their sizes here, how they are fitted to the image in [`fit`]. Pixels, y down; angles in radians,
//! clockwise on the screen.

pub mod bridge;
pub mod contour;
pub mod fit;
pub mod keypoints;
pub mod rle;

use crate::dm::Rect;
pub use crate::dm::ring::{area, hull, twice_area};

/// What to do with geometry outside the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Bounds {
    /// Cut it at the edge and report `CLIPPED_TO_IMAGE`.
    #[default]
    Clip,
    /// Refuse it: `INVALID_GEOMETRY`.
    Reject,
    /// Leave it as it is.
    Keep,
}

/// What becomes of rotated boxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Rotated {
    /// What the format can carry: corners in yolo-obb, a polygon in coco, else the hull.
    #[default]
    Best,
    /// The axis-aligned hull: `ROTATION_DROPPED`.
    Hull,
    /// Left out: `UNSUPPORTED_ORIENTED_BOUNDING_BOX`.
    Skip,
}

/// Width and height of an image, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Size {
    /// Width as a coordinate.
    pub fn w(self) -> f64 {
        f64::from(self.w)
    }

    /// Height as a coordinate.
    pub fn h(self) -> f64 {
        f64::from(self.h)
    }
}

/// Number of distinct points, counted up to three.
pub fn distinct(points: &[[f64; 2]]) -> usize {
    let Some(a) = points.first() else { return 0 };
    let Some(b) = points.iter().find(|p| *p != a) else { return 1 };
    if points.iter().any(|p| p != a && p != b) { 3 } else { 2 }
}

/// The four corners of a box turned by `angle` about its centre, clockwise from the top left.
pub fn corners(r: Rect, angle: f64) -> [[f64; 2]; 4] {
    let (cx, cy) = (r.x + r.w / 2.0, r.y + r.h / 2.0);
    let (sin, cos) = angle.sin_cos();
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(sx, sy)| {
        let (dx, dy) = (sx * r.w / 2.0, sy * r.h / 2.0);
        [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let got = hull(&corners(Rect { x: 2.0, y: 8.0, w: 6.0, h: 2.0 }, std::f64::consts::FRAC_PI_2));
        let want = [4.0, 6.0, 2.0, 6.0];
        for (a, b) in [got.x, got.y, got.w, got.h].iter().zip(want) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
