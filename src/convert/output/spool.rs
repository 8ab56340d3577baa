//! Records that cannot be written yet, kept in an anonymous temporary file.

use super::text::TextRef;
use crate::stream::StreamError;
use crate::tr;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// A temporary file that is written once and read once, record by record. It has no name: nothing is left behind.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<BufWriter<File>>,
    /// Records written.
    pub records: u64,
}

const BUFFER: usize = 128 * 1024;

impl Spool {
    /// Appends a record.
    ///
    /// # Errors
    /// [`StreamError::Write`] when the temporary directory is full or not writable.
    pub fn put(&mut self, record: &[u8]) -> Result<(), StreamError> {
        let file = match &mut self.file {
            Some(f) => f,
            None => self.file.insert(BufWriter::with_capacity(BUFFER, tempfile::tempfile().map_err(failed)?)),
        };
        let length = u32::try_from(record.len()).map_err(|_| failed(std::io::Error::other("record over 4 GiB")))?;
        file.write_all(&length.to_le_bytes()).and_then(|()| file.write_all(record)).map_err(failed)?;
        self.records += 1;
        Ok(())
    }

    /// Appends a piece of text.
    ///
    /// # Errors
    /// As [`Spool::put`].
    pub fn put_text(&mut self, text: TextRef<'_>) -> Result<(), StreamError> {
        self.put(text.0)
    }

    /// As [`Spool::replay`], for records that are pieces of text.
    ///
    /// # Errors
    /// As [`Spool::replay`].
    pub fn replay_text(self, mut each: impl FnMut(TextRef<'_>) -> Result<(), StreamError>) -> Result<(), StreamError> {
        self.replay(|record| each(TextRef(record)))
    }

    /// Gives back all records in order and frees the file.
    ///
    /// # Errors
    /// As [`Spool::put`], and whatever `each` returns.
    pub fn replay(self, mut each: impl FnMut(&[u8]) -> Result<(), StreamError>) -> Result<(), StreamError> {
        let mut records = self.read()?;
        while let Some(record) = records.next_record()? {
            each(record)?;
        }
        Ok(())
    }

    /// Ends writing, begins reading.
    ///
    /// # Errors
    /// As [`Spool::put`].
    pub fn read(self) -> Result<SpoolReader, StreamError> {
        let file = match self.file {
            None => None,
            Some(file) => {
                let mut file = file.into_inner().map_err(|e| failed(e.into_error()))?;
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                Some(BufReader::with_capacity(BUFFER, file))
            }
        };
        Ok(SpoolReader { file, records: self.records, left: self.records, record: Vec::new() })
    }
}

/// The reading side of a [`Spool`].
#[derive(Debug)]
pub struct SpoolReader {
    file: Option<BufReader<File>>,
    records: u64,
    left: u64,
    record: Vec<u8>,
}

impl SpoolReader {
    /// The next record.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, StreamError> {
        let Some(file) = self.file.as_mut().filter(|_| self.left > 0) else { return Ok(None) };
        self.left -= 1;
        let mut length = [0; 4];
        file.read_exact(&mut length).map_err(failed)?;
        self.record.resize(u32::from_le_bytes(length) as usize, 0);
        file.read_exact(&mut self.record).map_err(failed)?;
        Ok(Some(&self.record))
    }

    /// Goes back to the first record.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn rewind(&mut self) -> Result<(), StreamError> {
        self.left = self.records;
        self.file.as_mut().map_or(Ok(()), |f| f.seek(SeekFrom::Start(0)).map(drop)).map_err(failed)
    }
}

/// An error of a temporary file.
pub fn failed(source: std::io::Error) -> StreamError {
    let name = tr!("temporary-file", folder = std::env::temp_dir().display());
    StreamError::Write { name, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order() {
        let mut spool = Spool::default();
        for n in 0..1000u32 {
            spool.put(&vec![7; n as usize]).unwrap();
        }
        let mut n = 0;
        spool
            .replay(|r| {
                assert!(r.len() == n && r.iter().all(|&b| b == 7));
                n += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(n, 1000);
    }
}
