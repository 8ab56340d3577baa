//! The XML file of an image: its parts, ready to stand in the string of a file line.

use crate::convert::geometry::Size;
use crate::convert::output::xml::text;
use crate::dm::Rect;
use crate::file_line::push_escaped;

/// `xmin, ymin, xmax, ymax` as written. `base_one`: inclusive pixels from 1, as the development kit counts; else edges from 0,
/// rounded half to even, as the platform does.
pub fn corners(r: Rect, base_one: bool) -> [i64; 4] {
    let (right, bottom) = (r.x + r.w, r.y + r.h);
    if base_one {
        let first = |n: f64| n.floor() as i64 + 1;
        [first(r.x), first(r.y), right.ceil() as i64, bottom.ceil() as i64]
    } else {
        [r.x, r.y, right, bottom].map(|n| n.round_ties_even() as i64)
    }
}

/// Appends one object.
pub fn push_object(out: &mut Vec<u8>, class: &str, [xmin, ymin, xmax, ymax]: [i64; 4]) {
    let xml = format!(
        "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n    \
         <difficult>0</difficult>\n    <bndbox>\n      <xmin>{xmin}</xmin>\n      <ymin>{ymin}</ymin>\n      \
         <xmax>{xmax}</xmax>\n      <ymax>{ymax}</ymax>\n    </bndbox>\n  </object>\n",
        text(class)
    );
    push_escaped(out, &xml);
}

/// What stands between the file name and the objects. `segmented`: whether the image has a class plane. Images are said to have
/// three channels, as readers expect of JPEG.
pub fn push_middle(out: &mut Vec<u8>, size: Size, segmented: bool) {
    let xml = format!(
        "  <source>\n    <database>Unknown</database>\n  </source>\n  <size>\n    <width>{}</width>\n    \
         <height>{}</height>\n    <depth>3</depth>\n  </size>\n  <segmented>{}</segmented>\n",
        size.w,
        size.h,
        u8::from(segmented)
    );
    push_escaped(out, &xml);
}

/// The whole file, from its name and the parts above.
pub fn document(file_name: &str, middle: &[u8], objects: &[u8]) -> Vec<u8> {
    let head = format!("<annotation>\n  <folder>JPEGImages</folder>\n  <filename>{}</filename>\n", text(file_name));
    let mut out = Vec::with_capacity(head.len() + middle.len() + objects.len() + 64);
    push_escaped(&mut out, &head);
    out.extend_from_slice(middle);
    out.extend_from_slice(objects);
    push_escaped(&mut out, "</annotation>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_in_both_conventions() {
        let r = Rect { x: 0.5, y: 1.5, w: 2.0, h: 3.2 };
        assert_eq!(corners(r, false), [0, 2, 2, 5]);
        assert_eq!(corners(r, true), [1, 2, 3, 5]);
    }
}
