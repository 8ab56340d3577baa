//! What has been written so far: results in input order, counts, the manifest, and the list of failed originals.

use crate::sink::dataset::digest::Seen;
use crate::sink::dataset::manifest;
use crate::sink::error::SinkError;
use crate::sink::originals;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

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
        /// Where.
        path: String,
        /// Size and hash.
        seen: Seen,
        /// Whether it was downloaded.
        original: bool,
    },
    /// An original that could not be had.
    Lost(Lost),
}

/// Puts outcomes into input order.
#[derive(Debug)]
pub struct Ledger {
    manifest: manifest::Writer,
    next: u64,
    early: BTreeMap<u64, Outcome>,
    totals: Totals,
}

impl Ledger {
    /// Nothing yet. What will be written is listed in `manifest`.
    pub fn new(manifest: manifest::Writer) -> Self {
        Self { manifest, next: 0, early: BTreeMap::new(), totals: Totals::default() }
    }

    /// Takes an outcome.
    ///
    /// # Errors
    /// [`SinkError::Write`] when the manifest cannot be written.
    pub fn enter(&mut self, order: u64, outcome: Outcome) -> Result<(), SinkError> {
        self.early.insert(order, outcome);
        while let Some(outcome) = self.early.remove(&self.next) {
            self.next += 1;
            self.count(outcome)?;
        }
        Ok(())
    }

    /// Files whose outcome, and that of all before them, is known.
    pub fn settled(&self) -> u64 {
        self.next
    }

    /// The totals so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Completes the manifest, now that all outcomes are known, with the one file that is not among them. Returns its scratch file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn finish_manifest(&mut self, last: &str, seen: &Seen) -> Result<PathBuf, SinkError> {
        self.manifest.add(last, seen)?;
        self.manifest.finish()
    }

    fn count(&mut self, outcome: Outcome) -> Result<(), SinkError> {
        match outcome {
            Outcome::Written { path, seen, original } => {
                self.manifest.add(&path, &seen)?;
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
        Ok(())
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
        let scratch = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::new(manifest::Writer::new(scratch.path()).unwrap());
        let url = url::Url::parse("https://u:p@h/x?X-Amz-Signature=s#f").unwrap();
        for order in [2, 0, 1] {
            ledger.enter(order, Outcome::Lost(Lost::new(&order.to_string(), &url, "HTTP 404".into()))).unwrap();
        }
        let paths: Vec<_> = ledger.totals().failures.iter().map(|l| l.path.as_str()).collect();
        assert_eq!((paths, ledger.settled()), (vec!["0", "1", "2"], 3));
        assert_eq!(ledger.totals().failures[0].url, "https://h/x");
    }
}
