//! What has been written so far: results in input order, counts, and the list of failed originals.

use super::originals;
use super::verify::Seen;
use serde::Serialize;
use std::collections::BTreeMap;

/// Failed originals listed by name in the summary; the count goes on.
pub const LISTED: usize = 1000;

/// One original that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Where it would have gone.
    pub path: String,
    /// Its URL without query.
    pub url: String,
    /// Why it could not be had.
    pub reason: String,
}

/// Counts of originals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Originals {
    /// Downloaded and verified.
    pub ok: u64,
    /// Not to be had.
    pub failed: u64,
}

/// The `sink` object of `metadata/export_summary.json`. The same input gives the same bytes at every destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Files written, without those that the sink itself adds.
    pub files: u64,
    /// Their size together, without the summary: it holds this number.
    pub bytes: u64,
    /// The downloaded ones among them, and those that failed.
    pub originals: Originals,
    /// The failed ones in input order, at most [`LISTED`].
    pub failures: Vec<Lost>,
}

/// How one file ended.
#[derive(Debug)]
pub enum Outcome {
    /// Written; `original` when it was downloaded.
    Written {
        /// Size and hash.
        seen: Seen,
        /// Whether it was downloaded.
        original: bool,
    },
    /// An original that could not be had.
    Lost(Lost),
}

/// Puts outcomes into input order.
#[derive(Debug, Default)]
pub struct Ledger {
    next: u64,
    early: BTreeMap<u64, Outcome>,
    totals: Totals,
}

impl Ledger {
    /// Takes an outcome.
    pub fn enter(&mut self, order: u64, outcome: Outcome) {
        self.early.insert(order, outcome);
        while let Some(outcome) = self.early.remove(&self.next) {
            self.next += 1;
            self.count(outcome);
        }
    }

    /// Files whose outcome, and that of all before them, is known.
    pub fn settled(&self) -> u64 {
        self.next
    }

    /// The totals so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Written { seen, original } => {
                self.totals.files += 1;
                self.totals.bytes += seen.bytes;
                self.totals.originals.ok += u64::from(original);
            }
            Outcome::Lost(lost) => {
                self.totals.originals.failed += 1;
                if self.totals.failures.len() < LISTED {
                    self.totals.failures.push(lost);
                }
            }
        }
    }
}

impl Lost {
    /// An original of this URL that could not be had.
    pub fn new(path: &str, url: &url::Url, reason: String) -> Self {
        Self { path: path.to_owned(), url: originals::shown(url), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_listed_in_input_order() {
        let mut ledger = Ledger::default();
        let url = url::Url::parse("https://u:p@h/x?X-Amz-Signature=s#f").unwrap();
        for order in [2, 0, 1] {
            ledger.enter(order, Outcome::Lost(Lost::new(&order.to_string(), &url, "HTTP 404".into())));
        }
        let paths: Vec<_> = ledger.totals().failures.iter().map(|l| l.path.as_str()).collect();
        assert_eq!((paths, ledger.settled()), (vec!["0", "1", "2"], 3));
        assert_eq!(ledger.totals().failures[0].url, "https://h/x");
    }
}
