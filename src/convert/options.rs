//! Everything that decides what an export looks like.

use super::engine::naming_template::NamingTemplate;
use super::engine::split::{FieldPath, Split};
use super::formats::args::FormatArgs;
use super::geometry::keypoints::Profile;
use super::geometry::{Bounds, Rotated};
use crate::words::Message;
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::str::FromStr;

/// What becomes of pixel masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Segmentation {
    /// One object each.
    #[default]
    Instance,
    /// Regions of a class.
    Semantic,
    /// Left out: `SEGMENTATION_EXCLUDED`.
    Exclude,
}

/// What becomes of images of which no annotation is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Background {
    /// They stay, as images without objects.
    #[default]
    Include,
    /// Those stay that have no annotation in the input; those whose annotations were all left out do not.
    Unlabeled,
    /// They are left out.
    Omit,
}

/// Whether the originals are part of the export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Images {
    /// Yes: a `url` line each, for the sink to download.
    #[default]
    Fetch,
    /// No.
    Omit,
}

/// How much is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// `export_summary.json`, and every item in `export_report.json` and `.csv`.
    #[default]
    Full,
    /// `export_summary.json`.
    Summary,
    /// Nothing.
    None,
}

/// What a bad line does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Ends the run.
    #[default]
    Stop,
    /// Is counted and reported; the run goes on and ends with exit code 7.
    Skip,
}

/// How output files are named.
#[derive(Clone, Debug, Default)]
pub enum Naming {
    /// By the stem of the original name.
    #[default]
    Stem,
    /// By the item's id.
    Id,
    /// By a template.
    Template(NamingTemplate),
}

impl FromStr for Naming {
    type Err = Message;

    fn from_str(text: &str) -> Result<Self, Message> {
        match text {
            "stem" => Ok(Self::Stem),
            "id" => Ok(Self::Id),
            template => NamingTemplate::new(template).map(Self::Template),
        }
    }
}

/// When an item is given its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum NamingPass {
    /// At once: of several that want one name the first has it.
    #[default]
    One,
    /// When all names are known: the smallest id has it, whatever the order. Everything is spooled.
    Two,
}

/// What a class is written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// The new name.
    pub to: String,
    /// It was named on the command line, not in a file: then the input must have the class.
    pub typed: bool,
}

/// The options of one run, for all formats.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How items are split.
    pub split: Split,
    /// Field whose value is hashed instead of the id.
    pub split_group: Option<FieldPath>,
    /// Field whose value names the folder of an item's dataset.
    pub by: Option<FieldPath>,
    /// Classes in order, from `--classes`.
    pub classes: Option<Vec<String>>,
    /// Classes outside the list are refused.
    pub closed_classes: bool,
    /// Old name → new name.
    pub class_map: HashMap<String, Renaming>,
    /// How output files are named.
    pub naming: Naming,
    /// When an item is given its name.
    pub naming_pass: NamingPass,
    /// Whether the originals are part of the export.
    pub images: Images,
    /// Geometry outside the image.
    pub bounds: Bounds,
    /// Pixel masks.
    pub segmentation: Segmentation,
    /// Rotated boxes.
    pub rotated: Rotated,
    /// Images of which no annotation is written.
    pub background: Background,
    /// How much is reported.
    pub report: Detail,
    /// What a bad line does.
    pub on_error: OnError,
    /// The first annotation or item that is left out ends the run.
    pub strict: bool,
    /// A cut input is taken as if it were whole.
    pub allow_partial: bool,
    /// One document straight to the output, no file lines.
    pub bare: bool,
    /// The joints that keypoint groups are made of.
    pub keypoints: Profile,
    /// The options that some formats read, each declared beside what reads it.
    pub formats: FormatArgs,
    /// Further keys of the begin frame.
    pub begin: Map<String, Value>,
}
