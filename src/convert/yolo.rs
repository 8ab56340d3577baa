//! `yolo`: one label file an image, normalised to the image's size, six decimals.

use super::classes::{ClassRef, Classes, Final};
use super::files::Files;
use super::format::{Collector, Cx, Format, Needs, Per, Record, RunEnd, Unit};
use super::geometry::{Size, corners, fit_rect, hull};
use super::json::class_lines;
use super::number::{push_int, push_six};
use super::options::Rotated;
use super::report::Fate;
use super::spool::{Hole, Spool, fill, push};
use crate::dm::{Annotation, Geometry, Reason, Rect};
use crate::stream::StreamError;
use memchr::memchr;
use std::collections::HashSet;
use std::fmt::Write as _;

/// YOLO detection labels.
pub struct Yolo;

/// Where items go when there is no split: Ultralytics wants a `train` folder.
const NO_SPLIT: &str = "train";

fn folder(split: &str) -> &str {
    if split.is_empty() { NO_SPLIT } else { split }
}

impl Format for Yolo {
    fn needs(&self) -> Needs {
        Needs { per: Per::Image, size: true, raw: false }
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut Cx<'_>) {
        let Some(size) = unit.size else { return };
        for a in unit.media.into_iter().flat_map(|m| &m.annotations) {
            let mut losses = Vec::new();
            match detect(size, a, cx, &mut losses) {
                Ok(()) => cx.count(unit, a, Fate::Written(&losses)),
                Err(reason) => cx.count(unit, a, Fate::Lost(reason)),
            }
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        Some(format!("images/{}/{stem}{ext}", folder(split)))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Labels { waiting: Spool::default(), filled: HashSet::new() })
    }
}

fn detect(size: Size, a: &Annotation<'_>, cx: &mut Cx<'_>, losses: &mut Vec<Reason>) -> Result<(), Reason> {
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
    let class = cx.class(a)?;
    push_class(cx.body, class);
    push_box(cx.body, r, size);
    cx.body.extend_from_slice(b"\\n");
    Ok(())
}

fn push_class(out: &mut Vec<u8>, class: ClassRef) {
    match class {
        ClassRef::Listed(i) => push_int(out, i),
        ClassRef::Unlisted(i) => push(out, Hole::Class(i)),
    }
}

/// ` xc yc w h`, normalised. The order of operations is that of the platform, so that the last digit agrees.
fn push_box(out: &mut Vec<u8>, r: Rect, size: Size) {
    let (w, h) = (f64::from(size.w), f64::from(size.h));
    for n in [(r.x + r.w / 2.0) / w, (r.y + r.h / 2.0) / h, r.w / w, r.h / h] {
        out.push(b' ');
        push_six(out, n);
    }
}

/// Writes label files as they come, but for those that have a class of no known number yet.
struct Labels {
    /// Records `path NUL id NUL text` of label files with holes.
    waiting: Spool,
    /// Folders that have a file.
    filled: HashSet<String>,
}

impl Collector for Labels {
    fn record(&mut self, r: &Record<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let path = format!("labels/{}/{}.txt", folder(r.split), r.stem);
        if !self.filled.contains(folder(r.split)) {
            self.filled.insert(folder(r.split).to_owned());
        }
        if memchr(0, r.body).is_none() {
            out.text(&path, r.body, false, Some(r.id))?;
        } else {
            let record = [path.as_bytes(), b"\0", r.id.as_bytes(), b"\0", r.body].concat();
            self.waiting.put(&record)?;
        }
        Ok(path)
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let mut text = Vec::new();
        self.waiting.replay(|record| {
            let mut parts = record.splitn(3, |&b| b == 0);
            let mut next = || parts.next().unwrap_or_default();
            let (path, id, body) = (next(), next(), next());
            text.clear();
            fill(body, &mut text, |hole, out| {
                if let Hole::Class(provisional) = hole {
                    push_int(out, end.classes.resolve(provisional));
                }
            });
            let utf8 = |b| std::str::from_utf8(b).map_err(|_| StreamError::Internal("spooled path"));
            out.text(utf8(path)?, &text, false, Some(utf8(id)?))
        })?;
        out.plain("classes.txt", &class_lines(&end.classes.names))?;
        out.plain("data.yaml", &data_yaml(end.classes, end.splits.iter().map(|s| folder(s))))?;
        // `train` and `val` must exist even when they are empty; a directory comes with a file.
        for split in ["train", "val"] {
            if !self.filled.contains(split) {
                out.plain(&format!("images/{split}/.keep"), "")?;
                out.plain(&format!("labels/{split}/.keep"), "")?;
            }
        }
        Ok(())
    }
}

/// `data.yaml`: paths relative to the file itself and no `path` key.
fn data_yaml<'s>(classes: &Final, splits: impl Iterator<Item = &'s str>) -> String {
    let mut text = String::new();
    let mut names: Vec<&str> = vec!["train", "val"];
    for split in splits {
        if !names.contains(&split) {
            names.push(split);
        }
    }
    for split in names {
        let _ = writeln!(text, "{split}: images/{split}");
    }
    let _ = writeln!(text, "nc: {}", classes.names.len());
    text.push_str("names:\n");
    for (i, name) in classes.names.iter().enumerate() {
        // A JSON string is a YAML string.
        let _ = writeln!(text, "  {i}: {}", serde_json::Value::from(name.as_str()));
    }
    text
}
