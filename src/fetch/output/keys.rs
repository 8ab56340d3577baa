//! The keys of all rows of a run, to say afterwards which are missing. Dense numbers, as a database gives them, take two bytes each.

use crate::api::Id;
use roaring::RoaringTreemap;
use std::collections::HashSet;

/// A set of keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    numbers: RoaringTreemap,
    others: HashSet<Id>,
}

impl Keys {
    /// Adds a key.
    pub fn add(&mut self, key: &Id) {
        match key.number() {
            Some(number) => {
                self.numbers.insert(place(number));
            }
            None => {
                self.others.insert(key.clone());
            }
        }
    }

    /// Whether a key is among them.
    pub fn has(&self, key: &Id) -> bool {
        key.number().map_or_else(|| self.others.contains(key), |number| self.numbers.contains(place(number)))
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.numbers.len() + self.others.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lowest and the highest number among them.
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((number(self.numbers.min()?), number(self.numbers.max()?)))
    }
}

/// The place of a number in an order without signs.
fn place(number: i64) -> u64 {
    (number as u64) ^ (1 << 63)
}

fn number(place: u64) -> i64 {
    (place ^ (1 << 63)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_sign_and_other_keys() {
        let mut keys = Keys::default();
        assert_eq!((keys.span(), keys.is_empty()), (None, true));
        for json in ["5", "-7", "9000000000", "5", "\"a\"", "-9223372036854775808"] {
            keys.add(&Id::parse(json));
        }
        assert_eq!((keys.len(), keys.span()), (5, Some((i64::MIN, 9_000_000_000))));
        assert!(keys.has(&Id::Number(-7)) && keys.has(&Id::parse("\"a\"")));
        assert!(!keys.has(&Id::Number(7)) && !keys.has(&Id::parse("\"b\"")));
    }
}
