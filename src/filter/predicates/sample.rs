//! `--sample`, `--seed`: a share of the rows, chosen by a hash of the id. Independent of the order of rows, of the number of threads
//! and of what else is in the stream.
//!
//! The hash `h` is the first eight bytes of `sha256(utf8("sample:SEED:ID"))` as a big-endian integer; a row is in the sample when
//! `h < share · 2^64`. The prefix keeps it apart from the hash of `--shard` and from the split hash of the converter: any shard of any
//! sample still splits as the whole does.

use super::{Item, Predicate};
use crate::filter::Selection;
use sha2::{Digest, Sha256};

/// The options of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
#[group(skip)]
pub struct Args {
    /// This share of the rows, from 0 to 1, by a hash of the id: the same rows in any order
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Part of the rows")]
    sample: Option<f64>,
    /// Another seed, another sample [default: 0]
    #[arg(long, value_name = "N", requires = "sample", help_heading = "Part of the rows")]
    seed: Option<u64>,
}

impl Args {
    /// The selection with this predicate, if the option is given.
    pub fn join(&self, selection: Selection) -> Selection {
        match self.sample {
            Some(share) => selection.with(Sample::new(share, self.seed.unwrap_or(0))),
            None => selection,
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("expected a share from 0 to 1, such as 0.1".to_owned()),
    }
}

/// First eight bytes of the SHA-256 of these texts, one after the other, as a big-endian integer.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.as_bytes());
    }
    sha.finalize().iter().take(8).fold(0, |h, &byte| h << 8 | u64::from(byte))
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
        Self { salt: format!("sample:{seed}:"), below: (share * ALL) as u128 }
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
    fn wrong_shares_are_refused() {
        for text in ["1.1", "-0.1", "NaN", "ten", "inf", ""] {
            assert!(share(text).is_err(), "{text}");
        }
        assert_eq!(share("0.25"), Ok(0.25));
    }
}
