//! Output that cannot be written yet: bytes with holes, kept in an anonymous temporary file.
//!
//! A hole stands where a number is not known before the run is over. It is a NUL byte (which no text format contains), a letter
//! and four bytes; [`fill`] replaces it.

use crate::file_line::push_escaped_bytes;
use crate::stream::StreamError;
use memchr::memchr;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// What a hole stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// A class that is not listed, by its provisional number.
    Class(u32),
    /// The next annotation number.
    Annotation,
    /// The number of the image of the current record.
    Image,
    /// The output name of the current record.
    Name,
}

/// Bytes of a hole.
const LENGTH: usize = 6;

/// Appends a hole.
pub fn push(out: &mut Vec<u8>, hole: Hole) {
    let (letter, value) = match hole {
        Hole::Class(n) => (b'c', n),
        Hole::Annotation => (b'a', 0),
        Hole::Image => (b'i', 0),
        Hole::Name => (b'n', 0),
    };
    out.extend_from_slice(&[0, letter]);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Copies `bytes` to `out`, every hole replaced by what `with` appends.
pub fn fill(bytes: &[u8], out: &mut Vec<u8>, mut with: impl FnMut(Hole, &mut Vec<u8>)) {
    let mut rest = bytes;
    while let Some(at) = memchr(0, rest) {
        out.extend_from_slice(&rest[..at]);
        let Some(hole) = rest.get(at..at + LENGTH) else { return };
        let value = u32::from_le_bytes([hole[2], hole[3], hole[4], hole[5]]);
        let hole = match hole[1] {
            b'c' => Hole::Class(value),
            b'a' => Hole::Annotation,
            b'i' => Hole::Image,
            _ => Hole::Name,
        };
        with(hole, out);
        rest = &rest[at + LENGTH..];
    }
    out.extend_from_slice(rest);
}

/// Appends `bytes`, which are UTF-8 but for their holes, as the inside of a JSON string; holes stay holes.
pub fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    loop {
        let at = memchr(0, rest).unwrap_or(rest.len());
        push_escaped_bytes(out, &rest[..at]);
        let Some(hole) = rest.get(at..at + LENGTH) else { return };
        out.extend_from_slice(hole);
        rest = &rest[at + LENGTH..];
    }
}

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
    let name = format!("a temporary file in {} (TMPDIR chooses another place)", std::env::temp_dir().display());
    StreamError::Write { name, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_in_place() {
        let mut bytes = b"a".to_vec();
        push(&mut bytes, Hole::Class(0x0a00));
        bytes.extend_from_slice(b"b");
        push(&mut bytes, Hole::Name);
        let mut out = Vec::new();
        fill(&bytes, &mut out, |hole, out| out.extend_from_slice(format!("<{hole:?}>").as_bytes()));
        assert_eq!(out, b"a<Class(2560)>b<Name>");
    }

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
