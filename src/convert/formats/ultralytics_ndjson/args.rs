//! The options of `ultralytics-ndjson`.

use clap::ValueEnum;

/// The options of `ultralytics-ndjson` besides those of YOLO labels.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Presigned URLs without their query, or whole: they expire, and are a secret until then
    #[arg(long, value_name = "WHAT", default_value = "strip", hide_short_help = true, help_heading = "Formats")]
    pub presigned: Presigned,
}

/// What a dataset file that holds URLs has of presigned ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Presigned {
    /// The URL without its query, which is a secret for as long as it works.
    #[default]
    Strip,
    /// The whole URL. It expires, and until then whoever has the file can fetch the original.
    Keep,
}
