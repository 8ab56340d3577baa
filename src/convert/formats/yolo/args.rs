//! The options of YOLO labels, which `ultralytics-ndjson` shares.

use clap::ValueEnum;

/// The options of YOLO labels.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What YOLO labels describe; `all` makes a tree of each
    #[arg(long, value_name = "TASK", default_value = "detect", help_heading = "Formats")]
    pub task: YoloTask,
    /// Outlines of one object in several parts
    #[arg(long, value_name = "WHAT", default_value = "separate", help_heading = "Formats")]
    pub parts: ObjectParts,
}

/// What the parts of one object become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ObjectParts {
    /// A row each, as if they were several objects: `OBJECT_PARTS_SEPARATED`.
    #[default]
    Separate,
    /// One row: bridges of no width join them.
    Join,
}

/// What YOLO labels describe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum YoloTask {
    /// Upright boxes.
    #[default]
    Detect,
    /// Outlines.
    Segment,
    /// Boxes with keypoints.
    Pose,
    /// Rotated boxes.
    Obb,
    /// Each of them, in a tree of its own.
    All,
}
