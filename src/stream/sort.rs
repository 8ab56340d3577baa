//! Records in order, however many: sorted runs in a temporary file, merged.

use super::error::StreamError;
use crate::tr;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

/// Bytes of a record.
pub const SIZE: usize = 40;
/// A record; records are in the order of their bytes.
pub type Record = [u8; SIZE];

/// Records of a run in memory: 10 MiB.
const RUN: usize = 1 << 18;
/// Records of a run that are read at once when runs are merged.
const BLOCK: usize = 100;

/// Takes records, and gives them back in order.
#[derive(Debug, Default)]
pub struct Sorter {
    run: Vec<Record>,
    spill: Option<File>,
    /// Where each run ends in the file, records.
    ends: Vec<u64>,
}

fn failed(source: io::Error) -> StreamError {
    StreamError::Write { name: tr!("temporary-in", folder = std::env::temp_dir().display()), source }
}

impl Sorter {
    /// Adds a record.
    ///
    /// # Errors
    /// [`StreamError::Write`] when a run cannot be written to the disk.
    pub fn push(&mut self, record: Record) -> Result<(), StreamError> {
        self.run.push(record);
        if self.run.len() >= RUN { self.spill().map_err(failed) } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        let file = match &mut self.spill {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(self.run.as_flattened())?;
        self.ends.push(self.ends.last().unwrap_or(&0) + self.run.len() as u64);
        self.run.clear();
        Ok(())
    }

    /// Gives all records to `take`, in order.
    ///
    /// # Errors
    /// [`StreamError::Write`] when the disk fails; those of `take`.
    pub fn each(mut self, mut take: impl FnMut(&Record)) -> Result<(), StreamError> {
        if self.spill.is_none() {
            self.run.sort_unstable();
            self.run.iter().for_each(take);
            return Ok(());
        }
        self.spill().map_err(failed)?;
        let Some(file) = &self.spill else { return Ok(()) };
        let mut at = 0;
        let mut runs: Vec<Run> =
            self.ends.iter().map(|&end| Run { at: std::mem::replace(&mut at, end), end, block: Vec::new() }).collect();
        let mut heap = BinaryHeap::new();
        for (n, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next(file).map_err(failed)?.map(|record| Reverse((record, n))));
        }
        while let Some(Reverse((record, n))) = heap.pop() {
            take(&record);
            heap.extend(runs[n].next(file).map_err(failed)?.map(|record| Reverse((record, n))));
        }
        Ok(())
    }
}

/// What is left of a run.
struct Run {
    at: u64,
    end: u64,
    /// The next records, the first at the end.
    block: Vec<Record>,
}

impl Run {
    fn next(&mut self, file: &File) -> io::Result<Option<Record>> {
        if self.block.is_empty() && self.at < self.end {
            let n = (self.end - self.at).min(BLOCK as u64);
            self.block.resize(n as usize, [0; SIZE]);
            file.read_exact_at(self.block.as_flattened_mut(), self.at * SIZE as u64)?;
            self.block.reverse();
            self.at += n;
        }
        Ok(self.block.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_records_comes_back_in_order() {
        for n in [0usize, 1, 3, RUN - 1, RUN, RUN + 1, 2 * RUN + 77] {
            let mut sorter = Sorter::default();
            for i in 0..n as u64 {
                let mut record = [0; SIZE];
                record[..8].copy_from_slice(&i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                record[32..].copy_from_slice(&i.to_be_bytes());
                sorter.push(record).unwrap();
            }
            let (mut last, mut seen) = ([0; SIZE], 0);
            sorter
                .each(|record| {
                    assert!(*record >= last);
                    last = *record;
                    seen += 1;
                })
                .unwrap();
            assert_eq!(seen, n);
        }
    }
}
