//! `--per-class N`: rows so that each class is in N of them, or in all that have it. Classes come by their number of rows, rare ones
//! first, so that a row that has several counts for the others; rows of a class come in the order of their hashes.

use super::Few;
use super::pass::{Row, Seen, Source, pass};
use crate::dm::{Arena, heads};
use crate::filter::edits::Edits;
use crate::filter::predicates::sample::{hash, salt};
use crate::filter::predicates::{AnnotationPredicate, Item, Payload};
use crate::item;
use crate::stream::StreamError;
use crate::stream::sort::{Record, SIZE, Sorter};
use crate::tr;
use crate::words::Message;
use roaring::RoaringTreemap;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balanced {
    /// Rows that were to be chosen of each class.
    pub wanted: u64,
    /// Rows to choose from, those without a class included.
    pub of: u64,
    /// Rows chosen.
    pub taken: u64,
    /// Classes found.
    pub classes: u64,
    /// Classes that fewer rows have, with the number of these; rare ones first.
    pub fewer: Vec<(String, u64)>,
}

/// What is known of the rows of a batch.
#[derive(Default)]
struct Found {
    rows: u64,
    classes: HashMap<String, u32>,
    /// Class, by its number in this batch; hash and line of the row.
    entries: Vec<(u32, u64, u64)>,
}

/// Bytes of an entry in the temporary file.
const ENTRY: usize = 20;

/// All classes, and their rows on the disk.
struct Classes {
    numbers: HashMap<String, u32>,
    /// Of each class, how many rows have it.
    rows: Vec<u64>,
    file: BufWriter<File>,
}

fn failed(source: io::Error) -> StreamError {
    StreamError::Write { name: tr!("temporary-in", folder = std::env::temp_dir().display()), source }
}

/// Reads everything and chooses. Classes are those that rows have after the edits.
///
/// # Errors
/// Those of the reader and of the temporary files.
pub fn choose(
    source: Source,
    few: Few,
    edits: Option<&Arc<Edits>>,
) -> Result<(RoaringTreemap, Seen, Balanced), StreamError> {
    let file = BufWriter::with_capacity(1 << 18, tempfile::tempfile().map_err(failed)?);
    let mut all = Classes { numbers: HashMap::new(), rows: Vec::new(), file };
    let mut balanced = Balanced { wanted: few.rows, ..Balanced::default() };
    let worker = || {
        let edits = edits.cloned();
        let salt = salt("per-class", few.seed);
        let (mut arena, mut edited) = (Arena::default(), Vec::new());
        move |row: Row<'_, '_>, found: &mut Found| {
            let hash = hash(&[&salt, &row.item.id]);
            match &edits {
                None => found.row(row.item, hash, row.number),
                Some(edits) => {
                    edited.clear();
                    edits.row(row.line, row.line, &mut arena, &mut edited)?;
                    found.row(&item::parse(&edited, Payload { keep: true })?, hash, row.number)
                }
            }
        }
    };
    let seen = pass(source, worker, |found| {
        balanced.of += found.rows;
        all.add(&found).map_err(failed)
    })?;
    balanced.classes = all.rows.len() as u64;
    let mut names: Vec<(&String, u64)> = all.numbers.iter().map(|(name, n)| (name, all.rows[*n as usize])).collect();
    names.sort_unstable_by(|a, b| rarer((a.1, a.0), (b.1, b.0)));
    let fewer = names.iter().filter(|(_, rows)| *rows < few.rows);
    balanced.fewer = fewer.map(|(name, rows)| ((*name).clone(), *rows)).collect();
    let taken = all.take(few.rows)?;
    balanced.taken = taken.len();
    Ok((taken, seen, balanced))
}

/// The order of classes: by their rows, then by name.
fn rarer(a: (u64, &String), b: (u64, &String)) -> Ordering {
    a.cmp(&b)
}

impl Found {
    /// Notes the classes of a row, each once.
    fn row(&mut self, item: &Item<'_>, hash: u64, line: u64) -> Result<(), Message> {
        self.rows += 1;
        let Some(Some(payload)) = &item.data else { return Ok(()) };
        let start = self.entries.len();
        let read = heads::each(payload, |head| {
            if !head.class.is_empty() {
                let next = self.classes.len() as u32;
                let number = match self.classes.get(&*head.class) {
                    Some(number) => *number,
                    None => *self.classes.entry(head.class.into_owned()).or_insert(next),
                };
                if self.entries[start..].iter().all(|(other, ..)| *other != number) {
                    self.entries.push((number, hash, line));
                }
            }
            ControlFlow::Continue(())
        });
        if read.is_err() {
            self.entries.truncate(start);
        }
        Ok(read?)
    }
}

impl Classes {
    /// Adds a batch.
    fn add(&mut self, found: &Found) -> io::Result<()> {
        let mut numbers = vec![0; found.classes.len()];
        for (name, in_batch) in &found.classes {
            let next = self.rows.len() as u32;
            let number = match self.numbers.get(name) {
                Some(number) => *number,
                None => {
                    self.rows.push(0);
                    *self.numbers.entry(name.clone()).or_insert(next)
                }
            };
            numbers[*in_batch as usize] = number;
        }
        for (in_batch, hash, line) in &found.entries {
            let number = numbers[*in_batch as usize];
            self.rows[number as usize] += 1;
            self.file.write_all(&number.to_be_bytes())?;
            self.file.write_all(&hash.to_be_bytes())?;
            self.file.write_all(&line.to_be_bytes())?;
        }
        Ok(())
    }

    /// Takes rows, class by class.
    fn take(self, wanted: u64) -> Result<RoaringTreemap, StreamError> {
        let Self { numbers, rows, file } = self;
        let mut by_rows: Vec<(u64, &String, u32)> =
            numbers.iter().map(|(name, n)| (rows[*n as usize], name, *n)).collect();
        by_rows.sort_unstable_by(|a, b| rarer((a.0, a.1), (b.0, b.1)));
        let mut ranks = vec![0u32; rows.len()];
        for (rank, (.., number)) in by_rows.iter().enumerate() {
            ranks[*number as usize] = rank as u32;
        }
        let mut file = file.into_inner().map_err(|e| failed(e.into_error()))?;
        file.rewind().map_err(failed)?;
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut sorter = Sorter::default();
        for _ in 0..rows.iter().sum() {
            let mut entry = [0; ENTRY];
            file.read_exact(&mut entry).map_err(failed)?;
            let mut record = [0; SIZE];
            record[..ENTRY].copy_from_slice(&entry);
            record[..4].copy_from_slice(&ranks[number(&entry[..4]) as usize].to_be_bytes());
            sorter.push(record)?;
        }
        let mut class = Class { rank: 0, wanted, had: 0, candidates: Vec::new() };
        let mut taken = RoaringTreemap::new();
        sorter.each(|record| class.next(record, &mut taken))?;
        class.finish(&mut taken);
        Ok(taken)
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// The class whose rows come.
struct Class {
    rank: u64,
    wanted: u64,
    /// Its rows that were taken for rarer classes.
    had: u64,
    /// Others, as many as may be wanted.
    candidates: Vec<u64>,
}

impl Class {
    fn next(&mut self, record: &Record, taken: &mut RoaringTreemap) {
        let rank = number(&record[..4]);
        if rank != self.rank {
            self.finish(taken);
            self.rank = rank;
        }
        let line = number(&record[12..ENTRY]);
        if taken.contains(line) {
            self.had += 1;
        } else if (self.candidates.len() as u64) < self.wanted {
            self.candidates.push(line);
        }
    }

    /// Takes what is wanted still.
    fn finish(&mut self, taken: &mut RoaringTreemap) {
        let wanted = self.wanted.saturating_sub(self.had);
        taken.extend(self.candidates.drain(..).take(usize::try_from(wanted).unwrap_or(usize::MAX)));
        self.had = 0;
    }
}

/// A question that every row answers with yes whose annotations can be read: of others no classes are known.
pub struct Readable;

impl AnnotationPredicate for Readable {
    fn counts(&self, _: &heads::Head<'_>) -> bool {
        false
    }

    fn wanted(&self) -> RangeInclusive<u64> {
        // Not open upwards: all of the payload is read.
        0..=u64::MAX - 1
    }
}
