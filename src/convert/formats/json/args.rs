//! The options of files of Synapse JSON.

/// The options of `json`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// A file {stem}_{class}.json for each class of an item
    #[arg(long, hide_short_help = true, help_heading = "Formats")]
    pub per_class: bool,
    /// Re-indented; numbers and the order of keys stay as written
    #[arg(long, hide_short_help = true, help_heading = "Formats")]
    pub pretty: bool,
}
