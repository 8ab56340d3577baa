//! `voc`: one XML file an image, image sets, label map.

use super::classes::Classes;
use super::files::Files;
use super::format::{Collector, Cx, Format, Needs, Per, Record, RunEnd, Unit};
use super::geometry::{Size, corners, fit_rect, hull};
use super::options::Rotated;
use super::report::Fate;
use super::report_files::PART;
use super::sorted::Sorted;
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::files::push_escaped;
use crate::stream::StreamError;
use quick_xml::escape::escape;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Pascal VOC.
pub struct Voc {
    /// Boxes as the development kit counts pixels: inclusive, from 1. Else as the platform does: from 0, exclusive.
    pub base_one: bool,
}

/// The image set of a run without splits.
const NO_SPLIT: &str = "trainval";

impl Format for Voc {
    fn needs(&self) -> Needs {
        Needs { per: Per::Image, size: true, raw: false }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        let Some(size) = unit.size else { return };
        let _ = std::io::Write::write_fmt(cx.head, format_args!("{} {}", size.w, size.h));
        for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
            let mut losses = Vec::new();
            match self.object(size, a, cx, &mut losses) {
                Ok(()) => cx.count(unit, a, Fate::Written(&losses)),
                Err(reason) => cx.count(unit, a, Fate::Lost(reason)),
            }
        }
    }

    fn image_path(&self, _: &str, stem: &str, ext: &str) -> Option<String> {
        Some(format!("JPEGImages/{stem}{ext}"))
    }

    /// Readers split image sets at white space.
    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        if stem.contains(char::is_whitespace) { stem.replace(char::is_whitespace, "_").into() } else { stem.into() }
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Devkit::default())
    }
}

impl Voc {
    fn object(&self, size: Size, a: &Annotation<'_>, cx: &mut Cx<'_>, losses: &mut Vec<Reason>) -> Result<(), Reason> {
        if let Some(problem) = a.problem {
            return Err(problem);
        }
        let rect = match &a.geometry {
            Geometry::Box(rect, rotation) if *rotation == 0.0 => *rect,
            Geometry::Box(rect, rotation) if rect.w > 0.0 && rect.h > 0.0 => {
                if cx.options.rotated == Rotated::Skip {
                    return Err(Reason::UnsupportedOrientedBoundingBox);
                }
                losses.push(Reason::RotationDropped);
                hull(&corners(*rect, *rotation))
            }
            Geometry::Box(..) => return Err(Reason::InvalidBoundingBox),
            _ => return Err(Reason::UnsupportedAnnotationType),
        };
        let (r, clipped) = fit_rect(rect, size, cx.options.bounds)?;
        if clipped {
            losses.push(Reason::ClippedToImage);
        }
        if !a.attributes.is_empty() {
            losses.push(Reason::CustomAttributesDropped);
        }
        let [xmin, ymin, xmax, ymax] = self.corners(r);
        if xmax <= xmin || ymax <= ymin {
            return Err(Reason::InvalidBoundingBox);
        }
        cx.class(a)?;
        let name = cx.classes.rename(&a.class);
        let xml = format!(
            "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n    \
             <difficult>0</difficult>\n    <bndbox>\n      <xmin>{xmin}</xmin>\n      <ymin>{ymin}</ymin>\n      \
             <xmax>{xmax}</xmax>\n      <ymax>{ymax}</ymax>\n    </bndbox>\n  </object>\n",
            xml_text(name)
        );
        push_escaped(cx.body, &xml);
        Ok(())
    }

    /// `xmin, ymin, xmax, ymax` as written.
    fn corners(&self, r: Rect) -> [i64; 4] {
        let (right, bottom) = (r.x + r.w, r.y + r.h);
        if self.base_one {
            let first = |n: f64| n.floor() as i64 + 1;
            [first(r.x), first(r.y), right.ceil() as i64, bottom.ceil() as i64]
        } else {
            [r.x, r.y, right, bottom].map(|n| n.round_ties_even() as i64)
        }
    }
}

/// Text in an XML element; characters that XML 1.0 cannot hold become U+FFFD.
fn xml_text(text: &str) -> String {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let clean: String = text.chars().map(|c| if legal(c) { c } else { '\u{fffd}' }).collect();
    escape(clean.as_str()).into_owned()
}

/// Writes XML files as they come, image sets and label map at the end.
#[derive(Default)]
struct Devkit {
    sets: BTreeMap<String, Sorted>,
}

impl Collector for Devkit {
    fn record(&mut self, r: &Record<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let path = format!("Annotations/{}.xml", r.stem);
        let size = String::from_utf8_lossy(r.head);
        let (width, height) = size.split_once(' ').unwrap_or(("0", "0"));
        let name = xml_text(&format!("{}{}", r.stem, r.ext));
        let head = format!(
            "<annotation>\n  <folder>JPEGImages</folder>\n  <filename>{name}</filename>\n  <source>\n    \
             <database>Unknown</database>\n  </source>\n  <size>\n    <width>{width}</width>\n    \
             <height>{height}</height>\n    <depth>3</depth>\n  </size>\n  <segmented>0</segmented>\n"
        );
        let mut text = Vec::with_capacity(head.len() + r.body.len() + 64);
        push_escaped(&mut text, &head);
        text.extend_from_slice(r.body);
        push_escaped(&mut text, "</annotation>\n");
        out.text(&path, &text, false, Some(r.id))?;
        let set = if r.split.is_empty() { NO_SPLIT } else { r.split };
        if !self.sets.contains_key(set) {
            self.sets.insert(set.to_owned(), Sorted::default());
        }
        match self.sets.get_mut(set) {
            Some(sorted) => sorted.add(r.stem)?,
            None => return Err(StreamError::Internal("image set")),
        }
        Ok(path)
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        for split in end.splits {
            let name = if split.is_empty() { NO_SPLIT } else { split };
            self.sets.entry(name.to_owned()).or_default();
        }
        for (set, stems) in self.sets {
            let path = format!("ImageSets/Main/{set}.txt");
            let mut text = Vec::new();
            stems.finish(|stem| {
                push_escaped(&mut text, stem);
                text.extend_from_slice(b"\\n");
                if text.len() >= PART {
                    out.text(&path, &text, true, None)?;
                    text.clear();
                }
                Ok(())
            })?;
            out.text(&path, &text, false, None)?;
        }
        let mut map = String::from("# label:color_rgb:parts:actions\nbackground:0,0,0::\n");
        for (name, index) in end.classes.names.iter().zip(1u32..) {
            let [r, g, b] = palette_colour((index % 256) as u8);
            let _ = writeln!(map, "{}:{r},{g},{b}::", name.replace([':', '\n', '\r'], " "));
        }
        out.plain("labelmap.txt", &map)
    }
}

/// The colour of an index in the standard palette: its bits dealt out to red, green and blue, highest first.
pub fn palette_colour(index: u8) -> [u8; 3] {
    let mut rgb = [0u8; 3];
    for bit in 0..8 {
        rgb[bit % 3] |= ((index >> bit) & 1) << (7 - bit / 3);
    }
    rgb
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palette_is_the_standard_one() {
        assert_eq!(
            [0, 1, 2, 3, 15, 255].map(palette_colour),
            [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [192, 128, 128], [224, 224, 192]]
        );
    }

    #[test]
    fn corners_in_both_conventions() {
        let r = Rect { x: 0.5, y: 1.5, w: 2.0, h: 3.2 };
        assert_eq!(Voc { base_one: false }.corners(r), [0, 2, 2, 5]);
        assert_eq!(Voc { base_one: true }.corners(r), [1, 2, 3, 5]);
    }
}
