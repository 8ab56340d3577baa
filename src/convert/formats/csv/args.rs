//! The options of tables.

use clap::ValueEnum;

/// The options of `csv`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What a row is
    #[arg(long, value_name = "WHAT", default_value = "annotations", hide_short_help = true, help_heading = "Formats")]
    pub rows: Rows,
    /// These columns in this order; attr.NAME is one attribute
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', hide_short_help = true, help_heading = "Formats")]
    pub columns: Vec<String>,
    /// For Excel, with byte order mark and CRLF
    #[arg(long, hide_short_help = true, help_heading = "Formats")]
    pub excel: bool,
    /// A column attr.NAME for each attribute
    #[arg(long, hide_short_help = true, help_heading = "Formats")]
    pub flatten_attributes: bool,
}

/// What a row of a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Rows {
    /// An annotation.
    #[default]
    Annotations,
    /// An item.
    Items,
}
