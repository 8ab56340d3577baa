//! `I/N`: one of several disjoint parts that together are everything; `I/N@B1,B2,…` gives the ids at which one part ends and the
//! next begins.

use crate::exit::UsageError;
use crate::tr;
use std::str::FromStr;

/// Parts that an export may be divided into.
pub const MOST: usize = 10_000;

/// One part of N.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    pub index: usize,
    /// The number of parts.
    pub of: usize,
    /// The first id of each part but the lowest, ascending; empty as long as they are not known, or not used.
    pub bounds: Vec<i64>,
}

impl FromStr for Shard {
    type Err = UsageError;

    /// `I/N` or `I/N@B1,B2,…`, I from 1.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        let told = || UsageError::new(tr!("shard-expects"));
        let bad = |_: std::num::ParseIntError| told();
        let (part, bounds) = text.split_once('@').unwrap_or((text, ""));
        let (index, of) = part.split_once('/').unwrap_or((part, ""));
        let (index, of) = (index.parse::<usize>().map_err(bad)?, of.parse::<usize>().map_err(bad)?);
        let bounds: Result<Vec<i64>, _> = bounds.split(',').filter(|b| !b.is_empty()).map(str::parse).collect();
        let bounds = bounds.map_err(bad)?;
        let fits = bounds.is_empty() || (bounds.len() == of.wrapping_sub(1) && bounds.is_sorted());
        if index == 0 || index > of || of > MOST || !fits {
            return Err(told());
        }
        Ok(Self { index: index - 1, of, bounds })
    }
}

impl Shard {
    /// The ids of this part, from the first to the one before the second; `None` at an end that is open.
    pub fn ends(&self) -> (Option<i64>, Option<i64>) {
        let bound = |n: usize| self.bounds.get(n).copied();
        (self.index.checked_sub(1).and_then(bound), bound(self.index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read() {
        let shard = |text: &str| text.parse::<Shard>();
        assert_eq!(shard("2/3"), Ok(Shard { index: 1, of: 3, bounds: vec![] }));
        assert_eq!(shard("2/3@10,20").map(|s| s.ends()), Ok((Some(10), Some(20))));
        assert_eq!(shard("1/3@10,20").map(|s| s.ends()), Ok((None, Some(10))));
        assert_eq!(shard("3/3@10,20").map(|s| s.ends()), Ok((Some(20), None)));
        for bad in ["0/4", "5/4", "1/0", "1", "a/b", "-1/4", "1/4/2", "", "1/3@5", "1/3@9,5", "1/20000", "1/2@x"] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }
}
