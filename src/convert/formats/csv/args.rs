//! The options of tables.

use super::columns::{OF_ROWS, names};
use crate::convert::output::csv_cell::Style;
use crate::delimiter::Delimiter;
use clap::ValueEnum;

/// The options of `csv`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What a row is
    #[arg(long, value_name = "WHAT", default_value = "annotations", hide_short_help = true, help_heading = "Formats")]
    pub rows: Rows,
    /// These columns in this order.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', hide_short_help = true, help_heading = "Formats", help = format!(
        "These columns in this order, also those that are not there by themselves ({}); attr.NAME is one attribute, any other name \
         a field of the row, such as data_unit.meta.video", names(&OF_ROWS)))]
    pub columns: Vec<String>,
    /// For Excel, with byte order mark and CRLF
    #[arg(long, hide_short_help = true, help_heading = "Formats")]
    pub excel: bool,
    /// What stands between cells: one character, or `tab`. Excel in much of Europe wants `;`; numbers keep their decimal point
    #[arg(long, value_name = "CHAR", default_value = ",", hide_short_help = true, help_heading = "Formats")]
    pub delimiter: Delimiter,
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

impl Args {
    /// How tables are written.
    pub fn style(&self) -> Style {
        Style { delimiter: self.delimiter.byte(), excel: self.excel }
    }
}
