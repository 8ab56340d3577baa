//! Ids that come more than once: the rows of one night beside those of another, or a dump given twice. All of them are converted, so
//! stale labels stand beside fresh ones; that is counted and said.

use crate::item::Item;
use crate::stream::sort::{Record, SIZE, Sorter};
use crate::stream::{Begin, StreamError};
use roaring::RoaringTreemap;
use sha2::{Digest, Sha256};

/// Bytes of the hash of an id that is no number.
const HASH: usize = 16;

/// The ids of a batch, in no order.
#[derive(Debug, Default)]
pub struct Ids {
    numbers: Vec<i64>,
    others: Vec<[u8; HASH]>,
}

impl Ids {
    /// Adds the id of a row; of an event of ground truth the number of the event, since the id is that of what it is about.
    pub fn add(&mut self, item: &Item<'_, ()>) {
        let event = item.pgh_id.as_ref().map(|raw| raw.text()).filter(|text| *text != "null");
        let id = event.unwrap_or(&item.id);
        match id.parse() {
            Ok(number) => self.numbers.push(number),
            Err(_) => {
                let mut hash = [0; HASH];
                hash.copy_from_slice(&Sha256::digest(id.as_bytes())[..HASH]);
                self.others.push(hash);
            }
        }
    }
}

/// The ids of a run, compressed: those of a database take two bytes each; others are sorted on the disk.
#[derive(Debug, Default)]
pub struct Repeats {
    /// What the streams are of, each with its ids: an id of one project is no id of another.
    scopes: Vec<(String, RoaringTreemap)>,
    now: usize,
    others: Sorter,
    /// Rows whose id came before.
    again: u64,
}

impl Repeats {
    /// A stream begins.
    pub fn stream(&mut self, begin: &Begin) {
        let of = |pointer: &str| begin.body.get(pointer).map(ToString::to_string).unwrap_or_default();
        let project = begin.body.get("project").and_then(|project| project.get("id"));
        let project = project.map(ToString::to_string).unwrap_or_default();
        self.enter([of("host"), of("target"), of("ground_truth_dataset_version"), project].join("\n"));
    }

    fn enter(&mut self, scope: String) {
        self.now = self.scopes.iter().position(|(known, _)| *known == scope).unwrap_or_else(|| {
            self.scopes.push((scope, RoaringTreemap::new()));
            self.scopes.len() - 1
        });
    }

    /// Adds the ids of a batch.
    ///
    /// # Errors
    /// Those of the temporary file.
    pub fn add(&mut self, ids: Ids) -> Result<(), StreamError> {
        if self.scopes.is_empty() {
            self.enter(String::new());
        }
        let (_, known) = &mut self.scopes[self.now];
        for number in ids.numbers {
            self.again += u64::from(!known.insert((number as u64) ^ (1 << 63)));
        }
        for hash in ids.others {
            let mut record = [0; SIZE];
            record[..HASH].copy_from_slice(&hash);
            record[HASH..HASH + 8].copy_from_slice(&(self.now as u64).to_be_bytes());
            self.others.push(record)?;
        }
        Ok(())
    }

    /// Rows whose id came before.
    ///
    /// # Errors
    /// Those of the temporary file.
    pub fn finish(self) -> Result<u64, StreamError> {
        let (mut again, mut last) = (self.again, None::<Record>);
        self.others.each(|record| {
            again += u64::from(last.replace(*record) == Some(*record));
        })?;
        Ok(again)
    }
}
