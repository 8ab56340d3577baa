//! Fields of the row that decide something, or are written: how many rows have each, and what is said of those that do not.

use super::split::Split;
use crate::convert::format::Format;
use crate::convert::options::Options;
use crate::selection::coverage::Coverage;
use crate::selection::field::FieldPath;
use crate::stream::StreamError;
use crate::stream::error::UnknownName;
use crate::stream::json::Raw;
use crate::tr;
use crate::words::Message;

/// A field of the row that a format reads.
#[derive(Clone, Debug)]
pub struct RowField {
    /// Where it is.
    pub path: FieldPath,
    /// What it is for.
    pub of: FieldUse,
    /// What else may have been meant when no row has it, as it is told.
    pub hint: Option<Message>,
}

/// What the value of a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldUse {
    /// It names the folder of the item.
    Folder,
    /// It is written as it is, whatever it is.
    Cell,
}

impl FieldUse {
    /// What becomes of items that have no value.
    fn instead(self) -> Message {
        match self {
            Self::Folder => tr!("unassigned-folder"),
            Self::Cell => tr!("cells-empty"),
        }
    }
}

impl RowField {
    /// Whether a row has a value that can be used. `line` must be valid JSON.
    fn is_in(&self, line: &[u8]) -> bool {
        match self.of {
            FieldUse::Folder => self.path.value(line).is_some_and(|value| !value.trim().is_empty()),
            FieldUse::Cell => {
                self.path.raw(line).as_ref().is_some_and(|raw| !matches!(Raw::text(raw), "null" | "\"\""))
            }
        }
    }
}

/// The fields of the row that a run reads.
pub fn of_run(format: &dyn Format, options: &Options) -> Vec<RowField> {
    let by = options.by.iter().map(|path| RowField { path: path.clone(), of: FieldUse::Folder, hint: None });
    by.chain(format.fields().iter().cloned()).collect()
}

/// Counts of rows with and without each field that a format reads.
#[derive(Debug, Default)]
pub struct FieldCounts {
    /// Of each field, in the order of the format.
    each: Vec<Coverage>,
    /// Rows that lack a folder of their own, so that they are out of place.
    pub misplaced: u64,
}

impl FieldCounts {
    /// Counts a row. `line` must be valid JSON.
    pub fn count(&mut self, fields: &[RowField], line: &[u8]) {
        self.each.resize_with(fields.len(), Coverage::default);
        for (field, coverage) in fields.iter().zip(&mut self.each) {
            let has = field.is_in(line);
            coverage.count(&field.path, line, has);
            self.misplaced += u64::from(!has && field.of == FieldUse::Folder);
        }
    }

    /// Adds the counts of a later batch.
    pub fn merge(&mut self, later: Self) {
        self.misplaced += later.misplaced;
        if self.each.is_empty() {
            self.each = later.each;
            return;
        }
        self.each.iter_mut().zip(later.each).for_each(|(coverage, later)| coverage.merge(later));
    }

    /// What the user should know of the fields of the split (`split`) and of the format, a line each.
    ///
    /// # Errors
    /// [`StreamError::UnknownName`] for a field that no row has.
    pub fn judge(&self, fields: &[RowField], options: &Options, split: &Coverage) -> Result<Vec<Message>, StreamError> {
        let (field, instead) = match (&options.split, &options.split_group) {
            (Split::Field(field), _) => (Some(field.clone()), tr!("unassigned-split")),
            (Split::Category, _) => (Some(FieldPath::of_category()), tr!("unassigned-split")),
            (Split::Ratio { .. }, Some(field)) => (Some(field.clone()), tr!("split-ungrouped")),
            _ => (None, Message::default()),
        };
        let of_split = field.iter().map(|field| (field, instead.clone(), None, split));
        let of_format = fields
            .iter()
            .zip(&self.each)
            .map(|(field, counts)| (&field.path, field.of.instead(), field.hint.clone(), counts));
        let mut notes = Vec::new();
        for (field, instead, hint, coverage) in of_split.chain(of_format) {
            if let Some(unknown) = coverage.unknown(field) {
                return Err(StreamError::UnknownName(Box::new(UnknownName { hint, ..unknown })));
            }
            if coverage.without > 0 {
                let (without, all) = (coverage.without, coverage.with + coverage.without);
                notes.push(tr!("items-without", without, all, field, instead));
            }
        }
        Ok(notes)
    }
}
