//! `--sample`, `--shard`: a part of the rows, chosen by a hash of the id. Independent of the order of rows, of the number of
//! threads and of what else is in the stream.
//!
//! The hashes: `sha256(utf8("sample:SEED:ID"))` and `sha256(utf8("shard:ID"))`, the first eight bytes as a big-endian integer
//! `h`. A row is in the sample when `h < fraction · 2^64`, and in shard `h mod N + 1` of N. The prefixes keep both apart from
//! each other and from the split hash of the converter: any shard of any sample still splits as the whole does.

use super::predicate::{Predicate, Row};
use sha2::{Digest, Sha256};

/// First eight bytes of the SHA-256 of these texts, one after the other.
fn hash(parts: &[&str]) -> u64 {
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
    pub fn new(fraction: f64, seed: u64) -> Self {
        const ALL: f64 = 18_446_744_073_709_551_616.0;
        // The product is exact for 1 and saturates below 0; `fraction` was checked by `parse_fraction`.
        Self { salt: format!("sample:{seed}:"), below: (fraction * ALL) as u128 }
    }

    /// Reads a share.
    ///
    /// # Errors
    /// A text when it is not a number from 0 to 1.
    pub fn parse_fraction(text: &str) -> Result<f64, String> {
        match text.parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
            _ => Err("expected a share from 0 to 1, such as 0.1".to_owned()),
        }
    }
}

impl Predicate for Sample {
    fn matches(&self, row: &Row<'_>) -> bool {
        u128::from(hash(&[&self.salt, &row.id])) < self.below
    }
}

/// One of N disjoint parts that together are everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 0.
    index: u64,
    /// How many there are.
    count: u64,
}

impl Shard {
    /// Reads `I/N`, I from 1 to N.
    ///
    /// # Errors
    /// A text when it is not that.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u64>().ok();
        match text.split_once('/').and_then(|(i, n)| number(i).zip(number(n))) {
            Some((i, count)) if (1..=count).contains(&i) => Ok(Self { index: i - 1, count }),
            _ => Err("expected I/N, such as 1/4 … 4/4".to_owned()),
        }
    }
}

impl Predicate for Shard {
    fn matches(&self, row: &Row<'_>) -> bool {
        hash(&["shard:", &row.id]) % self.count == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicate::row;

    fn ids(predicate: &dyn Predicate) -> Vec<u32> {
        (0..2000).filter(|id| predicate.matches(&row(&format!(r#"{{"id":{id}}}"#)))).collect()
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
        assert!(
            (150..250).contains(&tenth.len()) && (900..1100).contains(&half.len()),
            "{} {}",
            tenth.len(),
            half.len()
        );
        assert!(tenth.iter().all(|id| half.contains(id)));
        assert_ne!(tenth, ids(&Sample::new(0.1, 8)));
        assert!(ids(&Sample::new(0.0, 7)).is_empty());
        assert_eq!(ids(&Sample::new(1.0, 7)).len(), 2000);
    }

    #[test]
    fn shards_are_disjoint_complete_and_balanced() {
        let mut all: Vec<u32> = Vec::new();
        for i in 1..=3 {
            let part = ids(&Shard::parse(&format!("{i}/3")).unwrap());
            assert!((550..780).contains(&part.len()), "{}", part.len());
            all.extend(part);
        }
        all.sort_unstable();
        assert!(all.into_iter().eq(0..2000));
    }

    #[test]
    fn wrong_values_are_refused() {
        for text in ["0/4", "5/4", "1/0", "1", "a/b", "-1/4", "1/4/2", ""] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
        for text in ["1.1", "-0.1", "NaN", "ten", "inf", ""] {
            assert!(Sample::parse_fraction(text).is_err(), "{text}");
        }
        assert_eq!(Sample::parse_fraction("0.25"), Ok(0.25));
    }
}
