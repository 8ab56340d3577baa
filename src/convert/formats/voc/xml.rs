//! The XML file of an image.

use super::flags::Flags;
use crate::convert::geometry::Size;
use crate::convert::output::text::{Text, TextRef};
use crate::convert::output::xml;
use crate::dm::Rect;

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
pub fn push_object(out: &mut Text, class: &str, flags: Flags, [xmin, ymin, xmax, ymax]: [i64; 4]) {
    let Flags { pose, truncated, difficult, occluded } = flags;
    let occluded = match occluded {
        None => "",
        Some(false) => "    <occluded>0</occluded>\n",
        Some(true) => "    <occluded>1</occluded>\n",
    };
    out.plain(&format!(
        "  <object>\n    <name>{}</name>\n    <pose>{pose}</pose>\n    <truncated>{}</truncated>\n{occluded}    \
         <difficult>{}</difficult>\n    <bndbox>\n      <xmin>{xmin}</xmin>\n      <ymin>{ymin}</ymin>\n      \
         <xmax>{xmax}</xmax>\n      <ymax>{ymax}</ymax>\n    </bndbox>\n  </object>\n",
        xml::text(class),
        u8::from(truncated),
        u8::from(difficult),
    ));
}

/// What stands between the file name and the objects. `segmented`: whether the image has a class plane. Images are said to have
/// three channels, as readers expect of JPEG.
pub fn push_middle(out: &mut Text, size: Size, segmented: bool) {
    out.plain(&format!(
        "  <source>\n    <database>Unknown</database>\n  </source>\n  <size>\n    <width>{}</width>\n    \
         <height>{}</height>\n    <depth>3</depth>\n  </size>\n  <segmented>{}</segmented>\n",
        size.w,
        size.h,
        u8::from(segmented)
    ));
}

/// Appends the whole file, from its name and the parts above.
pub fn push_document(out: &mut Text, file_name: &str, middle: TextRef<'_>, objects: TextRef<'_>) {
    let name = xml::text(file_name);
    out.plain(&format!("<annotation>\n  <folder>JPEGImages</folder>\n  <filename>{name}</filename>\n"));
    out.append(middle);
    out.append(objects);
    out.plain("</annotation>\n");
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
