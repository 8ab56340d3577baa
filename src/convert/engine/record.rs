//! A rendered unit, on its way from the worker that rendered it to the collector that writes it.

use super::naming::Name;
use super::picture::Picture;
use crate::convert::output::files::Original;
use crate::convert::output::parts::Parts;
use crate::convert::report::tally::ItemCounts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Deref;

/// A rendered unit but for its parts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// The item's id.
    pub id: Id,
    /// The name wanted for it: that of the original, or what `--naming` makes.
    pub name: Name,
    /// The split it belongs to; empty without splits.
    pub split: Cow<'static, str>,
    /// The folder of its dataset with `--by`, but for a twin in another case; else empty.
    pub folder: String,
    /// The original, when there is one and it is wanted.
    pub original: Option<Original>,
    /// Counts of the unit.
    pub counts: ItemCounts,
    /// False: nothing was rendered, the record is for the report only.
    pub written: bool,
    /// The picture of the item, in its first record that is written.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

/// A record with its parts and its final name, as a collector is given it.
pub struct RecordRef<'r> {
    /// The record.
    pub record: &'r Record,
    /// What [`crate::convert::format::Format::render`] has pushed.
    pub parts: Parts<'r>,
    /// Output stem, unique in the run without regard to case. It differs from `name.stem`, with which the unit was rendered, when
    /// another unit has that one or the format cannot take it.
    pub stem: &'r str,
    /// Number of the unit in the run, from 0.
    pub index: u32,
}

impl Deref for RecordRef<'_> {
    type Target = Record;
    fn deref(&self) -> &Record {
        self.record
    }
}

/// The id of an item.
#[derive(Debug, Serialize, Deserialize)]
pub struct Id {
    json: String,
    /// The text, when it has characters that JSON escapes.
    unescaped: Option<String>,
}

impl Id {
    /// Of the text of an id, and whether it is a number in the row.
    pub fn new(text: &str, is_number: bool) -> Self {
        if is_number {
            return Self { json: text.to_owned(), unescaped: None };
        }
        let mut json = Vec::with_capacity(text.len() + 2);
        json.push(b'"');
        crate::file_line::push_escaped(&mut json, text);
        json.push(b'"');
        let unescaped = (json.len() > text.len() + 2).then(|| text.to_owned());
        Self { json: String::from_utf8(json).unwrap_or_default(), unescaped }
    }

    /// As JSON: a number, or a string with its quotes.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// As text.
    pub fn text(&self) -> &str {
        self.unescaped.as_deref().unwrap_or(self.json.trim_matches('"'))
    }

    /// When it is a number that fits.
    pub fn number(&self) -> Option<u64> {
        self.json.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn ids_are_text_json_and_numbers() {
        for (text, is_number, json, number) in [
            ("17", true, "17", Some(17)),
            ("17", false, "\"17\"", None),
            ("1e99", true, "1e99", None),
            ("a\"b", false, "\"a\\\"b\"", None),
            ("", false, "\"\"", None),
        ] {
            let id = Id::new(text, is_number);
            assert_eq!((id.text(), id.json(), id.number()), (text, json, number));
        }
    }
}
