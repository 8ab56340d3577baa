//! The options of YOLO labels, which `ultralytics-ndjson` shares.

use clap::ValueEnum;

/// The options of YOLO labels.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What YOLO labels describe; `all` makes a tree of each
    #[arg(long, value_name = "TASK", default_value = "detect", help_heading = "Formats")]
    pub task: YoloTask,
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
