//! The options of Pascal VOC.

use clap::ValueEnum;

/// The options of Pascal VOC.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What polygons become: painted into the planes, or an object with their bounding rectangle
    #[arg(long, value_name = "WHAT", default_value = "mask", hide_short_help = true, help_heading = "Formats")]
    pub polygons: Polygons,
    /// First pixel of boxes: 0 (as the platform) or 1 (as the development kit)
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1), hide_short_help = true, help_heading = "Formats")]
    pub voc_base: u8,
}

/// What becomes of polygons in a format of boxes and planes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Polygons {
    /// Painted into the planes.
    #[default]
    Mask,
    /// Their bounding rectangle is an object.
    Box,
}
