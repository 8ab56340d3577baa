//! What has been written so far: results in input order, counts, the manifest, and the list of failed originals.

use crate::sink::dataset::digest::Digest;
use crate::sink::dataset::manifest::ManifestWriter;
use crate::sink::divided::manifest::PartWriter;
use crate::sink::error::SinkError;
use crate::sink::originals;
use crate::sink::originals::reason::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Failed originals that the summary lists by name at most; all are counted.
pub const LISTED: usize = 1000;

/// One original that could not be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedOriginal {
    /// The path that it would have in the dataset.
    pub path: String,
    /// Its URL without query.
    pub url: String,
    /// Why it could not be downloaded.
    pub reason: String,
}

/// Counts of originals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Originals {
    /// Downloaded and verified.
    pub ok: u64,
    /// Could not be downloaded.
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
    pub failures: Vec<FailedOriginal>,
}

/// What became of one file.
#[derive(Debug)]
pub enum Outcome {
    /// Written; `original` when it was downloaded.
    Written {
        /// Path in the dataset.
        path: String,
        /// Size and hash.
        digest: Digest,
        /// Whether it was downloaded.
        original: bool,
    },
    /// An original that could not be downloaded.
    Failed(FailedOriginal),
}

/// Where outcomes are listed.
#[derive(Debug)]
pub enum Listing {
    /// The manifest of a dataset.
    Whole(ManifestWriter),
    /// That of a part, which lists the originals that failed as well.
    Part(PartWriter),
}

impl Listing {
    fn add(&mut self, path: &str, digest: &Digest) -> Result<(), SinkError> {
        match self {
            Self::Whole(manifest) => manifest.add(path, digest),
            Self::Part(manifest) => manifest.add(path, digest),
        }
    }
}

/// Puts outcomes into input order, counts them, and lists what was written in the manifest.
#[derive(Debug)]
pub struct Outcomes {
    listing: Listing,
    next: u64,
    early: BTreeMap<u64, Outcome>,
    totals: Totals,
}

impl Outcomes {
    /// No outcomes yet; every file that is written will be in the listing.
    pub fn new(listing: Listing) -> Self {
        Self { listing, next: 0, early: BTreeMap::new(), totals: Totals::default() }
    }

    /// Adds the outcome of the file with this number.
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
    pub fn finish_manifest(&mut self, last: &str, digest: &Digest) -> Result<PathBuf, SinkError> {
        match &mut self.listing {
            Listing::Whole(manifest) => {
                manifest.add(last, digest)?;
                manifest.finish()
            }
            Listing::Part(_) => Err(SinkError::Internal("the manifest of a part has no last file")),
        }
    }

    /// Completes the manifest of a part, now that all outcomes are known. Returns its scratch file.
    ///
    /// # Errors
    /// [`SinkError::Write`].
    pub fn finish_part(&mut self) -> Result<PathBuf, SinkError> {
        match &mut self.listing {
            Listing::Part(manifest) => manifest.finish(),
            Listing::Whole(_) => Err(SinkError::Internal("the manifest is not that of a part")),
        }
    }

    fn count(&mut self, outcome: Outcome) -> Result<(), SinkError> {
        match outcome {
            Outcome::Written { path, digest, original } => {
                self.listing.add(&path, &digest)?;
                self.totals.files += 1;
                self.totals.bytes += digest.bytes;
                self.totals.originals.ok += u64::from(original);
            }
            Outcome::Failed(lost) => {
                if let Listing::Part(manifest) = &mut self.listing {
                    manifest.add_failed(&lost)?;
                }
                self.totals.originals.failed += 1;
                if self.totals.failures.len() < LISTED {
                    self.totals.failures.push(lost);
                }
            }
        }
        Ok(())
    }
}

impl FailedOriginal {
    /// An original that could not be downloaded from `url`, which is kept without its query.
    pub fn new(path: &str, url: &url::Url, reason: &Reason) -> Self {
        Self { path: path.to_owned(), url: originals::shown(url), reason: reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_listed_in_input_order() {
        let scratch = tempfile::tempdir().unwrap();
        let mut outcomes = Outcomes::new(Listing::Whole(ManifestWriter::new(scratch.path()).unwrap()));
        let url = url::Url::parse("https://u:p@h/x?X-Amz-Signature=s#f").unwrap();
        for order in [2, 0, 1] {
            outcomes
                .enter(
                    order,
                    Outcome::Failed(FailedOriginal::new(&order.to_string(), &url, &Reason::Other("HTTP 404".into()))),
                )
                .unwrap();
        }
        let paths: Vec<_> = outcomes.totals().failures.iter().map(|l| l.path.as_str()).collect();
        assert_eq!((paths, outcomes.settled()), (vec!["0", "1", "2"], 3));
        assert_eq!(outcomes.totals().failures[0].url, "https://h/x");
    }
}
