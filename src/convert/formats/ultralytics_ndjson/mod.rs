//! `ultralytics-ndjson`: a dataset of Ultralytics in one file, without label files.
//!
//! ```json
//! {"type":"dataset","task":"detect","name":"Synapse export","class_names":{"0":"car"}}
//! {"type":"image","file":"a.jpg","url":"https://…","width":640,"height":480,"split":"train","annotations":{"boxes":[[0,0.5,0.5,0.2,0.1]]}}
//! ```
//! Rows are those of [`super::yolo`]. The reader downloads `url`. It reads the names of the classes before the first image, so
//! that the lines wait in a temporary file unless `--closed-classes` makes the list final from the start. With `--images omit`
//! there are no URLs: the header then says that the images lie beside the file, in `images/{split}/`. The query of a presigned URL
//! is a secret and expires: it is not written, unless `--presigned keep` wants it.

pub mod args;

use super::yolo::row::Style;
use super::yolo::{CARRIED, Task, UNREAD, folder, render, unread};
use crate::convert::declaration::{
    Attributes, By, Declaration, Document as OneDocument, Splits, TRAIN_VAL_TEST, UnitKind,
};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::naming::seen;
use crate::convert::engine::record::RecordRef;
use crate::convert::engine::split::role;
use crate::convert::format::{Collector, Format, RenderContext, RunEnd, Unit};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::options::{Images, Options};
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::hole::Hole;
use crate::convert::output::spool::Spool;
use crate::convert::output::text::{Text, lit};
use crate::presigned::{is_presigned, without_query};
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use args::Presigned;
use std::borrow::Cow;
use std::sync::Arc;

/// Where the one document is.
const DOCUMENT: &str = "dataset.ndjson";

/// A dataset of Ultralytics in one file.
pub static ULTRALYTICS_NDJSON: Declaration = Declaration {
    name: "ultralytics-ndjson",
    aliases: &["ultralytics", "ultralytics-json", "yolo-ndjson"],
    summary: "Ultralytics' own dataset in one file, a line an image, originals by URL",
    writes: "`dataset.ndjson`: Ultralytics' own dataset in one file, originals by URL; `--task detect\\|segment\\|pose\\|obb`",
    unit: UnitKind::Image,
    size: true,
    raw: false,
    tools: CARRIED,
    attributes: Attributes::None,
    splits: Splits::Only(TRAIN_VAL_TEST),
    by: By::Datasets,
    document: Some(OneDocument { path: DOCUMENT, splits: true }),
    options: &[
        "task",
        "parts",
        "polygons",
        "boxes",
        "closed-classes",
        "presigned",
        "bounds",
        "segmentation",
        "rotated",
        "keypoints",
    ],
    unread: UNREAD,
    build: |o| Ok(Arc::new(build(o)?)),
};

/// The format.
pub struct UltralyticsNdjson {
    task: Task,
    profile: Profile,
    beside: bool,
    presigned: Presigned,
}

/// The format as the options want it.
///
/// # Errors
/// A text for options that contradict each other.
fn build(options: &Options) -> Result<UltralyticsNdjson, Message> {
    let [task] = Task::of(options.formats.yolo.task) else {
        return Err(tr!("ultralytics-one-task"));
    };
    options.formats.shapes.without_planes("ultralytics-ndjson")?;
    Ok(UltralyticsNdjson {
        task: *task,
        profile: options.keypoints.clone(),
        beside: options.images == Images::Omit,
        presigned: options.formats.ultralytics.presigned,
    })
}

impl Format for UltralyticsNdjson {
    fn declaration(&self) -> &'static Declaration {
        &ULTRALYTICS_NDJSON
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let Some(size) = unit.size else { return };
        let out = cx.parts.begin_text();
        out.lit(lit!("\"width\":"));
        out.int(size.w);
        out.lit(lit!(",\"height\":"));
        out.int(size.h);
        cx.parts.begin_text();
        render(self.task, unit, size, Style::Json, cx);
    }

    fn image_path(&self, _: &str, _: &str, _: &str) -> Option<String> {
        None
    }

    fn places_originals(&self) -> bool {
        true
    }

    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        seen(stem)
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(Dataset {
            task: self.task,
            profile: self.profile.clone(),
            beside: self.beside,
            presigned: self.presigned,
            signed: 0,
            relative: 0,
            images: [0; 3],
            begun: false,
            waiting: Spool::default(),
        })
    }
}

struct Dataset {
    task: Task,
    profile: Profile,
    beside: bool,
    presigned: Presigned,
    /// Presigned URLs so far.
    signed: u64,
    /// Relative URLs so far.
    relative: u64,
    /// Images so far, those of `train`, and those of `val`.
    images: [u64; 3],
    /// The header is written.
    begun: bool,
    /// Lines with holes, while the names of the classes are not final.
    waiting: Spool,
}

impl Collector for Dataset {
    fn record(&mut self, r: &RecordRef<'_>, classes: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let mut line = out.new_text();
        line.reserve(r.parts.size() + 256);
        let split = role(folder(&r.split));
        let [images, train, val] = &mut self.images;
        *images += 1;
        *train += u64::from(split == "train");
        *val += u64::from(split == "val");
        self.image(r, split, &mut line)?;
        if !classes.closed {
            self.waiting.put_text(line.get())?;
            return Ok(DOCUMENT.to_owned());
        }
        if !std::mem::replace(&mut self.begun, true) {
            let mut header = out.new_text();
            self.header(classes.listed(), &mut header);
            out.text(DOCUMENT, header.get(), true, None)?;
        }
        out.text(DOCUMENT, line.get(), true, Some(r.id.json()))?;
        Ok(DOCUMENT.to_owned())
    }

    fn finish(self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        if self.relative > 0 {
            out.notes.push(tr!("ultralytics-relative", n = self.relative));
        }
        if self.signed > 0 {
            let n = self.signed;
            out.notes.push(match self.presigned {
                Presigned::Strip => tr!("ultralytics-stripped", n),
                Presigned::Keep => tr!("ultralytics-kept", n),
            });
        }
        let [images, train, val] = self.images;
        out.notes.extend(unread(images > 0 && train == 0, &end.classes.names));
        if train == 1 && val == 0 {
            out.notes.push(tr!("ultralytics-no-val"));
        }
        let mut document = Document::new(DOCUMENT, out);
        if !self.begun {
            self.header(&end.classes.names, document.text());
        }
        self.waiting.replay_text(|line| {
            document.text().fill(line, |hole, out| {
                if let Hole::Class(provisional) = hole {
                    out.int(end.classes.resolve(provisional));
                }
            });
            document.spill(out)
        })?;
        document.finish(out)
    }
}

impl Dataset {
    fn header(&self, names: &[String], out: &mut Text) {
        out.lit(lit!("{\"type\":\"dataset\",\"task\":\""));
        out.plain(self.task.name());
        out.lit(lit!("\",\"name\":\"Synapse export\",\"class_names\":{"));
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                out.byte::<b','>();
            }
            out.lit(lit!("\""));
            out.int(i);
            out.lit(lit!("\":"));
            out.json_string(name);
        }
        out.byte::<b'}'>();
        if self.task == Task::Pose {
            out.lit(lit!(",\"kpt_shape\":["));
            out.int(self.profile.keypoints.len());
            out.lit(lit!(",3]"));
            if let Some(flip) = &self.profile.flip_idx {
                out.plain(&format!(",\"flip_idx\":{flip:?}"));
            }
        }
        if self.beside {
            out.lit(lit!(",\"path\":\".\""));
        }
        out.lit(lit!("}\n"));
    }

    fn image(&mut self, r: &RecordRef<'_>, split: &str, out: &mut Text) -> Result<(), StreamError> {
        let mut parts = r.parts;
        out.lit(lit!("{\"type\":\"image\",\"file\":\""));
        out.json_inside(r.stem);
        out.json_inside(&r.name.ext);
        out.lit(lit!("\","));
        if let Some(original) = &r.original {
            let signed = is_presigned(&original.url);
            self.signed += u64::from(signed);
            self.relative += u64::from(!original.url.contains("://"));
            let strip = signed && self.presigned == Presigned::Strip;
            out.lit(lit!("\"url\":"));
            out.json_string(if strip { without_query(&original.url) } else { &original.url });
            out.byte::<b','>();
        }
        out.append(parts.text()?);
        out.lit(lit!(",\"split\":\""));
        out.json_inside(split);
        out.lit(lit!("\",\"annotations\":{\""));
        out.plain(match self.task {
            Task::Detect => "boxes",
            Task::Segment => "segments",
            Task::Pose => "pose",
            Task::Obb => "obb",
        });
        out.lit(lit!("\":["));
        // Without the comma after the last row.
        out.append(parts.text()?.without_last_comma());
        out.lit(lit!("]}}\n"));
        Ok(())
    }
}
