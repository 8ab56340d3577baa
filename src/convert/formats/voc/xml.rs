//! The XML file of an image.

use super::flags::Flags;
use crate::convert::geometry::Size;
use crate::convert::output::text::{Text, TextRef};
use crate::convert::output::xml::Lines;
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

/// The element that holds all others.
const ROOT: &str = "annotation";

/// No objects yet.
pub fn objects() -> Lines {
    Lines::within(ROOT)
}

/// Appends one object.
pub fn push_object(lines: &mut Lines, class: &str, flags: Flags, corners: [i64; 4]) {
    lines.open("object");
    lines.text("name", class);
    lines.word("pose", flags.pose);
    lines.flag("truncated", flags.truncated);
    if let Some(occluded) = flags.occluded {
        lines.flag("occluded", occluded);
    }
    lines.flag("difficult", flags.difficult);
    lines.open("bndbox");
    for (name, edge) in ["xmin", "ymin", "xmax", "ymax"].into_iter().zip(corners) {
        lines.number(name, edge);
    }
    lines.close("bndbox");
    lines.close("object");
}

/// What stands between the file name and the objects. `segmented`: whether the image has a class plane. Images are said to have
/// three channels, as readers expect of JPEG.
pub fn push_middle(out: &mut Text, size: Size, segmented: bool) {
    let mut lines = Lines::within(ROOT);
    lines.open("source");
    lines.word("database", "Unknown");
    lines.close("source");
    lines.open("size");
    for (name, n) in [("width", size.w), ("height", size.h), ("depth", 3)] {
        lines.number(name, n.into());
    }
    lines.close("size");
    lines.flag("segmented", segmented);
    out.plain_bytes(&lines.finish());
}

/// Appends the whole file, from its name and the parts above.
pub fn push_document(out: &mut Text, file_name: &str, middle: TextRef<'_>, objects: TextRef<'_>) {
    let mut lines = Lines::within(ROOT);
    lines.word("folder", "JPEGImages");
    lines.text("filename", file_name);
    out.plain("<annotation>\n");
    out.plain_bytes(&lines.finish());
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
