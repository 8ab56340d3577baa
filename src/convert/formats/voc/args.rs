//! The options of Pascal VOC.

/// The options of Pascal VOC.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// First pixel of boxes: 0 (as the platform) or 1 (as the development kit)
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1), hide_short_help = true, help_heading = "Formats")]
    pub voc_base: u8,
}
