//! The options of all formats together, for the command line and for [`crate::convert::options::Options`].

use super::coco::args::Args as Coco;
use super::csv::args::Args as Csv;
use super::gallery::args::Args as Gallery;
use super::json::args::Args as Json;
use super::shapes::{Args as Shapes, Boxes, Polygons};
use super::template::args::Args as Template;
use super::ultralytics_ndjson::args::Args as Ultralytics;
use super::voc::args::Args as Voc;
use super::yolo::args::{Args as Yolo, YoloTask};
use clap::ValueEnum;

impl FormatArgs {
    /// The options that choose how a format is run, each with its value: `--task pose`.
    pub fn ways(&self) -> Vec<String> {
        let typed = |option: &str, value: Option<clap::builder::PossibleValue>| {
            value.map(|value| format!("--{option} {}", value.get_name()))
        };
        let task = typed("task", self.yolo.task.to_possible_value());
        // A shape that is written as another one brings the options of that shape with it.
        let other = match (self.yolo.task, self.shapes.polygons, self.shapes.boxes) {
            (YoloTask::Detect, Some(Polygons::Box), _) => " --polygons box",
            (YoloTask::Segment, _, Some(Boxes::Polygon)) => " --boxes polygon",
            _ => "",
        };
        let task = task.map(|task| task + other);
        let rows = typed("rows", self.csv.rows.to_possible_value());
        task.into_iter().chain(rows).collect()
    }
}

/// The options that some formats read and others do not; a format declares which of them it reads.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct FormatArgs {
    /// Those of `yolo`, and of `ultralytics-ndjson`.
    #[command(flatten)]
    pub yolo: Yolo,
    /// Those of `coco`.
    #[command(flatten)]
    pub coco: Coco,
    /// Those of `voc`.
    #[command(flatten)]
    pub voc: Voc,
    /// Those of formats that have no place for some shapes.
    #[command(flatten)]
    pub shapes: Shapes,
    /// Those of `json`.
    #[command(flatten)]
    pub json: Json,
    /// Those of `template`.
    #[command(flatten)]
    pub template: Template,
    /// Those of `csv`.
    #[command(flatten)]
    pub csv: Csv,
    /// Those of `ultralytics-ndjson` alone.
    #[command(flatten)]
    pub ultralytics: Ultralytics,
    /// Those of `gallery`.
    #[command(flatten)]
    pub gallery: Gallery,
}
