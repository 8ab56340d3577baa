//! `pose`: `class xc yc w h x1 y1 v1 x2 y2 v2 …`, a row for each group of keypoints.
//!
//! The box is that around the joints with a visibility above 0. A joint that is not labelled is `0 0 0`; so is, with
//! `--bounds clip`, one outside the image, because moving it to the edge would make up a place where it is not.

use super::row::Frame;
use crate::convert::format::Cx;
use crate::convert::geometry::keypoints::Joint;
use crate::convert::geometry::{Bounds, hull};
use crate::dm::{Reason, Rect};

/// Appends the row of an object.
///
/// # Errors
/// Why there is no row.
pub fn row(frame: Frame<'_>, joints: &[Joint], cx: &mut Cx<'_>, losses: &mut Vec<Reason>) -> Result<(), Reason> {
    let [w, h] = frame.scale();
    let outside = |j: &Joint| j.v > 0 && !((0.0..=w).contains(&j.x) && (0.0..=h).contains(&j.y));
    if joints.iter().any(outside) {
        if cx.options.bounds != Bounds::Clip {
            // A coordinate beyond the edges costs the whole image, so that `keep` cannot keep it.
            return Err(Reason::InvalidGeometry);
        }
        losses.push(Reason::ClippedToImage);
    }
    let shown = |j: &&Joint| j.v > 0 && !outside(j);
    cx.ring.clear();
    cx.ring.extend(joints.iter().filter(shown).map(|j| [j.x / w, j.y / h]));
    let Rect { x, y, w: wide, h: high } = hull(cx.ring);
    if wide <= 0.0 || high <= 0.0 {
        return Err(Reason::KeypointProfileUnsupported);
    }
    let class = cx.list_class_named(&cx.options.keypoints.category)?;
    let (style, out) = (frame.style, cx.parts.text());
    style.open(out, class);
    for n in [x + wide / 2.0, y + high / 2.0, wide, high] {
        style.number(out, n);
    }
    for joint in joints {
        let place = Some(joint).filter(shown).map_or((0.0, 0.0, 0), |j| (j.x / w, j.y / h, j.v));
        style.number(out, place.0);
        style.number(out, place.1);
        style.digit(out, place.2);
    }
    style.close(out);
    Ok(())
}
