//! How many rows have the field that their split depends on.

use super::field::FieldPath;
use super::sought::MAX_NAMES;
use crate::stream::error::UnknownName;
use std::collections::BTreeSet;

/// Rows of a batch that are searched for the keys that they have instead.
const SEARCHED: u64 = 16;

/// Counts of rows with and without a value of the field.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Rows with a value.
    pub with: u64,
    /// Rows without.
    pub without: u64,
    /// How much of the path the rows had that had most of it.
    depth: usize,
    /// The keys that they had instead of the next part of the path.
    keys: BTreeSet<String>,
}

impl Coverage {
    /// Counts a row. `line` must be valid JSON.
    pub fn count(&mut self, field: &FieldPath, line: &[u8], has: bool) {
        if has {
            self.with += 1;
            return;
        }
        self.without += 1;
        if self.without <= SEARCHED {
            let (depth, keys) = field.reach(line);
            self.gather(depth, keys);
        }
    }

    /// Adds the counts of a later batch.
    pub fn merge(&mut self, later: Self) {
        self.with += later.with;
        self.without += later.without;
        if self.with == 0 {
            self.gather(later.depth, later.keys);
        }
    }

    fn gather(&mut self, depth: usize, keys: impl IntoIterator<Item = String>) {
        if depth > self.depth {
            self.depth = depth;
            self.keys.clear();
        }
        if depth == self.depth {
            let room = MAX_NAMES.saturating_sub(self.keys.len());
            self.keys.extend(keys.into_iter().take(room));
        }
    }

    /// That no row has the field, if so, with the nearest field that some have.
    pub fn unknown(&self, field: &FieldPath) -> Option<UnknownName> {
        (self.with == 0 && self.without > 0).then(|| field.unknown(self.depth, &self.keys))
    }
}
