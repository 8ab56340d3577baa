//! The options that say what shapes become in formats that have no place for them as they are.

use crate::tr;
use crate::words::Message;
use clap::ValueEnum;

/// What shapes become.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What polygons become. In voc: painted into the planes (default), or a box. In the others, which have boxes only: a box around
    /// each polygon and each mask; left out without this option
    #[arg(long, value_name = "WHAT", hide_short_help = true, help_heading = "Formats")]
    pub polygons: Option<Polygons>,
    /// What boxes become among outlines (--task segment); left out without this option
    #[arg(long, value_name = "WHAT", hide_short_help = true, help_heading = "Formats")]
    pub boxes: Option<Boxes>,
}

impl Args {
    /// Refuses what only planes have a place for.
    ///
    /// # Errors
    /// A text when polygons are to be painted.
    pub fn without_planes(&self, format: &str) -> Result<(), Message> {
        if self.polygons == Some(Polygons::Mask) {
            return Err(tr!("no-planes", format));
        }
        Ok(())
    }
}

/// What becomes of polygons in a format of boxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Polygons {
    /// They are painted into the planes.
    #[default]
    Mask,
    /// The upright box around each: `OUTLINE_DROPPED`.
    Box,
}

/// What becomes of boxes in a format of outlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Boxes {
    /// Their four corners, rotated ones too.
    Polygon,
}
