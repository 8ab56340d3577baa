//! `pose`: `class xc yc w h x1 y1 v1 x2 y2 v2 …`, a row for each group of keypoints.
//!
//! The box is the one in the group, else that around the joints with a visibility above 0. A joint that is not labelled is `0 0 0`; so is, with
//! `--bounds clip`, one outside the image, because moving it to the edge would make up a place where it is not.

use super::row::Frame;
use crate::convert::format::RenderContext;
use crate::convert::geometry::fit::Fit;
use crate::convert::geometry::keypoints::Joint;
use crate::convert::geometry::{Bounds, hull};
use crate::dm::{Reason, Rect};

/// Appends the row of an object. `own_box`: its own box, fitted.
///
/// # Errors
/// Why there is no row.
pub fn row(
    frame: Frame<'_>,
    joints: &mut [Joint],
    own_box: Option<Rect>,
    cx: &mut RenderContext<'_>,
    losses: &mut Vec<Reason>,
) -> Result<(), Reason> {
    let fit = cx.fit(frame.size);
    // A coordinate beyond the edges costs the whole image, so that `keep` cannot keep it.
    let bounds = if fit.bounds == Bounds::Keep { Bounds::Reject } else { fit.bounds };
    Fit { bounds, ..fit }.joints(joints, own_box, losses)?;
    let [w, h] = frame.scale();
    let centred = if let Some(own_box) = own_box {
        frame.centred(own_box)
    } else {
        // The box is that of the numbers written, so that rounding leaves no joint outside of it.
        let points = cx.rings.scratch();
        points.extend(joints.iter().filter(|j| j.v > 0).map(|j| [j.x / w, j.y / h]));
        let Rect { x, y, w: wide, h: high } = hull(points);
        if wide <= 0.5e-6 || high <= 0.5e-6 {
            return Err(Reason::KeypointGroupInvalid);
        }
        [x + wide / 2.0, y + high / 2.0, wide, high]
    };
    let class = cx.list_class_named(&cx.options.keypoints.category)?;
    let (style, out) = (frame.style, cx.parts.text());
    style.open(out, class);
    for n in centred {
        style.number(out, n);
    }
    for joint in joints {
        style.number(out, joint.x / w);
        style.number(out, joint.y / h);
        style.digit(out, joint.v);
    }
    style.close(out);
    Ok(())
}
