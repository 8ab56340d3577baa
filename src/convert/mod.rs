//! `syn-convert`: item lines → file lines of a training-set format.
//!
//! A line's way: [`engine::worker`] parses it (item, payload, files, split) and lets a [`format::Format`] render each of its
//! images; [`engine::run`] takes the rendered records in input order, gives them their final names and hands them to the format's
//! [`format::Collector`].
//!
//! * [`declaration`], [`mod@format`], [`formats`]: what a format says of itself, what it does, and which there are
//! * [`engine`]: what is the same for all formats
//! * [`geometry`]: boxes, rings, joints and masks against the image
//! * [`output`]: what formats write with; [`report`]: what is counted, and who is told

pub(crate) mod declaration;
pub(crate) mod engine;
pub(crate) mod format;
pub(crate) mod formats;
pub(crate) mod geometry;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod report;

pub use declaration::{Attributes, By, Carries, Declaration, Document, Splits, Tools, UnitKind};
pub use engine::classes::{ClassRef, Classes, Final};
pub use engine::naming::Name;
pub use engine::record::{Id, Record, RecordRef};
pub use engine::run::{Summary, run};
pub use engine::split::{FieldPath, Split};
pub use format::{Collector, Format, RenderContext, RunEnd, Unit};
pub use formats::args::FormatArgs;
pub use formats::shapes::{Boxes, Polygons};
pub use formats::yolo::args::YoloTask;
pub use formats::{FORMATS, build, find};
pub use geometry::{Bounds, Rotated, Size};
pub use options::{Background, Detail, Images, Naming, NamingPass, OnError, Options, Segmentation};
pub use output::files::{Files, Original};
pub use output::hole::Hole;
pub use output::parts::{PartBuffer, Parts};
pub use output::text::{Text, TextRef};
pub use report::tally::{Fate, ItemCounts, Tally};
