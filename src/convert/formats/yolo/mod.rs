//! `yolo`: one label file an image, a row an object, normalised to the image's size, six decimals.
//!
//! ```text
//! images/{split}/{stem}{ext}   labels/{split}/{stem}.txt   data.yaml   classes.txt
//! ```
//! With `--task all` such a tree for each task that has a row, in a folder of its name.
//!
//! What one reader, Ultralytics, does with a label file decides the details: a single value out of range, a row of another
//! length, or a class without a name costs the whole image, with no more than a line in its log.

pub mod args;
pub mod data_yaml;
pub mod detect;
pub mod labels;
pub mod obb;
pub mod pose;
pub mod row;
pub mod segment;

use crate::convert::declaration::{
    Attributes, By, Carries, Declaration, Splits, TRAIN_VAL_TEST, Tools, UnitKind, Unread,
};
use crate::convert::engine::naming::seen;
use crate::convert::format::{Collector, Format, RenderContext, Unit};
use crate::convert::geometry::Size;
use crate::convert::geometry::keypoints::group_objects;
use crate::convert::report::tally::Fate;
use crate::dm::{Annotation, Geometry, Media, Reason, Tool};
use crate::tr;
use crate::words::Message;
use args::YoloTask;
use row::{Frame, Style};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// YOLO labels, a tree of files.
pub static YOLO: Declaration = Declaration {
    name: "yolo",
    aliases: &["yolov5", "yolov8", "yolo11", "darknet"],
    summary: "YOLO labels and data.yaml",
    writes: "`images/{split}/ labels/{split}/ data.yaml classes.txt`; `--task detect\\|segment\\|pose\\|obb\\|all`",
    unit: UnitKind::Image,
    size: true,
    raw: false,
    tools: CARRIED,
    attributes: Attributes::None,
    splits: Splits::Read(TRAIN_VAL_TEST),
    by: By::Datasets,
    document: None,
    options: &[
        "task",
        "parts",
        "polygons",
        "boxes",
        "closed-classes",
        "bounds",
        "segmentation",
        "rotated",
        "keypoints",
    ],
    unread: UNREAD,
    build: |o| {
        o.formats.shapes.without_planes("yolo")?;
        Ok(Arc::new(Yolo::new(o.formats.yolo.task)))
    },
};

/// What the labels of each task are made of.
pub const CARRIED: Tools = Tools::Of(&[
    Carries { with: "", tools: &[Tool::BoundingBox], rotation: false },
    Carries { with: "--task segment", tools: &[Tool::Polygon, Tool::Segmentation], rotation: false },
    Carries { with: "--polygons box", tools: &[Tool::BoundingBox, Tool::Polygon, Tool::Segmentation], rotation: false },
    Carries {
        with: "--task segment --boxes polygon",
        tools: &[Tool::BoundingBox, Tool::Polygon, Tool::Segmentation],
        rotation: true,
    },
    Carries { with: "--task pose", tools: &[Tool::Keypoint], rotation: false },
    Carries { with: "--task obb", tools: &[Tool::BoundingBox], rotation: true },
]);

/// What the labels of single tasks have no use for, and what one document has none for.
pub const UNREAD: &[Unread] = &[
    Unread { with: "--bare", options: &["report"] },
    Unread { with: "--task detect", options: &["parts", "boxes", "segmentation", "keypoints"] },
    Unread { with: "--task detect --polygons box", options: &["parts", "boxes", "keypoints"] },
    Unread { with: "--task segment", options: &["polygons", "rotated", "keypoints"] },
    Unread { with: "--task segment --boxes polygon", options: &["polygons", "keypoints"] },
    Unread { with: "--task pose", options: &["parts", "polygons", "boxes", "segmentation"] },
    Unread { with: "--task obb", options: &["parts", "polygons", "boxes", "segmentation", "keypoints"] },
];

/// What the rows of one tree describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Upright boxes.
    Detect,
    /// Outlines.
    Segment,
    /// Boxes with keypoints.
    Pose,
    /// Rotated boxes.
    Obb,
}

impl Task {
    /// The tasks of an option.
    pub fn of(choice: YoloTask) -> &'static [Task] {
        match choice {
            YoloTask::Detect => &[Task::Detect],
            YoloTask::Segment => &[Task::Segment],
            YoloTask::Pose => &[Task::Pose],
            YoloTask::Obb => &[Task::Obb],
            YoloTask::All => &[Task::Detect, Task::Segment, Task::Pose, Task::Obb],
        }
    }

    /// Its name, as Ultralytics spells it.
    pub fn name(self) -> &'static str {
        match self {
            Task::Detect => "detect",
            Task::Segment => "segment",
            Task::Pose => "pose",
            Task::Obb => "obb",
        }
    }
}

/// YOLO labels.
pub struct Yolo {
    tasks: &'static [Task],
}

impl Yolo {
    /// Labels of one task or of all.
    pub fn new(choice: YoloTask) -> Self {
        Self { tasks: Task::of(choice) }
    }
}

/// Where items go when there is no split: Ultralytics wants a `train` folder.
const NO_SPLIT: &str = "train";

/// The folder of a split.
pub fn folder(split: &str) -> &str {
    if split.is_empty() { NO_SPLIT } else { split }
}

/// What keeps Ultralytics from reading a dataset, a line each. `no_train`: no image is in the part that it trains with.
pub fn unread(no_train: bool, classes: &[String]) -> Vec<Message> {
    let mut notes = Vec::new();
    if no_train {
        notes.push(tr!("yolo-no-train"));
    }
    if classes.is_empty() {
        notes.push(tr!("yolo-no-class"));
    }
    notes
}

impl Format for Yolo {
    fn declaration(&self) -> &'static Declaration {
        &YOLO
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let Some(size) = unit.size else { return };
        match self.tasks {
            [task] => {
                cx.parts.begin_text();
                render(*task, unit, size, Style::Text, cx);
            }
            tasks => render_all(tasks, unit, size, cx),
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        // With several trees the collector lists the images of each.
        (self.tasks.len() == 1).then(|| labels::image(split, stem, ext))
    }

    fn places_originals(&self) -> bool {
        self.tasks.len() > 1
    }

    fn stem<'s>(&self, stem: &'s str) -> Cow<'s, str> {
        seen(stem)
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(labels::Trees::new(self.tasks))
    }
}

/// Appends the rows of a task to the open text and counts every annotation.
pub fn render(task: Task, unit: &Unit<'_, '_>, size: Size, style: Style, cx: &mut RenderContext<'_>) {
    report_size(size, cx);
    rows(task, unit, size, style, cx, |cx, _, a, done| match done {
        Ok(losses) => cx.count(unit, a, Fate::Written(losses)),
        Err(reason) => cx.count(unit, a, Fate::Lost(reason)),
    });
}

/// Renders the rows of several tasks, each a text of its own. An annotation is written when a task has written it.
fn render_all(tasks: &[Task], unit: &Unit<'_, '_>, size: Size, cx: &mut RenderContext<'_>) {
    report_size(size, cx);
    let annotations = unit.media.map_or(&[][..], |m| &m.annotations);
    let mut verdicts: Vec<Result<Vec<Reason>, Reason>> =
        vec![Err(Reason::UnsupportedAnnotationType); annotations.len()];
    for &task in tasks {
        cx.parts.begin_text();
        rows(task, unit, size, Style::Text, cx, |_, i, _, done| {
            let verdict = &mut verdicts[i];
            match (done, &mut *verdict) {
                (Ok(losses), Ok(known)) => known.extend_from_slice(losses),
                (Ok(losses), Err(_)) => *verdict = Ok(losses.to_vec()),
                // The tool is another task's; that one knows what is wrong.
                (Err(reason), Err(Reason::UnsupportedAnnotationType)) => *verdict = Err(reason),
                (Err(_), _) => {}
            }
        });
    }
    for (a, verdict) in annotations.iter().zip(&mut verdicts) {
        match verdict {
            Ok(losses) => {
                losses.sort_unstable();
                losses.dedup();
                cx.count(unit, a, Fate::Written(losses));
            }
            Err(reason) => cx.count(unit, a, Fate::Lost(*reason)),
        }
    }
}

/// Ultralytics leaves out images with a side under ten pixels, with all their labels.
fn report_size(size: Size, cx: &mut RenderContext<'_>) {
    if size.w.min(size.h) < 10 {
        cx.tally.item_reason(Reason::SourceImageInvalid, cx.item);
    }
}

/// Appends the rows of a task to the open text and tells `each` what became of every annotation, once: its place in the media, and
/// what was lost of it or why it has no row.
fn rows(
    task: Task,
    unit: &Unit<'_, '_>,
    size: Size,
    style: Style,
    cx: &mut RenderContext<'_>,
    mut each: impl FnMut(&mut RenderContext<'_>, usize, &Annotation<'_>, Result<&[Reason], Reason>),
) {
    let Some(media) = unit.media else { return };
    let frame = Frame { arena: unit.arena, size, style };
    if task == Task::Pose {
        return pose_rows(frame, media, cx, each);
    }
    let mut losses = Vec::new();
    let mut scratch = segment::Scratch::default();
    for (i, a) in media.annotations.iter().enumerate() {
        let start = cx.parts.text().len();
        losses.clear();
        let done = match (a.problem, task) {
            (Some(problem), _) => Err(problem),
            (None, Task::Detect) => detect::row(frame, a, cx, &mut losses),
            (None, Task::Segment) => segment::rows(frame, a, cx, &mut scratch, &mut losses),
            (None, Task::Obb) => obb::row(frame, a, cx, &mut losses),
            (None, Task::Pose) => Err(Reason::UnsupportedAnnotationType),
        };
        if done.is_err() {
            cx.parts.text().truncate(start);
        }
        each(cx, i, a, done.map(|()| &losses[..]));
    }
}

/// As [`rows`], for objects made of joints: of other annotations only the boxes of such objects are in a row.
fn pose_rows(
    frame: Frame<'_>,
    media: &Media<'_>,
    cx: &mut RenderContext<'_>,
    mut each: impl FnMut(&mut RenderContext<'_>, usize, &Annotation<'_>, Result<&[Reason], Reason>),
) {
    let profile = &cx.options.keypoints;
    let category = cx.classes.rename(&profile.category);
    let objects = group_objects(media, frame.arena, profile, |class| cx.classes.rename(class) == category);
    let boxes: HashSet<usize> = objects.iter().filter_map(|object| object.own_box).collect();
    for (i, a) in media.annotations.iter().enumerate().filter(|(_, a)| a.tool != Tool::Keypoint) {
        if !boxes.contains(&i) {
            each(cx, i, a, Err(a.problem.unwrap_or(Reason::UnsupportedAnnotationType)));
        }
    }
    let (mut losses, mut box_losses) = (Vec::new(), Vec::new());
    for object in objects {
        losses.clear();
        box_losses.clear();
        let fitted = object.own_box.map(|i| match media.annotations[i] {
            Annotation { problem: Some(problem), .. } => Err(problem),
            Annotation { geometry: Geometry::Box(rect, rotation), .. } => {
                detect::upright(rect, rotation, frame, cx, &mut box_losses)
            }
            _ => Err(Reason::UnsupportedAnnotationType),
        });
        let own_box = fitted.and_then(Result::ok);
        if object.has_boxes && own_box.is_none() {
            losses.push(Reason::KeypointBoxAssumed);
        }
        let done = object.joints.and_then(|mut joints| pose::row(frame, &mut joints, own_box, cx, &mut losses));
        for (i, fitted) in object.own_box.into_iter().zip(fitted) {
            each(cx, i, &media.annotations[i], fitted.and(done).map(|()| &box_losses[..]));
        }
        for i in object.members {
            let a = &media.annotations[i];
            each(cx, i, a, done.map(|()| &losses[..]).map_err(|reason| a.problem.unwrap_or(reason)));
        }
    }
}
