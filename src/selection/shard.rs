//! `I/N`: one of several disjoint parts that together are everything; `I/N@B1,B2,…` gives the ids at which one part ends and the
//! next begins. With `auto` in place of I a scheduler says which part ([`super::scheduler`]).

use super::scheduler::{self, Environment, Task};
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

/// Which part, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardOption {
    /// `I/N`, `I/N@B1,B2,…`.
    Given(Shard),
    /// `auto`, `auto/N`, `auto@B1,B2,…`, `auto/N@B1,B2,…`: the part whose number a scheduler has given to this process.
    Auto {
        /// The number of parts, if it is given.
        of: Option<usize>,
        /// As in [`Shard::bounds`].
        bounds: Vec<i64>,
    },
}

fn expected() -> UsageError {
    UsageError::new(tr!("shard-expects"))
}

impl FromStr for ShardOption {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let (part, bounds) = match text.split_once('@') {
            Some((part, bounds)) => (part, Some(bounds)),
            None => (text, None),
        };
        let number = |text: &str| text.parse::<usize>().map_err(|_| expected());
        let list = |text: &str| -> Result<Vec<i64>, UsageError> {
            text.split(',').map(|b| b.trim().parse().map_err(|_| expected())).collect()
        };
        let bounds: Option<Vec<i64>> = match bounds {
            None => None,
            // Of one part there are none.
            Some("") => Some(Vec::new()),
            Some(text) => Some(list(text)?),
        };
        let parts = bounds.as_ref().map(|bounds| bounds.len() + 1);
        let (index, of) = match part.split_once('/') {
            Some((index, of)) => (index, Some(number(of)?)),
            None => (part, None),
        };
        let of = match (of, parts) {
            (Some(of), Some(parts)) if of != parts => {
                return Err(UsageError::new(tr!("shard-bounds-number", parts, of)));
            }
            (of, parts) => of.or(parts),
        };
        let bounds = bounds.unwrap_or_default();
        if of.is_some_and(|of| of == 0 || of > MOST) || !bounds.is_sorted() {
            return Err(expected());
        }
        match (index, of) {
            ("auto", of) => Ok(Self::Auto { of, bounds }),
            // The number of parts is what `/N` says.
            (index, Some(of)) if part.contains('/') => match number(index)?.checked_sub(1) {
                Some(index) if index < of => Ok(Self::Given(Shard { index, of, bounds })),
                _ => Err(expected()),
            },
            _ => Err(expected()),
        }
    }
}

impl ShardOption {
    /// The part, and the task that says so, when a scheduler has numbered this process.
    ///
    /// # Errors
    /// [`UsageError`] when no scheduler has, or what it says does not fit.
    pub fn resolve(&self, environment: Environment<'_>) -> Result<(Shard, Option<Task>), UsageError> {
        match self {
            Self::Given(shard) => Ok((shard.clone(), None)),
            Self::Auto { of, bounds } => {
                let task = scheduler::task(environment, of.map(|of| of as u64))?;
                let of = usize::try_from(task.of).ok().filter(|of| *of <= MOST);
                let of = of.ok_or_else(|| UsageError::new(tr!("scheduler-many", n = task.of, most = MOST)))?;
                let index = usize::try_from(task.index).unwrap_or(of);
                Ok((Shard { index, of, bounds: bounds.clone() }, Some(task)))
            }
        }
    }
}

impl FromStr for Shard {
    type Err = UsageError;

    /// `I/N` or `I/N@B1,B2,…`, I from 1.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        match text.parse()? {
            ShardOption::Given(shard) => Ok(shard),
            ShardOption::Auto { .. } => Err(expected()),
        }
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
        assert_eq!(shard("1/1@"), Ok(Shard { index: 0, of: 1, bounds: vec![] }));
        for bad in [
            "0/4", "5/4", "1/0", "1", "a/b", "-1/4", "1/4/2", "", "1/3@5", "1/3@9,5", "1/20000", "1/2@x", "1/3@",
            "2@5", "1/3@5,,9", "auto",
        ] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_part_may_be_left_to_a_scheduler() {
        let typed = |text: &str| text.parse::<ShardOption>();
        for (text, of, bounds) in [
            ("auto", None, vec![]),
            ("auto/3", Some(3), vec![]),
            ("auto@10,20", Some(3), vec![10, 20]),
            ("auto/3@10,20", Some(3), vec![10, 20]),
            ("auto@", Some(1), vec![]),
        ] {
            assert_eq!(typed(text), Ok(ShardOption::Auto { of, bounds }), "{text}");
        }
        for bad in
            ["auto/", "auto/0", "auto/x", "auto/3@10", "auto@20,10", "Auto", "automatic", "auto/2/3", "auto/20000"]
        {
            assert!(typed(bad).is_err(), "{bad}");
        }
    }
}
