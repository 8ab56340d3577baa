//! The command line of `syn-convert`.

use super::class_map::class_map;
use super::classes_file::read_classes;
use crate::cli::ask::Asking;
use crate::cli::check;
use crate::cli::common::Common;
use crate::cli::unframed::Unframed;
use crate::cli::usage;
use crate::convert::engine::split::{FieldPath, Split};
use crate::convert::formats::args::FormatArgs;
use crate::convert::formats::{self, FORMATS};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::geometry::{Bounds, Rotated};
use crate::convert::options::{Background, Detail, Images, Naming, NamingPass, OnError, Options, Segmentation};
use crate::exit::Failure;
use crate::tr;
use clap::Parser;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use serde_json::Map;
use std::ffi::OsStr;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # COCO in three parts, by a stable hash of the ids
  syn-fetch --project 42 |
    syn-convert --to coco --split 0.8/0.1/0.1 | syn-sink out/
  # YOLO from a dump
  syn-convert --to yolo dump.ndjson.zst | syn-sink out/
  # one table, without a dataset around it
  syn-convert --to csv --bare dump.ndjson > annotations.csv
  # one COCO document, likewise
  syn-convert --to coco --images omit --bare dump.ndjson > instances.json
  # would readers lose something of a finished dataset?
  syn-convert --check out/
  # or of one that is not yet written?
  syn-convert --to yolo dump.ndjson | syn-convert --check -

Annotations that a format cannot hold are left out, counted, and named in
metadata/export_summary.json.

Exit codes:
  0  ok
  2  a mistake on the command line
  3  bad input, an input that was cut, or a dataset that loses something
  6  the output could not be written
  7  finished, but items were left out; or nothing could be written";

/// Convert items to a training-set format: item lines in, file lines out (for syn-sink)
#[derive(Debug, Parser)]
#[command(name = "syn-convert", version, after_help = "All options, examples, exit codes: syn-convert --help", after_long_help = EXAMPLES, max_term_width = 110, disable_help_flag = true)]
pub struct Args {
    /// Input files, plain, gzip or zstd; - or none is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = FormatName)]
    pub to: Option<String>,
    /// Check a finished dataset instead: a folder, an archive, a document, a store (s3://…), or - for file lines
    #[arg(long, value_name = "PLACE", conflicts_with = "files", help = format!(
        "Check a finished dataset instead ({}): a folder, an archive, a document, a store (s3://…), or - for file lines", check::names()))]
    pub check: Option<PathBuf>,
    /// What is judged, and how it is written.
    #[command(flatten)]
    pub judge: check::CheckArgs,
    /// Split into parts: shares (0.8/0.1/0.1, 80/10/10, 8:1:1 or train=0.8,val=0.2, by a stable hash of the data unit's id, else the
    /// task's, else the row's), `category`, or a field path that the rows have
    #[arg(long, value_name = "SPEC", help_heading = "Dataset")]
    pub split: Option<String>,
    /// Hash the value of this field instead, so that rows of one group stay together; `id`: the row's own id, as the platform does
    #[arg(long, value_name = "FIELD", hide_short_help = true, help_heading = "Dataset")]
    pub split_group: Option<String>,
    /// A dataset for each value of this field, in a folder of that name, such as data_unit.meta.category (json: folders of its files)
    #[arg(long, value_name = "FIELD", value_parser = FieldPath::new, hide_short_help = true, help_heading = "Dataset")]
    pub by: Option<FieldPath>,
    /// Class order: a list (car,bus), or a file that has it: a name a line, data.yaml, COCO, CSV, labelmap.txt, `syn-fetch classes`
    #[arg(long, value_name = "FILE|LIST", help_heading = "Dataset")]
    pub classes: Option<PathBuf>,
    /// Refuse classes that are not in --classes (UNMAPPED_CLASS_IDENTIFIER)
    #[arg(long, requires = "classes", hide_short_help = true, help_heading = "Dataset")]
    pub closed_classes: bool,
    /// Write class OLD as NEW (repeatable; `\=` is a = within a name), or read such lines from a file
    #[arg(long, value_name = "OLD=NEW|FILE", hide_short_help = true, help_heading = "Dataset")]
    pub class_map: Vec<String>,
    /// How output files are named: stem (of the original), id, or a template: '{{ split }}_{{ stem }}_{{ id }}'
    #[arg(long, value_name = "HOW", default_value = "stem", hide_short_help = true, help_heading = "Dataset")]
    pub naming: Naming,
    /// Of several items that want one name, who has it: one = the first; two = the smallest id (spools everything)
    #[arg(long, value_name = "N", default_value = "one", hide_short_help = true, help_heading = "Dataset")]
    pub naming_pass: NamingPass,
    /// Whether the originals are part of the export
    #[arg(long, value_name = "WHAT", default_value = "fetch", help_heading = "Dataset")]
    pub images: Images,
    /// Images of which no annotation is written
    #[arg(long, value_name = "WHAT", default_value = "include", help_heading = "Dataset")]
    pub background: Background,
    /// Geometry outside the image
    #[arg(long, value_name = "WHAT", default_value = "clip", hide_short_help = true, help_heading = "Geometry")]
    pub bounds: Bounds,
    /// What pixel masks become
    #[arg(long, value_name = "WHAT", default_value = "instance", hide_short_help = true, help_heading = "Geometry")]
    pub segmentation: Segmentation,
    /// What rotated boxes become
    #[arg(long, value_name = "WHAT", default_value = "best", hide_short_help = true, help_heading = "Geometry")]
    pub rotated: Rotated,
    /// Joints of keypoint groups: person17, or a JSON/YAML file {category, keypoints, skeleton, flip_idx}
    #[arg(long, value_name = "PROFILE", default_value = "person17", hide_short_help = true, help_heading = "Geometry")]
    pub keypoints: PathBuf,
    /// The options of formats.
    #[command(flatten)]
    pub formats: FormatArgs,
    /// Write the one document of the format and nothing else, no file lines
    #[arg(long, help_heading = "Dataset", help = format!(
        "Write the one document of the format and nothing else, no file lines ({})", formats::names(|f| f.document.is_some())))]
    pub bare: bool,
    /// Write nothing, and print what would be written: the tree, with sizes, and what would be lost; without --to what each format would
    /// lose of the input, and which keeps it. A table on a terminal, else JSON
    #[arg(long, conflicts_with = "bare", help_heading = "Errors and report")]
    pub dry_run: bool,
    /// Which report files to write
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "full",
        hide_short_help = true,
        help_heading = "Errors and report"
    )]
    pub report: Detail,
    /// End the run at the first annotation or item that would be left out. What is written with a change, such as an object cut at the
    /// edge, is counted as lossy and does not end it
    #[arg(long, help_heading = "Errors and report")]
    pub strict: bool,
    /// What a bad line does
    #[arg(long, value_name = "WHAT", default_value = "stop", hide_short_help = true, help_heading = "Damaged input")]
    pub on_error: OnError,
    /// Accept an input that was cut (no end frame)
    #[arg(long, hide_short_help = true, help_heading = "Damaged input")]
    pub allow_partial: bool,
    /// Lines without frames.
    #[command(flatten)]
    pub unframed: Unframed,
    /// Whether questions are asked.
    #[command(flatten)]
    pub asking: Asking,
    /// Print help (`-h`: in short)
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = "Common options")]
    pub help: Option<bool>,
    /// Shared options.
    #[command(flatten)]
    pub common: Common,
}

impl Args {
    /// All files that the run reads.
    pub fn read(&self) -> Vec<PathBuf> {
        let stdin = self.files.is_empty().then(|| PathBuf::from("-"));
        let maps = self.class_map.iter().map(PathBuf::from);
        self.files
            .iter()
            .cloned()
            .chain(stdin)
            .chain(self.classes.clone())
            .chain(maps)
            .chain([self.keypoints.clone()])
            .chain(self.formats.coco.category_ids.iter().map(PathBuf::from))
            .collect()
    }

    /// The options of the run.
    ///
    /// # Errors
    /// A usage failure for a value that cannot be understood or a file that cannot be read.
    pub fn options(&self) -> Result<Options, Failure> {
        let split = Split::parse(self.split.as_deref().unwrap_or("none")).map_err(Failure::usage)?;
        let split_group = self.split_group.as_deref().map(FieldPath::new).transpose();
        let split_group = split_group.map_err(|why| Failure::usage(tr!("split-group-why", why)))?;
        if split_group.is_some() && !matches!(split, Split::Ratio { .. }) {
            return Err(Failure::usage(tr!("split-group-shares")));
        }
        Ok(Options {
            split,
            split_group,
            by: self.by.clone(),
            classes: self.classes.as_deref().map(read_classes).transpose()?,
            closed_classes: self.closed_classes,
            class_map: class_map(&self.class_map)?,
            naming: self.naming.clone(),
            naming_pass: self.naming_pass,
            images: self.images,
            bounds: self.bounds,
            segmentation: self.segmentation,
            rotated: self.rotated,
            background: self.background,
            report: self.report,
            on_error: self.on_error,
            strict: self.strict,
            allow_partial: self.allow_partial,
            bare: self.bare,
            keypoints: match self.keypoints.to_str() {
                Some("person17") => Profile::person17(),
                _ => Profile::load(&self.keypoints).map_err(Failure::usage)?,
            },
            formats: self.formats.clone(),
            begin: Map::new(),
        })
    }
}

/// The name of a format: what is completed and listed in help, and what a slip is answered with.
#[derive(Clone)]
struct FormatName;

impl TypedValueParser for FormatName {
    type Value = String;

    fn parse_ref(&self, _: &clap::Command, _: Option<&clap::Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        let name = formats::find(&value.to_string_lossy());
        name.map(|f| f.name.to_owned()).map_err(|e| usage::mistake(ErrorKind::InvalidValue, &e))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(FORMATS.iter().map(|f| PossibleValue::new(f.name).help(f.summary))))
    }
}
