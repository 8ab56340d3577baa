//! `--naming-pass two`: names that do not depend on the order of the input.
//!
//! Records are spooled until all wanted stems are known. Of several that want one stem the one with the smallest id has it; the
//! others become `{stem}__{id}`. Ids of digits are ordered as numbers, before all others.

use super::naming::{Name, Taken, fold, safe, suffix};
use super::run::Rendered;
use crate::convert::output::files::Original;
use crate::convert::output::sorted::Sorted;
use crate::convert::output::spool::Spool;
use crate::convert::report::tally::ItemCounts;
use crate::stream::StreamError;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The records of a run, and the stems they want.
#[derive(Default)]
pub struct TwoPass {
    records: Spool,
    stems: Sorted,
}

/// A record but for its bytes.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: String,
    id_json: String,
    number: Option<u64>,
    stem: String,
    ext: String,
    split: String,
    original: Option<Original>,
    counts: ItemCounts,
    written: bool,
    head: usize,
}

impl TwoPass {
    /// Keeps a record. `wanted`: its stem as the format takes it.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn put(&mut self, r: &Rendered<'_>, wanted: &str) -> Result<(), StreamError> {
        if r.written {
            let id = safe(r.id);
            let key = if id.bytes().all(|b| b.is_ascii_digit()) { format!("0{:03}", id.len()) } else { "1".to_owned() };
            // Names have no control characters, so NUL separates.
            let index = self.records.records;
            self.stems.add(&format!("{}\0{key}\0{id}\0{index:020}", fold(wanted)))?;
        }
        let original = r.original.as_deref().cloned();
        let wire = Wire {
            id: r.id.to_owned(),
            id_json: r.id_json.to_owned(),
            number: r.number,
            stem: r.name.stem.clone(),
            ext: r.name.ext.clone(),
            split: r.split.to_string(),
            original,
            counts: r.counts.clone().into_owned(),
            written: r.written,
            head: r.head.len(),
        };
        let mut record = serde_json::to_vec(&wire).map_err(|_| StreamError::Internal("record to spool"))?;
        record.push(b'\n');
        record.extend_from_slice(r.head);
        record.extend_from_slice(r.body);
        self.records.put(&record)
    }

    /// Gives all records back in order. `each` is told the number of the suffix: 0 for none, 1 for `__{id}`, more for
    /// `__{id}_{number}`.
    ///
    /// # Errors
    /// When a temporary file cannot be read, and whatever `each` returns.
    pub fn replay(
        self,
        mut each: impl FnMut(&Rendered<'_>, u32) -> Result<(), StreamError>,
    ) -> Result<(), StreamError> {
        let mut records = self.records.read()?;
        let mut next = 0u64;
        suffixes(self.stems)?.finish(|entry| {
            let damaged = || StreamError::Internal("spooled suffix");
            let (index, number) = entry.split_at_checked(20).ok_or_else(damaged)?;
            let index: u64 = index.parse().map_err(|_| damaged())?;
            while next <= index {
                let suffix = if next == index { number.parse().map_err(|_| damaged())? } else { 0 };
                let record = records.next_record()?.ok_or_else(damaged)?;
                unpack(record, |r| each(r, suffix))?;
                next += 1;
            }
            Ok(())
        })?;
        while let Some(record) = records.next_record()? {
            unpack(record, |r| each(r, 0))?;
        }
        Ok(())
    }
}

fn unpack(record: &[u8], each: impl FnOnce(&Rendered<'_>) -> Result<(), StreamError>) -> Result<(), StreamError> {
    let damaged = || StreamError::Internal("spooled record");
    let end = memchr::memchr(b'\n', record).ok_or_else(damaged)?;
    let wire: Wire = serde_json::from_slice(&record[..end]).map_err(|_| damaged())?;
    let (head, body) = record[end + 1..].split_at_checked(wire.head).ok_or_else(damaged)?;
    each(&Rendered {
        id: &wire.id,
        id_json: &wire.id_json,
        number: wire.number,
        name: Cow::Owned(Name { stem: wire.stem, ext: wire.ext }),
        split: Cow::Owned(wire.split),
        original: wire.original.map(Cow::Owned),
        head,
        body,
        counts: Cow::Owned(wire.counts),
        written: wire.written,
    })
}

/// Who needs a suffix: index of the record, 20 digits, and the suffix' number.
fn suffixes(stems: Sorted) -> Result<Sorted, StreamError> {
    let damaged = || StreamError::Internal("spooled stem");
    let (mut taken, mut later, mut last) = (Taken::default(), Spool::default(), String::new());
    let mut first = true;
    stems.finish(|key| {
        let stem = key.split('\0').next().ok_or_else(damaged)?;
        if std::mem::take(&mut first) || stem != last {
            taken.free(stem);
            last = stem.to_owned();
            return Ok(());
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
