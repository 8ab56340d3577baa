//! `--naming-pass two`: names that do not depend on the order of the input.
//!
//! Records are spooled until all wanted stems are known. Of several that want one stem the one with the smallest id has it; the
//! others become `{stem}__{id}`. Ids of digits are ordered as numbers, before all others.

use super::naming::{Taken, fold, safe, suffix};
use super::record::Record;
use crate::convert::output::parts::Parts;
use crate::convert::output::sorted::Sorted;
use crate::convert::output::spool::Spool;
use crate::stream::StreamError;

/// The records of a run, and the stems they want.
pub struct TwoPass {
    records: Spool,
    stems: Sorted,
    /// Stems that no record gets.
    taken: Taken,
}

impl TwoPass {
    /// No record yet. `taken`: stems that no record gets.
    pub fn new(taken: Taken) -> Self {
        Self { records: Spool::default(), stems: Sorted::default(), taken }
    }

    /// Keeps a record. `wanted`: its stem as the format takes it.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn put(&mut self, record: &Record, parts: Parts<'_>, wanted: &str) -> Result<(), StreamError> {
        if record.written {
            let id = safe(record.id.text());
            let key = if id.bytes().all(|b| b.is_ascii_digit()) { format!("0{:03}", id.len()) } else { "1".to_owned() };
            // Names have no control characters, so NUL separates.
            let index = self.records.records;
            self.stems.add(&format!("{}\0{key}\0{id}\0{index:020}", fold(wanted)))?;
        }
        // Compact JSON has no line end, so one separates.
        let mut bytes = serde_json::to_vec(record).map_err(|_| StreamError::Internal("record to spool"))?;
        bytes.push(b'\n');
        bytes.extend_from_slice(parts.bytes());
        self.records.put(&bytes)
    }

    /// Gives all records back in order. `each` is told the number of the suffix: 0 for none, 1 for `__{id}`, more for
    /// `__{id}_{number}`.
    ///
    /// # Errors
    /// When a temporary file cannot be read, and whatever `each` returns.
    pub fn replay(
        self,
        mut each: impl FnMut(&Record, Parts<'_>, u32) -> Result<(), StreamError>,
    ) -> Result<(), StreamError> {
        let mut records = self.records.read()?;
        let mut next = 0u64;
        suffixes(self.stems, self.taken)?.finish(|entry| {
            let damaged = || StreamError::Internal("spooled suffix");
            let (index, number) = entry.split_at_checked(20).ok_or_else(damaged)?;
            let index: u64 = index.parse().map_err(|_| damaged())?;
            while next <= index {
                let suffix = if next == index { number.parse().map_err(|_| damaged())? } else { 0 };
                let record = records.next_record()?.ok_or_else(damaged)?;
                unpack(record, |r, parts| each(r, parts, suffix))?;
                next += 1;
            }
            Ok(())
        })?;
        while let Some(record) = records.next_record()? {
            unpack(record, |r, parts| each(r, parts, 0))?;
        }
        Ok(())
    }
}

fn unpack(spooled: &[u8], each: impl FnOnce(&Record, Parts<'_>) -> Result<(), StreamError>) -> Result<(), StreamError> {
    let damaged = || StreamError::Internal("spooled record");
    let end = memchr::memchr(b'\n', spooled).ok_or_else(damaged)?;
    let record: Record = serde_json::from_slice(&spooled[..end]).map_err(|_| damaged())?;
    each(&record, Parts::of(&spooled[end + 1..]))
}

/// Who needs a suffix: index of the record, 20 digits, and the suffix' number.
fn suffixes(stems: Sorted, mut taken: Taken) -> Result<Sorted, StreamError> {
    let damaged = || StreamError::Internal("spooled stem");
    let (mut later, mut last) = (Spool::default(), String::new());
    let mut first = true;
    stems.finish(|key| {
        let stem = key.split('\0').next().ok_or_else(damaged)?;
        if std::mem::take(&mut first) || stem != last {
            last = stem.to_owned();
            if taken.free(stem) {
                return Ok(());
            }
        }
        later.put(key.as_bytes())
    })?;
    let mut out = Sorted::default();
    later.replay(|key| {
        let mut parts = std::str::from_utf8(key).map_err(|_| damaged())?.split('\0');
        let (Some(stem), Some(_), Some(id), Some(index)) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(damaged());
        };
        let mut number = 1u32;
        while !taken.free(&with_suffix(stem, id, number)) {
            number += 1;
        }
        out.add(&format!("{index}{number}"))
    })?;
    Ok(out)
}

/// A stem with the suffix of this number.
pub fn with_suffix(stem: &str, id: &str, number: u32) -> String {
    match number {
        0 => stem.to_owned(),
        1 => format!("{stem}__{}", suffix(id)),
        n => format!("{stem}__{}_{n}", suffix(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::engine::naming::Name;
    use crate::convert::engine::record::Id;
    use crate::convert::report::tally::ItemCounts;

    #[test]
    fn the_smallest_id_has_the_stem_and_a_reserved_one_is_for_none() {
        let mut taken = Taken::default();
        taken.free("annotations");
        let mut records = TwoPass::new(taken);
        for (id, stem) in [("10", "a"), ("9", "A"), ("3", "Annotations"), ("4", "b")] {
            let name = Name { stem: stem.to_owned(), ext: String::new() };
            let (id, counts) = (Id::new(id, true), ItemCounts::default());
            let record = Record {
                picture: None,
                id,
                name,
                split: "".into(),
                folder: String::new(),
                original: None,
                counts,
                written: true,
            };
            records.put(&record, Parts::of(b""), stem).unwrap();
        }
        let mut stems = Vec::new();
        records
            .replay(|record, _, suffix| {
                stems.push(with_suffix(&record.name.stem, record.id.text(), suffix));
                Ok(())
            })
            .unwrap();
        assert_eq!(stems, ["a__10", "A", "Annotations__3", "b"]);
    }
}
