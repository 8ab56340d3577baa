//! Records on disk that are written once and then read as often as a template likes, in order or by place. The file has no name.

use crate::convert::output::spool::failed;
use crate::stream::StreamError;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

const BUFFER: usize = 64 * 1024;

/// The writing side.
#[derive(Debug, Default)]
pub struct Shelf {
    file: Option<BufWriter<File>>,
    length: u64,
    records: usize,
}

impl Shelf {
    /// Appends a record, gives its place.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn put(&mut self, record: &[u8]) -> Result<u64, StreamError> {
        let file = match &mut self.file {
            Some(f) => f,
            None => self.file.insert(BufWriter::with_capacity(BUFFER, tempfile::tempfile().map_err(failed)?)),
        };
        let length = u32::try_from(record.len()).map_err(|_| failed(io::Error::other("record over 4 GiB")))?;
        file.write_all(&length.to_le_bytes()).and_then(|()| file.write_all(record)).map_err(failed)?;
        let place = self.length;
        self.length += 4 + record.len() as u64;
        self.records += 1;
        Ok(place)
    }

    /// Ends writing.
    ///
    /// # Errors
    /// As [`Shelf::put`].
    pub fn close(self) -> Result<Arc<Books>, StreamError> {
        let file = self.file.map(|f| f.into_inner().map_err(|e| failed(e.into_error()))).transpose()?;
        Ok(Arc::new(Books { file, length: self.length, records: self.records }))
    }
}

/// The reading side.
#[derive(Debug)]
pub struct Books {
    file: Option<File>,
    length: u64,
    /// Number of records.
    pub records: usize,
}

impl Books {
    /// The record at a place.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn at(self: &Arc<Self>, place: u64) -> io::Result<Vec<u8>> {
        next(&mut Place { books: self.clone(), at: place })
    }

    /// All records in order.
    pub fn read(self: &Arc<Self>) -> impl Iterator<Item = io::Result<Vec<u8>>> + Send + Sync + use<> {
        let mut from = BufReader::with_capacity(BUFFER, Place { books: self.clone(), at: 0 });
        std::iter::from_fn(move || match from.fill_buf() {
            Ok([]) => None,
            Ok(_) => Some(next(&mut from)),
            Err(e) => Some(Err(e)),
        })
    }
}

fn next(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut record = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut record)?;
    Ok(record)
}

/// A place in the file; several readers do not disturb each other.
struct Place {
    books: Arc<Books>,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.books.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let Some(file) = self.books.file.as_ref().filter(|_| wanted > 0) else { return Ok(0) };
        let n = file.read_at(&mut buffer[..wanted], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_again_and_by_place() {
        let mut shelf = Shelf::default();
        let records: Vec<Vec<u8>> = (0..2000u32).map(|n| n.to_string().repeat(n as usize % 97).into_bytes()).collect();
        let places: Vec<u64> = records.iter().map(|r| shelf.put(r).unwrap()).collect();
        let books = shelf.close().unwrap();
        for _ in 0..2 {
            let got: Vec<Vec<u8>> = books.read().map(Result::unwrap).collect();
            assert!(got == records);
        }
        assert_eq!(books.at(places[1999]).unwrap(), records[1999]);
        assert_eq!(Shelf::default().close().unwrap().read().count(), 0);
    }
}
