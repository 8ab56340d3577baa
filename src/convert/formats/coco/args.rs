//! The options of COCO.

use clap::ValueEnum;

/// The options of COCO.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Which COCO documents to write
    #[arg(long, value_name = "WHICH", default_value = "used", hide_short_help = true, help_heading = "Formats")]
    pub roles: Roles,
    /// Number of the first COCO category; 0 is for trainers that count so, and Datumaro reads that class as none
    #[arg(long, value_name = "N", default_value_t = 1, hide_short_help = true, help_heading = "Formats")]
    pub category_start: u32,
    /// Numbers of the COCO categories: car=3,bus=6, or a file that has them (COCO, JSON, YAML, CSV, NAME=NUMBER a line). Every class
    /// needs one
    #[arg(
        long,
        value_name = "FILE|LIST",
        conflicts_with = "category_start",
        hide_short_help = true,
        help_heading = "Formats"
    )]
    pub category_ids: Option<String>,
}

impl Default for Args {
    fn default() -> Self {
        Self { roles: Roles::Used, category_start: 1, category_ids: None }
    }
}

/// Which documents are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Roles {
    /// Those that have a record; instances when none has.
    #[default]
    Used,
    /// All three.
    All,
}
