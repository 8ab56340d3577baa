//! The options of tables.

use super::columns::{OF_ROWS, names};
use crate::convert::output::csv_cell::Style;
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use clap::ValueEnum;
use std::str::FromStr;

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
        Style { delimiter: self.delimiter.0, excel: self.excel }
    }
}

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Default for Delimiter {
    fn default() -> Self {
        Self(b',')
    }
}

impl FromStr for Delimiter {
    type Err = UsageError;

    /// # Errors
    /// What can be one: a character of ASCII that is no part of a number or a word, and that readers take for nothing else.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        let told = |why: Message| UsageError::new(tr!("delimiter-why", ?text, why));
        match text.as_bytes() {
            b"tab" | b"\\t" | b"\t" => Ok(Self(b'\t')),
            [b'"' | b'\'' | b'\\'] => Err(told(tr!("delimiter-marks-text"))),
            [b'.' | b'-' | b'+' | b'_'] => Err(told(tr!("delimiter-of-words"))),
            [one] if one.is_ascii_alphanumeric() => Err(told(tr!("delimiter-of-words"))),
            [one] if one.is_ascii_punctuation() => Ok(Self(*one)),
            [_] => Err(told(tr!("delimiter-blank"))),
            _ => Err(told(tr!("delimiter-not-ascii"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_one_character_that_can_work() {
        for (text, byte) in
            [(",", b','), (";", b';'), ("|", b'|'), ("tab", b'\t'), ("\t", b'\t'), ("\\t", b'\t'), (":", b':')]
        {
            assert_eq!(text.parse(), Ok(Delimiter(byte)), "{text}");
        }
        for text in [
            "", "\"", "'", "\\", "\n", "\r", "\0", " ", ".", "-", "+", "_", "0", "a", "Z", ",,", ";;", "、", "é",
            "TAB ",
        ] {
            let told = text.parse::<Delimiter>().unwrap_err().to_string();
            assert!(told.contains(", or ; or | or tab") && !told.contains('\n'), "{text:?}: {told}");
        }
    }
}
