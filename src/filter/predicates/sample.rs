//! `--sample`, `--seed`: a share of the rows, chosen by a hash of the id. Independent of the order of rows, of the number of threads
//! and of what else is in the stream.
//!
//! The hash `h` is the first eight bytes of `sha256(utf8("sample:SEED:ID"))` as a big-endian integer; a row is in the sample when
//! `h < share · 2^64`. The prefix keeps it apart from the hash of `--shard` and from the split hash of the converter: any shard of any
//! sample still splits as the whole does.

use super::{Item, Predicate};
use crate::filter::Selection;
use crate::tr;
use crate::words::Message;
use sha2::{Digest, Sha256};
use std::str::FromStr;

/// How much of the rows.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// A share, from 0 to 1.
    Share(f64),
    /// So many rows.
    Rows(u64),
}

impl FromStr for Amount {
    type Err = Message;

    /// A whole number is a number of rows; a number with a point, or with a percent sign, is a share.
    fn from_str(text: &str) -> Result<Self, Message> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Rows).map_err(|_| tr!("sample-too-many"));
        }
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
            None => text.parse::<f64>(),
        };
        match share {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::Share(share)),
            _ => Err(tr!("sample-expects")),
        }
    }
}

/// The options of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
#[group(skip)]
pub struct Args {
    /// Part of the rows, by a hash of the id: a share (0.1, 10%), of the same rows in any order; in syn-filter also a whole number, which
    /// gives exactly so many rows of those selected (1 is one row, 1.0 all of them)
    #[arg(long, value_name = "SHARE|N", help_heading = "Part of the rows")]
    pub sample: Option<Amount>,
    /// Another seed, another choice [default: 0]
    #[arg(long, value_name = "N", help_heading = "Part of the rows")]
    pub seed: Option<u64>,
}

impl Args {
    /// The selection with this predicate, if a share is asked for.
    pub fn join(&self, selection: Selection) -> Selection {
        match self.sample {
            Some(Amount::Share(share)) => selection.with(Sample::new(share, self.seed())),
            Some(Amount::Rows(_)) | None => selection,
        }
    }

    /// The seed of everything that is chosen by a hash.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }
}

/// First eight bytes of the SHA-256 of these texts, one after the other, as a big-endian integer.
pub fn hash(parts: &[&str]) -> u64 {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.as_bytes());
    }
    sha.finalize().iter().take(8).fold(0, |h, &byte| h << 8 | u64::from(byte))
}

/// What is put before an id to be hashed, so that each use of a seed is a choice of its own.
pub fn salt(use_of: &str, seed: u64) -> String {
    format!("{use_of}:{seed}:")
}

/// A share of all rows. With one seed, a smaller sample is part of every larger one.
#[derive(Debug)]
pub struct Sample {
    salt: String,
    /// Hashes below this are in; 2^64 takes everything.
    below: u128,
}

impl Sample {
    /// This share of the rows, from 0 to 1.
    pub fn new(share: f64, seed: u64) -> Self {
        const ALL: f64 = 18_446_744_073_709_551_616.0;
        // The product is exact for 1 and saturates below 0.
        Self { salt: salt("sample", seed), below: (share * ALL) as u128 }
    }
}

impl Predicate for Sample {
    fn matches(&self, item: &Item<'_>) -> bool {
        u128::from(hash(&[&self.salt, &item.id])) < self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicates::item;

    fn ids(predicate: &dyn Predicate) -> Vec<u32> {
        (0..2000).filter(|id| predicate.matches(&item(&format!(r#"{{"id":{id}}}"#)))).collect()
    }

    #[test]
    fn the_hash_never_changes() {
        // python3: int.from_bytes(hashlib.sha256(b"shard:17").digest()[:8], "big")
        assert_eq!(hash(&["shard:", "17"]), 920_792_880_277_698_562);
        assert_eq!(hash(&["sample:7:", "17"]), 5_058_228_323_403_076_599);
    }

    #[test]
    fn samples_have_their_size_and_nest() {
        let (tenth, half) = (ids(&Sample::new(0.1, 7)), ids(&Sample::new(0.5, 7)));
        let (a, b) = (tenth.len(), half.len());
        assert!((150..250).contains(&a) && (900..1100).contains(&b), "{a} {b}");
        assert!(tenth.iter().all(|id| half.contains(id)));
        assert_ne!(tenth, ids(&Sample::new(0.1, 8)));
        assert!(ids(&Sample::new(0.0, 7)).is_empty());
        assert_eq!(ids(&Sample::new(1.0, 7)).len(), 2000);
    }

    #[test]
    fn shares_and_numbers_of_rows_are_told_apart() {
        for text in ["1.1", "-0.1", "NaN", "ten", "inf", "", "101%", "-1", "99999999999999999999"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        for (text, expected) in [
            ("0.25", Amount::Share(0.25)),
            ("1.0", Amount::Share(1.0)),
            ("25%", Amount::Share(0.25)),
            ("100%", Amount::Share(1.0)),
            ("1", Amount::Rows(1)),
            ("200", Amount::Rows(200)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert_eq!(serde_json::to_string(&[Amount::Share(0.5), Amount::Rows(3)]).unwrap(), "[0.5,3]");
    }
}
