//! `--sample N`: the N selected rows with the least hashes, those of `--sample SHARE`. With one seed, a smaller sample is part of every
//! larger one.

use super::Few;
use super::pass::{Row, Seen, Source, pass};
use crate::filter::predicates::sample::{hash, salt};
use crate::stream::StreamError;
use crate::stream::sort::{SIZE, Sorter};
use roaring::RoaringTreemap;

/// What was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sampled {
    /// Rows that were to be chosen.
    pub wanted: u64,
    /// Rows to choose from.
    pub of: u64,
}

impl Sampled {
    /// Rows chosen.
    pub fn taken(&self) -> u64 {
        self.wanted.min(self.of)
    }
}

/// Reads everything and chooses.
///
/// # Errors
/// Those of the reader and of the temporary files.
pub fn choose(source: Source, few: Few) -> Result<(RoaringTreemap, Seen, Sampled), StreamError> {
    let (mut sorter, mut of) = (Sorter::default(), 0);
    let worker = || {
        let salt = salt("sample", few.seed);
        move |row: Row<'_, '_>, hashes: &mut Vec<(u64, u64)>| {
            hashes.push((hash(&[&salt, &row.item.id]), row.number));
            Ok(())
        }
    };
    let seen = pass(source, worker, |hashes| {
        for (hash, number) in hashes {
            let mut record = [0; SIZE];
            record[..8].copy_from_slice(&hash.to_be_bytes());
            record[8..16].copy_from_slice(&number.to_be_bytes());
            sorter.push(record)?;
            of += 1;
        }
        Ok(())
    })?;
    let (mut taken, mut left) = (RoaringTreemap::new(), few.rows);
    sorter.each(|record| {
        if left > 0 {
            left -= 1;
            taken.insert(record[8..16].iter().fold(0, |n, byte| n << 8 | u64::from(*byte)));
        }
    })?;
    Ok((taken, seen, Sampled { wanted: few.rows, of }))
}
