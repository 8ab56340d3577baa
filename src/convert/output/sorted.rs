//! Lines sorted on disk: what image sets need, in constant memory.

use super::spool::{Spool, SpoolReader};
use crate::stream::StreamError;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Bytes of names kept before a sorted run is written.
const RUN: usize = 2 * 1024 * 1024;

/// Gathers names and gives them back in order of code points.
#[derive(Debug, Default)]
pub struct Sorted {
    pending: Vec<String>,
    bytes: usize,
    runs: Vec<Spool>,
}

impl Sorted {
    /// Adds a name.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn add(&mut self, name: &str) -> Result<(), StreamError> {
        self.bytes += name.len() + size_of::<String>();
        self.pending.push(name.to_owned());
        if self.bytes >= RUN {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), StreamError> {
        self.pending.sort_unstable();
        let mut run = Spool::default();
        for name in self.pending.drain(..) {
            run.put(name.as_bytes())?;
        }
        self.bytes = 0;
        self.runs.push(run);
        Ok(())
    }

    /// Calls `each` with all names in order.
    ///
    /// # Errors
    /// When a temporary file cannot be read, and whatever `each` returns.
    pub fn finish(mut self, mut each: impl FnMut(&str) -> Result<(), StreamError>) -> Result<(), StreamError> {
        self.spill()?;
        let mut readers: Vec<SpoolReader> = self.runs.into_iter().map(Spool::read).collect::<Result<_, _>>()?;
        let mut heap = BinaryHeap::new();
        for (i, reader) in readers.iter_mut().enumerate() {
            if let Some(name) = reader.next_record()? {
                heap.push(Reverse((name.to_vec(), i)));
            }
        }
        while let Some(Reverse((name, i))) = heap.pop() {
            each(std::str::from_utf8(&name).map_err(|_| StreamError::Internal("spooled name"))?)?;
            if let Some(name) = readers[i].next_record()? {
                heap.push(Reverse((name.to_vec(), i)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_runs_come_back_as_one_order() {
        let mut sorted = Sorted::default();
        let names: Vec<String> =
            (0..200_000u64).map(|n| format!("{}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        for name in &names {
            sorted.add(name).unwrap();
        }
        assert!(sorted.runs.len() > 1);
        let mut want = names;
        want.sort();
        let mut got = Vec::new();
        sorted
            .finish(|n| {
                got.push(n.to_owned());
                Ok(())
            })
            .unwrap();
        assert_eq!(got, want);
    }
}
